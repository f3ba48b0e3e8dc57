//! One record of a change, as the report tells it.

use super::approvals::Approvals;
use super::stamp;
use crate::evidence::{self, Answer, FollowupKind, Outcome as Ended, Record, Source};
use crate::report::clean::{Clean, Link};
use crate::report::model::{
    Approval, Change, Emergency, Failure, Followup, Landing, Outcome, Ticket, Unkept,
};

/// A change that was judged, let in or not.
pub(in crate::report) fn change(
    record: &Record,
    change: &evidence::Change,
    approvals: &Approvals,
) -> Change {
    let unkept: Vec<Unkept> =
        change.rules.iter().filter(|rule| rule.result != Ended::Pass).map(unkept).collect();
    Change {
        record: stamp(record),
        landing: Landing::Unread,
        repo: Clean::of(&change.repo),
        name: Clean::of(change.target().as_str()),
        old: change.old.as_ref().map(ToString::to_string),
        new: change.new.as_ref().map(ToString::to_string),
        commits: change.commits.count,
        authors: change.contributors.iter().map(Clean::of).collect(),
        tickets: change.tickets.iter().map(ticket).collect(),
        approvals: change
            .approvals
            .iter()
            .filter(|approval| approval.counted)
            .map(|given| approval(&change.repo, given, approvals))
            .collect(),
        pusher: change.pusher.name.as_ref().map(Clean::of),
        class: change.class.clone().unwrap_or(evidence::Class::Other("unknown".to_owned())),
        emergency: change.emergency.as_ref().map(|emergency| Emergency {
            reason: Clean::of(&emergency.reason),
            incident: emergency.incident.as_ref().map(Clean::of),
            due: emergency.due,
        }),
        followups: Vec::new(),
        result: outcome(change),
        unkept,
        policy: Clean::of(record.policy.as_deref().unwrap_or("")),
    }
}

fn outcome(change: &evidence::Change) -> Outcome {
    let has = |result: &Ended| change.rules.iter().any(|rule| rule.result == *result);
    match change.finding {
        evidence::Finding::Compliant if has(&Ended::Waived) => Outcome::Waived,
        evidence::Finding::Compliant => Outcome::Compliant,
        evidence::Finding::Violation => Outcome::Broken,
        // What this version does not know is not known to be good.
        evidence::Finding::Unknown | evidence::Finding::Error | evidence::Finding::Other(_) => {
            Outcome::Unknown
        }
    }
}

fn unkept(rule: &evidence::Rule) -> Unkept {
    Unkept {
        rule: Clean::of(&rule.id),
        result: Clean::of(rule.result.as_str()),
        detail: Clean::of(&rule.detail),
    }
}

fn ticket(ticket: &evidence::Ticket) -> Ticket {
    let state = match &ticket.answer {
        Answer::Found => ticket.status.as_str(),
        Answer::Absent => "not found",
        Answer::Unknown | Answer::Other(_) => "not answered",
    };
    Ticket {
        key: Clean::of(&ticket.key),
        link: ticket.url.as_deref().and_then(Link::of),
        title: Clean::of(&ticket.summary),
        state: Clean::of(state),
        reporter: ticket.reporter.as_ref().map(Clean::of),
        opened: ticket.created,
        closed: ticket.resolved,
    }
}

fn approval(repo: &str, given: &evidence::Approved, approvals: &Approvals) -> Approval {
    let commit = given.commit.as_ref().map(ToString::to_string);
    let taken_in = match (&given.source, &commit) {
        (Source::Ref, Some(commit)) => approvals.at(repo, &given.place, commit),
        _ => None,
    };
    Approval {
        by: Clean::of(&given.person),
        at: given.at.or(taken_in),
        source: given.source.clone(),
        place: Clean::of(&given.place),
        commit,
        covers: given.covers.count,
    }
}

/// The rules for which a ref was refused. None, where it was another ref of the push.
pub(super) fn refused_by(change: &evidence::Change) -> Vec<String> {
    if let Some(fault) = &change.fault {
        return vec![fault.rule.clone()];
    }
    let mut rules: Vec<String> = change
        .rules
        .iter()
        .filter(|rule| !matches!(rule.result, Ended::Pass | Ended::Waived))
        .map(|rule| rule.id.clone())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

pub(super) fn failure(record: &Record, change: &evidence::Change) -> Failure {
    let error = change.error.as_ref();
    let said = |field: fn(&evidence::Mishap) -> &String| {
        Clean::of(error.map_or("not on record", |error| field(error).as_str()))
    };
    Failure {
        record: stamp(record),
        repo: Clean::of(&change.repo),
        name: Clean::of(change.target().as_str()),
        incident: said(|error| &error.incident),
        doing: said(|error| &error.doing),
        message: said(|error| &error.message),
    }
}

/// Adds what became of a change.
pub(in crate::report) fn follow_up(
    change: &mut Change,
    record: &Record,
    followup: &evidence::Followup,
) {
    let is_closed =
        matches!(followup.kind, FollowupKind::TicketClosed | FollowupKind::TicketClosedEarly);
    if let (true, Some(key)) = (is_closed, &followup.ticket) {
        for ticket in change.tickets.iter_mut().filter(|ticket| ticket.key == Clean::of(key)) {
            ticket.closed = ticket.closed.or(followup.at);
        }
    }
    change.followups.push(Followup {
        record: stamp(record),
        kind: followup.kind.clone(),
        by: followup.by.as_ref().map(Clean::of),
        at: followup.at,
        source: followup.source.as_ref().map(Clean::of),
        ticket: followup.ticket.as_ref().map(Clean::of),
        is_late: followup.late == Some(true),
        why: followup.why.as_ref().map(Clean::of),
    });
}
