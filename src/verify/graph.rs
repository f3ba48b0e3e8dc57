//! The commits of a repository and who descends from whom, in memory.

use std::collections::HashMap;
use std::convert::Infallible;

use crate::model::vouching::Ancestry;
use crate::model::{LogEntry, ObjectId};

/// Every commit that some tips contain.
#[derive(Debug, Default)]
pub struct Graph {
    places: HashMap<ObjectId, usize>,
    ids: Vec<ObjectId>,
    parents: Vec<Vec<usize>>,
    addresses: Vec<(String, String)>,
}

impl Graph {
    /// Of commits in any order. A parent that is none of them is as if it were none.
    pub fn of(commits: Vec<(ObjectId, LogEntry)>) -> Self {
        let places: HashMap<ObjectId, usize> =
            commits.iter().zip(0..).map(|((id, _), at)| (id.clone(), at)).collect();
        let place = |id: &ObjectId| places.get(id).copied();
        let parents = commits
            .iter()
            .map(|(_, entry)| entry.parents.iter().filter_map(place).collect())
            .collect();
        let (ids, addresses) =
            commits.into_iter().map(|(id, entry)| (id, (entry.author, entry.committer))).unzip();
        Self { places, ids, parents, addresses }
    }

    /// How many commits there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn place(&self, id: &ObjectId) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(super) fn id(&self, place: usize) -> Option<&ObjectId> {
        self.ids.get(place)
    }

    /// The addresses of a commit's author and committer.
    pub(super) fn addresses(&self, id: &ObjectId) -> Option<&(String, String)> {
        self.addresses.get(self.place(id)?)
    }

    /// A mark for each commit.
    pub(super) fn blank<M: Clone>(&self, mark: M) -> Vec<M> {
        vec![mark; self.ids.len()]
    }

    /// Marks a commit and what it contains, down to what is not `blank`; how many are
    /// marked by that. So a history is walked once, however many marks are spread over it;
    /// `mark` itself is not blank.
    pub(super) fn spread<M: Copy>(
        &self,
        from: Option<usize>,
        blank: impl Fn(M) -> bool,
        mark: M,
        marks: &mut [M],
    ) -> Vec<usize> {
        let mut open: Vec<usize> = from.into_iter().collect();
        let mut marked = Vec::new();
        while let Some(place) = open.pop() {
            match marks.get_mut(place) {
                Some(known) if blank(*known) => *known = mark,
                _ => continue,
            }
            marked.push(place);
            open.extend(self.parents.get(place).into_iter().flatten());
        }
        marked
    }
}

impl Ancestry for Graph {
    type Error = Infallible;

    fn contains(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Infallible> {
        let (Some(tip), Some(commit)) = (self.place(tip), self.place(commit)) else {
            return Ok(tip == commit);
        };
        let mut seen = vec![false; self.ids.len()];
        self.spread(Some(tip), |seen| !seen, true, &mut seen);
        Ok(seen.get(commit) == Some(&true))
    }

    fn is_on_line(&self, tip: &ObjectId, commit: &ObjectId) -> Result<bool, Infallible> {
        let (Some(tip), Some(commit)) = (self.place(tip), self.place(commit)) else {
            return Ok(tip == commit);
        };
        let mut next = Some(tip);
        while let Some(place) = next {
            if place == commit {
                return Ok(true);
            }
            next = self.parents.get(place).and_then(|parents| parents.first()).copied();
        }
        Ok(false)
    }
}
