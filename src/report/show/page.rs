//! The page of one record: 80 columns, for a terminal or a file beside the sample.

use super::words::{
    approval, commits, followup, landed, pusher, request, result, rule, ticket, utc, when,
};
use super::{Found, Wanted};
use crate::evidence::{Body, Change};
use crate::report::clean::Clean;
use crate::report::model::{self, Stamp};
use crate::text::{clean, count, fit, pad, wrap_to};

/// Columns of the page, and of what stands left of it.
const PAGE: usize = 80;
const MARGIN: usize = 13;

/// What was found: a page for one record; a list where there are several.
pub fn text(wanted: &Wanted, found: &[Found]) -> String {
    match found {
        [] => format!("nothing on record about {wanted}\n"),
        [one] => page(one),
        several => list(wanted, several),
    }
}

/// A change that was refused and then let in is one page, and the attempts before it.
fn list(wanted: &Wanted, found: &[Found]) -> String {
    let let_in = |found: &&Found| found.judged().is_some_and(Change::is_allowed);
    let mut out = format!("{} about {wanted}:\n\n", count(found.len(), "record"));
    for one in found {
        let place = one
            .judged()
            .map_or_else(String::new, |change| format!("{} {}", change.repo, change.target()));
        let number = format!("#{}", one.record.seq);
        let line =
            format!("{number:<10}{}  {:<20}  {place}", when(one.record.time), one.word().as_str());
        out.push_str(fit(&line, PAGE).trim_end());
        out.push('\n');
    }
    let mut let_in = found.iter().filter(let_in);
    match (let_in.next(), let_in.next()) {
        (Some(one), None) => out.push_str(&format!("\n{}", page(one))),
        _ => out.push_str("\nhint: sockembot show NUMBER prints all about one\n"),
    }
    out
}

fn page(found: &Found) -> String {
    let mut page = Page(String::new());
    let title = format!("Record #{}: {}", found.record.seq, found.word());
    page.0.push_str(&format!("{}\n{}\n", fit(&title, PAGE), "=".repeat(PAGE)));
    match (found.judged(), &found.change) {
        (Some(judged), Some(change)) => page.of_change(found, judged, change),
        _ => page.of_other(found),
    }
    page.evidence(found);
    page.0
}

struct Page(String);

impl Page {
    /// A label in the margin, and what it is, wrapped.
    fn row(&mut self, label: &str, what: &str) {
        let first = format!("{label:<MARGIN$}");
        let rest = " ".repeat(MARGIN);
        self.0.push_str(&wrap_to(PAGE, &clean(what), &first, &rest));
    }

    /// The same for several; the label stands once.
    fn rows(&mut self, label: &str, items: impl IntoIterator<Item = String>) {
        let mut label = label;
        for item in items {
            self.row(label, &item);
            label = "";
        }
        if !label.is_empty() {
            self.row(label, "none");
        }
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    fn of_change(&mut self, found: &Found, judged: &Change, change: &model::Change) {
        self.row("where", &format!("{}, {}", judged.repo, judged.target()));
        let id = |id: &Option<String>| id.clone().unwrap_or_else(|| "nothing".to_owned());
        self.row("moved", &format!("from {}", id(&change.old)));
        self.row("", &format!("to   {}", id(&change.new)));
        self.row("pushed by", &pusher(judged));
        self.row("judged", &format!("{}, by this server's clock", utc(found.record.time)));
        self.row("landed", &landed(found, judged));
        self.row("result", &result(judged, change));
        self.gap();
        self.rows("asked for", change.tickets.iter().map(ticket));
        self.rows("written by", change.authors.iter().map(Clean::to_string));
        self.rows("commits", commits(judged));
        self.rows("request", judged.requests.iter().map(request));
        self.rows("approved by", judged.approvals.iter().map(|given| approval(given, change)));
        if let Some(emergency) = &change.emergency {
            self.gap();
            let why = emergency.why();
            self.row("emergency", &format!("{why}; a review is due {}", utc(emergency.due)));
        }
        self.gap();
        self.rows("rules", judged.rules.iter().map(rule));
        if let Some(fault) = &judged.fault {
            self.row("refused", &format!("{}: {}", fault.rule, fault.what));
        }
        if let Some(error) = &judged.error {
            self.row("broke", &format!("incident {}, while {}", error.incident, error.doing));
            self.rows("", error.chain.iter().cloned());
        }
        if let Some(lapse) = &judged.lapse {
            let lapse = format!(
                "the branch was found at {}, and the records had left it at {}",
                lapse.found, lapse.recorded
            );
            self.row("lapse", &lapse);
        }
        self.gap();
        self.rows("afterwards", change.followups.iter().map(followup));
    }

    /// Whatever else is on record, field by field, as it stands there.
    fn of_other(&mut self, found: &Found) {
        self.row("written", &format!("{}, by this server's clock", utc(found.record.time)));
        if let Body::Policy(policy) = &found.record.body {
            self.row("config", &policy.sha256);
            self.gap();
            for line in policy.text.lines() {
                self.0.push_str(format!("    {}", clean(line)).trim_end());
                self.gap();
            }
            return;
        }
        const HEAD: [&str; 8] = ["v", "seq", "prev", "time", "log", "policy", "tool", "type"];
        if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(&found.record.line) {
            for (name, value) in fields.iter().filter(|(name, _)| !HEAD.contains(&name.as_str())) {
                let value = match value {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                self.row(&pad(name, MARGIN - 1), &value);
            }
        }
    }

    fn evidence(&mut self, found: &Found) {
        let record = &found.record;
        self.gap();
        let number = |stamp: &Stamp| format!("#{}", stamp.seq);
        let policy = record.policy.as_deref().unwrap_or("none");
        self.row("policy", policy);
        if let Some(policy) = &found.policy {
            self.row("", &format!("on record as {}", number(policy)));
        }
        self.row("program", &record.tool);
        self.row("line sha256", &record.sha256);
        self.row(
            "before it",
            &match &found.before {
                Some(before) if before.sha256 == record.prev => {
                    format!("{}, which this one names by its hash", number(before))
                }
                Some(before) => {
                    format!("{}, which is NOT the one that this one names", number(before))
                }
                None => "nothing: it is the first".to_owned(),
            },
        );
        self.row(
            "after it",
            &match &found.after {
                Some((after, true)) => {
                    format!("{}, which names this one by its hash", number(after))
                }
                Some((after, false)) => format!("{}, which does NOT name this one", number(after)),
                None => "nothing yet".to_owned(),
            },
        );
    }
}
