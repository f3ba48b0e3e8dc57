//! What became of a change that landed before it was approved or its tickets were answered for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::verdict::{Asked, Standing};
use crate::model::{
    Basis, Check, Closed, Lookup, ObjectId, Outcome, RefVerdict, Subject, TicketKey, Violation,
};
use crate::policy::Policy;

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
pub fn reviewed(policy: &Policy, of_ref: &RefVerdict) -> Review {
    let mut unknown = None;
    let mut by = BTreeSet::new();
    let mut missing = None;
    let mut commits = Vec::new();
    for check in of_ref.checks.iter().filter(|check| check.rule.asks_for_approval()) {
        match (&check.outcome, &check.on) {
            (Outcome::Met(Basis::Approvers(people)), Subject::Commit(id)) => {
                by.extend(people.iter().cloned());
                commits.push(id);
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
        (None, None) if commits.is_empty() => {
            Review::Missing { why: Violation::MissingApproval { have: 0, need: 1 } }
        }
        (None, None) => {
            let by = by.into_iter().collect();
            Review::Done { by, at: completed(policy, of_ref, &commits), places: places(of_ref) }
        }
    }
}

/// When the last commit had the last approval that it needed.
fn completed(policy: &Policy, of_ref: &RefVerdict, commits: &[&ObjectId]) -> Option<Timestamp> {
    let table = of_ref.update.role.table().and_then(|index| policy.tables.get(index))?;
    let mut last = None;
    for commit in commits {
        let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for judged in counting(of_ref).filter(|judged| judged.approval.covers.contains(*commit)) {
            let at = judged.approval.at?;
            first.entry(&judged.person).and_modify(|known| *known = at.min(*known)).or_insert(at);
        }
        let mut times: Vec<Timestamp> = first.into_values().collect();
        times.sort();
        last = last.max(Some(*times.get(table.approval.required.checked_sub(1)?)?));
    }
    last
}

fn places(of_ref: &RefVerdict) -> Vec<String> {
    let all: BTreeSet<String> = counting(of_ref)
        .filter(|judged| !judged.approval.covers.is_empty())
        .map(|judged| judged.approval.source.place())
        .collect();
    all.into_iter().collect()
}

fn counting(of_ref: &RefVerdict) -> impl Iterator<Item = &crate::model::verdict::JudgedApproval> {
    of_ref.approvals.iter().filter(|judged| judged.standing == Standing::Counts)
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

/// Judges again. A ticket that was closed after the change had landed was open then,
/// and in what state is not to be known any more: that is held against nobody.
pub fn verified(of_ref: &RefVerdict, landed: Timestamp) -> Verification {
    let mut broken = Vec::new();
    let mut unknown = None;
    for check in &of_ref.checks {
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
