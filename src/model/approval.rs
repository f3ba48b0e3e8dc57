//! An approval: who, when, where it was given, and which commits it covers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Identity, ObjectId, RefName, TicketKey};

/// One approval that may cover commits of the push.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Who gave it.
    pub by: Identity,
    /// When, where the source tells.
    pub at: Option<Timestamp>,
    /// Where it was given.
    pub source: Source,
    /// Which of the new commits it covers.
    pub covers: BTreeSet<ObjectId>,
    /// Which of them are other versions of what it was given for.
    pub outdated_for: BTreeSet<ObjectId>,
}

/// Where an approval was given, strongest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// `refs/approvals/BRANCH/LOGIN`, which only LOGIN can push.
    Ref {
        /// The ref.
        name: RefName,
        /// What was approved: this commit and all that it contains.
        commit: ObjectId,
    },
    /// The ticket. Weaker: it names no content, only a time.
    Ticket {
        /// The ticket.
        key: TicketKey,
    },
}

/// The approvals found for each branch of the push, by the ref that is written.
#[derive(Clone, Debug, Default)]
pub struct Approvals(BTreeMap<RefName, Vec<Approval>>);

impl Approvals {
    /// The approvals for one branch.
    pub fn of(&self, target: &RefName) -> &[Approval] {
        self.0.get(target).map_or(&[], Vec::as_slice)
    }
}

impl FromIterator<(RefName, Vec<Approval>)> for Approvals {
    fn from_iter<I: IntoIterator<Item = (RefName, Vec<Approval>)>>(found: I) -> Self {
        Self(found.into_iter().collect())
    }
}
