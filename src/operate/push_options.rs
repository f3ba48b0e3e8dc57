//! `receive.advertisePushOptions`: without it, no client sends the option of an emergency.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, bail};

use crate::policy::{Host, Policy};

const KEY: &str = "receive.advertisePushOptions";

/// What the key was before we set it, for whoever takes us out again.
const BEFORE: &str = "sockembot.pushOptionsBefore";

/// Whether pushers need it, and the host leaves it to the repository: GitLab and GitHub
/// always take push options.
pub(super) fn are_wanted(policy: &Policy) -> bool {
    policy.emergencies.is_some() && !matches!(policy.host, Host::Gitlab | Host::Github)
}

/// Whether a repository takes push options, by its own config or the account's.
///
/// # Errors
/// Where git can't tell.
pub(super) fn are_taken(repository: &Path) -> anyhow::Result<bool> {
    let said = read(repository, &["--type=bool", "--get", KEY])?;
    Ok(said.as_deref() == Some("true"))
}

/// Has the repository take push options; whether that is new.
///
/// # Errors
/// Where its config can't be read or written.
pub(super) fn take(repository: &Path) -> anyhow::Result<bool> {
    if are_taken(repository)? {
        return Ok(false);
    }
    let before = read(repository, &["--local", "--get", KEY])?;
    write(repository, &["--replace-all", BEFORE, before.as_deref().unwrap_or("unset")])?;
    write(repository, &["--replace-all", KEY, "true"])?;
    Ok(true)
}

/// Puts back what was there before [`take`]; whether there was anything to put back.
///
/// # Errors
/// Where the config can't be read or written.
pub(super) fn restore(repository: &Path) -> anyhow::Result<bool> {
    let Some(before) = read(repository, &["--local", "--get", BEFORE])? else { return Ok(false) };
    // Whoever changed it meanwhile has decided.
    if read(repository, &["--local", "--get", KEY])?.as_deref() == Some("true") {
        match before.as_str() {
            "unset" => write(repository, &["--unset-all", KEY])?,
            before => write(repository, &["--replace-all", KEY, before])?,
        }
    }
    write(repository, &["--unset-all", BEFORE])?;
    Ok(true)
}

/// The answer; none where there is no such key, which git says by 1 (git-config(1)).
fn read(repository: &Path, args: &[&str]) -> anyhow::Result<Option<String>> {
    let output = config(repository, args)?;
    match output.status.code() {
        Some(0) => Ok(Some(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())),
        Some(1) => Ok(None),
        _ => bail!(failed("reading", repository, &output)),
    }
}

fn write(repository: &Path, args: &[&str]) -> anyhow::Result<()> {
    let output = config(repository, &[&["--local"], args].concat())?;
    if !output.status.success() {
        bail!(failed("changing", repository, &output));
    }
    Ok(())
}

fn config(repository: &Path, args: &[&str]) -> anyhow::Result<Output> {
    Command::new("git")
        .arg("-C")
        .arg(repository)
        .arg("config")
        .args(args)
        .env_remove("GIT_DIR")
        .output()
        .context("running git")
}

fn failed(doing: &str, repository: &Path, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("git says nothing").trim();
    format!("{doing} {KEY} of {}: {said}", repository.display())
}
