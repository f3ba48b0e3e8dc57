//! What the records hold that are no changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Pusher;
use super::items::Rule;
use super::words::{Decision, Finding, FollowupKind, Reason};
use super::{Ids, milliseconds_or_null};
use crate::hash::sha256;
use crate::model::{ObjectId, RefName};

/// The first record of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// The server's name for itself.
    pub host: String,
    /// The user whose file it is, by number.
    pub created_by: u32,
}

/// The policy in force from here on; each record names it by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// SHA-256 of the text.
    pub sha256: String,
    /// The whole config file.
    pub text: String,
}

/// Where claims about refs start: what these contain is from before the control, or was
/// accepted without judging it. It is about one ref, or lists several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The repository.
    pub repo: String,
    /// The ref that is written, where it is about one.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub name: Option<RefName>,
    /// Where that starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip: Option<ObjectId>,
    /// Why it was recorded.
    pub by: Reason,
    /// The refs, where it lists them: at most 200 in one record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<RefTip>,
    /// Who accepted it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Baseline {
    /// About one ref.
    pub fn of(repo: &str, name: &RefName, tip: &ObjectId, by: Reason) -> Self {
        let (name, tip) = (Some(name.clone()), Some(tip.clone()));
        Self { name, tip, ..Self::listing(repo, Vec::new(), by) }
    }

    /// About several, or about a repository that has none yet.
    pub fn listing(repo: &str, refs: Vec<RefTip>, by: Reason) -> Self {
        let (name, tip, account, reason) = (None, None, None, None);
        Self { repo: repo.to_owned(), name, tip, by, refs, account, reason }
    }

    /// Each ref with the commit from which on it is judged.
    pub fn starts(&self) -> impl Iterator<Item = (&RefName, &ObjectId)> {
        let one = self.name.as_ref().zip(self.tip.as_ref());
        let listed = self.refs.iter().map(|listed| (&listed.name, listed.commit()));
        one.into_iter().chain(listed)
    }
}

/// A ref, and where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefTip {
    /// The ref.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// Its value.
    pub tip: ObjectId,
    /// The commit that a tag object leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<ObjectId>,
}

impl RefTip {
    /// The commit that it leads to.
    pub fn commit(&self) -> &ObjectId {
        self.commit.as_ref().unwrap_or(&self.tip)
    }
}

/// An approval ref was pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The push that it was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The states that the approved commit contained then: it covers what comes after
    /// them. `None` in records that are older than this field, and where nothing is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Ids>,
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

/// Git told the hook that it had written a governed ref, or an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The `seq` of the change or the approval; `None` where none let it in.
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
    #[serde(default, serialize_with = "milliseconds_or_null")]
    pub at: Option<Timestamp>,
    /// Who says so: a ref, a review, a ticket, or the evidence itself.
    #[serde(default)]
    pub source: Option<String>,
    /// The ticket, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Of a review: until when it was due.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "milliseconds_or_null"
    )]
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

/// A part of a line, as the record after it attests it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// How many bytes it has.
    pub torn_bytes: usize,
    /// Their SHA-256.
    pub sha256: String,
}

impl Fragment {
    /// Of the bytes between two line feeds.
    pub(in crate::evidence) fn of(bytes: &[u8]) -> Self {
        Self { torn_bytes: bytes.len(), sha256: sha256(bytes) }
    }
}

/// A write was torn off, and its bytes are vouched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// The line before this record.
    #[serde(flatten)]
    pub torn: Fragment,
    /// The lines before that one, first to last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Fragment>,
}

/// Records were lost: the file was set back, or another one stands in its place. Numbers
/// from here on may have been given before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Who had it go on.
    pub account: String,
    /// Why, in their words.
    pub reason: String,
    /// What had been read of the file; `None` where nothing is known of it.
    #[serde(default)]
    pub lost: Option<Lost>,
}

/// How far a file had been read that is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Its id.
    pub log: String,
    /// The last record.
    pub seq: u64,
    /// The hash of that.
    pub sha256: String,
}
