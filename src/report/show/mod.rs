//! One sampled item: all that is on record about a number, a commit or a ticket.

mod json;
mod page;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use super::clean::Clean;
use super::collect::approvals::Approvals;
use super::collect::{changes, stamp};
use super::model::{Change, Stamp};
use crate::evidence::{self, Body, Record};
use crate::model::TicketKey;

pub use json::json;
pub use page::text;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A record, by its number.
    Number(u64),
    /// A commit, by its id or the beginning of it.
    Commit(String),
    /// A ticket.
    Ticket(String),
}

/// Fewer digits than this name too many commits.
const FEWEST_DIGITS: usize = 6;

impl Wanted {
    /// Tells them apart: a number is all digits and no whole id, a commit is
    /// hexadecimal, a ticket is a key.
    ///
    /// # Errors
    /// What the three look like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_whole = matches!(text.len(), 40 | 64);
        if let (false, Ok(number)) = (is_whole, text.parse()) {
            return Ok(Self::Number(number));
        }
        let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex && (FEWEST_DIGITS..=64).contains(&text.len()) {
            return Ok(Self::Commit(text.to_ascii_lowercase()));
        }
        if TicketKey::parse(text).is_some() {
            return Ok(Self::Ticket(text.to_owned()));
        }
        Err(format!(
            "name a record by its number, a commit by {FEWEST_DIGITS} digits or more of its id, or \
             a ticket by its key"
        ))
    }

    fn is(&self, record: &Record) -> bool {
        match self {
            Self::Number(seq) => record.seq == *seq,
            Self::Commit(id) => is_of_commit(record, id),
            Self::Ticket(key) => match &record.body {
                Body::Change(change) => {
                    change.tickets.iter().any(|ticket| ticket.key == *key)
                        || change.commits.items.iter().any(|commit| commit.tickets.contains(key))
                }
                _ => false,
            },
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(seq) => write!(f, "record #{seq}"),
            Self::Commit(id) => write!(f, "commit {id}"),
            Self::Ticket(key) => write!(f, "ticket {key}"),
        }
    }
}

fn is_of_commit(record: &Record, id: &str) -> bool {
    match &record.body {
        Body::Change(change) => {
            let new = change.new.iter().chain(change.commits.items.iter().map(|commit| &commit.id));
            new.into_iter().any(|commit| commit.as_str().starts_with(id))
        }
        Body::Approval(approval) => {
            approval.new.as_ref().is_some_and(|commit| commit.as_str().starts_with(id))
        }
        _ => false,
    }
}

/// A record that was looked for, with what others say about it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The record itself.
    pub record: Record,
    /// Of a change: as a report tells it, with what became of it.
    pub change: Option<Change>,
    /// Of a change: when the server told that it had landed.
    pub landed: Option<Record>,
    /// What became of it afterwards, first to last.
    pub followups: Vec<Record>,
    /// The record that holds the policy.
    pub policy: Option<Stamp>,
    /// The record before it.
    pub before: Option<Stamp>,
    /// The record after it, and whether it names this one by its hash.
    pub after: Option<(Stamp, bool)>,
}

/// A search in the making: one pass over the file.
#[derive(Debug)]
pub struct Search {
    wanted: Wanted,
    found: Vec<Found>,
    approvals: Approvals,
    policy: Option<Stamp>,
    before: Option<Stamp>,
}

impl Search {
    /// For this.
    pub fn new(wanted: Wanted) -> Self {
        let approvals = Approvals::default();
        Self { wanted, found: Vec::new(), approvals, policy: None, before: None }
    }

    /// Takes in the next record.
    pub fn record(&mut self, record: &Record) {
        let stamp = stamp(record);
        if let Some(last) = self.found.last_mut()
            && last.after.is_none()
            && self.before.as_ref().is_some_and(|before| before.seq == last.record.seq)
        {
            last.after = Some((stamp.clone(), record.prev == last.record.sha256));
        }
        match &record.body {
            Body::Policy(_) => self.policy = Some(stamp.clone()),
            Body::Approval(approval) => self.approvals.add(record, approval),
            Body::Landed(landed) => {
                if let Some(found) = self.of(landed.change) {
                    found.landed.get_or_insert_with(|| record.clone());
                }
            }
            Body::Followup(followup) => {
                if let Some(found) = self.of(Some(followup.of)) {
                    found.followups.push(record.clone());
                    if let Some(change) = &mut found.change {
                        changes::follow_up(change, record, followup);
                    }
                }
            }
            _ => {}
        }
        if self.wanted.is(record) {
            let change = match &record.body {
                Body::Change(change) => Some(changes::change(record, change, &self.approvals)),
                _ => None,
            };
            self.found.push(Found {
                record: record.clone(),
                change,
                landed: None,
                followups: Vec::new(),
                policy: self.policy.clone(),
                before: self.before.clone(),
                after: None,
            });
        }
        self.before = Some(stamp);
    }

    fn of(&mut self, seq: Option<u64>) -> Option<&mut Found> {
        let place = self.found.binary_search_by_key(&seq?, |found| found.record.seq).ok()?;
        self.found.get_mut(place)
    }

    /// What was found, first to last.
    pub fn finish(self) -> Vec<Found> {
        self.found
    }
}

impl Found {
    fn judged(&self) -> Option<&evidence::Change> {
        match &self.record.body {
            Body::Change(change) => Some(change),
            _ => None,
        }
    }

    /// `allowed`, `refused`, or what kind of record it is.
    fn word(&self) -> Clean {
        Clean::of(match &self.record.body {
            Body::Change(change) if change.is_allowed() => "change, let in",
            Body::Change(_) => "change, refused",
            Body::Approval(approval) => match approval.decision {
                evidence::Decision::Allow => "approval, accepted",
                _ => "approval, refused",
            },
            Body::Genesis(_) => "beginning of the file",
            Body::Policy(_) => "policy",
            Body::Baseline(_) => "baseline",
            Body::Landed(_) => "landing, as the server told it",
            Body::Followup(_) => "follow-up",
            Body::Recovery(_) => "mending of a torn write",
            Body::Restored(_) => "loss of records",
            Body::Other { kind } => kind.as_str(),
        })
    }
}
