//! Who runs a command: what is put on record by hand says by whom.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use anyhow::Context as _;

/// The account, and who became it by sudo.
///
/// # Errors
/// Where the kernel does not tell.
pub(super) fn account() -> anyhow::Result<String> {
    // The kernel gives a process's directory to its effective user (proc(5)).
    let uid = std::fs::metadata("/proc/self").context("finding out who runs this")?.uid();
    let named = Command::new("id").args(["-un", &uid.to_string()]).output();
    let name = named.ok().filter(|output| output.status.success());
    let name = name.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let mut text = match name {
        Some(name) => format!("{name} (user {uid})"),
        None => format!("user {uid}"),
    };
    if let Ok(from) = std::env::var("SUDO_USER") {
        text.push_str(&format!(", by sudo from {from}"));
    }
    Ok(text)
}
