//! The recorded states that vouch for a ref: its own, and those of the refs that its table trusts.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Sources;
use super::governed::Target;
use crate::gather::git::Since;
use crate::model::history::Cut;
use crate::model::vouching::{Ancestry, Purpose, Vouching};
use crate::model::{ObjectId, RefName, Unexplained};
use crate::policy::Trusted;

/// The states that vouch for one ref.
pub(super) struct States<'a> {
    sources: &'a Sources<'a>,
    vouching: Vouching<'a>,
    /// Refs that are trusted, and that are where no record explains.
    pub(super) unexplained: Vec<Unexplained>,
}

impl<'a> Sources<'a> {
    /// The states that vouch for a ref of a table.
    ///
    /// # Errors
    /// Where a ref can't be read.
    pub(super) fn states(
        &'a self,
        target: &Target,
        table: usize,
        purpose: Purpose,
    ) -> anyhow::Result<States<'a>> {
        let mut vouching = Vouching::new(self.history, purpose);
        vouching.by_itself(&target.name, self.repo.tip(&target.name)?.as_ref());
        let mut unexplained = Vec::new();
        for (name, tip) in self.trusted(target, table)? {
            let known = self.history.of(&name);
            vouching.by(&name, tip.as_ref());
            if let Some(found) = tip.filter(|tip| !known.is_some_and(|known| known.explains(tip))) {
                let recorded = known.and_then(|known| known.place.last()).cloned();
                unexplained.push(Unexplained { name, recorded, found });
            }
        }
        Ok(States { sources: self, vouching, unexplained })
    }

    /// What a push of the ref is judged by.
    pub(super) fn of_push(&self) -> Purpose {
        Purpose::Push { incident: self.incident.clone() }
    }

    /// The branches for which an approval counts of what a tag brings.
    pub(super) fn trusted_branches(
        &self,
        target: &Target,
        table: usize,
    ) -> anyhow::Result<Vec<String>> {
        let plain = self.trusted(target, table)?.into_keys().map(|name| name.without_namespace());
        Ok(plain.filter_map(|name| name.branch().map(str::to_owned)).collect())
    }

    /// The refs that a table trusts beside the one that is pushed, each with where it is:
    /// those on record, and those that it names.
    pub(super) fn trusted(
        &self,
        target: &Target,
        table: usize,
    ) -> anyhow::Result<BTreeMap<RefName, Option<ObjectId>>> {
        let namespace = target.name.namespace();
        let head = if namespace.is_empty() { self.repo.head_branch()? } else { None };
        let trusted = self.policy.trusted(self.repository, table, head.as_ref());
        let mut names = Vec::new();
        let mut found = BTreeMap::new();
        for name in self.named(&trusted, namespace)? {
            let leads_to = self.repo.resolve(&name)?;
            if leads_to != name {
                // It was a branch of its own when its records were made, perhaps.
                found.insert(name, None);
            }
            names.push(leads_to);
        }
        let is_trusted = |name: &&RefName| {
            let plain = name.without_namespace();
            name.namespace() == namespace && plain.tag().is_none() && trusted.has(&plain)
        };
        names.extend(self.history.refs().map(|(name, _)| name).filter(is_trusted).cloned());
        for name in names {
            if name != target.name && !found.contains_key(&name) {
                let tip = self.repo.tip(&name)?;
                found.insert(name, tip);
            }
        }
        Ok(found)
    }

    /// The governed refs that a table trusts: those that it names to the letter, and those
    /// of its patterns that are there, so that one which no record explains is told.
    fn named(&self, trusted: &Trusted<'_>, namespace: &str) -> anyhow::Result<BTreeSet<RefName>> {
        let mut names = BTreeSet::new();
        for name in trusted.names() {
            if self.policy.governing(self.repository, &name).is_some() {
                names.insert(RefName::parse(format!("{namespace}{name}").as_bytes())?);
            }
        }
        for prefix in trusted.prefixes() {
            for (name, _) in self.repo.refs_under(&format!("{namespace}{prefix}"))? {
                let plain = name.without_namespace();
                let is_meant = trusted.has(&plain) && plain.tag().is_none();
                if is_meant && self.policy.governing(self.repository, &plain).is_some() {
                    names.insert(name);
                }
            }
        }
        Ok(names)
    }
}

impl States<'_> {
    /// Whether a commit is one of them.
    ///
    /// # Errors
    /// Where history can't be read.
    pub(super) fn vouch(&self, commit: &ObjectId) -> anyhow::Result<bool> {
        self.vouching.vouches(commit, self.sources)
    }

    /// The commits that were taken back from one of the refs, and when last: an admin set it
    /// back, or a rewind was let in.
    ///
    /// # Errors
    /// Where history can't be read.
    pub(super) fn taken_back(&self) -> anyhow::Result<BTreeMap<ObjectId, Timestamp>> {
        let repo = self.sources.repo;
        let mut found = BTreeMap::new();
        for Cut { from, at, time, .. } in self.vouching.cuts() {
            // What git has thrown away comes back as something new.
            let Some(from) = from.as_ref().filter(|from| at.as_ref() != Some(*from)) else {
                continue;
            };
            if !repo.exists(from)? {
                continue;
            }
            let at = match at {
                Some(at) if repo.exists(at)? => vec![at.clone()],
                Some(_) | None => Vec::new(),
            };
            for id in repo.new_commits(from, &at)? {
                let last = found.entry(id).or_insert(*time);
                *last = (*last).max(*time);
            }
        }
        Ok(found)
    }

    /// What is new in a value.
    ///
    /// # Errors
    /// Where history can't be read.
    pub(super) fn since(&self, new: &ObjectId) -> anyhow::Result<Since> {
        // A walk can't be told that something went wrong while it asked.
        let failed = RefCell::new(None);
        let is_state = |id: &ObjectId| {
            self.vouching.vouches(id, self.sources).unwrap_or_else(|error| {
                failed.borrow_mut().get_or_insert(error);
                false
            })
        };
        let since = self.sources.repo.since(new, &is_state);
        match failed.take() {
            Some(error) => Err(error),
            None => since,
        }
    }
}

impl Ancestry for Sources<'_> {
    type Error = anyhow::Error;

    fn contains(&self, tip: &ObjectId, commit: &ObjectId) -> anyhow::Result<bool> {
        Ok(self.has(tip)? && self.repo.contains(tip, commit)?)
    }

    fn is_on_line(&self, tip: &ObjectId, commit: &ObjectId) -> anyhow::Result<bool> {
        Ok(tip == commit || self.line(tip)?.contains(commit))
    }
}
