//! Refs of which claims start with a push: nobody is to think that what they hold was judged.

use super::{Began, Frame, Started};
use crate::text::{count, fit, list_and, wrap};

/// How many refs are named before the rest is counted.
const NAMED: usize = 3;

/// One sentence for each reason; empty where nothing starts.
pub(super) fn paragraph(repository: &str, frame: &Frame<'_>) -> String {
    let of = |why| -> Vec<&Started> {
        frame.starts.iter().filter(|started| started.why == why).collect()
    };
    let mut out = String::new();
    let first = of(Began::FirstSeen);
    if !first.is_empty() {
        let what = format!(
            "no record was about {} of {}: taken as found, unjudged",
            refs(&first),
            fit(repository, 60)
        );
        out.push_str(&wrap(&what, "warning[baseline]: ", "  "));
    }
    let trial = of(Began::MonitorMode);
    if !trial.is_empty() {
        let what = format!(
            "{} {} taken as found, with what monitor mode had let in against a rule",
            refs(&trial),
            if trial.len() == 1 { "is" } else { "are" }
        );
        out.push_str(&wrap(&what, "warning[baseline]: ", "  "));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn refs(started: &[&Started]) -> String {
    let name = |one: &&Started| format!("{} {}", fit(one.name.short(), 40), one.commit.short());
    let mut names: Vec<String> = started.iter().take(NAMED).map(name).collect();
    if let Some(more @ 1..) = started.len().checked_sub(NAMED) {
        names.push(count(more, "other ref"));
    }
    list_and(&names)
}
