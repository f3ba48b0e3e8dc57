//! A clone's view of the records: the remote's refs stand for what was let in.

use jiff::Timestamp;

use super::take_in::take_in;
use crate::gather::git::Repo;
use crate::model::History;
use crate::model::history::{Baseline, Event};
use crate::policy::Policy;

/// What a clone knows of the server: where its governed refs are, and which approvals
/// stand there.
///
/// # Errors
/// Where a ref can't be read.
pub fn history(policy: &Policy, repo: &Repo, repository: &str) -> anyhow::Result<History> {
    let mut history = History::default();
    let refs = take_in(policy, repo, repository, &history)?;
    let starts = refs.into_iter().map(|taken| (taken.name, taken.commit)).collect();
    history
        .apply(0, Event::Baseline { starts, kind: Baseline::TakenIn, time: Timestamp::UNIX_EPOCH });
    for (seq, (name, commit)) in (1..).zip(repo.refs_under("refs/approvals/")?) {
        let (old, base, at) = (None, None, Timestamp::now());
        history.apply(seq, Event::Approval { name, old, new: Some(commit), base, at });
    }
    Ok(history)
}
