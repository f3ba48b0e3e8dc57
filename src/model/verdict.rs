//! What was decided, and why: every rule with its outcome, and what follows from them.

use jiff::Timestamp;
use serde::Serialize;

use super::approval::Void;
use super::review::Proven;
use super::{
    Approval, Defect, Emergency, Identity, Lookup, MergeContent, ObjectId, Plea, Pusher, RefName,
    RefUpdate, Rule, Source, TicketKey, Unreviewed,
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

/// A broken rule, with what is needed to say so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// See [`Rule::MalformedPush`].
    MalformedPush {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it, as a fragment.
        why: String,
    },
    /// See [`Rule::DuplicateRef`].
    DuplicateRef {
        /// The ref.
        name: RefName,
    },
    /// See [`Rule::OutdatedPush`].
    OutdatedPush {
        /// The ref.
        name: RefName,
    },
    /// See [`Rule::ShallowPush`].
    ShallowPush,
    /// See [`Rule::ReplacementRef`].
    ReplacementRef,
    /// See [`Rule::ShadowingRef`].
    ShadowingRef {
        /// The branch.
        branch: RefName,
        /// The ref that git would take for it.
        shadow: RefName,
    },
    /// See [`Rule::RewrittenBranch`].
    RewrittenBranch {
        /// Where it was.
        old: ObjectId,
        /// Where it would go.
        new: ObjectId,
    },
    /// See [`Rule::DeletedRef`].
    DeletedRef,
    /// See [`Rule::MovedTag`].
    MovedTag,
    /// See [`Rule::StrayTag`].
    StrayTag,
    /// See [`Rule::NoCommit`].
    NoCommit,
    /// See [`Rule::MisnamedApproval`].
    MisnamedApproval,
    /// See [`Rule::ForgedApproval`].
    ForgedApproval {
        /// The login in the name.
        login: String,
        /// Who pushes.
        pusher: Option<String>,
    },
    /// See [`Rule::UnknownPusher`].
    UnknownPusher {
        /// How to mend it, as the host's settings want it.
        why: String,
    },
    /// See [`Rule::MalformedEmergency`].
    MalformedEmergency {
        /// What is wrong with it, as a clause.
        why: String,
    },
    /// See [`Rule::UnlistedEmergency`].
    UnlistedEmergency {
        /// Who pushes, where the server says.
        pusher: Option<String>,
        /// The ticket that makes it one; none where the pusher says so.
        ticket: Option<TicketKey>,
    },
    /// See [`Rule::OverdueReview`].
    OverdueReview {
        /// The one that is overdue for longest.
        earlier: Unreviewed,
    },
    /// See [`Rule::MalformedCommit`].
    MalformedCommit(Defect),
    /// See [`Rule::MissingTicket`].
    MissingTicket {
        /// The projects whose keys are looked for.
        projects: Vec<String>,
        /// A merge could do without, had it nothing of its own.
        merge: MergeContent,
    },
    /// See [`Rule::NoSuchTicket`].
    NoSuchTicket {
        /// The ticket.
        key: TicketKey,
    },
    /// See [`Rule::ClosedTicket`].
    ClosedTicket {
        /// The ticket.
        key: TicketKey,
        /// Its state.
        state: String,
    },
    /// See [`Rule::WrongState`].
    WrongState {
        /// The ticket.
        key: TicketKey,
        /// Its state.
        state: String,
        /// The states that are allowed.
        allowed: Vec<String>,
    },
    /// See [`Rule::WrongType`].
    WrongType {
        /// The ticket.
        key: TicketKey,
        /// Its type.
        kind: Option<String>,
        /// The types that are allowed.
        allowed: Vec<String>,
    },
    /// See [`Rule::UnmatchedQuery`].
    UnmatchedQuery {
        /// The ticket.
        key: TicketKey,
        /// The query, in the tracker's language.
        query: String,
    },
    /// See [`Rule::LateTicket`].
    LateTicket {
        /// The ticket.
        key: TicketKey,
        /// When it was opened.
        created: Timestamp,
        /// When the commit claims to have been written.
        authored: Timestamp,
    },
    /// See [`Rule::MissingApproval`].
    MissingApproval {
        /// How many count.
        have: usize,
        /// How many are required.
        need: usize,
    },
    /// See [`Rule::StaleApproval`].
    StaleApproval {
        /// Who approved.
        by: String,
        /// Where, and for what.
        source: Source,
    },
    /// See [`Rule::SelfApproval`].
    SelfApproval {
        /// Who approved.
        by: String,
        /// Why it does not count.
        part: Part,
    },
    /// See [`Rule::UnmatchedApprover`].
    UnmatchedApprover {
        /// Who approved.
        by: String,
        /// The name that nobody is known by.
        missing: Identity,
    },
    /// See [`Rule::VoidApproval`].
    VoidApproval {
        /// Who approved.
        by: String,
        /// The request's number.
        number: u64,
        /// Why it does not count.
        why: Void,
    },
    /// See [`Rule::UnreviewedContent`].
    UnreviewedContent {
        /// The number of the request that holds something else.
        number: u64,
    },
    /// See [`Rule::ChangesRequested`].
    ChangesRequested {
        /// Who asks for changes.
        by: String,
        /// The request's number.
        number: u64,
    },
    /// See [`Rule::UnmetReviewRule`].
    UnmetReviewRule {
        /// The request's number.
        number: u64,
        /// The forge's names for them.
        rules: Vec<String>,
    },
    /// See [`Rule::FailedCheck`].
    FailedCheck {
        /// The check.
        name: String,
        /// How it ended, in the forge's words; nothing where it did not run.
        state: Option<String>,
    },
}

/// The part that somebody has in a change, which makes an approval not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Pushes it.
    Pusher,
    /// Opened the request.
    Author,
    /// Is author, co-author or committer of this commit.
    Contributor(ObjectId),
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

impl Violation {
    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        match self {
            Self::MalformedPush { .. } => Rule::MalformedPush,
            Self::DuplicateRef { .. } => Rule::DuplicateRef,
            Self::OutdatedPush { .. } => Rule::OutdatedPush,
            Self::ShallowPush => Rule::ShallowPush,
            Self::ReplacementRef => Rule::ReplacementRef,
            Self::ShadowingRef { .. } => Rule::ShadowingRef,
            Self::RewrittenBranch { .. } => Rule::RewrittenBranch,
            Self::DeletedRef => Rule::DeletedRef,
            Self::MovedTag => Rule::MovedTag,
            Self::StrayTag => Rule::StrayTag,
            Self::NoCommit => Rule::NoCommit,
            Self::MisnamedApproval => Rule::MisnamedApproval,
            Self::ForgedApproval { .. } => Rule::ForgedApproval,
            Self::UnknownPusher { .. } => Rule::UnknownPusher,
            Self::MalformedEmergency { .. } => Rule::MalformedEmergency,
            Self::UnlistedEmergency { .. } => Rule::UnlistedEmergency,
            Self::OverdueReview { .. } => Rule::OverdueReview,
            Self::MalformedCommit(_) => Rule::MalformedCommit,
            Self::MissingTicket { .. } => Rule::MissingTicket,
            Self::NoSuchTicket { .. } => Rule::NoSuchTicket,
            Self::ClosedTicket { .. } => Rule::ClosedTicket,
            Self::WrongState { .. } => Rule::WrongState,
            Self::WrongType { .. } => Rule::WrongType,
            Self::UnmatchedQuery { .. } => Rule::UnmatchedQuery,
            Self::LateTicket { .. } => Rule::LateTicket,
            Self::MissingApproval { .. } => Rule::MissingApproval,
            Self::StaleApproval { .. } => Rule::StaleApproval,
            Self::SelfApproval { .. } => Rule::SelfApproval,
            Self::UnmatchedApprover { .. } => Rule::UnmatchedApprover,
            Self::VoidApproval { .. } => Rule::VoidApproval,
            Self::UnreviewedContent { .. } => Rule::UnreviewedContent,
            Self::ChangesRequested { .. } => Rule::ChangesRequested,
            Self::UnmetReviewRule { .. } => Rule::UnmetReviewRule,
            Self::FailedCheck { .. } => Rule::FailedCheck,
        }
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
