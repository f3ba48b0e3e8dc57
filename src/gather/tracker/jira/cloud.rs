//! Jira Cloud, REST v3: bulkfetch by key, the history by bulkfetch, queries by search.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::issue::{Issue, fields};
use super::{Batch, JiraTracker, blamed, history, key_in};
use crate::gather::remote::{Fault, Http, Request, messages, text};
use crate::model::{Inquiry, TicketKey};
use crate::policy::Flavour;

/// Up to a hundred keys: the issues, and beside them the history where it counts.
pub(super) fn batch(
    tracker: &JiraTracker,
    http: &Http,
    keys: &[TicketKey],
    inquiry: &Inquiry,
) -> Result<Batch, Fault> {
    let approving = &tracker.settings.approving;
    let approvals = approving.reads_history();
    let historic: Vec<&TicketKey> =
        keys.iter().filter(|key| approvals && inquiry.approvals.contains(*key)).collect();
    let (issues, histories) = std::thread::scope(|scope| {
        let histories = scope.spawn(|| histories(tracker, http, &historic));
        (bulkfetch(tracker, http, keys), histories.join())
    });
    let mut batch = issues?;
    match histories.map_err(|_| Fault::broken())? {
        Ok(mut histories) => {
            for (key, issue) in &mut batch.found {
                if historic.contains(&key) {
                    let history = histories.remove(&issue.id).unwrap_or_else(Vec::new);
                    issue.approve(&history, approving);
                }
            }
        }
        Err(fault) => {
            for key in historic {
                batch.found.remove(key);
                batch.unknown.insert(key.clone(), fault.clone());
            }
        }
    }
    Ok(batch)
}

fn bulkfetch(tracker: &JiraTracker, http: &Http, keys: &[TicketKey]) -> Result<Batch, Fault> {
    let approving = &tracker.settings.approving;
    let body =
        json!({ "issueIdsOrKeys": keys, "fields": fields(approving), "fieldsByKeys": false });
    let json = http.ask(&Request::post("/rest/api/3/issue/bulkfetch", body))?;
    let shape = |what: String| Fault::shape(http.host(), what);
    let list = json.get("issues").and_then(Value::as_array);
    let mut returned = BTreeMap::new();
    for issue in list.ok_or_else(|| shape("no `issues`".to_owned()))? {
        let issue = Issue::parse(issue, approving).map_err(shape)?;
        returned.insert(issue.key.clone(), issue);
    }
    let mut batch = Batch::default();
    // What could not be returned for the moment; what is not there stands nowhere.
    let errors = json.get("issueErrors").and_then(Value::as_array);
    for error in errors.into_iter().flatten() {
        let said = text(error, "errorMessage").unwrap_or("without a reason").to_owned();
        let host = http.host().to_owned();
        let fault = Fault::Status { host, status: 200, said };
        match text(error, "id").and_then(TicketKey::parse).filter(|key| keys.contains(key)) {
            Some(key) => {
                batch.unknown.insert(key, fault);
            }
            // By a number that we never saw: it may be any of them.
            None => return Err(fault),
        }
    }
    batch.pair(http, Flavour::Cloud, returned, keys)?;
    Ok(batch)
}

/// The changes of state, and of the approvers' field, by the issue's id.
fn histories(
    tracker: &JiraTracker,
    http: &Http,
    keys: &[&TicketKey],
) -> Result<BTreeMap<String, Vec<history::Change>>, Fault> {
    let mut found: BTreeMap<String, Vec<history::Change>> = BTreeMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let shape = |what: String| Fault::shape(http.host(), what);
    let field = tracker.settings.approving.field.as_deref();
    let fields: Vec<&str> = std::iter::once("status").chain(field).collect();
    let mut page = None::<String>;
    loop {
        let mut body = json!({ "issueIdsOrKeys": keys, "fieldIds": fields, "maxResults": 1000 });
        if let Some(token) = &page {
            body["nextPageToken"] = json!(token);
        }
        let json = http.ask(&Request::post("/rest/api/3/changelog/bulkfetch", body))?;
        let logs = json.get("issueChangeLogs").and_then(Value::as_array);
        for log in logs.ok_or_else(|| shape("no `issueChangeLogs`".to_owned()))? {
            let id = text(log, "issueId").ok_or_else(|| shape("no `issueId`".to_owned()))?;
            let histories = log.get("changeHistories").unwrap_or(&Value::Null);
            let changes = history::parse(histories).map_err(shape)?;
            found.entry(id.to_owned()).or_default().extend(changes);
        }
        let next = text(&json, "nextPageToken").map(str::to_owned);
        if next.is_none() || next == page {
            return Ok(found);
        }
        page = next;
    }
}

/// The keys that match a query. A key that is not there spoils the whole search and
/// is named; it is then left out.
pub(super) fn search(
    http: &Http,
    query: &str,
    keys: &[TicketKey],
) -> Result<BTreeSet<TicketKey>, Fault> {
    let mut keys = keys.to_vec();
    let shape = |what: &str| Fault::shape(http.host(), what);
    let mut found = BTreeSet::new();
    let mut page = None::<String>;
    while !keys.is_empty() {
        let jql = format!("{} AND ({query})", key_in(&keys));
        let mut body = json!({ "jql": jql, "fields": ["status"], "maxResults": 100 });
        if let Some(token) = &page {
            body["nextPageToken"] = json!(token);
        }
        let request = Request::post("/rest/api/3/search/jql", body);
        let answer = http.send(&request)?;
        if answer.status == 400 {
            let none = blamed(&messages(&answer.json), &keys);
            if !none.is_empty() {
                keys.retain(|key| !none.contains(key));
                continue;
            }
        }
        let json = http.success(answer, &request)?;
        let issues = json.get("issues").and_then(Value::as_array);
        for issue in issues.ok_or_else(|| shape("no `issues`"))? {
            let key = text(issue, "key").and_then(TicketKey::parse);
            found.insert(key.ok_or_else(|| shape("an issue without `key`"))?);
        }
        let next = text(&json, "nextPageToken").map(str::to_owned);
        if next.is_none() || next == page {
            break;
        }
        page = next;
    }
    Ok(found)
}
