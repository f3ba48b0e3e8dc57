//! Changes that landed without approval, or while nobody could verify them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::again::{Again, Case};
use super::findings::{Findings, Word};
use crate::evidence::Waiting;
use crate::evidence::{Followup, FollowupKind};
use crate::judge::afterwards::{Approvals, Review, Verification, reviewed, verified};
use crate::policy::ApprovalSource;
use crate::text::{count, fit, list_and, moment};
use crate::{digest, sentences};

/// After that long git has written a ref, or never will: no hook may take longer, nor
/// any that runs after ours.
const WRITING: SignedDuration = SignedDuration::from_hours(1);

/// Broken rules that are named in a record; a count stands for the rest.
const MOST: usize = 10;

/// Draws the conclusions from one change.
pub(super) fn conclude(
    findings: &mut Findings,
    seq: u64,
    waiting: &Waiting,
    case: anyhow::Result<Case>,
    now: Timestamp,
) {
    let conclusion = Conclusion { findings, seq, waiting, now };
    match case {
        Ok(Case::NotAsked) => {}
        Ok(Case::NotLanded) => conclusion.not_landed(),
        Ok(Case::Landed(again)) => conclusion.landed(*again),
        Err(error) => conclusion.unclear(&format!("{error:#}")),
    }
}

struct Conclusion<'a> {
    findings: &'a mut Findings,
    seq: u64,
    waiting: &'a Waiting,
    now: Timestamp,
}

impl Conclusion<'_> {
    fn name(&self) -> String {
        let change = &self.waiting.change;
        format!(
            "#{} {} of {}, pushed by {}",
            self.seq,
            fit(change.target().short(), 60),
            fit(&change.repo, 80),
            fit(change.pusher.name.as_deref().unwrap_or("somebody"), 40)
        )
    }

    fn unclear(self, why: &str) {
        let what = format!("{}: {}", self.name(), fit(why, 500));
        let hint = self.dismiss();
        self.findings.say_with(Word::Unclear, what, hint);
    }

    fn dismiss(&self) -> String {
        format!("if nobody can mend that: `sockembot followup --dismiss {} --reason WHY`", self.seq)
    }

    /// A hook that was kept may have refused it, or git failed to write the ref.
    fn not_landed(mut self) {
        let what = format!("{}: it has not landed", self.name());
        if self.now.duration_since(self.waiting.time) < WRITING {
            self.findings.say(Word::Waiting, what);
            return;
        }
        let source = Some("git".to_owned());
        self.note(Followup { at: Some(self.now), source, ..self.of(FollowupKind::NeverLanded) });
        self.findings.say(Word::Note, what);
    }

    fn landed(mut self, again: Again) {
        let Again { policy, landed, verdict } = again;
        let Some(of_ref) = verdict.refs.first() else { return self.unclear("nothing was judged") };
        let why = |violation: &_| sentences::of_ref(violation, &verdict, of_ref, &policy);
        if self.waiting.review.is_some() {
            let table = of_ref.update.role.table().and_then(|index| policy.tables.get(index));
            let from = table.map(|table| &table.approval.from);
            match reviewed(&policy, &verdict.pusher, of_ref) {
                Review::Done { by, at, places } => self.reviewed(&by, at, &places),
                Review::Missing { why: violation } => self.unreviewed(&why(&violation), from),
                Review::Unknown { why } => self.say(Word::Unclear, &why),
            }
        }
        if self.waiting.verification.is_some() {
            let approvals = match self.waiting.change.emergency {
                Some(_) => Approvals::Waived,
                None => Approvals::Needed,
            };
            match verified(of_ref, landed, approvals) {
                Verification::Verified => self.verified(),
                Verification::Unknown { why } => self.say(Word::Unclear, &why),
                Verification::Broken(violations) => {
                    let mut each: Vec<String> = violations
                        .iter()
                        .take(MOST)
                        .map(|violation| format!("{}: {}", violation.rule(), why(violation)))
                        .collect();
                    if let Some(more @ 1..) = violations.len().checked_sub(MOST) {
                        each.push(format!("{more} more"));
                    }
                    self.broken(&each.join("; "));
                }
            }
        }
    }

    fn reviewed(&mut self, by: &[String], at: Option<Timestamp>, places: &[String]) {
        let due = self.due();
        // No source that tells no time can be older than the day on which it is found.
        let at = at.unwrap_or(self.now);
        let late = due.is_some_and(|due| at > due);
        self.note(Followup {
            by: Some(list_and(by)),
            at: Some(at),
            source: Some(list_and(places)),
            due,
            late: Some(late),
            ..self.of(FollowupKind::EmergencyReviewed)
        });
        let by: Vec<String> = by.iter().map(|name| fit(name, 40)).collect();
        let late = if late { ", which was late" } else { "" };
        self.say(Word::Reviewed, &format!("by {} at {}{late}", list_and(&by), moment(at)));
    }

    fn unreviewed(&mut self, why: &str, from: Option<&BTreeSet<ApprovalSource>>) {
        let due = self.due().unwrap_or(self.now);
        let (when, why) = (moment(due), fit(why, 200));
        if due > self.now {
            self.say(Word::Waiting, &format!("a review is due by {when}; {why}"));
            return;
        }
        if !self.waiting.review.as_ref().is_some_and(|noted| noted.is_noted) {
            self.note(Followup {
                at: Some(self.now),
                due: Some(due),
                ..self.of(FollowupKind::EmergencyOverdue)
            });
        }
        let what = format!("{}: the review was due by {when}; {why}", self.name());
        let change = &self.waiting.change;
        let branch = change.target().without_namespace();
        match &change.new {
            Some(commit) => {
                let hint = digest::review_of(commit, branch.short(), from);
                self.findings.say_with(Word::Overdue, what, hint);
            }
            None => self.findings.say(Word::Overdue, what),
        }
    }

    fn verified(&mut self) {
        self.note(Followup {
            at: Some(self.now),
            source: Some("tracker".to_owned()),
            ..self.of(FollowupKind::Verified)
        });
        let tickets = count(self.waiting.change.tickets.len(), "ticket");
        self.say(Word::Verified, &format!("{tickets} answered for, and every rule is kept"));
    }

    fn broken(&mut self, why: &str) {
        let known = self.waiting.verification.as_ref().and_then(|noted| noted.why.as_deref());
        if known != Some(why) {
            self.note(Followup {
                at: Some(self.now),
                why: Some(why.to_owned()),
                ..self.of(FollowupKind::StillUnverified)
            });
        }
        let what = format!("{}: it landed unverified; {}", self.name(), fit(why, 400));
        let hint = self.dismiss();
        self.findings.say_with(Word::Broken, what, hint);
    }

    fn say(&mut self, word: Word, what: &str) {
        let what = format!("{}: {what}", self.name());
        self.findings.say(word, what);
    }

    fn due(&self) -> Option<Timestamp> {
        self.waiting.change.emergency.as_ref().map(|emergency| emergency.due)
    }

    fn of(&self, kind: FollowupKind) -> Followup {
        Followup::of(self.seq, kind)
    }

    fn note(&mut self, followup: Followup) {
        self.findings.records.push(followup);
    }
}
