//! Reading the evidence from its start, with every link checked.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::hash::{ZEROS, sha256};
use super::place::{Place, head};

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
    torn: Option<String>,
}

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
    Ok(Records { path: path.to_path_buf(), lines, next: 0, prev, torn: None })
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
        loop {
            let Some(lines) = &mut self.lines else { return Ok(None) };
            let mut line = Vec::new();
            let read = lines.read_until(b'\n', &mut line);
            if read.with_context(|| format!("reading {}", self.path.display()))? == 0 {
                return Ok(None);
            }
            let Some(line) = line.strip_suffix(b"\n") else {
                // The write that follows will attest these bytes; until then they
                // are nothing.
                return Ok(None);
            };
            let Ok(fields) = serde_json::from_slice::<Value>(line) else {
                let torn = self.torn.replace(sha256(line));
                if torn.is_some() {
                    bail!("after record {} of {} two lines are none", self.next, self.shown());
                }
                continue;
            };
            return self.link(line, fields).map(Some);
        }
    }

    fn link(&mut self, line: &[u8], fields: Value) -> anyhow::Result<Entry> {
        let head = head(line, &self.path)?;
        if head.seq != self.next || head.prev != self.prev {
            bail!("the chain of {} is broken at record {}", self.shown(), self.next);
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type")
            .with_context(|| format!("record {} of {} has no type", head.seq, self.shown()))?;
        if let Some(torn) = self.torn.take()
            && (kind.as_str(), text("sha256")) != ("recovery", Some(torn))
        {
            bail!("the line before record {} of {} is no record", head.seq, self.shown());
        }
        self.prev = sha256(line);
        self.next += 1;
        Ok(Entry { seq: head.seq, kind, fields })
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}
