//! The records, as an auditor reads them. Version 1.
//!
//! A field is never given another meaning. New ones may be added; a reader leaves
//! alone what it does not know.

mod approval;
mod change;
mod commits;
mod failed;
mod landed;
mod requests;
mod rules;
#[cfg(test)]
mod tests;
mod tickets;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::read::Followup;
use super::torn::Fragment;
use crate::model::{ObjectId, RefName};

pub use approval::ApprovalRecord;
pub use change::Change;
pub use failed::{Failed, Fault, Instead, Mishap};
pub use landed::LandedRecord;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// Items of a list that are written out; the count and a hash stand for the rest.
const ITEMS: usize = 200;

/// Bytes of one foreign text.
const TEXT: usize = 4096;

/// One line of the file.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) v: u32,
    pub(super) seq: u64,
    pub(super) prev: &'a str,
    pub(super) time: String,
    pub(super) log: &'a str,
    pub(super) policy: Option<&'a str>,
    pub(super) tool: &'a str,
    #[serde(flatten)]
    pub(super) body: &'a Body,
}

/// What all lines have.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Head {
    pub(super) v: u32,
    pub(super) seq: u64,
    pub(super) prev: String,
    pub(super) time: Timestamp,
    pub(super) log: String,
    pub(super) policy: Option<String>,
    pub(super) tool: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// What a record is about; `type` names it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Body {
    /// The first record of a file.
    Genesis {
        /// The server's name for itself.
        host: String,
        /// The user whose file it is, by number.
        created_by: u32,
    },
    /// The policy, or the program, is another one from here on.
    Policy {
        /// SHA-256 of the text.
        sha256: String,
        /// The whole config.
        text: String,
    },
    /// From this commit on, changes of a ref are judged.
    Baseline {
        /// The repository.
        repo: String,
        /// The ref that is written.
        #[serde(rename = "ref")]
        name: RefName,
        /// Where claims start.
        tip: ObjectId,
        /// Why it was recorded.
        by: Reason,
    },
    /// A governed ref was pushed, and judged.
    Change(Box<Change>),
    /// Somebody approved, or tried to.
    Approval(Box<ApprovalRecord>),
    /// A governed ref was pushed, and could not be judged.
    #[serde(rename = "change")]
    Failed(Box<Failed>),
    /// Git wrote a ref.
    Landed(LandedRecord),
    /// What became of a change afterwards.
    Followup(Box<Followup>),
    /// A write was torn off. Its bytes stay where they are, on the line before.
    Recovery {
        /// That line.
        #[serde(flatten)]
        torn: Fragment,
        /// The lines before that one, first to last: writes that were to attest
        /// them, and were torn off in turn.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        before: Vec<Fragment>,
    },
}

/// Why a baseline was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The ref was there when it was first seen.
    FirstSeen,
    /// An admin said so.
    Admin,
}

/// What became of the push. All of it lands or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Decided {
    Allow,
    Deny,
}

/// What the rules say about one ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Finding {
    Compliant,
    Violation,
    Unknown,
    Error,
}

impl From<crate::model::Decision> for Decided {
    fn from(decision: crate::model::Decision) -> Self {
        match decision {
            crate::model::Decision::Accept => Self::Allow,
            _ => Self::Deny,
        }
    }
}

impl From<crate::model::Decision> for Finding {
    fn from(finding: crate::model::Decision) -> Self {
        match finding {
            crate::model::Decision::Accept => Self::Compliant,
            crate::model::Decision::Undecided => Self::Unknown,
            crate::model::Decision::Refuse => Self::Violation,
        }
    }
}

/// Foreign text, whole up to a limit. JSON escapes what is odd in it.
fn bounded(text: &str) -> String {
    let mut end = text.len().min(TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text).to_owned()
}

/// A list of ids: how many, all of them by hash, and the first ones.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ids {
    count: usize,
    /// SHA-256 of the ids, each followed by a line feed.
    sha256: String,
    ids: Vec<ObjectId>,
}

impl Ids {
    fn of<'a>(ids: impl IntoIterator<Item = &'a ObjectId>) -> Self {
        let all: Vec<&ObjectId> = ids.into_iter().collect();
        let lines: String = all.iter().map(|id| format!("{id}\n")).collect();
        Self {
            count: all.len(),
            sha256: crate::hash::sha256(lines.as_bytes()),
            ids: all.into_iter().take(ITEMS).cloned().collect(),
        }
    }
}
