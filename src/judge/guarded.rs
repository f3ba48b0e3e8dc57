//! Refs that carry no commits to judge, but could undo the control: tags, approvals, replacements.

use crate::model::{
    Basis, Change, Check, Pusher, RefUpdate, Role, Rule, Subject, Tagged, Violation,
};
use crate::policy::Policy;

/// `refs/approvals/BRANCH/LOGIN` is pushed by LOGIN alone. Always enforced: an
/// approval that anybody may write is worth nothing once a table counts it.
pub(super) fn approval_ref(policy: &Policy, pusher: &Pusher, update: &RefUpdate) -> Vec<Check> {
    let Role::Approval { login, tagged, .. } = &update.role else {
        return vec![broken(Violation::MisnamedApproval)];
    };
    let mut checks = vec![owner(policy, pusher, login)];
    checks.push(match tagged {
        Tagged::NoCommit => broken(Violation::NoCommit),
        Tagged::Commit { .. } => met(Rule::NoCommit, "a commit"),
        Tagged::Nothing => met(Rule::NoCommit, "withdrawn"),
    });
    checks
}

/// Exactly LOGIN, or another login that the config gives to the same person.
fn owner(policy: &Policy, pusher: &Pusher, login: &str) -> Check {
    let is_login = match pusher {
        Pusher::Person { login: pusher, .. } => {
            pusher == login || policy.people.owns_both(pusher, login)
        }
        Pusher::Machine { .. } | Pusher::Unknown { .. } => false,
    };
    if is_login {
        return met(Rule::ForgedApproval, "pushed by the login in its name");
    }
    broken(Violation::ForgedApproval {
        login: login.to_owned(),
        pusher: pusher.login().map(str::to_owned),
    })
}

/// A governed tag, a replacement, or a ref that git prefers over a governed branch.
pub(super) fn governed_ref(update: &RefUpdate) -> Vec<Check> {
    match &update.role {
        Role::Tag { tagged, .. } => tag(&update.line.change, tagged),
        Role::Replacement { .. } => vec![broken(Violation::ReplacementRef)],
        Role::Shadow { branch, .. } => vec![broken(Violation::ShadowingRef {
            branch: branch.clone(),
            shadow: update.line.name.clone(),
        })],
        Role::Branch { .. } | Role::Approval { .. } | Role::MisnamedApproval => Vec::new(),
    }
}

fn tag(change: &Change, tagged: &Tagged) -> Vec<Check> {
    let first = match change {
        Change::Create { .. } => met(Rule::MovedTag, "created"),
        Change::Update { .. } => broken(Violation::MovedTag),
        Change::Delete { .. } => return vec![broken(Violation::DeletedRef)],
    };
    let second = match tagged {
        Tagged::Commit { governed: true, .. } => met(Rule::StrayTag, "on a governed branch"),
        Tagged::Commit { governed: false, .. } | Tagged::NoCommit | Tagged::Nothing => {
            broken(Violation::StrayTag)
        }
    };
    vec![first, second]
}

fn broken(violation: Violation) -> Check {
    Check::broken(Subject::Ref, violation)
}

fn met(rule: Rule, fact: &'static str) -> Check {
    Check::met(rule, Subject::Ref, Basis::Fact(fact))
}
