//! What the file says of itself: how many records, from when to when, and whether they fit together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Finding;
use crate::evidence::Fragment;
use crate::evidence::{Body, Flaw, Record};
use crate::model::Receipt;

/// The facts of the file, taken in record by record.
#[derive(Debug, Default)]
pub struct File {
    /// How many records can be read.
    pub records: u64,
    /// The time of the first one.
    pub first: Option<Timestamp>,
    /// The time of the last one.
    pub last: Option<Timestamp>,
    /// The last one: the head of the chain.
    pub head: Option<Receipt>,
    /// The id of the file.
    pub log: Option<String>,
    /// Records that vouch for a write that was torn off.
    pub recoveries: Vec<u64>,
    /// Records that tell of others that were lost, each with the last number that was.
    pub losses: Vec<(u64, Option<u64>)>,
    /// Writes that were torn off at the end, for which no record vouches yet.
    pub torn_end: usize,
    /// The texts of the configs that were in force, first to last.
    pub policies: Vec<String>,
    /// Records of a newer version, which are only chained.
    pub strangers: Vec<u64>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    known: BTreeSet<String>,
    named: BTreeMap<String, u64>,
}

impl File {
    /// Takes in one record.
    pub fn add(&mut self, record: &Record) {
        let seq = record.seq;
        if let Some(before) = self.last.filter(|before| record.time < *before) {
            self.findings.push(Finding::clock_set_back(seq, before, record.time));
        }
        match &self.log {
            None => self.log = Some(record.log.clone()),
            Some(log) if *log != record.log => self.findings.push(Finding::other_file(seq)),
            Some(_) => {}
        }
        match (&record.body, self.records) {
            (Body::Genesis(_), 0) => {}
            (_, 0) => self.findings.push(Finding::no_genesis()),
            (Body::Genesis(_), _) => self.findings.push(Finding::other_file(seq)),
            _ => {}
        }
        match &record.body {
            Body::Policy(policy) => {
                self.known.insert(policy.sha256.clone());
                self.policies.push(policy.text.clone());
            }
            Body::Recovery(_) => self.recoveries.push(seq),
            Body::Restored(lost) => {
                self.losses.push((seq, lost.lost.as_ref().map(|lost| lost.seq)));
            }
            Body::Other { .. } => self.strangers.push(seq),
            _ => {}
        }
        if let Some(policy) = record.policy.as_ref().filter(|policy| !self.known.contains(*policy))
        {
            self.named.entry(policy.clone()).or_insert(seq);
        }
        self.records += 1;
        self.first.get_or_insert(record.time);
        self.last = Some(record.time);
        self.head = Some(record.receipt());
    }

    /// Takes in a place where the chain does not hold.
    pub fn add_flaw(&mut self, flaw: &Flaw) {
        self.findings.push(Finding::flaw(flaw));
    }

    /// Takes in the end of the file.
    pub fn end<'a>(&mut self, torn: impl Iterator<Item = &'a Fragment>) {
        self.torn_end = torn.count();
        for (policy, seq) in &self.named {
            if !self.known.contains(policy) {
                self.findings.push(Finding::missing_policy(policy, *seq));
            }
        }
    }
}
