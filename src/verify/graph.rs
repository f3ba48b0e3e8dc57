//! The commits of a repository and who descends from whom, in memory.

use std::collections::HashMap;

use crate::model::ObjectId;

/// Every commit that some tips contain, each with its parents.
#[derive(Debug, Default)]
pub struct Graph {
    places: HashMap<ObjectId, usize>,
    ids: Vec<ObjectId>,
    parents: Vec<Vec<usize>>,
}

impl Graph {
    /// Of commits in any order, each with its parents. A parent that is none of them is
    /// as if it were none.
    pub fn of(commits: Vec<(ObjectId, Vec<ObjectId>)>) -> Self {
        let places: HashMap<ObjectId, usize> =
            commits.iter().zip(0..).map(|((id, _), at)| (id.clone(), at)).collect();
        let place = |id: &ObjectId| places.get(id).copied();
        let parents = commits.iter().map(|(_, of)| of.iter().filter_map(place).collect()).collect();
        let ids = commits.into_iter().map(|(id, _)| id).collect();
        Self { places, ids, parents }
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

    /// A mark for each commit.
    pub(super) fn blank<M: Clone>(&self, mark: M) -> Vec<M> {
        vec![mark; self.ids.len()]
    }

    /// Marks a commit and what it contains, down to what is not `blank`. So a history is
    /// walked once, however many marks are spread over it; `mark` itself is not blank.
    pub(super) fn spread<M: Copy>(
        &self,
        from: Option<usize>,
        blank: impl Fn(M) -> bool,
        mark: M,
        marks: &mut [M],
    ) {
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(place) = open.pop() {
            match marks.get_mut(place) {
                Some(known) if blank(*known) => *known = mark,
                _ => continue,
            }
            open.extend(self.parents.get(place).into_iter().flatten());
        }
    }
}
