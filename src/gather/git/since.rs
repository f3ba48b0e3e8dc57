//! The commits since recorded states: what a value contains and no state that it contains does.

use std::collections::BTreeSet;

use super::Repo;
use crate::model::ObjectId;

/// What is new in a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The commits, parents before children.
    pub commits: Vec<ObjectId>,
    /// The states that the value contains, but for those that another of them contains.
    pub base: Vec<ObjectId>,
}

impl Repo {
    /// The commits that `new` contains and that no state which `new` contains contains.
    ///
    /// # Errors
    /// Where any commit on the way can't be read.
    pub fn since(
        &self,
        new: &ObjectId,
        is_state: &dyn Fn(&ObjectId) -> bool,
    ) -> anyhow::Result<Since> {
        // Every state that is met first on some way down from the value.
        let mut met = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![new.clone()];
        while let Some(id) = open.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            if is_state(&id) {
                met.insert(id);
            } else {
                open.extend(self.parents(&id)?);
            }
        }
        let all: Vec<ObjectId> = met.into_iter().collect();
        let mut base = Vec::new();
        for (at, one) in all.iter().enumerate() {
            let mut is_within = false;
            for (_, other) in all.iter().enumerate().filter(|(other, _)| *other != at) {
                is_within |= self.contains(other, one)?;
            }
            if !is_within {
                base.push(one.clone());
            }
        }
        let commits = self.new_commits(new, &base)?;
        Ok(Since { commits, base })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn a_state_vouches_only_for_a_value_that_contains_it() {
        let lab = Lab::new();
        let base = lab.commit("base", &[]);
        let evil = lab.commit("evil", &[&base]);
        let back = lab.commit("back", &[&evil]);
        let beside = lab.commit("beside", &[&evil]);
        let merge = lab.commit("merge", &[&back, &beside]);
        let repo = lab.repo();
        let since = |new: &ObjectId| {
            let states = [base.clone(), back.clone()];
            let since = repo.since(new, &|id| states.contains(id)).unwrap();
            (since.commits, since.base)
        };
        assert_eq!(since(&back), (vec![], vec![back.clone()]));
        assert_eq!(since(&evil), (vec![evil.clone()], vec![base.clone()]));
        assert_eq!(since(&beside), (vec![evil, beside.clone()], vec![base.clone()]));
        // What the state contains is known, whichever way it is met.
        assert_eq!(since(&merge), (vec![beside, merge.clone()], vec![back.clone()]));
    }

    #[test]
    fn without_a_state_all_of_it_is_new() {
        let lab = Lab::new();
        let one = lab.commit("one", &[]);
        let two = lab.commit("two", &[&one]);
        let since = lab.repo().since(&two, &|_| false).unwrap();
        assert_eq!(since, Since { commits: vec![one, two], base: vec![] });
    }
}
