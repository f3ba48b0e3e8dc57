//! The records, one after the other, into a report.

pub(super) mod approvals;
mod chain;
pub(super) mod changes;
mod exceptions;
mod policies;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use approvals::Approvals;

use super::clean::Clean;
use super::model::{
    Change, Failure, Landing, Refusals, Report, Scope, Stamp, Tie, TieOut, Vanished, Week,
};
use super::period::day;
use crate::evidence::read::{self, Body, Decision, Finding, Flaw, FollowupKind, Record};
use crate::policy::Patterns;

/// What the repositories say about the records.
#[derive(Clone, Debug)]
pub enum Compared {
    /// They were not read, and why.
    Not(String),
    /// They were.
    Done {
        /// Each ref, held against the records.
        ties: Vec<Tie>,
        /// The records that let in what is there.
        reached: BTreeSet<u64>,
    },
}

/// A report in the making.
#[derive(Debug)]
pub struct Collector {
    scope: Scope,
    repos: Option<Patterns>,
    chain: chain::Links,
    policies: policies::Policies,
    approved: Approvals,
    let_in: BTreeMap<u64, LetIn>,
    refused: BTreeMap<String, usize>,
    refusals: Refusals,
    failures: Vec<Failure>,
    days: BTreeSet<Date>,
    weeks: Vec<Week>,
    exceptions: exceptions::Noted,
}

/// A change of the period that was let in.
#[derive(Debug)]
struct LetIn {
    change: Change,
    told: Option<Timestamp>,
}

/// A stretch of the file, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Where it begins.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
}

pub(super) fn stamp(record: &Record) -> Stamp {
    Stamp { seq: record.seq, time: record.time, sha256: record.sha256.clone() }
}

impl Collector {
    /// For what is asked. `repos` are the patterns that a repository has to match.
    pub fn new(scope: Scope, repos: Option<Patterns>) -> Self {
        let weeks = scope.period.weeks().into_iter();
        let weeks = weeks.map(|days| Week { days, landed: 0, emergencies: 0, refused: 0 });
        Self {
            weeks: weeks.collect(),
            scope,
            repos,
            chain: chain::Links::default(),
            policies: policies::Policies::default(),
            approved: Approvals::default(),
            let_in: BTreeMap::new(),
            refused: BTreeMap::new(),
            refusals: Refusals::default(),
            failures: Vec::new(),
            days: BTreeSet::new(),
            exceptions: exceptions::Noted::default(),
        }
    }

    /// Takes in what is wrong with the file.
    pub fn flaw(&mut self, flaw: &Flaw) {
        self.chain.flaw(flaw);
    }

    /// Takes in the next record. `at` is where its line stands, with the torn ones
    /// before it.
    pub fn record(&mut self, record: &Record, at: Stretch) {
        let is_in = self.scope.period.contains(record.time);
        self.chain.add(record, at, is_in);
        self.policies.add(record, is_in);
        if is_in {
            self.days.insert(day(record.time));
        }
        match &record.body {
            Body::Approval(approval) if self.concerns(&approval.repo) => {
                self.approval(record, approval, is_in);
            }
            Body::Change(change) if is_in && self.concerns(&change.repo) => {
                self.change(record, change);
            }
            Body::Landed(landed) => {
                if let Some(seq) = landed.change
                    && let Some(let_in) = self.let_in.get_mut(&seq)
                {
                    let_in.told = let_in.told.or(Some(record.time));
                }
            }
            Body::Followup(followup) => self.followup(record, followup),
            Body::Baseline(baseline) if is_in && self.concerns(&baseline.repo) => {
                self.exceptions.baseline(record, baseline);
            }
            _ => {}
        }
    }

    /// The report. `compared` is what the repositories say.
    pub fn finish(self, compared: Compared) -> Report {
        let Self { scope, chain, policies, let_in, mut weeks, mut exceptions, .. } = self;
        let mut refusals = self.refusals;
        refusals.by_rule = self.refused.into_iter().map(|(rule, n)| (Clean::of(rule), n)).collect();
        refusals.by_rule.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let mut changes = Vec::new();
        let mut vanished = Vec::new();
        for (seq, LetIn { mut change, told }) in let_in {
            change.landing = match (told, &compared) {
                (Some(at), _) => Landing::Told(at),
                (None, _) if change.last(&FollowupKind::NeverLanded).is_some() => {
                    vanished.push(gone(change));
                    continue;
                }
                (None, Compared::Not(_)) => Landing::Unread,
                (None, Compared::Done { reached, .. }) if reached.contains(&seq) => Landing::Found,
                (None, Compared::Done { .. }) => {
                    vanished.push(gone(change));
                    continue;
                }
            };
            if let Some(week) = week_of(&mut weeks, change.record.time) {
                week.landed += 1;
                week.emergencies += usize::from(change.emergency.is_some());
            }
            exceptions.change(&change);
            changes.push(change);
        }
        let chain = chain.finish();
        exceptions.chain(&chain, scope.period);
        let tie_out = match compared {
            Compared::Not(why) => TieOut::NotDone(Clean::of(why)),
            Compared::Done { ties, .. } => {
                ties.iter().for_each(|tie| exceptions.tie(tie));
                TieOut::Done(ties)
            }
        };
        let (policies, monitored) = policies.finish(scope.period);
        Report {
            silent: scope.period.without(self.days),
            exceptions: exceptions.sorted(),
            failures: self.failures,
            scope,
            chain,
            policies,
            monitored,
            changes,
            vanished,
            refusals,
            tie_out,
            weeks,
        }
    }

    fn concerns(&self, repo: &str) -> bool {
        self.repos.as_ref().is_none_or(|patterns| patterns.matches_repository(repo))
    }

    fn approval(&mut self, record: &Record, approval: &read::Approval, is_in: bool) {
        if is_in {
            let (accepted, refused) = &mut self.refusals.approvals;
            let is_accepted = approval.decision == Decision::Allow;
            *(if is_accepted { accepted } else { refused }) += 1;
        }
        self.approved.add(record, approval);
    }

    fn change(&mut self, record: &Record, change: &read::Change) {
        self.exceptions.lapse(record, change);
        if change.is_allowed() {
            let change = changes::change(record, change, &self.approved);
            self.let_in.insert(record.seq, LetIn { change, told: None });
            return;
        }
        if change.finding == Finding::Error {
            self.failures.push(changes::failure(record, change));
            return;
        }
        self.refusals.refused += 1;
        let rules = changes::refused_by(change);
        self.refusals.alongside += usize::from(rules.is_empty());
        for rule in rules {
            *self.refused.entry(rule).or_default() += 1;
        }
        if let Some(week) = week_of(&mut self.weeks, record.time) {
            week.refused += 1;
        }
    }

    fn followup(&mut self, record: &Record, followup: &read::Followup) {
        let Some(let_in) = self.let_in.get_mut(&followup.of) else { return };
        changes::follow_up(&mut let_in.change, record, followup);
    }
}

/// The week of a time. Weeks are sorted, and there are no gaps between them.
fn week_of(weeks: &mut [Week], time: Timestamp) -> Option<&mut Week> {
    let day = day(time);
    let place = weeks.partition_point(|week| week.days.to() < day);
    weeks.get_mut(place).filter(|week| week.days.from() <= day)
}

fn gone(change: Change) -> Vanished {
    let Change { record, repo, name, new, pusher, .. } = change;
    Vanished { record, repo, name, new, pusher }
}
