//! One governed branch: its commits held against the changes that are on record.

use std::collections::{HashMap, HashSet};

use super::claims::{Move, OfRepository, Step, What, Written};
use super::finding::seqs;
use super::{Finding, Graph};
use crate::model::{ObjectId, Recorded, RefName};
use crate::text::count;
use serde::Serialize;

/// The count of one branch. `git rev-list --count TIP ^SINCE...` gives `commits` again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tie {
    /// The repository.
    pub repo: String,
    /// The branch.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// Where it is; null where it is gone.
    pub tip: Option<ObjectId>,
    /// Where claims start: what these contain is not counted.
    pub since: Vec<ObjectId>,
    /// How many commits it has had since.
    pub commits: usize,
    /// How many of them a change on record has brought.
    pub recorded: usize,
    /// How many none has.
    pub unrecorded: usize,
}

/// A branch that was tied out.
pub(super) struct Branch {
    pub(super) tie: Tie,
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
    /// Records that let in what never landed.
    pub(super) never_landed: Vec<u64>,
}

/// What is known of a commit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Nothing,
    /// It was there before claims start.
    Before,
    /// A change on record brought it.
    Recorded,
    /// It was found there when a later push came.
    Found,
}

/// A branch while its steps are gone through.
struct Walk<'a> {
    graph: &'a Graph,
    landed: &'a HashSet<u64>,
    left: &'a HashMap<ObjectId, u64>,
    in_branch: Vec<bool>,
    marks: Vec<Mark>,
    place: Recorded,
    /// Whether git had it, by the records. An admin may name a branch that is still to
    /// be pushed.
    was_there: bool,
    since: Vec<ObjectId>,
    gone: Vec<(u64, ObjectId)>,
    races: Vec<u64>,
    lapses: Vec<u64>,
    /// Baselines that an admin has set.
    accepted: Vec<u64>,
}

/// Ties one branch out. `tip` is where git has it.
pub(super) fn tie(
    (repo, name): (&str, &RefName),
    tip: Option<&ObjectId>,
    of: &OfRepository,
    graph: &Graph,
) -> Branch {
    let steps = of.branches.get(name).map_or(&[][..], Vec::as_slice);
    let mut in_branch = graph.blank(false);
    graph.spread(tip.and_then(|tip| graph.place(tip)), |is_in| !is_in, true, &mut in_branch);
    let mut walk = Walk {
        graph,
        landed: &of.landed,
        left: &of.left,
        in_branch,
        marks: graph.blank(Mark::Nothing),
        place: Recorded::default(),
        was_there: false,
        since: Vec::new(),
        gone: Vec::new(),
        races: Vec::new(),
        lapses: Vec::new(),
        accepted: Vec::new(),
    };
    walk.go(steps);
    let tie = walk.count((repo, name), tip);
    let findings = walk.findings(&tie);
    let notes = walk.notes(&tie);
    Branch { tie, findings, notes, never_landed: walk.races }
}

impl Walk<'_> {
    fn go(&mut self, steps: &[Step]) {
        let stayed = stayed(steps);
        let dropping = |step: &Step| matches!(&step.what, What::Allowed(asked) if asked.forced);
        let last_drop = steps.iter().rposition(dropping);
        for (at, step) in steps.iter().enumerate() {
            match &step.what {
                What::Baseline { tip, first_seen } => {
                    if !first_seen {
                        self.accepted.push(step.seq);
                        self.accept(tip);
                    }
                    self.known(tip);
                    self.place.found(tip.clone());
                    self.was_there |= first_seen;
                }
                What::Landed(new) => {
                    self.place.landed(new.clone());
                    self.was_there = true;
                }
                What::Allowed(asked) => {
                    let landed = self.landed.contains(&step.seq)
                        || asked.new.as_ref().is_some_and(|new| stayed.contains(&(at, new)));
                    let was_dropped = last_drop.is_some_and(|drop| drop >= at);
                    self.allowed(step, asked, landed, was_dropped);
                }
            }
        }
    }

    fn allowed(&mut self, step: &Step, asked: &Move, landed: bool, was_dropped: bool) {
        let old = asked.old.as_ref().and_then(|old| self.graph.place(old));
        match (&asked.old, asked.lapsed) {
            (None, _) => asked.base.iter().for_each(|base| self.known(base)),
            (Some(_), false) => self.spread(old, Mark::Found),
            // What came in around the hook was judged with this push, but for what it
            // took as known though no record had left a governed branch there.
            (Some(_), true) => {
                self.lapses.push(step.seq);
                let is_left = |base| self.left.get(base).is_some_and(|seq| *seq < step.seq);
                for base in asked.base.iter().filter(|base| !is_left(base)) {
                    self.spread(self.graph.place(base), Mark::Found);
                }
            }
        }
        if let Some(new) = &asked.new {
            let place = self.graph.place(new);
            if place.is_some_and(|place| self.in_branch.get(place) == Some(&true)) {
                self.spread(place, Mark::Recorded);
            } else if landed && !was_dropped {
                self.gone.push((step.seq, new.clone()));
            } else if !landed && step.written == Written::Before {
                self.races.push(step.seq);
            }
        }
        self.place.moved(asked.old.clone(), asked.new.clone());
        self.was_there = asked.new.is_some() && (self.was_there || asked.old.is_some());
    }

    /// What this contains is from before the control, or taken as known.
    fn known(&mut self, commit: &ObjectId) {
        if let Some(place) = self.graph.place(commit) {
            self.spread(Some(place), Mark::Before);
            if self.in_branch.get(place) == Some(&true) && !self.since.contains(commit) {
                self.since.push(commit.clone());
            }
        }
    }

    fn spread(&mut self, from: Option<usize>, mark: Mark) {
        self.graph.spread(from, |known| known == Mark::Nothing, mark, &mut self.marks);
    }

    /// Claims start here, by an admin's word: what this contains is not counted, however it came.
    fn accept(&mut self, commit: &ObjectId) {
        let is_counted = |known| known != Mark::Before;
        self.graph.spread(self.graph.place(commit), is_counted, Mark::Before, &mut self.marks);
    }

    fn count(&self, (repo, name): (&str, &RefName), tip: Option<&ObjectId>) -> Tie {
        let (mut recorded, mut unrecorded) = (0, 0);
        for (mark, _) in self.marks.iter().zip(&self.in_branch).filter(|(_, is_in)| **is_in) {
            match mark {
                Mark::Before => {}
                Mark::Recorded => recorded += 1,
                Mark::Nothing | Mark::Found => unrecorded += 1,
            }
        }
        Tie {
            repo: repo.to_owned(),
            name: name.clone(),
            tip: tip.cloned(),
            since: self.since.clone(),
            commits: recorded + unrecorded,
            recorded,
            unrecorded,
        }
    }

    /// One finding tells what became of the branch: commits that came, else commits
    /// that went, else that it is elsewhere.
    fn findings(&self, tie: &Tie) -> Vec<Finding> {
        let (repo, name) = (&tie.repo, &tie.name);
        let mut findings = Vec::new();
        let Some(tip) = &tie.tip else {
            let last = self.place.last().filter(|_| self.was_there);
            findings.extend(last.map(|last| Finding::deleted(repo, name, last)));
            return findings;
        };
        if tie.unrecorded > 0 {
            findings.push(Finding::unrecorded(repo, name, self.unrecorded()));
        }
        if !self.gone.is_empty() {
            findings.push(Finding::missing(repo, name, self.gone.clone()));
        }
        if let (true, false, Some(last)) =
            (findings.is_empty(), self.place.has(tip), self.place.last())
        {
            findings.push(Finding::moved(repo, name, last, tip));
        }
        findings
    }

    fn unrecorded(&self) -> Vec<ObjectId> {
        let is_unrecorded = |place: &usize| {
            self.in_branch.get(*place) == Some(&true)
                && matches!(self.marks.get(*place), Some(Mark::Nothing | Mark::Found))
        };
        let places = (0..self.graph.len()).filter(is_unrecorded);
        places.filter_map(|place| self.graph.id(place)).cloned().collect()
    }

    fn notes(&self, tie: &Tie) -> Vec<String> {
        let of = format!("{} of {}", tie.name, tie.repo);
        let mut notes = Vec::new();
        if !self.races.is_empty() {
            notes.push(format!(
                "{} to {of} let in and never landed: overtaken, or git could not write it \
                 (record {})",
                count(self.races.len(), "push"),
                seqs(&self.races)
            ));
        }
        if !self.accepted.is_empty() {
            notes.push(format!(
                "an admin has accepted history of {of} that nobody judged (record {})",
                seqs(&self.accepted)
            ));
        }
        if !self.lapses.is_empty() {
            notes.push(format!(
                "{of} had been moved around the hook, and what came in that way was judged with \
                 the next push (record {})",
                seqs(&self.lapses)
            ));
        }
        notes
    }
}

/// The places of moves to where a later push found the branch: those did land.
fn stayed(steps: &[Step]) -> HashSet<(usize, &ObjectId)> {
    let mut later: HashSet<&ObjectId> = HashSet::new();
    let mut stayed = HashSet::new();
    for (at, step) in steps.iter().enumerate().rev() {
        let What::Allowed(asked) = &step.what else { continue };
        if let Some(new) = asked.new.as_ref().filter(|new| later.contains(new)) {
            stayed.insert((at, new));
        }
        if step.written == Written::Before {
            later.extend(&asked.old);
        }
    }
    stayed
}
