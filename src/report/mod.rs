//! The auditor's package: records of a period in, one page and two tables out. Pure.
//!
//! ```text
//! records -> Collector -> Report -> page (HTML), changes.csv, exceptions.csv
//! ```
//!
//! It is one pass over the whole file: approvals, policies and landings of a change may
//! stand outside of the period. What is kept of it grows with the period only, and with
//! the approvals. Nothing is asked of a clock: what is due is held against the evidence.

pub mod clean;
pub mod collect;
pub mod html;
pub mod model;
pub mod period;
pub mod show;
pub mod tables;
#[cfg(test)]
mod testing;
