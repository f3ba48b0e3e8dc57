//! The evidence file under its lock, and how it ends.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::de::IgnoredAny;

use super::backwards::Backwards;
use super::torn::is_beginning;
use crate::evidence::format::{Fragment, Head, VERSION};
use crate::hash::{ZEROS, sha256};

/// Bytes of the longest line: a policy of 1 MiB, with every byte escaped.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;

/// The open and locked file.
pub(super) struct Place {
    pub(super) file: File,
    /// Whether nothing is in it yet.
    pub(super) is_new: bool,
}

/// Other pushes hold the lock: it will be free in a moment.
#[derive(Debug)]
pub struct Busy(PathBuf);

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "other pushes hold the lock of the evidence {}", self.0.display())
    }
}

impl std::error::Error for Busy {}

/// How the file ends.
pub(super) struct End {
    /// The last whole record, and its line.
    pub(super) last: Option<(Head, Vec<u8>)>,
    /// What is behind it.
    pub(super) rest: Rest,
}

/// What follows the last whole record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing, as it should be.
    Nothing,
    /// The record lacks its line feed only.
    LineFeed,
    /// Parts of records, one on each line.
    Torn {
        /// First to last; never empty.
        fragments: Vec<Fragment>,
        /// Whether the last one has no line feed yet.
        is_open: bool,
    },
}

impl Place {
    /// Opens and locks the file, which is created where it is missing.
    ///
    /// # Errors
    /// Where that is not allowed, the file is a link or no file, or somebody else
    /// holds the lock until the time is up.
    pub(super) fn lock(path: &Path, until: Instant) -> anyhow::Result<Self> {
        // Whoever waited for the lock may hold a file that was moved away meanwhile.
        loop {
            let file = open(path)?;
            wait_for(&file, path, until)?;
            let metadata = file.metadata().with_context(|| reading(path))?;
            if !metadata.is_file() {
                bail!("the evidence {} is no file", path.display());
            }
            let now = std::fs::symlink_metadata(path).with_context(|| reading(path))?;
            if (now.dev(), now.ino()) == (metadata.dev(), metadata.ino()) {
                return Ok(Self { file, is_new: metadata.len() == 0 });
            }
        }
    }

    /// Reads the end of the file, backwards from there.
    ///
    /// # Errors
    /// Where the last whole line is no record of ours: it was edited.
    pub(super) fn end(&mut self, path: &Path) -> anyhow::Result<End> {
        let mut lines = Backwards::of(&mut self.file).with_context(|| reading(path))?;
        let mut bytes = 0;
        let mut line = || -> anyhow::Result<Option<Vec<u8>>> {
            let line = lines.next().transpose().with_context(|| reading(path))?;
            bytes += line.as_ref().map_or(0, Vec::len);
            if bytes > 2 * LONGEST {
                bail!("the last line of the evidence {} is too long to be ours", path.display());
            }
            Ok(line)
        };
        let open = line()?.unwrap_or_else(Vec::new);
        let mut loose = Vec::new();
        let mut last = None;
        while let Some(line) = line()? {
            if serde_json::from_slice::<IgnoredAny>(&line).is_ok() {
                last = Some((head(&line, path)?, line));
                break;
            }
            loose.push(line);
        }
        let (seq, prev) = next(last.as_ref().map(|(head, line)| (head, line.as_slice())))?;
        if !loose.iter().all(|line| is_beginning(line, seq, &prev)) {
            bail!(edited(path));
        }
        if let Ok(head) = serde_json::from_slice::<Head>(&open)
            && (head.v, head.seq, &head.prev) == (VERSION, seq, &prev)
        {
            return Ok(End { last: Some((head, open)), rest: Rest::LineFeed });
        }
        Ok(End { last, rest: Rest::of(loose, &open) })
    }
}

impl Rest {
    /// Of loose lines, last to first, and what stands behind them.
    fn of(loose: Vec<Vec<u8>>, open: &[u8]) -> Self {
        let is_open = !open.is_empty();
        let lines = loose.iter().rev().map(Vec::as_slice).chain(is_open.then_some(open));
        let fragments: Vec<Fragment> = lines.map(Fragment::of).collect();
        if fragments.is_empty() { Self::Nothing } else { Self::Torn { fragments, is_open } }
    }
}

/// The number of the record that is due after this one, and the hash that it names.
///
/// # Errors
/// Where there is no such number: only an edit makes one that large.
pub(super) fn next(last: Option<(&Head, &[u8])>) -> anyhow::Result<(u64, String)> {
    let Some((head, line)) = last else { return Ok((0, ZEROS.to_owned())) };
    let seq = head.seq.checked_add(1).context("numbering the next record: none is left")?;
    Ok((seq, sha256(line)))
}

/// What the next record needs of a line.
pub(super) fn head(line: &[u8], path: &Path) -> anyhow::Result<Head> {
    let head: Head = serde_json::from_slice(line).with_context(|| edited(path))?;
    if head.v != VERSION {
        bail!(
            "the evidence {} is written in version {}, and this is version {VERSION}",
            path.display(),
            head.v
        );
    }
    Ok(head)
}

fn edited(path: &Path) -> String {
    format!(
        "the last line of the evidence {} is no record: it was edited; keep the file, and find \
         out by whom",
        path.display()
    )
}

fn open(path: &Path) -> anyhow::Result<File> {
    let shown = path.display();
    let opened = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o640)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK)
        .open(path);
    opened.map_err(|error| {
        let help = match error.kind() {
            ErrorKind::NotFound => "create its directory, owned by the user who runs git",
            ErrorKind::PermissionDenied => "give it and its directory to the user who runs git",
            ErrorKind::StorageFull => "make room on the disk",
            _ if error.raw_os_error() == Some(libc::ELOOP) => {
                "it is a symbolic link; name the file itself in the config"
            }
            _ => "it has to be a file that can be appended to",
        };
        anyhow::Error::new(error).context(format!("the evidence {shown} can't be opened; {help}"))
    })
}

fn wait_for(file: &File, path: &Path, until: Instant) -> anyhow::Result<()> {
    let mut pause = Duration::from_micros(200);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Busy(path.to_path_buf()).into());
            }
            Err(TryLockError::Error(error)) => {
                let locking = || format!("locking the evidence {}", path.display());
                return Err(error).with_context(locking);
            }
        }
    }
}

fn reading(path: &Path) -> String {
    format!("reading the evidence {}", path.display())
}
