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
    /// Why it does not count, whoever gave it.
    pub void: Option<Void>,
    /// What the forge vouches for, where it stands at one.
    pub vouched: Option<Vouched>,
}

/// Why an approval does not count, whoever gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Void {
    /// It was taken back.
    Dismissed,
    /// The same person has asked for changes since.
    Superseded,
    /// A machine gave it: it has no eyes.
    Machine,
    /// Whoever gave it may not write to the repository.
    NoWriteAccess,
    /// The account is gone.
    Gone,
    /// The request is for this branch.
    OtherBranch(String),
    /// The request was for another branch then, and showed something else.
    Retargeted,
    /// The request is a draft.
    Draft,
    /// The request was turned down.
    Closed,
    /// The request was merged before this push.
    Merged,
    /// Nobody can tell what was approved; the reason, as a fragment after "because".
    Unknowable(&'static str),
}

/// What a forge vouches for beside an approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Who opened the request, as the forge authenticated them.
    pub author: Option<Identity>,
    /// Accounts by the addresses in commits, in lower case.
    pub accounts: BTreeMap<String, Identity>,
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
    /// A review of a pull or merge request.
    Review {
        /// The request's number.
        number: u64,
        /// Where a person reads it.
        url: String,
        /// The commit that was reviewed, where the forge tells.
        commit: Option<ObjectId>,
    },
    /// The ticket. Weaker: it names no content, only a time.
    Ticket {
        /// The ticket.
        key: TicketKey,
    },
}

impl Source {
    /// What was approved, where the source tells.
    pub fn commit(&self) -> Option<&ObjectId> {
        match self {
            Self::Ref { commit, .. } => Some(commit),
            Self::Review { commit, .. } => commit.as_ref(),
            Self::Ticket { .. } => None,
        }
    }

    /// Where a person finds it.
    pub fn place(&self) -> String {
        match self {
            Self::Ref { name, .. } => name.to_string(),
            Self::Review { number, url, .. } if url.is_empty() => format!("request {number}"),
            Self::Review { url, .. } => url.clone(),
            Self::Ticket { key } => key.to_string(),
        }
    }
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
