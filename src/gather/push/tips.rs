//! Where the governed branches are now.

use std::collections::BTreeSet;

use super::Sources;
use super::governed::Target;
use crate::model::{ObjectId, RefName};

impl Sources<'_> {
    /// The present tips of the other branches that the same table governs. Tags
    /// vouch for nothing: one may be older than the control.
    pub(super) fn governed_tips(
        &self,
        target: &Target,
        table: usize,
    ) -> anyhow::Result<Vec<ObjectId>> {
        self.tips(target, table, |_, _| Ok(true))
    }

    /// Those of them that count.
    pub(super) fn tips(
        &self,
        target: &Target,
        table: usize,
        counts: impl Fn(&RefName, &ObjectId) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Vec<ObjectId>> {
        let mut tips = BTreeSet::new();
        for (name, id) in self.branches(target.name.namespace(), table)? {
            if name != target.name && counts(&name, &id)? {
                tips.extend(self.repo.commit_behind(&id)?);
            }
        }
        Ok(tips.into_iter().collect())
    }

    /// The branches of one namespace that a table governs.
    pub(super) fn branches(
        &self,
        namespace: &str,
        wanted: usize,
    ) -> anyhow::Result<Vec<(RefName, ObjectId)>> {
        let table = self.policy.tables.get(wanted);
        let prefixes: BTreeSet<String> =
            table.into_iter().flat_map(|table| table.refs.literal_prefixes()).collect();
        let mut found = Vec::new();
        for prefix in outermost(&prefixes) {
            for (name, id) in self.repo.refs_under(&format!("{namespace}{prefix}"))? {
                let plain = name.without_namespace();
                let is_wanted = self.policy.governing(self.repository, &plain) == Some(wanted);
                if plain.branch().is_some() && is_wanted {
                    found.push((name, id));
                }
            }
        }
        Ok(found)
    }
}

/// Prefixes that no other prefix begins, so that no ref is listed twice.
fn outermost(prefixes: &BTreeSet<String>) -> Vec<&String> {
    let mut kept: Vec<&String> = Vec::new();
    for prefix in prefixes {
        if !kept.last().is_some_and(|outer| prefix.starts_with(outer.as_str())) {
            kept.push(prefix);
        }
    }
    kept
}
