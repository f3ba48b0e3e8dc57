//! Something that an auditor has to look at.

use super::Stamp;
use crate::report::clean::Clean;

/// Something that an auditor has to look at.
#[derive(Clone, Debug)]
pub struct Exception {
    /// What it is.
    pub kind: Kind,
    /// When, where a record tells.
    pub record: Option<Stamp>,
    /// The repository; `None` where it is about the whole server.
    pub repo: Option<Clean>,
    /// The ref.
    pub name: Option<Clean>,
    /// The commit.
    pub commit: Option<Clean>,
    /// Who.
    pub who: Option<Clean>,
    /// Why it is one, as a sentence.
    pub reason: Clean,
    /// Whether it still stands.
    pub state: State,
}

/// What an exception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The evidence file is not what was written.
    ChainFault,
    /// The repository holds commits that no record let in.
    UnrecordedCommit,
    /// A record let in commits that the repository has not any more.
    RecordGone,
    /// A branch was moved around the control.
    Lapse,
    /// A change landed with a broken rule, in monitor mode.
    BrokenInMonitorMode,
    /// A change landed with a rule that could not be checked.
    Unverified,
    /// An emergency was reviewed too late.
    ReviewLate,
    /// An emergency was not reviewed.
    ReviewMissing,
    /// A ticket had been closed before the change landed.
    TicketClosedEarly,
    /// History was accepted without judging it.
    Baseline,
    /// The evidence does not cover all of the period.
    NotCovered,
}

impl Kind {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::ChainFault,
        Self::UnrecordedCommit,
        Self::RecordGone,
        Self::Lapse,
        Self::BrokenInMonitorMode,
        Self::Unverified,
        Self::ReviewMissing,
        Self::ReviewLate,
        Self::TicketClosedEarly,
        Self::Baseline,
        Self::NotCovered,
    ];

    /// The code, as the table names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::ChainFault => "chain-fault",
            Self::UnrecordedCommit => "unrecorded-commit",
            Self::RecordGone => "record-gone",
            Self::Lapse => "lapse",
            Self::BrokenInMonitorMode => "broken-in-monitor-mode",
            Self::Unverified => "unverified",
            Self::ReviewMissing => "review-missing",
            Self::ReviewLate => "review-late",
            Self::TicketClosedEarly => "ticket-closed-early",
            Self::Baseline => "baseline",
            Self::NotCovered => "not-covered",
        }
    }

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::ChainFault => "The evidence file was altered",
            Self::UnrecordedCommit => "Commit without a record",
            Self::RecordGone => "Recorded commit is gone",
            Self::Lapse => "Branch moved around the control",
            Self::BrokenInMonitorMode => "Landed with a broken rule, in monitor mode",
            Self::Unverified => "Landed unverified",
            Self::ReviewMissing => "Emergency not reviewed",
            Self::ReviewLate => "Emergency reviewed late",
            Self::TicketClosedEarly => "Ticket closed before landing",
            Self::Baseline => "History accepted without judging it",
            Self::NotCovered => "Days before the evidence",
        }
    }
}

/// Whether an exception still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has settled it on record.
    Open,
    /// It was settled, and how.
    Settled(Clean),
    /// Nothing settles it: it has to be explained.
    Stands,
}

impl State {
    /// One word for the table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled(_) => "settled",
            Self::Stands => "to be explained",
        }
    }
}
