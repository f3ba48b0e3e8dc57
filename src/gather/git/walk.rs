//! Which commits are new: exactly those that no hidden commit contains.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use git2::Sort;

use super::objects::{Raw, to_id};
use super::{Repo, header};
use crate::model::ObjectId;

/// A commit's place in a walk: entered, or left after all its parents.
enum Step {
    Enter(ObjectId),
    Leave(ObjectId),
}

impl Repo {
    /// Whether `commit` is `tip` or an ancestor of it.
    ///
    /// # Errors
    /// Where the history between can't be read.
    pub fn contains(&self, tip: &ObjectId, commit: &ObjectId) -> anyhow::Result<bool> {
        if tip == commit {
            return Ok(true);
        }
        match self.inner.graph_descendant_of(self.oid(tip)?, self.oid(commit)?) {
            Ok(contains) => Ok(contains),
            // Old histories hold commits that libgit2 can't parse, and git can.
            Err(error) => {
                let args = ["merge-base", "--is-ancestor", commit.as_str(), tip.as_str()];
                match self.git(&args, "")?.status.code() {
                    Some(0) => Ok(true),
                    Some(1) => Ok(false),
                    _ => Err(error).with_context(|| {
                        format!("finding out whether {} contains {}", tip.short(), commit.short())
                    }),
                }
            }
        }
    }

    /// The commits that `new` contains and none of `hidden` does, parents before
    /// children.
    ///
    /// # Errors
    /// Where any commit on the way can't be read: the end of what can be read is
    /// not the end of the walk.
    pub fn new_commits(
        &self,
        new: &ObjectId,
        hidden: &[ObjectId],
    ) -> anyhow::Result<Vec<ObjectId>> {
        if hidden.contains(new) {
            return Ok(Vec::new());
        }
        let walk = format!("walking the commits of {}", new.short());
        let listed = match self.listed_by_walk(new, hidden) {
            Ok(listed) => listed,
            Err(error) => self
                .listed_by_rev_list(new, hidden)
                .with_context(|| format!("{walk} with git, after libgit2 could not: {error:#}"))?,
        };
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        let mut parents = BTreeMap::new();
        for id in listed {
            let of_it = self.parents(&id).with_context(|| walk.clone())?;
            parents.insert(id, of_it);
        }
        let order = in_order(new, &parents).with_context(|| walk.clone())?;
        self.without_hidden(order, &parents, hidden).with_context(|| walk)
    }

    /// Unsorted: with `TOPOLOGICAL`, libgit2 counts a commit's children in 16 bits,
    /// and drops one that has 65,536.
    fn listed_by_walk(&self, new: &ObjectId, hidden: &[ObjectId]) -> anyhow::Result<Vec<ObjectId>> {
        let mut walk = self.inner.revwalk()?;
        walk.set_sorting(Sort::NONE)?;
        walk.push(self.oid(new)?)?;
        for id in hidden {
            walk.hide(self.oid(id)?)?;
        }
        walk.map(|oid| to_id(oid?)).collect()
    }

    /// For a history with commits that libgit2 can't parse.
    fn listed_by_rev_list(
        &self,
        new: &ObjectId,
        hidden: &[ObjectId],
    ) -> anyhow::Result<Vec<ObjectId>> {
        let mut input = format!("{new}\n");
        for id in hidden {
            input.push_str(&format!("^{id}\n"));
        }
        let lines = self.git_lines(&["rev-list", "--stdin"], &input)?;
        lines.iter().map(|line| Ok(ObjectId::parse(line)?)).collect()
    }

    pub(super) fn parents(&self, id: &ObjectId) -> anyhow::Result<Vec<ObjectId>> {
        match self.raw_commit(id)? {
            Raw::Bytes(raw) => match header::parents(&raw) {
                Ok(parents) => Ok(parents),
                Err(defect) => bail!("commit {id}: {defect}"),
            },
            // Too large to read, and so to judge: git's word for its parents will do.
            Raw::TooLarge { .. } => {
                let line = self.git_lines(&["rev-list", "--parents", "-1", id.as_str()], "")?;
                let ids = line.iter().flat_map(|line| line.split(|byte| *byte == b' ').skip(1));
                ids.map(|id| Ok(ObjectId::parse(id)?)).collect()
            }
        }
    }

    /// Both walkers believe the commits' dates, so a forged date makes them list
    /// commits that are hidden. All ancestors of a hidden commit are hidden: so, from
    /// the bottom up, only one without a new parent can be. Nothing may be missing
    /// either: a parent that is not listed must be hidden.
    fn without_hidden(
        &self,
        order: Vec<ObjectId>,
        parents: &BTreeMap<ObjectId, Vec<ObjectId>>,
        hidden: &[ObjectId],
    ) -> anyhow::Result<Vec<ObjectId>> {
        let mut known = BTreeMap::new();
        let mut is_hidden = |id: &ObjectId| match known.get(id) {
            Some(known) => Ok(*known),
            None => {
                let found = self.any_contains(hidden, id)?;
                known.insert(id.clone(), found);
                anyhow::Ok(found)
            }
        };
        let mut new: Vec<ObjectId> = Vec::new();
        let mut is_new: BTreeSet<&ObjectId> = BTreeSet::new();
        for id in &order {
            let of_it = parents.get(id).map_or(&[][..], Vec::as_slice);
            for parent in of_it.iter().filter(|parent| !parents.contains_key(*parent)) {
                if !is_hidden(parent)? {
                    bail!("commit {parent} was left out of the walk");
                }
            }
            let has_new_parent = of_it.iter().any(|parent| is_new.contains(parent));
            if has_new_parent || !is_hidden(id)? {
                is_new.insert(id);
                new.push(id.clone());
            }
        }
        Ok(new)
    }

    /// Whether one of the tips contains the commit: it is then the merge base of
    /// itself and all of them, which is one walk instead of one for each.
    fn any_contains(&self, tips: &[ObjectId], commit: &ObjectId) -> anyhow::Result<bool> {
        if tips.is_empty() {
            return Ok(false);
        }
        let all = std::iter::once(commit).chain(tips).map(|id| self.oid(id));
        let all = all.collect::<anyhow::Result<Vec<_>>>()?;
        if let Ok(base) = self.inner.merge_base_many(&all) {
            return Ok(to_id(base)? == *commit);
        }
        // No common history, or a commit that libgit2 can't parse: ask one by one.
        for tip in tips {
            if self.contains(tip, commit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Parents before children, in the order of each commit's parents.
fn in_order(
    new: &ObjectId,
    parents: &BTreeMap<ObjectId, Vec<ObjectId>>,
) -> anyhow::Result<Vec<ObjectId>> {
    let mut order = Vec::with_capacity(parents.len());
    let mut entered = BTreeSet::new();
    let mut steps = vec![Step::Enter(new.clone())];
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(id) => order.push(id),
            Step::Enter(id) => {
                let Some(of_it) = parents.get(&id) else { continue };
                if entered.insert(id.clone()) {
                    steps.push(Step::Leave(id));
                    steps.extend(of_it.iter().rev().cloned().map(Step::Enter));
                }
            }
        }
    }
    if order.len() != parents.len() {
        bail!("the walk listed {} commits, and {} hang together", parents.len(), order.len());
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    fn rev_list(lab: &Lab, new: &ObjectId, hidden: &[ObjectId]) -> BTreeSet<String> {
        let mut args = vec!["rev-list".to_owned(), new.to_string()];
        args.extend(hidden.iter().map(|id| format!("^{id}")));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        lab.git(&args).lines().map(str::to_owned).collect()
    }

    #[test]
    fn new_commits_come_parents_first() {
        let lab = Lab::new();
        let base = lab.commit("base", &[]);
        let left = lab.commit("left", &[&base]);
        let right = lab.commit("right", &[&base]);
        let top = lab.commit("top", &[&left, &right]);
        let found = lab.repo().new_commits(&top, std::slice::from_ref(&base)).unwrap();
        assert_eq!(found, [left, right, top.clone()]);
        assert!(lab.repo().new_commits(&base, &[top]).unwrap().is_empty());
    }

    /// Histories of every shape, with commits whose clocks lie.
    #[test]
    fn the_walk_is_exact_whatever_the_dates_say() {
        let mut seed = 7_u64;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 33).unwrap() % below.max(1)
        };
        for _ in 0..6 {
            let lab = Lab::new();
            let mut all: Vec<ObjectId> = Vec::new();
            for n in 0..14 {
                let mut parents: Vec<&ObjectId> = Vec::new();
                for _ in 0..random(3).min(all.len()) {
                    let parent = all.get(random(all.len())).unwrap();
                    if !parents.contains(&parent) {
                        parents.push(parent);
                    }
                }
                let when = 1_000_000_000 + random(100_000_000);
                let id = lab.commit_at(&format!("c{n}"), &parents, when);
                all.push(id);
            }
            for _ in 0..6 {
                let new = all.get(random(all.len())).unwrap().clone();
                let hidden: Vec<ObjectId> =
                    (0..random(3)).map(|_| all.get(random(all.len())).unwrap().clone()).collect();
                let repo = lab.repo();
                let found: BTreeSet<String> = repo
                    .new_commits(&new, &hidden)
                    .unwrap()
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let reachable = rev_list(&lab, &new, &[]);
                let mut expected = reachable;
                for tip in &hidden {
                    for id in rev_list(&lab, tip, &[]) {
                        expected.remove(&id);
                    }
                }
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn an_old_commit_that_libgit2_cannot_parse_does_not_end_the_walk() {
        let lab = Lab::new();
        let broken = lab.raw_commit_with_author("Ana ana@example.com> 1700000000 +0000", &[]);
        let old = lab.commit("old", &[&broken]);
        let new = lab.commit("new", &[&old]);
        let repo = lab.repo();
        assert_eq!(
            repo.new_commits(&new, std::slice::from_ref(&old)).unwrap(),
            std::slice::from_ref(&new)
        );
        assert_eq!(repo.new_commits(&new, &[]).unwrap(), [broken.clone(), old, new.clone()]);
        assert!(repo.contains(&new, &broken).unwrap());
        assert!(!repo.contains(&broken, &new).unwrap());
    }

    #[test]
    fn a_missing_parent_is_an_error() {
        let lab = Lab::new();
        let missing = ObjectId::parse("1".repeat(40).as_bytes()).unwrap();
        let top = lab.raw_commit_with_author("Ana <ana@example.com> 1 +0000", &[&missing]);
        assert!(lab.repo().new_commits(&top, &[]).is_err());
    }
}
