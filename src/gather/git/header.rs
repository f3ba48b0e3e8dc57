//! A commit object's raw bytes, read strictly: where tools would differ, it is a defect. Pure.

use anyhow::Context as _;
use jiff::Timestamp;

use crate::model::object_id::BadObjectId;
use crate::model::{Defect, ObjectId, Signature};

/// What stands before and in the message.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) author: Signature,
    pub(super) committer: Signature,
    pub(super) message: &'a [u8],
}

/// Parses a whole commit object (`fsck_commit` in git's fsck.c states the form):
/// `tree`, any `parent`, `author`, `committer` in this order, then what else there
/// is. Git takes the last of two authors and libgit2 the first; neither is right.
pub(super) fn parse(raw: &[u8]) -> Result<Header<'_>, Defect> {
    if raw.contains(&0) {
        return Err(Defect::Nul);
    }
    let (head, message) = split(raw);
    let mut lines = head.split(|b| *b == b'\n').peekable();
    let tree = id(lines.next(), b"tree ").ok_or(Defect::Missing("tree"))?;
    let tree = tree.map_err(|_| Defect::Unreadable("tree"))?;
    let mut parents = Vec::new();
    while let Some(parent) = id(lines.peek().copied(), b"parent ") {
        parents.push(parent.map_err(|_| Defect::Unreadable("parent"))?);
        lines.next();
    }
    let author = lines.next().and_then(|line| line.strip_prefix(b"author "));
    let author = signature(author.ok_or(Defect::Missing("author"))?, "author")?;
    let committer = lines.next().and_then(|line| line.strip_prefix(b"committer "));
    let committer = signature(committer.ok_or(Defect::Missing("committer"))?, "committer")?;
    rest(lines)?;
    Ok(Header { tree, parents, author, committer, message })
}

/// The parents alone, as git and libgit2 read them: for walking over commits that
/// are otherwise malformed.
pub(super) fn parents(raw: &[u8]) -> Result<Vec<ObjectId>, Defect> {
    let (head, _) = split(raw);
    let lines = head.split(|b| *b == b'\n').skip(1);
    lines
        .map_while(|line| id(Some(line), b"parent "))
        .map(|parent| parent.map_err(|_| Defect::Unreadable("parent")))
        .collect()
}

/// What a tag object points at.
pub(super) fn tagged(raw: &[u8]) -> anyhow::Result<ObjectId> {
    let line = raw.split(|b| *b == b'\n').next().and_then(|line| line.strip_prefix(b"object "));
    Ok(ObjectId::parse(line.context("it begins with no `object`")?)?)
}

fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    match raw.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (raw.get(..at).unwrap_or(raw), raw.get(at + 2..).unwrap_or(&[])),
        None => (raw.strip_suffix(b"\n").unwrap_or(raw), &[]),
    }
}

fn id(line: Option<&[u8]>, key: &[u8]) -> Option<Result<ObjectId, BadObjectId>> {
    Some(ObjectId::parse(line?.strip_prefix(key)?))
}

/// The headers after the committer: signatures and the like, which continue on
/// lines that begin with a blank; and the encoding.
fn rest<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<(), Defect> {
    let mut encoded = false;
    for line in lines {
        let key = line.split(|b| *b == b' ').next().unwrap_or(line);
        match key {
            b"tree" => return Err(Defect::Repeated("tree")),
            b"parent" => return Err(Defect::Repeated("parent")),
            b"author" => return Err(Defect::Repeated("author")),
            b"committer" => return Err(Defect::Repeated("committer")),
            b"encoding" if encoded => return Err(Defect::Repeated("encoding")),
            b"encoding" => {
                encoded = true;
                let name = String::from_utf8_lossy(line.get(9..).unwrap_or(&[]));
                if !reads_as_ascii(&name) {
                    return Err(Defect::Encoding(name.chars().take(40).collect()));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Encodings whose ASCII bytes are ASCII: in UTF-7, UTF-16 or EBCDIC the bytes of a
/// ticket's key may display as something else, and the other way round.
fn reads_as_ascii(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase().replace('_', "-");
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|n| matches!(n.len(), 1 | 2) && digits(n))
    };
    matches!(name.as_str(), "utf-8" | "utf8" | "us-ascii" | "ascii" | "latin1" | "latin-1")
        || numbered("iso-8859-")
        || numbered("iso8859-")
        || name
            .strip_prefix("windows-")
            .or(name.strip_prefix("cp"))
            .is_some_and(|page| page.len() == 4 && page.starts_with("125") && digits(page))
}

/// `Name <address> seconds zone`, with one pair of brackets.
fn signature(line: &[u8], header: &'static str) -> Result<Signature, Defect> {
    parse_signature(&String::from_utf8_lossy(line)).ok_or(Defect::Unreadable(header))
}

fn parse_signature(line: &str) -> Option<Signature> {
    let (name, rest) = line.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    if email.contains('<') || name.contains('>') || rest.contains(['<', '>']) {
        return None;
    }
    let (seconds, zone) = rest.strip_prefix(' ')?.split_once(' ')?;
    let zone_is_sound = zone.len() == 5
        && zone.starts_with(['+', '-'])
        && zone.bytes().skip(1).all(|b| b.is_ascii_digit());
    if !zone_is_sound || !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let time = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    Some(Signature { name: name.trim_end().to_owned(), email: email.to_owned(), time })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    const ANA: &str = "Ana <ana@example.com> 1700000000 +0100";

    fn fault(lines: &[&str]) -> Defect {
        parse(lines.join("\n").as_bytes()).unwrap_err()
    }

    #[test]
    fn a_commit_as_git_writes_it_is_read() {
        let (author, committer) = (format!("author {ANA}"), format!("committer {ANA}"));
        let parent = format!("parent {}", "a".repeat(40));
        let raw =
            [TREE, &parent, &author, &committer, "gpgsig x", " y", "", "subject\n"].join("\n");
        let header = parse(raw.as_bytes()).unwrap();
        assert_eq!(header.author.email, "ana@example.com");
        assert_eq!(header.parents.len(), 1);
        assert_eq!(header.message, b"subject\n");
        assert_eq!(parents(raw.as_bytes()).unwrap(), header.parents);
    }

    #[test]
    fn what_tools_read_in_two_ways_is_a_defect() {
        let (author, committer) = (format!("author {ANA}"), format!("committer {ANA}"));
        let (author, committer) = (author.as_str(), committer.as_str());
        let eve = "author Eve <eve@example.com> 1 +0000";
        for (lines, defect) in [
            (&[TREE, author, eve, committer, "", "x"][..], Defect::Missing("committer")),
            (&[TREE, author, committer, eve, "", "x"], Defect::Repeated("author")),
            (&[TREE, author, committer, TREE, "", "x"], Defect::Repeated("tree")),
            (&[TREE, author, "", "x"], Defect::Missing("committer")),
            (&[TREE, "", "x"], Defect::Missing("author")),
            (&[author, committer, "", "x"], Defect::Missing("tree")),
            (&["tree abc", author, committer, "", "x"], Defect::Unreadable("tree")),
            (&[TREE, "parent abc", author, committer, "", "x"], Defect::Unreadable("parent")),
            (&[TREE, author, committer, "", "x\0y"], Defect::Nul),
            (
                &[TREE, author, committer, "encoding UTF-16", "", "x"],
                Defect::Encoding("UTF-16".to_owned()),
            ),
        ] {
            assert_eq!(fault(lines), defect, "{lines:?}");
        }
        for bad in [
            "Ana ana@example.com 1 +0000",
            "Ana <ana@example.com> <eve@example.com> 1 +0000",
            "Ana <a<b@example.com> 1 +0000",
            "Ana <ana@example.com> -5 +0000",
            "Ana <ana@example.com> 99999999999999 +0000",
            "Ana <ana@example.com> 99999999999999999999 +0000",
            "Ana <ana@example.com> 1 +00",
            "Ana <ana@example.com>",
        ] {
            let author = format!("author {bad}");
            assert_eq!(fault(&[TREE, &author, committer, "", "x"]), Defect::Unreadable("author"));
        }
    }

    #[test]
    fn encodings_that_keep_ascii_are_fine() {
        for name in ["UTF-8", "utf8", "ISO-8859-1", "iso8859-15", "windows-1252", "cp1251"] {
            assert!(reads_as_ascii(name), "{name}");
        }
        for name in ["UTF-7", "UTF-16LE", "IBM037", "ISO-2022-JP", "windows-31j", "iso-8859-+5", ""]
        {
            assert!(!reads_as_ascii(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let _ = parents(&bytes);
        }

        #[test]
        fn any_signature_gets_an_answer(line in "[ -~<>]{0,60}") {
            let _ = parse_signature(&line);
        }
    }
}
