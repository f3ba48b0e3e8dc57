//! The pre-receive hook that was here before ours: it runs after ours accepted, and both must agree.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::exit::Exit;

/// Runs the hook with the same standard input, directory and environment that git
/// gave us, and passes its exit code on.
///
/// # Errors
/// Where it can't be started, or dies by a signal: what it would have said is
/// unknown, so the push is refused.
pub fn run(hook: &Path, input: &[u8]) -> anyhow::Result<Exit> {
    let name = hook.display();
    let mut child = Command::new(hook)
        .stdin(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting the hook {name}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input) {
            Ok(()) => {}
            // A hook need not read what it is told: git allows it (githooks(5)).
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            Err(error) => {
                return Err(error).with_context(|| format!("telling the hook {name} of the push"));
            }
        }
    }
    let status = child.wait().with_context(|| format!("waiting for the hook {name}"))?;
    match status.code().map(u8::try_from) {
        Some(Ok(0)) => Ok(Exit::Accepted),
        // The shim takes what is above 125 for a death of ours, as a shell does.
        Some(Ok(code)) => Ok(Exit::OtherHook(code.min(125))),
        _ => bail!("the hook {name} ended without an answer: {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(script: &str) -> anyhow::Result<Exit> {
        let dir = tempfile::tempdir().unwrap();
        let hook = dir.path().join("hook");
        // By another process: a fork of another thread could hold it open for writing,
        // and Linux then refuses to run it.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", write, "sh"]).arg(&hook).arg(script);
        assert!(shell.status().unwrap().success());
        run(&hook, b"old new refs/heads/main\n")
    }

    #[test]
    fn both_hooks_must_agree() {
        assert_eq!(
            answer("read old new name; test $name = refs/heads/main").unwrap(),
            Exit::Accepted
        );
        assert_eq!(answer("exit 3").unwrap(), Exit::OtherHook(3));
        assert_eq!(answer("exit 0 <&-").unwrap(), Exit::Accepted);
    }

    #[test]
    fn a_hook_that_dies_or_is_missing_has_not_agreed() {
        assert!(answer("kill -9 $$").is_err());
        assert!(run(Path::new("/nonexistent/hook"), b"").is_err());
    }
}
