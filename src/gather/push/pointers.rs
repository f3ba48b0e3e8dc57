//! Refs that bring nothing of their own: what an approval points at, and what hides a branch.

use super::Sources;
use super::governed::{Target, shadows_of};
use crate::model::vouching::Purpose;
use crate::model::{ObjectId, Presence, RefName, Role, Tagged};

impl Sources<'_> {
    /// Everything about one approval of the push.
    pub(super) fn approval(
        &self,
        target: &Target,
        branch: String,
        login: String,
    ) -> anyhow::Result<Role> {
        let tagged = self.approved(target)?;
        let name =
            RefName::parse(format!("{}refs/heads/{branch}", target.name.namespace()).as_bytes())?;
        let replaces = self.replaced(target, &name, &tagged)?;
        let there = self.presence(&name)?;
        let base = match &tagged {
            Tagged::Commit(commit) => self.shown(&name, commit)?,
            Tagged::Nothing | Tagged::NoCommit => Vec::new(),
        };
        Ok(Role::Approval { branch, there, login, tagged, base, replaces })
    }

    /// What whoever approves a commit for a branch has not been shown: the states that it
    /// contains, and what the branch has. A commit that the branch has already is looked
    /// at for itself.
    fn shown(&self, branch: &RefName, commit: &ObjectId) -> anyhow::Result<Vec<ObjectId>> {
        let plain = branch.without_namespace();
        let mut base = match self.policy.governing(self.repository, &plain) {
            Some(table) => {
                let target = Target::named(branch.clone(), commit.clone());
                self.states(&target, table, Purpose::Approval)?.since(commit)?.base
            }
            None => Vec::new(),
        };
        if let Some(tip) = self.repo.tip(branch)?
            && let Some(tip) = self.repo.commit_behind(&tip)?
            && !base.contains(&tip)
            && !self.repo.contains(&tip, commit)?
        {
            base.push(tip);
        }
        Ok(base)
    }

    /// Whether there is a branch to approve for; one that the config names to the letter
    /// may still be to come.
    fn presence(&self, branch: &RefName) -> anyhow::Result<Presence> {
        let plain = branch.without_namespace();
        let names = self.policy.tables.iter().any(|table| {
            table.repos.matches_repository(self.repository)
                && table.refs.literals().any(|text| text == plain.as_str())
        });
        if names || self.repo.tip(branch)?.is_some() {
            return Ok(Presence::There);
        }
        let last = plain.as_str().rsplit('/').next().unwrap_or_default();
        let known = self.history.refs().map(|(name, _)| name.without_namespace());
        let mut branches = known.filter_map(|name| name.branch().map(str::to_owned));
        let nearest = branches.find(|known| {
            let known = known.rsplit('/').next().unwrap_or(known);
            known.eq_ignore_ascii_case(last)
                || (known.len() > 3 && (known.starts_with(last) || last.starts_with(known)))
        });
        Ok(Presence::Missing { nearest })
    }

    /// The commit whose approval is lost by this one: the new commit does not
    /// contain it, and neither does the branch.
    fn replaced(
        &self,
        target: &Target,
        branch: &RefName,
        tagged: &Tagged,
    ) -> anyhow::Result<Option<ObjectId>> {
        let (Some(old), Tagged::Commit(id)) = (target.line.change.old_id(), tagged) else {
            return Ok(None);
        };
        let landed = match self.repo.tip(branch)? {
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
    fn approved(&self, target: &Target) -> anyhow::Result<Tagged> {
        let Some(new) = target.line.change.new_id() else { return Ok(Tagged::Nothing) };
        Ok(match self.repo.commit_behind(new)? {
            Some(id) if id == *new => Tagged::Commit(id),
            _ => Tagged::NoCommit,
        })
    }
}
