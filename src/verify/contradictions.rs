//! What a record says that another one, or its own text, refutes: free to find, with the file alone.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use crate::evidence::{
    Approved, Body, Change, Class, Decision, Finding as Found, Mode, Outcome, Record, Source,
};
use crate::hash::sha256;
use crate::model::{ObjectId, RefName};

/// Between judging a push and writing that down.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What was seen so far, and what does not fit.
#[derive(Debug, Default)]
pub(super) struct Contradictions {
    /// What each record let in.
    let_in: HashMap<u64, LetIn>,
    /// The approvals that were accepted, by repository, ref and commit.
    accepted: HashSet<(String, String, ObjectId)>,
    findings: Vec<Finding>,
}

#[derive(Debug, PartialEq, Eq)]
struct LetIn {
    repo: String,
    name: RefName,
    new: Option<ObjectId>,
    is_change: bool,
}

impl Contradictions {
    pub(super) fn add(&mut self, record: &Record) {
        let seq = record.seq;
        let mut refuted = |what: String| self.findings.push(Finding::contradicted(seq, &what));
        match &record.body {
            Body::Policy(policy) if sha256(policy.text.as_bytes()) != policy.sha256 => {
                refuted("holds a config whose SHA-256 is another one than it says".to_owned());
            }
            Body::Change(change) => {
                ruled(change).into_iter().for_each(&mut refuted);
                dated(record, change).into_iter().for_each(&mut refuted);
                let counted = change.approvals.iter().filter(|approved| approved.counted);
                for approved in counted.filter(|approved| approved.source == Source::Ref) {
                    if !is_accepted(&self.accepted, change, approved) {
                        refuted(format!(
                            "counts the approval {}, which no record before it accepted",
                            approved.place
                        ));
                    }
                }
                if change.is_allowed() {
                    let (repo, name) = (change.repo.clone(), change.target().clone());
                    let new = change.new.clone();
                    self.let_in.insert(seq, LetIn { repo, name, new, is_change: true });
                }
            }
            Body::Approval(approval) if approval.decision == Decision::Allow => {
                let (repo, name) = (approval.repo.clone(), approval.name.clone());
                if let Some(new) = &approval.new {
                    let place = name.without_namespace().to_string();
                    self.accepted.insert((repo.clone(), place, new.clone()));
                }
                let new = approval.new.clone();
                self.let_in.insert(seq, LetIn { repo, name, new, is_change: false });
            }
            Body::Landed(landed) => {
                let Some(by) = landed.change else { return };
                let is_it = self.let_in.get(&by).is_some_and(|let_in| {
                    (&let_in.repo, &let_in.name, &let_in.new)
                        == (&landed.repo, &landed.name, &landed.new)
                });
                if !is_it {
                    refuted(format!("says that record {by} let in what landed, and it did not"));
                }
            }
            Body::Followup(followup) => {
                let of = self.let_in.get(&followup.of);
                if !of.is_some_and(|let_in| let_in.is_change) {
                    refuted(format!(
                        "follows up record {}, which let in no change before it",
                        followup.of
                    ));
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        self.findings
    }
}

fn is_accepted(
    accepted: &HashSet<(String, String, ObjectId)>,
    change: &Change,
    approved: &Approved,
) -> bool {
    let Some(commit) = &approved.commit else { return false };
    accepted.contains(&(change.repo.clone(), approved.place.clone(), commit.clone()))
}

/// What the rules of a change say, against what it says of them.
fn ruled(change: &Change) -> Option<String> {
    if change.fault.is_some() || change.error.is_some() {
        return None;
    }
    let has = |outcome: &Outcome| change.rules.iter().any(|rule| rule.result == *outcome);
    let finding = match (has(&Outcome::Fail), has(&Outcome::Error)) {
        (true, _) => Found::Violation,
        (false, true) => Found::Unknown,
        (false, false) => Found::Compliant,
    };
    if !change.rules.is_empty() && change.finding != finding {
        return Some(format!("is `{}`, and its rules say `{finding}`", change.finding));
    }
    let may_land = change.finding == Found::Compliant
        || change.mode == Some(Mode::Monitor)
        || (change.finding == Found::Unknown && change.class == Some(Class::Unverified));
    if change.is_allowed() && !may_land {
        return Some(format!("let in what is `{}` under enforce", change.finding));
    }
    None
}

/// What a change knew when it was written can't be of later.
fn dated(record: &Record, change: &Change) -> Option<String> {
    let brought = change.commits.items.iter().filter_map(|commit| commit.brought.as_ref());
    if brought.into_iter().any(|brought| brought.at > record.time) {
        return Some("says that a commit was brought later than it was written".to_owned());
    }
    let due = change.emergency.as_ref().map(|emergency| emergency.due);
    let is_before = |due: Timestamp| record.time.duration_since(due) > SKEW;
    if due.is_some_and(is_before) {
        return Some("is an emergency whose review was due before it".to_owned());
    }
    None
}
