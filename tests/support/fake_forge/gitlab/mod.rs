//! The state as GitLab's interface shows it, version 4.

mod approvals;
mod shape;

use serde_json::{Value, json};

use super::asked::Call;
use super::faults::Fault;
use super::page::Paging;
use super::state::{Access, Request, Stage, State};
use crate::support::http::{Asked, Reply};

const JSON: &str = "application/json";
const PAGING: Paging = Paging { size: "per_page", default: 20, most: 100 };

pub(super) fn answer(state: &mut State, asked: &Asked) -> Reply {
    let Some(call) = Call::under("/api/v4", asked).filter(|_| asked.method == "GET") else {
        return no_route();
    };
    let given =
        asked.header("private-token").or_else(|| asked.authorization.strip_prefix("Bearer "));
    match given {
        Some(token) if token == state.token => rest(state, &call),
        Some(_) => said(401, "401 Unauthorized"),
        // Who says nothing of himself sees what everybody sees, which is little.
        None => match call.path()[..] {
            ["projects", ..] => said(404, "404 Project Not Found"),
            _ => said(401, "401 Unauthorized"),
        },
    }
}

fn said(status: u16, message: &str) -> Reply {
    Reply::Text(status, JSON, vec![], json!({"message": message}).to_string())
}

/// There is no such interface, or not in this edition.
fn no_route() -> Reply {
    Reply::Text(404, JSON, vec![], json!({"error": "404 Not Found"}).to_string())
}

fn rest(state: &State, call: &Call) -> Reply {
    if state.narrow && call.path() != ["user"] {
        let body = json!({"error": "insufficient_scope", "scope": "api read_api",
            "error_description":
                "The request requires higher privileges than provided by the access token."});
        return Reply::Text(403, JSON, vec![], body.to_string());
    }
    match call.path()[..] {
        ["user"] => found(&shape::account(state, &state.people["sockembot"])),
        ["version" | "metadata"] => {
            found(&json!({"version": "18.4.1-ee", "revision": "0d1e2f3a4b5"}))
        }
        ["users", id] => {
            let mut people = state.people.values();
            match people.find(|person| person.id.to_string() == id) {
                Some(person) => found(&shape::account(state, person)),
                None => said(404, "404 User Not Found"),
            }
        }
        // Those of which our account is a member.
        ["projects"] => {
            let projects = Some(shape::project(state)).filter(|_| !state.hidden);
            listed(state, call, &projects.into_iter().collect::<Vec<_>>())
        }
        ["projects", id, ref rest @ ..] => {
            let here = [state.id.to_string(), state.full_name()];
            if here.iter().any(|known| known.eq_ignore_ascii_case(id)) {
                in_project(state, call, rest)
            } else if state.former.contains(&id.to_lowercase()) && !state.hidden {
                moved(state, call)
            } else {
                said(404, "404 Project Not Found")
            }
        }
        _ => no_route(),
    }
}

/// Where a renamed project is now: under its number, which never changes.
fn moved(state: &State, call: &Call) -> Reply {
    let old = call.asked.path.split('/').nth(4).unwrap_or_default();
    let old = old.split('?').next().unwrap_or_default();
    let url = format!("{}{}", state.url, call.asked.path.replacen(old, &state.id.to_string(), 1));
    let body = format!("This resource has been moved permanently to {url}");
    Reply::Text(301, "text/plain", vec![("Location", url)], body)
}

fn in_project(state: &State, call: &Call, rest: &[&str]) -> Reply {
    // What an account may not see is not there.
    if state.hidden {
        return said(404, "404 Project Not Found");
    }
    match *rest {
        [] => found(&shape::project(state)),
        ["approvals"] => approvals::settings(state),
        ["merge_requests"] => listed(state, call, &requests(state, call)),
        ["merge_requests", iid, ref rest @ ..] => match request(state, iid) {
            Some(request) => of_request(state, call, request, rest),
            None => said(404, "404 Not found"),
        },
        ["repository", "commits", sha, ref rest @ ..] => {
            let Some(commit) = state.commits.find(sha) else {
                return said(404, "404 Commit Not Found");
            };
            match *rest {
                [] => found(&shape::commit(state, &commit)),
                ["merge_requests"] => {
                    let has = |request: &&Request| {
                        request.commits.iter().any(|known| known == sha)
                            || request.stage == Stage::Merged(sha.to_owned())
                    };
                    let requests = state.requests.values().rev().filter(has);
                    let requests = requests.map(|request| shape::request(state, request));
                    listed(state, call, &requests.collect::<Vec<_>>())
                }
                ["statuses"] => listed(state, call, &shape::statuses(state, sha)),
                _ => no_route(),
            }
        }
        ["members", "all", id] => {
            let mut people = state.people.values();
            let person = people.find(|person| person.id.to_string() == id);
            match person.filter(|person| person.access > Access::None) {
                Some(person) => found(&shape::member(state, person)),
                None => said(404, "404 Not found"),
            }
        }
        ["members", "all"] => {
            let people = state.people.values().filter(|person| person.access > Access::None);
            let people = people.map(|person| shape::member(state, person));
            listed(state, call, &people.collect::<Vec<_>>())
        }
        ["issues"] => {
            let wanted = call.all("iids[]");
            let issues = state.issues.values().rev().filter(|issue| {
                let open = issue.closed.is_none();
                (wanted.is_empty() || wanted.contains(&issue.number.to_string().as_str()))
                    && match call.get("state") {
                        Some("opened") => open,
                        Some("closed") => !open,
                        _ => true,
                    }
            });
            let issues = issues.map(|issue| shape::issue(state, issue));
            listed(state, call, &issues.collect::<Vec<_>>())
        }
        ["issues", iid] => {
            let found_one = iid.parse().ok().and_then(|iid: u64| state.issues.get(&iid));
            found_one.map_or_else(
                || said(404, "404 Not found"),
                |issue| found(&shape::issue(state, issue)),
            )
        }
        _ => no_route(),
    }
}

fn of_request(state: &State, call: &Call, request: &Request, rest: &[&str]) -> Reply {
    match *rest {
        [] => found(&shape::whole_request(state, request)),
        ["approvals"] => found(&approvals::given(state, request)),
        ["approval_state"] => approvals::rules(state, request),
        ["reviewers"] => found(&approvals::reviewers(state, request)),
        ["versions"] => listed(state, call, &shape::versions(request)),
        // Newest first, unlike anywhere else.
        ["commits"] => {
            let commits = request.commits.iter().rev().filter_map(|id| state.commits.find(id));
            let commits = commits.map(|commit| shape::commit(state, &commit));
            listed(state, call, &commits.collect::<Vec<_>>())
        }
        ["pipelines"] => listed(state, call, &shape::pipelines(state, request)),
        _ => no_route(),
    }
}

fn request<'a>(state: &'a State, iid: &str) -> Option<&'a Request> {
    state.requests.get(&iid.parse().ok()?)
}

fn requests(state: &State, call: &Call) -> Vec<Value> {
    let iids = call.all("iids[]");
    let matching = |request: &&Request| {
        let stage = shape::stage(request);
        (iids.is_empty() || iids.contains(&request.number.to_string().as_str()))
            && call.get("state").is_none_or(|wanted| wanted == "all" || wanted == stage)
            && call.get("target_branch").is_none_or(|branch| branch == request.base)
            && call.get("source_branch").is_none_or(|branch| branch == request.branch)
    };
    let requests = state.requests.values().rev().filter(matching);
    requests.map(|request| shape::request(state, request)).collect()
}

fn found(body: &Value) -> Reply {
    Reply::Text(200, JSON, vec![], body.to_string())
}

fn listed(state: &State, call: &Call, items: &[Value]) -> Reply {
    let paging = Paging { most: PAGING.most.min(state.page), ..PAGING };
    let page = paging.cut(call, &state.url, items);
    // An empty header stands for no such page.
    let beside =
        |number: usize, there: bool| if there { number.to_string() } else { String::new() };
    let mut headers = vec![
        ("X-Page", page.number.to_string()),
        ("X-Per-Page", page.size.to_string()),
        ("X-Next-Page", beside(page.number + 1, page.number < page.last)),
        ("X-Prev-Page", beside(page.number.wrapping_sub(1), page.number > 1)),
        ("X-Total", page.total.to_string()),
        ("X-Total-Pages", page.last.to_string()),
    ];
    headers.extend(page.links.map(|links| ("Link", links)));
    Reply::Text(200, JSON, headers, Value::from(page.items).to_string())
}

/// It had enough of us; the page is plain, and the headers may be missing.
pub(super) fn limited(fault: &Fault) -> Reply {
    let headers = match fault {
        Fault::RateLimited(reset) => vec![
            ("RateLimit-Limit", "600".to_owned()),
            ("RateLimit-Observed", "601".to_owned()),
            ("RateLimit-Remaining", "0".to_owned()),
            ("RateLimit-Reset", reset.to_string()),
            ("Retry-After", "3600".to_owned()),
        ],
        Fault::SlowDown(Some(seconds)) => vec![("Retry-After", seconds.to_string())],
        _ => Vec::new(),
    };
    Reply::Text(429, "text/plain", headers, "Retry later\n".to_owned())
}
