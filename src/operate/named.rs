//! A repository as somebody names it on the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::gather::host;
use crate::policy::{Host, Policy};

/// A path, a name below the host's root, or `NAME=PATH`: the host's name for it, and
/// where it is.
///
/// # Errors
/// Where there is none, or its name can't be told.
pub(super) fn named(given: &str, policy: &Policy) -> anyhow::Result<(String, PathBuf)> {
    if let Some((name, path)) = given.split_once('=')
        && !Path::new(given).exists()
    {
        return Ok((name.to_owned(), PathBuf::from(path)));
    }
    let path = directory(Path::new(given), policy)?;
    let path = path.canonicalize().with_context(|| format!("finding {}", path.display()))?;
    match &policy.host {
        Host::Plain { root, .. } => Ok((host::name_of(&path, root.as_deref())?, path)),
        _ => bail!("say how the host names {given}, as in team/app={given}"),
    }
}

/// The digest names repositories as the host does, so that is taken as well.
pub(super) fn directory(given: &Path, policy: &Policy) -> anyhow::Result<PathBuf> {
    let mut candidates = vec![given.to_path_buf()];
    if let Host::Plain { root: Some(root), .. } = &policy.host {
        candidates.push(root.join(given));
    }
    for candidate in candidates {
        let mut bare = candidate.clone().into_os_string();
        bare.push(".git");
        for path in [candidate, PathBuf::from(bare)] {
            if path.is_dir() {
                return Ok(path);
            }
        }
    }
    bail!("there is no repository {}", given.display())
}
