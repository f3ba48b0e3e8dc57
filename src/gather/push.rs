//! The push: each governed ref with how it moves and which commits are new there.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::approvals;
use super::git::Repo;
use super::governed::{Case, Governed, Rulebook, Target, governed, shadows_of};
use crate::model::{
    Approvals, Change, Lapse, Movement, ObjectId, Push, Pusher, RefLine, RefName, RefUpdate, Role,
    Start, Tagged, Violation,
};
use crate::policy::Policy;

/// Where the evidence last left a ref.
pub trait Memory {
    /// The values at which records left the ref, newest last; none where it was
    /// never seen.
    ///
    /// # Errors
    /// Where the evidence can't be read.
    fn recorded(&self, target: &RefName) -> anyhow::Result<Vec<ObjectId>>;

    /// The same, read from the whole chain: asked before a lapse is declared.
    ///
    /// # Errors
    /// Where the evidence can't be read.
    fn reread(&self, target: &RefName) -> anyhow::Result<Vec<ObjectId>>;
}

/// What a push is gathered from.
pub struct Sources<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The repository, new objects included.
    pub repo: &'a Repo,
    /// Its name at the host.
    pub repository: &'a str,
    /// The evidence.
    pub memory: &'a dyn Memory,
    /// What is being done, for a failure report.
    pub doing: &'a dyn Fn(String),
}

/// The refs that the lines write, in a namespace where there is one.
///
/// # Errors
/// Where a symbolic ref can't be followed.
pub fn targets(
    repo: &Repo,
    namespace: Option<&str>,
    lines: Vec<RefLine>,
) -> anyhow::Result<Vec<Target>> {
    let full = |line: &RefLine| match namespace {
        Some(namespace) => line.name.in_namespace(namespace),
        None => line.name.clone(),
    };
    lines.into_iter().map(|line| Ok(Target { name: repo.resolve(&full(&line))?, line })).collect()
}

/// The targets that are judged, each with the reason.
///
/// # Errors
/// Where a ref can't be read.
pub fn judged(
    policy: &Policy,
    repo: &Repo,
    repository: &str,
    targets: &[Target],
) -> anyhow::Result<Vec<(Target, Governed)>> {
    let pushed: BTreeSet<&RefName> = targets
        .iter()
        .filter(|target| target.line.change.new_id().is_some())
        .map(|target| &target.name)
        .collect();
    let exists = |name: &RefName| Ok(pushed.contains(name) || repo.tip(name)?.is_some());
    let case = if repo.ignores_case()? { Case::Ignored } else { Case::Kept };
    let rules = Rulebook { policy, repository, case, exists: &exists };
    let mut judged = Vec::new();
    for target in targets {
        match governed(&rules, target)? {
            Governed::No => {}
            why => judged.push((target.clone(), why)),
        }
    }
    Ok(judged)
}

/// Two lines that write one ref contradict each other, like a ref named twice.
pub fn aliased(judged: &[(Target, Governed)]) -> Option<Violation> {
    let mut seen = BTreeSet::new();
    let twice = judged.iter().find(|(target, _)| !seen.insert(&target.name))?;
    Some(Violation::DuplicateRef { name: twice.0.name.clone() })
}

impl Sources<'_> {
    /// Gathers the push and the approvals for it.
    ///
    /// # Errors
    /// Where anything that decides can't be read.
    pub fn push(
        &self,
        pusher: Pusher,
        judged: Vec<(Target, Governed)>,
    ) -> anyhow::Result<(Push, Approvals)> {
        let incoming: Vec<ObjectId> = judged
            .iter()
            .filter(|(_, why)| matches!(why, Governed::Branch(_)))
            .filter_map(|(target, _)| target.line.change.new_id().cloned())
            .collect();
        let mut updates = Vec::new();
        let mut found = Vec::new();
        for (target, why) in judged {
            (self.doing)(format!("reading what is new on {}", target.line.name));
            let role = match why {
                Governed::No => continue,
                Governed::Branch(table) => {
                    let role = self.branch(&target, table)?;
                    let approvals = approvals::gather(self, &target, table, &role)?;
                    found.push((target.name.clone(), approvals));
                    role
                }
                Governed::Tag(table) => {
                    Role::Tag { table, tagged: self.tagged(&target, Some(table), &incoming)? }
                }
                Governed::Approval { branch, login } => {
                    let tagged = self.tagged(&target, None, &[])?;
                    let replaces = self.replaced(&target, &branch, &tagged)?;
                    Role::Approval { branch, login, tagged, replaces }
                }
                Governed::MisnamedApproval => Role::MisnamedApproval,
                Governed::Replacement(table) => Role::Replacement { table },
                Governed::Shadow { branch, table } => Role::Shadow { branch, table },
            };
            updates.push(RefUpdate { line: target.line, target: target.name, role });
        }
        let repository = self.repository.to_owned();
        Ok((Push { repository, pusher, updates }, found.into_iter().collect()))
    }

    fn branch(&self, target: &Target, table: usize) -> anyhow::Result<Role> {
        let movement = self.movement(&target.line.change)?;
        let (start, lapse, base) = self.start(target, table)?;
        let commits = match (movement, target.line.change.new_id()) {
            (Movement::Created | Movement::FastForward | Movement::Rewritten, Some(new)) => self
                .repo
                .new_commits(new, &base)?
                .iter()
                .map(|id| self.repo.commit(id))
                .collect::<anyhow::Result<Vec<_>>>()?,
            _ => Vec::new(),
        };
        let shadow = match movement {
            Movement::Created => self.shadow(&target.name)?,
            _ => None,
        };
        Ok(Role::Branch { table, movement, start, lapse, shadow, base, commits })
    }

    fn movement(&self, change: &Change) -> anyhow::Result<Movement> {
        if let Some(new) = change.new_id()
            && self.repo.commit_behind(new)?.as_ref() != Some(new)
        {
            return Ok(Movement::NoCommit);
        }
        Ok(match change {
            Change::Create { .. } => Movement::Created,
            Change::Delete { .. } => Movement::Deleted,
            Change::Update { old, new } => {
                if self.repo.contains(new, old)? {
                    Movement::FastForward
                } else {
                    Movement::Rewritten
                }
            }
        })
    }

    /// From where the commits of a branch are new: its own old value, the present
    /// tips of the other branches of its table, and nothing else. Never "not on any
    /// ref": a commit pushed first to an ungoverned branch would then pass unread.
    fn start(
        &self,
        target: &Target,
        table: usize,
    ) -> anyhow::Result<(Start, Option<Lapse>, Vec<ObjectId>)> {
        let mut base = self.governed_tips(target, table)?;
        let Some(old) = target.line.change.old_id() else {
            let recorded = self.present(self.memory.recorded(&target.name)?)?;
            let start = match (base.is_empty(), recorded.is_empty()) {
                (true, true) => Start::Root,
                (_, false) => Start::Recorded,
                (false, true) => Start::GovernedTips,
            };
            base.extend(recorded);
            return Ok((start, None, base));
        };
        if let Some((lapse, recorded)) = self.lapse(target, old)? {
            base.extend(recorded);
            return Ok((Start::Recorded, Some(lapse), base));
        }
        base.push(old.clone());
        Ok((Start::OldValue, None, base))
    }

    /// A branch that is not where any record left it was moved around the hook.
    fn lapse(
        &self,
        target: &Target,
        old: &ObjectId,
    ) -> anyhow::Result<Option<(Lapse, Vec<ObjectId>)>> {
        let known = self.memory.recorded(&target.name)?;
        if known.is_empty() || known.contains(old) {
            return Ok(None);
        }
        let known = self.memory.reread(&target.name)?;
        match known.last() {
            Some(last) if !known.contains(old) => {
                let lapse = Lapse { recorded: last.clone(), found: old.clone() };
                Ok(Some((lapse, self.present(known)?)))
            }
            _ => Ok(None),
        }
    }

    /// Those that are in the repository: a branch that was deleted on the server
    /// may have left nothing behind.
    fn present(&self, ids: Vec<ObjectId>) -> anyhow::Result<Vec<ObjectId>> {
        let mut present = Vec::new();
        for id in ids {
            if self.repo.exists(&id)? {
                present.push(id);
            }
        }
        Ok(present)
    }

    /// The present tips of the other branches that the same table governs. Tags
    /// vouch for nothing: one may be older than the control.
    fn governed_tips(&self, target: &Target, table: usize) -> anyhow::Result<Vec<ObjectId>> {
        let branches = self.branches(&namespace_of(&target.name), Some(table))?;
        let mut tips = BTreeSet::new();
        for (name, id) in branches {
            if name != target.name {
                tips.extend(self.repo.commit_behind(&id)?);
            }
        }
        Ok(tips.into_iter().collect())
    }

    /// The branches of one namespace that a table governs, or any table.
    fn branches(
        &self,
        namespace: &str,
        wanted: Option<usize>,
    ) -> anyhow::Result<Vec<(RefName, ObjectId)>> {
        let tables = self.policy.tables.iter().enumerate();
        let prefixes: BTreeSet<String> = tables
            .filter(|(index, _)| wanted.is_none_or(|wanted| wanted == *index))
            .flat_map(|(_, table)| table.refs.literal_prefixes())
            .collect();
        let mut found = Vec::new();
        for prefix in outermost(&prefixes) {
            for (name, id) in self.repo.refs_under(&format!("{namespace}{prefix}"))? {
                let plain = name.without_namespace();
                let governing = self.policy.governing(self.repository, &plain);
                let is_wanted =
                    wanted.map_or(governing.is_some(), |table| governing == Some(table));
                if plain.branch().is_some() && is_wanted {
                    found.push((name, id));
                }
            }
        }
        Ok(found)
    }

    /// The commit whose approval is lost by this one: the new commit does not
    /// contain it, and neither does the branch.
    fn replaced(
        &self,
        target: &Target,
        branch: &str,
        tagged: &Tagged,
    ) -> anyhow::Result<Option<ObjectId>> {
        let (Some(old), Tagged::Commit { id, .. }) = (target.line.change.old_id(), tagged) else {
            return Ok(None);
        };
        let namespace = namespace_of(&target.name);
        let branch = RefName::parse(format!("{namespace}refs/heads/{branch}").as_bytes())?;
        let landed = match self.repo.tip(&branch)? {
            Some(tip) => self.repo.contains(&tip, old)?,
            None => false,
        };
        let is_lost = !landed && !self.repo.contains(id, old)?;
        Ok(is_lost.then(|| old.clone()))
    }

    fn shadow(&self, branch: &RefName) -> anyhow::Result<Option<RefName>> {
        let namespace = namespace_of(branch);
        for shadow in shadows_of(&branch.without_namespace()) {
            let full = RefName::parse(format!("{namespace}{shadow}").as_bytes())?;
            if self.repo.tip(&full)?.is_some() {
                return Ok(Some(shadow));
            }
        }
        Ok(None)
    }

    /// What a tag or an approval points at. A tag may be pushed together with the
    /// branch that contains its commit: where that branch is refused, so is the tag.
    fn tagged(
        &self,
        target: &Target,
        table: Option<usize>,
        incoming: &[ObjectId],
    ) -> anyhow::Result<Tagged> {
        let Some(new) = target.line.change.new_id() else { return Ok(Tagged::Nothing) };
        let Some(commit) = self.repo.commit_behind(new)? else { return Ok(Tagged::NoCommit) };
        if table.is_none() {
            // An approval must name the commit itself, not a tag object before it.
            let is_commit = commit == *new;
            return Ok(if is_commit {
                Tagged::Commit { id: commit, governed: false }
            } else {
                Tagged::NoCommit
            });
        }
        let namespace = namespace_of(&target.name);
        let same_table = self.branches(&namespace, table)?;
        let branches =
            if same_table.is_empty() { self.branches(&namespace, None)? } else { same_table };
        let tips = branches.into_iter().map(|(_, id)| id).chain(incoming.iter().cloned());
        for tip in tips.collect::<BTreeSet<_>>() {
            let Some(tip) = self.repo.commit_behind(&tip)? else { continue };
            let contains = self.repo.contains(&tip, &commit);
            if contains.with_context(|| format!("looking for {} in a branch", commit.short()))? {
                return Ok(Tagged::Commit { id: commit, governed: true });
            }
        }
        Ok(Tagged::Commit { id: commit, governed: false })
    }
}

/// The prefix of a full name that `without_namespace` takes away.
pub(super) fn namespace_of(name: &RefName) -> String {
    let plain = name.without_namespace();
    name.as_str().strip_suffix(plain.as_str()).unwrap_or("").to_owned()
}

/// Prefixes that no other prefix begins, so that no ref is listed twice.
fn outermost(prefixes: &BTreeSet<String>) -> Vec<&String> {
    let mut kept: Vec<&String> = Vec::new();
    for prefix in prefixes {
        if !kept.last().is_some_and(|outer| prefix.starts_with(outer.as_str())) {
            kept.push(prefix);
        }
    }
    kept
}
