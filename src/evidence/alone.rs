//! One follow-up at a time: two would put the same things on record.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::beside::beside;

/// Keeps others out until it is dropped. Pushes do not ask for it.
///
/// # Errors
/// Where another one is at work, or the file beside the evidence can't be locked.
pub fn alone(evidence: &Path) -> anyhow::Result<File> {
    let path = beside(evidence, ".followup");
    let locking = || format!("locking {}", path.display());
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o640)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK)
        .open(&path)
        .with_context(locking)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another `sockembot followup` is at work"),
        Err(TryLockError::Error(error)) => Err(error).with_context(locking),
    }
}
