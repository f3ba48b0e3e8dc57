//! The push: each governed ref with how it moves and which commits are new there.

pub mod again;
mod approvals;
mod branch;
pub mod governed;
mod pointers;
mod tips;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use approvals::contained;
use governed::{Case, Governed, Rulebook, Target, governed};

use super::git::Repo;
use crate::model::review::Moment;
use crate::model::{
    Approvals, ObjectId, Plea, Push, Pusher, Recorded, RefLine, RefName, RefUpdate, Role,
    Unreviewed, Violation,
};
use crate::policy::Policy;

/// Where the evidence last left a ref.
pub trait Memory {
    /// What is on record about where the ref was.
    ///
    /// # Errors
    /// Where the evidence can't be read.
    fn recorded(&self, target: &RefName) -> anyhow::Result<Recorded>;

    /// The same, read from the whole chain: asked before a lapse is declared.
    ///
    /// # Errors
    /// Where the evidence can't be read.
    fn reread(&self, target: &RefName) -> anyhow::Result<Recorded>;

    /// The emergencies of this repository that nobody has reviewed yet.
    ///
    /// # Errors
    /// Where the evidence can't be read.
    fn unreviewed(&self) -> anyhow::Result<Vec<Unreviewed>>;
}

/// No evidence: in a clone, the remote's branches say where refs were left.
pub struct NoMemory;

impl Memory for NoMemory {
    /// Whether an earlier review is overdue is known to the server alone.
    fn unreviewed(&self) -> anyhow::Result<Vec<Unreviewed>> {
        Ok(Vec::new())
    }

    fn recorded(&self, _: &RefName) -> anyhow::Result<Recorded> {
        Ok(Recorded::default())
    }

    fn reread(&self, _: &RefName) -> anyhow::Result<Recorded> {
        Ok(Recorded::default())
    }
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
    /// When the question is asked.
    pub moment: Moment,
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
    let aliased = led_to(policy, repo, repository)?;
    let rules = Rulebook { policy, repository, case, exists: &exists, aliased: &aliased };
    let mut judged = Vec::new();
    for target in targets {
        match governed(&rules, target)? {
            Governed::No => {}
            why => judged.push((target.clone(), why)),
        }
    }
    Ok(judged)
}

/// Where the names of the config lead on this server: if `main` is an alias of
/// `trunk`, a push to `trunk` moves `main`.
fn led_to(
    policy: &Policy,
    repo: &Repo,
    repository: &str,
) -> anyhow::Result<BTreeMap<RefName, usize>> {
    let mut found = BTreeMap::new();
    for pattern in policy.tables.iter().flat_map(|table| table.refs.as_strings()) {
        // A pattern that is no name has none to follow.
        let Ok(name) = RefName::parse(pattern.as_bytes()) else { continue };
        let target = repo.resolve(&name)?;
        if let (true, Some(table)) = (target != name, policy.governing(repository, &name)) {
            found.insert(target, table);
        }
    }
    Ok(found)
}

/// A ref that is not where its line says. Git compares the two as well, but only when
/// it writes: until then a false start would say where the commits are new.
///
/// # Errors
/// Where a ref can't be read.
pub fn outdated(repo: &Repo, judged: &[(Target, Governed)]) -> anyhow::Result<Option<Violation>> {
    for (target, _) in judged {
        if repo.tip(&target.name)?.as_ref() != target.line.change.old_id() {
            return Ok(Some(Violation::OutdatedPush { name: target.line.name.clone() }));
        }
    }
    Ok(None)
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
        plea: Plea,
        judged: Vec<(Target, Governed)>,
    ) -> anyhow::Result<(Push, Approvals)> {
        let incoming: Vec<(usize, ObjectId)> = judged
            .iter()
            .filter_map(|(target, why)| match why {
                Governed::Branch(table) => Some((*table, target.line.change.new_id()?.clone())),
                _ => None,
            })
            .collect();
        let mut updates = Vec::new();
        let mut found = Vec::new();
        for (target, why) in judged {
            (self.doing)(format!("reading what is new on {}", target.line.name));
            let role = match why {
                Governed::No => continue,
                Governed::Branch(table) => {
                    let role = self.branch(&target, table)?;
                    let approvals = approvals::gather(self, &target, table, &role, &[])?;
                    found.push((target.name.clone(), approvals));
                    role
                }
                Governed::Tag(table) => {
                    Role::Tag { table, tagged: self.tagged(&target, table, &incoming)? }
                }
                Governed::Approval { branch, login } => {
                    let tagged = self.approved(&target)?;
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
        Ok((Push { repository, pusher, plea, updates }, found.into_iter().collect()))
    }
}
