//! A change that has landed, gathered again: its commits as they were, its approvals as they are.

use anyhow::Context as _;

use super::Sources;
use super::approvals;
use super::governed::Target;
use crate::model::{
    Approvals, Incoming, Movement, ObjectId, Plea, Push, Pusher, RefLine, RefName, RefUpdate, Role,
    Start,
};

/// What a record tells of a change.
pub struct Landed {
    /// Who pushed.
    pub pusher: Pusher,
    /// What was asked for.
    pub line: RefLine,
    /// The ref that was written.
    pub target: RefName,
    /// How it moved.
    pub movement: Movement,
    /// From where its commits were counted.
    pub base: Vec<ObjectId>,
    /// Its commits, parents before children.
    pub commits: Vec<ObjectId>,
}

impl Sources<'_> {
    /// The push of that one ref, and the approvals for it that are there now, or were given
    /// and moved on since.
    ///
    /// # Errors
    /// Where the policy does not govern the ref, or anything that decides can't be read.
    pub fn again(&self, landed: Landed) -> anyhow::Result<(Push, Approvals)> {
        let Landed { pusher, line, target, movement, base, commits: ids } = landed;
        let table = self.policy.governing(self.repository, &target.without_namespace());
        let table = table.or_else(|| self.policy.governing(self.repository, &line.name));
        let table = table.with_context(|| format!("no [[protect]] table governs {target}"))?;
        let mut commits =
            ids.iter().map(|id| self.repo.commit(id)).collect::<anyhow::Result<Vec<_>>>()?;
        let brought = self.records.brought(&ids.iter().cloned().collect())?;
        for commit in &mut commits {
            commit.brought = brought.get(&commit.id).cloned();
        }
        let incoming = Incoming::new(table, Start::Recorded, base, commits);
        let role = Role::moving(movement, incoming);
        let branch = target.without_namespace().branch().map(str::to_owned);
        let target = Target { line, name: target };
        let moved_on = self.history.moved_on(&ids);
        let found = approvals::gather(self, &target, branch, &role, &moved_on)?;
        let approvals = [(target.name.clone(), found)].into_iter().collect();
        let updates = vec![RefUpdate { line: target.line, target: target.name, role }];
        let repository = self.repository.to_owned();
        Ok((Push { repository, pusher, plea: Plea::None, updates }, approvals))
    }
}
