//! Opening the repository: in a hook by what git tells, by hand by the path.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use git2::{ErrorCode, ObjectFormat, Repository, RepositoryOpenFlags};

use super::refs::{Branches, RefStorage};
use super::{alternates, options};
use crate::gather::host::Variable;

/// An open repository. Every error of a read is passed on: what can't be read is
/// not known to be absent.
pub struct Repo {
    pub(super) inner: Repository,
    pub(super) directory: PathBuf,
    pub(super) storage: RefStorage,
    pub(super) branches: Branches,
    pub(super) writes_to_memory: Cell<bool>,
}

impl Repo {
    /// Opens the repository of the hook that runs us, with the objects of the push
    /// in their quarantine (git-receive-pack(1)).
    ///
    /// # Errors
    /// Where it can't be opened, or uses an extension that libgit2 does not know.
    pub fn open_in_hook(variable: Variable<'_>) -> anyhow::Result<Self> {
        options::set()?;
        options::ignore_user_config()?;
        let path = variable("GIT_DIR").filter(|dir| !dir.is_empty()).unwrap_or(".".to_owned());
        let flags = RepositoryOpenFlags::FROM_ENV
            | RepositoryOpenFlags::NO_SEARCH
            | RepositoryOpenFlags::NO_DOTGIT;
        let inner = Repository::open_ext(&path, flags, &[] as &[&str])
            .with_context(|| format!("opening the repository {path}"))?;
        let repo = Self::new(inner, Branches::Own)?;
        alternates::add_missed(&repo, variable)?;
        Ok(repo)
    }

    /// Opens the repository around a path: a clone, whose remote's branches stand
    /// for the server's, or a bare repository, whose own do.
    ///
    /// # Errors
    /// Where there is none.
    pub fn open_clone(path: &Path) -> anyhow::Result<Self> {
        options::set()?;
        let inner = Repository::open_ext(path, RepositoryOpenFlags::empty(), &[] as &[&str])
            .with_context(|| format!("opening a git repository at {}", path.display()))?;
        let branches = if inner.is_bare() { Branches::Own } else { Branches::OfOrigin };
        let repo = Self::new(inner, branches)?;
        alternates::add_missed(&repo, &|_| None)?;
        Ok(repo)
    }

    fn new(inner: Repository, branches: Branches) -> anyhow::Result<Self> {
        // From here on every name is the full one, namespace and all.
        inner.remove_namespace().context("reading names across namespaces")?;
        let common = inner.commondir();
        let directory = std::fs::canonicalize(common)
            .with_context(|| format!("finding the repository {}", common.display()))?;
        let storage = RefStorage::Files;
        let writes_to_memory = Cell::new(false);
        let mut repo = Self { inner, directory, storage, branches, writes_to_memory };
        if repo.config_string("extensions.refstorage")?.is_some_and(|kind| kind != "files") {
            repo.storage = RefStorage::Other;
        }
        Ok(repo)
    }

    /// The absolute path of the repository, common to its worktrees, links resolved.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Hex digits of an object id: 40 for SHA-1, 64 for SHA-256.
    pub fn id_length(&self) -> usize {
        match self.inner.object_format() {
            ObjectFormat::Sha256 => 64,
            _ => 40,
        }
    }

    /// Whether the file system takes `Main` for `main`, as `git init` found it.
    ///
    /// # Errors
    /// Where the config can't be read.
    pub fn ignores_case(&self) -> anyhow::Result<bool> {
        let config = self.inner.config().context("reading the repository's config")?;
        match config.get_bool("core.ignorecase") {
            Ok(value) => Ok(value),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(false),
            Err(error) => Err(error).context("reading core.ignorecase"),
        }
    }

    /// One value of the config: the repository's own in a hook, with the user's in
    /// a clone.
    ///
    /// # Errors
    /// Where the config can't be read, or the value is no UTF-8.
    pub fn config_string(&self, key: &str) -> anyhow::Result<Option<String>> {
        let mut config = self.inner.config().context("reading the repository's config")?;
        let found = config.snapshot().and_then(|config| config.get_string(key));
        match found {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {key}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn both_object_formats_open() {
        for (format, length) in [("sha1", 40), ("sha256", 64)] {
            let lab = Lab::with(&["--object-format", format]);
            assert_eq!(lab.repo().id_length(), length);
        }
    }

    #[test]
    fn an_extension_that_hides_objects_is_refused_by_name() {
        let lab = Lab::new();
        lab.git(&["config", "core.repositoryformatversion", "1"]);
        lab.git(&["config", "extensions.surprise", "true"]);
        let error = format!("{:#}", Repo::open_clone(lab.path()).err().unwrap());
        assert!(error.contains("surprise"), "{error}");
    }

    #[test]
    fn a_directory_that_is_no_repository_is_an_error() {
        let empty = tempfile::tempdir().unwrap();
        assert!(Repo::open_clone(empty.path()).is_err());
    }
}
