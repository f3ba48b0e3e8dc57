//! What of a push is the content of what was reviewed: the work is done again, and compared.

use std::collections::BTreeSet;

use crate::gather::git::Repo;
use crate::model::review::Content;
use crate::model::{Commit, ObjectId, Signature, contained};

/// The newest commits that may be a squash: each try is a merge.
const TRIES: usize = 50;

/// A branch that is pushed to, for what is compared with it.
pub(super) struct Pushed<'a> {
    /// Where it was.
    pub(super) old: Option<&'a ObjectId>,
    /// The commits whose histories are not new.
    pub(super) base: &'a [ObjectId],
    /// The new commits, parents before children.
    pub(super) commits: &'a [Commit],
}

/// The new commits that are proved to be the content of a reviewed commit.
///
/// Merged or fast-forwarded, the push contains it. Squashed, merging it once more
/// into the parent of the squash gives the same tree. Rebased, picking its commits
/// one by one gives the same trees, in order: comparing patch ids would let through
/// whatever differs by white space only.
///
/// # Errors
/// Where the repository can't be read.
pub(super) fn content(
    repo: &Repo,
    reviewed: &ObjectId,
    pushed: &Pushed<'_>,
) -> anyhow::Result<Content> {
    if pushed.commits.iter().any(|commit| commit.id == *reviewed) {
        let commits = contained([reviewed], pushed.commits);
        return Ok(Content { commits, writers: BTreeSet::new() });
    }
    if !repo.exists(reviewed)? || repo.commit_behind(reviewed)?.as_ref() != Some(reviewed) {
        return Ok(Content::default());
    }
    let ids = repo.new_commits(reviewed, pushed.base)?;
    if ids.is_empty() {
        return Ok(Content::default());
    }
    // The last of a rebase looks like a squash of what was still to come.
    let mut found = rebase(repo, &ids, pushed.commits)?;
    if found.is_empty() {
        found.extend(squash(repo, reviewed, &ids, pushed)?);
    }
    if found.is_empty() {
        return Ok(Content::default());
    }
    let Some(originals) = read(repo, &ids)? else { return Ok(Content::default()) };
    Ok(Content { commits: found, writers: writers(&originals) })
}

/// The commits that a reviewed one brings; `None` where one of them is malformed.
fn read(repo: &Repo, ids: &[ObjectId]) -> anyhow::Result<Option<Vec<Commit>>> {
    let mut found = Vec::new();
    for id in ids {
        let commit = repo.commit(id)?;
        if commit.content.is_err() {
            return Ok(None);
        }
        found.push(commit);
    }
    Ok(Some(found))
}

/// The addresses of all who wrote any of them.
fn writers(originals: &[Commit]) -> BTreeSet<String> {
    let written = originals.iter().filter(|commit| !commit.is_clean_merge());
    let contents = written.flat_map(|commit| commit.content.iter());
    contents
        .flat_map(|content| {
            let signed = [&content.author.email, &content.committer.email];
            signed.into_iter().chain(&content.co_authors)
        })
        .map(|email| email.to_lowercase())
        .collect()
}

fn squash(
    repo: &Repo,
    reviewed: &ObjectId,
    ids: &[ObjectId],
    pushed: &Pushed<'_>,
) -> anyhow::Result<Option<ObjectId>> {
    let newest = pushed.commits.iter().rev();
    for (commit, parent) in newest.filter_map(|c| Some((c, parent(c)?))).take(TRIES) {
        if repo.is_merge_of(&commit.id, parent, reviewed)?
            && is_up_to_date(repo, parent, reviewed, ids, pushed.old)?
        {
            return Ok(Some(commit.id.clone()));
        }
    }
    Ok(None)
}

/// Whether the parent of a squash has what the reviewed commit has of the branch. On an
/// older one the squash would do once more what the branch did since then, and merging
/// it would bring back what the branch has taken back.
fn is_up_to_date(
    repo: &Repo,
    parent: &ObjectId,
    reviewed: &ObjectId,
    ids: &[ObjectId],
    old: Option<&ObjectId>,
) -> anyhow::Result<bool> {
    let squashed = repo.new_commits(reviewed, std::slice::from_ref(parent))?;
    let Some(old) = old else {
        return Ok(squashed.iter().all(|id| ids.contains(id)));
    };
    Ok(repo.new_commits(reviewed, &[parent.clone(), old.clone()])?.len() == squashed.len())
}

/// The picks of the reviewed commits, one after the other. A rebase keeps the author
/// and his time, which tells where it may begin.
fn rebase(repo: &Repo, ids: &[ObjectId], commits: &[Commit]) -> anyhow::Result<BTreeSet<ObjectId>> {
    let line: Vec<(&Commit, &ObjectId)> =
        commits.iter().filter_map(|commit| Some((commit, parent(commit)?))).collect();
    // Somebody else's request may have any number of commits: they are not even read.
    if ids.len() > line.len() {
        return Ok(BTreeSet::new());
    }
    let Some(originals) = read(repo, ids)? else { return Ok(BTreeSet::new()) };
    // The root of a history of its own, and a merge, can't be picked.
    if originals.iter().any(|original| parent(original).is_none()) {
        return Ok(BTreeSet::new());
    }
    let first = originals.first().and_then(author);
    for start in 0..line.len() {
        let rest = line.get(start..).unwrap_or(&[]);
        if rest.first().and_then(|(commit, _)| author(commit)) == first
            && let Some(picked) = picks(repo, &originals, rest)?
        {
            return Ok(picked);
        }
    }
    Ok(BTreeSet::new())
}

/// The commits that are picks of the originals, if all of them are, in a row.
fn picks(
    repo: &Repo,
    originals: &[Commit],
    line: &[(&Commit, &ObjectId)],
) -> anyhow::Result<Option<BTreeSet<ObjectId>>> {
    let mut picked = BTreeSet::new();
    let mut before: Option<&ObjectId> = None;
    let mut line = line.iter();
    for original in originals {
        let Some((commit, parent)) = line.next() else { return Ok(None) };
        let in_a_row = before.is_none_or(|before| before == *parent);
        if !in_a_row || !repo.is_pick_of(&commit.id, parent, &original.id)? {
            return Ok(None);
        }
        picked.insert(commit.id.clone());
        before = Some(&commit.id);
    }
    Ok(Some(picked))
}

fn parent(commit: &Commit) -> Option<&ObjectId> {
    match commit.content.as_ref().map(|content| content.parents.as_slice()) {
        Ok([parent]) => Some(parent),
        _ => None,
    }
}

fn author(commit: &Commit) -> Option<&Signature> {
    commit.content.as_ref().ok().map(|content| &content.author)
}
