//! `sockembot verify`: the evidence against itself, against checkpoints, and against git.

mod answer;
mod policies;
mod repositories;
mod signature;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::progress::Progress;
use crate::evidence::never_before;
use crate::evidence::{Records, read};
use crate::exit::Exit;
use crate::gather::config;
use crate::policy::Policy;
use crate::verify::claims::Written;
use crate::verify::{Claims, File, Finding, Signed, Tied};

use policies::Policies;

pub use answer::Format;
pub use signature::{NAMESPACE, Signature};

/// What the command line asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// The config file, which names the evidence.
    pub config: PathBuf,
    /// The evidence, where no config is at hand: the one on record is taken then.
    pub evidence: Option<PathBuf>,
    /// Repositories: paths, names below the host's root, or NAME=PATH.
    pub repositories: Vec<String>,
    /// A directory below which all repositories are.
    pub root: Option<PathBuf>,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: Vec<PathBuf>,
    /// Whose signatures on them are good, in the format of ssh-keygen(1).
    pub allowed_signers: Vec<PathBuf>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// Where the evidence is.
    pub evidence: PathBuf,
    /// What it says of itself.
    pub file: File,
    /// The checkpoints, each with what was made of it.
    pub checkpoints: Vec<Checked>,
    /// The repositories that were held against it, by name.
    pub repositories: Vec<(String, Tied)>,
    /// What does not fit, of the file, the checkpoints and the repositories.
    pub findings: Vec<Finding>,
    /// What is worth knowing, and no fault.
    pub notes: Vec<String>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
}

/// A checkpoint that was held against the file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its file.
    pub file: PathBuf,
    /// What it says.
    pub signed: Signed,
    /// Whether the file holds what it has seen.
    pub holds: bool,
    /// What is known of its signature.
    pub signature: Signature,
}

impl Examined {
    /// Clean, findings, or neither since something could not be looked at.
    pub fn exit(&self) -> Exit {
        match (self.findings.is_empty(), self.unchecked.is_empty()) {
            (false, _) => Exit::Refused,
            (true, false) => Exit::Unchecked,
            (true, true) => Exit::Accepted,
        }
    }
}

/// Examines everything.
///
/// # Errors
/// Where there is nothing to examine: no evidence, no config, no such repository.
pub fn examine(request: &Request) -> anyhow::Result<Examined> {
    let policy = match &request.evidence {
        Some(_) => None,
        None => Some(config::load(&request.config)?),
    };
    let evidence = match (&request.evidence, &policy) {
        (Some(path), _) => path.clone(),
        (None, Some(policy)) => policy.evidence.clone(),
        (None, None) => bail!("say with --evidence where the evidence is"),
    };
    let opened = || format!("opening the evidence {}", evidence.display());
    let length = std::fs::metadata(&evidence).with_context(opened)?.len();
    let mut examined = Examined { evidence, ..Examined::default() };
    if length == 0 {
        never_before(&examined.evidence)?;
    }
    let policy = match policy {
        Some(policy) => policy,
        None => on_record(&examined.evidence)?,
    };

    // First the refs, then the records: what lands meanwhile has a record and no ref
    // yet, which is told from a ref without a record by its place in the file.
    let places = repositories::find(request, &policy, &mut examined.unchecked)?;
    let snapshots = repositories::snapshots(&places.all, &mut examined.unchecked);

    let mut signed = signature::read_all(&request.checkpoints)?;
    let (mut claims, chain) = examined.read(length, &mut signed)?;
    examined.file.end(chain.torn_end());
    examined.findings.append(&mut examined.file.findings);
    examined.findings.extend(claims.findings());
    let (checked, findings) =
        signature::check(signed, examined.file.log.as_deref(), &request.allowed_signers)?;
    examined.checkpoints = checked;
    examined.findings.extend(findings);

    let policies = Policies::new(policy, &examined.file.policies, &mut examined.notes);
    repositories::tie_out(&mut examined, &places, snapshots, &claims, &policies);
    examined.notes.extend(notes(&examined.file));
    Ok(examined)
}

impl Examined {
    /// Reads the file to its end. `length` is where it ended before git was looked at.
    fn read(
        &mut self,
        length: u64,
        signed: &mut [signature::Waiting],
    ) -> anyhow::Result<(Claims, Records)> {
        let mut claims = Claims::default();
        let progress = Progress::of("reading the evidence", length);
        let mut records = read(&self.evidence)?;
        while let Some(record) = records.next() {
            match record {
                Ok(record) => {
                    let written = if records.bytes() <= length {
                        Written::Before
                    } else {
                        Written::Meanwhile
                    };
                    self.file.add(&record);
                    claims.add(&record, written);
                    for checkpoint in signed.iter_mut() {
                        checkpoint.see(&record);
                    }
                }
                Err(flaw) => self.file.add_flaw(&flaw),
            }
            progress.at(records.bytes());
        }
        Ok((claims, records))
    }
}

/// The config that the last record was made under.
fn on_record(evidence: &Path) -> anyhow::Result<Policy> {
    let mut file = File::default();
    for record in read(evidence)?.flatten() {
        file.add(&record);
    }
    let text = file.policies.last().context("there is no config in the evidence")?;
    Policy::parse(Path::new("the config on record"), text).map_err(Into::into)
}

fn notes(file: &File) -> Vec<String> {
    let mut notes = Vec::new();
    for seq in &file.recoveries {
        notes.push(format!("record {seq} vouches for a write before it that was torn off"));
    }
    for (seq, lost) in &file.losses {
        let lost = match lost {
            Some(lost) => format!("records up to {lost}, of which some are"),
            None => "records that are".to_owned(),
        };
        notes.push(format!(
            "record {seq} tells of {lost} lost: what landed by them shows as around the hook"
        ));
    }
    if file.torn_end > 0 {
        notes.push(
            "a write at the end was torn off, or is under way: the next record vouches for it"
                .to_owned(),
        );
    }
    if let Some(seq) = file.strangers.first() {
        notes.push(format!(
            "from record {seq} on there are records of a newer version: their links hold, and \
             what they say was left alone"
        ));
    }
    notes
}
