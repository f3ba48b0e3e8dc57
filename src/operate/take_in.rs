//! Taking in a repository when its hooks are installed: where claims about its refs start.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;

use super::baseline::owner;
use crate::evidence::{Index, Reason, append};
use crate::gate::listed;
use crate::gather::git::Repo;
use crate::gather::host;
use crate::gather::push::take_in::take_in;
use crate::model::RefName;
use crate::policy::{Host, Policy};

/// What became of it.
pub(super) enum TakenIn {
    /// So many refs are on record now.
    Now(usize),
    /// It was on record already; governed refs that no record is about.
    Before(Vec<RefName>),
    /// Its first push takes it in; why not now.
    Later(String),
}

/// Puts the governed refs of a repository on record, where no record is about it yet.
///
/// # Errors
/// Where its refs can't be read.
pub(super) fn take_in_now(policy: &Policy, repository: &Path) -> anyhow::Result<TakenIn> {
    let repo = Repo::open_clone(repository)?;
    let name = match &policy.host {
        Host::Plain { root, .. } => host::name_of(repo.directory(), root.as_deref())?,
        _ => return Ok(TakenIn::Later("the host names it with a push".to_owned())),
    };
    if policy.governs_repository(&name).is_none() {
        return Ok(TakenIn::Before(Vec::new()));
    }
    if let Err(error) = owner(&policy.evidence) {
        return Ok(TakenIn::Later(format!("{error:#}")));
    }
    let index = Index::beside(&policy.evidence);
    let mut history = index.history(&name)?;
    if !history.is_taken_in() {
        // Only the chain can say that nothing is on record.
        history = index.history_by_chain(&name)?;
    }
    let found = take_in(policy, &repo, &name, &history)?;
    if history.is_taken_in() {
        let is_branch = |name: &RefName| name.without_namespace().tag().is_none();
        let names = found.into_iter().map(|taken| taken.name).filter(is_branch);
        return Ok(TakenIn::Before(names.collect()));
    }
    let bodies = listed(&name, &found, &Reason::Install);
    let until = Instant::now() + policy.deadline;
    append(&policy.evidence, policy, Timestamp::now(), &bodies, until)?;
    index.catch_up()?;
    Ok(TakenIn::Now(found.len()))
}
