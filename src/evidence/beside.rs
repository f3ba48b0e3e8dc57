//! What stands beside the evidence file: indexes, which can be made anew, and locks.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The path of the evidence with this at its end.
pub(super) fn beside(evidence: &Path, end: &str) -> PathBuf {
    let mut name = evidence.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Writes a file that appears whole or not at all.
///
/// # Errors
/// Where it can't be written.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let writing = || format!("writing {}", path.display());
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::NamedTempFile::new_in(directory).with_context(writing)?;
    file.write_all(bytes).with_context(writing)?;
    file.persist(path).with_context(writing)?;
    Ok(())
}
