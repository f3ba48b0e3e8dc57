//! One governed branch: its commits held against the changes that are on record.

use std::collections::HashSet;

use serde::Serialize;

use super::claims::Written;
use super::finding::seqs;
use super::{Finding, Graph};
use crate::model::{ObjectId, Recorded, RefName};
use crate::text::count;

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
    /// A change on record brought it, or it was known by then.
    Recorded,
    /// It was taken as known, and no record vouches for that.
    Found,
}

/// A branch while its records are gone through.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    tip: Option<ObjectId>,
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

/// A move of the branch that was let in, as its record has it.
pub(super) struct Let<'a> {
    pub(super) seq: u64,
    pub(super) written: Written,
    pub(super) old: Option<&'a ObjectId>,
    pub(super) new: Option<&'a ObjectId>,
    /// What it took as known and a record before it vouches for.
    pub(super) known: Vec<&'a ObjectId>,
    /// What it took as known and none does.
    pub(super) unknown: Vec<&'a ObjectId>,
    pub(super) lapsed: bool,
    pub(super) landed: bool,
    /// A later change dropped commits of the branch.
    pub(super) was_dropped: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn of(tip: Option<&ObjectId>, graph: &'a Graph) -> Self {
        let mut in_branch = graph.blank(false);
        graph.spread(tip.and_then(|tip| graph.place(tip)), |is_in| !is_in, true, &mut in_branch);
        Self {
            graph,
            tip: tip.cloned(),
            in_branch,
            marks: graph.blank(Mark::Nothing),
            place: Recorded::default(),
            was_there: false,
            since: Vec::new(),
            gone: Vec::new(),
            races: Vec::new(),
            lapses: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Claims start here: the branch was there, or an admin accepts what it holds.
    pub(super) fn begin(&mut self, seq: u64, at: &ObjectId, by_admin: bool) {
        if by_admin {
            self.accepted.push(seq);
            let is_counted = |known| known != Mark::Before;
            self.graph.spread(self.graph.place(at), is_counted, Mark::Before, &mut self.marks);
        }
        self.known(at);
        self.place.found(at.clone());
        self.was_there |= !by_admin;
    }

    /// Git wrote it.
    pub(super) fn landed(&mut self, new: &ObjectId) {
        self.place.landed(new.clone());
        self.was_there = true;
    }

    /// A push was let in. The commits that came with it, and that nothing before it had
    /// brought or knew.
    pub(super) fn allowed(&mut self, let_in: &Let<'_>) -> Vec<ObjectId> {
        if let_in.lapsed {
            self.lapses.push(let_in.seq);
        }
        for known in &let_in.known {
            match let_in.old {
                Some(_) => drop(self.spread(self.graph.place(known), Mark::Recorded)),
                // What a new branch starts with is not its own.
                None => self.known(known),
            }
        }
        for unknown in &let_in.unknown {
            self.spread(self.graph.place(unknown), Mark::Found);
        }
        let mut came = Vec::new();
        if let Some(new) = let_in.new {
            let place = self.graph.place(new);
            if place.is_some_and(|place| self.in_branch.get(place) == Some(&true)) {
                came = self.spread(place, Mark::Recorded);
            } else if let_in.landed && !let_in.was_dropped {
                self.gone.push((let_in.seq, new.clone()));
            } else if !let_in.landed && let_in.written == Written::Before {
                self.races.push(let_in.seq);
            }
        }
        self.place.moved(let_in.old.cloned(), let_in.new.cloned());
        self.was_there = let_in.new.is_some() && (self.was_there || let_in.old.is_some());
        came.into_iter().filter_map(|place| self.graph.id(place)).cloned().collect()
    }

    /// Whether the branch contains a commit.
    pub(super) fn has(&self, commit: &ObjectId) -> bool {
        self.graph.place(commit).is_some_and(|place| self.in_branch.get(place) == Some(&true))
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

    fn spread(&mut self, from: Option<usize>, mark: Mark) -> Vec<usize> {
        self.graph.spread(from, |known| known == Mark::Nothing, mark, &mut self.marks)
    }

    pub(super) fn end(self, (repo, name): (&str, &RefName)) -> Branch {
        let tie = self.count((repo, name));
        let (findings, notes) = (self.findings(&tie), self.notes(&tie));
        Branch { tie, findings, notes, never_landed: self.races }
    }

    fn count(&self, (repo, name): (&str, &RefName)) -> Tie {
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
            tip: self.tip.clone(),
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

/// The commits that records count on, and what came with a change: neither more nor others.
pub(super) fn is_told<'a>(came: &'a [ObjectId], told: &HashSet<&ObjectId>) -> Option<&'a ObjectId> {
    came.iter().find(|id| !told.contains(id))
}
