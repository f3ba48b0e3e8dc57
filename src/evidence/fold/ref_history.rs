//! What a record says about the refs of its repository: the events that a history is made of.

use jiff::Timestamp;

use crate::evidence::{
    Body, Change, Class, Decision, Finding, FollowupKind, Mode, Operation, Reason, Record, Role,
};
use crate::model::RefName;
use crate::model::history::{Allowed, Baseline, Event, Open, Settled};

/// The repository that a record is about, and what it says of its refs; none where it says
/// nothing of them. What became of a change names the change and no repository.
pub fn event(record: &Record) -> Option<(About<'_>, Event)> {
    match &record.body {
        Body::Baseline(baseline) => {
            let kind = match (&baseline.by, &baseline.name) {
                (Reason::FirstSeen | Reason::Install, None) => Baseline::TakenIn,
                (Reason::FirstSeen | Reason::Install, Some(_)) => Baseline::FirstPush,
                (Reason::Admin | Reason::Monitor | Reason::Other(_), _) => Baseline::Accepted,
            };
            let start = |(name, commit): (&RefName, _)| (name.clone(), Clone::clone(commit));
            let starts = baseline.starts().map(start).collect();
            Some((
                About::Repository(&baseline.repo),
                Event::Baseline { starts, kind, time: record.time },
            ))
        }
        Body::Change(change) => {
            Some((About::Repository(&change.repo), of_change(change, record.time)?))
        }
        Body::Landed(landed) => {
            // What no record let in must not pass for known.
            landed.change?;
            let (name, new) = (landed.name.clone(), landed.new.clone());
            Some((About::Repository(&landed.repo), Event::Landed { name, new }))
        }
        Body::Approval(approval) if approval.decision == Decision::Allow => {
            let base = approval.base.as_ref().filter(|base| base.is_whole());
            let event = Event::Approval {
                name: approval.name.clone(),
                old: approval.old.clone(),
                new: approval.new.clone(),
                base: base.map(|base| base.ids.clone()),
                at: record.time,
            };
            Some((About::Repository(&approval.repo), event))
        }
        Body::Followup(followup) => {
            let how = settled(&followup.kind)?;
            Some((About::Change(followup.of), Event::Settled { of: followup.of, how }))
        }
        _ => None,
    }
}

/// What an event belongs to.
pub enum About<'a> {
    /// A repository, by the host's name for it.
    Repository(&'a str),
    /// The repository of the change with this number.
    Change(u64),
}

fn of_change(change: &Change, time: Timestamp) -> Option<Event> {
    if change.fault.is_some() || change.error.is_some() {
        // Nothing was compared with the refs.
        return None;
    }
    let is_moved = matches!(change.role, Some(Role::Branch | Role::Tag));
    let name = change.target().clone();
    if !is_moved {
        return None;
    }
    if !change.is_allowed() {
        return Some(Event::Found { name, at: change.old.clone()? });
    }
    Some(Event::Allowed(Box::new(Allowed {
        name,
        old: change.old.clone(),
        new: change.new.clone(),
        heads: change.heads.clone(),
        open: open(change),
        drops: change.forced || change.op == Operation::Delete,
        brings: change.commits.count > 0,
        by: change.pusher.name.clone(),
        due: change.emergency.as_ref().map(|emergency| emergency.due),
        time,
    })))
}

/// What has to be settled before the change vouches for other refs than its own.
fn open(change: &Change) -> Vec<Open> {
    let mut open = Vec::new();
    let class = change.class.as_ref();
    if let Some(emergency) = &change.emergency {
        open.push(Open::Review { incident: emergency.incident.clone() });
    }
    if class == Some(&Class::Unverified) {
        open.push(Open::Verification);
    }
    let is_known = matches!(
        class,
        Some(Class::Standard | Class::Automated | Class::Emergency | Class::Unverified)
    );
    let is_kept = match (&change.finding, &change.mode) {
        (Finding::Compliant, Some(Mode::Enforce | Mode::Monitor)) => true,
        // Let in since the world did not answer; in monitor mode a broken rule is let in too.
        (Finding::Unknown, _) => class == Some(&Class::Unverified),
        _ => false,
    };
    if !(is_known && is_kept) {
        open.push(Open::Broken);
    }
    open
}

fn settled(kind: &FollowupKind) -> Option<Settled> {
    match kind {
        FollowupKind::EmergencyReviewed => Some(Settled::Reviewed),
        FollowupKind::Verified => Some(Settled::Verified),
        FollowupKind::NeverLanded | FollowupKind::Dismissed => Some(Settled::Closed),
        _ => None,
    }
}
