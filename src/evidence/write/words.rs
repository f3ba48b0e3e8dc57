//! The fixed words: what the model calls it, and what the file does.

use super::text;
use crate::evidence::format::{
    Class, Decision, Finding, Merge, Mode, Operation, Pusher, PusherKind, RequestState, Role, Start,
};
use crate::model::{self, MergeContent, review, verdict};

impl From<model::Decision> for Decision {
    fn from(decision: model::Decision) -> Self {
        match decision {
            model::Decision::Accept => Self::Allow,
            model::Decision::Undecided | model::Decision::Refuse => Self::Deny,
        }
    }
}

impl From<model::Decision> for Finding {
    fn from(finding: model::Decision) -> Self {
        match finding {
            model::Decision::Accept => Self::Compliant,
            model::Decision::Undecided => Self::Unknown,
            model::Decision::Refuse => Self::Violation,
        }
    }
}

impl From<verdict::Class> for Class {
    fn from(class: verdict::Class) -> Self {
        match class {
            verdict::Class::Standard => Self::Standard,
            verdict::Class::Automated => Self::Automated,
            verdict::Class::Emergency => Self::Emergency,
            verdict::Class::Unverified => Self::Unverified,
        }
    }
}

impl From<verdict::Mode> for Mode {
    fn from(mode: verdict::Mode) -> Self {
        match mode {
            verdict::Mode::Monitor => Self::Monitor,
            verdict::Mode::Enforce => Self::Enforce,
        }
    }
}

impl From<&model::Start> for Start {
    fn from(start: &model::Start) -> Self {
        match start {
            model::Start::OldValue => Self::OldValue,
            model::Start::Recorded => Self::Recorded,
            model::Start::Root => Self::Root,
        }
    }
}

impl From<&model::Change> for Operation {
    fn from(change: &model::Change) -> Self {
        match change {
            model::Change::Create { .. } => Self::Create,
            model::Change::Update { .. } => Self::Update,
            model::Change::Delete { .. } => Self::Delete,
        }
    }
}

impl From<MergeContent> for Merge {
    fn from(merge: MergeContent) -> Self {
        match merge {
            MergeContent::NotAMerge => Self::NotAMerge,
            MergeContent::Clean => Self::Clean,
            MergeContent::Own => Self::Own,
        }
    }
}

impl From<review::RequestState> for RequestState {
    fn from(state: review::RequestState) -> Self {
        match state {
            review::RequestState::Open => Self::Open,
            review::RequestState::Draft => Self::Draft,
            review::RequestState::Merged => Self::Merged,
            review::RequestState::Closed => Self::Closed,
        }
    }
}

pub(super) fn pusher(pusher: &model::Pusher) -> Pusher {
    let kind = match pusher {
        model::Pusher::Person { .. } => PusherKind::Person,
        model::Pusher::Machine { .. } => PusherKind::Machine,
        model::Pusher::Unknown { .. } => PusherKind::Unknown,
    };
    Pusher { name: pusher.login().map(text), kind, source: pusher.source().map(text) }
}

pub(super) fn role(role: &model::Role) -> Role {
    match role {
        model::Role::Branch { .. } => Role::Branch,
        model::Role::Tag { .. } => Role::Tag,
        model::Role::Approval { .. } | model::Role::MisnamedApproval => Role::Approval,
        model::Role::Replacement { .. } => Role::Replacement,
        model::Role::Shadow { .. } => Role::Shadow,
        model::Role::Nested { .. } => Role::Nested,
        model::Role::OddCase { .. } => Role::OddCase,
    }
}
