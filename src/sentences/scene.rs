//! What the sentences need to know of the push around a violation.

use std::collections::BTreeSet;

use crate::model::{
    Check, Movement, ObjectId, Outcome, Pusher, RefVerdict, Role, Rule, Start, Subject, Verdict,
};
use crate::policy::{ApprovalSource, Policy};
use crate::text::fit;

/// What the sentences need to know of the push around a violation.
pub(crate) struct Scene<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) repository: &'a str,
    pub(crate) pusher: Option<&'a str>,
    pub(crate) update: Option<&'a RefVerdict>,
    /// The commit that the violation is about, where it is about one.
    pub(crate) commit: Option<&'a ObjectId>,
}

impl<'a> Scene<'a> {
    /// A violation of the push as a whole.
    pub(crate) fn whole_push(policy: &'a Policy) -> Self {
        Self { policy, repository: "", pusher: None, update: None, commit: None }
    }

    /// A violation of one ref.
    pub(crate) fn of(verdict: &'a Verdict, of_ref: &'a RefVerdict, policy: &'a Policy) -> Self {
        let pusher = match &verdict.pusher {
            Pusher::Person { login, .. } => Some(login.as_str()),
            Pusher::Machine { .. } | Pusher::Unknown { .. } => None,
        };
        let repository = &verdict.repository;
        Self { policy, repository, pusher, update: Some(of_ref), commit: None }
    }

    /// The same for a violation that a check has found.
    pub(crate) fn on(&self, subject: &'a Subject) -> Self {
        let commit = match subject {
            Subject::Ref => None,
            Subject::Commit(id) => Some(id),
        };
        Self { commit, ..*self }
    }

    /// Where the ref was found, of a commit that came in there around the hook: it is on the
    /// server, and can't be made again.
    pub(crate) fn lapsed(&self) -> Option<&'a ObjectId> {
        let update = &self.update?.update;
        let is_lapsed = self.commit.is_some_and(|id| update.lapsed().contains(id));
        update.line.change.old_id().filter(|_| is_lapsed)
    }

    pub(crate) fn name(&self) -> String {
        self.update
            .map_or_else(|| "the ref".to_owned(), |of_ref| fit(of_ref.update.line.name.short(), 60))
    }

    pub(crate) fn contact(&self) -> String {
        whom(self.policy.contact.as_deref())
    }

    /// The name of the branch in approval refs, which is the one that is written.
    pub(crate) fn branch(&self) -> String {
        let branch = self.update.and_then(|of_ref| of_ref.update.branch());
        fit(&branch.unwrap_or_else(|| self.name()), 100)
    }

    pub(crate) fn new_id(&self) -> Option<&ObjectId> {
        self.update.and_then(|of_ref| of_ref.update.line.change.new_id())
    }

    pub(crate) fn start(&self) -> Option<&Start> {
        match self.update.map(|of_ref| &of_ref.update.role) {
            Some(Role::Branch { incoming, movement: Movement::Created, .. }) => {
                Some(&incoming.start)
            }
            _ => None,
        }
    }

    /// Whether another fault can only be mended by other commits, which an approval
    /// of these would not cover.
    pub(crate) fn must_be_made_again(&self) -> bool {
        let checks = self.update.map_or(&[][..], |of_ref| of_ref.checks.as_slice());
        let lapsed = self.update.map_or_else(BTreeSet::new, |of_ref| of_ref.update.lapsed());
        let is_here = |check: &&Check| match &check.on {
            Subject::Ref => true,
            Subject::Commit(id) => !lapsed.contains(id),
        };
        checks.iter().filter(is_here).any(|check| {
            let is_broken = matches!(check.outcome, Outcome::Broken(_));
            let rules = [
                Rule::RewrittenBranch,
                Rule::MalformedCommit,
                Rule::MissingTicket,
                Rule::NoSuchTicket,
                Rule::LateTicket,
            ];
            is_broken && rules.contains(&check.rule) && self.start() != Some(&Start::Root)
        })
    }

    /// Where approvals are looked for.
    pub(crate) fn sources(&self) -> Option<&BTreeSet<ApprovalSource>> {
        let table = self.update.and_then(|of_ref| of_ref.update.role.table());
        table.and_then(|index| self.policy.tables.get(index)).map(|table| &table.approval.from)
    }

    pub(crate) fn commits(&self) -> usize {
        self.update.map_or(0, |of_ref| of_ref.update.role.commits().len())
    }
}

/// Whom a pusher asks for help.
pub(crate) fn whom(contact: Option<&str>) -> String {
    let unnamed = || "the administrators of this server".to_owned();
    contact.map_or_else(unnamed, |contact| fit(contact, 60))
}
