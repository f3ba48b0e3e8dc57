//! A governed tag: it stands on what a trusted ref was at, or what it brings is judged.

use super::branch::{self, Change};
use super::guarded::{broken, met};
use crate::model::verdict::JudgedApproval;
use crate::model::{Change as Asked, Check, Outcome, RefUpdate, Rule, Tagged, Violation};

/// Whether it may be there, and what of it.
pub(super) fn checks(
    change: &Change<'_>,
    update: &RefUpdate,
    tagged: &Tagged,
    judged: &[JudgedApproval],
    along: bool,
) -> Vec<Check> {
    let mut checks = match &update.line.change {
        Asked::Create { .. } => vec![met(Rule::MovedTag, "created")],
        Asked::Update { .. } => vec![broken(Violation::MovedTag)],
        Asked::Delete { .. } => return vec![broken(Violation::DeletedRef { removable_by: None })],
    };
    match tagged {
        Tagged::Commit(_) if along => {
            checks.push(met(Rule::StrayTag, "with the branch that brings its commit"));
        }
        Tagged::Commit(_) => checks.extend(brought(change, update, judged)),
        Tagged::NoCommit | Tagged::Nothing => checks.push(broken(Violation::NoCommit)),
    }
    checks
}

/// A state that nobody has seen as such is told as one fault, whatever each of its commits
/// lacks: the way out is to tag another one.
fn brought(change: &Change<'_>, update: &RefUpdate, judged: &[JudgedApproval]) -> Vec<Check> {
    let commits = update.role.commits();
    if commits.is_empty() {
        return vec![met(Rule::StrayTag, "where a trusted branch was")];
    }
    let each = commits.iter().flat_map(|commit| branch::of_commit(change, update, commit, judged));
    let mut all: Vec<Check> = branch::pusher(change, update).into_iter().chain(each).collect();
    if all.iter().any(|check| matches!(check.outcome, Outcome::Broken(_))) {
        return vec![broken(Violation::StrayTag { brings: commits.len() })];
    }
    all.push(met(Rule::StrayTag, "approved as it stands"));
    all
}
