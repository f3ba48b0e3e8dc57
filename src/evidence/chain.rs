//! Reading the evidence from its start, with every link checked.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::Value;

use super::hash::ZEROS;
use super::place::{LONGEST, Place, head, next};
use super::torn::{Fragment, is_beginning};

/// One record.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its number.
    pub(super) seq: u64,
    /// Its `type`.
    pub(super) kind: String,
    /// All of it.
    pub(super) fields: Value,
}

/// The records of a file, first to last.
pub(super) struct Records {
    path: PathBuf,
    lines: Option<BufReader<File>>,
    next: u64,
    prev: String,
    torn: Vec<Torn>,
}

/// A line that is no record.
struct Torn {
    fragment: Fragment,
    is_beginning: bool,
}

/// Torn lines in a row: one for each crash, with no good write between.
const MOST_TORN: usize = 1024;

/// Opens the file; one that is missing has no records.
///
/// # Errors
/// Where it can't be opened.
pub(super) fn read(path: &Path) -> anyhow::Result<Records> {
    let lines = match File::open(path) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("reading {}", path.display()));
        }
    };
    let prev = ZEROS.to_owned();
    Ok(Records { path: path.to_path_buf(), lines, next: 0, prev, torn: Vec::new() })
}

/// Checks that records can be appended and that the chain is unbroken; how many
/// there are.
///
/// # Errors
/// What is in the way.
pub fn state(path: &Path) -> anyhow::Result<usize> {
    drop(Place::lock(path, Instant::now() + Duration::from_secs(5))?);
    let mut records = 0;
    for entry in read(path)? {
        entry?;
        records += 1;
    }
    Ok(records)
}

impl Iterator for Records {
    type Item = anyhow::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entry().transpose();
        if entry.as_ref().is_none_or(Result::is_err) {
            // Behind a broken link nothing is known.
            self.lines = None;
        }
        entry
    }
}

impl Records {
    fn entry(&mut self) -> anyhow::Result<Option<Entry>> {
        while let Some(line) = self.line()? {
            let Some(whole) = line.strip_suffix(b"\n") else {
                // The write that follows will attest these bytes; until then they
                // are nothing.
                break;
            };
            match serde_json::from_slice::<Value>(whole) {
                Ok(fields) => return self.link(whole, fields).map(Some),
                Err(_) => self.keep(whole)?,
            }
        }
        if self.torn.iter().any(|torn| !torn.is_beginning) {
            bail!("the last line of {} is no record: it was edited", self.shown());
        }
        Ok(None)
    }

    /// The next line, with its line feed where it has one.
    fn line(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(lines) = &mut self.lines else { return Ok(None) };
        let mut line = Vec::new();
        let longest = u64::try_from(LONGEST)? + 1;
        let read = lines.by_ref().take(longest).read_until(b'\n', &mut line);
        if read.with_context(|| format!("reading {}", self.path.display()))? == 0 {
            return Ok(None);
        }
        if line.len() > LONGEST && !line.ends_with(b"\n") {
            bail!("after record {} of {} a line is too long", self.next, self.shown());
        }
        Ok(Some(line))
    }

    /// A line that is no record stands until the record after it attests it.
    fn keep(&mut self, line: &[u8]) -> anyhow::Result<()> {
        if self.torn.len() == MOST_TORN {
            bail!("after record {} of {} too many lines are none", self.next, self.shown());
        }
        let is_beginning = is_beginning(line, self.next, &self.prev);
        self.torn.push(Torn { fragment: Fragment::of(line), is_beginning });
        Ok(())
    }

    fn link(&mut self, line: &[u8], fields: Value) -> anyhow::Result<Entry> {
        let head = head(line, &self.path)?;
        if head.seq != self.next || head.prev != self.prev {
            bail!("the chain of {} is broken at record {}", self.shown(), self.next);
        }
        let kind = fields.get("type").and_then(Value::as_str).map(str::to_owned);
        let kind =
            kind.with_context(|| format!("record {} of {} has no type", head.seq, self.shown()))?;
        let found = std::mem::take(&mut self.torn);
        let attested = if kind == "recovery" { attested(line)? } else { Vec::new() };
        if !found.iter().map(|torn| &torn.fragment).eq(&attested) {
            bail!("the line before record {} of {} is no record", head.seq, self.shown());
        }
        let next = next(Some((&head, line)))?;
        (self.next, self.prev) = next;
        Ok(Entry { seq: head.seq, kind, fields })
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

/// The torn lines that a recovery vouches for, first to last.
fn attested(line: &[u8]) -> anyhow::Result<Vec<Fragment>> {
    #[derive(Deserialize)]
    struct Recovery {
        #[serde(flatten)]
        torn: Fragment,
        #[serde(default)]
        before: Vec<Fragment>,
    }
    let recovery: Recovery = serde_json::from_slice(line).context("reading a recovery")?;
    let mut all = recovery.before;
    all.push(recovery.torn);
    Ok(all)
}
