//! The facts of one record in words, a line or two each.

use jiff::Timestamp;

use super::Found;
use crate::evidence::{self, Change, Commit, FollowupKind, Request};
use crate::report::clean::Clean;
use crate::report::model;
use crate::text::{count, list_and};

pub(super) fn when(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

pub(super) fn utc(time: Timestamp) -> String {
    format!("{} UTC", when(time))
}

pub(super) fn pusher(judged: &Change) -> String {
    match (&judged.pusher.name, &judged.pusher.source) {
        (Some(name), Some(source)) => format!("{name}, as {source} says"),
        (Some(name), None) => name.clone(),
        (None, _) => "nobody that the server named".to_owned(),
    }
}

pub(super) fn landed(found: &Found, judged: &Change) -> String {
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

pub(super) fn result(judged: &Change, change: &model::Change) -> String {
    let mode = judged.mode.as_ref().map_or("not judged", |mode| match mode {
        evidence::Mode::Enforce => "enforced",
        other => other.as_str(),
    });
    let decision = if judged.is_allowed() { "let in" } else { "refused" };
    let class = change.class.as_str();
    format!("{}, {decision}; class {class}; {mode}", judged.finding)
}

pub(super) fn request(request: &Request) -> String {
    let by = request.author.as_deref().unwrap_or("a deleted account");
    format!("{} {}, opened by {by}; {}", request.number, request.title, request.url)
}

pub(super) fn ticket(ticket: &model::Ticket) -> String {
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

pub(super) fn commits(judged: &Change) -> Vec<String> {
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

pub(super) fn approval(given: &evidence::Approved, change: &model::Change) -> String {
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
        evidence::Source::Ticket => format!("on the ticket {}", given.place),
        evidence::Source::Review => format!("by review {}", given.place),
        _ => format!("by {}", given.place),
    };
    let standing = match &given.why_not {
        None if given.counted => String::new(),
        None => "; it does NOT count".to_owned(),
        Some(why) => format!("; it does NOT count: {why}"),
    };
    format!("{}{at}, {place}{what}{standing}", given.person)
}

pub(super) fn rule(rule: &evidence::Rule) -> String {
    let on = match &rule.commits {
        Some(commits) if commits.count > 1 => format!(" ({} commits)", commits.count),
        _ => String::new(),
    };
    format!("{:<7} {}: {}{on}", rule.result.as_str(), rule.id, rule.detail)
}

pub(super) fn followup(after: &model::Followup) -> String {
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
