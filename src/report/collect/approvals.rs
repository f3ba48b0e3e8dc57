//! When each approval by ref was accepted: the record of a change names the commit only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::evidence::{Approval, Decision, Record};

/// The approvals so far: by repository, ref and commit, the last one of each.
#[derive(Debug, Default)]
pub(in crate::report) struct Approvals(BTreeMap<String, BTreeMap<(String, String), Timestamp>>);

impl Approvals {
    pub(in crate::report) fn add(&mut self, record: &Record, approval: &Approval) {
        if let (Decision::Allow, Some(new)) = (&approval.decision, &approval.new) {
            let place = (approval.name.to_string(), new.to_string());
            self.0.entry(approval.repo.clone()).or_default().insert(place, record.time);
        }
    }

    pub(in crate::report) fn at(&self, repo: &str, place: &str, commit: &str) -> Option<Timestamp> {
        self.0.get(repo)?.get(&(place.to_owned(), commit.to_owned())).copied()
    }
}
