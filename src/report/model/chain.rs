//! The evidence file, and the stretch of it that goes into the package.

use super::Stamp;
use crate::report::clean::Clean;
use crate::verify::{Code, Finding};

/// The file that the records stand in.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// The id of the file.
    pub log: Option<Clean>,
    /// The server that began it.
    pub begun_on: Option<Clean>,
    /// Its first record.
    pub first: Option<Stamp>,
    /// Its last record: the head of the chain.
    pub last: Option<Stamp>,
    /// How many records it has.
    pub records: usize,
    /// What is wrong with it, but for a clock that was set back.
    pub flaws: Vec<Clean>,
    /// Writes that a crash tore off. A record vouches for each.
    pub torn: Vec<Stamp>,
    /// Records before which the server's clock was set back.
    pub set_back: Vec<Stamp>,
    /// What of it goes into the package.
    pub slice: Option<Slice>,
}

/// The stretch of the file from the first record of the period to the last.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Its first record.
    pub first: Stamp,
    /// The hash that the first names as the one before it.
    pub before: String,
    /// Its last record.
    pub last: Stamp,
    /// How many records it has.
    pub records: usize,
    /// Where it begins in the file, in bytes.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
}

impl Chain {
    /// Whether a finding is about this period: a clock that was set back before it, or
    /// after, is not.
    pub fn concerns(&self, found: &Finding) -> bool {
        let is_in = |seq: &u64| self.set_back.iter().any(|record| record.seq == *seq);
        found.code != Code::ClockSetBack || found.records.iter().any(is_in)
    }
}
