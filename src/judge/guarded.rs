//! Refs that carry no commits to judge, but could undo the control: approvals, replacements, odd names.

use crate::model::{
    Basis, Check, Presence, Pusher, RefUpdate, Role, Rule, Subject, Tagged, Violation,
};
use crate::policy::Policy;

/// `refs/approvals/BRANCH/LOGIN` is pushed by LOGIN alone. Always enforced: an
/// approval that anybody may write is worth nothing once a table counts it.
pub(super) fn approval_ref(policy: &Policy, pusher: &Pusher, update: &RefUpdate) -> Vec<Check> {
    let Role::Approval { branch, there, login, tagged, .. } = &update.role else {
        return vec![broken(Violation::MisnamedApproval)];
    };
    let mut checks = vec![owner(policy, pusher, login)];
    checks.push(match tagged {
        Tagged::NoCommit => broken(Violation::NoCommit),
        Tagged::Commit(_) => met(Rule::NoCommit, "a commit"),
        Tagged::Nothing => met(Rule::NoCommit, "withdrawn"),
    });
    // Else anybody could fill the repository with approvals for nothing, or take the place
    // of a branch that is to come.
    if let (Presence::Missing { nearest }, Tagged::Commit(_) | Tagged::NoCommit) = (there, tagged) {
        let (branch, nearest) = (branch.clone(), nearest.clone());
        checks.push(broken(Violation::NoSuchBranch { branch, nearest }));
    }
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

/// A replacement, or a ref that git or a file system takes for something else.
pub(super) fn guarded_ref(update: &RefUpdate) -> Vec<Check> {
    match &update.role {
        Role::Nested { directory, .. } => {
            vec![broken(Violation::NestedRepository { directory: directory.clone() })]
        }
        Role::OddCase { meant, .. } => {
            vec![broken(Violation::OddCaseRef { meant: meant.clone() })]
        }
        Role::Replacement { .. } => vec![broken(Violation::ReplacementRef)],
        Role::Shadow { branch, .. } => vec![broken(Violation::ShadowingRef {
            branch: branch.clone(),
            shadow: update.line.name.clone(),
        })],
        Role::Branch { .. } | Role::Tag { .. } | Role::Approval { .. } | Role::MisnamedApproval => {
            Vec::new()
        }
    }
}

pub(super) fn broken(violation: Violation) -> Check {
    Check::broken(Subject::Ref, violation)
}

pub(super) fn met(rule: Rule, fact: &'static str) -> Check {
    Check::met(rule, Subject::Ref, Basis::Fact(fact))
}
