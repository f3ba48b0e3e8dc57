//! Who first brought each commit to the server: one line for each push, beside the evidence.
//!
//! Author and committer are claims, and so are their dates; who pushed is known. A line is
//! written with every push to a repository that a table governs, whatever the ref, before
//! git takes the commits in; when a commit lands, what its line says goes into the record.
//!
//! ```text
//! TIME LOGIN COMMIT COMMIT ...
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::beside::{beside, make_directory};
use crate::hash::sha256;
use crate::model::{Brought, ObjectId};

/// In place of a login, where the server named nobody.
const NOBODY: &str = "-";

/// Keeps who brings these commits. It counts for those that no earlier line names.
///
/// # Errors
/// Where the line can't be written.
pub fn bring(
    evidence: &Path,
    repository: &str,
    brought: &Brought,
    commits: &[ObjectId],
) -> anyhow::Result<()> {
    if commits.is_empty() {
        return Ok(());
    }
    let path = file(evidence, repository);
    let writing = || format!("writing {}", path.display());
    let mut file = match open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_directory(&beside(evidence, ".brought"))?;
            open(&path)
        }
        opened => opened,
    }
    .with_context(writing)?;
    file.lock().with_context(writing)?;
    let login = brought.by.as_deref().map_or_else(|| NOBODY.to_owned(), encoded);
    let mut line = match is_whole(&mut file).with_context(writing)? {
        true => String::new(),
        false => "\n".to_owned(),
    };
    line.push_str(&format!("{:.3} {login}", brought.at));
    for commit in commits {
        line.push(' ');
        line.push_str(commit.as_str());
    }
    line.push('\n');
    file.write_all(line.as_bytes()).with_context(writing)
}

/// Who first brought each of these commits, as far as a line tells.
///
/// # Errors
/// Where the lines can't be read.
pub fn brought(
    evidence: &Path,
    repository: &str,
    commits: &BTreeSet<ObjectId>,
) -> anyhow::Result<BTreeMap<ObjectId, Brought>> {
    let path = file(evidence, repository);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let wanted: BTreeSet<&[u8]> = commits.iter().map(|id| id.as_str().as_bytes()).collect();
    let mut found = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n') {
        let mut words = line.split(|byte| *byte == b' ');
        let (Some(at), Some(login)) = (words.next(), words.next()) else { continue };
        for word in words.filter(|word| wanted.contains(word)) {
            let odd = || format!("a line of {} is none of ours", path.display());
            let at: Timestamp =
                std::str::from_utf8(at).with_context(odd)?.parse().with_context(odd)?;
            let by = decoded(login).with_context(odd)?;
            let id = ObjectId::parse(word).with_context(odd)?;
            found.entry(id).or_insert(Brought { by, at });
        }
    }
    Ok(found)
}

fn file(evidence: &Path, repository: &str) -> PathBuf {
    beside(evidence, ".brought").join(sha256(repository.as_bytes()))
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o640)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK)
        .open(path)
}

/// Whether the last line was not torn off.
fn is_whole(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A login as one word: what is odd in it becomes `%` and two hex digits.
fn encoded(login: &str) -> String {
    let mut word = String::new();
    for byte in login.bytes() {
        match byte {
            b'-' if login == NOBODY => word.push_str("%2D"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'@' => {
                word.push(char::from(byte));
            }
            _ => word.push_str(&format!("%{byte:02X}")),
        }
    }
    word
}

fn decoded(word: &[u8]) -> anyhow::Result<Option<String>> {
    if word == NOBODY.as_bytes() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2).context("a `%` without its digits")?;
        rest = after;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits)?, 16)?);
    }
    Ok(Some(String::from_utf8(bytes)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: usize) -> ObjectId {
        ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
    }

    fn by(login: Option<&str>, second: i64) -> Brought {
        Brought {
            by: login.map(str::to_owned),
            at: Timestamp::from_second(1_767_600_000 + second).unwrap(),
        }
    }

    #[test]
    fn whoever_came_first_stays_first() {
        let dir = tempfile::tempdir().unwrap();
        let evidence = dir.path().join("evidence.jsonl");
        let all: BTreeSet<ObjectId> = (0..4).map(id).collect();
        assert_eq!(brought(&evidence, "app", &all).unwrap(), BTreeMap::new());
        bring(&evidence, "app", &by(Some("eve"), 1), &[id(0), id(1)]).unwrap();
        bring(&evidence, "lib", &by(Some("dan"), 2), &[id(2)]).unwrap();
        bring(&evidence, "app", &by(None, 3), &[id(1), id(2)]).unwrap();
        let expected =
            [(id(0), by(Some("eve"), 1)), (id(1), by(Some("eve"), 1)), (id(2), by(None, 3))];
        assert_eq!(brought(&evidence, "app", &all).unwrap(), expected.into());
    }

    #[test]
    fn a_line_that_was_torn_off_takes_no_other_one_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let evidence = dir.path().join("evidence.jsonl");
        bring(&evidence, "app", &by(Some("eve"), 1), &[id(0), id(1)]).unwrap();
        let path = file(&evidence, "app");
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 10]).unwrap();
        bring(&evidence, "app", &by(Some("ana"), 2), &[id(1)]).unwrap();
        let found = brought(&evidence, "app", &[id(0), id(1)].into()).unwrap();
        assert_eq!(found, [(id(0), by(Some("eve"), 1)), (id(1), by(Some("ana"), 2))].into());
    }

    proptest! {
        #[test]
        fn any_login_is_one_word_and_comes_back(login in ".{1,20}") {
            let word = encoded(&login);
            prop_assert!(!word.contains([' ', '\n']) && word != NOBODY);
            prop_assert_eq!(decoded(word.as_bytes()).unwrap(), Some(login));
        }
    }
}
