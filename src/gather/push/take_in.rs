//! What a repository holds before any record: where claims about it start.

use std::collections::BTreeMap;

use crate::gather::git::Repo;
use crate::model::{History, ObjectId, RefName};
use crate::policy::Policy;

/// A ref that is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenIn {
    /// The ref.
    pub name: RefName,
    /// Its value.
    pub value: ObjectId,
    /// The commit that this leads to.
    pub commit: ObjectId,
}

/// The governed refs that no record is about, and the tags that these branches contain:
/// a release may be cut from one.
///
/// # Errors
/// Where a ref can't be read.
pub fn take_in(
    policy: &Policy,
    repo: &Repo,
    repository: &str,
    history: &History,
) -> anyhow::Result<Vec<TakenIn>> {
    let mut found: BTreeMap<RefName, TakenIn> = BTreeMap::new();
    let mut branches = Vec::new();
    for (name, value) in repo.refs_under("refs/")? {
        let plain = name.without_namespace();
        let is_governed = policy.governing(repository, &plain).is_some()
            && !plain.as_str().starts_with("refs/approvals/");
        if !is_governed || history.of(&name).is_some() || repo.resolve(&name)? != name {
            continue;
        }
        let Some(commit) = repo.commit_behind(&value)? else { continue };
        if plain.tag().is_none() {
            branches.push(commit.clone());
        }
        found.insert(name.clone(), TakenIn { name, value, commit });
    }
    for (name, value) in repo.tags_within(&branches)? {
        if let Some(commit) = repo.commit_behind(&value)? {
            found.entry(name.clone()).or_insert(TakenIn { name, value, commit });
        }
    }
    Ok(found.into_values().collect())
}
