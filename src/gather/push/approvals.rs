//! Approvals that stand in the repository: `refs/approvals/BRANCH/LOGIN`.

use std::collections::BTreeSet;

use super::Sources;
use super::governed::Target;
use crate::gather::git::Repo;
use crate::model::history::{Approved, RefHistory, State};
use crate::model::{
    Approval, Commit, Identity, Incoming, ObjectId, RefName, Role, Source, contained,
};
use crate::policy::ApprovalSource;

/// Commits of an approved line that are compared with the new ones.
const STEPS: usize = 20;

/// The approvals for some branches that this push brings the commit of. Each covers that
/// commit and what comes before it, down to the states that were known when it was given:
/// whoever read a commit has seen where it ends up, and not each step on the way, so a
/// part of it is not approved. It counts once it has landed and a record has accepted it,
/// so only refs that the repository has are read, never those of the same push; and
/// `moved_on`, where such refs are known to have been before.
///
/// # Errors
/// Where a ref or a commit can't be read.
pub(super) fn gather(
    sources: &Sources<'_>,
    target: &Target,
    branches: impl IntoIterator<Item = String>,
    role: &Role,
    moved_on: &[(RefName, ObjectId)],
) -> anyhow::Result<Vec<Approval>> {
    let Some(Incoming { table, base, commits, .. }) = role.incoming() else {
        return Ok(Vec::new());
    };
    let wanted = sources.policy.tables.get(*table).is_some_and(|table| {
        table.approval.required > 0 && table.approval.from.contains(&ApprovalSource::Refs)
    });
    if !wanted || commits.is_empty() {
        return Ok(Vec::new());
    }
    let namespace = target.name.namespace();
    let mut found = Vec::new();
    for branch in branches {
        let prefix = format!("{namespace}refs/approvals/{branch}/");
        let present = sources.repo.refs_under(&prefix)?;
        let all: BTreeSet<_> = present.into_iter().chain(moved_on.iter().cloned()).collect();
        for (name, value) in all {
            let Some(login) = name.as_str().strip_prefix(&prefix) else { continue };
            // `refs/approvals/release/1/ana` is for the branch `release/1`, not `release`.
            if login.contains('/') {
                continue;
            }
            // What no record accepted was put there around the hook.
            let Some(accepted) = sources.history.approval(&name, &value) else { continue };
            let full = format!("{namespace}refs/heads/{branch}");
            let branch = RefName::parse(full.as_bytes())?;
            let covers = covered(sources, &branch, accepted, commits);
            let outdated_for = match covers.is_empty() {
                true => other_versions(sources.repo, &value, base, commits),
                false => BTreeSet::new(),
            };
            if covers.is_empty() && outdated_for.is_empty() {
                continue;
            }
            found.push(Approval {
                by: Identity::Login(login.to_owned()),
                at: Some(accepted.at),
                source: Source::Ref { name: name.without_namespace(), commit: value },
                outdated_for,
                covers,
                void: None,
                vouched: None,
            });
        }
    }
    Ok(found)
}

/// What the approved commit contains of what is new, but for what the states contain that
/// were known when it was approved. Where its record is older than that field, those are
/// what the branch had had by then.
fn covered(
    sources: &Sources<'_>,
    branch: &RefName,
    accepted: &Approved,
    commits: &[Commit],
) -> BTreeSet<ObjectId> {
    let before = match &accepted.base {
        Some(base) => base.clone(),
        None => {
            let states = sources.history.of(branch).into_iter().flat_map(RefHistory::states);
            let is_earlier = |of: &[State]| of.iter().any(|state| state.seq < accepted.seq);
            let earlier = states.filter(|(_, states)| is_earlier(states));
            earlier.map(|(commit, _)| commit.clone()).collect()
        }
    };
    let known = contained(before.iter().filter(|id| **id != accepted.commit), commits);
    let mut covers = contained([&accepted.commit], commits);
    covers.retain(|id| !known.contains(id));
    covers
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
