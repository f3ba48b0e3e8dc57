//! A governed ref was pushed and we broke: what is known, and what happened.

use serde::Serialize;

use super::change::{Operation, PusherItem};
use super::{Decided, Finding, bounded};
use crate::model::{ObjectId, Pusher, RefLine, RefName};

/// A push that was refused without a judgement.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    push: String,
    repo: String,
    #[serde(rename = "ref")]
    name: RefName,
    target: Option<RefName>,
    op: Operation,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    pusher: PusherItem,
    decision: Decided,
    finding: Finding,
    error: Mishap,
}

/// What broke.
#[derive(Clone, Debug, Serialize)]
pub struct Mishap {
    /// Eight hex digits that the pusher quotes.
    pub incident: String,
    /// What was being done.
    pub doing: String,
    /// The chain of causes, outermost first.
    pub chain: Vec<String>,
}

impl Failed {
    /// As far as it is known.
    pub fn of(
        push: &str,
        repository: &str,
        pusher: &Pusher,
        line: &RefLine,
        target: &RefName,
        error: Mishap,
    ) -> Self {
        Self {
            push: push.to_owned(),
            repo: bounded(repository),
            name: line.name.clone(),
            target: (*target != line.name).then(|| target.clone()),
            op: Operation::of(&line.change),
            old: line.change.old_id().cloned(),
            new: line.change.new_id().cloned(),
            pusher: PusherItem::of(pusher),
            decision: Decided::Deny,
            finding: Finding::Error,
            error: Mishap {
                doing: bounded(&error.doing),
                chain: error.chain.iter().map(|cause| bounded(cause)).collect(),
                incident: error.incident,
            },
        }
    }
}
