//! What the package tells: one plain value, from which the page and the tables are written.

mod chain;
mod change;
mod exception;
mod policy;
mod tie;

use jiff::Timestamp;

use super::clean::Clean;
use super::period::Period;
use crate::evidence::Class;

pub use chain::{Chain, Slice};
pub use change::{
    Approval, Change, Emergency, Followup, Landing, Outcome, Ticket, Unkept, Vanished,
};
pub use exception::{Exception, Kind, State};
pub use policy::{Asks, Monitored, PolicyPeriod, Table};
pub use tie::{Tie, TieOut};

/// The whole package.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was asked, where and by whom.
    pub scope: Scope,
    /// The file that the records stand in.
    pub chain: Chain,
    /// The configs that were in force, first to last.
    pub policies: Vec<PolicyPeriod>,
    /// Branches whose broken rules refused nothing, and when.
    pub monitored: Vec<Monitored>,
    /// The population: every change that landed.
    pub changes: Vec<Change>,
    /// Let in, and not found in the repository: overtaken, or given up.
    pub vanished: Vec<Vanished>,
    /// What was refused.
    pub refusals: Refusals,
    /// How the records agree with the repositories.
    pub tie_out: TieOut,
    /// What that brought up that is worth knowing, and no fault.
    pub notes: Vec<Clean>,
    /// Checkpoints that were held against the file.
    pub checkpoints: Vec<Clean>,
    /// What an auditor has to look at.
    pub exceptions: Vec<Exception>,
    /// Pushes that could not be judged, and were refused for it.
    pub failures: Vec<Failure>,
    /// Days on which nothing was recorded.
    pub silent: Vec<Period>,
    /// The period, week by week.
    pub weeks: Vec<Week>,
}

impl Report {
    /// The changes of one class.
    pub fn of_class<'a>(&'a self, class: &'a Class) -> impl Iterator<Item = &'a Change> {
        self.changes.iter().filter(move |change| change.class == *class)
    }

    /// Commits that no record let in; one that is on two branches counts twice.
    pub fn unrecorded(&self) -> usize {
        match &self.tie_out {
            TieOut::Done(ties) => ties.iter().map(|tie| tie.unrecorded).sum(),
            TieOut::NotDone(_) => 0,
        }
    }
}

/// What was asked, where and by whom.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The days.
    pub period: Period,
    /// The pattern for repositories, where one was given.
    pub repo: Option<Clean>,
    /// The command, as it was typed.
    pub command: Clean,
    /// Name and version of the program.
    pub version: &'static str,
    /// The server.
    pub host: Clean,
    /// The account that ran the command.
    pub account: Clean,
    /// When. The only time in the package that is not out of the evidence.
    pub made_at: Timestamp,
    /// The evidence file.
    pub file: Clean,
}

/// A record: its number, when it was written, and the hash of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its number.
    pub seq: u64,
    /// When it was written, by the server's clock.
    pub time: Timestamp,
    /// SHA-256 of its line.
    pub sha256: String,
}

/// A push that could not be judged.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its record.
    pub record: Stamp,
    /// The repository.
    pub repo: Clean,
    /// The ref.
    pub name: Clean,
    /// The number that the pusher was shown.
    pub incident: Clean,
    /// What was being done.
    pub doing: Clean,
    /// What broke.
    pub message: Clean,
}

/// What was refused.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    /// Refs of pushes that were refused for a rule.
    pub refused: usize,
    /// Those of them that broke none, and were pushed together with one that did.
    pub alongside: usize,
    /// For each rule: how many of those it refused. One may be refused for several.
    pub by_rule: Vec<(Clean, usize)>,
    /// Approvals that were accepted, and that were refused.
    pub approvals: (usize, usize),
}

/// One week of the period.
#[derive(Clone, Debug)]
pub struct Week {
    /// Its days.
    pub days: Period,
    /// Changes that landed, emergencies among them.
    pub landed: usize,
    /// Emergencies.
    pub emergencies: usize,
    /// Refs of pushes that were refused.
    pub refused: usize,
}
