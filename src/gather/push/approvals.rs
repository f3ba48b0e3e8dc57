//! Approvals that stand in the repository: `refs/approvals/BRANCH/LOGIN`.

use std::collections::BTreeSet;

use super::Sources;
use super::governed::Target;
use super::tips::namespace_of;
use crate::gather::git::Repo;
use crate::model::{Approval, Commit, Identity, ObjectId, Role, Source};
use crate::policy::ApprovalSource;

/// The approvals for a branch that are not used up. One covers the commit it
/// names and all that this contains; it counts once it has landed, so only refs
/// that the repository has are read, never those of the same push.
///
/// # Errors
/// Where a ref or a commit can't be read.
pub(super) fn gather(
    sources: &Sources<'_>,
    target: &Target,
    table: usize,
    role: &Role,
) -> anyhow::Result<Vec<Approval>> {
    let wanted = sources.policy.tables.get(table).is_some_and(|table| {
        table.approval.required > 0 && table.approval.from.contains(&ApprovalSource::Refs)
    });
    let plain = target.name.without_namespace();
    let Role::Branch { base, commits, .. } = role else { return Ok(Vec::new()) };
    let (true, Some(branch), false) = (wanted, plain.branch(), commits.is_empty()) else {
        return Ok(Vec::new());
    };
    let new: BTreeSet<&ObjectId> = commits.iter().map(|commit| &commit.id).collect();
    let prefix = format!("{}refs/approvals/{branch}/", namespace_of(&target.name));
    let mut found = Vec::new();
    for (name, value) in sources.repo.refs_under(&prefix)? {
        let Some(login) = name.as_str().strip_prefix(&prefix) else { continue };
        // `refs/approvals/release/1/ana` is for the branch `release/1`, not `release`.
        let is_login = !login.contains('/');
        if !is_login || sources.repo.commit_behind(&value)?.as_ref() != Some(&value) {
            continue;
        }
        let approved = sources.repo.new_commits(&value, base)?;
        if approved.is_empty() {
            continue;
        }
        let (covers, gone): (BTreeSet<ObjectId>, BTreeSet<ObjectId>) =
            approved.into_iter().partition(|id| new.contains(id));
        found.push(Approval {
            by: Identity::Login(login.to_owned()),
            at: None,
            source: Source::Ref { name: name.without_namespace(), commit: value },
            outdated_for: other_versions(sources.repo, &gone, commits)?,
            covers,
        });
    }
    Ok(found)
}

/// The new commits that have author and author's time of one of these: amending and
/// rebasing keep both. It only chooses the words of a refusal.
fn other_versions(
    repo: &Repo,
    approved: &BTreeSet<ObjectId>,
    new: &[Commit],
) -> anyhow::Result<BTreeSet<ObjectId>> {
    let mut authors = Vec::new();
    for id in approved {
        authors.extend(repo.commit(id)?.content.map(|content| content.author));
    }
    let is_version = |commit: &&Commit| {
        commit.content.as_ref().is_ok_and(|content| authors.contains(&content.author))
    };
    Ok(new.iter().filter(is_version).map(|commit| commit.id.clone()).collect())
}
