//! What the records hold that are no changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::change::{Pusher, Rule};
use super::words::{Decision, Finding, FollowupKind, Reason};
use crate::evidence::torn::Fragment;
use crate::model::{ObjectId, RefName};

/// The first record of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Genesis {
    /// The server's name for itself.
    pub host: String,
    /// The user whose file it is, by number.
    pub created_by: u32,
}

/// The policy in force from here on; each record names it by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Policy {
    /// SHA-256 of the text.
    pub sha256: String,
    /// The whole config file.
    pub text: String,
}

/// Where claims about a ref start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Baseline {
    /// The repository.
    pub repo: String,
    /// The ref that is written.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// What it contains is from before the control.
    pub tip: ObjectId,
    /// Why it was recorded.
    pub by: Reason,
}

/// An approval ref was pushed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Approval {
    /// The push that it was part of.
    #[serde(default)]
    pub push: Option<String>,
    /// The repository.
    pub repo: String,
    /// The ref that is written.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// The branch that is approved for; `None` where the name has none.
    #[serde(default)]
    pub branch: Option<String>,
    /// Who approves; `None` where the name has none.
    #[serde(default)]
    pub login: Option<String>,
    /// What was approved until then.
    #[serde(default)]
    pub old: Option<ObjectId>,
    /// What is approved; `None` where an approval is withdrawn.
    #[serde(default)]
    pub new: Option<ObjectId>,
    /// Who pushed it.
    pub pusher: Pusher,
    /// Every rule that was applied.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What became of the push.
    pub decision: Decision,
    /// What the rules say.
    pub finding: Finding,
}

/// Git told the hook that a change had landed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Landed {
    /// The `seq` of the change; `None` where none let it in.
    #[serde(default)]
    pub change: Option<u64>,
    /// The repository.
    pub repo: String,
    /// The ref that was written.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// Where it was; `None` where it was created.
    #[serde(default)]
    pub old: Option<ObjectId>,
    /// Where it is; `None` where it was deleted.
    #[serde(default)]
    pub new: Option<ObjectId>,
}

/// What became of a change afterwards, as it is written and read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followup {
    /// The `seq` of the change.
    pub of: u64,
    /// What happened.
    pub kind: FollowupKind,
    /// Who did it, where somebody did.
    #[serde(default)]
    pub by: Option<String>,
    /// When that was, by the clock of the source.
    #[serde(default, serialize_with = "milliseconds")]
    pub at: Option<Timestamp>,
    /// Who says so: a ref, a review, a ticket, or the evidence itself.
    #[serde(default)]
    pub source: Option<String>,
    /// The ticket, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Of a review: until when it was due.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "milliseconds")]
    pub due: Option<Timestamp>,
    /// Of a review: whether it came later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<bool>,
    /// Why a change could not be verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Followup {
    /// A record that tells this much of a change.
    pub fn of(change: u64, kind: FollowupKind) -> Self {
        let (by, at, source, ticket) = (None, None, None, None);
        let (due, late, why) = (None, None, None);
        Self { of: change, kind, by, at, source, ticket, due, late, why }
    }
}

/// Times as the other records have them.
fn milliseconds<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(&format_args!("{time:.3}")),
        None => serializer.serialize_none(),
    }
}

/// A write was torn off, and its bytes are vouched for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recovery {
    /// The line before this record.
    #[serde(flatten)]
    pub torn: Fragment,
    /// The lines before that one, first to last.
    #[serde(default)]
    pub before: Vec<Fragment>,
}
