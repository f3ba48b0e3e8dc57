//! The failure report: when we break, it stands where the digest would have stood.

use super::records;
use crate::model::Receipt;
use crate::sentences::whom;
use crate::text::{WIDTH, clean, fit, wrap};

/// What broke, for the pusher and for whoever he calls.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was being done.
    pub doing: String,
    /// The chain of causes, outermost first.
    pub chain: Vec<String>,
    /// Where in our own code, for our own bugs.
    pub backtrace: Option<String>,
    /// What the pusher can do.
    pub remedy: Remedy,
    /// Eight hex digits to quote; the evidence holds them too.
    pub incident: String,
    /// Whom to tell.
    pub contact: Option<String>,
    /// The evidence records of this failure; none where it concerns no governed ref.
    pub recorded: Vec<Receipt>,
}

/// Whether pushing again could help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Something was slow or away.
    PushAgain,
    /// Somebody must mend something.
    Repair,
}

/// Frames of a backtrace that are shown.
const FRAMES: usize = 40;

/// The whole report. No paperclip: no joke where it is our fault.
pub fn failure(failure: &Failure) -> String {
    let mut out = wrap("sockembot could not decide, so this push was refused", "error: ", "  ");
    out.push_str(&wrap(&format!("while {}", shown(&failure.doing)), "  ", "    "));
    for cause in &failure.chain {
        out.push_str(&block(cause));
    }
    out.push_str("hint: your commits were not judged; nothing in them caused this\n");
    out.push_str(match failure.remedy {
        Remedy::PushAgain => "hint: push again in a few minutes\n",
        Remedy::Repair => "hint: pushing again will not help until this is repaired\n",
    });
    let whom = whom(failure.contact.as_deref());
    let quote = format!("quote incident {} to {whom}", failure.incident);
    out.push_str(&wrap(&quote, "hint: ", "hint:   "));
    let version = env!("CARGO_PKG_VERSION");
    match records(&failure.recorded) {
        Some(records) => out.push_str(&format!("sockembot {version}, {records}\n")),
        None => out.push_str(&format!("sockembot {version}\n")),
    }
    if let Some(backtrace) = &failure.backtrace {
        out.push_str("\nstack backtrace:\n");
        for line in backtrace.lines().take(FRAMES) {
            out.push_str(&wrap(&shown(line), "  ", "      "));
        }
    }
    out
}

/// What a command that is no hook could not do, with its causes.
pub fn complaint(chain: &[String]) -> String {
    let mut out = String::new();
    for (index, cause) in chain.iter().enumerate() {
        match index {
            0 => {
                let mut lines = cause.lines();
                out.push_str(&wrap(&shown(lines.next().unwrap_or("")), "error: ", "  "));
                lines.for_each(|line| out.push_str(&excerpt(line)));
            }
            _ => out.push_str(&block(cause)),
        }
    }
    out
}

/// A cause of several lines (an excerpt of the config with its caret) keeps them.
fn block(cause: &str) -> String {
    let mut lines = cause.lines();
    match (lines.next(), lines.next()) {
        (Some(only), None) => wrap(&shown(only), "  ", "    "),
        (Some(_), Some(_)) => cause.lines().map(excerpt).collect(),
        (None, _) => String::new(),
    }
}

/// A line of a file or the caret below it keeps its columns; a sentence wraps.
fn excerpt(line: &str) -> String {
    if line.contains(" |") {
        return format!("  {}\n", fit(&shown(line), WIDTH - 2));
    }
    wrap(&shown(line), "  ", "    ")
}

/// Cleaned, and without the password of a URL.
fn shown(text: &str) -> String {
    without_passwords(&clean(text))
}

/// `https://user:secret@host` becomes `https://***@host`.
fn without_passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(tail.len());
        let (authority, after) = tail.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => out.push_str(&format!("***@{host}")),
            None => out.push_str(authority),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_a_url_is_shown() {
        for (text, harmless) in [
            ("asking https://bot:s3cret@jira.example/rest", "asking https://***@jira.example/rest"),
            ("https://a:b@c@host and http://x", "https://***@host and http://x"),
            ("no url", "no url"),
        ] {
            assert_eq!(without_passwords(text), harmless);
        }
    }

    #[test]
    fn the_report_says_whose_fault_it_is_and_what_to_do() {
        let report = failure(&Failure {
            doing: "reading the config /etc/sockembot/config.toml".to_owned(),
            chain: vec!["No such file or directory (os error 2)".to_owned()],
            backtrace: None,
            remedy: Remedy::Repair,
            incident: "7f3a91c2".to_owned(),
            contact: Some("#platform-help".to_owned()),
            recorded: Vec::new(),
        });
        insta::assert_snapshot!(report.replace(env!("CARGO_PKG_VERSION"), "[version]"), @"
        error: sockembot could not decide, so this push was refused
          while reading the config /etc/sockembot/config.toml
          No such file or directory (os error 2)
        hint: your commits were not judged; nothing in them caused this
        hint: pushing again will not help until this is repaired
        hint: quote incident 7f3a91c2 to #platform-help
        sockembot [version]
        ");
    }
}
