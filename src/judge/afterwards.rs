//! What became of a change that landed before it was approved or its tickets were answered for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::verdict::{Asked, JudgedApproval, Standing};
use crate::model::violation::Part;
use crate::model::{
    Basis, Check, Closed, Identity, Lookup, Outcome, Pusher, RefVerdict, Subject, TicketKey,
    Violation,
};
use crate::policy::{Policy, Sameness};

/// Whether somebody who had no part in a change has approved it by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// Every commit has the approvals that its table asks for.
    Done {
        /// Who gave them, each by one name, sorted.
        by: Vec<String>,
        /// When the last of them came that was needed; none where no source tells.
        at: Option<Timestamp>,
        /// Where they stand: refs, tickets.
        places: Vec<String>,
    },
    /// Not yet.
    Missing {
        /// What is in the way.
        why: Violation,
    },
    /// The world did not answer.
    Unknown {
        /// Why not, as a clause.
        why: String,
    },
}

/// Looks at the approvals alone: the ticket may be closed by now, as it should.
///
/// Whoever pushed an emergency does not review it, not even where the forge knows that
/// somebody else wrote it: pressing the button would then be the review.
pub fn reviewed(policy: &Policy, pusher: &Pusher, of_ref: &RefVerdict) -> Review {
    let mut missing = None;
    let mut unknown = None;
    let mut last = Some(Timestamp::MIN);
    let mut counted: Vec<&JudgedApproval> = Vec::new();
    let table = of_ref.update.role.table().and_then(|index| policy.tables.get(index));
    let need = table.map_or(1, |table| table.approval.required).max(1);
    for check in of_ref.checks.iter().filter(|check| check.rule.asks_for_approval()) {
        match (&check.outcome, &check.on) {
            (Outcome::Met(Basis::Approvers(_)), Subject::Commit(id)) => {
                let others: Vec<&JudgedApproval> = of_ref
                    .approvals
                    .iter()
                    .filter(|judged| judged.standing == Standing::Counts)
                    .filter(|judged| judged.approval.covers.contains(id))
                    .filter(|judged| is_another(policy, pusher, judged))
                    .collect();
                match completed(&others, need) {
                    Ok(at) => last = last.zip(at).map(|(last, at)| last.max(at)),
                    Err(_) => {
                        missing.get_or_insert_with(|| own(policy, pusher));
                    }
                }
                counted.extend(others);
            }
            (Outcome::Broken(violation), _) => {
                missing.get_or_insert_with(|| violation.clone());
            }
            (Outcome::Unknown { asked, why }, _) => {
                unknown.get_or_insert_with(|| unanswered(asked, why));
            }
            // A clean merge. A waiver would be none of an approver's.
            (Outcome::Met(_) | Outcome::Waived(_), _) => {}
        }
    }
    match (missing, unknown) {
        (Some(why), _) => Review::Missing { why },
        (None, Some(why)) => Review::Unknown { why },
        // Where nothing was looked at, nothing was seen.
        (None, None) if counted.is_empty() => {
            Review::Missing { why: Violation::MissingApproval { have: 0, need } }
        }
        (None, None) => {
            let by: BTreeSet<String> = counted.iter().map(|judged| judged.person.clone()).collect();
            let places: BTreeSet<String> =
                counted.iter().map(|judged| judged.approval.source.place()).collect();
            let (by, places) = (by.into_iter().collect(), places.into_iter().collect());
            Review::Done { by, at: last, places }
        }
    }
}

fn is_another(policy: &Policy, pusher: &Pusher, judged: &JudgedApproval) -> bool {
    let Some(login) = pusher.login() else { return false };
    let pusher = Identity::Login(login.to_owned());
    policy.people.sameness(&judged.approval.by, &pusher) == Sameness::Different
}

fn own(policy: &Policy, pusher: &Pusher) -> Violation {
    let login = Identity::Login(pusher.login().unwrap_or("somebody").to_owned());
    Violation::SelfApproval { by: policy.people.name(&login), part: Part::Pusher }
}

/// Too few people have approved.
struct TooFew;

/// When the last of the approvals came that were needed; none where a source tells no
/// time.
fn completed(approvals: &[&JudgedApproval], need: usize) -> Result<Option<Timestamp>, TooFew> {
    let mut first: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for judged in approvals {
        let at = judged.approval.at;
        let known = first.entry(&judged.person).or_insert(at);
        *known = (*known).into_iter().chain(at).min();
    }
    // No time is later than any: it could be.
    let mut times: Vec<Option<Timestamp>> = first.into_values().collect();
    times.sort_by_key(|at| at.unwrap_or(Timestamp::MAX));
    times.get(need.saturating_sub(1)).copied().ok_or(TooFew)
}

/// Whether a change had to have its approvals when it landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approvals {
    /// It had.
    Needed,
    /// It was an emergency.
    Waived,
}

/// What the rules say of a change whose tickets were not answered for when it landed.
#[derive(Clone, Debug)]
pub enum Verification {
    /// Every one is kept.
    Verified,
    /// One is broken.
    Broken(Vec<Violation>),
    /// The world still does not answer.
    Unknown {
        /// Why not, as a clause.
        why: String,
    },
}

/// Judges again, but for approvals that an emergency had waived: those are a matter of
/// [`reviewed`]. A ticket that was closed after the change had landed was open then, and
/// in what state is not to be known any more: that is held against nobody.
pub fn verified(of_ref: &RefVerdict, landed: Timestamp, approvals: Approvals) -> Verification {
    let mut broken = Vec::new();
    let mut unknown = None;
    let waived =
        |check: &&Check| approvals == Approvals::Waived && check.rule.waits_in_an_emergency();
    for check in of_ref.checks.iter().filter(|check| !waived(check)) {
        match finding(check, of_ref, landed) {
            Finding::Kept => {}
            Finding::Broken(violation) => broken.push(violation.clone()),
            Finding::Unknown(why) => unknown = unknown.or(Some(why)),
        }
    }
    broken.sort();
    broken.dedup();
    match (broken.is_empty(), unknown) {
        (false, _) => Verification::Broken(broken),
        (true, Some(why)) => Verification::Unknown { why },
        (true, None) if of_ref.checks.is_empty() => {
            Verification::Unknown { why: "no rule was applied".to_owned() }
        }
        (true, None) => Verification::Verified,
    }
}

enum Finding<'a> {
    Kept,
    Broken(&'a Violation),
    Unknown(String),
}

fn finding<'a>(check: &'a Check, of_ref: &RefVerdict, landed: Timestamp) -> Finding<'a> {
    match &check.outcome {
        Outcome::Met(_) | Outcome::Waived(_) => Finding::Kept,
        Outcome::Unknown { asked, why } => Finding::Unknown(unanswered(asked, why)),
        Outcome::Broken(violation @ Violation::ClosedTicket { key, .. }) => {
            match closed(of_ref, key) {
                Some(at) if at >= landed => Finding::Kept,
                Some(_) => Finding::Broken(violation),
                None => Finding::Unknown(format!("{key} is closed, and since when is not known")),
            }
        }
        Outcome::Broken(violation) => Finding::Broken(violation),
    }
}

fn unanswered(asked: &Asked, why: &str) -> String {
    match asked {
        Asked::Ticket(key) => format!("{key} was not answered for: {why}"),
        Asked::Reviews => format!("the reviews could not be looked up: {why}"),
    }
}

fn closed(of_ref: &RefVerdict, key: &TicketKey) -> Option<Timestamp> {
    let (_, answer) = of_ref.tickets.iter().find(|(named, _)| named == key)?;
    match answer {
        Lookup::Found(ticket) => match ticket.closed {
            Closed::Yes { at } => at,
            Closed::No => None,
        },
        Lookup::Absent | Lookup::Unknown { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Approval, ObjectId, RefName, Source};

    fn by(person: &str, at: Option<&str>) -> JudgedApproval {
        let name = RefName::parse(format!("refs/approvals/main/{person}").as_bytes()).unwrap();
        let commit = ObjectId::parse("1".repeat(40).as_bytes()).unwrap();
        let approval = Approval {
            by: Identity::Login(person.to_owned()),
            at: at.map(|at| at.parse().unwrap()),
            source: Source::Ref { name, commit },
            covers: BTreeSet::new(),
            outdated_for: BTreeSet::new(),
            void: None,
            vouched: None,
        };
        JudgedApproval { approval, person: person.to_owned(), standing: Standing::Counts }
    }

    fn when(approvals: &[JudgedApproval], need: usize) -> Option<Option<String>> {
        let all: Vec<&JudgedApproval> = approvals.iter().collect();
        completed(&all, need).ok().map(|at| at.map(|at| at.to_string()))
    }

    #[test]
    fn a_review_is_complete_when_the_last_person_that_it_needs_has_approved() {
        let (nine, ten, noon) =
            ("2026-01-06T09:00:00Z", "2026-01-06T10:00:00Z", "2026-01-06T12:00:00Z");
        let some = |at: &str| Some(Some(at.to_owned()));
        // Whoever approves again does not come later for it, nor count twice.
        let all = [by("bob", Some(noon)), by("carol", Some(ten)), by("bob", Some(nine))];
        assert_eq!(when(&all, 1), some(nine));
        assert_eq!(when(&all, 2), some(ten));
        assert_eq!(when(&all, 3), None);
        assert_eq!(when(&[], 1), None);
        let untold = [by("bob", None), by("carol", Some(noon))];
        assert_eq!(when(&untold, 1), some(noon));
        assert_eq!(when(&untold, 2), Some(None));
    }
}
