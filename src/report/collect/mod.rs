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
use crate::evidence::{self, Body, Class, Decision, FollowupKind, Record};
use crate::policy::Patterns;
use crate::verify::{self, Finding};

/// What was found when the evidence was held against itself and the repositories.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Why none was, where none was.
    pub why_not: Option<String>,
    /// Each branch, held against the records.
    pub ties: Vec<verify::Tie>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Records that let in what never landed.
    pub never_landed: BTreeSet<u64>,
    /// What could not be looked at.
    pub unchecked: Vec<String>,
    /// What is worth knowing, and no fault.
    pub notes: Vec<String>,
    /// Checkpoints that were held against the file, each in a sentence.
    pub checkpoints: Vec<String>,
}

impl Compared {
    /// Leaves out the repositories that nobody asked for.
    fn leave(&mut self, repos: Option<&Patterns>) {
        let concerns = |repo: &str| is_among(repos, repo);
        self.ties.retain(|tie| concerns(&tie.repo));
        self.findings.retain(|found| found.repo.as_deref().is_none_or(concerns));
        if repos.is_some() {
            // They name repositories only in words.
            self.notes.clear();
        }
    }

    fn tied(&self) -> Vec<Tie> {
        let differing: BTreeSet<_> =
            self.findings.iter().map(|found| (found.repo.as_ref(), found.name.as_ref())).collect();
        let tied = |tie: &verify::Tie| Tie {
            repo: Clean::of(&tie.repo),
            name: Clean::of(tie.name.as_str()),
            since: tie.since.iter().map(ToString::to_string).collect(),
            tip: tie.tip.as_ref().map(ToString::to_string),
            commits: tie.commits,
            recorded: tie.recorded,
            unrecorded: tie.unrecorded,
            agrees: !differing.contains(&(Some(&tie.repo), Some(&tie.name))),
        };
        self.ties.iter().map(tied).collect()
    }
}

fn is_among(repos: Option<&Patterns>, repo: &str) -> bool {
    repos.is_none_or(|patterns| patterns.matches_repository(repo))
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
    /// As the evidence names it.
    repo: String,
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

    /// The report. `compared` is what was found in the file and the repositories.
    pub fn finish(mut self, mut compared: Compared) -> Report {
        compared.leave(self.repos.as_ref());
        let (changes, vanished) = self.landed(&compared);
        let chain = self.chain.finish(&compared.findings);
        let mut exceptions = self.exceptions;
        exceptions.beginning(&chain, self.scope.period);
        let findings = compared.findings.iter().filter(|found| chain.concerns(found));
        findings.for_each(|found| exceptions.found(found));
        compared.unchecked.iter().for_each(|what| exceptions.unchecked(what));
        changes.iter().for_each(|change| exceptions.change(change));
        let tie_out = match &compared.why_not {
            Some(why) => {
                exceptions.unchecked(&format!("the repositories were not read: {why}"));
                TieOut::NotDone(Clean::of(why))
            }
            None => TieOut::Done(compared.tied()),
        };
        let mut refusals = self.refusals;
        refusals.by_rule = self.refused.into_iter().map(|(rule, n)| (Clean::of(rule), n)).collect();
        refusals.by_rule.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let (policies, monitored) = self.policies.finish(self.scope.period);
        Report {
            silent: self.scope.period.without(self.days),
            exceptions: exceptions.sorted(),
            failures: self.failures,
            scope: self.scope,
            chain,
            policies,
            monitored,
            changes,
            vanished,
            refusals,
            tie_out,
            notes: compared.notes.iter().map(Clean::of).collect(),
            checkpoints: compared.checkpoints.iter().map(Clean::of).collect(),
            weeks: self.weeks,
        }
    }

    /// What was let in, and landed as far as anybody can tell; and what did not.
    fn landed(&mut self, compared: &Compared) -> (Vec<Change>, Vec<Vanished>) {
        let (mut changes, mut vanished) = (Vec::new(), Vec::new());
        let ties: BTreeSet<(&str, &str)> =
            compared.ties.iter().map(|tie| (tie.repo.as_str(), tie.name.as_str())).collect();
        for (seq, LetIn { repo, mut change, told }) in std::mem::take(&mut self.let_in) {
            let is_told_of = change.last(&FollowupKind::NeverLanded).is_some();
            change.landing = match told {
                Some(at) => Landing::Told(at),
                None if is_told_of || compared.never_landed.contains(&seq) => {
                    vanished.push(gone(change));
                    continue;
                }
                None if ties.contains(&(&repo, change.name.as_str())) => Landing::Found,
                None => Landing::Unread,
            };
            if let Some(week) = week_of(&mut self.weeks, change.record.time) {
                week.landed += 1;
                week.emergencies += usize::from(change.class == Class::Emergency);
            }
            changes.push(change);
        }
        (changes, vanished)
    }

    fn concerns(&self, repo: &str) -> bool {
        is_among(self.repos.as_ref(), repo)
    }

    fn approval(&mut self, record: &Record, approval: &evidence::Approval, is_in: bool) {
        if is_in {
            let (accepted, refused) = &mut self.refusals.approvals;
            let is_accepted = approval.decision == Decision::Allow;
            *(if is_accepted { accepted } else { refused }) += 1;
        }
        self.approved.add(record, approval);
    }

    fn change(&mut self, record: &Record, change: &evidence::Change) {
        self.exceptions.lapse(record, change);
        if change.is_allowed() {
            let repo = change.repo.clone();
            let change = changes::change(record, change, &self.approved);
            self.let_in.insert(record.seq, LetIn { repo, change, told: None });
            return;
        }
        if change.finding == evidence::Finding::Error {
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

    fn followup(&mut self, record: &Record, followup: &evidence::Followup) {
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
