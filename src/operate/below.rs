//! The repositories below a directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::gather::host;
use crate::policy::{Host, Policy};

/// All of them by the host's names; and what can't be searched.
///
/// # Errors
/// Where there is no such directory, or it is a repository itself.
pub(super) fn below(
    root: &Path,
    policy: &Policy,
    unchecked: &mut Vec<String>,
) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let root = root.canonicalize().with_context(|| format!("searching {}", root.display()))?;
    let mut paths = Vec::new();
    search(&root, &mut paths, unchecked);
    if paths.iter().any(|path| *path == root || *path == root.join(".git")) {
        bail!("{} is a repository itself; give it without --root", root.display());
    }
    let base = match &policy.host {
        Host::Plain { root: None, .. } => None,
        _ => Some(root.as_path()),
    };
    let named = |path: PathBuf| {
        let name = host::name_of(&path, base)?;
        let name = if policy.host == Host::Gitea { name.to_lowercase() } else { name };
        Ok((name, path))
    };
    paths.into_iter().map(named).collect()
}

/// Links are not followed.
fn search(directory: &Path, found: &mut Vec<PathBuf>, unchecked: &mut Vec<String>) {
    let is_repository = |path: &Path| path.join("HEAD").is_file() && path.join("objects").is_dir();
    for path in [directory.to_path_buf(), directory.join(".git")] {
        if is_repository(&path) {
            return found.push(path);
        }
    }
    let entries = match std::fs::read_dir(directory).and_then(Iterator::collect) {
        Ok(entries) => entries,
        Err(error) => {
            return unchecked.push(format!("{} can't be searched: {error}", directory.display()));
        }
    };
    let entries: Vec<std::fs::DirEntry> = entries;
    for entry in entries {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => search(&entry.path(), found, unchecked),
            Ok(_) => {}
            Err(error) => unchecked.push(format!("{}: {error}", entry.path().display())),
        }
    }
}
