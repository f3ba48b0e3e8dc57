//! `sockembot checkpoint`: what the evidence is right now, for somebody elsewhere to keep.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::verify::NAMESPACE;
use crate::evidence::read;
use crate::gather::config;
use crate::verify::Checkpoint;

/// Prints a checkpoint, with a signature behind it where a key is given.
///
/// # Errors
/// Where the chain is broken or empty, or the key can't sign.
pub fn checkpoint(config: &Path, key: Option<&PathBuf>, out: &mut dyn Write) -> anyhow::Result<()> {
    let evidence = config::load(config)?.evidence;
    let reading = || format!("reading the evidence {}", evidence.display());
    let mut last = None;
    for record in read(&evidence)? {
        // What is broken must not be vouched for.
        last = Some(record.with_context(reading)?);
    }
    let last = last.context("there is no record yet").with_context(reading)?;
    let text = Checkpoint::of(&last.log, &last.receipt(), Timestamp::now()).to_string();
    let signature = key.map(|key| sign(key, &text)).transpose()?;
    out.write_all(text.as_bytes())?;
    out.write_all(signature.unwrap_or_else(String::new).as_bytes())?;
    Ok(())
}

/// ssh-keygen asks for a passphrase on the terminal, or takes the key of an agent.
fn sign(key: &Path, text: &str) -> anyhow::Result<String> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().context("starting ssh-keygen, which signs")?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that can't use the key says so itself.
        let _unread = stdin.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().context("waiting for ssh-keygen")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} can't sign: {}", key.display(), said.lines().next().unwrap_or("").trim());
    }
    String::from_utf8(output.stdout).context("reading the signature")
}
