//! The evidence: one hash-chained, append-only file, written before any answer.
//!
//! ```text
//! Verdict -> write -> format (Record) -> chain (the file)
//! chain -> format (Record) -> fold: what landed, what waits, where refs were
//! ```
//!
//! A file here imports only from those that stand below it:
//!
//! ```text
//! append answer baseline brought landed restore alone
//! fold write
//! chain
//! format
//! beside
//! ```
//!
//! It is read back in one pass, in linear time, with one record in memory:
//!
//! ```no_run
//! use sockembot::evidence::{Body, read};
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
//! A file is outside text like any other: what stands in it is only as true as its chain,
//! and has to be cleaned before it is shown.

mod alone;
mod answer;
mod append;
mod baseline;
mod beside;
mod brought;
mod chain;
mod fold;
mod format;
mod landed;
mod restore;
#[cfg(test)]
mod tests;
mod write;

pub use alone::alone;
pub use answer::as_json;
pub use append::append;
pub use baseline::{Accepted, baseline};
pub use brought::{bring, brought};
pub(crate) use chain::host;
pub use chain::{Busy, Flaw, Mark, Records, never_before, read, read_from, read_kept, state};
pub use fold::{About, Afterwards, Index, Noted, SetBack, Tickets, Waiting, afterwards, event};
pub use format::{
    Answer, Approval, Approved, Baseline, Body, Brought, Change, Class, Commit, Commits, Decision,
    Emergency, Fault, Finding, Followup, FollowupKind, Fragment, Genesis, Ground, Head, Ids,
    Landed, Lapse, Lost, Merge, Mishap, Mode, More, Operation, Outcome, Person, Policy, Pusher,
    PusherKind, Reason, Record, Recovery, RefTip, Request, RequestState, Rest, Restored, Role,
    Rule, Source, Start, Ticket, UnexplainedRef,
};
pub use landed::landed;
pub use restore::restore;
pub use write::{Instead, judged, unjudged};
