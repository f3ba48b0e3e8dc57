//! What somebody sees on the terminal, without what differs from run to run.

use std::path::Path;
use std::process::Output;

/// What a command said, and how it ended.
pub(crate) struct Shown {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    dir: String,
}

impl Shown {
    pub(crate) fn of(output: &Output, dir: &Path) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            dir: dir.to_str().unwrap().to_owned(),
        }
    }

    pub(crate) fn landed(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard error with paths, hashes and incidents made alike.
    pub(crate) fn seen(&self) -> String {
        self.alike(&self.stderr)
    }

    /// The same of standard output.
    pub(crate) fn answer(&self) -> String {
        self.alike(&self.stdout)
    }

    fn alike(&self, text: &str) -> String {
        let mut out = String::new();
        for line in text.replace(&self.dir, "DIR").lines() {
            let line = evidence(&masked(&masked(line, "policy "), "incident "));
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// What the hook said: the lines of the server.
    pub(crate) fn digest(&self) -> String {
        let seen = self.seen();
        let lines = seen.lines().filter_map(|line| line.strip_prefix("remote:"));
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    }

    /// The codes of the findings, in their order. Where claims start with a push is none.
    pub(crate) fn codes(&self) -> Vec<String> {
        let digest = self.digest();
        let codes = digest.lines().filter_map(|line| {
            let (keyword, rest) = line.split_once('[')?;
            let code = rest.split(']').next()?;
            let is_finding = ["error", "warning"].contains(&keyword) && code != "baseline";
            is_finding.then(|| code.to_owned())
        });
        codes.collect()
    }

    /// Asserts that the push was refused for exactly these reasons.
    #[track_caller]
    pub(crate) fn refused_for(&self, codes: &[&str]) {
        assert!(!self.landed(), "it landed:\n{}", self.seen());
        assert_eq!(self.codes(), codes, "{}", self.seen());
    }

    #[track_caller]
    pub(crate) fn accepted(&self) {
        assert!(self.landed(), "it was refused:\n{}", self.seen());
    }

    /// Asserts that we broke, and that the report says why.
    #[track_caller]
    pub(crate) fn failed_with(&self, words: &str) {
        assert!(!self.landed(), "it landed:\n{}", self.seen());
        let digest = self.digest();
        assert!(digest.contains("sockembot could not decide"), "{}", self.seen());
        let flat = digest.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words:?} is not in:\n{}", self.seen());
    }
}

/// The hex digits after a word become `HASH`.
fn masked(line: &str, word: &str) -> String {
    let Some((before, after)) = line.split_once(word) else { return line.to_owned() };
    let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits != 8 {
        return line.to_owned();
    }
    format!("{before}{word}HASH{}", &after[digits..])
}

/// `evidence #12 9f8e7d6c` keeps its number.
fn evidence(line: &str) -> String {
    let Some((before, after)) = line.split_once("evidence #") else { return line.to_owned() };
    let Some((number, rest)) = after.split_once(' ') else { return line.to_owned() };
    format!("{before}evidence #{number} HASH{}", rest.get(8..).unwrap_or(""))
}
