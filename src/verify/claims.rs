//! What the evidence claims about each repository, gathered in one pass.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::evidence::{Approval, Body, Change, Decision, Operation, Reason, Record, Role};
use crate::model::{ObjectId, RefName};

/// Everything that the records claim, by repository.
#[derive(Debug, Default)]
pub struct Claims {
    repositories: BTreeMap<String, OfRepository>,
}

/// What the records claim about one repository.
#[derive(Debug, Default)]
pub struct OfRepository {
    /// What happened to each branch, in order.
    pub(super) branches: BTreeMap<RefName, Vec<Step>>,
    /// What happened to each tag, in order.
    pub(super) tags: BTreeMap<RefName, Vec<Step>>,
    /// Approvals that were accepted.
    pub(super) approvals: BTreeSet<(RefName, ObjectId)>,
    /// Where a governed branch was at any time, by the records.
    pub(super) known: HashSet<ObjectId>,
    /// Where a record left a governed branch, with the number of the first one that did.
    pub(super) left: HashMap<ObjectId, u64>,
    /// Changes that git said it had written.
    pub(super) landed: HashSet<u64>,
}

/// Whether a record was there before git was looked at. A push may be under way
/// meanwhile: its record tells of what git could not show yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// It was.
    Before,
    /// It was written since.
    Meanwhile,
}

/// One claim about a ref.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) seq: u64,
    pub(super) written: Written,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// From here on it is judged.
    Baseline {
        tip: ObjectId,
        /// Whether the branch was there.
        first_seen: bool,
    },
    /// A push was let in.
    Allowed(Move),
    /// Git wrote it.
    Landed(ObjectId),
}

/// A move that was let in.
#[derive(Clone, Debug)]
pub(super) struct Move {
    pub(super) old: Option<ObjectId>,
    pub(super) new: Option<ObjectId>,
    /// What was taken as known beside `old`, as far as it is written out.
    pub(super) base: Vec<ObjectId>,
    /// Whether the branch had been moved around the hook before, and all was judged.
    pub(super) lapsed: bool,
    /// Whether commits of the branch may have been dropped.
    pub(super) forced: bool,
}

impl Claims {
    /// Takes in one record.
    pub fn add(&mut self, record: &Record, written: Written) {
        let seq = record.seq;
        match &record.body {
            Body::Baseline(baseline) => {
                let of = self.repositories.entry(baseline.repo.clone()).or_default();
                for (name, tip) in baseline.starts() {
                    of.known.insert(tip.clone());
                    of.left.entry(tip.clone()).or_insert(seq);
                    let first_seen = baseline.by != Reason::Admin;
                    let what = What::Baseline { tip: tip.clone(), first_seen };
                    let steps = of.branches.entry(name.clone()).or_default();
                    steps.push(Step { seq, written, what });
                }
            }
            Body::Change(change) if change.is_allowed() => self.change(seq, written, change),
            Body::Approval(approval) => self.approval(approval),
            Body::Landed(landed) => {
                let of = self.repositories.entry(landed.repo.clone()).or_default();
                if let (Some(change), Written::Before) = (landed.change, written) {
                    of.landed.insert(change);
                    if let (Some(steps), Some(new)) =
                        (of.branches.get_mut(&landed.name), &landed.new)
                    {
                        let what = What::Landed(new.clone());
                        steps.push(Step { seq, written, what });
                    }
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, seq: u64, written: Written, change: &Change) {
        let of = self.repositories.entry(change.repo.clone()).or_default();
        let steps = match &change.role {
            Some(Role::Branch) => &mut of.branches,
            Some(Role::Tag) => &mut of.tags,
            _ => return,
        };
        if change.role == Some(Role::Branch) {
            let lapse = change.lapse.as_ref().map(|lapse| &lapse.found);
            let at = [&change.old, &change.new].into_iter().flatten().chain(lapse);
            of.known.extend(at.cloned());
            if let Some(new) = &change.new {
                of.left.entry(new.clone()).or_insert(seq);
            }
        }
        let base = change.base.as_ref().map_or_else(Vec::new, |base| base.ids.clone());
        let what = What::Allowed(Move {
            old: change.old.clone(),
            new: change.new.clone(),
            base,
            lapsed: change.lapse.is_some(),
            forced: change.forced || change.op == Operation::Delete,
        });
        steps.entry(change.target().clone()).or_default().push(Step { seq, written, what });
    }

    fn approval(&mut self, approval: &Approval) {
        if let (Decision::Allow, Some(new)) = (&approval.decision, &approval.new) {
            let of = self.repositories.entry(approval.repo.clone()).or_default();
            of.approvals.insert((approval.name.clone(), new.clone()));
        }
    }

    /// What is claimed about a repository, by the host's name for it.
    pub fn of(&self, repository: &str) -> Option<&OfRepository> {
        self.repositories.get(repository)
    }

    /// The names of all repositories that a record is about.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories.keys().map(String::as_str)
    }
}

impl OfRepository {
    /// Whether there is a record of the branch.
    pub fn has_branch(&self, name: &RefName) -> bool {
        self.branches.contains_key(name)
    }
}
