//! Facts and policy in, verdict out: no clock, file, network or environment, and no failing.

mod approvals;
mod branch;
mod guarded;
#[cfg(test)]
mod tests;
mod tickets;

use std::collections::BTreeSet;

use crate::model::verdict::{Class, Mode};
use crate::model::{
    Approvals, Check, Decision, Lookup, Push, Pusher, RefUpdate, RefVerdict, Role, TicketKey,
    Tickets, Verdict,
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
}

/// Judges each ref of the push.
pub fn judge(policy: &Policy, facts: Facts) -> Verdict {
    let Facts { push, tickets, approvals } = facts;
    let Push { repository, pusher, updates } = push;
    let refs = updates
        .into_iter()
        .map(|update| judge_ref(policy, &pusher, &tickets, &approvals, update))
        .collect();
    Verdict { repository, pusher, faults: Vec::new(), refs }
}

/// The people who wrote any of the new commits, each by one name, sorted.
pub fn contributors(policy: &Policy, update: &RefUpdate) -> Vec<String> {
    let all = approvals::contributors(update);
    let names: BTreeSet<String> = all.iter().map(|(who, _)| policy.people.name(who)).collect();
    names.into_iter().collect()
}

fn judge_ref(
    policy: &Policy,
    pusher: &Pusher,
    tickets: &Tickets,
    approvals: &Approvals,
    update: RefUpdate,
) -> RefVerdict {
    let governing = update.role.table().and_then(|index| Some((index, policy.tables.get(index)?)));
    let Some((index, table)) = governing else {
        let checks = guarded::approval_ref(policy, pusher, &update);
        return bare(update, Mode::Enforce, checks);
    };
    if !matches!(update.role, Role::Branch { .. }) {
        let checks = guarded::governed_ref(&update);
        return bare(update, table.mode, checks);
    }
    let exempt =
        table.exempts(pusher).map(|by| branch::Exemption { by: by.to_owned(), table: index + 1 });
    let change = branch::Change { policy, table, pusher, exempt, tickets };
    let judged = approvals::standing(&change, &update, approvals.of(&update.target));
    let checks = branch::checks(&change, &update, &judged);
    let class = if change.exempt.is_some() { Class::Automated } else { Class::Standard };
    let tickets = named(table, &update, tickets);
    let mut judgement =
        RefVerdict { update, mode: table.mode, class, checks, tickets, approvals: judged };
    // Only where nothing that is known is broken.
    if table.outage == Outage::Accept && judgement.finding() == Decision::Undecided {
        judgement.class = Class::Unverified;
    }
    judgement
}

/// A ref without commits of its own to judge.
fn bare(update: RefUpdate, mode: Mode, checks: Vec<Check>) -> RefVerdict {
    let (tickets, approvals) = (Vec::new(), Vec::new());
    RefVerdict { update, mode, class: Class::Standard, checks, tickets, approvals }
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
