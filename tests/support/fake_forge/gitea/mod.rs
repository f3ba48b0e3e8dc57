//! The state as Gitea's and Forgejo's interface shows it, version 1.

mod shape;

use serde_json::{Value, json};

use super::asked::Call;
use super::faults::Fault;
use super::page::Paging;
use super::state::{Access, Request, Stage, State};
use crate::support::http::{Asked, Reply};

const JSON: &str = "application/json;charset=utf-8";
/// `MAX_RESPONSE_ITEMS`.
const PAGING: Paging = Paging { size: "limit", default: 30, most: 50 };

pub(super) fn answer(state: &mut State, asked: &Asked) -> Reply {
    let Some(call) = Call::under("/api/v1", asked).filter(|_| asked.method == "GET") else {
        return not_found(state);
    };
    if call.path() == ["version"] {
        return found(&json!({"version": state.habits.gitea.version}));
    }
    let given = asked.authorization.split_once(' ');
    match given.filter(|(scheme, _)| ["token", "bearer"].contains(&scheme.to_lowercase().as_str()))
    {
        Some((_, token)) if token == state.token => rest(state, &call),
        Some(_) => said(state, 401, "invalid username, password or token"),
        // Who says nothing of himself sees what everybody sees, which is little.
        None if call.path() == ["user"] => said(state, 401, "token is required"),
        None => not_found(state),
    }
}

fn said(state: &State, status: u16, message: &str) -> Reply {
    let body = json!({"message": message, "url": format!("{}/api/swagger", state.url)});
    Reply::Text(status, JSON, vec![], body.to_string())
}

fn not_found(state: &State) -> Reply {
    let body = json!({"errors": [], "message": "The target couldn't be found.",
        "url": format!("{}/api/swagger", state.url)});
    Reply::Text(404, JSON, vec![], body.to_string())
}

fn rest(state: &State, call: &Call) -> Reply {
    match call.path()[..] {
        ["user"] => found(&shape::user(state, &state.people["sockembot"])),
        ["user", "repos"] => {
            let repositories = Some(shape::repository(state)).filter(|_| !state.hidden);
            listed(state, call, &repositories.into_iter().collect::<Vec<_>>())
        }
        ["users", login] => match state.people.get(login) {
            Some(person) => found(&shape::user(state, person)),
            None => not_found(state),
        },
        ["repos", owner, name, ref rest @ ..] => {
            let full = format!("{owner}/{name}").to_lowercase();
            if full == state.full_name().to_lowercase() {
                in_repository(state, call, rest)
            } else if state.former.contains(&full) && !state.hidden {
                // Where a renamed repository is now, by its new name.
                let old = format!("/{owner}/{name}");
                let new = format!("/{}", state.full_name());
                let path = call.asked.path.replacen(&old, &new, 1);
                let page = format!("<a href=\"{path}\">Temporary Redirect</a>.\n");
                Reply::Text(307, "text/html; charset=utf-8", vec![("Location", path)], page)
            } else {
                not_found(state)
            }
        }
        _ => not_found(state),
    }
}

fn in_repository(state: &State, call: &Call, rest: &[&str]) -> Reply {
    // What an account may not see is not there.
    if state.hidden {
        return not_found(state);
    }
    if state.narrow {
        let message = "token does not have at least one of required scope(s): [read:repository]";
        return said(state, 403, message);
    }
    match *rest {
        [] => found(&shape::repository(state)),
        ["pulls"] => pulls(state, call),
        ["pulls", index] => one(state, index, |request| found(&shape::pull(state, request))),
        ["pulls", index, "reviews"] => one(state, index, |request| {
            let reviews = request.reviews.iter();
            let reviews = reviews.map(|review| shape::review(state, request, review));
            listed(state, call, &reviews.collect::<Vec<_>>())
        }),
        ["pulls", index, "commits"] => one(state, index, |request| {
            let commits = request.commits.iter().rev().filter_map(|id| state.commits.find(id));
            let commits = commits.map(|commit| shape::commit(state, &commit));
            listed(state, call, &commits.collect::<Vec<_>>())
        }),
        // Only of those that are merged, and only by the commit that merged them.
        ["commits", sha, "pull"] => {
            let by = |request: &&Request| request.stage == Stage::Merged(sha.to_owned());
            match state.requests.values().find(by) {
                Some(request) => found(&shape::pull(state, request)),
                None => not_found(state),
            }
        }
        ["commits", sha, "status"] => match state.commits.find(sha) {
            Some(_) => found(&shape::combined_status(state, sha)),
            None => not_found(state),
        },
        ["commits", sha, "statuses"] => match state.commits.find(sha) {
            Some(_) => listed(state, call, &shape::statuses(state, sha)),
            None => not_found(state),
        },
        // By the commit alone, where the one above takes the name of a branch first.
        ["statuses", sha] => listed(state, call, &shape::statuses(state, sha)),
        ["collaborators", login, "permission"] => permission(state, login),
        ["issues"] => {
            let issues = state.issues.values().rev().map(|issue| shape::issue(state, issue));
            listed(state, call, &issues.collect::<Vec<_>>())
        }
        ["issues", index, "timeline"] => one(state, index, |request| {
            let changes = request.retargeted.iter().enumerate().map(|(index, at)| {
                json!({"id": request.id * 100 + index as u64, "type": "change_target_branch",
                    "created_at": at, "old_ref": "main", "new_ref": request.base})
            });
            listed(state, call, &changes.collect::<Vec<_>>())
        }),
        ["issues", index] => issue(state, index),
        _ => not_found(state),
    }
}

fn one(state: &State, index: &str, answer: impl FnOnce(&Request) -> Reply) -> Reply {
    let request = index.parse().ok().and_then(|index: u64| state.requests.get(&index));
    request.map_or_else(|| not_found(state), answer)
}

/// Newest first. Forgejo filters by `base` too, where Gitea takes no notice of it.
fn pulls(state: &State, call: &Call) -> Reply {
    let forgejo = state.habits.gitea.version.contains("+gitea-");
    let matching = |request: &&Request| {
        let open = request.stage == Stage::Open;
        let of_state = match call.get("state").unwrap_or("open") {
            "all" => true,
            "closed" => !open,
            _ => open,
        };
        of_state && (!forgejo || call.get("base").is_none_or(|base| base == request.base))
    };
    let pulls = state.requests.values().rev().filter(matching);
    let pulls: Vec<Value> = pulls.map(|request| shape::pull(state, request)).collect();
    listed(state, call, &pulls)
}

/// Only those who administer the repository may ask about others.
fn permission(state: &State, login: &str) -> Reply {
    let own = &state.people["sockembot"];
    if own.access < Access::Admin && own.login != login {
        return said(
            state,
            403,
            "Only admins can query all permissions, repo admins can query all \
            repo permissions, collaborators can query only their own",
        );
    }
    let Some(person) = state.people.get(login) else { return not_found(state) };
    let permission = match person.access {
        Access::None => "none",
        Access::Read => "read",
        Access::Write => "write",
        Access::Admin => "admin",
    };
    found(&json!({"permission": permission, "role_name": permission,
        "user": shape::user(state, person)}))
}

/// A pull request is an issue as well, with one field more.
fn issue(state: &State, index: &str) -> Reply {
    let Some(index) = index.parse::<u64>().ok() else { return not_found(state) };
    match (state.issues.get(&index), state.requests.get(&index)) {
        (Some(issue), _) => found(&shape::issue(state, issue)),
        (None, Some(request)) => found(&shape::issue_of_request(state, request)),
        (None, None) => not_found(state),
    }
}

fn found(body: &Value) -> Reply {
    Reply::Text(200, JSON, vec![], body.to_string())
}

fn listed(state: &State, call: &Call, items: &[Value]) -> Reply {
    let paging = Paging { most: PAGING.most.min(state.page), ..PAGING };
    let page = paging.cut(call, &state.url, items);
    let mut headers = vec![("X-Total-Count", page.total.to_string())];
    headers.extend(page.links.map(|links| ("Link", links)));
    Reply::Text(200, JSON, headers, Value::from(page.items).to_string())
}

/// It has no limits of its own; what stands in front of it may.
pub(super) fn limited(fault: &Fault) -> Reply {
    let headers = match fault {
        Fault::SlowDown(Some(seconds)) => vec![("Retry-After", seconds.to_string())],
        _ => Vec::new(),
    };
    Reply::Text(429, "text/html", headers, "<h1>429 Too Many Requests</h1>".to_owned())
}
