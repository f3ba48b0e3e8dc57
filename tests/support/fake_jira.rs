//! A Jira of our own: both interfaces over one set of tickets, with the habits that the
//! official descriptions and measured servers show.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Asked, HttpServer, Reply};

/// What a test changes.
pub(crate) struct State {
    pub(crate) issues: BTreeMap<String, Value>,
    /// Old keys, with the ones that they have now.
    pub(crate) moved: BTreeMap<String, String>,
    /// By key: who moved it to which state, in order.
    pub(crate) history: BTreeMap<String, Vec<Value>>,
    /// By key: the answer of the service desk.
    pub(crate) desk: BTreeMap<String, Value>,
    /// What each query matches.
    pub(crate) queries: BTreeMap<String, Vec<String>>,
    /// Whether our token is known.
    pub(crate) known: bool,
    /// Whether histories are cut, as the total shows.
    pub(crate) cut: bool,
}

/// The running server.
pub(crate) struct FakeJira {
    pub(crate) http: HttpServer,
    pub(crate) state: Arc<Mutex<State>>,
}

impl FakeJira {
    pub(crate) fn start(pause: Duration) -> Self {
        let mut issues = BTreeMap::new();
        for (key, state, category) in [
            ("PAY-1", "In Progress", "indeterminate"),
            ("PAY-2", "Approved", "indeterminate"),
            ("PAY-3", "Draft", "new"),
            ("PAY-7", "Done", "done"),
        ] {
            issues.insert(key.to_owned(), issue(key, state, category));
        }
        let state = State {
            issues,
            moved: BTreeMap::new(),
            history: BTreeMap::new(),
            desk: BTreeMap::new(),
            queries: BTreeMap::new(),
            known: true,
            cut: false,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let http = HttpServer::start(pause, move |asked| answer(&shared.lock().unwrap(), asked));
        Self { http, state }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }
}

/// An issue in both dialects: Cloud names people by `accountId`, Data Center by `name`.
pub(crate) fn issue(key: &str, state: &str, category: &str) -> Value {
    let number: u64 = key.rsplit('-').next().unwrap().parse().unwrap();
    json!({
        "id": (10_000 + number).to_string(), "key": key,
        "self": format!("http://localhost/rest/api/3/issue/{}", 10_000 + number),
        "fields": {
            "summary": format!("About {key}"),
            "status": {"id": "3", "name": state,
                "statusCategory": {"id": 4, "key": category, "name": category}},
            "issuetype": {"id": "1", "name": "Bug", "subtask": false},
            "created": "2026-01-05T09:00:00.000+0000",
            "resolutiondate": null,
            "assignee": null,
            "reporter": user("ana"),
        }
    })
}

pub(crate) fn user(name: &str) -> Value {
    json!({"accountId": format!("id-{name}"), "accountType": "atlassian", "name": name,
        "displayName": format!("{name} of Jira"), "active": true})
}

/// One step of a ticket's history.
pub(crate) fn step(by: &str, to: &str, at: &str) -> Value {
    json!({"id": "1", "author": user(by), "created": at,
        "items": [{"field": "status", "fieldId": "status", "fieldtype": "jira",
            "from": "1", "fromString": "Open", "to": "3", "toString": to}]})
}

pub(crate) fn answer(state: &State, asked: &Asked) -> Reply {
    let path = asked.path.split('?').next().unwrap();
    let body: Value = serde_json::from_str(&asked.body).unwrap_or(Value::Null);
    match (asked.method.as_str(), path) {
        ("GET", "/rest/api/3/myself" | "/rest/api/2/myself") if state.known => {
            Reply::json(200, &user("bot"))
        }
        ("GET", "/rest/api/3/myself" | "/rest/api/2/myself") => Reply::status(401),
        // An account that is not known sees nothing, and is not told so.
        ("POST", "/rest/api/3/issue/bulkfetch") => bulkfetch(state, &body),
        ("POST", "/rest/api/3/changelog/bulkfetch") => changelog(state, &body),
        ("POST", "/rest/api/3/search/jql") => search(state, &body, false),
        ("POST", "/rest/api/2/search") => search(state, &body, true),
        ("GET", path) if path.starts_with("/rest/servicedeskapi/request/") => {
            let key = path.split('/').nth(4).unwrap();
            match state.desk.get(key) {
                Some(approvals) => Reply::json(200, approvals),
                None => Reply::status(404),
            }
        }
        ("GET", path) if path.contains("/project/") => {
            Reply::json(if path.ends_with("PAY") { 200 } else { 404 }, &json!({}))
        }
        ("GET", path) if path.ends_with("/field") => {
            Reply::json(200, &json!([{"id": "customfield_7", "name": "Approvers"}]))
        }
        ("GET", path) if path.ends_with("/status") => {
            Reply::json(200, &json!([{"name": "Approved"}, {"name": "Draft"}]))
        }
        ("GET", path) if path.contains("/issue/") => {
            let key = path.rsplit('/').next().unwrap();
            match find(state, key) {
                Some(issue) => Reply::json(200, issue),
                None => Reply::status(404),
            }
        }
        _ => Reply::Text(404, "text/html", vec![], "<html>no such page</html>".to_owned()),
    }
}

fn find<'a>(state: &'a State, key: &str) -> Option<&'a Value> {
    let key = state.moved.get(key).map_or(key, String::as_str);
    state.issues.get(key).filter(|_| state.known)
}

fn bulkfetch(state: &State, body: &Value) -> Reply {
    let keys: Vec<&str> = list(body, "issueIdsOrKeys");
    if keys.is_empty() || keys.len() > 100 {
        return Reply::status(400);
    }
    let issues: Vec<&Value> = keys.iter().filter_map(|key| find(state, key)).collect();
    Reply::json(200, &json!({"issues": issues, "issueErrors": []}))
}

/// Two tickets on a page, so that every test of more turns it.
fn changelog(state: &State, body: &Value) -> Reply {
    let from: usize = body["nextPageToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let keys = list(body, "issueIdsOrKeys");
    let logs: Vec<Value> = keys
        .iter()
        .skip(from)
        .take(2)
        .filter_map(|key| {
            let issue = find(state, key)?;
            let histories = state.history.get(issue["key"].as_str()?)?;
            Some(json!({"issueId": issue["id"], "changeHistories": histories}))
        })
        .collect();
    let mut answer = json!({"issueChangeLogs": logs});
    if from + 2 < keys.len() {
        answer["nextPageToken"] = json!((from + 2).to_string());
    }
    Reply::json(200, &answer)
}

/// `key in ("A-1", "B-2")`, perhaps with `AND (QUERY)`.
fn search(state: &State, body: &Value, data_center: bool) -> Reply {
    let jql = body["jql"].as_str().unwrap();
    let keys: Vec<&str> = jql.split('"').skip(1).step_by(2).collect();
    let missing: Vec<String> = keys
        .iter()
        .filter(|key| find(state, key).is_none())
        .map(|key| format!("An issue with key '{key}' does not exist for field 'key'."))
        .collect();
    if !missing.is_empty() {
        return Reply::json(400, &json!({"errorMessages": missing, "errors": {}}));
    }
    let query = jql.split_once(" AND (").map(|(_, query)| query.trim_end_matches(')'));
    if query.is_some_and(|query| query.contains("AND NOT")) {
        return Reply::json(200, &json!({"startAt": 0, "total": 0, "issues": [], "isLast": true}));
    }
    let matches = |key: &str| {
        query.is_none_or(|query| state.queries[query].iter().any(|matching| matching == key))
    };
    let start = usize::try_from(body["startAt"].as_u64().unwrap_or(0)).unwrap();
    let all: Vec<Value> = keys
        .iter()
        .filter(|key| matches(key))
        .filter_map(|key| find(state, key).cloned())
        .map(|mut issue| {
            let histories = state.history.get(issue["key"].as_str().unwrap()).cloned();
            let histories = histories.unwrap_or_default();
            let total = histories.len() + usize::from(state.cut);
            issue["changelog"] = json!({"histories": histories, "total": total});
            issue
        })
        .collect();
    // Two on a page here as well.
    let page: Vec<&Value> =
        all.iter().skip(start).take(if data_center { 2 } else { 100 }).collect();
    if data_center {
        let total = all.len();
        return Reply::json(
            200,
            &json!({"startAt": start, "maxResults": 2, "total": total, "issues": page}),
        );
    }
    Reply::json(200, &json!({"issues": page, "isLast": true}))
}

fn list<'a>(body: &'a Value, name: &str) -> Vec<&'a str> {
    body[name].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect()
}
