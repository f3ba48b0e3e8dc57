//! The fields of each type, as far as this server has them.

mod commit;
mod issue;
mod pull;

use serde_json::{Value, json};

use super::super::repository;
use super::run::Arguments;
use super::thing::Answer::{self, Failed, Leaf, Many, NoField, Null, One};
use super::thing::{Connection, Thing};
use crate::support::fake_forge::state::{Access, Kind, Person, Request, State};
use commit::{checked, committed, rollup};
use issue::ticket;
use pull::{pull, reviewed, stage};

fn leaf<'a>(value: impl Into<Value>) -> Answer<'a> {
    Leaf(value.into())
}

fn one<'a>(thing: Option<Thing<'a>>) -> Answer<'a> {
    thing.map_or(Null, One)
}

/// A page of a list; GitHub wants to be told how long.
fn page<'a>(
    state: &State,
    name: &str,
    args: &Arguments,
    of: &'static str,
    all: Vec<Thing<'a>>,
) -> Answer<'a> {
    let number = |name: &str| args.get(name).and_then(Value::as_u64);
    let Some(size) = number("first").or(number("last")) else {
        return Failed(
            "MISSING_PAGINATION_BOUNDARIES",
            format!(
                "You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            ),
        );
    };
    if size > 100 {
        return Failed(
            "EXCESSIVE_PAGINATION",
            format!(
                "Requesting {size} records on the `{name}` connection exceeds the `first` limit of 100 records."
            ),
        );
    }
    let place = |name: &str| {
        let cursor = args.get(name).and_then(Value::as_str);
        cursor.map(|cursor| cursor.strip_prefix("cursor:").unwrap().parse::<usize>().unwrap())
    };
    let total = all.len();
    let size = usize::try_from(size).unwrap().min(state.page);
    let (start, end) = match number("first") {
        Some(_) => (place("after").unwrap_or(0), total),
        None => {
            let end = place("before").unwrap_or(total);
            (end.saturating_sub(size), end)
        }
    };
    let items = all.into_iter().take(end).skip(start).take(size).collect();
    One(Thing::Connection(Box::new(Connection { of, items, start, total })))
}

impl<'a> Thing<'a> {
    pub(super) fn field(&self, state: &'a State, name: &str, args: &Arguments) -> Answer<'a> {
        if name == "__typename" {
            return leaf(self.type_name());
        }
        match self {
            Self::Query => query(state, name, args),
            Self::RateLimit => match name {
                "cost" => leaf(1),
                "limit" => leaf(5000),
                "remaining" => leaf(state.habits.github.points),
                "used" => leaf(5000 - state.habits.github.points),
                "resetAt" => leaf("2026-01-07T12:00:00Z"),
                _ => NoField,
            },
            Self::Repository => in_repository(state, name, args),
            Self::Fork(full_name) => match name {
                "nameWithOwner" => leaf(*full_name),
                _ => NoField,
            },
            Self::Person(person) => account(state, person, name),
            Self::Pull(request) => pull(state, request, name, args),
            Self::PullCommit(commit) => match name {
                "commit" => One(Self::Commit(commit.clone())),
                "id" => leaf(format!("PRC_{}", commit.id)),
                _ => NoField,
            },
            Self::Review(request, review) => reviewed(state, request, review, name, args),
            Self::BaseChange(at) => match name {
                "createdAt" => leaf(*at),
                _ => NoField,
            },
            Self::Commit(commit) => committed(state, commit, name, args),
            Self::GitActor(signed) => match name {
                "name" => leaf(signed.name.clone()),
                "email" => leaf(signed.email.clone()),
                "date" => leaf(signed.at.clone()),
                "user" => one(state.by_email(&signed.email).map(Self::Person)),
                _ => NoField,
            },
            Self::Issue(issue) => ticket(state, issue, name, args),
            Self::Label(title) => match name {
                "name" => leaf(*title),
                _ => NoField,
            },
            Self::Milestone(title) => match name {
                "title" => leaf(*title),
                "number" => leaf(1),
                "state" => leaf("OPEN"),
                "dueOn" => Null,
                _ => NoField,
            },
            Self::Team(slug) => match name {
                "slug" | "name" => leaf(*slug),
                _ => NoField,
            },
            Self::Rollup(checks) => rollup(state, checks, name, args),
            Self::Check(check) => checked(check, name),
            Self::Collaborator(person) => match name {
                "node" => One(Self::Person(person)),
                "permission" => leaf(match person.access {
                    Access::None | Access::Read => "READ",
                    Access::Write => "WRITE",
                    Access::Admin => "ADMIN",
                }),
                _ => NoField,
            },
            Self::Connection(connection) => match name {
                // People who collaborate stand on the edges, with what they may.
                "edges" if connection.of == "RepositoryCollaborator" => {
                    Many(connection.items.clone())
                }
                "nodes" => Many(connection.items.iter().map(Thing::node).collect()),
                "totalCount" => leaf(connection.total),
                "pageInfo" => One(Self::PageInfo(connection.clone())),
                _ => NoField,
            },
            Self::PageInfo(connection) => {
                let end = connection.start + connection.items.len();
                match name {
                    "hasNextPage" => leaf(end < connection.total),
                    "hasPreviousPage" => leaf(connection.start > 0),
                    "endCursor" if connection.items.is_empty() => Null,
                    "endCursor" => leaf(format!("cursor:{end}")),
                    "startCursor" => leaf(format!("cursor:{}", connection.start)),
                    _ => NoField,
                }
            }
        }
    }
}

fn query<'a>(state: &'a State, name: &str, args: &Arguments) -> Answer<'a> {
    match name {
        "viewer" => One(Thing::Person(&state.people["sockembot"])),
        "rateLimit" => One(Thing::RateLimit),
        "repository" => {
            let part = |name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default();
            let full = format!("{}/{}", part("owner"), part("name"));
            let known = full.to_lowercase();
            // Unlike the other interface it goes on to where a renamed one is.
            let here = known == state.full_name().to_lowercase() || state.former.contains(&known);
            if here && !state.hidden {
                return One(Thing::Repository);
            }
            let message = format!("Could not resolve to a Repository with the name '{full}'.");
            Failed("NOT_FOUND", message)
        }
        _ => NoField,
    }
}

fn in_repository<'a>(state: &'a State, name: &str, args: &Arguments) -> Answer<'a> {
    let number = args.get("number").and_then(Value::as_u64).unwrap_or(0);
    let missing = |what: &str| {
        Failed("NOT_FOUND", format!("Could not resolve to {what} with the number of {number}."))
    };
    let own = ["nameWithOwner", "name", "databaseId", "id", "isPrivate", "url", "viewerPermission"];
    if state.narrow && !own.contains(&name) {
        return Failed("FORBIDDEN", "Resource not accessible by personal access token".to_owned());
    }
    match name {
        "nameWithOwner" => leaf(state.full_name()),
        "name" => leaf(state.name.clone()),
        "databaseId" => leaf(state.id),
        "id" => leaf(format!("R_{}", state.id)),
        "url" => leaf(repository::html(state)),
        "isPrivate" => leaf(true),
        "viewerPermission" => leaf("READ"),
        "object" => {
            let id = args.get("oid").and_then(Value::as_str).unwrap_or_default();
            one(state.commits.find(id).map(Thing::from))
        }
        "pullRequest" => match state.requests.get(&number) {
            Some(request) => One(Thing::Pull(request)),
            None => missing("a PullRequest"),
        },
        "issue" => match state.issues.get(&number) {
            Some(issue) => One(Thing::Issue(issue)),
            None => missing("an Issue"),
        },
        "issueOrPullRequest" => match (state.issues.get(&number), state.requests.get(&number)) {
            (Some(issue), _) => One(Thing::Issue(issue)),
            (None, Some(request)) => One(Thing::Pull(request)),
            (None, None) => missing("an issue or pull request"),
        },
        "pullRequests" => {
            let text = |name: &str| args.get(name).and_then(Value::as_str);
            let states = args.get("states").and_then(Value::as_array);
            let matching = |request: &&Request| {
                states.is_none_or(|states| states.contains(&json!(stage(request))))
                    && text("baseRefName").is_none_or(|base| base == request.base)
                    && text("headRefName").is_none_or(|head| head == request.branch)
            };
            let mut pulls: Vec<Thing<'_>> =
                state.requests.values().filter(matching).map(Thing::Pull).collect();
            if args.get("orderBy").is_some_and(|order| order["direction"] == "DESC") {
                pulls.reverse();
            }
            page(state, name, args, "PullRequest", pulls)
        }
        "collaborators" => {
            let wanted = ["login", "query"].into_iter().find_map(|name| args.get(name));
            let people = state.people.values().filter(|person| {
                person.access > Access::None
                    && wanted.is_none_or(|login| *login == json!(person.login))
            });
            let people = people.map(Thing::Collaborator).collect();
            page(state, name, args, "RepositoryCollaborator", people)
        }
        _ => NoField,
    }
}

fn account<'a>(state: &State, person: &Person, name: &str) -> Answer<'a> {
    match name {
        "login" => leaf(person.login.clone()),
        "url" => leaf(format!("{}/{}", state.url, person.login)),
        "id" => leaf(format!("U_{}", person.id)),
        "databaseId" => leaf(person.id),
        // Empty where the profile shows none; a bot has no such field.
        "email" if person.kind == Kind::User => {
            leaf(person.public_email.clone().unwrap_or_default())
        }
        "name" if person.kind == Kind::User => leaf(person.login.clone()),
        _ => NoField,
    }
}
