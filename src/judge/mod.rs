//! Facts and policy in, verdict out: no clock, file, network or environment, and no failing.

pub mod afterwards;
mod approvals;
mod branch;
mod emergency;
mod guarded;
mod reviews;
mod tag;
#[cfg(test)]
mod tests;
mod tickets;

use std::collections::BTreeSet;

use emergency::Situation;
use jiff::Timestamp;

use crate::model::review::{Answer, Moment};
use crate::model::verdict::{Class, Mode};
use crate::model::{
    Approval, Approvals, Check, Decision, Lookup, Plea, Push, Pusher, RefUpdate, RefVerdict,
    Reviews, Role, TicketKey, Tickets, Unreviewed, Verdict,
};
use crate::policy::{Outage, Policy, Table};

/// Everything that was found out before judging.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What is pushed.
    pub push: Push,
    /// What the tracker said about every ticket that the policy finds in the push.
    pub tickets: Tickets,
    /// The approvals in the repository, by branch.
    pub approvals: Approvals,
    /// The emergencies of this repository that nobody has reviewed yet. Looked for only
    /// where [`pleads`] says so.
    pub unreviewed: Vec<Unreviewed>,
    /// When it is judged.
    pub now: Timestamp,
    /// The reviews at the forge, by branch.
    pub reviews: Reviews,
    /// When the question is asked.
    pub moment: Moment,
}

/// Judges each ref of the push.
pub fn judge(policy: &Policy, facts: Facts) -> Verdict {
    let Facts { push, tickets, approvals, reviews, unreviewed, now, moment } = facts;
    let Push { repository, pusher, plea, updates } = push;
    let situation = Situation { plea: &plea, unreviewed: &unreviewed, now };
    let (tickets, reviews) = (&tickets, &reviews);
    let bench = Bench { policy, pusher: &pusher, tickets, reviews, moment, situation };
    // A tag may stand or fall with a branch of the same push, so those come last.
    let mut judged: Vec<Option<RefVerdict>> = updates.iter().map(|_| None).collect();
    let is_tag = |update: &RefUpdate| matches!(update.role, Role::Tag { .. });
    let (tags, others): (Vec<_>, Vec<_>) =
        updates.into_iter().enumerate().partition(|(_, update)| is_tag(update));
    for (place, update) in others.into_iter().chain(tags) {
        let along = companion(&update, &judged);
        let verdict = bench.judge(approvals.of(&update.target), update, along);
        if let Some(slot) = judged.get_mut(place) {
            *slot = Some(verdict);
        }
    }
    let refs = judged.into_iter().flatten().collect();
    Verdict { repository, pusher, plea, faults: Vec::new(), refs }
}

/// Whether a tag stands or falls with the branch that it is pushed along with: that is
/// refused, and so is the push, or it complies with nothing left open.
fn companion(update: &RefUpdate, judged: &[Option<RefVerdict>]) -> bool {
    let Role::Tag { with: Some(with), .. } = &update.role else { return false };
    let is_it = |verdict: &&RefVerdict| verdict.update.target == *with;
    judged.iter().flatten().find(is_it).is_some_and(|verdict| {
        let complies = verdict.finding() == Decision::Accept
            && matches!(verdict.class, Class::Standard | Class::Automated);
        complies || verdict.decision() != Decision::Accept
    })
}

/// Whether the push may turn out to be an emergency, so that the judge has to know
/// which earlier ones nobody has reviewed.
pub fn pleads(policy: &Policy, push: &Push, tickets: &Tickets) -> bool {
    matches!(push.plea, Plea::Emergency(_))
        || tickets.iter().any(|(_, answer)| policy.is_emergency(answer))
}

/// What all refs of a push are judged by.
struct Bench<'a> {
    policy: &'a Policy,
    pusher: &'a Pusher,
    tickets: &'a Tickets,
    reviews: &'a Reviews,
    moment: Moment,
    situation: Situation<'a>,
}

impl Bench<'_> {
    /// `along` says that a tag goes with a branch that complies.
    fn judge(&self, approvals: &[Approval], update: RefUpdate, along: bool) -> RefVerdict {
        let Self { policy, pusher, tickets, .. } = *self;
        let governing =
            update.role.table().and_then(|index| Some((index, policy.tables.get(index)?)));
        let Some((index, table)) = governing else {
            let checks = guarded::approval_ref(policy, pusher, &update);
            return bare(update, Mode::Enforce, checks);
        };
        if update.role.incoming().is_none() {
            let checks = guarded::guarded_ref(&update);
            return bare(update, table.mode, checks);
        }
        let exempt = table
            .exempts(pusher)
            .map(|by| branch::Exemption { by: by.to_owned(), table: index + 1 });
        let plain = update.target.without_namespace();
        let reviews = self.reviews.of(&update.target);
        let change = branch::Change {
            policy,
            table,
            pusher,
            exempt,
            tickets,
            branch: plain.branch(),
            reviews,
            moment: self.moment,
        };
        let judged = approvals::standing(&change, &update, approvals);
        let (mut checks, is_branch) = match &update.role {
            Role::Tag { tagged, .. } => {
                (tag::checks(&change, &update, tagged, &judged, along), false)
            }
            _ => (branch::checks(&change, &update, &judged), true),
        };
        let situation = is_branch.then_some(&self.situation);
        let emergency = situation
            .and_then(|situation| emergency::declare(&change, situation, &update, &mut checks));
        let class = match (&change.exempt, &emergency) {
            (Some(_), _) => Class::Automated,
            (None, Some(_)) => Class::Emergency,
            (None, None) => Class::Standard,
        };
        let heads = approvals::heads(&change, &update, &judged);
        let tickets = named(table, &update, tickets);
        let requests = match reviews {
            Some(Answer::Known(requests)) => requests.clone(),
            Some(Answer::Unknown(_)) | None => Vec::new(),
        };
        let contributors = approvals::contributors_by_name(policy, &update, &requests);
        let mut judgement = RefVerdict {
            heads,
            contributors,
            update,
            mode: table.mode,
            class,
            emergency,
            checks,
            tickets,
            approvals: judged,
            requests,
        };
        // Only where nothing that is known is broken.
        if table.outage == Outage::Accept && judgement.finding() == Decision::Undecided {
            judgement.class = Class::Unverified;
        }
        judgement
    }
}

/// A ref without commits of its own to judge.
fn bare(update: RefUpdate, mode: Mode, checks: Vec<Check>) -> RefVerdict {
    let (tickets, approvals, requests) = (Vec::new(), Vec::new(), Vec::new());
    let (class, emergency) = (Class::Standard, None);
    let (contributors, heads) = (Vec::new(), Vec::new());
    RefVerdict {
        update,
        mode,
        class,
        emergency,
        checks,
        tickets,
        approvals,
        requests,
        contributors,
        heads,
    }
}

/// The answers for the tickets that this ref's commits name.
fn named(table: &Table, update: &RefUpdate, tickets: &Tickets) -> Vec<(TicketKey, Lookup)> {
    let contents = update.role.commits().iter().flat_map(|commit| commit.content.iter());
    let keys: BTreeSet<TicketKey> =
        contents.flat_map(|content| table.ticket.keys(content)).collect();
    keys.into_iter()
        .map(|key| {
            let answer = tickets.get(&key);
            (key, answer)
        })
        .collect()
}
