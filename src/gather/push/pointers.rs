//! Refs that bring no commits of their own: what a tag or an approval points at, and what hides a branch.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::Sources;
use super::governed::{Target, shadows_of};
use crate::model::verdict::Mode;
use crate::model::{ObjectId, RefName, Tagged};

impl Sources<'_> {
    /// The commit whose approval is lost by this one: the new commit does not
    /// contain it, and neither does the branch.
    pub(super) fn replaced(
        &self,
        target: &Target,
        branch: &str,
        tagged: &Tagged,
    ) -> anyhow::Result<Option<ObjectId>> {
        let (Some(old), Tagged::Commit { id, .. }) = (target.line.change.old_id(), tagged) else {
            return Ok(None);
        };
        let namespace = target.name.namespace();
        let branch = RefName::parse(format!("{namespace}refs/heads/{branch}").as_bytes())?;
        let landed = match self.repo.tip(&branch)? {
            Some(tip) => self.repo.contains(&tip, old)?,
            None => false,
        };
        let is_lost = !landed && !self.repo.contains(id, old)?;
        Ok(is_lost.then(|| old.clone()))
    }

    pub(super) fn shadow(&self, branch: &RefName) -> anyhow::Result<Option<RefName>> {
        let namespace = branch.namespace();
        for shadow in shadows_of(&branch.without_namespace()) {
            let full = RefName::parse(format!("{namespace}{shadow}").as_bytes())?;
            if self.repo.tip(&full)?.is_some() {
                return Ok(Some(shadow));
            }
        }
        Ok(None)
    }

    /// What an approval names: the commit itself, not a tag object before it.
    pub(super) fn approved(&self, target: &Target) -> anyhow::Result<Tagged> {
        let Some(new) = target.line.change.new_id() else { return Ok(Tagged::Nothing) };
        Ok(match self.repo.commit_behind(new)? {
            Some(id) if id == *new => Tagged::Commit { id, governed: false },
            _ => Tagged::NoCommit,
        })
    }

    /// What a tag points at. It may be pushed together with the branch that contains
    /// its commit: where that branch is refused, so is the tag.
    pub(super) fn tagged(
        &self,
        target: &Target,
        table: usize,
        incoming: &[(usize, ObjectId)],
    ) -> anyhow::Result<Tagged> {
        let Some(new) = target.line.change.new_id() else { return Ok(Tagged::Nothing) };
        let Some(commit) = self.repo.commit_behind(new)? else { return Ok(Tagged::NoCommit) };
        let namespace = target.name.namespace();
        let of_table = |wanted: usize| -> anyhow::Result<Vec<ObjectId>> {
            let there = self.branches(namespace, wanted)?.into_iter().map(|(_, id)| id);
            let coming = incoming.iter().filter(|(table, _)| *table == wanted);
            Ok(there.chain(coming.map(|(_, id)| id.clone())).collect())
        };
        let mut tips: BTreeSet<ObjectId> = of_table(table)?.into_iter().collect();
        if tips.is_empty() {
            // A table of tags only: the branches of the others vouch, but for those
            // that are on trial.
            for (index, table) in self.policy.tables.iter().enumerate() {
                if table.mode == Mode::Enforce {
                    tips.extend(of_table(index)?);
                }
            }
        }
        for tip in tips {
            let Some(tip) = self.repo.commit_behind(&tip)? else { continue };
            let contains = self.repo.contains(&tip, &commit);
            if contains.with_context(|| format!("looking for {} in a branch", commit.short()))? {
                return Ok(Tagged::Commit { id: commit, governed: true });
            }
        }
        Ok(Tagged::Commit { id: commit, governed: false })
    }
}
