//! The fields of an issue.

use super::{leaf, one, page};
use crate::support::fake_forge::github::graphql::run::Arguments;
use crate::support::fake_forge::github::graphql::thing::Answer::{self, NoField, One};
use crate::support::fake_forge::github::graphql::thing::Thing;
use crate::support::fake_forge::github::repository;
use crate::support::fake_forge::state::{Issue, State};

pub(super) fn ticket<'a>(
    state: &'a State,
    issue: &'a Issue,
    name: &str,
    args: &Arguments,
) -> Answer<'a> {
    let person = |login: &'a String| Thing::Person(&state.people[login]);
    let closed = issue.closed.is_some();
    match name {
        "number" => leaf(issue.number),
        "databaseId" => leaf(issue.id),
        "id" => leaf(format!("I_{}", issue.id)),
        "title" => leaf(issue.title.clone()),
        "url" => leaf(format!("{}/issues/{}", repository::html(state), issue.number)),
        "state" => leaf(if closed { "CLOSED" } else { "OPEN" }),
        "stateReason" => leaf(closed.then_some("COMPLETED")),
        "createdAt" | "updatedAt" => leaf(issue.created.clone()),
        "closedAt" => leaf(issue.closed.clone()),
        "author" => one(issue.author.as_ref().map(person)),
        "repository" => One(Thing::Repository),
        "milestone" => one(issue.milestone.as_deref().map(Thing::Milestone)),
        "labels" => {
            let labels = issue.labels.iter().map(|label| Thing::Label(label)).collect();
            page(state, name, args, "Label", labels)
        }
        "assignees" => {
            page(state, name, args, "User", issue.assignees.iter().map(person).collect())
        }
        _ => NoField,
    }
}
