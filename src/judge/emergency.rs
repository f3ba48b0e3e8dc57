//! An emergency: what it waives, for whom, and what forbids the next one.

use jiff::Timestamp;

use super::branch::Change;
use crate::model::{
    Basis, Check, Commit, Emergency, Ground, Lookup, ObjectId, Outcome, Plea, Pusher, Reason,
    RefUpdate, Rule, Subject, TicketKey, Unreviewed, Violation, Waiver,
};

/// What is known about emergencies beside the push.
pub(super) struct Situation<'a> {
    pub(super) plea: &'a Plea,
    /// The emergencies of this repository that nobody has reviewed.
    pub(super) unreviewed: &'a [Unreviewed],
    pub(super) now: Timestamp,
}

/// Waives the approvals that are missing, and nothing else, where somebody who may
/// says that it is an emergency; or adds why not. None where none was needed.
pub(super) fn declare(
    change: &Change<'_>,
    situation: &Situation<'_>,
    update: &RefUpdate,
    checks: &mut Vec<Check>,
) -> Option<Emergency> {
    let found = match situation.plea {
        Plea::Malformed { why } => Err(Violation::MalformedEmergency { why: why.clone() }),
        Plea::Emergency(reason) => by_option(change, reason, checks),
        Plea::None => by_ticket(change, update, checks),
    };
    let needed = found.and_then(|found| match (found, overdue(situation)) {
        (Some(_), Some(earlier)) => Err(Violation::OverdueReview { earlier: earlier.clone() }),
        (found, _) => Ok(found),
    });
    let needed = match needed {
        Ok(needed) => needed?,
        Err(violation) => {
            checks.push(Check::broken(Subject::Ref, violation));
            return None;
        }
    };
    // Nobody else is listed.
    let Pusher::Person { login, .. } = change.pusher else { return None };
    for place in needed.places {
        if let Some(check) = checks.get_mut(place) {
            check.outcome = Outcome::Waived(Waiver::Emergency { by: login.clone() });
        }
    }
    let met = |rule, fact| Check::met(rule, Subject::Ref, Basis::Fact(fact));
    checks.push(met(Rule::UnlistedEmergency, "the pusher is listed under [emergency]"));
    checks.push(met(Rule::OverdueReview, "no earlier review is overdue"));
    let within = change.policy.emergencies.as_ref()?.review_within;
    // Beyond the end of time it is due at once.
    let due = situation.now.checked_add(within).unwrap_or(situation.now);
    Some(Emergency { reason: needed.reason, ground: needed.ground, due })
}

/// An emergency that somebody who may has declared, and that is needed.
struct Needed {
    ground: Ground,
    reason: Reason,
    /// The checks that it waives.
    places: Vec<usize>,
}

/// Whoever asks and may not is told, whatever else is true of the push.
fn by_option(
    change: &Change<'_>,
    reason: &Reason,
    checks: &[Check],
) -> Result<Option<Needed>, Violation> {
    if !change.policy.lists(change.pusher) {
        return Err(unlisted(change, None));
    }
    let places = lacking(checks, |_| true);
    let (ground, reason) = (Ground::Option, reason.clone());
    Ok((!places.is_empty()).then_some(Needed { ground, reason, places }))
}

/// Only commits that name such a ticket: the others of the push need no haste. A
/// ticket asks for nothing by itself, so that a change that complies is let alone.
fn by_ticket(
    change: &Change<'_>,
    update: &RefUpdate,
    checks: &[Check],
) -> Result<Option<Needed>, Violation> {
    let named = |commit: &Commit| -> Option<TicketKey> {
        let keys = change.table.ticket.keys(commit.content.as_ref().ok()?);
        change.policy.emergency_among(&keys, |key| change.tickets.get(key)).cloned()
    };
    let urgent: Vec<(&ObjectId, TicketKey)> = match &change.policy.emergencies {
        Some(emergencies) if !emergencies.types.is_empty() => update
            .role
            .commits()
            .iter()
            .filter_map(|commit| Some((&commit.id, named(commit)?)))
            .collect(),
        _ => return Ok(None),
    };
    let places = lacking(checks, |id| urgent.iter().any(|(urgent, _)| *urgent == id));
    let (Some((_, key)), false) = (urgent.first(), places.is_empty()) else { return Ok(None) };
    if !change.policy.lists(change.pusher) {
        return Err(unlisted(change, Some(key.clone())));
    }
    let title = match change.tickets.get(key) {
        Lookup::Found(ticket) => ticket.title.clone(),
        Lookup::Absent | Lookup::Unknown { .. } => String::new(),
    };
    let reason = Reason::of_ticket(key, &title);
    Ok(Some(Needed { ground: Ground::Ticket(key.clone()), reason, places }))
}

fn unlisted(change: &Change<'_>, ticket: Option<TicketKey>) -> Violation {
    let pusher = change.pusher.login().map(str::to_owned);
    Violation::UnlistedEmergency { pusher, ticket }
}

/// Where another pair of eyes is missing, or could not be looked for.
fn lacking(checks: &[Check], is_urgent: impl Fn(&ObjectId) -> bool) -> Vec<usize> {
    let lacks = |check: &Check| {
        let open = matches!(check.outcome, Outcome::Broken(_) | Outcome::Unknown { .. });
        let urgent = matches!(&check.on, Subject::Commit(id) if is_urgent(id));
        check.rule.waits_in_an_emergency() && open && urgent
    };
    checks.iter().enumerate().filter(|(_, check)| lacks(check)).map(|(place, _)| place).collect()
}

fn overdue<'a>(situation: &Situation<'a>) -> Option<&'a Unreviewed> {
    let is_overdue = |earlier: &&Unreviewed| earlier.due <= situation.now;
    situation.unreviewed.iter().filter(is_overdue).min_by_key(|earlier| earlier.due)
}
