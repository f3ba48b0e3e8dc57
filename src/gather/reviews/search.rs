//! Which requests a push may be the merge of: heads that it contains, numbers that point there.

use std::collections::{BTreeMap, BTreeSet};

use super::proof::{self, Pushed};
use super::{Found, ReviewServer, Wanted};
use crate::gather::push::Sources;
use crate::gather::remote::Fault;
use crate::model::review::{Answer, Content, Moment, Proven};
use crate::model::{
    ChangeRequest, Commit, Incoming, ObjectId, Push, RefName, RefUpdate, Reviews, Role,
};
use crate::policy::ApprovalSource;

/// Refs in which forges keep the heads of their requests in the repository itself:
/// `refs/pull/7/head`, `refs/merge-requests/7/head`.
const HEADS: [&str; 2] = ["refs/pull/", "refs/merge-requests/"];

/// Numbers that refs have, numbers that commits name, and open requests whose content
/// is compared: anybody can make many.
const MOST: usize = 50;

/// The largest number that a request has. A larger one makes all of a GraphQL request
/// invalid (GraphQL, 3.5.1).
const LARGEST: u64 = i32::MAX as u64;

/// The reviews that a push needs.
pub struct Search<'a> {
    sources: &'a Sources<'a>,
    branches: Vec<Branch<'a>>,
}

/// One branch of the push, and what is to be asked about it.
struct Branch<'a> {
    target: &'a RefName,
    old: Option<&'a ObjectId>,
    base: &'a [ObjectId],
    commits: &'a [Commit],
    wanted: Wanted,
}

/// What the forge said about each branch, not yet proved.
pub struct Asked(Vec<Result<Found, Fault>>);

impl<'a> Search<'a> {
    /// Looks through the push and the repository's own refs.
    ///
    /// # Errors
    /// Where a ref or a commit can't be read.
    pub fn prepare(sources: &'a Sources<'a>, push: &'a Push) -> anyhow::Result<Self> {
        let mut branches = Vec::new();
        for update in &push.updates {
            if let Some(branch) = branch(sources, push, update)? {
                branches.push(branch);
            }
        }
        Ok(Self { sources, branches })
    }

    /// Asks the forge, about all branches at once. Touches no repository, so that it
    /// can be done beside other things.
    pub fn questions(&self) -> Vec<&Wanted> {
        self.branches.iter().map(|branch| &branch.wanted).collect()
    }

    /// Proves which of the new commits are the content of what was found.
    ///
    /// # Errors
    /// Where the repository can't be read.
    pub fn prove(&self, server: &dyn ReviewServer, asked: Asked) -> anyhow::Result<Reviews> {
        let mut found = Vec::new();
        for (branch, answer) in self.branches.iter().zip(asked.0) {
            let answer = match answer {
                Ok(answer) => self.of_branch(server, branch, answer)?,
                Err(fault) => Answer::Unknown(fault.to_string()),
            };
            found.push((branch.target.clone(), answer));
        }
        Ok(found.into_iter().collect())
    }

    fn of_branch(
        &self,
        server: &dyn ReviewServer,
        branch: &Branch<'_>,
        found: Found,
    ) -> anyhow::Result<Answer> {
        let mut proven = self.proven(branch, found.requests)?;
        // What no pointer led to may still be the squash of an open request.
        let left = branch.without(&proven, self.sources.moment);
        if left.is_empty() || found.open.is_empty() {
            return Ok(Answer::Known(proven));
        }
        let mut numbers = BTreeSet::new();
        for (number, head) in found.open.iter().take(MOST) {
            let is_known = proven.iter().any(|known| known.request.number == *number);
            if !is_known && !self.content(branch, head)?.commits.is_disjoint(&left) {
                numbers.insert(*number);
            }
        }
        if numbers.is_empty() {
            return Ok(Answer::Known(proven));
        }
        let wanted = Wanted { numbers, heads: BTreeSet::new(), ..branch.wanted.clone() };
        match server.find(&wanted) {
            Ok(more) => proven.extend(self.proven(branch, more.requests)?),
            Err(fault) => return Ok(Answer::Unknown(fault.to_string())),
        }
        Ok(Answer::Known(proven))
    }

    fn proven(
        &self,
        branch: &Branch<'_>,
        requests: Vec<ChangeRequest>,
    ) -> anyhow::Result<Vec<Proven>> {
        requests
            .into_iter()
            .map(|request| {
                let mut content = BTreeMap::new();
                for id in request.reviewed() {
                    content.insert(id.clone(), self.content(branch, id)?);
                }
                Ok(Proven { request, content })
            })
            .collect()
    }

    fn content(&self, branch: &Branch<'_>, id: &ObjectId) -> anyhow::Result<Content> {
        let Branch { old, base, commits, .. } = *branch;
        proof::content(self.sources.repo, id, &Pushed { old, base, commits })
    }
}

impl Asked {
    /// The answers to [`Search::questions`], in their order, each from a thread of its
    /// own. A panic there is no answer.
    pub fn of(answers: impl Iterator<Item = std::thread::Result<Result<Found, Fault>>>) -> Self {
        Self(answers.map(|answer| answer.unwrap_or_else(|_| Err(Fault::broken()))).collect())
    }
}

impl Branch<'_> {
    /// The new commits that need a review, and are not the content of any request that
    /// can give one.
    fn without(&self, proven: &[Proven], moment: Moment) -> BTreeSet<ObjectId> {
        let can_land =
            |proven: &&Proven| proven.request.unfit(Some(&self.wanted.branch), moment).is_none();
        let covered: BTreeSet<&ObjectId> =
            proven.iter().filter(can_land).flat_map(Proven::all).collect();
        let needy = self.commits.iter().filter(|commit| !commit.is_clean_merge());
        needy.map(|commit| &commit.id).filter(|id| !covered.contains(id)).cloned().collect()
    }
}

/// What is to be asked about one ref; nothing where reviews do not count for it.
fn branch<'a>(
    sources: &'a Sources<'a>,
    push: &'a Push,
    update: &'a RefUpdate,
) -> anyhow::Result<Option<Branch<'a>>> {
    let Role::Branch { incoming, .. } = &update.role else { return Ok(None) };
    let Incoming { table, base, commits, .. } = incoming;
    let table = sources.policy.tables.get(*table);
    let counts = table.filter(|table| {
        table.approval.from.contains(&ApprovalSource::Reviews)
            && (table.approval.required > 0 || !table.approval.checks.is_empty())
            && table.exempts(&push.pusher).is_none()
    });
    let plain = update.target.without_namespace();
    let needs_eyes = commits.iter().any(|commit| !commit.is_clean_merge());
    let (Some(table), Some(name), true) = (counts, plain.branch(), needs_eyes) else {
        return Ok(None);
    };
    let heads = heads(commits);
    let mut numbers = BTreeSet::new();
    for commit in commits.iter().rev() {
        if numbers.len() >= MOST {
            break;
        }
        numbers.extend(sources.repo.requests_mentioned(&commit.id)?);
    }
    numbers.extend(in_repository(sources, update.target.namespace(), &heads)?);
    let wanted = Wanted {
        branch: name.to_owned(),
        numbers: numbers.into_iter().filter(|number| *number <= LARGEST).collect(),
        // Those that a ref of the repository leads to as well: on some hosts anybody can
        // push one that leads astray.
        heads,
        checks: !table.approval.checks.is_empty(),
    };
    let old = update.line.change.old_id();
    Ok(Some(Branch { target: &update.target, old, base, commits, wanted }))
}

/// What may have been the head of a request: what a merge brought in; and what it was
/// brought into, or the newest commit, unless that is a mere merge of something else that
/// is new. One that brings a request up to date is its head, and brings in nothing new.
fn heads(commits: &[Commit]) -> BTreeSet<ObjectId> {
    let new: BTreeMap<&ObjectId, &Commit> =
        commits.iter().map(|commit| (&commit.id, commit)).collect();
    let parents = |commit: &'_ Commit| match &commit.content {
        Ok(content) if content.parents.len() > 1 => content.parents.clone(),
        Ok(_) | Err(_) => Vec::new(),
    };
    let brings = |commit: &Commit| parents(commit).iter().skip(1).any(|id| new.contains_key(id));
    let may_be = |id: &ObjectId| {
        new.get(id).is_some_and(|commit| !commit.is_clean_merge() || !brings(commit))
    };
    let mut found = BTreeSet::new();
    for commit in commits {
        let mut parents = parents(commit).into_iter();
        found.extend(parents.next().filter(may_be));
        found.extend(parents.filter(|id| new.contains_key(id)));
    }
    found.extend(commits.last().map(|commit| commit.id.clone()).filter(may_be));
    found
}

/// The numbers of requests whose heads the repository itself knows; not all, where
/// somebody has made more of them than there can be.
fn in_repository(
    sources: &Sources<'_>,
    namespace: &str,
    heads: &BTreeSet<ObjectId>,
) -> anyhow::Result<BTreeSet<u64>> {
    let mut numbers = BTreeSet::new();
    for prefix in HEADS {
        for (name, id) in sources.repo.refs_under(&format!("{namespace}{prefix}"))? {
            let plain = name.without_namespace();
            let number = plain.as_str().strip_prefix(prefix).and_then(|r| r.strip_suffix("/head"));
            if let Some(Ok(number)) = number.map(str::parse)
                && heads.contains(&id)
                && numbers.len() < MOST
            {
                numbers.insert(number);
            }
        }
    }
    Ok(numbers)
}
