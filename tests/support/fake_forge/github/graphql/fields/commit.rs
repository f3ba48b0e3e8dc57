//! The fields of a commit, and of what robots say about it.

use super::{leaf, one, page};
use crate::support::fake_forge::commits::{Commit, Signed};
use crate::support::fake_forge::github::graphql::run::Arguments;
use crate::support::fake_forge::github::graphql::thing::Answer::{self, NoField, One};
use crate::support::fake_forge::github::graphql::thing::Thing;
use crate::support::fake_forge::github::{associated, repository, shape};
use crate::support::fake_forge::state::{Check, CheckKind, Outcome, State};

pub(super) fn committed<'a>(
    state: &'a State,
    commit: &Commit,
    name: &str,
    args: &Arguments,
) -> Answer<'a> {
    match name {
        "oid" => leaf(commit.id.clone()),
        "id" => leaf(format!("C_{}", commit.id)),
        "url" => leaf(format!("{}/commit/{}", repository::html(state), commit.id)),
        "message" => leaf(commit.message.clone()),
        "messageHeadline" => leaf(commit.message.lines().next().unwrap_or_default()),
        "committedDate" => leaf(commit.committer.at.clone()),
        "authoredDate" => leaf(commit.author.at.clone()),
        "author" => One(Thing::GitActor(commit.author.clone())),
        "committer" => One(Thing::GitActor(commit.committer.clone())),
        "authors" => {
            let people = std::iter::once(commit.author.clone()).chain(co_authors(commit));
            let people = people.map(Thing::GitActor).collect();
            page(state, name, args, "GitActor", people)
        }
        "parents" => {
            let parents = commit.parents.iter().filter_map(|id| state.commits.find(id));
            page(state, name, args, "Commit", parents.map(Thing::from).collect())
        }
        "associatedPullRequests" => {
            let pulls = associated(state, &commit.id).into_iter().map(Thing::Pull).collect();
            page(state, name, args, "PullRequest", pulls)
        }
        "statusCheckRollup" => {
            let checks = state.checks.get(&commit.id);
            one(checks.map(|checks| Thing::Rollup(checks)))
        }
        _ => NoField,
    }
}

/// Those whom trailers name.
fn co_authors(commit: &Commit) -> Vec<Signed> {
    let named = commit.message.lines().filter_map(|line| {
        let (name, email) = line.strip_prefix("Co-authored-by: ")?.split_once(" <")?;
        let email = email.strip_suffix('>')?.to_owned();
        Some(Signed { name: name.to_owned(), email, at: commit.author.at.clone() })
    });
    named.collect()
}

pub(super) fn rollup<'a>(
    state: &State,
    checks: &'a [Check],
    name: &str,
    args: &Arguments,
) -> Answer<'a> {
    match name {
        "state" => {
            let all = shape::combined(checks.iter().map(|check| check.outcome));
            leaf(shape::word(all).to_uppercase())
        }
        "contexts" => {
            let contexts = checks.iter().map(Thing::Check).collect();
            page(state, name, args, "StatusCheckRollupContext", contexts)
        }
        _ => NoField,
    }
}

pub(super) fn checked<'a>(check: &Check, name: &str) -> Answer<'a> {
    let done = check.outcome != Outcome::Pending;
    let word = shape::word(check.outcome).to_uppercase();
    match (check.kind, name) {
        (CheckKind::Status, "context") | (CheckKind::Run, "name") => leaf(check.name.clone()),
        (CheckKind::Status, "state") => leaf(word),
        (CheckKind::Status, "createdAt") => leaf(check.at.clone()),
        (CheckKind::Run, "status") => leaf(if done { "COMPLETED" } else { "IN_PROGRESS" }),
        (CheckKind::Run, "conclusion") => leaf(done.then_some(word)),
        (CheckKind::Run, "startedAt") => leaf(check.at.clone()),
        (CheckKind::Run, "completedAt") => leaf(done.then(|| check.at.clone())),
        _ => NoField,
    }
}
