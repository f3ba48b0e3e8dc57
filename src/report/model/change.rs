//! A change that landed, with all that an auditor asks about one.

use jiff::Timestamp;

use super::Stamp;
use crate::evidence::{Class, FollowupKind, Source};
use crate::report::clean::{Clean, Link};

/// A change that landed, or of which nobody can say that it did not.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its record. The time is that of the judgement.
    pub record: Stamp,
    /// What is known of its landing.
    pub landing: Landing,
    /// The repository.
    pub repo: Clean,
    /// The branch or tag, in full.
    pub name: Clean,
    /// Where it was.
    pub old: Option<String>,
    /// Where it went.
    pub new: Option<String>,
    /// How many commits came in.
    pub commits: u64,
    /// Everybody who wrote any of them: authors, co-authors and committers.
    pub authors: Vec<Clean>,
    /// The tickets, as they were then.
    pub tickets: Vec<Ticket>,
    /// The approvals that counted.
    pub approvals: Vec<Approval>,
    /// Who pushed, by the server's word.
    pub pusher: Option<Clean>,
    /// The kind of change.
    pub class: Class,
    /// Of an emergency.
    pub emergency: Option<Emergency>,
    /// What became of it afterwards, first to last.
    pub followups: Vec<Followup>,
    /// What the rules say.
    pub result: Outcome,
    /// The rules that were not kept.
    pub unkept: Vec<Unkept>,
    /// SHA-256 of the config that was in force.
    pub policy: Clean,
}

impl Emergency {
    /// The reason, with the incident before it where it does not begin with that.
    pub fn why(&self) -> String {
        let reason = self.reason.as_str();
        match &self.incident {
            Some(incident) if !reason.starts_with(incident.as_str()) => {
                format!("{incident}: {reason}")
            }
            _ => reason.to_owned(),
        }
    }
}

impl Change {
    /// When it landed, as far as that is known: as told, else when it was judged.
    pub fn landed_at(&self) -> Option<Timestamp> {
        match self.landing {
            Landing::Told(at) => Some(at),
            Landing::Found | Landing::Unread => None,
        }
    }

    /// Whether the review of an emergency came when it was no longer in time.
    pub fn is_reviewed_late(&self) -> bool {
        let Some(review) = self.review() else { return false };
        let due = self.emergency.as_ref().map(|emergency| emergency.due);
        review.is_late || due.is_some_and(|due| review.at.unwrap_or(review.record.time) > due)
    }

    /// What happened of this kind, the last time.
    pub fn last(&self, kind: &FollowupKind) -> Option<&Followup> {
        self.followups.iter().rev().find(|after| after.kind == *kind)
    }

    /// The review of an emergency, if there was one.
    pub fn review(&self) -> Option<&Followup> {
        self.followups.iter().find(|after| after.kind == FollowupKind::EmergencyReviewed)
    }
}

/// What is known of a landing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The server told, and then.
    Told(Timestamp),
    /// The server did not tell; the repository holds the change.
    Found,
    /// The server did not tell, and it was not looked up.
    Unread,
}

/// A ticket, as it was when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its key.
    pub key: Clean,
    /// Where a person reads it.
    pub link: Option<Link>,
    /// What it is about; empty where the tracker had or gave no answer.
    pub title: Clean,
    /// Its state, or what the tracker answered instead.
    pub state: Clean,
    /// Who asked for it.
    pub reporter: Option<Clean>,
    /// When it was opened, by the tracker's clock.
    pub opened: Option<Timestamp>,
    /// When it was closed, by the tracker's clock: then or later.
    pub closed: Option<Timestamp>,
}

/// An approval that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who gave it.
    pub by: Clean,
    /// When: by our clock for an approval by ref, by the source's for the others.
    pub at: Option<Timestamp>,
    /// Where it was given.
    pub source: Source,
    /// The ref, the ticket or the review.
    pub place: Clean,
    /// What was approved: a commit with all that it contains; a ticket names none.
    pub commit: Option<String>,
    /// How many of the change's commits it covers.
    pub covers: u64,
}

/// Why a change was let in without approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// In the words of whoever declared it.
    pub reason: Clean,
    /// The incident, where one is named.
    pub incident: Option<Clean>,
    /// Until when somebody else has to have reviewed it.
    pub due: Timestamp,
}

/// What became of a change afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followup {
    /// Its record.
    pub record: Stamp,
    /// What happened.
    pub kind: FollowupKind,
    /// Who did it.
    pub by: Option<Clean>,
    /// When, by the clock of the source.
    pub at: Option<Timestamp>,
    /// Who says so.
    pub source: Option<Clean>,
    /// The ticket, where it is about one.
    pub ticket: Option<Clean>,
    /// Of a review: whether it says of itself that it came too late.
    pub is_late: bool,
    /// Why a change could not be verified.
    pub why: Option<Clean>,
}

/// What the rules say about a change that landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All were kept.
    Compliant,
    /// Some did not have to be kept.
    Waived,
    /// Something could not be found out.
    Unknown,
    /// Some were broken, and refused nothing.
    Broken,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Waived => "waived",
            Self::Unknown => "unknown",
            Self::Broken => "broken",
        }
    }
}

/// A rule that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unkept {
    /// Its code.
    pub rule: Clean,
    /// How it ended: `fail`, `waived` or `error`.
    pub result: Clean,
    /// What decided it.
    pub detail: Clean,
}

/// Let in, and not in the repository.
#[derive(Clone, Debug)]
pub struct Vanished {
    /// Its record.
    pub record: Stamp,
    /// The repository.
    pub repo: Clean,
    /// The ref.
    pub name: Clean,
    /// Where it would have gone.
    pub new: Option<String>,
    /// Who pushed.
    pub pusher: Option<Clean>,
}
