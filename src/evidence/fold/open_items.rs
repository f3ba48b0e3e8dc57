//! What has to be looked at after a change was let in, by the whole chain.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;

use crate::evidence::{Answer, Body, Change, Class, Followup, FollowupKind, Record, read_kept};
use crate::model::RefName;

/// Everything that is still open.
#[derive(Debug, Default)]
pub struct Afterwards {
    /// Changes that wait for a review or for the tracker, in the order of the file.
    pub changes: BTreeMap<u64, Waiting>,
    /// Tickets of changes that have landed, and what became of them is not on record.
    pub tickets: BTreeMap<u64, Tickets>,
    /// The repositories that a record is about.
    pub repositories: BTreeSet<String>,
    policies: BTreeMap<String, String>,
    /// Those of the changes that are not known to have landed.
    aloft: BTreeSet<u64>,
}

/// A change that somebody still has to look at.
#[derive(Debug)]
pub struct Waiting {
    /// When it was let in.
    pub time: Timestamp,
    /// SHA-256 of the policy that it was judged by.
    pub policy: Option<String>,
    /// The record.
    pub change: Box<Change>,
    /// When git told that it had landed, as far as the chain knows.
    pub landed: Option<Timestamp>,
    /// It is an emergency that nobody has reviewed.
    pub review: Option<Noted>,
    /// Its tickets were not answered for.
    pub verification: Option<Noted>,
}

/// What is on record already about something that is still open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Whether it was called overdue, or broken.
    pub is_noted: bool,
    /// Why it could not be verified.
    pub why: Option<String>,
}

/// The tickets of one change.
#[derive(Debug)]
pub struct Tickets {
    /// The repository.
    pub repo: String,
    /// The ref that was written.
    pub target: RefName,
    /// When the change landed.
    pub landed: Option<Timestamp>,
    /// Those of which nothing is on record since.
    pub keys: BTreeSet<String>,
}

/// Reads the whole chain.
///
/// # Errors
/// Where it is broken or can't be read.
pub fn afterwards(evidence: &Path) -> anyhow::Result<Afterwards> {
    let mut open = Afterwards::default();
    for record in read_kept(evidence)? {
        let record =
            record.with_context(|| format!("reading the evidence {}", evidence.display()))?;
        open.apply(record);
    }
    open.tickets.retain(|_, tickets| tickets.landed.is_some() && !tickets.keys.is_empty());
    Ok(open)
}

impl Afterwards {
    /// The config with this SHA-256, as it was written.
    pub fn policy(&self, sha256: &str) -> Option<&str> {
        self.policies.get(sha256).map(String::as_str)
    }

    fn apply(&mut self, record: Record) {
        let (seq, time) = (record.seq, record.time);
        if let Some(repository) = record.body.repository()
            && !self.repositories.contains(repository)
        {
            self.repositories.insert(repository.to_owned());
        }
        match record.body {
            Body::Policy(policy) => {
                self.policies.insert(policy.sha256, policy.text);
            }
            Body::Change(change) => {
                self.found(&change, time);
                if change.is_allowed() {
                    self.let_in(seq, time, record.policy, change);
                }
            }
            Body::Landed(landed) => {
                if let Some(seq) = landed.change {
                    self.landed(seq, time);
                }
            }
            Body::Followup(followup) => self.followed_up(&followup),
            Body::Genesis(_)
            | Body::Baseline(_)
            | Body::Approval(_)
            | Body::Recovery(_)
            | Body::Restored(_)
            | Body::Other { .. } => {}
        }
    }

    fn let_in(&mut self, seq: u64, time: Timestamp, policy: Option<String>, change: Box<Change>) {
        let asked = change.tickets.iter().filter(|ticket| ticket.answer != Answer::Absent);
        let keys: BTreeSet<String> = asked.map(|ticket| ticket.key.clone()).collect();
        if !keys.is_empty() {
            let (repo, target) = (change.repo.clone(), change.target().clone());
            self.tickets.insert(seq, Tickets { repo, target, landed: None, keys });
        }
        let review = change.emergency.as_ref().map(|_| Noted::default());
        let verification = (change.class == Some(Class::Unverified)).then(Noted::default);
        if review.is_some() || verification.is_some() {
            let landed = None;
            let waiting = Waiting { time, policy, change, landed, review, verification };
            self.changes.insert(seq, waiting);
            self.aloft.insert(seq);
        }
    }

    /// A push that starts where an earlier one went shows that this one landed.
    fn found(&mut self, change: &Change, time: Timestamp) {
        if change.fault.is_some() || change.error.is_some() {
            return;
        }
        let Some(old) = &change.old else { return };
        let went_there = |seq: &&u64| {
            self.changes.get(seq).is_some_and(|waiting| {
                waiting.change.new.as_ref() == Some(old)
                    && waiting.change.repo == change.repo
                    && waiting.change.target() == change.target()
            })
        };
        let went_there: Vec<u64> = self.aloft.iter().filter(went_there).copied().collect();
        for seq in went_there {
            self.landed(seq, time);
        }
    }

    fn landed(&mut self, seq: u64, time: Timestamp) {
        self.aloft.remove(&seq);
        if let Some(waiting) = self.changes.get_mut(&seq) {
            waiting.landed.get_or_insert(time);
        }
        if let Some(tickets) = self.tickets.get_mut(&seq) {
            tickets.landed.get_or_insert(time);
        }
    }

    fn followed_up(&mut self, followup: &Followup) {
        if let (Some(key), Some(tickets)) = (&followup.ticket, self.tickets.get_mut(&followup.of)) {
            tickets.keys.remove(key);
        }
        let Some(waiting) = self.changes.get_mut(&followup.of) else { return };
        match &followup.kind {
            FollowupKind::EmergencyOverdue => {
                if let Some(noted) = &mut waiting.review {
                    noted.is_noted = true;
                }
            }
            FollowupKind::StillUnverified => {
                if let Some(noted) = &mut waiting.verification {
                    *noted = Noted { is_noted: true, why: followup.why.clone() };
                }
            }
            FollowupKind::Verified => waiting.verification = None,
            FollowupKind::NeverLanded | FollowupKind::Dismissed => {
                (waiting.review, waiting.verification) = (None, None);
            }
            FollowupKind::EmergencyReviewed => waiting.review = None,
            _ => {}
        }
        if waiting.review.is_none() && waiting.verification.is_none() {
            self.changes.remove(&followup.of);
            self.aloft.remove(&followup.of);
        }
    }
}
