//! The records as they stand in the file: one type for each, written and read. Version 1.
//!
//! A field is never given another meaning. New ones may be added; a reader leaves alone
//! what it does not know, so an older reader reads newer records. Those that an older
//! writer did not write are `None` or empty, and each says what that means.

mod change;
mod events;
mod ids;
mod items;
mod line;
mod words;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

pub use change::{Change, Emergency, Fault, Ground, Lapse, Mishap, Pusher, UnexplainedRef};
pub use events::{
    Approval, Baseline, Followup, Fragment, Genesis, Landed, Lost, Policy, Recovery, RefTip,
    Restored,
};
pub(crate) use ids::ITEMS;
pub(super) use ids::hash_of;
pub use ids::{Ids, Rest};
pub use items::{Approved, Brought, Commit, Commits, More, Person, Request, Rule, Ticket};
pub use line::Head;
pub(super) use line::{Line, parse};
pub use words::{
    Answer, Class, Decision, Finding, FollowupKind, Merge, Mode, Operation, Outcome, PusherKind,
    Reason, RequestState, Role, Source, Start,
};

use crate::model::Receipt;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// One record of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the file, from 0, without gaps.
    pub seq: u64,
    /// SHA-256 of the line before, as the record names it; 64 zeros on the first.
    pub prev: String,
    /// SHA-256 of its own line, 64 lower-case hex digits: what the next one names.
    pub sha256: String,
    /// When it was written, by the server's clock.
    pub time: Timestamp,
    /// The id of the file.
    pub log: String,
    /// The program that wrote it, with its version.
    pub tool: String,
    /// SHA-256 of the config that was in force.
    pub policy: Option<String>,
    /// The line itself, byte by byte, without its line feed.
    pub line: String,
    /// What it says.
    pub body: Body,
}

impl Record {
    /// Its number and hash, as the digest of the push showed them.
    pub fn receipt(&self) -> Receipt {
        Receipt { seq: self.seq, sha256: self.sha256.clone() }
    }
}

/// What a record is about; `type` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Body {
    /// The first record of a file.
    Genesis(Genesis),
    /// The policy, or the program, is another one from here on.
    Policy(Policy),
    /// From a commit on, changes of a ref are judged.
    Baseline(Baseline),
    /// A governed ref was pushed: judged, or not, where we broke or the push as a
    /// whole was refused.
    Change(Box<Change>),
    /// Somebody approved, or tried to.
    Approval(Box<Approval>),
    /// A hint that a change landed: git is the proof.
    Landed(Landed),
    /// What became of a change afterwards.
    Followup(Box<Followup>),
    /// A write was torn off; its bytes stand on the lines before.
    Recovery(Recovery),
    /// Records were lost, and somebody had the file go on.
    Restored(Restored),
    /// A type that a newer version writes.
    #[serde(skip_serializing)]
    Other {
        /// Its `type`.
        kind: String,
    },
}

impl Body {
    /// The repository that it is about, by the host's name for it. A follow-up names the
    /// change, and that its repository.
    pub fn repository(&self) -> Option<&str> {
        match self {
            Self::Baseline(baseline) => Some(&baseline.repo),
            Self::Change(change) => Some(&change.repo),
            Self::Approval(approval) => Some(&approval.repo),
            Self::Landed(landed) => Some(&landed.repo),
            Self::Genesis(_)
            | Self::Policy(_)
            | Self::Followup(_)
            | Self::Recovery(_)
            | Self::Restored(_)
            | Self::Other { .. } => None,
        }
    }
}

/// Times as the records have them, in UTC to the millisecond.
fn milliseconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.3}"))
}

/// The same where there may be none.
fn milliseconds_or_null<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}
