//! The broken rules, each with what is needed to say so.

use jiff::Timestamp;
use serde::Serialize;

use super::approval::Void;
use super::{
    Blocker, Defect, Identity, MergeContent, ObjectId, RefName, Rule, Source, TicketKey, Unreviewed,
};

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
    /// See [`Rule::NestedRepository`].
    NestedRepository {
        /// The directory.
        directory: String,
    },
    /// See [`Rule::OddCaseRef`].
    OddCaseRef {
        /// The name as git spells it.
        meant: String,
    },
    /// See [`Rule::BlockedRef`].
    BlockedRef {
        /// What stands in the way.
        by: Blocker,
    },
    /// See [`Rule::RewrittenBranch`].
    RewrittenBranch {
        /// Where it was.
        old: ObjectId,
        /// Where it would go.
        new: ObjectId,
    },
    /// See [`Rule::DeletedRef`].
    DeletedRef {
        /// Who created it and may delete it, since it has brought nothing of its own.
        removable_by: Option<String>,
    },
    /// See [`Rule::MovedTag`].
    MovedTag,
    /// See [`Rule::StrayTag`].
    StrayTag {
        /// How many commits it brings that no state vouches for.
        brings: usize,
    },
    /// See [`Rule::NoCommit`].
    NoCommit,
    /// See [`Rule::MisnamedApproval`].
    MisnamedApproval,
    /// See [`Rule::NoSuchBranch`].
    NoSuchBranch {
        /// The branch.
        branch: String,
        /// One that may have been meant.
        nearest: Option<String>,
    },
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
    /// See [`Rule::StaleApproval`]: the commit was taken back from the branch since.
    ApprovalBeforeRemoval {
        /// Who approved.
        by: String,
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
            Self::NestedRepository { .. } => Rule::NestedRepository,
            Self::OddCaseRef { .. } => Rule::OddCaseRef,
            Self::BlockedRef { .. } => Rule::BlockedRef,
            Self::RewrittenBranch { .. } => Rule::RewrittenBranch,
            Self::DeletedRef { .. } => Rule::DeletedRef,
            Self::MovedTag => Rule::MovedTag,
            Self::StrayTag { .. } => Rule::StrayTag,
            Self::NoCommit => Rule::NoCommit,
            Self::MisnamedApproval => Rule::MisnamedApproval,
            Self::NoSuchBranch { .. } => Rule::NoSuchBranch,
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
            Self::StaleApproval { .. } | Self::ApprovalBeforeRemoval { .. } => Rule::StaleApproval,
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
