//! What stands at the head of a report: what was asked, on which server, by whom.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use anyhow::Context as _;
use jiff::Timestamp;

use super::Request;
use crate::evidence;
use crate::policy::Policy;
use crate::report::clean::Clean;
use crate::report::model::Scope;

/// What made the package.
const VERSION: &str = concat!("sockembot ", env!("CARGO_PKG_VERSION"));

pub(super) fn scope(request: &Request, policy: &Policy, now: Timestamp) -> anyhow::Result<Scope> {
    Ok(Scope {
        period: request.period,
        repo: request.repo.as_ref().map(Clean::of),
        command: Clean::of(command(std::env::args())),
        version: VERSION,
        host: Clean::of(evidence::host()),
        account: Clean::of(account()?),
        made_at: now,
        file: Clean::of(policy.evidence.display().to_string()),
    })
}

/// The command as a shell would take it again.
fn command(args: impl Iterator<Item = String>) -> String {
    let quoted = |arg: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
        let is_plain = !arg.is_empty() && arg.chars().all(plain);
        if is_plain { arg } else { format!("'{}'", arg.replace('\'', r"'\''")) }
    };
    args.map(quoted).collect::<Vec<_>>().join(" ")
}

/// Who runs this: the account, and who became it by sudo.
fn account() -> anyhow::Result<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_again() {
        let args = ["sockembot", "report", "--repo", "team/*", "-o", "it's", ""];
        assert_eq!(
            command(args.iter().map(|arg| (*arg).to_owned())),
            r"sockembot report --repo 'team/*' -o 'it'\''s' ''"
        );
    }
}
