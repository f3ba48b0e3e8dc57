//! A governed ref: how it moves, what it brings, and what stands in its way.

use std::collections::{BTreeMap, BTreeSet};

use super::Sources;
use super::governed::Target;
use super::states::States;
use crate::gather::git::Since;
use crate::model::history::Creation;
use crate::model::{
    Blocker, Change, Commit, Elsewhere, Incoming, Lapse, Movement, NotVouched, ObjectId, RefName,
    Role, Start, Tagged,
};

impl Sources<'_> {
    /// Everything about one branch of the push.
    pub(super) fn branch(&self, target: &Target, table: usize) -> anyhow::Result<Role> {
        let movement = self.movement(&target.line.change)?;
        let states = self.states(target, table, self.of_push())?;
        let since = match (movement, target.line.change.new_id()) {
            (Movement::Created | Movement::FastForward | Movement::Rewritten, Some(new)) => {
                states.since(new)?
            }
            _ => Since::default(),
        };
        let incoming = self.incoming(target, table, states, since)?;
        let (shadow, blocked) = match movement {
            Movement::Created => (self.shadow(&target.name)?, self.blocked(&target.name)?),
            _ => (None, Vec::new()),
        };
        let lapse = self.lapse(target);
        let creation = match &target.line.change {
            Change::Delete { old } => self.creation(&target.name, old),
            Change::Create { .. } | Change::Update { .. } => None,
        };
        Ok(Role::Branch { incoming, movement, lapse, shadow, blocked, creation })
    }

    /// Everything about one tag of the push. It has no history of its own: it stands on a
    /// state of a ref that it trusts, or what it brings is judged like a branch's.
    pub(super) fn tag(
        &self,
        target: &Target,
        table: usize,
        pushed: &BTreeMap<RefName, ObjectId>,
    ) -> anyhow::Result<Role> {
        let states = self.states(target, table, self.of_push())?;
        let tagged = match target.line.change.new_id() {
            None => Tagged::Nothing,
            Some(new) => self.repo.commit_behind(new)?.map_or(Tagged::NoCommit, Tagged::Commit),
        };
        let since = match &tagged {
            Tagged::Commit(commit) => states.since(commit)?,
            Tagged::Nothing | Tagged::NoCommit => Since::default(),
        };
        let incoming = self.incoming(target, table, states, since)?;
        let with = match &tagged {
            Tagged::Commit(commit) => self.moved_along(target, table, commit, pushed)?,
            Tagged::Nothing | Tagged::NoCommit => None,
        };
        Ok(Role::Tag { incoming, tagged, with })
    }

    /// A trusted branch that the push moves to the commit of a tag.
    fn moved_along(
        &self,
        target: &Target,
        table: usize,
        commit: &ObjectId,
        pushed: &BTreeMap<RefName, ObjectId>,
    ) -> anyhow::Result<Option<RefName>> {
        let trusted = self.trusted(target, table)?;
        let mut there = pushed.iter().filter(|(_, new)| *new == commit).map(|(name, _)| name);
        Ok(there.find(|name| trusted.contains_key(*name)).cloned())
    }

    fn incoming(
        &self,
        target: &Target,
        table: usize,
        states: States<'_>,
        since: Since,
    ) -> anyhow::Result<Incoming> {
        let Since { commits: ids, base } = since;
        let elsewhere = self.elsewhere(target, table, &ids)?;
        let mut commits =
            ids.iter().map(|id| self.repo.commit(id)).collect::<anyhow::Result<Vec<Commit>>>()?;
        let brought = self.records.brought(&ids.into_iter().collect())?;
        for commit in &mut commits {
            commit.brought = brought.get(&commit.id).cloned();
        }
        let old = target.line.change.old_id();
        let start = match base.is_empty() {
            true => Start::Root,
            false if old.is_some_and(|old| base.contains(old)) => Start::OldValue,
            false => Start::Recorded,
        };
        let mut taken_back = states.taken_back()?;
        taken_back.retain(|id, _| commits.iter().any(|commit| commit.id == *id));
        let unexplained = states.unexplained;
        Ok(Incoming { table, start, base, commits, unexplained, elsewhere, taken_back })
    }

    /// A ref that was at one of these commits, and whose word does not count here.
    fn elsewhere(
        &self,
        target: &Target,
        table: usize,
        new: &[ObjectId],
    ) -> anyhow::Result<Option<Elsewhere>> {
        let new: BTreeSet<&ObjectId> = new.iter().collect();
        let others = self.history.refs().filter(|(name, _)| **name != target.name);
        let mut branches = others.filter(|(name, _)| name.without_namespace().tag().is_none());
        let has_some =
            branches.find(|(_, history)| history.states().any(|(commit, _)| new.contains(commit)));
        let Some((name, _)) = has_some else { return Ok(None) };
        let why = match self.trusted(target, table)?.contains_key(name) {
            true => NotVouched::Open,
            false => NotVouched::Untrusted,
        };
        Ok(Some(Elsewhere { name: name.without_namespace(), why }))
    }

    fn movement(&self, change: &Change) -> anyhow::Result<Movement> {
        if let Some(new) = change.new_id()
            && self.repo.commit_behind(new)?.as_ref() != Some(new)
        {
            return Ok(Movement::NoCommit);
        }
        Ok(match change {
            Change::Create { .. } => Movement::Created,
            Change::Delete { .. } => Movement::Deleted,
            Change::Update { old, new } => {
                if self.repo.contains(new, old)? {
                    Movement::FastForward
                } else {
                    Movement::Rewritten
                }
            }
        })
    }

    /// A branch that is not where any record left it was moved around the hook.
    fn lapse(&self, target: &Target) -> Option<Lapse> {
        let found = target.line.change.old_id()?;
        let known = self.history.of(&target.name);
        match known {
            Some(known) if known.explains(found) => None,
            _ => Some(Lapse {
                recorded: known.and_then(|known| known.place.last()).cloned(),
                found: found.clone(),
            }),
        }
    }

    /// How a ref came to be, where it still is what it was then.
    fn creation(&self, name: &RefName, at: &ObjectId) -> Option<Creation> {
        let creation = self.history.of(name)?.creation()?;
        (creation.at == *at && !creation.brought).then(|| creation.clone())
    }

    /// The refs that keep a new one out: git stores `release/2` as a file where
    /// `release/2/bob` needs a directory.
    fn blocked(&self, name: &RefName) -> anyhow::Result<Vec<Blocker>> {
        let mut found = self.repo.refs_under(&format!("{name}/"))?;
        let namespace = name.namespace().len();
        for (at, _) in name.as_str().match_indices('/') {
            let above = name.as_str().get(..at).unwrap_or("");
            let Ok(above) = RefName::parse(above.as_bytes()) else { continue };
            if at > namespace + "refs/heads".len()
                && let Some(tip) = self.repo.tip(&above)?
            {
                found.push((above, tip));
            }
        }
        let blocker = |(name, tip): (RefName, ObjectId)| {
            let removable_by = self.creation(&name, &tip).and_then(|creation| creation.by);
            Blocker { name: name.without_namespace(), removable_by }
        };
        Ok(found.into_iter().take(MOST).map(blocker).collect())
    }
}

/// Refs in the way that are named.
const MOST: usize = 5;
