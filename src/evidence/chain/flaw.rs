//! What can be wrong with the file itself.

use std::fmt;
use std::io;

use crate::evidence::format::VERSION;

/// A place where the file is not what was written.
#[derive(Debug)]
pub enum Flaw {
    /// It can't be read any further.
    Unreadable(io::Error),
    /// It goes on in a format that this version does not know.
    Version {
        /// The record.
        seq: u64,
        /// The version of its format.
        version: u32,
    },
    /// A line is longer than any record.
    TooLong {
        /// The number of the line, from 1.
        line: u64,
    },
    /// A line is no record, and no record after it vouches for it.
    Stray {
        /// The number of the line, from 1.
        line: u64,
    },
    /// A recovery vouches for lines that are not there.
    Unmatched {
        /// The recovery.
        seq: u64,
    },
    /// A record does not have the number that was due.
    Gap {
        /// The number that was due.
        due: u64,
        /// The number that it has.
        found: u64,
    },
    /// A record does not name the hash of the one before it.
    Broken {
        /// The record.
        seq: u64,
    },
    /// A record is linked as it should be, and holds what none of ours does.
    Strange {
        /// The record.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "it can't be read: {error}"),
            Self::Version { seq, version } => write!(
                f,
                "record {seq} is written in version {version}, and this is version {VERSION}"
            ),
            Self::TooLong { line } => write!(f, "line {line} is too long for a record"),
            Self::Stray { line } => write!(f, "line {line} is no record: it was edited"),
            Self::Unmatched { seq } => {
                write!(f, "record {seq} vouches for torn lines that are not there")
            }
            Self::Gap { due, found } => {
                write!(f, "the chain is broken: record {found} stands where {due} was due")
            }
            Self::Broken { seq: 0 } => {
                write!(f, "the chain is broken: record 0 follows from another one")
            }
            Self::Broken { seq } => write!(
                f,
                "the chain is broken at record {seq}: the line before it is not the one that was \
                 written"
            ),
            Self::Strange { seq, why } => write!(f, "record {seq} is none of ours: {why}"),
        }
    }
}

impl std::error::Error for Flaw {}
