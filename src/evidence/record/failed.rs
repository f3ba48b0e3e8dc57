//! A governed ref was pushed and could not be judged: we broke, or the push as a whole was refused.

use serde::Serialize;

use super::change::{Operation, PusherItem};
use super::{Decided, Finding, bounded};
use crate::model::{ObjectId, Pusher, RefLine, RefName, Rule};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Mishap>,
}

/// Why a push was refused before any ref of it was judged.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// The sentence that the pusher was told.
    pub what: String,
}

/// In place of a judgement.
#[derive(Clone, Debug)]
pub enum Instead {
    /// The push as a whole was refused.
    Fault(Fault),
    /// We broke.
    Mishap(Mishap),
}

/// What broke.
#[derive(Clone, Debug, Serialize)]
pub struct Mishap {
    /// Eight hex digits that the pusher quotes.
    pub incident: String,
    /// What was being done.
    pub doing: String,
    /// What broke, in one sentence.
    pub message: String,
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
        instead: Instead,
    ) -> Self {
        let (finding, fault, error) = match instead {
            Instead::Fault(fault) => (Finding::Violation, Some(fault), None),
            Instead::Mishap(error) => {
                let (doing, message) = (bounded(&error.doing), bounded(&error.message));
                let chain = error.chain.iter().map(|cause| bounded(cause)).collect();
                (Finding::Error, None, Some(Mishap { doing, message, chain, ..error }))
            }
        };
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
            finding,
            fault,
            error,
        }
    }
}
