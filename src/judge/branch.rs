//! A governed branch: how it moves, who moves it, and each of its new commits.

use super::{approvals, reviews, tickets};
use crate::model::history::Creation;
use crate::model::review::{Answer, Moment};
use crate::model::verdict::JudgedApproval;
use crate::model::{
    Basis, Blocker, Check, Commit, Identity, Movement, Outcome, Pusher, RefUpdate, Role, Rule,
    Subject, Tickets, Violation, Waiver,
};
use crate::policy::{Policy, Sameness, Table};

/// What the rules of a branch look at, beside the branch itself.
pub(super) struct Change<'a> {
    pub(super) policy: &'a Policy,
    pub(super) table: &'a Table,
    pub(super) pusher: &'a Pusher,
    pub(super) exempt: Option<Exemption>,
    pub(super) tickets: &'a Tickets,
    /// The branch that is written, without `refs/heads/`.
    pub(super) branch: Option<&'a str>,
    /// What the forge said; nothing where it was not asked.
    pub(super) reviews: Option<&'a Answer>,
    pub(super) moment: Moment,
}

/// An authenticated machine that needs neither ticket nor approval.
#[derive(Clone)]
pub(super) struct Exemption {
    pub(super) by: String,
    pub(super) table: usize,
}

impl Exemption {
    fn waiver(&self) -> Waiver {
        Waiver::Exempt { by: self.by.clone(), table: self.table }
    }

    fn waive(&self, rule: Rule, on: Subject) -> Check {
        Check { rule, on, outcome: Outcome::Waived(self.waiver()) }
    }
}

/// Every rule, on the branch and on each of its new commits.
pub(super) fn checks(
    change: &Change<'_>,
    update: &RefUpdate,
    judged: &[JudgedApproval],
) -> Vec<Check> {
    let mut checks = vec![movement(change, update)];
    checks.extend(shadowed(update));
    checks.extend(blocked(update));
    checks.extend(pusher(change, update));
    for commit in update.role.commits() {
        checks.extend(of_commit(change, update, commit, judged));
    }
    checks
}

fn movement(change: &Change<'_>, update: &RefUpdate) -> Check {
    let met = |fact| Check::met(Rule::RewrittenBranch, Subject::Ref, Basis::Fact(fact));
    let Role::Branch { movement, creation, .. } = &update.role else {
        return met("not a branch");
    };
    match (movement, update.line.change.old_id(), update.line.change.new_id()) {
        (Movement::Created, _, _) => met("created"),
        (Movement::FastForward, _, _) => met("fast-forward"),
        (Movement::Rewritten, Some(old), Some(new)) => {
            let (old, new) = (old.clone(), new.clone());
            Check::broken(Subject::Ref, Violation::RewrittenBranch { old, new })
        }
        (Movement::NoCommit, _, _) => Check::broken(Subject::Ref, Violation::NoCommit),
        (Movement::Deleted | Movement::Rewritten, _, _) => deleted(change, creation.as_ref()),
    }
}

/// Whoever created a branch that has brought nothing of its own may delete it: else it
/// could keep out another one for ever.
fn deleted(change: &Change<'_>, creation: Option<&Creation>) -> Check {
    let creator = creation.and_then(|creation| creation.by.as_ref());
    let is_theirs = creator.is_some_and(|creator| {
        let creator = Identity::Login(creator.clone());
        match change.pusher {
            Pusher::Person { login, .. } => {
                let pusher = Identity::Login(login.clone());
                change.policy.people.sameness(&creator, &pusher) == Sameness::Same
            }
            Pusher::Machine { .. } | Pusher::Unknown { .. } => false,
        }
    });
    match is_theirs {
        true => {
            let fact = Basis::Fact("by who created it; it brought nothing");
            Check::met(Rule::DeletedRef, Subject::Ref, fact)
        }
        false => {
            let removable_by = creator.cloned();
            Check::broken(Subject::Ref, Violation::DeletedRef { removable_by })
        }
    }
}

fn blocked(update: &RefUpdate) -> Vec<Check> {
    let Role::Branch { blocked, .. } = &update.role else { return Vec::new() };
    let check =
        |by: &Blocker| Check::broken(Subject::Ref, Violation::BlockedRef { by: by.clone() });
    blocked.iter().map(check).collect()
}

fn shadowed(update: &RefUpdate) -> Option<Check> {
    let Role::Branch { shadow: Some(shadow), .. } = &update.role else { return None };
    let (branch, shadow) = (update.target.clone(), shadow.clone());
    Some(Check::broken(Subject::Ref, Violation::ShadowingRef { branch, shadow }))
}

/// Where approvals are required, the pusher must be known: his own approval does
/// not count, and only the server can tell who he is.
pub(super) fn pusher(change: &Change<'_>, update: &RefUpdate) -> Option<Check> {
    let needs_eyes = update.role.commits().iter().any(|commit| !commit.is_clean_merge());
    if change.table.approval.required == 0 || !needs_eyes {
        return None;
    }
    if let Some(exempt) = &change.exempt {
        return Some(exempt.waive(Rule::UnknownPusher, Subject::Ref));
    }
    let why = match change.pusher {
        Pusher::Person { .. } => {
            let named = Basis::Fact("named by the server");
            return Some(Check::met(Rule::UnknownPusher, Subject::Ref, named));
        }
        Pusher::Machine { login, .. } => {
            format!("`{login}` is a machine's key, which nobody owns in person")
        }
        Pusher::Unknown { why } => why.clone(),
    };
    Some(Check::broken(Subject::Ref, Violation::UnknownPusher { why }))
}

pub(super) fn of_commit(
    change: &Change<'_>,
    update: &RefUpdate,
    commit: &Commit,
    judged: &[JudgedApproval],
) -> Vec<Check> {
    let on = Subject::Commit(commit.id.clone());
    let content = match &commit.content {
        Ok(content) => content,
        Err(defect) => {
            return vec![Check::broken(on, Violation::MalformedCommit(defect.clone()))];
        }
    };
    if commit.is_clean_merge() {
        return [Rule::MissingTicket, Rule::MissingApproval]
            .map(|rule| Check::met(rule, on.clone(), Basis::CleanMerge))
            .into();
    }
    if let Some(exempt) = &change.exempt {
        return [Rule::MissingTicket, Rule::MissingApproval]
            .map(|rule| exempt.waive(rule, on.clone()))
            .into();
    }
    let mut checks = tickets::checks(change, &on, content);
    checks.extend(approvals::check(change, update, commit, judged));
    checks.extend(reviews::checks(change, commit));
    checks
}
