//! Approvals that stand in the repository: `refs/approvals/BRANCH/LOGIN`.

use std::collections::{BTreeMap, BTreeSet};

use super::Sources;
use super::governed::Target;
use crate::gather::git::Repo;
use crate::model::{Approval, Commit, Identity, ObjectId, RefName, Role, Source};
use crate::policy::ApprovalSource;

/// Commits of an approved line that are compared with the new ones.
const STEPS: usize = 20;

/// The approvals for a branch that this push brings the commit of. Each covers that
/// commit and all that it contains: whoever read a commit has seen where it ends up,
/// and not each step on the way, so a part of it is not approved. It counts once it
/// has landed, so only refs that the repository has are read, never those of the
/// same push; and `moved_on`, where such refs are known to have been before.
///
/// # Errors
/// Where a ref or a commit can't be read.
pub(super) fn gather(
    sources: &Sources<'_>,
    target: &Target,
    table: usize,
    role: &Role,
    moved_on: &[(RefName, ObjectId)],
) -> anyhow::Result<Vec<Approval>> {
    let wanted = sources.policy.tables.get(table).is_some_and(|table| {
        table.approval.required > 0 && table.approval.from.contains(&ApprovalSource::Refs)
    });
    let plain = target.name.without_namespace();
    let Role::Branch { base, commits, .. } = role else { return Ok(Vec::new()) };
    let (true, Some(branch), false) = (wanted, plain.branch(), commits.is_empty()) else {
        return Ok(Vec::new());
    };
    let new: BTreeMap<&ObjectId, &Commit> =
        commits.iter().map(|commit| (&commit.id, commit)).collect();
    let prefix = format!("{}refs/approvals/{branch}/", target.name.namespace());
    let mut found = Vec::new();
    let present = sources.repo.refs_under(&prefix)?;
    let all: BTreeSet<_> = present.into_iter().chain(moved_on.iter().cloned()).collect();
    for (name, value) in all {
        let Some(login) = name.as_str().strip_prefix(&prefix) else { continue };
        // `refs/approvals/release/1/ana` is for the branch `release/1`, not `release`.
        if login.contains('/') {
            continue;
        }
        let covers = contained(&value, &new);
        let outdated_for = if covers.is_empty() {
            other_versions(sources.repo, &value, base, commits)
        } else {
            BTreeSet::new()
        };
        if covers.is_empty() && outdated_for.is_empty() {
            continue;
        }
        found.push(Approval {
            by: Identity::Login(login.to_owned()),
            at: None,
            source: Source::Ref { name: name.without_namespace(), commit: value },
            outdated_for,
            covers,
            void: None,
            vouched: None,
        });
    }
    Ok(found)
}

/// The new commits that a new commit contains, itself among them. A malformed one
/// ends the way: its parents are not to be had, and it refuses the push.
pub(in crate::gather) fn contained(
    top: &ObjectId,
    new: &BTreeMap<&ObjectId, &Commit>,
) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    let mut open = vec![top];
    while let Some(id) = open.pop() {
        let Some(commit) = new.get(id) else { continue };
        if found.insert(id.clone())
            && let Ok(content) = &commit.content
        {
            open.extend(&content.parents);
        }
    }
    found
}

/// The new commits that have author and author's time of an approved one: amending
/// and rebasing keep both. It only chooses the words of a refusal, so that what can't
/// be read here is passed over: anybody may have put it there.
fn other_versions(
    repo: &Repo,
    approved: &ObjectId,
    base: &[ObjectId],
    new: &[Commit],
) -> BTreeSet<ObjectId> {
    let mut authors = Vec::new();
    let mut next = Some(approved.clone());
    for _ in 0..STEPS {
        let Some(id) = next.filter(|id| !base.contains(id)) else { break };
        let Ok(Some((author, parent))) = repo.author(&id) else { break };
        authors.push(author);
        next = parent;
    }
    let is_version = |commit: &&Commit| {
        commit.content.as_ref().is_ok_and(|content| authors.contains(&content.author))
    };
    new.iter().filter(is_version).map(|commit| commit.id.clone()).collect()
}
