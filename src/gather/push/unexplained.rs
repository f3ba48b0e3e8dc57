//! Governed refs that are where no record left them: they were moved or made around the hook.

use super::Sources;
use super::governed::Target;
use crate::model::{ObjectId, RefName, Unexplained};

impl Sources<'_> {
    /// Those among refs that were read before the history was: a push puts its record first.
    /// A tag is explained as well where a ref that it trusts was: a forge makes tags without
    /// a hook.
    ///
    /// # Errors
    /// Where a ref or history can't be read.
    pub fn unexplained(&self, refs: Vec<(RefName, ObjectId)>) -> anyhow::Result<Vec<Unexplained>> {
        let mut found = Vec::new();
        for (name, value) in refs {
            let plain = name.without_namespace();
            let Some(table) = self.policy.governing(self.repository, &plain) else { continue };
            if plain.as_str().starts_with("refs/approvals/") || self.is_alias(&name)? {
                continue;
            }
            let known = self.history.of(&name);
            let is_explained = known.is_some_and(|known| known.explains(&value))
                || (plain.tag().is_some()
                    && known.is_none()
                    && self.stands(&name, &value, table)?);
            if !is_explained {
                let recorded = known.and_then(|known| known.place.last()).cloned();
                found.push(Unexplained { name, recorded, found: value });
            }
        }
        Ok(found)
    }

    /// Whether a ref only leads to another governed one, whose records are its own.
    fn is_alias(&self, name: &RefName) -> anyhow::Result<bool> {
        let written = self.repo.resolve(name)?;
        let plain = written.without_namespace();
        Ok(written != *name && self.policy.governing(self.repository, &plain).is_some())
    }

    fn stands(&self, name: &RefName, value: &ObjectId, table: usize) -> anyhow::Result<bool> {
        let Some(commit) = self.repo.commit_behind(value)? else { return Ok(false) };
        let target = Target::named(name.clone(), value.clone());
        self.states(&target, table, self.of_push())?.vouch(&commit)
    }
}
