//! A change that has landed, gathered again: its commits as they were, its approvals as they are.

use anyhow::Context as _;
use jiff::Timestamp;

use super::Sources;
use super::approvals;
use super::governed::Target;
use crate::model::{
    Approval, Approvals, Movement, ObjectId, Plea, Push, Pusher, RefLine, RefName, RefUpdate, Role,
    Source, Start,
};

/// What a record tells of a change.
pub struct Landed<'a> {
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
    /// Where approval refs were before they moved on.
    pub moved_on: Vec<(RefName, ObjectId)>,
    /// When an approval ref was pushed to a commit, by the record of that.
    pub approved_at: &'a dyn Fn(&RefName, &ObjectId) -> Option<Timestamp>,
}

impl Sources<'_> {
    /// The push of that one ref, and the approvals for it that are there now.
    ///
    /// # Errors
    /// Where the policy does not govern the ref, or anything that decides can't be read.
    pub fn again(&self, landed: Landed<'_>) -> anyhow::Result<(Push, Approvals)> {
        let Landed { pusher, line, target, movement, base, commits, .. } = landed;
        let (moved_on, approved_at) = (landed.moved_on, landed.approved_at);
        let table = self.policy.governing(self.repository, &target.without_namespace());
        let table = table.or_else(|| self.policy.governing(self.repository, &line.name));
        let table = table.with_context(|| format!("no [[protect]] table governs {target}"))?;
        let commits =
            commits.iter().map(|id| self.repo.commit(id)).collect::<anyhow::Result<Vec<_>>>()?;
        let (start, lapse, shadow) = (Start::Recorded, None, None);
        let role = Role::Branch { table, movement, start, lapse, shadow, base, commits };
        let target = Target { line, name: target };
        let mut found = approvals::gather(self, &target, table, &role, &moved_on)?;
        found.retain_mut(|approval| is_on_record(&target, approved_at, approval));
        let approvals = [(target.name.clone(), found)].into_iter().collect();
        let updates = vec![RefUpdate { line: target.line, target: target.name, role }];
        let repository = self.repository.to_owned();
        Ok((Push { repository, pusher, plea: Plea::None, updates }, approvals))
    }
}

/// Says when an approval ref was pushed. One that no record knows came around the
/// hook, which asks whose it is: it is no approval.
fn is_on_record(
    target: &Target,
    approved_at: &dyn Fn(&RefName, &ObjectId) -> Option<Timestamp>,
    approval: &mut Approval,
) -> bool {
    let Source::Ref { name, commit } = &approval.source else { return true };
    let full = format!("{}{name}", target.name.namespace());
    approval.at = match RefName::parse(full.as_bytes()) {
        Ok(full) => approved_at(&full, commit),
        Err(_) => None,
    };
    approval.at.is_some()
}
