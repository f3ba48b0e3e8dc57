//! The ticket rules: named, existing, open, in an allowed state and type, opened before the work.

use jiff::Timestamp;

use super::branch::Change;
use crate::model::verdict::Asked;
use crate::model::{
    Basis, Check, Closed, Content, Lookup, Outcome, Rule, Subject, Ticket, TicketKey, Violation,
};
use crate::policy::TicketRules;

/// Each ticket that the commit names is held to every rule.
pub(super) fn checks(change: &Change<'_>, on: &Subject, content: &Content) -> Vec<Check> {
    let rules = &change.table.ticket;
    let keys = rules.keys(content);
    if keys.is_empty() {
        let projects = rules.projects.clone();
        let violation = Violation::MissingTicket { projects, merge: content.merge };
        return vec![Check::broken(on.clone(), violation)];
    }
    let mut checks =
        vec![Check::met(Rule::MissingTicket, on.clone(), Basis::Tickets(keys.clone()))];
    for key in keys {
        match change.tickets.get(&key) {
            Lookup::Found(ticket) => {
                checks.extend(in_order(rules, on, &key, &ticket, content.author.time));
            }
            Lookup::Absent => {
                checks.push(Check::broken(on.clone(), Violation::NoSuchTicket { key }));
            }
            Lookup::Unknown { why } => checks.push(Check {
                rule: Rule::TrackerUnavailable,
                on: on.clone(),
                outcome: Outcome::Unknown { asked: Asked::Ticket(key), why },
            }),
        }
    }
    checks
}

fn in_order(
    rules: &TicketRules,
    on: &Subject,
    key: &TicketKey,
    ticket: &Ticket,
    authored: Timestamp,
) -> Vec<Check> {
    let outcomes = [
        (Rule::NoSuchTicket, None),
        (Rule::ClosedTicket, closed(key, ticket)),
        (Rule::WrongState, wrong_state(rules, key, ticket)),
        (Rule::WrongType, wrong_type(rules, key, ticket)),
        (Rule::UnmatchedQuery, unmatched_query(rules, key, ticket)),
        (Rule::LateTicket, late(rules, key, ticket, authored)),
    ];
    outcomes
        .into_iter()
        .map(|(rule, violation)| match violation {
            Some(violation) => Check::broken(on.clone(), violation),
            None => Check::met(rule, on.clone(), Basis::Tickets(vec![key.clone()])),
        })
        .collect()
}

fn closed(key: &TicketKey, ticket: &Ticket) -> Option<Violation> {
    match ticket.closed {
        Closed::No => None,
        Closed::Yes { .. } => {
            Some(Violation::ClosedTicket { key: key.clone(), state: ticket.state.clone() })
        }
    }
}

/// A closed ticket is not told about its state as well: opening it is the one thing to do.
fn wrong_state(rules: &TicketRules, key: &TicketKey, ticket: &Ticket) -> Option<Violation> {
    let state = rules.state_of(ticket);
    let allowed = rules.states.is_empty() || rules.states.iter().any(|name| name == state);
    (!allowed && ticket.closed == Closed::No).then(|| Violation::WrongState {
        key: key.clone(),
        state: ticket.state.clone(),
        allowed: rules.states.clone(),
    })
}

fn wrong_type(rules: &TicketRules, key: &TicketKey, ticket: &Ticket) -> Option<Violation> {
    let allowed = rules.types.is_empty()
        || ticket.kind.as_ref().is_some_and(|kind| rules.types.contains(kind));
    (!allowed).then(|| Violation::WrongType {
        key: key.clone(),
        kind: ticket.kind.clone(),
        allowed: rules.types.clone(),
    })
}

fn unmatched_query(rules: &TicketRules, key: &TicketKey, ticket: &Ticket) -> Option<Violation> {
    let query = rules.query.as_ref().filter(|query| !ticket.matches.contains(*query))?;
    Some(Violation::UnmatchedQuery { key: key.clone(), query: query.clone() })
}

/// The author's clock is the client's: a forged late date passes. So this finds
/// forgetting, and is no proof against lying; the README says so to the auditor.
fn late(
    rules: &TicketRules,
    key: &TicketKey,
    ticket: &Ticket,
    authored: Timestamp,
) -> Option<Violation> {
    let ahead = ticket.created.duration_since(authored);
    let skew = jiff::SignedDuration::try_from(rules.skew).unwrap_or(jiff::SignedDuration::ZERO);
    (ahead > skew).then(|| Violation::LateTicket {
        key: key.clone(),
        created: ticket.created,
        authored,
    })
}
