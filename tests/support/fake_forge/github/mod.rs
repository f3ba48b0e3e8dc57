//! The state as GitHub's REST interface shows it, on an Enterprise Server.

mod graphql;
mod repository;
mod shape;

use serde_json::{Value, json};

use super::GraphQl;
use super::asked::Call;
use super::faults::Fault;
use super::page::Paging;
use super::state::{Access, CheckKind, Kind, Person, Request, Stage, State};
use crate::support::http::{Asked, Reply};

const PAGING: Paging = Paging { size: "per_page", default: 30, most: 100 };
/// A pull request lists no more commits than these.
const COMMITS: usize = 250;

pub(super) fn answer(state: &mut State, asked: &Asked) -> Reply {
    if !known(state, asked) {
        return said(401, "Bad credentials");
    }
    if let Some(call) = Call::under("/api/graphql", asked) {
        return match (state.habits.github.graphql, call.parts.is_empty()) {
            (GraphQl::Answers, true) => graphql::answer(state, asked),
            _ => said(404, "Not Found"),
        };
    }
    match Call::under("/api/v3", asked) {
        Some(call) if asked.method == "GET" => rest(state, &call),
        _ => said(404, "Not Found"),
    }
}

/// `Bearer` and the older `token` are alike.
fn known(state: &State, asked: &Asked) -> bool {
    let given = asked.authorization.split_once(' ');
    given.is_some_and(|(scheme, token)| {
        ["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()) && token == state.token
    })
}

/// An error as GitHub words it.
fn said(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"message": message, "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string()}),
    )
}

fn rest(state: &State, call: &Call) -> Reply {
    match call.path()[..] {
        ["user"] => found(state, shape::account(state, &state.people["sockembot"])),
        ["users", login] => match person(state, login) {
            Some(person) => found(state, shape::account(state, person)),
            None => said(404, "Not Found"),
        },
        ["meta"] => found(
            state,
            json!({"verifiable_password_authentication": true,
            "installed_version": "3.19.0"}),
        ),
        ["rate_limit"] => {
            let core = json!({"limit": 5000, "remaining": state.habits.github.points, "reset": RESET,
                "used": 5000 - state.habits.github.points});
            found(
                state,
                json!({"resources": {"core": core, "search": core, "graphql": core},
                "rate": core}),
            )
        }
        ["repositories", id, ref rest @ ..] if id == state.id.to_string() => {
            in_repository(state, call, rest)
        }
        ["repos", owner, name, ref rest @ ..] => {
            let full = format!("{owner}/{name}").to_lowercase();
            if full == state.full_name().to_lowercase() {
                in_repository(state, call, rest)
            } else if state.former.contains(&full) {
                moved(state, call, rest)
            } else {
                said(404, "Not Found")
            }
        }
        _ => said(404, "Not Found"),
    }
}

/// Where a renamed repository is now: under its number, which never changes.
fn moved(state: &State, call: &Call, rest: &[&str]) -> Reply {
    if state.hidden {
        return said(404, "Not Found");
    }
    let query =
        call.asked.path.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
    let rest: String = rest.iter().map(|part| format!("/{part}")).collect();
    let url = format!("{}/api/v3/repositories/{}{rest}{query}", state.url, state.id);
    let body = json!({"message": "Moved Permanently", "url": url,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices"});
    Reply::Text(301, "application/json; charset=utf-8", vec![("Location", url)], body.to_string())
}

fn in_repository(state: &State, call: &Call, rest: &[&str]) -> Reply {
    // What an account may not see is not there.
    if state.hidden {
        return said(404, "Not Found");
    }
    if state.narrow && !rest.is_empty() {
        return said(403, "Resource not accessible by personal access token");
    }
    match *rest {
        [] => found(state, repository::full(state)),
        ["pulls"] => pulls(state, call),
        ["pulls", number] => match request(state, number) {
            Some(request) => found(state, shape::pull(state, request)),
            None => said(404, "Not Found"),
        },
        ["pulls", number, "reviews"] => match request(state, number) {
            Some(request) => {
                let reviews =
                    request.reviews.iter().map(|review| shape::review(state, request, review));
                listed(state, call, &reviews.collect::<Vec<_>>())
            }
            None => said(404, "Not Found"),
        },
        ["pulls", number, "commits"] => match request(state, number) {
            Some(request) => {
                let ids = request.commits.iter().take(COMMITS);
                let commits = ids.filter_map(|id| state.commits.find(id));
                let commits = commits.map(|commit| shape::commit(state, &commit));
                listed(state, call, &commits.collect::<Vec<_>>())
            }
            None => said(404, "Not Found"),
        },
        ["commits", sha, "pulls"] => match state.commits.find(sha) {
            Some(_) => {
                let pulls = associated(state, sha);
                let pulls = pulls.iter().map(|request| shape::simple_pull(state, request));
                listed(state, call, &pulls.collect::<Vec<_>>())
            }
            None => said(422, &format!("No commit found for SHA: {sha}")),
        },
        ["commits", sha, "status"] => match state.commits.find(sha) {
            Some(_) => found(state, shape::combined_status(state, sha)),
            None => said(422, &format!("No commit found for SHA: {sha}")),
        },
        ["commits", sha, "check-runs"] => match state.commits.find(sha) {
            Some(_) => check_runs(state, call, sha),
            None => said(422, &format!("No commit found for SHA: {sha}")),
        },
        ["collaborators", login, "permission"] => permission(state, login),
        ["issues", number] => issue(state, number),
        ["issues", number, "events"] => match request(state, number) {
            Some(request) => {
                let events = request.retargeted.iter();
                let events = events.map(|at| shape::base_change(state, request, at));
                listed(state, call, &events.collect::<Vec<_>>())
            }
            None => said(404, "Not Found"),
        },
        _ => said(404, "Not Found"),
    }
}

fn person<'a>(state: &'a State, login: &str) -> Option<&'a Person> {
    let found = state.people.get(login.trim_end_matches("[bot]"))?;
    ((found.kind == Kind::Bot) == login.ends_with("[bot]")).then_some(found)
}

fn request<'a>(state: &'a State, number: &str) -> Option<&'a Request> {
    state.requests.get(&number.parse().ok()?)
}

/// Newest first; `state`, `base` and `head` (as `owner:branch`) are filters.
fn pulls(state: &State, call: &Call) -> Reply {
    let wanted = call.get("state").unwrap_or("open");
    let of_state = |request: &&Request| match wanted {
        "all" => true,
        "closed" => request.stage != Stage::Open,
        _ => request.stage == Stage::Open,
    };
    let matching = |request: &&Request| {
        let head = format!("{}:{}", state.owner, request.branch);
        of_state(request)
            && call.get("base").is_none_or(|base| base == request.base)
            // A head that is not `owner:branch` is no filter at all.
            && call.get("head").is_none_or(|wanted| !wanted.contains(':') || wanted == head)
    };
    let pulls = state.requests.values().rev().filter(matching);
    let pulls: Vec<Value> = pulls.map(|request| shape::simple_pull(state, request)).collect();
    listed(state, call, &pulls)
}

/// The merged request that brought a commit, else all that contain it.
fn associated<'a>(state: &'a State, sha: &str) -> Vec<&'a Request> {
    let has = |request: &&Request| {
        request.commits.iter().any(|commit| commit == sha)
            || request.stage == Stage::Merged(sha.to_owned())
    };
    let all: Vec<&Request> = state.requests.values().chain(&state.foreign).filter(has).collect();
    let merged = |request: &&&Request| matches!(request.stage, Stage::Merged(_));
    match all.iter().find(merged) {
        Some(request) => vec![request],
        None => all.into_iter().filter(|request| request.stage == Stage::Open).collect(),
    }
}

fn check_runs(state: &State, call: &Call, sha: &str) -> Reply {
    let checks = state.checks.get(sha).map_or(&[][..], Vec::as_slice);
    let runs = checks.iter().filter(|check| check.kind == CheckKind::Run);
    let runs: Vec<Value> = runs.map(|check| shape::check_run(state, sha, check)).collect();
    let page = paging(state).cut(call, &state.url, &runs);
    let body = json!({"total_count": page.total, "check_runs": page.items});
    with_headers(state, body, page.links)
}

/// Whoever may read a private repository has at least `read`; a stranger is not found.
fn permission(state: &State, login: &str) -> Reply {
    let Some(person) = person(state, login) else { return said(404, "Not Found") };
    let (permission, role) = match person.access {
        Access::None => ("none", ""),
        Access::Read => ("read", "read"),
        Access::Write => ("write", "write"),
        Access::Admin => ("admin", "admin"),
    };
    let mut user = shape::user(state, person);
    user["permissions"] = json!({"pull": person.access >= Access::Read, "triage": false,
        "push": person.access >= Access::Write, "maintain": false,
        "admin": person.access == Access::Admin});
    user["role_name"] = json!(role);
    found(state, json!({"permission": permission, "role_name": role, "user": user}))
}

/// A pull request is an issue as well, with one field more.
fn issue(state: &State, number: &str) -> Reply {
    let Some(number) = number.parse().ok() else { return said(404, "Not Found") };
    if let Some(issue) = state.issues.get(&number) {
        return found(state, shape::issue(state, issue));
    }
    match state.requests.get(&number) {
        Some(request) => found(state, shape::issue_of_request(state, request)),
        None => said(404, "Not Found"),
    }
}

/// When the points come back, in seconds since 1970.
const RESET: i64 = 1_767_787_200;

fn paging(state: &State) -> Paging {
    Paging { most: PAGING.most.min(state.page), ..PAGING }
}

fn listed(state: &State, call: &Call, items: &[Value]) -> Reply {
    let page = paging(state).cut(call, &state.url, items);
    with_headers(state, Value::from(page.items), page.links)
}

fn found(state: &State, body: Value) -> Reply {
    with_headers(state, body, None)
}

fn with_headers(state: &State, body: Value, links: Option<String>) -> Reply {
    let mut headers = rate(state.habits.github.points, RESET);
    headers.extend(links.map(|links| ("Link", links)));
    Reply::Text(200, "application/json; charset=utf-8", headers, body.to_string())
}

fn rate(remaining: u64, reset: i64) -> Vec<(&'static str, String)> {
    vec![
        ("x-ratelimit-limit", "5000".to_owned()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-used", (5000 - remaining).to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ]
}

/// It had enough of us: for this hour, or for a moment.
pub(super) fn limited(asked: &Asked, fault: &Fault) -> Reply {
    let json = "application/json; charset=utf-8";
    match fault {
        Fault::RateLimited(reset) if asked.path.starts_with("/api/graphql") => {
            let body = json!({"errors": [{"type": "RATE_LIMITED",
                "message": "API rate limit exceeded for user ID 2."}]});
            Reply::Text(200, json, rate(0, *reset), body.to_string())
        }
        Fault::RateLimited(reset) => {
            let body = json!({"message": "API rate limit exceeded for user ID 2.",
                "documentation_url": "https://docs.github.com/rest/rate-limit", "status": "403"});
            Reply::Text(403, json, rate(0, *reset), body.to_string())
        }
        _ => {
            let body = json!({"message": "You have exceeded a secondary rate limit. Please wait a \
                few minutes before you try again.",
                "documentation_url": "https://docs.github.com/rest/rate-limit", "status": "403"});
            let mut headers = rate(4000, RESET);
            if let Fault::SlowDown(Some(seconds)) = fault {
                headers.push(("retry-after", seconds.to_string()));
            }
            Reply::Text(403, json, headers, body.to_string())
        }
    }
}
