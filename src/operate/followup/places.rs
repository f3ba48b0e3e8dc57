//! Where the repositories are that the evidence knows by the host's names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::gather::git::Repo;
use crate::operate::below::below;
use crate::operate::named::named;
use crate::policy::{Host, Policy};

/// Where to look.
pub(super) struct Places {
    /// Repositories that were named; none stands for all.
    given: BTreeMap<String, PathBuf>,
    root: Option<PathBuf>,
}

/// A repository, or why there is none.
pub(super) enum Found {
    /// It is not one of those that were asked about.
    NotAsked,
    /// Here it is.
    Here(Box<Repo>),
}

impl Places {
    /// From the command line: paths, or `NAME=PATH`.
    ///
    /// # Errors
    /// Where something that is named is not there.
    pub(super) fn new(
        given: &[String],
        root: Option<&Path>,
        policy: &Policy,
    ) -> anyhow::Result<Self> {
        let given =
            given.iter().map(|given| named(given, policy)).collect::<anyhow::Result<_>>()?;
        let root = match (root, &policy.host) {
            (Some(root), _) => Some(real(root)?),
            (None, Host::Plain { root, .. }) => root.clone(),
            (None, _) => None,
        };
        Ok(Self { given, root })
    }

    /// Every repository to look at, by the host's names: those that were named, else those
    /// that the evidence knows and that are there, and all below the root.
    ///
    /// # Errors
    /// Where the root can't be searched.
    pub(super) fn all(
        &self,
        known: &BTreeSet<String>,
        policy: &Policy,
        unchecked: &mut Vec<String>,
    ) -> anyhow::Result<BTreeMap<String, PathBuf>> {
        if !self.given.is_empty() {
            return Ok(self.given.clone());
        }
        let mut all = match &self.root {
            Some(root) => below(root, policy, unchecked)?,
            None => BTreeMap::new(),
        };
        for name in known {
            // One that is gone is for `verify` to tell.
            if !all.contains_key(name)
                && let Ok(path) = self.below_root(name)
            {
                all.insert(name.clone(), path);
            }
        }
        Ok(all)
    }

    /// Whether a repository is one of those that were asked about.
    pub(super) fn are_asked(&self, name: &str) -> bool {
        self.given.is_empty() || self.given.contains_key(name)
    }

    /// The repository that the host calls by this name.
    ///
    /// # Errors
    /// Where it is not to be found, or can't be opened.
    pub(super) fn find(&self, name: &str) -> anyhow::Result<Found> {
        let path = match self.given.get(name) {
            Some(path) => path.clone(),
            None if self.given.is_empty() => self.below_root(name)?,
            None => return Ok(Found::NotAsked),
        };
        let repo = Repo::open_clone(&path)?;
        let path = real(&path)?;
        // A directory inside a repository is not that repository.
        if repo.directory() != path && repo.directory() != path.join(".git") {
            bail!("{} is no git repository", path.display());
        }
        Ok(Found::Here(Box::new(repo)))
    }

    fn below_root(&self, name: &str) -> anyhow::Result<PathBuf> {
        let below = Path::new(name);
        // The name is what stands in the evidence: it leads nowhere else.
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        let path = match &self.root {
            Some(root) if below.components().all(is_plain) => root.join(below),
            None if below.is_absolute() => below.to_path_buf(),
            Some(_) => bail!("`{name}` is no name of a repository below --root"),
            None => bail!("say with --root below which directory `{name}` is, or name its path"),
        };
        let mut bare = path.clone().into_os_string();
        bare.push(".git");
        let candidates = [PathBuf::from(bare), path];
        let found = candidates.iter().find(|path| path.is_dir());
        found.cloned().with_context(|| match &self.root {
            Some(root) => format!("the repository {name} is not below {}", root.display()),
            None => format!("the repository {name} is not there"),
        })
    }
}

fn real(path: &Path) -> anyhow::Result<PathBuf> {
    path.canonicalize().with_context(|| format!("there is no {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_evidence_does_not_lead_out_of_the_root() {
        let root = tempfile::tempdir().unwrap();
        let places = Places { given: BTreeMap::new(), root: Some(root.path().to_path_buf()) };
        for name in ["../etc", "/etc", "a/../../b", "."] {
            assert!(places.find(name).is_err(), "{name}");
        }
    }
}
