//! What `verify` says, to a person or to a machine.

use clap::ValueEnum;
use jiff::Timestamp;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::{Checked, Examined, Signature};
use crate::exit::Exit;
use crate::text::{clean, count, pad, wrap};
use crate::verify::{Finding, Tie};

/// How `verify` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object; the README documents it
    Json,
}

/// Grows with any change that an old reader would misread.
const VERSION: u32 = 1;

/// Columns of what a line is about.
const WIDEST: usize = 24;

impl Examined {
    /// The whole answer.
    ///
    /// # Errors
    /// Where it can't be put into JSON.
    pub fn answer(&self, format: Format) -> anyhow::Result<String> {
        match format {
            Format::Text => Ok(self.text()),
            Format::Json => Ok(format!("{}\n", serde_json::to_string(&self.json())?)),
        }
    }

    fn text(&self) -> String {
        let mut out = table(&self.rows());
        for finding in &self.findings {
            out.push('\n');
            let place = finding.repo.as_ref().map_or(String::new(), |repo| format!("{repo}: "));
            let what = clean(&format!("{place}{}", finding.what));
            out.push_str(&wrap(&what, &format!("error[{}]: ", finding.code), "  "));
        }
        for what in &self.unchecked {
            out.push('\n');
            out.push_str(&wrap(&clean(what), "warning: could not check: ", "  "));
        }
        if !self.notes.is_empty() {
            out.push_str("\nworth knowing:\n");
            for note in &self.notes {
                out.push_str(&wrap(&clean(note), "- ", "  "));
            }
        }
        out.push('\n');
        out.push_str(&wrap(&self.sum(), "", "  "));
        out
    }

    /// What was looked at, and what was found there.
    fn rows(&self) -> Vec<(String, String)> {
        let mut rows = vec![("evidence".to_owned(), self.evidence.display().to_string())];
        let mut more = |text: String| rows.push((String::new(), text));
        let file = &self.file;
        match (&file.first, &file.last, &file.head) {
            (Some(first), Some(last), Some(head)) => {
                let records = count(usize::try_from(file.records).unwrap_or(usize::MAX), "record");
                more(format!("{records}, #0 to #{}, {} to {}", head.seq, day(first), day(last)));
                more(format!("head {}", head.sha256));
            }
            _ => more("it is empty".to_owned()),
        }
        for checked in &self.checkpoints {
            rows.push(("checkpoint".to_owned(), checked.row()));
        }
        for (repo, tied) in &self.repositories {
            let mut told = repo.clone();
            for tie in &tied.ties {
                rows.push((std::mem::take(&mut told), row(tie)));
            }
            if tied.approvals > 0 {
                let approvals = count(tied.approvals, "approval");
                rows.push((std::mem::take(&mut told), format!("{approvals} on record")));
            }
            if !told.is_empty() {
                rows.push((told, "nothing on record".to_owned()));
            }
        }
        rows
    }

    fn sum(&self) -> String {
        let repositories = match self.repositories.len() {
            0 => "no repository was compared with it".to_owned(),
            n => format!("{} compared", count(n, "repository")),
        };
        let findings = count(self.findings.len(), "finding");
        match self.exit() {
            Exit::Refused if !self.unchecked.is_empty() => {
                format!("{findings}, and not everything could be checked; {repositories}")
            }
            Exit::Refused => format!("{findings}; {repositories}"),
            Exit::Accepted => format!("clean; {repositories}; {}", self.checkpoints()),
            _ => format!("nothing found, but not everything could be checked; {repositories}"),
        }
    }

    /// Without a checkpoint, nobody can tell whether the end of the file was cut off.
    fn checkpoints(&self) -> String {
        match self.checkpoints.len() {
            0 => "no checkpoint was given".to_owned(),
            1 => "it holds what the checkpoint saw".to_owned(),
            n => format!("it holds what {n} checkpoints saw"),
        }
    }

    fn json(&self) -> Answer<'_> {
        let file = &self.file;
        Answer {
            version: VERSION,
            result: match self.exit() {
                Exit::Refused => "findings",
                Exit::Accepted => "clean",
                _ => "unchecked",
            },
            evidence: Evidence {
                path: self.evidence.display().to_string(),
                log: file.log.as_deref(),
                records: file.records,
                first: file.first,
                last: file.last,
                seq: file.head.as_ref().map(|head| head.seq),
                head: file.head.as_ref().map(|head| head.sha256.as_str()),
                recoveries: &file.recoveries,
            },
            checkpoints: self.checkpoints.iter().map(Checked::json).collect(),
            refs: self.repositories.iter().flat_map(|(_, tied)| &tied.ties).collect(),
            findings: &self.findings,
            notes: &self.notes,
            unchecked: &self.unchecked,
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    result: &'static str,
    evidence: Evidence<'a>,
    checkpoints: Vec<CheckpointItem>,
    refs: Vec<&'a Tie>,
    findings: &'a [Finding],
    notes: &'a [String],
    unchecked: &'a [String],
}

#[derive(Serialize)]
struct Evidence<'a> {
    path: String,
    log: Option<&'a str>,
    records: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    seq: Option<u64>,
    head: Option<&'a str>,
    recoveries: &'a [u64],
}

#[derive(Serialize)]
struct CheckpointItem {
    file: String,
    seq: u64,
    time: Timestamp,
    holds: bool,
    /// `none`, `not-checked`, `good` or `bad`.
    signature: &'static str,
    signed_by: Option<String>,
}

impl Checked {
    /// In one sentence.
    pub fn row(&self) -> String {
        let checkpoint = &self.signed.checkpoint;
        let (file, seq, day) = (self.file.display(), checkpoint.seq, day(&checkpoint.time));
        let holds = match self.holds {
            true => format!("{file}: #{seq} is what it saw on {day}"),
            false => format!("{file}: the file is not what it saw on {day}"),
        };
        match &self.signature {
            Signature::None => format!("{holds}; it is not signed"),
            Signature::NotChecked => {
                format!("{holds}; its signature was not checked, give --allowed-signers")
            }
            Signature::Good { by } => format!("{holds}; signed by {by}"),
            Signature::Bad => format!("{holds}; its signature is not good"),
        }
    }

    fn json(&self) -> CheckpointItem {
        let (signature, signed_by) = match &self.signature {
            Signature::None => ("none", None),
            Signature::NotChecked => ("not-checked", None),
            Signature::Good { by } => ("good", Some(by.clone())),
            Signature::Bad => ("bad", None),
        };
        let checkpoint = &self.signed.checkpoint;
        CheckpointItem {
            file: self.file.display().to_string(),
            seq: checkpoint.seq,
            time: checkpoint.time,
            holds: self.holds,
            signature,
            signed_by,
        }
    }
}

fn row(tie: &Tie) -> String {
    let commits = count(tie.commits, "commit");
    let since = match tie.since.as_slice() {
        [] => String::new(),
        [one] => format!(" since {}", one.short()),
        [first, ..] => format!(" since {} and others", first.short()),
    };
    let recorded = match (&tie.tip, tie.commits, tie.unrecorded) {
        (None, _, _) => return format!("{} is gone", tie.name),
        (_, 0, _) => String::new(),
        (_, _, 0) => ", on record".to_owned(),
        (_, _, unrecorded) => format!(": {} on record, {unrecorded} not", tie.recorded),
    };
    format!("{}: {commits}{since}{recorded}", tie.name)
}

fn day(time: &Timestamp) -> String {
    format!("{time:.0}")
}

/// Two columns, the first as wide as it has to be.
fn table(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(left, _)| clean(left).width()).max().unwrap_or(0).min(WIDEST);
    let line = |(left, right): &(String, String)| {
        format!("{}  {}", pad(left, width), clean(right)).trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
