//! What the evidence claims about each repository, gathered in one pass.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::contradictions::Contradictions;
use super::finding::Finding;
use crate::evidence::{About, Body, Change, Commits, Decision, Ids, Record, Role, event};
use crate::model::history::Event;
use crate::model::{ObjectId, RefName};
use crate::policy::Policy;

/// Everything that the records claim, by repository.
#[derive(Debug, Default)]
pub struct Claims {
    repositories: BTreeMap<String, OfRepository>,
    policies: HashMap<String, Arc<Policy>>,
    contradictions: Contradictions,
    /// The repositories of changes that are still to be settled.
    of_change: HashMap<u64, String>,
}

/// What the records claim about one repository.
#[derive(Debug, Default)]
pub struct OfRepository {
    /// What happened, in order.
    pub(super) steps: Vec<Step>,
    /// The branches that a record is about.
    pub(super) branches: BTreeSet<RefName>,
    /// What happened to each tag, in order: the record, and its value.
    pub(super) tags: BTreeMap<RefName, Vec<(u64, Option<ObjectId>)>>,
    /// Approvals that were accepted.
    pub(super) approvals: BTreeSet<(RefName, ObjectId)>,
    /// Changes that git said it had written.
    pub(super) landed: HashSet<u64>,
    /// Where a record left a governed branch, with the number of the first one that did.
    pub(super) left: HashMap<ObjectId, u64>,
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

/// One claim.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) seq: u64,
    pub(super) written: Written,
    pub(super) event: Event,
    /// Of a change that was let in: what it says it brought.
    pub(super) brings: Option<Brings>,
}

/// What a change says it brought.
#[derive(Debug)]
pub(super) struct Brings {
    /// The states that were taken as known; `None` in the oldest records.
    pub(super) base: Option<Ids>,
    pub(super) commits: Commits,
    /// Whether the branch had been moved around the hook before, and all was judged.
    pub(super) lapsed: bool,
    /// The config that was in force.
    pub(super) policy: Option<String>,
}

impl Claims {
    /// Takes in one record.
    pub fn add(&mut self, record: &Record, written: Written) {
        self.contradictions.add(record);
        if let Body::Policy(policy) = &record.body {
            // The refs of a config that this version can't read can't be known to trust.
            if let Ok(parsed) = Policy::parse(Path::new("config"), &policy.text) {
                self.policies.insert(policy.sha256.clone(), Arc::new(parsed));
            }
        }
        if let Body::Landed(landed) = &record.body
            && let (Some(change), Written::Before) = (landed.change, written)
        {
            self.of(&landed.repo).landed.insert(change);
        }
        let Some((about, event)) = event(record) else { return };
        let repository = match about {
            About::Repository(name) => name.to_owned(),
            About::Change(seq) => match self.of_change.get(&seq) {
                Some(name) => name.clone(),
                None => return,
            },
        };
        let change = match &record.body {
            Body::Change(change) if change.is_allowed() => Some(change),
            _ => None,
        };
        if change.is_some() {
            self.of_change.insert(record.seq, repository.clone());
        }
        let brings = change.map(|change| brings(change, record));
        self.of(&repository).take(Step { seq: record.seq, written, event, brings }, record);
    }

    fn of(&mut self, repository: &str) -> &mut OfRepository {
        self.repositories.entry(repository.to_owned()).or_default()
    }

    /// What the records say that others of them refute.
    pub fn findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.contradictions).finish()
    }

    /// What is claimed about a repository, by the host's name for it.
    pub fn about(&self, repository: &str) -> Option<&OfRepository> {
        self.repositories.get(repository)
    }

    /// The names of all repositories that a record is about.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories.keys().map(String::as_str)
    }

    /// The config with this SHA-256, where it is on record and this version can read it.
    pub(super) fn policy(&self, sha256: &str) -> Option<&Arc<Policy>> {
        self.policies.get(sha256)
    }
}

fn brings(change: &Change, record: &Record) -> Brings {
    Brings {
        base: change.base.clone(),
        commits: change.commits.clone(),
        lapsed: change.lapse.is_some(),
        policy: record.policy.clone(),
    }
}

impl OfRepository {
    fn take(&mut self, step: Step, record: &Record) {
        let seq = step.seq;
        match (&step.event, &record.body) {
            (Event::Baseline { starts, .. }, _) => {
                for (name, commit) in starts {
                    match name.without_namespace().tag() {
                        Some(_) => {
                            let value = value_of(&record.body, name).or(Some(commit.clone()));
                            self.tags.entry(name.clone()).or_default().push((seq, value));
                        }
                        None => {
                            self.left.entry(commit.clone()).or_insert(seq);
                            self.branches.insert(name.clone());
                        }
                    }
                }
            }
            (Event::Allowed(allowed), Body::Change(change)) => match change.role {
                Some(Role::Tag) => {
                    let of_tag = self.tags.entry(allowed.name.clone()).or_default();
                    of_tag.push((seq, allowed.new.clone()));
                }
                _ => {
                    if let Some(new) = &allowed.new {
                        self.left.entry(new.clone()).or_insert(seq);
                    }
                    self.branches.insert(allowed.name.clone());
                }
            },
            (Event::Approval { name, new: Some(new), .. }, Body::Approval(approval))
                if approval.decision == Decision::Allow =>
            {
                self.approvals.insert((name.clone(), new.clone()));
            }
            _ => {}
        }
        self.steps.push(step);
    }

    /// Whether there is a record of the branch.
    pub fn has_branch(&self, name: &RefName) -> bool {
        self.branches.contains(name)
    }

    /// Whether a branch was at a commit when it was taken in.
    pub(super) fn was_taken_in(&self, id: &ObjectId) -> bool {
        use crate::model::history::Baseline::TakenIn;
        self.steps.iter().any(|step| match &step.event {
            Event::Baseline { starts, kind: TakenIn, .. } => starts.iter().any(|(_, at)| at == id),
            _ => false,
        })
    }

    /// Whether what was there before any record was taken in, by the records.
    pub(super) fn is_taken_in(&self) -> bool {
        use crate::model::history::Baseline::TakenIn;
        self.steps.iter().any(|step| matches!(step.event, Event::Baseline { kind: TakenIn, .. }))
    }
}

/// The value of a tag in a list: its commit stands beside it.
fn value_of(body: &Body, name: &RefName) -> Option<ObjectId> {
    let Body::Baseline(baseline) = body else { return None };
    let listed = baseline.refs.iter().find(|listed| listed.name == *name)?;
    Some(listed.tip.clone())
}
