//! A pre-receive hook that holds every change to a ticket and a second pair of eyes.
//!
//! Gather, then judge, then record, then speak. Each is a room, and data goes
//! through once:
//!
//! ```text
//! stdin -> ref lines -> git -> Push -> policy.inquiry -> tracker, approvals -> Facts
//! Facts + Policy -> judge -> Verdict -> evidence (Record, appended) -> digest (stderr) -> exit code
//! [Record] + git -> verify
//! [Record] -> report
//! ```
//!
//! [`gate`] is that line as a procedure. A room imports only from those that stand below it
//! here; a test holds them to it:
//!
//! ```text
//! cli
//! operate
//! gate
//! guard
//! report
//! digest verify exit
//! gather evidence
//! judge sentences
//! policy
//! model
//! text hash
//! ```
//!
//! The rooms that decide and speak ([`model`], [`policy`], [`sentences`], [`judge`], [`digest`],
//! [`verify`], [`report`]) touch no file, clock, network or environment; `clippy.toml` lists what
//! they may not call.

#[deny(clippy::disallowed_methods)]
mod hash;

#[deny(clippy::disallowed_methods)]
pub mod text;

#[deny(clippy::disallowed_methods)]
pub mod model;

#[deny(clippy::disallowed_methods)]
pub mod policy;

#[deny(clippy::disallowed_methods)]
pub mod sentences;

pub mod gather;

#[deny(clippy::disallowed_methods)]
pub mod judge;

pub mod evidence;

#[deny(clippy::disallowed_methods)]
pub mod digest;

#[deny(clippy::disallowed_methods)]
pub mod verify;

#[deny(clippy::disallowed_methods)]
pub mod report;

pub mod cli;

pub mod exit;

pub mod gate;

pub mod guard;

pub mod operate;
