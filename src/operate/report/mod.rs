//! `sockembot report`: the auditor's package of a period.

mod package;
mod scope;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;

use super::progress::Progress;
use super::verify;
use crate::evidence::read;
use crate::gather::config;
use crate::policy::{Patterns, Policy};
use crate::report::collect::{Collector, Compared, Stretch};
use crate::report::model::Report;
use crate::report::period::Period;
use crate::text::{clean, count};

/// What the command line asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// The days.
    pub period: Period,
    /// Which repositories; all, where none are named.
    pub repo: Option<String>,
    /// The directory below which all repositories are; the host's, where none is named.
    pub root: Option<PathBuf>,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: Vec<PathBuf>,
    /// Whose signatures on them are good.
    pub allowed_signers: Vec<PathBuf>,
    /// Where the package goes.
    pub output: PathBuf,
    /// The config file.
    pub config: PathBuf,
}

/// Writes the package, and says what is in it.
///
/// # Errors
/// Where the directory is in use, or anything can't be read or written. Then nothing
/// is left of it.
pub fn report(request: &Request, out: &mut dyn Write) -> anyhow::Result<()> {
    let package = package::Package::begin(&request.output)?;
    let policy = config::load(&request.config)?;
    let report = collect(request, &policy)?;
    package.finish(&report, &policy.evidence)?;
    out.write_all(summary(request, &report).as_bytes()).context("writing the answer")
}

fn collect(request: &Request, policy: &Policy) -> anyhow::Result<Report> {
    let repos = request.repo.as_ref().map(|glob| Patterns::parse(std::slice::from_ref(glob)));
    let repos = repos.transpose().map_err(anyhow::Error::msg).context("reading --repo")?;
    let scope = scope::scope(request, policy, Timestamp::now())?;
    let mut collector = Collector::new(scope, repos);
    let compared = compared(request)?;
    let length = std::fs::metadata(&policy.evidence).map_or(0, |metadata| metadata.len());
    let progress = Progress::of("collecting the records", length);
    let mut records = read(&policy.evidence)?;
    let mut start = 0;
    while let Some(record) = records.next() {
        // What is wrong with the file was found when it was compared.
        if let Ok(record) = record {
            let end = records.bytes();
            collector.record(&record, Stretch { start, end });
            start = end;
        }
        progress.at(records.bytes());
    }
    Ok(collector.finish(compared))
}

/// Holds the evidence against itself, the checkpoints and the repositories.
fn compared(request: &Request) -> anyhow::Result<Compared> {
    let examined = verify::examine(&verify::Request {
        config: request.config.clone(),
        evidence: None,
        repositories: Vec::new(),
        root: request.root.clone(),
        checkpoints: request.checkpoints.clone(),
        allowed_signers: request.allowed_signers.clone(),
    })?;
    let mut compared = Compared {
        checkpoints: examined.checkpoints.iter().map(verify::Checked::row).collect(),
        findings: examined.findings,
        unchecked: examined.unchecked,
        notes: examined.notes,
        ..Compared::default()
    };
    if examined.repositories.is_empty() {
        let why =
            "there are none below the directory where they should be, or none is known: see --root";
        compared.why_not = Some(why.to_owned());
    }
    for (_, tied) in examined.repositories {
        compared.never_landed.extend(tied.never_landed);
        compared.ties.extend(tied.ties);
    }
    Ok(compared)
}

fn summary(request: &Request, report: &Report) -> String {
    let (landed, exceptions) = (report.changes.len(), report.exceptions.len());
    let mut text = format!(
        "{}: {} landed in {}, {}\n",
        clean(&request.output.display().to_string()),
        count(landed, "change"),
        report.scope.period,
        count(exceptions, "exception"),
    );
    if request.repo.is_some() {
        text.push_str(
            "evidence.jsonl holds the records of all repositories: only whole can the chain be \
             checked\n",
        );
    }
    text.push_str("to check it: sha256sum -c SHA256SUMS, then open report.html\n");
    text
}
