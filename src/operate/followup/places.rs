//! Where the repositories are that the evidence knows by the host's names.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::gather::git::Repo;
use crate::policy::{Host, Policy};

/// Where to look.
pub(super) struct Places {
    /// Repositories that were named; none stands for all.
    given: Vec<PathBuf>,
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
    pub(super) fn new(
        given: &[PathBuf],
        root: Option<&Path>,
        policy: &Policy,
    ) -> anyhow::Result<Self> {
        let real = |path: &PathBuf| {
            path.canonicalize().with_context(|| format!("there is no {}", path.display()))
        };
        let root = match (root, &policy.host) {
            (Some(root), _) => Some(root.to_path_buf()),
            (None, Host::Plain { root, .. }) => root.clone(),
            (None, _) => None,
        };
        let root = root.as_ref().map(real).transpose()?;
        Ok(Self { given: given.iter().map(real).collect::<anyhow::Result<_>>()?, root })
    }

    /// Whether a repository is one of those that were asked about.
    pub(super) fn are_asked(&self, name: &str) -> bool {
        self.given.is_empty() || self.given.iter().any(|path| is_called(path, name))
    }

    /// The repository that the host calls by this name.
    ///
    /// # Errors
    /// Where it is not to be found, or can't be opened.
    pub(super) fn find(&self, name: &str) -> anyhow::Result<Found> {
        let path = if self.given.is_empty() {
            self.below_root(name)?
        } else {
            match self.given.iter().find(|path| is_called(path, name)) {
                Some(path) => path.clone(),
                None => return Ok(Found::NotAsked),
            }
        };
        let repo = Repo::open_clone(&path)?;
        let real = path.canonicalize().with_context(|| format!("reading {}", path.display()))?;
        // A directory inside a repository is not that repository.
        if repo.directory() != real && repo.directory() != real.join(".git") {
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

/// Whether a path ends in the name, with `.git` or without.
fn is_called(path: &Path, name: &str) -> bool {
    let plain = match path.extension() {
        Some(ext) if ext == "git" => path.with_extension(""),
        _ => path.to_path_buf(),
    };
    !name.is_empty() && (path.ends_with(name) || plain.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_called_by_its_last_parts() {
        for (path, name) in [
            ("/srv/git/team/app.git", "team/app"),
            ("/srv/git/team/app.git", "app"),
            ("/srv/git/team/app", "team/app"),
            ("/srv/git/app.git", "/srv/git/app"),
        ] {
            assert!(is_called(Path::new(path), name), "{path} {name}");
        }
        for (path, name) in [
            ("/srv/git/team/app.git", "pp"),
            ("/srv/git/team/app.git", "other/app"),
            ("/srv/git/app.git", ""),
        ] {
            assert!(!is_called(Path::new(path), name), "{path} {name}");
        }
    }

    #[test]
    fn a_name_in_the_evidence_does_not_lead_out_of_the_root() {
        let root = tempfile::tempdir().unwrap();
        let places = Places { given: Vec::new(), root: Some(root.path().to_path_buf()) };
        for name in ["../etc", "/etc", "a/../../b", "."] {
            assert!(places.find(name).is_err(), "{name}");
        }
    }
}
