//! Checkpoints out of files, and their signatures, which OpenSSH checks.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};

use super::Checked;
use crate::evidence::Record;
use crate::text::clean;
use crate::verify::{Finding, Signed};

/// What a signature is made for: one for a commit or a file is none for a checkpoint.
pub const NAMESPACE: &str = "sockembot-checkpoint";

/// What is known of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    None,
    /// Nobody said whose signatures are good.
    NotChecked,
    /// It is good.
    Good {
        /// Who signed, by the file of allowed signers.
        by: String,
    },
    /// It is not.
    Bad,
}

/// A checkpoint whose record has not come by yet.
pub(super) struct Waiting {
    file: PathBuf,
    signed: Signed,
    /// The hash of the record with its number.
    found: Option<String>,
}

impl Waiting {
    /// Takes note of the record that it is about.
    pub(super) fn see(&mut self, record: &Record) {
        if record.seq == self.signed.checkpoint.seq {
            self.found = Some(record.sha256.clone());
        }
    }
}

/// Reads checkpoint files.
///
/// # Errors
/// Where one can't be read, or is none.
pub(super) fn read_all(files: &[PathBuf]) -> anyhow::Result<Vec<Waiting>> {
    let read = |file: &PathBuf| {
        let reading = || format!("reading the checkpoint {}", file.display());
        let text = std::fs::read_to_string(file).with_context(reading)?;
        let signed = Signed::parse(&text).with_context(reading)?;
        Ok(Waiting { file: file.clone(), signed, found: None })
    };
    files.iter().map(read).collect()
}

/// Says of each checkpoint whether the file holds what it has seen.
///
/// # Errors
/// Where a signature can't be looked at.
pub(super) fn check(
    waiting: Vec<Waiting>,
    log: Option<&str>,
    allowed: &[PathBuf],
) -> anyhow::Result<(Vec<Checked>, Vec<Finding>)> {
    let (mut checked, mut findings) = (Vec::new(), Vec::new());
    for Waiting { file, signed, found } in waiting {
        let (shown, checkpoint) = (file.display().to_string(), &signed.checkpoint);
        let is_ours = log.is_some_and(|log| checkpoint.is_of(log));
        let holds = is_ours && found.as_ref() == Some(&checkpoint.head);
        if !is_ours {
            findings.push(Finding::other_log(checkpoint, &shown));
        } else if !holds {
            findings.push(Finding::lost_history(checkpoint, &shown, found.as_deref()));
        }
        let signature = match (&signed.signature, allowed) {
            (None, []) => Signature::None,
            (None, _) => {
                findings.push(Finding::bad_signature(&shown, "there is none"));
                Signature::Bad
            }
            (Some(_), []) => Signature::NotChecked,
            (Some(armour), _) => match by_any(&signed.text, armour, allowed)? {
                Ok(by) => Signature::Good { by },
                Err(why) => {
                    findings.push(Finding::bad_signature(&shown, &why));
                    Signature::Bad
                }
            },
        };
        checked.push(Checked { file, signed, holds, signature });
    }
    Ok((checked, findings))
}

/// Who signed, by the first file of allowed signers that knows; or why nobody did.
fn by_any(text: &str, armour: &str, allowed: &[PathBuf]) -> anyhow::Result<Result<String, String>> {
    let mut file = tempfile::NamedTempFile::new().context("keeping the signature")?;
    file.write_all(armour.as_bytes()).context("keeping the signature")?;
    let mut why = String::new();
    for allowed in allowed {
        if let Err(error) = std::fs::File::open(allowed) {
            bail!("{} can't be read: {error}", allowed.display());
        }
        match by(text, file.path(), allowed)? {
            Ok(who) => return Ok(Ok(who)),
            Err(said) => why = said,
        }
    }
    Ok(Err(why))
}

fn by(text: &str, signature: &Path, allowed: &Path) -> anyhow::Result<Result<String, String>> {
    let found = ssh_keygen(&["-Y", "find-principals"], signature, allowed, &[], "")?;
    if !found.status.success() {
        return Ok(Err(said(&found)));
    }
    let names = String::from_utf8_lossy(&found.stdout).into_owned();
    let name = names.lines().next().unwrap_or("").to_owned();
    let rest = ["-n", NAMESPACE, "-I", &name];
    let checked = ssh_keygen(&["-Y", "verify"], signature, allowed, &rest, text)?;
    if !checked.status.success() {
        return Ok(Err(said(&checked)));
    }
    Ok(Ok(clean(&name)))
}

fn ssh_keygen(
    what: &[&str],
    signature: &Path,
    allowed: &Path,
    rest: &[&str],
    input: &str,
) -> anyhow::Result<Output> {
    let mut command = Command::new("ssh-keygen");
    command.args(what).arg("-f").arg(allowed).arg("-s").arg(signature).args(rest);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().context("starting ssh-keygen, which checks signatures")?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that has made up its mind need not read it.
        let _unread = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().context("waiting for ssh-keygen")
}

/// What ssh-keygen said, on whichever side.
fn said(output: &Output) -> String {
    let both = [&output.stderr[..], &output.stdout[..]].concat();
    let text = String::from_utf8_lossy(&both);
    let line = text.lines().find(|line| !line.trim().is_empty());
    clean(line.unwrap_or("ssh-keygen knows nobody who made it"))
}
