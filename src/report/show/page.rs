//! The page of one record: 80 columns, for a terminal or a file beside the sample.

use jiff::Timestamp;

use super::{Found, Wanted};
use crate::evidence::read::{self, Body, Change, Commit, FollowupKind, Request};
use crate::report::clean::Clean;
use crate::report::model::{self, Stamp};
use crate::text::{clean, count, fit, list_and, pad, wrap_to};

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

fn when(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn utc(time: Timestamp) -> String {
    format!("{} UTC", when(time))
}

fn pusher(judged: &Change) -> String {
    match (&judged.pusher.name, &judged.pusher.source) {
        (Some(name), Some(source)) => format!("{name}, as {source} says"),
        (Some(name), None) => name.clone(),
        (None, _) => "nobody that the server named".to_owned(),
    }
}

fn landed(found: &Found, judged: &Change) -> String {
    match (&found.landed, &judged.new) {
        _ if !judged.is_allowed() => "no: it was refused".to_owned(),
        (Some(landed), _) => format!("{}, as record #{} tells", utc(landed.time), landed.seq),
        (None, Some(new)) => format!(
            "the server did not tell; in the repository ask `git merge-base --is-ancestor {new} \
             {}`",
            judged.target()
        ),
        (None, None) => "the server did not tell".to_owned(),
    }
}

fn result(judged: &Change, change: &model::Change) -> String {
    let mode = judged.mode.as_ref().map_or("not judged", |mode| match mode {
        read::Mode::Enforce => "enforced",
        other => other.as_str(),
    });
    let decision = if judged.is_allowed() { "let in" } else { "refused" };
    let class = change.class.as_str();
    format!("{}, {decision}; class {class}; {mode}", judged.finding)
}

fn request(request: &Request) -> String {
    let by = request.author.as_deref().unwrap_or("a deleted account");
    format!("{} {}, opened by {by}; {}", request.number, request.title, request.url)
}

fn ticket(ticket: &model::Ticket) -> String {
    let mut text = format!("{}  {}", ticket.key, ticket.title);
    text.push_str(&format!(" ({}", ticket.state));
    if let Some(reporter) = &ticket.reporter {
        text.push_str(&format!("; asked for by {reporter}"));
    }
    if let Some(opened) = ticket.opened {
        text.push_str(&format!("; opened {}", utc(opened)));
    }
    if let Some(closed) = ticket.closed {
        text.push_str(&format!("; closed {}", utc(closed)));
    }
    text.push_str(", by the tracker's clock)");
    if let Some(link) = &ticket.link {
        text.push_str(&format!(" {}", link.as_str()));
    }
    text
}

fn commits(judged: &Change) -> Vec<String> {
    let commits = &judged.commits;
    let mut rows: Vec<String> = commits.items.iter().map(commit).collect();
    let more = usize::try_from(commits.count).unwrap_or(usize::MAX).saturating_sub(rows.len());
    if more > 0 {
        let all =
            format!("and {}; sha256 of all ids {}", count(more, "more commit"), commits.sha256);
        rows.push(all);
    }
    rows
}

fn commit(commit: &Commit) -> String {
    if let Some(defect) = &commit.defect {
        return format!("{}  could not be read: {defect}", commit.id);
    }
    let person = commit.author.as_ref().map_or_else(
        || "somebody".to_owned(),
        |author| format!("{} <{}>", author.name, author.email),
    );
    let at = commit.author_time.map_or_else(String::new, |at| format!(", {}", utc(at)));
    format!("{}  {}; by {person}{at}, by their own clock", commit.id, commit.subject)
}

fn approval(given: &read::Approved, change: &model::Change) -> String {
    let commit = given.commit.as_ref().map(ToString::to_string);
    let known = change
        .approvals
        .iter()
        .find(|known| known.place == Clean::of(&given.place) && known.commit == commit);
    let at = given.at.or_else(|| known.and_then(|known| known.at));
    let at = at.map_or_else(String::new, |at| format!(", {}", utc(at)));
    let what = match &given.commit {
        Some(commit) => format!(" for {commit} and what it contains"),
        None => String::new(),
    };
    let place = match given.source {
        read::Source::Ticket => format!("on the ticket {}", given.place),
        read::Source::Review => format!("by review {}", given.place),
        _ => format!("by {}", given.place),
    };
    let standing = match &given.why_not {
        None if given.counted => String::new(),
        None => "; it does NOT count".to_owned(),
        Some(why) => format!("; it does NOT count: {why}"),
    };
    format!("{}{at}, {place}{what}{standing}", given.person)
}

fn rule(rule: &read::Rule) -> String {
    let on = match &rule.commits {
        Some(commits) if commits.count > 1 => format!(" ({} commits)", commits.count),
        _ => String::new(),
    };
    format!("{:<7} {}: {}{on}", rule.result.as_str(), rule.id, rule.detail)
}

fn followup(after: &model::Followup) -> String {
    let what = match &after.kind {
        FollowupKind::EmergencyReviewed if after.is_late => "reviewed, late",
        FollowupKind::EmergencyReviewed => "reviewed",
        FollowupKind::EmergencyOverdue => "the review is overdue",
        FollowupKind::Verified => "verified",
        FollowupKind::StillUnverified => "looked at again, and not verified",
        FollowupKind::NeverLanded => "never landed",
        FollowupKind::Dismissed => "taken off the list without a review",
        FollowupKind::TicketClosed => "the ticket was closed",
        FollowupKind::TicketClosedEarly => "the ticket had been closed before",
        FollowupKind::TicketStillOpen => "the ticket is still open",
        FollowupKind::TicketGone => "the ticket is not there any more",
        FollowupKind::Other(word) => word.as_str(),
    };
    let mut parts = vec![what.to_owned()];
    parts.extend(after.ticket.as_ref().map(|ticket| format!("ticket {ticket}")));
    parts.extend(after.by.as_ref().map(|by| format!("by {by}")));
    parts.extend(after.at.map(|at| format!("at {}", utc(at))));
    parts.extend(after.source.as_ref().map(|source| format!("as {source} says")));
    parts.extend(after.why.as_ref().map(Clean::to_string));
    format!("{}; record #{}", list_and(&parts), after.record.seq)
}
