//! A verdict put into records: the only room that knows the model and the format.

mod bounded;
mod items;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use bounded::{all_of, text};
use items::{approvals, commits, contributors, heads, requests, rules, tickets};
use words::{pusher, role};

use super::format::{
    Approval, Body, Change, Decision, Emergency, Fault, Finding, Ground, ITEMS, Ids, Landed, Lapse,
    Mishap, More, UnexplainedRef,
};
use crate::model::{
    self, Movement, ObjectId, Pusher, RefLine, RefName, RefUpdate, RefVerdict, Role, Tagged,
    Verdict,
};
use crate::policy::Policy;

/// The record of one judged ref. `elapsed` is how long the hook had run.
pub fn judged(
    push: Option<&str>,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
    elapsed: Duration,
) -> Body {
    match &of_ref.update.role {
        Role::Approval { .. } | Role::MisnamedApproval => {
            Body::Approval(Box::new(approval(push, verdict, of_ref, policy)))
        }
        _ => Body::Change(Box::new(change(push, verdict, of_ref, policy, elapsed))),
    }
}

/// What a verdict says about one ref that is no approval.
pub(super) fn change(
    push: Option<&str>,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
    elapsed: Duration,
) -> Change {
    let update = &of_ref.update;
    let mut more = More::default();
    let incoming = update.role.incoming();
    let (lapse, unexplained) = unexplained(update);
    Change {
        push: push.map(str::to_owned),
        repo: text(&verdict.repository),
        name: update.line.name.clone(),
        target: (update.target != update.line.name).then(|| update.target.clone()),
        role: Some(role(&update.role)),
        op: (&update.line.change).into(),
        old: update.line.change.old_id().cloned(),
        new: update.line.change.new_id().cloned(),
        forced: is_forced(update),
        start: incoming.map(|incoming| (&incoming.start).into()),
        base: incoming.map(|incoming| Ids::of(&incoming.base)),
        lapse,
        unexplained,
        pusher: pusher(&verdict.pusher),
        commits: commits(update, policy),
        contributors: all_of(contributors(of_ref), &mut more.contributors),
        tickets: all_of(tickets(of_ref), &mut more.tickets),
        approvals: all_of(approvals(of_ref), &mut more.approvals),
        heads: heads(of_ref),
        requests: all_of(requests(of_ref), &mut more.requests),
        rules: all_of(rules(verdict, of_ref, policy), &mut more.rules),
        more,
        class: Some(of_ref.class.into()),
        emergency: of_ref.emergency.as_ref().map(emergency),
        decision: verdict.decision().into(),
        finding: of_ref.finding().into(),
        mode: Some(of_ref.mode.into()),
        ms: Some(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
        fault: None,
        error: None,
    }
}

fn approval(
    push: Option<&str>,
    verdict: &Verdict,
    of_ref: &RefVerdict,
    policy: &Policy,
) -> Approval {
    let (branch, login, base) = match &of_ref.update.role {
        Role::Approval { branch, login, base, .. } => {
            (Some(text(branch)), Some(text(login)), Some(Ids::of(base)))
        }
        _ => (None, None, None),
    };
    let base = base.filter(|_| of_ref.update.line.change.new_id().is_some());
    Approval {
        push: push.map(str::to_owned),
        repo: text(&verdict.repository),
        name: of_ref.update.target.clone(),
        branch,
        login,
        old: of_ref.update.line.change.old_id().cloned(),
        new: of_ref.update.line.change.new_id().cloned(),
        base,
        pusher: pusher(&verdict.pusher),
        rules: all_of(rules(verdict, of_ref, policy), &mut None),
        decision: verdict.decision().into(),
        finding: of_ref.finding().into(),
    }
}

/// In place of a judgement.
#[derive(Clone, Debug)]
pub enum Instead {
    /// The push as a whole was refused.
    Fault(Fault),
    /// We broke.
    Mishap(Mishap),
}

/// The record of a ref that was pushed and could not be judged, as far as it is known.
pub fn unjudged(
    push: &str,
    repository: &str,
    by: &Pusher,
    line: &RefLine,
    target: &RefName,
    instead: Instead,
) -> Change {
    let (finding, fault, error) = match instead {
        Instead::Fault(fault) => (Finding::Violation, Some(fault), None),
        Instead::Mishap(error) => {
            let (doing, message) = (text(&error.doing), text(&error.message));
            let chain = error.chain.iter().map(|cause| text(cause)).collect();
            (Finding::Error, None, Some(Mishap { doing, message, chain, ..error }))
        }
    };
    Change {
        push: Some(push.to_owned()),
        repo: text(repository),
        name: line.name.clone(),
        target: (*target != line.name).then(|| target.clone()),
        role: None,
        op: (&line.change).into(),
        old: line.change.old_id().cloned(),
        new: line.change.new_id().cloned(),
        forced: false,
        start: None,
        base: None,
        lapse: None,
        unexplained: Vec::new(),
        pusher: pusher(by),
        commits: super::format::Commits::default(),
        contributors: Vec::new(),
        tickets: Vec::new(),
        approvals: Vec::new(),
        heads: Vec::new(),
        requests: Vec::new(),
        rules: Vec::new(),
        more: More::default(),
        class: None,
        emergency: None,
        decision: Decision::Deny,
        finding,
        mode: None,
        ms: None,
        fault,
        error,
    }
}

/// The record of a ref that git has written, and of what had let it in.
pub(super) fn landed(
    by: Option<u64>,
    repository: &str,
    name: &RefName,
    old: Option<&ObjectId>,
    new: Option<&ObjectId>,
) -> Landed {
    Landed {
        change: by,
        repo: text(repository),
        name: name.clone(),
        old: old.cloned(),
        new: new.cloned(),
    }
}

fn emergency(emergency: &model::Emergency) -> Emergency {
    let model::Emergency { reason, ground, due } = emergency;
    Emergency {
        reason: text(&reason.text),
        incident: reason.incident.as_deref().map(text),
        due: *due,
        ground: Some(match ground {
            model::Ground::Option => Ground::Option,
            model::Ground::Ticket(key) => Ground::Ticket(key.to_string()),
        }),
    }
}

/// A branch that was moved around the hook, and other refs that were.
fn unexplained(update: &RefUpdate) -> (Option<Lapse>, Vec<UnexplainedRef>) {
    let others = update.role.incoming().into_iter().flat_map(|incoming| &incoming.unexplained);
    let mut refs: Vec<UnexplainedRef> = others
        .take(ITEMS)
        .map(|other| UnexplainedRef {
            name: other.name.clone(),
            recorded: other.recorded.clone(),
            found: other.found.clone(),
        })
        .collect();
    let Role::Branch { lapse: Some(lapse), .. } = &update.role else { return (None, refs) };
    let found = lapse.found.clone();
    match &lapse.recorded {
        Some(recorded) => (Some(Lapse { recorded: recorded.clone(), found }), refs),
        None => {
            let name = update.target.clone();
            refs.insert(0, UnexplainedRef { name, recorded: None, found });
            (None, refs)
        }
    }
}

fn is_forced(update: &RefUpdate) -> bool {
    match &update.role {
        Role::Branch { movement, .. } => *movement == Movement::Rewritten,
        Role::Tag { tagged, .. } => {
            matches!(update.line.change, model::Change::Update { .. }) && *tagged != Tagged::Nothing
        }
        _ => false,
    }
}
