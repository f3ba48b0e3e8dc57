//! Tickets of changes that have landed: closed before, closed since, or open for too long.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::again::PATIENCE;
use super::findings::{Findings, Word};
use super::places::Places;
use crate::evidence::{self, Afterwards};
use crate::evidence::{Followup, FollowupKind};
use crate::gather::host::Pointers;
use crate::gather::tracker;
use crate::model::{Closed, Inquiry, Lookup, TicketKey};
use crate::policy::Policy;
use crate::text::{count, fit, moment};

/// How far the tracker's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Asks about all tickets of a repository at once, and draws the conclusions.
pub(super) fn conclude(
    findings: &mut Findings,
    policy: &Policy,
    open: &Afterwards,
    places: &Places,
    now: Timestamp,
) {
    let mut by_repository: BTreeMap<&str, Vec<(u64, &evidence::Tickets)>> = BTreeMap::new();
    for (seq, tickets) in open.tickets.iter().filter(|(_, of)| places.are_asked(&of.repo)) {
        by_repository.entry(&tickets.repo).or_default().push((*seq, tickets));
    }
    for (repository, all) in by_repository {
        let keys = all.iter().flat_map(|(_, tickets)| &tickets.keys);
        let keys = keys.filter_map(|key| TicketKey::parse(key)).collect();
        let until = Instant::now() + PATIENCE;
        let tracker = tracker::start(policy, repository, &Pointers::default(), until);
        let answers = tracker.look_up(&Inquiry { keys, ..Inquiry::default() });
        let mut unknown: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (seq, tickets) in all {
            let Some(landed) = tickets.landed else { continue };
            let age = now.duration_since(landed);
            let is_old = age.is_positive() && age.unsigned_abs() >= policy.follow_up.open_for;
            let times = Times { landed, now, is_old };
            for key in &tickets.keys {
                let Some(named) = TicketKey::parse(key) else { continue };
                match fate(&times, &named, &answers.get(&named)) {
                    Fate::Open => {}
                    Fate::Unknown(why) => {
                        unknown.entry(why).or_default().insert(key);
                    }
                    Fate::Known { kind, at, what } => {
                        findings.records.push(Followup {
                            at,
                            source: Some("ticket".to_owned()),
                            ticket: Some(key.clone()),
                            ..Followup::of(seq, kind)
                        });
                        if let Some(what) = what {
                            let (name, repo) = (tickets.target.short(), &tickets.repo);
                            let change = format!("#{seq} {} of {}", fit(name, 60), fit(repo, 80));
                            findings.say(Word::Note, format!("{change}: {what}"));
                        }
                    }
                }
            }
        }
        for (why, keys) in unknown {
            let tickets = count(keys.len(), "ticket");
            let what = format!("{tickets} of {}: {}", fit(repository, 80), fit(&why, 300));
            findings.say(Word::Unclear, what);
        }
    }
}

struct Times {
    landed: Timestamp,
    now: Timestamp,
    /// Whether the ticket may not be open any more.
    is_old: bool,
}

/// What became of a ticket.
enum Fate {
    /// It is open, and may be.
    Open,
    /// The tracker did not say.
    Unknown(String),
    /// This goes on record, and `what` is worth a look.
    Known { kind: FollowupKind, at: Option<Timestamp>, what: Option<String> },
}

fn fate(times: &Times, key: &TicketKey, answer: &Lookup) -> Fate {
    let Times { landed, now, is_old } = *times;
    let known = |kind, at, what| Fate::Known { kind, at, what };
    let ticket = match answer {
        Lookup::Unknown { why } => return Fate::Unknown(why.clone()),
        // For a while the tracker may only hide it from us.
        Lookup::Absent if is_old => {
            let what = format!("{key} is not there any more, or not to be seen");
            return known(FollowupKind::TicketGone, Some(now), Some(what));
        }
        Lookup::Absent => return Fate::Open,
        Lookup::Found(ticket) => ticket,
    };
    let landed_at = moment(landed);
    match ticket.closed {
        Closed::Yes { at: Some(at) } if landed.duration_since(at) > SKEW => {
            let at_that_time = moment(at);
            let what =
                format!("{key} had been closed at {at_that_time} when it landed at {landed_at}");
            known(FollowupKind::TicketClosedEarly, Some(at), Some(what))
        }
        Closed::Yes { at } => known(FollowupKind::TicketClosed, at, None),
        Closed::No if is_old => {
            let state = fit(&ticket.state, 40);
            let what = format!("{key} is still open ({state}), and it landed at {landed_at}");
            known(FollowupKind::TicketStillOpen, Some(now), Some(what))
        }
        Closed::No => Fate::Open,
    }
}
