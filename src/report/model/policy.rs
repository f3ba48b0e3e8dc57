//! The policies that were in force, and what they asked for.

use jiff::Timestamp;

use super::Stamp;
use crate::model::verdict::Mode;
use crate::report::clean::Clean;

/// One config, from the record that named it until the next one.
#[derive(Clone, Debug)]
pub struct PolicyPeriod {
    /// The record.
    pub from: Stamp,
    /// When the next one took its place; `None` for the last.
    pub until: Option<Timestamp>,
    /// SHA-256 of the config.
    pub sha256: Clean,
    /// Name and version of the program.
    pub tool: Clean,
    /// The whole config, line by line.
    pub text: Vec<Clean>,
    /// What it asks for; or why that can't be said.
    pub asks: Result<Asks, Clean>,
    /// How many records of the period name it.
    pub records: usize,
}

/// What a policy asks for.
#[derive(Clone, Debug)]
pub struct Asks {
    /// Table by table; the first that matches a branch governs it.
    pub tables: Vec<Table>,
    /// Who may declare an emergency, where anybody may.
    pub emergencies: Option<Clean>,
}

/// What one `[[protect]]` table asks for, as plain sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which branches, in which repositories.
    pub governs: Clean,
    /// What a broken rule does.
    pub mode: Mode,
    /// What it asks for.
    pub asks: Vec<Clean>,
}

/// A table in monitor mode, and from when until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitored {
    /// Which branches, in which repositories.
    pub governs: Clean,
    /// From the config that said so.
    pub from: Timestamp,
    /// Until the one that did not; `None` where it still does.
    pub until: Option<Timestamp>,
}
