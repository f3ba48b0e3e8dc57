//! Reading the evidence back: typed records, one after the other, with every link of the chain checked.
//!
//! ```no_run
//! use sockembot::evidence::read::{Body, read};
//!
//! for record in read("/var/lib/sockembot/evidence.jsonl".as_ref())? {
//!     let record = record?;
//!     if let Body::Change(change) = &record.body {
//!         println!("#{} {} {}: {}", record.seq, change.repo, change.target(), change.decision);
//!     }
//! }
//! # anyhow::Ok(())
//! ```
//!
//! It is one pass, in linear time, with one record in memory. A file is outside text
//! like any other: what stands in it is only as true as its chain, and has to be
//! cleaned before it is shown. Fields that this version does not know are left alone,
//! so an older reader reads newer records; those that an older writer did not write
//! are `None` or empty, and each says what that means.

mod change;
mod flaw;
mod others;
mod records;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;

use crate::model::Receipt;

pub use change::{
    Approved, Change, Commit, Commits, Emergency, Fault, Ids, Lapse, Mishap, Person, Pusher,
    Request, Rule, Ticket,
};
pub use flaw::Flaw;
pub use others::{Approval, Baseline, Followup, Genesis, Landed, Policy, Recovery};
pub use records::{Mark, Records, read, read_from, read_kept, state};
pub use words::{
    Answer, Class, Decision, Finding, FollowupKind, Merge, Mode, Operation, Outcome, PusherKind,
    Reason, Role, Source, Start,
};

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

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A type that a newer version writes.
    Other {
        /// Its `type`.
        kind: String,
    },
}
