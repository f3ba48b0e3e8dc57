//! `sockembot followup`: what became of emergencies, of changes that nobody could verify, and of tickets.

mod again;
mod changes;
mod findings;
mod places;
mod refs;
mod tickets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use again::Case;
use anyhow::{Context as _, bail};
use findings::Findings;
use jiff::Timestamp;
use places::Places;

use super::baseline::owner;
use super::progress::Progress;
use crate::digest;
use crate::evidence::{self, Afterwards, Body, Index};
use crate::evidence::{Followup, FollowupKind};
use crate::exit::Exit;
use crate::gather::config;
use crate::model::Receipt;
use crate::policy::Policy;
use crate::text;

/// Records that are written under one lock: a push may be waiting for it.
const AT_ONCE: usize = 500;

/// Characters of the reason for a dismissal.
const REASON: usize = 500;

/// What the command line asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// Repositories, as paths or `NAME=PATH`; none stands for all that the evidence knows.
    pub repositories: Vec<String>,
    /// Below which directory the host keeps them.
    pub root: Option<PathBuf>,
    /// The config file.
    pub config: PathBuf,
    /// For whom it prints.
    pub reader: Reader,
}

/// For whom the findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody at a terminal, who wants to hear that all is well.
    Person,
    /// A job, whose every word becomes a mail.
    Job,
}

/// A change that is taken off the list without a review: its repository is gone, or the
/// rule that it breaks can't be kept any more. It stays in the report, with the reason.
#[derive(Clone, Debug)]
pub struct Dismissal {
    /// The number of its record.
    pub of: u64,
    /// Why.
    pub reason: String,
}

/// Looks at everything that is still open, and puts on record what has become of it.
/// Running it again records nothing twice.
///
/// # Errors
/// Where the config, the evidence or the repositories as a whole can't be used.
pub fn followup(request: &Request, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let policy = config::load(&request.config)?;
    owner(&policy.evidence)?;
    let places = Places::new(&request.repositories, request.root.as_deref(), &policy)?;
    let _alone = evidence::alone(&policy.evidence)?;
    let open = evidence::afterwards(&policy.evidence)?;
    let mut findings = find(&policy, &open, &places, Timestamp::now());
    refs::conclude(&mut findings, &policy, &open, &places);
    let receipts = record(&policy, &findings.records)?;
    let mut text = findings.text(request.reader);
    if let Some(records) = digest::records(&receipts) {
        text.push_str(&format!("{records}\n"));
    }
    if text.is_empty() && request.reader == Reader::Person {
        text.push_str("nothing to follow up\n");
    }
    out.write_all(text.as_bytes())?;
    Ok(findings.exit())
}

/// Takes one change off the list, on record.
///
/// # Errors
/// Where nothing is open about it, the reason says nothing, or the evidence can't be
/// written.
pub fn dismiss(config: &Path, dismissal: &Dismissal, out: &mut dyn Write) -> anyhow::Result<()> {
    let Dismissal { of, reason } = dismissal;
    let policy = config::load(config)?;
    let user = owner(&policy.evidence)?;
    let reason = text::clean(reason.trim());
    if !(reason.chars().any(char::is_alphanumeric) && reason.chars().count() <= REASON) {
        bail!("expected a reason of at most {REASON} characters");
    }
    let _alone = evidence::alone(&policy.evidence)?;
    if !evidence::afterwards(&policy.evidence)?.changes.contains_key(of) {
        bail!("nothing is open about record #{of}: see `sockembot followup`");
    }
    let dismissed = Followup {
        by: Some(format!("user {user}")),
        at: Some(Timestamp::now()),
        source: Some("admin".to_owned()),
        why: Some(reason),
        ..Followup::of(*of, FollowupKind::Dismissed)
    };
    let receipts = record(&policy, &[dismissed])?;
    let records = digest::records(&receipts).context("the evidence gave no receipt")?;
    writeln!(out, "#{of} is off the list, and on record as dismissed: {records}")?;
    Ok(())
}

fn find(policy: &Policy, open: &Afterwards, places: &Places, now: Timestamp) -> Findings {
    let mut findings = Findings::default();
    let progress = Progress::of("following up", open.changes.len() as u64);
    for (seq, waiting) in &open.changes {
        let case = Case::of(policy, open, waiting, places);
        changes::conclude(&mut findings, *seq, waiting, case, now);
        progress.step();
    }
    tickets::conclude(&mut findings, policy, open, places, now);
    findings
}

fn record(policy: &Policy, followups: &[Followup]) -> anyhow::Result<Vec<Receipt>> {
    let mut receipts = Vec::new();
    for some in followups.chunks(AT_ONCE) {
        let bodies: Vec<Body> =
            some.iter().map(|followup| Body::Followup(Box::new(followup.clone()))).collect();
        let until = Instant::now() + policy.deadline;
        receipts.extend(evidence::append(
            &policy.evidence,
            policy,
            Timestamp::now(),
            &bodies,
            until,
        )?);
    }
    // So that the next emergency has little to read.
    Index::beside(&policy.evidence).catch_up()?;
    Ok(receipts)
}
