//! The repositories: where they are, what git has in them, and how that fits the records.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::policies::Policies;
use super::{Examined, Request};
use crate::gather::git::Repo;
use crate::model::{ObjectId, RefName};
use crate::operate::below::below;
use crate::operate::named::named;
use crate::operate::progress::Progress;
use crate::policy::{Host, Policy};
use crate::verify::{Claims, Finding, Graph, Refs, tie_out as tie};

/// The repositories that are held against the evidence.
pub(super) struct Places {
    /// Each under the host's name for it.
    pub(super) all: BTreeMap<String, PathBuf>,
    /// Whether a directory was searched that should hold every one.
    is_whole: bool,
}

/// What git has in one repository, as it was before the evidence was read.
type Snapshot = BTreeMap<RefName, ObjectId>;

/// Finds the repositories that are named, or all below the root.
///
/// # Errors
/// Where one that is named is none, or its name can't be told.
pub(super) fn find(
    request: &Request,
    policy: &Policy,
    unchecked: &mut Vec<String>,
) -> anyhow::Result<Places> {
    let mut all = BTreeMap::new();
    let before = unchecked.len();
    for given in &request.repositories {
        let (name, path) = named(given, policy)?;
        all.insert(name, path);
    }
    let own_root = match &policy.host {
        Host::Plain { root, .. } => root.as_deref(),
        _ => None,
    };
    // Evidence that was brought along says nothing about the disk it is read on.
    let default = own_root.filter(|_| request.evidence.is_none() && all.is_empty());
    let root = request.root.as_deref().or(default);
    if let Some(root) = root {
        all.extend(below(root, policy, unchecked)?);
    }
    // What lies behind a door that is locked is not missing.
    Ok(Places { all, is_whole: root.is_some() && unchecked.len() == before })
}

/// Reads the refs of all repositories.
pub(super) fn snapshots(
    places: &BTreeMap<String, PathBuf>,
    unchecked: &mut Vec<String>,
) -> Vec<(String, Snapshot)> {
    let mut snapshots = Vec::new();
    for (name, path) in places {
        match Repo::open_clone(path).and_then(|repo| repo.refs_under("refs/")) {
            Ok(refs) => snapshots.push((name.clone(), refs.into_iter().collect())),
            Err(error) => unchecked.push(format!("{name} can't be read: {error:#}")),
        }
    }
    snapshots
}

/// Holds every repository against what is claimed about it.
pub(super) fn tie_out(
    examined: &mut Examined,
    places: &Places,
    snapshots: Vec<(String, Snapshot)>,
    claims: &Claims,
    policies: &Policies,
) {
    let progress = Progress::of("comparing with git", snapshots.len() as u64);
    for (name, snapshot) in snapshots {
        progress.step();
        let Some(path) = places.all.get(&name) else { continue };
        match read((&name, path), snapshot, claims, policies) {
            Ok((refs, graph)) => {
                let mut tied = tie(&name, &refs, claims, &graph, &policies.present);
                examined.findings.append(&mut tied.findings);
                examined.notes.append(&mut tied.notes);
                examined.repositories.push((name, tied));
            }
            Err(error) => examined.unchecked.push(format!("{name} can't be read: {error:#}")),
        }
    }
    let missing: Vec<&str> =
        claims.repositories().filter(|name| !places.all.contains_key(*name)).collect();
    if places.is_whole {
        examined.findings.extend(missing.into_iter().map(Finding::missing_repository));
    } else if !missing.is_empty() {
        examined.notes.push(format!(
            "{} on record {} not looked at; name {} as well, or all by --root",
            crate::text::count(missing.len(), "other repository"),
            if missing.len() == 1 { "was" } else { "were" },
            if missing.len() == 1 { "it" } else { "them" },
        ));
    }
}

/// Sorts the refs, and reads the history of what is governed.
fn read(
    (name, path): (&str, &Path),
    snapshot: Snapshot,
    claims: &Claims,
    policies: &Policies,
) -> anyhow::Result<(Refs, Graph)> {
    let repo = Repo::open_clone(path)?;
    let mut refs =
        Refs { head: repo.head_branch()?, has_any: !snapshot.is_empty(), ..Refs::default() };
    let of = claims.about(name);
    let mut tips = Vec::new();
    let is_governed = |reference: &RefName| policies.governs(name, &reference.without_namespace());
    for (reference, value) in snapshot {
        let plain = reference.without_namespace();
        if plain.as_str().starts_with("refs/approvals/") {
            refs.approvals.insert(reference, value);
        } else if of.is_some_and(|of| of.has_branch(&reference))
            || (plain.tag().is_none() && is_governed(&reference))
        {
            // An alias of a governed branch has that branch's records.
            let written = repo.resolve(&reference)?;
            if written != reference && is_governed(&written) {
                continue;
            }
            // A branch that is no commit has no history to be held against anything.
            let commit = repo.commit_behind(&value)?;
            tips.extend(commit.clone());
            refs.branches.insert(reference, commit.unwrap_or(value));
        } else if plain.tag().is_some() && is_governed(&reference) {
            let commit = repo.commit_behind(&value)?;
            tips.extend(commit.clone());
            let commit = commit.unwrap_or_else(|| value.clone());
            refs.tags.insert(reference, (value, commit));
        }
    }
    let graph = Graph::of(repo.history(tips)?);
    Ok((refs, graph))
}
