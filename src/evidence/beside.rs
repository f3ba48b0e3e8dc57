//! What stands beside the evidence file: indexes, which can be made anew, and locks.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

/// The path of the evidence with this at its end.
pub(super) fn beside(evidence: &Path, end: &str) -> PathBuf {
    let mut name = evidence.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Makes a directory beside the evidence, where it is not there. Its own must be there:
/// whom that belongs to is for an admin to say.
///
/// # Errors
/// Where it can't be made.
pub(super) fn make_directory(path: &Path) -> anyhow::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            let help = match error.kind() {
                ErrorKind::NotFound => {
                    "; create the directory of the evidence, owned by the user who runs git"
                }
                ErrorKind::PermissionDenied => {
                    "; give the directory of the evidence to the user who runs git"
                }
                _ => "",
            };
            Err(error).with_context(|| format!("making {}{help}", path.display()))
        }
        Ok(()) => Ok(()),
    }
}

/// Writes a file that appears whole or not at all; after a crash of the machine it may be
/// empty.
///
/// # Errors
/// Where it can't be written.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    written(path, bytes)?.persist(path).with_context(|| writing(path))?;
    Ok(())
}

/// The same, and what was there is gone only when the new one is on the disk.
///
/// # Errors
/// Where it can't be written.
pub(super) fn replace_durably(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = written(path, bytes)?;
    file.as_file().sync_data().with_context(|| writing(path))?;
    file.persist(path).with_context(|| writing(path))?;
    Ok(())
}

fn written(path: &Path, bytes: &[u8]) -> anyhow::Result<NamedTempFile> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(directory).with_context(|| writing(path))?;
    file.write_all(bytes).with_context(|| writing(path))?;
    Ok(file)
}

fn writing(path: &Path) -> String {
    format!("writing {}", path.display())
}
