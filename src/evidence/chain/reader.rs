//! The lines of the file, first to last, each held against the one before it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::iter::Peekable;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::append::never_before;
use super::file::{LONGEST, Place};
use super::flaw::Flaw;
use super::torn::is_beginning;
use crate::evidence::format::{Body, Fragment, Head, Record, VERSION, parse};
use crate::hash::{ZEROS, sha256};
use crate::model::Receipt;

/// The records of a file, first to last.
///
/// Whoever has to trust them stops at the first [`Flaw`]. Whoever looks for all that
/// is wrong goes on: behind a broken link, what follows is held against the record
/// that was found there.
pub struct Records {
    lines: Option<BufReader<File>>,
    line: u64,
    bytes: u64,
    next: u64,
    prev: String,
    torn: Vec<Torn>,
    open: Option<Fragment>,
    ready: VecDeque<Result<Record, Flaw>>,
    /// Bytes and lines before the record that was read last, and before the torn lines
    /// that it vouches for.
    start: (u64, u64),
}

/// The place of a record, from where a later reader can go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    offset: u64,
    line: u64,
    seq: u64,
    prev: String,
    sha256: String,
}

impl Mark {
    /// The number of that record, and its hash.
    pub fn receipt(&self) -> Receipt {
        Receipt { seq: self.seq, sha256: self.sha256.clone() }
    }
}

/// A line that is no record.
struct Torn {
    line: u64,
    fragment: Fragment,
    is_beginning: bool,
}

/// Torn lines in a row: one for each crash, with no good write between.
const MOST_TORN: usize = 1024;

/// Opens the evidence; a file that is missing has no records.
///
/// # Errors
/// Where it can't be opened.
pub fn read(path: &Path) -> anyhow::Result<Records> {
    let file = match File::open(path) {
        Ok(file) if !file.metadata().with_context(|| reading(path))?.is_file() => {
            bail!("the evidence {} is no file", path.display())
        }
        Ok(file) => Some(file),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| reading(path)),
    };
    Ok(Records {
        lines: file.map(|file| BufReader::with_capacity(256 * 1024, file)),
        line: 0,
        bytes: 0,
        next: 0,
        prev: ZEROS.to_owned(),
        torn: Vec::new(),
        open: None,
        ready: VecDeque::new(),
        start: (0, 0),
    })
}

/// Opens the evidence for whoever would take none for good news: a file that was lost
/// is an error.
///
/// # Errors
/// Where it can't be opened, or is gone or empty and there was one.
pub fn read_kept(path: &Path) -> anyhow::Result<Peekable<Records>> {
    let mut records = read(path)?.peekable();
    if records.peek().is_none() {
        never_before(path)?;
    }
    Ok(records)
}

/// Opens the evidence where an earlier reader stopped: the first record is the last one
/// that it read.
///
/// # Errors
/// Where it can't be opened. A mark that is not of this file shows as a [`Flaw`].
pub fn read_from(path: &Path, mark: Option<&Mark>) -> anyhow::Result<Records> {
    let mut records = read(path)?;
    let Some(mark) = mark else { return Ok(records) };
    let Some(lines) = &mut records.lines else { bail!("{} is gone", path.display()) };
    lines.seek(SeekFrom::Start(mark.offset)).with_context(|| reading(path))?;
    records.bytes = mark.offset;
    records.line = mark.line;
    (records.next, records.prev) = (mark.seq, mark.prev.clone());
    match records.next() {
        Some(Ok(record)) if record.sha256 == mark.sha256 => Ok(records),
        _ => bail!("record {} of {} is another one than it was", mark.seq, path.display()),
    }
}

/// Checks that records can be appended and that the chain is unbroken; how many
/// there are.
///
/// # Errors
/// What is in the way.
pub fn state(path: &Path) -> anyhow::Result<usize> {
    drop(Place::lock(path, Instant::now() + Duration::from_secs(5))?);
    let mut records = 0;
    for record in read_kept(path)? {
        record.with_context(|| reading(path))?;
        records += 1;
    }
    Ok(records)
}

fn reading(path: &Path) -> String {
    format!("reading the evidence {}", path.display())
}

impl Records {
    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The last record so far: the head of the chain.
    pub fn head(&self) -> Option<Receipt> {
        let seq = self.next.checked_sub(1)?;
        Some(Receipt { seq, sha256: self.prev.clone() })
    }

    /// The place of the record that was read last.
    pub fn mark(&self, last: &Record) -> Mark {
        let (offset, line) = self.start;
        let (seq, prev, sha256) = (last.seq, last.prev.clone(), last.sha256.clone());
        Mark { offset, line, seq, prev, sha256 }
    }

    /// At the end: the writes that were torn off last, for which the next record will
    /// vouch. What was refused or is being written right now looks like this.
    pub fn torn_end(&self) -> impl Iterator<Item = &Fragment> {
        self.torn.iter().map(|torn| &torn.fragment).chain(&self.open)
    }
}

impl Iterator for Records {
    type Item = Result<Record, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && self.lines.is_some() {
            if let Err(flaw) = self.advance() {
                // What follows would have to be taken on trust.
                self.lines = None;
                self.ready.push_back(Err(flaw));
            }
        }
        self.ready.pop_front()
    }
}

impl Records {
    /// Reads one line, and makes of it what is due.
    ///
    /// # Errors
    /// What makes it useless to go on.
    fn advance(&mut self) -> Result<(), Flaw> {
        if self.torn.is_empty() {
            self.start = (self.bytes, self.line);
        }
        let mut line = self.line()?;
        if line.is_empty() {
            self.lines = None;
            self.end();
            return Ok(());
        }
        self.line += 1;
        if line.pop_if(|last| *last == b'\n').is_none() {
            // The write that follows will vouch for these bytes; until then they are
            // nothing.
            self.open = Some(Fragment::of(&line));
            return Ok(());
        }
        let (head, body) = parse(&line);
        let is_whole = || serde_json::from_slice::<IgnoredAny>(&line).is_ok();
        match head {
            // A line that was torn off behind its head is no record.
            Some(head) if body.is_ok() || is_whole() => match head.v {
                VERSION => self.link(head, body, line),
                version => return Err(Flaw::Version { seq: head.seq, version }),
            },
            None if is_whole() => {
                self.ready.push_back(Err(Flaw::Stray { line: self.line }));
            }
            Some(_) | None => self.keep(&line)?,
        }
        Ok(())
    }

    /// The next line, with its line feed where it has one; empty at the end.
    fn line(&mut self) -> Result<Vec<u8>, Flaw> {
        let mut line = Vec::new();
        if let Some(lines) = &mut self.lines {
            let longest = LONGEST as u64 + 1;
            let read = lines.by_ref().take(longest).read_until(b'\n', &mut line);
            self.bytes += read.map_err(Flaw::Unreadable)? as u64;
        }
        if line.len() > LONGEST && !line.ends_with(b"\n") {
            return Err(Flaw::TooLong { line: self.line + 1 });
        }
        Ok(line)
    }

    /// A line that is no record stands until the record after it vouches for it.
    fn keep(&mut self, line: &[u8]) -> Result<(), Flaw> {
        if self.torn.len() == MOST_TORN {
            return Err(Flaw::Stray { line: self.line });
        }
        let is_beginning = is_beginning(line, self.next, &self.prev);
        self.torn.push(Torn { line: self.line, fragment: Fragment::of(line), is_beginning });
        Ok(())
    }

    /// Holds a record against the one before it, and makes it the one that the next
    /// has to follow from.
    fn link(&mut self, head: Head, body: serde_json::Result<Body>, line: Vec<u8>) {
        let seq = head.seq;
        if seq != self.next {
            self.ready.push_back(Err(Flaw::Gap { due: self.next, found: seq }));
        } else if head.prev != self.prev {
            self.ready.push_back(Err(Flaw::Broken { seq }));
        }
        let sha256 = sha256(&line);
        // A number that none can follow is an edit, and shows as a gap right after.
        (self.next, self.prev) = (seq.saturating_add(1), sha256.clone());
        let record = record(head, sha256, body, line);
        self.vouch(seq, record.as_ref().ok());
        self.ready.push_back(record);
    }

    /// A recovery vouches for the torn lines before it, and nothing else does.
    fn vouch(&mut self, seq: u64, record: Option<&Record>) {
        let found = std::mem::take(&mut self.torn);
        let vouched: Vec<&Fragment> = match record.map(|record| &record.body) {
            Some(Body::Recovery(recovery)) => {
                recovery.before.iter().chain([&recovery.torn]).collect()
            }
            _ => Vec::new(),
        };
        if found.iter().map(|torn| &torn.fragment).eq(vouched.iter().copied()) {
            return;
        }
        let strays = found.iter().filter(|torn| !vouched.contains(&&torn.fragment));
        let strays: Vec<Flaw> = strays.map(|torn| Flaw::Stray { line: torn.line }).collect();
        let flaws = if strays.is_empty() { vec![Flaw::Unmatched { seq }] } else { strays };
        self.ready.extend(flaws.into_iter().map(Err));
    }

    fn end(&mut self) {
        let strays = self.torn.extract_if(.., |torn| !torn.is_beginning);
        self.ready.extend(strays.map(|torn| Err(Flaw::Stray { line: torn.line })));
    }
}

fn record(
    head: Head,
    sha256: String,
    body: serde_json::Result<Body>,
    line: Vec<u8>,
) -> Result<Record, Flaw> {
    let seq = head.seq;
    let strange = |why: String| Flaw::Strange { seq, why };
    let line = String::from_utf8(line).map_err(|error| strange(error.to_string()))?;
    let body = body.map_err(|error| strange(error.to_string()))?;
    Ok(Record {
        seq,
        prev: head.prev,
        sha256,
        time: head.time,
        log: head.log,
        tool: head.tool,
        policy: head.policy,
        line,
        body,
    })
}
