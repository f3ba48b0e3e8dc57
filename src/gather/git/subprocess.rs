//! Questions for git itself, where libgit2 can't answer.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};

use super::Repo;

/// What would let the pusher's or the user's environment bend an answer.
const UNSET: &[&str] = &[
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_GRAFT_FILE",
    "GIT_NAMESPACE",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

impl Repo {
    /// Runs git on this repository, quarantine included: what git set for the hook
    /// is inherited (githooks(5)).
    pub(super) fn git(&self, args: &[&str], input: &str) -> anyhow::Result<Output> {
        let shown = format!("git {}", args.join(" "));
        let mut command = Command::new("git");
        command.args(args);
        for name in UNSET {
            command.env_remove(name);
        }
        command
            .env("GIT_DIR", self.inner.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting `{shown}`"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // Git reads all of its standard input before it answers.
            stdin.write_all(input.as_bytes()).with_context(|| format!("asking `{shown}`"))?;
        }
        child.wait_with_output().with_context(|| format!("waiting for `{shown}`"))
    }

    /// The lines of a git command that must succeed, as bytes: a ref's name may hold any.
    pub(super) fn git_lines(&self, args: &[&str], input: &str) -> anyhow::Result<Vec<Vec<u8>>> {
        let output = self.git(args, input)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`git {}` failed: {}", args.join(" "), said.trim());
        }
        let body = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
        if body.is_empty() {
            return Ok(Vec::new());
        }
        Ok(body.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect())
    }
}
