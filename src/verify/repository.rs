//! One repository: each governed ref of it, and what the records say of the others.

use std::collections::{BTreeMap, HashSet};

use super::claims::{OfRepository, Step, What};
use super::tie::{Branch, tie};
use super::{Finding, Graph, Tie};
use crate::model::{ObjectId, RefName};
use crate::text::count;

/// The refs of a repository as git has them.
#[derive(Clone, Debug, Default)]
pub struct Refs {
    /// The branches that are governed, or were when a record was made of them; each
    /// with its commit.
    pub branches: BTreeMap<RefName, ObjectId>,
    /// The governed tags, each with its value.
    pub tags: BTreeMap<RefName, ObjectId>,
    /// The approvals, each with its value.
    pub approvals: BTreeMap<RefName, ObjectId>,
}

/// A repository that was held against its records.
#[derive(Debug, Default)]
pub struct Tied {
    /// One count for each branch with a record.
    pub ties: Vec<Tie>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Records that let in what never landed.
    pub never_landed: Vec<u64>,
    /// What is worth knowing, and no fault.
    pub notes: Vec<String>,
    /// Approvals that a record has accepted.
    pub approvals: usize,
}

/// Holds a repository against its records. The graph holds what its branches contain.
pub fn tie_out(repo: &str, refs: &Refs, of: &OfRepository, graph: &Graph) -> Tied {
    let mut tied = Tied::default();
    for name in of.branches.keys() {
        let Branch { tie, findings, notes, never_landed } =
            tie((repo, name), refs.branches.get(name), of, graph);
        tied.ties.push(tie);
        tied.findings.extend(findings);
        tied.notes.extend(notes);
        tied.never_landed.extend(never_landed);
    }
    tied.findings.extend(bases(repo, refs, of));
    tags(repo, refs, of, &mut tied);
    for (name, commit) in &refs.approvals {
        if of.approvals.contains(&(name.clone(), commit.clone())) {
            tied.approvals += 1;
        } else {
            tied.findings.push(Finding::unrecorded_approval(repo, name, commit));
        }
    }
    let unseen = refs.branches.keys().filter(|name| !of.branches.contains_key(*name)).count();
    if unseen > 0 {
        tied.notes.push(format!(
            "{} of {repo} with no record yet: claims start with the first push",
            count(unseen, "governed branch")
        ));
    }
    tied
}

/// What a push took as known has to be where a record left a governed branch, or one
/// that nobody has pushed to yet.
fn bases(repo: &str, refs: &Refs, of: &OfRepository) -> Vec<Finding> {
    let unseen = refs.branches.iter().filter(|(name, _)| !of.branches.contains_key(*name));
    let unseen: HashSet<&ObjectId> = unseen.map(|(_, tip)| tip).collect();
    let mut told: HashSet<&ObjectId> = HashSet::new();
    let mut findings = Vec::new();
    for (name, steps) in &of.branches {
        for step in steps {
            let What::Allowed(asked) = &step.what else { continue };
            for base in &asked.base {
                let is_known = of.known.contains(base) || unseen.contains(base);
                if !is_known && told.insert(base) {
                    findings.push(Finding::unrecorded_base(repo, name, step.seq, base.clone()));
                }
            }
        }
    }
    findings
}

/// A tag has a value and no history: it must have the one that was let in last.
fn tags(repo: &str, refs: &Refs, of: &OfRepository, tied: &mut Tied) {
    for (name, steps) in &of.tags {
        let value = |step: &Step| match &step.what {
            What::Allowed(asked) => asked.new.clone(),
            What::Baseline { .. } | What::Landed(_) => None,
        };
        let landed = steps.iter().rfind(|step| of.landed.contains(&step.seq)).map(value);
        let was_let = |now: &ObjectId| match &landed {
            Some(last) => last.as_ref() == Some(now),
            None => steps.iter().any(|step| value(step).as_ref() == Some(now)),
        };
        let last = landed.clone().flatten().or(steps.iter().rev().find_map(value));
        match (refs.tags.get(name), &landed, last) {
            (Some(now), _, Some(last)) if !was_let(now) => {
                tied.findings.push(Finding::moved(repo, name, &last, now));
            }
            (None, Some(Some(last)), _) => tied.findings.push(Finding::deleted(repo, name, last)),
            _ => {}
        }
    }
    let unseen = refs.tags.keys().filter(|name| !of.tags.contains_key(*name)).count();
    if unseen > 0 {
        tied.notes.push(format!(
            "{} of {repo} with no record: from before the control, or made around the hook",
            count(unseen, "governed tag")
        ));
    }
}
