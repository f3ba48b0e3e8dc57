//! `[emergency]` and `[followup]`: who need not wait, and what is looked at afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Policy;
use super::file::Mistake;
use super::written::{EmergencyFile, FollowUpFile};
use crate::model::{Lookup, Pusher, TicketKey};

const REVIEW: Duration = Duration::from_secs(24 * 3600);
const LATEST: Duration = Duration::from_secs(30 * 24 * 3600);
const OPEN: Duration = Duration::from_secs(30 * 24 * 3600);

/// `[emergency]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergencies {
    /// Logins of those who may land a change that nobody has approved; never empty.
    pub people: BTreeSet<String>,
    /// Types of ticket that make a change an emergency.
    pub types: Vec<String>,
    /// How long a review may take.
    pub review_within: Duration,
}

/// `[followup]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// How long after a change its ticket may stay open.
    pub open_for: Duration,
}

impl Policy {
    /// Whether somebody may push an emergency: one of those listed, by exactly that
    /// login or another one that `[people]` gives to the same person. Never a machine.
    pub fn lists(&self, pusher: &Pusher) -> bool {
        let (Some(emergencies), Pusher::Person { login, .. }) = (&self.emergencies, pusher) else {
            return false;
        };
        let is = |listed: &String| listed == login || self.people.owns_both(login, listed);
        emergencies.people.iter().any(is)
    }

    /// Whether a ticket is of a type that makes a change an emergency.
    pub fn is_emergency(&self, answer: &Lookup) -> bool {
        let (Some(emergencies), Lookup::Found(ticket)) = (&self.emergencies, answer) else {
            return false;
        };
        ticket.kind.as_ref().is_some_and(|kind| emergencies.types.contains(kind))
    }

    /// The first of these tickets that makes a change an emergency.
    pub fn emergency_among<'a>(
        &self,
        keys: &'a [TicketKey],
        answer: impl Fn(&TicketKey) -> Lookup,
    ) -> Option<&'a TicketKey> {
        keys.iter().find(|key| self.is_emergency(&answer(key)))
    }
}

pub(super) fn emergencies(file: Option<EmergencyFile>) -> Result<Option<Emergencies>, Mistake> {
    let Some(file) = file else { return Ok(None) };
    let span = file.people.span();
    let people: BTreeSet<String> =
        file.people.into_inner().into_iter().map(|login| login.0).collect();
    if people.is_empty() {
        return Err((span, "nobody may push an emergency; list logins, or take it out".to_owned()));
    }
    let review_within = match file.review_within {
        None => REVIEW,
        Some(term) => match (term.span(), term.into_inner().0) {
            (span, Duration::ZERO) => {
                return Err((span, "a review takes longer than nothing".to_owned()));
            }
            (span, long) if long > LATEST => {
                return Err((span, "a review waits for at most `30d`".to_owned()));
            }
            (_, term) => term,
        },
    };
    let types = file.types.into_iter().map(|line| line.0).collect();
    Ok(Some(Emergencies { people, types, review_within }))
}

pub(super) fn follow_up(file: &FollowUpFile) -> FollowUp {
    FollowUp { open_for: file.open_for.as_ref().map_or(OPEN, |term| term.0) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn policy() -> Policy {
        let text = r#"
[tracker.file]
path = "/t.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/main"]
[protect.ticket]
projects = ["PAY"]
[[people.person]]
name = "Ana Souza"
logins = ["ana", "ana.souza"]
[emergency]
people = ["ana", "bob"]
"#;
        Policy::parse(Path::new("c.toml"), text).unwrap()
    }

    fn person(login: &str) -> Pusher {
        Pusher::Person { login: login.to_owned(), source: "REMOTE_USER".to_owned() }
    }

    #[test]
    fn only_those_listed_may_push_an_emergency_under_any_login_of_theirs() {
        for login in ["ana", "ana.souza", "bob"] {
            assert!(policy().lists(&person(login)), "{login}");
        }
        for login in ["eve", "Ana", "BOB", "Ana Souza", "", "bob@example.com"] {
            assert!(!policy().lists(&person(login)), "{login}");
        }
        let machine = Pusher::Machine { login: "bob".to_owned(), source: "x".to_owned() };
        assert!(!policy().lists(&machine));
        assert!(!policy().lists(&Pusher::Unknown { why: String::new() }));
    }
}
