//! Git without anybody's config, so that a test is the same everywhere.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A command with an environment of its own.
pub(crate) fn hermetic(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Root")
        .env("GIT_AUTHOR_EMAIL", "root@example.com")
        .env("GIT_AUTHOR_DATE", "@1767600000 +0000")
        .env("GIT_COMMITTER_NAME", "Root")
        .env("GIT_COMMITTER_EMAIL", "root@example.com")
        .env("GIT_COMMITTER_DATE", "@1767600000 +0000");
    command
}

/// Runs git, which must succeed, and returns what it says.
pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    git_bytes(dir, args, b"")
}

/// The same with standard input.
pub(crate) fn git_bytes(dir: &Path, args: &[&str], input: &[u8]) -> String {
    let output = run(hermetic("git", dir).args(args), input);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Runs a command with standard input.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // Whoever does not read its input is free to.
    let _unread = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Whether this git can store refs in a reftable, as git 2.45 and later can.
pub(crate) fn knows_reftable() -> bool {
    let usage = hermetic("git", Path::new("/")).args(["init", "-h"]).output().unwrap();
    String::from_utf8_lossy(&usage.stdout).contains("--ref-format")
}
