//! What does not go by the rules, or can't be shown to, with the reason.

use super::stamp;
use crate::evidence::read::{self, Class, FollowupKind, Reason, Record};
use crate::report::clean::Clean;
use crate::report::model::{Chain, Change, Exception, Kind, Outcome, Stamp, State, Tie};
use crate::report::period::{Period, day};
use crate::text::{count, list_and};

/// Commits of a ref that are listed one by one; a count stands for more.
const LISTED: usize = 100;

/// The exceptions so far.
#[derive(Debug, Default)]
pub(super) struct Noted {
    all: Vec<Exception>,
    lapse: Option<[String; 4]>,
}

/// One with nothing but its reason.
fn bare(kind: Kind, reason: impl AsRef<str>) -> Exception {
    Exception {
        kind,
        record: None,
        repo: None,
        name: None,
        commit: None,
        who: None,
        reason: Clean::of(reason),
        state: State::Stands,
    }
}

impl Noted {
    pub(super) fn sorted(mut self) -> Vec<Exception> {
        self.all.sort_by_key(|found| (found.kind, found.record.as_ref().map(|record| record.seq)));
        self.all
    }

    pub(super) fn baseline(&mut self, record: &Record, baseline: &read::Baseline) {
        let reason = match baseline.by {
            Reason::FirstSeen => {
                "The branch was there when the control first saw it. What it held then was not judged."
            }
            Reason::Admin | Reason::Other(_) => {
                "An administrator of the server had the control begin here. What came before was not judged."
            }
        };
        self.all.push(Exception {
            record: Some(stamp(record)),
            repo: Some(Clean::of(&baseline.repo)),
            name: Some(Clean::of(baseline.name.as_str())),
            commit: Some(Clean::of(baseline.tip.as_str())),
            ..bare(Kind::Baseline, reason)
        });
    }

    /// Each push to a branch that was moved says so, until one is let in.
    pub(super) fn lapse(&mut self, record: &Record, change: &read::Change) {
        let Some(lapse) = &change.lapse else { return };
        let (name, found) = (change.target().to_string(), lapse.found.to_string());
        let this = [change.repo.clone(), name.clone(), lapse.recorded.to_string(), found.clone()];
        if self.lapse.replace(this.clone()).as_ref() == Some(&this) {
            return;
        }
        let reason = format!(
            "The branch was moved on the server, around the control: the records had left it at {}.",
            lapse.recorded
        );
        self.all.push(Exception {
            record: Some(stamp(record)),
            repo: Some(Clean::of(&change.repo)),
            name: Some(Clean::of(name)),
            commit: Some(Clean::of(found)),
            ..bare(Kind::Lapse, reason)
        });
    }

    pub(super) fn change(&mut self, change: &Change) {
        let mut note = |kind, reason: String, state| {
            self.all.push(Exception {
                record: Some(change.record.clone()),
                repo: Some(change.repo.clone()),
                name: Some(change.name.clone()),
                commit: change.new.as_ref().map(Clean::of),
                who: change.pusher.clone(),
                state,
                ..bare(kind, reason)
            });
        };
        let after = |kind: FollowupKind| change.last(&kind);
        match change.result {
            Outcome::Broken => {
                note(
                    Kind::BrokenInMonitorMode,
                    format!("Broken: {}.", rules(change)),
                    State::Stands,
                );
            }
            Outcome::Unknown => {
                let state = match after(FollowupKind::Verified) {
                    Some(verified) => State::Settled(settled("verified", &verified.record)),
                    None => State::Open,
                };
                let mut reason = format!("Could not be checked: {}.", rules(change));
                if let Some(why) =
                    after(FollowupKind::StillUnverified).and_then(|still| still.why.as_ref())
                {
                    reason.push_str(&format!(" Looked at again, it does not comply: {why}"));
                }
                note(Kind::Unverified, reason, state);
            }
            Outcome::Compliant | Outcome::Waived => {}
        }
        if change.class == Class::Emergency {
            let due = change.emergency.as_ref().map_or_else(
                || "at a time that is not on record".to_owned(),
                |emergency| emergency.due.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            );
            match change.review() {
                None => {
                    let reason = format!("Nobody else has reviewed it; a review was due {due}.");
                    note(Kind::ReviewMissing, reason, State::Open);
                }
                Some(review) if change.is_reviewed_late() => {
                    let reason = format!("It was reviewed later than was due, which was {due}.");
                    note(
                        Kind::ReviewLate,
                        reason,
                        State::Settled(settled("reviewed", &review.record)),
                    );
                }
                Some(_) => {}
            }
        }
        for early in
            change.followups.iter().filter(|after| after.kind == FollowupKind::TicketClosedEarly)
        {
            let ticket = early.ticket.as_ref().map_or("that it names", Clean::as_str);
            let reason = format!("The ticket {ticket} had been closed before the change landed.");
            note(Kind::TicketClosedEarly, reason, State::Stands);
        }
    }

    pub(super) fn tie(&mut self, tie: &Tie) {
        let of_ref = |commit: Option<Clean>, kind, reason: String| Exception {
            repo: Some(tie.repo.clone()),
            name: Some(tie.name.clone()),
            commit,
            ..bare(kind, reason)
        };
        let reason =
            "The repository holds it, and no record let it in: it came in around the control.";
        for commit in tie.unrecorded.iter().take(LISTED) {
            let commit = Some(Clean::of(commit));
            self.all.push(of_ref(commit, Kind::UnrecordedCommit, reason.to_owned()));
        }
        let more = tie.unrecorded.len().saturating_sub(LISTED);
        if more > 0 {
            let reason = format!("The same of {} on this branch.", count(more, "more commit"));
            self.all.push(of_ref(None, Kind::UnrecordedCommit, reason));
        }
        if tie.gone > 0 {
            let reason = format!(
                "{} that a record let in can't be reached from the branch any more: history was \
                 rewritten around the control.",
                count(tie.gone, "commit")
            );
            self.all.push(of_ref(None, Kind::RecordGone, reason));
        }
    }

    pub(super) fn chain(&mut self, chain: &Chain, period: Period) {
        for flaw in &chain.flaws {
            self.all.push(bare(Kind::ChainFault, format!("The evidence file: {flaw}.")));
        }
        let begins = chain.first.as_ref().map(|first| day(first.time));
        if begins.is_none_or(|begins| begins > period.from()) {
            let reason = match begins {
                Some(begins) => {
                    format!("The evidence begins on {begins}; of the days before it tells nothing.")
                }
                None => "There is no evidence at all.".to_owned(),
            };
            self.all.push(bare(Kind::NotCovered, reason));
        }
    }
}

/// The rules that were broken or could not be checked.
fn rules(change: &Change) -> String {
    let mut rules: Vec<&str> = change
        .unkept
        .iter()
        .filter(|unkept| unkept.result.as_str() != "waived")
        .map(|unkept| unkept.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    list_and(&rules)
}

fn settled(how: &str, record: &Stamp) -> Clean {
    Clean::of(format!("{how}, record #{}", record.seq))
}
