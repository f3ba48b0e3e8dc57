//! A governed branch: how it moves, and from where its commits are new.

use super::Sources;
use super::governed::Target;
use crate::model::{Change, Lapse, Movement, ObjectId, RefName, Role, Start};

impl Sources<'_> {
    /// Everything about one branch of the push.
    pub(super) fn branch(&self, target: &Target, table: usize) -> anyhow::Result<Role> {
        let movement = self.movement(&target.line.change)?;
        let (start, lapse, base) = self.start(target, table)?;
        let commits = match (movement, target.line.change.new_id()) {
            (Movement::Created | Movement::FastForward | Movement::Rewritten, Some(new)) => self
                .repo
                .new_commits(new, &base)?
                .iter()
                .map(|id| self.repo.commit(id))
                .collect::<anyhow::Result<Vec<_>>>()?,
            _ => Vec::new(),
        };
        let shadow = match movement {
            Movement::Created => self.shadow(&target.name)?,
            _ => None,
        };
        Ok(Role::Branch { table, movement, start, lapse, shadow, base, commits })
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

    /// From where the commits of a branch are new: its own old value, the present
    /// tips of the other branches of its table, and nothing else. Never "not on any
    /// ref": a commit pushed first to an ungoverned branch would then pass unread.
    fn start(
        &self,
        target: &Target,
        table: usize,
    ) -> anyhow::Result<(Start, Option<Lapse>, Vec<ObjectId>)> {
        let Some(old) = target.line.change.old_id() else {
            let mut base = self.governed_tips(target, table)?;
            let recorded = self.present(self.memory.recorded(&target.name)?.found)?;
            let start = match (base.is_empty(), recorded.is_empty()) {
                (true, true) => Start::Root,
                (_, false) => Start::Recorded,
                (false, true) => Start::GovernedTips,
            };
            base.extend(recorded);
            return Ok((start, None, base));
        };
        if let Some((lapse, mut base)) = self.lapse(target, old)? {
            // Whoever moved this branch around the hook may have made another one beside
            // it: that vouches only for what a record left it at.
            let is_recorded =
                |name: &RefName, id: &ObjectId| Ok(self.memory.recorded(name)?.has(id));
            base.extend(self.tips(target, table, is_recorded)?);
            return Ok((Start::Recorded, Some(lapse), base));
        }
        let mut base = self.governed_tips(target, table)?;
        base.push(old.clone());
        Ok((Start::OldValue, None, base))
    }

    /// A branch that is not where any record left it was moved around the hook.
    fn lapse(
        &self,
        target: &Target,
        old: &ObjectId,
    ) -> anyhow::Result<Option<(Lapse, Vec<ObjectId>)>> {
        let known = self.memory.recorded(&target.name)?;
        if known.is_empty() || known.has(old) {
            return Ok(None);
        }
        let known = self.memory.reread(&target.name)?;
        let Some(last) = known.last().filter(|_| !known.has(old)) else { return Ok(None) };
        let lapse = Lapse { recorded: last.clone(), found: old.clone() };
        let mut landed = self.present(known.found)?;
        for id in self.present(known.allowed)? {
            // What the branch contains did land, and was let in for it.
            if self.repo.contains(old, &id)? {
                landed.push(id);
            }
        }
        Ok(Some((lapse, landed)))
    }

    /// Those that are in the repository: a branch that was deleted on the server
    /// may have left nothing behind.
    fn present(&self, ids: Vec<ObjectId>) -> anyhow::Result<Vec<ObjectId>> {
        let mut present = Vec::new();
        for id in ids {
            if self.repo.exists(&id)? {
                present.push(id);
            }
        }
        Ok(present)
    }
}
