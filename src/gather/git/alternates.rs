//! Object directories that git reads and libgit2 misses.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::Repo;
use crate::gather::host::Variable;

/// Alternates of alternates: git stops at five and says so; libgit2 stops in silence.
const DEPTH: usize = 64;

/// Adds every directory that git would read (gitrepository-layout(5),
/// `objects/info/alternates`): libgit2 does not unquote, resolves relative lines
/// against the working directory, and stops at the fifth level. One that is added
/// twice is read once.
///
/// # Errors
/// Where an alternates file can't be read, or a path can't be passed to libgit2.
pub(super) fn add_missed(repo: &Repo, variable: Variable<'_>) -> anyhow::Result<()> {
    let mut found = BTreeSet::new();
    follow(&repo.directory.join("objects"), 0, &mut found)?;
    if let Some(list) = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        for entry in split(list.as_bytes()) {
            let directory = PathBuf::from(OsStr::from_bytes(&entry));
            follow(&directory, 0, &mut found)?;
            found.insert(directory);
        }
    }
    let odb = repo.inner.odb().context("opening the object database")?;
    for directory in found {
        let Some(path) = directory.to_str() else {
            bail!("the object directory {} is not UTF-8", directory.display());
        };
        // A directory that is gone may have held nothing; a read that needs it fails.
        if directory.is_dir() {
            odb.add_disk_alternate(path)
                .with_context(|| format!("reading the alternate {path}"))?;
        }
    }
    Ok(())
}

fn follow(objects: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) -> anyhow::Result<()> {
    let file = objects.join("info/alternates");
    let text = match std::fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("reading {}", file.display()));
        }
    };
    if depth >= DEPTH {
        bail!("{} is nested too deep", file.display());
    }
    for line in text.split(|b| *b == b'\n') {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let directory = objects.join(OsStr::from_bytes(&unquote(line)));
        if found.insert(directory.clone()) {
            follow(&directory, depth + 1, found)?;
        }
    }
    Ok(())
}

/// The entries of `GIT_ALTERNATE_OBJECT_DIRECTORIES` (git(1)): separated by colons,
/// and C-quoted where they hold one.
fn split(list: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let end = if rest.starts_with(b"\"") { quoted_end(rest) } else { None };
        let end = end.or_else(|| rest.iter().position(|b| *b == b':')).unwrap_or(rest.len());
        let (entry, after) = rest.split_at(end);
        if !entry.is_empty() {
            entries.push(unquote(entry));
        }
        rest = after.strip_prefix(b":").unwrap_or(after);
    }
    entries
}

/// Just behind the closing quote.
fn quoted_end(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Takes git's C-style quotes away (`core.quotePath` in git-config(1)); a text
/// without them, or with broken ones, stays as it is.
fn unquote(text: &[u8]) -> Vec<u8> {
    let inner = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    inner.and_then(unescape).unwrap_or_else(|| text.to_vec())
}

fn unescape(inner: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            same @ (b'"' | b'\\') => same,
            high @ b'0'..=b'3' => {
                let mut value = high - b'0';
                for _ in 0..2 {
                    let digit = bytes.next().filter(|b| (b'0'..=b'7').contains(b))?;
                    value = value << 3 | (digit - b'0');
                }
                value
            }
            _ => return None,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entries_are_split_as_git_splits_them() {
        let list = br#"/plain:"/with:colon":"/oct\303\251":/last"#;
        let expected: [&[u8]; 4] = [b"/plain", b"/with:colon", "/oct\u{e9}".as_bytes(), b"/last"];
        assert_eq!(split(list), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = split(&bytes);
        }
    }
}
