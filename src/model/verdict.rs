//! What was decided, and why: every rule with its outcome, and what follows from them.

use serde::Serialize;

use super::approval::Void;
use super::review::Proven;
use super::violation::{Part, Violation};
use super::{
    Approval, Emergency, Identity, Lookup, ObjectId, Plea, Pusher, RefUpdate, Rule, TicketKey,
};

/// The judgement of one push.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The repository as the host names it.
    pub repository: String,
    /// Who pushes.
    pub pusher: Pusher,
    /// Whether the pusher calls it an emergency.
    pub plea: Plea,
    /// Faults of the push as a whole, which refuse it before any ref is looked at.
    pub faults: Vec<Violation>,
    /// One judgement for each governed or guarded ref.
    pub refs: Vec<RefVerdict>,
}

/// The judgement of one ref.
#[derive(Clone, Debug)]
pub struct RefVerdict {
    /// What was judged.
    pub update: RefUpdate,
    /// Whether a broken rule refuses or only warns.
    pub mode: Mode,
    /// The kind of change.
    pub class: Class,
    /// What waives the approvals, where that is so.
    pub emergency: Option<Emergency>,
    /// Every rule that was applied. Never empty: an empty list decides nothing.
    pub checks: Vec<Check>,
    /// The tickets that the commits name, as they were.
    pub tickets: Vec<(TicketKey, Lookup)>,
    /// The approvals that were found, and whether they count.
    pub approvals: Vec<JudgedApproval>,
    /// The requests that were found, and what of the push is their content.
    pub requests: Vec<Proven>,
    /// The new commits that as many people as are needed approved as they stand: once
    /// landed, each is a state that was reviewed.
    pub heads: Vec<ObjectId>,
    /// The people with a part in the new commits, each by one name, sorted.
    pub contributors: Vec<String>,
}

/// What a broken rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is shown as a warning and recorded; the push lands.
    Monitor,
    /// It refuses the push.
    Enforce,
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// By a person, by the rules.
    Standard,
    /// By an authenticated machine that the policy exempts.
    Automated,
    /// By a person who may, without an approval: somebody has to review it.
    Emergency,
    /// The tracker did not answer, and the table lets such a change land: somebody
    /// has to follow it up.
    Unverified,
}

/// One rule, applied to one thing.
#[derive(Clone, Debug)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// What it was applied to.
    pub on: Subject,
    /// How it ended.
    pub outcome: Outcome,
}

/// What a rule is applied to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The ref itself.
    Ref,
    /// One of its new commits.
    Commit(ObjectId),
}

/// How a rule ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is kept, and by what.
    Met(Basis),
    /// It is broken.
    Broken(Violation),
    /// It did not have to be kept.
    Waived(Waiver),
    /// The world did not answer.
    Unknown {
        /// What was asked about.
        asked: Asked,
        /// Why there is no answer, as a fragment after "because".
        why: String,
    },
}

/// By what a rule did not have to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiver {
    /// The pusher is a machine that needs no approval.
    Exempt {
        /// Its authenticated login.
        by: String,
        /// The `[[protect]]` table that exempts it, counted from 1.
        table: usize,
    },
    /// It is an emergency.
    Emergency {
        /// The authenticated login of the pusher.
        by: String,
    },
}

/// What the world was asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A ticket.
    Ticket(TicketKey),
    /// The reviews of the change.
    Reviews,
}

/// What keeps a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A plain fact, said in a fragment.
    Fact(&'static str),
    /// The tickets that the commit names.
    Tickets(Vec<TicketKey>),
    /// The people who approved.
    Approvers(Vec<String>),
    /// A merge that adds nothing of its own.
    CleanMerge,
    /// The check of this name, at the forge.
    Checked(String),
}

/// An approval, and whether it counts.
#[derive(Clone, Debug)]
pub struct JudgedApproval {
    /// The approval.
    pub approval: Approval,
    /// The approver's name, one for all the names of a person.
    pub person: String,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether an approval counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts for the commits that it covers.
    Counts,
    /// It counts for nothing, whoever gave it.
    Void(Void),
    /// The approver is a machine that the table exempts: it has no eyes.
    Machine,
    /// The approver has a part in the change.
    HasPart(Part),
    /// The approver can't be told apart from a contributor.
    Unmatched {
        /// The name that nobody is known by.
        missing: Identity,
    },
}

/// What becomes of the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It may land.
    Accept,
    /// Something could not be found out, and nothing known is broken.
    Undecided,
    /// A rule is broken.
    Refuse,
}

impl Verdict {
    /// What becomes of the push: all of it lands or none of it.
    pub fn decision(&self) -> Decision {
        if !self.faults.is_empty() {
            return Decision::Refuse;
        }
        self.refs.iter().map(RefVerdict::decision).max().unwrap_or(Decision::Undecided)
    }
}

impl RefVerdict {
    /// What this ref alone would do to the push.
    pub fn decision(&self) -> Decision {
        match (self.mode, self.class) {
            (Mode::Monitor, _) | (_, Class::Unverified) => Decision::Accept,
            (Mode::Enforce, Class::Standard | Class::Automated | Class::Emergency) => {
                self.finding()
            }
        }
    }

    /// What the rules say, whatever the mode makes of it.
    pub fn finding(&self) -> Decision {
        let worst = |check: &Check| match check.outcome {
            Outcome::Met(_) | Outcome::Waived(_) => Decision::Accept,
            Outcome::Unknown { .. } => Decision::Undecided,
            Outcome::Broken(_) => Decision::Refuse,
        };
        self.checks.iter().map(worst).max().unwrap_or(Decision::Undecided)
    }
}

impl Check {
    /// A broken rule; its code follows from the violation.
    pub fn broken(on: Subject, violation: Violation) -> Self {
        Self { rule: violation.rule(), on, outcome: Outcome::Broken(violation) }
    }

    /// A rule that is kept.
    pub fn met(rule: Rule, on: Subject, basis: Basis) -> Self {
        Self { rule, on, outcome: Outcome::Met(basis) }
    }
}
