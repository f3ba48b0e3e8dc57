//! What does not go by the rules, or can't be shown to, with the reason.

use super::stamp;
use crate::evidence::{self, Class, FollowupKind, Reason, Record};
use crate::model::ObjectId;
use crate::report::clean::Clean;
use crate::report::model::{Chain, Change, Exception, Followup, Kind, Outcome, Stamp, State};
use crate::report::period::{Period, day};
use crate::text::{count, list_and};
use crate::verify::{Code, Finding};

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

    pub(super) fn baseline(&mut self, record: &Record, baseline: &evidence::Baseline) {
        let reason = match baseline.by {
            Reason::FirstSeen => {
                "The branch was there when the control first saw it. What it held then was not judged."
            }
            Reason::Install => {
                "The branch was there when the control was installed. What it held then was not \
                 judged."
            }
            Reason::Monitor => {
                "Monitor mode had let in what the branch held when its rules were first enforced."
            }
            Reason::Admin | Reason::Other(_) => {
                "An administrator of the server had the control begin here. What came before was \
                 not judged."
            }
        };
        let (tags, branches): (Vec<_>, Vec<_>) =
            baseline.starts().partition(|(name, _)| name.tag().is_some());
        let of = |name: Option<Clean>, commit: Option<Clean>, reason: &str| Exception {
            record: Some(stamp(record)),
            repo: Some(Clean::of(&baseline.repo)),
            name,
            commit,
            ..bare(Kind::Baseline, reason)
        };
        self.all.extend(branches.iter().map(|(name, tip)| {
            of(Some(Clean::of(name.as_str())), Some(Clean::of(tip.as_str())), reason)
        }));
        // A repository may have thousands, and all of them are from the same time.
        if !tags.is_empty() {
            let reason =
                format!("{} were there as well, and none was judged.", count(tags.len(), "tag"));
            self.all.push(of(None, None, &reason));
        }
    }

    /// Each push to a branch that was moved says so, until one is let in.
    pub(super) fn lapse(&mut self, record: &Record, change: &evidence::Change) {
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

    /// All that is wrong with a change.
    pub(super) fn change(&mut self, change: &Change) {
        let found = rules_of(change).into_iter().chain(review_of(change));
        for (kind, reason, state) in found.chain(tickets_of(change)) {
            self.all.push(Exception {
                record: Some(change.record.clone()),
                repo: Some(change.repo.clone()),
                name: Some(change.name.clone()),
                commit: change.new.as_ref().map(Clean::of),
                who: change.pusher.clone(),
                state,
                ..bare(kind, reason)
            });
        }
    }

    /// What `verify` found. One that is about commits is one for each of them.
    pub(super) fn found(&mut self, finding: &Finding) {
        let of = |commit: Option<&ObjectId>, reason: &str| Exception {
            repo: finding.repo.as_ref().map(Clean::of),
            name: finding.name.as_ref().map(|name| Clean::of(name.as_str())),
            commit: commit.map(|commit| Clean::of(commit.as_str())),
            ..bare(Kind::Found(finding.code), reason)
        };
        if finding.code == Code::UnrecordedCommit {
            let reason = "The repository holds it, and no record let it in: it came in around the \
                          control.";
            self.all.extend(finding.commits.iter().map(|commit| of(Some(commit), reason)));
            return;
        }
        let mut reason = finding.what.clone();
        reason.push('.');
        self.all.push(of(finding.commits.first(), &reason));
    }

    pub(super) fn unchecked(&mut self, what: &str) {
        self.all.push(bare(Kind::NotChecked, format!("It could not be checked: {what}.")));
    }

    pub(super) fn beginning(&mut self, chain: &Chain, period: Period) {
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

/// One of a change: what it is, why, and whether it still stands.
type Of = (Kind, String, State);

fn rules_of(change: &Change) -> Option<Of> {
    match change.result {
        Outcome::Compliant | Outcome::Waived => None,
        Outcome::Broken => {
            let reason = format!("Broken: {}.", rules(change));
            Some((Kind::BrokenInMonitorMode, reason, State::Stands))
        }
        Outcome::Unknown => {
            let mut reason = format!("Could not be checked: {}.", rules(change));
            let still = change.last(&FollowupKind::StillUnverified);
            if let Some(why) = still.and_then(|still| still.why.as_ref()) {
                reason.push_str(&format!(" Looked at again, it does not comply: {why}."));
            }
            let verified = change.last(&FollowupKind::Verified);
            let state = verified.map(|verified| settled("verified", &verified.record));
            Some(dismissed(change, (Kind::Unverified, reason, state.unwrap_or(State::Open))))
        }
    }
}

fn review_of(change: &Change) -> Option<Of> {
    if change.class != Class::Emergency {
        return None;
    }
    let due = change.emergency.as_ref().map_or_else(
        || "at a time that is not on record".to_owned(),
        |emergency| emergency.due.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    );
    match change.review() {
        None => {
            let reason = format!("Nobody else has reviewed it; the review is due by {due}.");
            Some(dismissed(change, (Kind::ReviewMissing, reason, State::Open)))
        }
        Some(review) if change.is_reviewed_late() => {
            let reason = format!("It was reviewed later than was due, which was {due}.");
            Some((Kind::ReviewLate, reason, settled("reviewed", &review.record)))
        }
        Some(_) => None,
    }
}

/// An admin can take a change off the list, but that settles nothing.
fn dismissed(change: &Change, (kind, mut reason, state): Of) -> Of {
    let Some(dismissal) = change.last(&FollowupKind::Dismissed) else {
        return (kind, reason, state);
    };
    let words = |text: &Option<Clean>| text.as_ref().map_or("?".to_owned(), Clean::to_string);
    reason.push_str(&format!(
        " {} took it off the list (record #{}): {}.",
        words(&dismissal.by),
        dismissal.record.seq,
        words(&dismissal.why)
    ));
    (kind, reason, if state == State::Open { State::Stands } else { state })
}

fn tickets_of(change: &Change) -> impl Iterator<Item = Of> {
    let early = |after: &&Followup| after.kind == FollowupKind::TicketClosedEarly;
    change.followups.iter().filter(early).map(|early| {
        let ticket = early.ticket.as_ref().map_or("that it names", Clean::as_str);
        let reason = format!("The ticket {ticket} had been closed before the change landed.");
        (Kind::TicketClosedEarly, reason, State::Stands)
    })
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

fn settled(how: &str, record: &Stamp) -> State {
    State::Settled(Clean::of(format!("{how}, record #{}", record.seq)))
}
