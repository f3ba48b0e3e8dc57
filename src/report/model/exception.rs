//! Something that an auditor has to look at.

use super::Stamp;
use crate::report::clean::Clean;
use crate::verify::Code;

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
    /// What `sockembot verify` finds: in the file, or in the repositories.
    Found(Code),
    /// Something could not be looked at.
    NotChecked,
    /// A branch had been moved around the control.
    Lapse,
    /// A change landed with a broken rule, in monitor mode.
    BrokenInMonitorMode,
    /// A change landed with a rule that could not be checked.
    Unverified,
    /// An emergency was not reviewed.
    ReviewMissing,
    /// An emergency was reviewed too late.
    ReviewLate,
    /// A ticket had been closed before the change landed.
    TicketClosedEarly,
    /// History was accepted without judging it.
    Baseline,
    /// The evidence does not cover all of the period.
    NotCovered,
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

impl Kind {
    /// Those that `verify` does not find.
    pub const OWN: [Self; 9] = [
        Self::NotChecked,
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
            Self::Found(code) => code.code(),
            Self::NotChecked => "not-checked",
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

    /// What it is, in one sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Found(code) => code.about(),
            Self::NotChecked => "A repository or a part of it could not be read.",
            Self::Lapse => "A branch had been moved around the control before a push.",
            Self::BrokenInMonitorMode => "A change landed with a broken rule, in monitor mode.",
            Self::Unverified => "A change landed with a rule that could not be checked.",
            Self::ReviewMissing => "An emergency was not reviewed.",
            Self::ReviewLate => "An emergency was reviewed later than was due.",
            Self::TicketClosedEarly => "A ticket had been closed before the change landed.",
            Self::Baseline => "What a branch held was accepted without judging it.",
            Self::NotCovered => "The evidence begins later than the period.",
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_stands_in_the_readme() {
        let found = Code::ALL.iter().map(|code| Kind::Found(*code));
        let codes: BTreeSet<&str> = Kind::OWN.into_iter().chain(found).map(Kind::code).collect();
        assert_eq!(codes.len(), Kind::OWN.len() + Code::ALL.len());
        let readme = include_str!("../../../README.md");
        for kind in Kind::OWN {
            let row = format!("| `{}` | {} |", kind.code(), kind.about());
            assert!(readme.contains(&row), "the README lacks the row: {row}");
        }
    }
}
