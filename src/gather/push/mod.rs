//! The push: each governed ref with how it moves and which commits are new there.

pub mod again;
mod approvals;
mod branch;
pub mod clone;
pub mod governed;
mod line;
mod nested;
mod pointers;
mod states;
pub mod take_in;
mod unexplained;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use governed::{Case, Governed, Rulebook, Target, folded, governed};
use line::IdList;

use super::git::Repo;
use crate::model::review::Moment;
use crate::model::{
    Approvals, Brought, History, ObjectId, Plea, Push, Pusher, RefLine, RefName, RefUpdate, Role,
    Violation,
};
use crate::policy::Policy;

/// What is kept beside the evidence, to be asked for when it is needed.
pub trait Records {
    /// The first parents of a commit, as they were kept.
    ///
    /// # Errors
    /// Where that can't be read.
    fn line(&self, tip: &ObjectId) -> anyhow::Result<Option<Vec<u8>>>;

    /// Keeps them for the next push.
    ///
    /// # Errors
    /// Where that can't be written.
    fn keep_line(&self, tip: &ObjectId, ids: &[u8]) -> anyhow::Result<()>;

    /// Who first brought each of these commits, as far as that is known.
    ///
    /// # Errors
    /// Where that can't be read.
    fn brought(&self, commits: &BTreeSet<ObjectId>) -> anyhow::Result<BTreeMap<ObjectId, Brought>>;
}

/// No evidence: in a clone nothing is kept, and nobody knows who brought what.
pub struct NoRecords;

impl Records for NoRecords {
    fn line(&self, _: &ObjectId) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn keep_line(&self, _: &ObjectId, _: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }

    fn brought(&self, _: &BTreeSet<ObjectId>) -> anyhow::Result<BTreeMap<ObjectId, Brought>> {
        Ok(BTreeMap::new())
    }
}

/// What a push is gathered from.
pub struct Sources<'a> {
    pub(in crate::gather) policy: &'a Policy,
    pub(in crate::gather) repo: &'a Repo,
    pub(in crate::gather) repository: &'a str,
    pub(in crate::gather) history: &'a History,
    records: &'a dyn Records,
    pub(in crate::gather) moment: Moment,
    /// Of an emergency: what it is pushed under.
    incident: Option<String>,
    /// What is being done, for a failure report.
    pub(in crate::gather) doing: &'a dyn Fn(String),
    lines: RefCell<BTreeMap<ObjectId, Rc<IdList>>>,
}

impl<'a> Sources<'a> {
    /// For one repository, new objects included, under the host's name for it.
    pub fn new(
        policy: &'a Policy,
        repo: &'a Repo,
        repository: &'a str,
        history: &'a History,
        records: &'a dyn Records,
        moment: Moment,
        doing: &'a dyn Fn(String),
    ) -> Self {
        let (incident, lines) = (None, RefCell::default());
        Self { policy, repo, repository, history, records, moment, incident, doing, lines }
    }
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
    let nested = match policy.governs_repository(repository) {
        Some(_) => nested::nested(repo, case, targets)?,
        None => BTreeMap::new(),
    };
    let spelled = match case {
        Case::Kept => BTreeMap::new(),
        Case::Ignored => spelled(policy, repo)?,
    };
    let rules = Rulebook {
        policy,
        repository,
        case,
        exists: &exists,
        aliased: &aliased,
        nested: &nested,
        spelled: &spelled,
    };
    let mut judged = Vec::new();
    for target in targets {
        match governed(&rules, target)? {
            Governed::No => {}
            why => judged.push((target.clone(), why)),
        }
    }
    Ok(judged)
}

/// How the names of the config and those that are there are spelled, by their folded form.
fn spelled(policy: &Policy, repo: &Repo) -> anyhow::Result<BTreeMap<String, RefName>> {
    let literals = policy.tables.iter().flat_map(|table| table.refs.literals());
    let literals = literals.flat_map(|name| RefName::parse(name.as_bytes()));
    let present = repo.refs_under("refs/")?.into_iter().map(|(name, _)| name);
    let mut spelled = BTreeMap::new();
    for name in literals.chain(present) {
        spelled.entry(folded(&name)).or_insert(name);
    }
    Ok(spelled)
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
///
/// # Errors
/// Where the repository's config can't be read.
pub fn aliased(repo: &Repo, judged: &[(Target, Governed)]) -> anyhow::Result<Option<Violation>> {
    let ignores_case = repo.ignores_case()?;
    let file = |name: &RefName| match ignores_case {
        true => folded(name),
        false => name.as_str().to_owned(),
    };
    let mut seen = BTreeSet::new();
    let twice = judged.iter().find(|(target, _)| !seen.insert(file(&target.name)));
    Ok(twice.map(|(target, _)| Violation::DuplicateRef { name: target.name.clone() }))
}

impl Sources<'_> {
    /// Gathers the push and the approvals for it.
    ///
    /// # Errors
    /// Where anything that decides can't be read.
    pub fn push(
        &mut self,
        pusher: Pusher,
        plea: Plea,
        judged: Vec<(Target, Governed)>,
    ) -> anyhow::Result<(Push, Approvals)> {
        self.incident = match &plea {
            Plea::Emergency(reason) => reason.incident.clone(),
            Plea::None | Plea::Malformed { .. } => None,
        };
        let branches = judged.iter().filter(|(_, why)| matches!(why, Governed::Branch(_)));
        let pushed: BTreeMap<RefName, ObjectId> = branches
            .filter_map(|(target, _)| {
                Some((target.name.clone(), target.line.change.new_id()?.clone()))
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
                    let branch = target.name.without_namespace().branch().map(str::to_owned);
                    let approvals = approvals::gather(self, &target, branch, &role, &[])?;
                    found.push((target.name.clone(), approvals));
                    role
                }
                Governed::Tag(table) => {
                    let role = self.tag(&target, table, &pushed)?;
                    let branches = self.trusted_branches(&target, table)?;
                    let approvals = approvals::gather(self, &target, branches, &role, &[])?;
                    found.push((target.name.clone(), approvals));
                    role
                }
                Governed::Approval { branch, login } => self.approval(&target, branch, login)?,
                Governed::MisnamedApproval => Role::MisnamedApproval,
                Governed::Replacement(table) => Role::Replacement { table },
                Governed::Shadow { branch, table } => Role::Shadow { branch, table },
                Governed::Nested { table, directory } => Role::Nested { table, directory },
                Governed::OddCase { table, meant } => Role::OddCase { table, meant },
            };
            updates.push(RefUpdate { line: target.line, target: target.name, role });
        }
        let repository = self.repository.to_owned();
        Ok((Push { repository, pusher, plea, updates }, found.into_iter().collect()))
    }

    /// Whether an object is in the repository or the push.
    fn has(&self, id: &ObjectId) -> anyhow::Result<bool> {
        self.repo.exists(id)
    }
}
