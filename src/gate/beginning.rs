//! What has to be on record before a push can be judged: where claims start.

use jiff::Timestamp;

use super::{Kept, Push};
use crate::digest::{Began, Started};
use crate::evidence::{Baseline, Body, Reason, RefTip};
use crate::gather::push::take_in::{TakenIn, take_in};
use crate::model::History;
use crate::model::history::{self, Event};
use crate::model::verdict::Mode;

/// Refs that one record lists.
const LISTED: usize = 200;

impl Push<'_> {
    /// The history that the push is judged by, and the records that have to come before
    /// its own: of a repository that no record is about, what is there; of a ref that is
    /// enforced for the first time, what monitor mode had let in.
    pub(super) fn history(&self, kept: &Kept) -> anyhow::Result<(History, Vec<Body>)> {
        self.guard.doing("reading what is on record about the repository");
        let mut history = kept.history()?;
        let time = Timestamp::now();
        let mut bodies = Vec::new();
        if self.policy.governs_repository(self.repository).is_none() {
            return Ok((history, bodies));
        }
        if !history.is_taken_in() {
            // Only the chain can say that nothing is on record.
            history = kept.history_by_chain()?;
        }
        if !history.is_taken_in() {
            let found = take_in(self.policy, self.repo, self.repository, &history)?;
            bodies.extend(listed(self.repository, &found, &Reason::FirstSeen));
            let starts = found.into_iter().map(|taken| (taken.name, taken.commit)).collect();
            history.apply_next(Event::Baseline { starts, kind: history::Baseline::TakenIn, time });
        }
        let trial = self.enforced_first(&history)?;
        if !trial.is_empty() {
            bodies.extend(listed(self.repository, &trial, &Reason::Monitor));
            let starts = trial.into_iter().map(|taken| (taken.name, taken.commit)).collect();
            history.apply_next(Event::Baseline { starts, kind: history::Baseline::Accepted, time });
        }
        Ok((history, bodies))
    }

    /// The refs that a table enforces, and that monitor mode left at something which broke
    /// a rule.
    fn enforced_first(&self, history: &History) -> anyhow::Result<Vec<TakenIn>> {
        let mut found = Vec::new();
        for (name, of_ref) in history.refs() {
            let plain = name.without_namespace();
            let table = self.policy.governing(self.repository, &plain);
            let is_enforced = table
                .and_then(|index| self.policy.tables.get(index))
                .is_some_and(|table| table.mode == Mode::Enforce);
            if !is_enforced || plain.tag().is_some() {
                continue;
            }
            let Some(tip) = self.repo.tip(name)? else { continue };
            if of_ref.explains(&tip) && of_ref.is_on_trial(&tip) {
                found.push(TakenIn { name: name.clone(), value: tip.clone(), commit: tip });
            }
        }
        Ok(found)
    }
}

/// Baselines of these refs: as many records as it takes, and one where there is none.
pub(crate) fn listed(repository: &str, found: &[TakenIn], by: &Reason) -> Vec<Body> {
    let tip = |taken: &TakenIn| RefTip {
        name: taken.name.clone(),
        tip: taken.value.clone(),
        commit: (taken.value != taken.commit).then(|| taken.commit.clone()),
    };
    let chunks = found.chunks(LISTED).map(|chunk| chunk.iter().map(tip).collect::<Vec<_>>());
    let mut lists: Vec<Vec<RefTip>> = chunks.collect();
    if lists.is_empty() {
        lists.push(Vec::new());
    }
    let body = |refs| Body::Baseline(Baseline::listing(repository, refs, by.clone()));
    lists.into_iter().map(body).collect()
}

/// What a push puts on record ahead of itself, for the digest.
pub(super) fn starts(bodies: &[Body]) -> Vec<Started> {
    let baselines = bodies.iter().filter_map(|body| match body {
        Body::Baseline(baseline) => Some(baseline),
        _ => None,
    });
    baselines
        .flat_map(|baseline| {
            let why = match baseline.by {
                Reason::Monitor => Began::MonitorMode,
                _ => Began::FirstSeen,
            };
            let starts = baseline.starts();
            starts.map(move |(name, commit)| Started {
                name: name.clone(),
                commit: commit.clone(),
                why,
            })
        })
        .collect()
}
