//! Jira Data Center, REST v2: one search by key list, with the history where it counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::issue::{Issue, fields};
use super::{Batch, JiraTracker, blamed, history, key_in};
use crate::gather::remote::{Answer, Fault, Http, Request, messages, text};
use crate::model::{Inquiry, TicketKey};
use crate::policy::Flavour;

/// Rounds in which the server names keys that it does not have.
const ROUNDS: usize = 4;

pub(super) fn batch(
    tracker: &JiraTracker,
    http: &Http,
    keys: &[TicketKey],
    inquiry: &Inquiry,
) -> Result<Batch, Fault> {
    let approving = &tracker.settings.approving;
    let historic =
        keys.iter().any(|key| inquiry.approvals.contains(key)) && approving.reads_history();
    let mut batch = Batch::default();
    let wanted = fields(approving);
    let (issues, none) = all_pages(http, keys, "", &wanted, historic)?;
    batch.absent.extend(none);
    let shape = |what: String| Fault::shape(http.host(), what);
    let mut returned = BTreeMap::new();
    for json in issues {
        let mut issue = Issue::parse(&json, approving).map_err(shape)?;
        if historic {
            let log = match json.get("changelog").and_then(whole) {
                Some(log) => log.clone(),
                // Some servers expand it for one issue only, or cut it in a list.
                None => changelog(http, &issue.key)?,
            };
            issue.approve(&history::parse(&log).map_err(shape)?, approving);
        }
        returned.insert(issue.key.clone(), issue);
    }
    batch.pair(http, Flavour::DataCenter, returned, keys)?;
    Ok(batch)
}

/// The keys that match a query of the config.
pub(super) fn search(
    http: &Http,
    query: &str,
    keys: &[TicketKey],
) -> Result<BTreeSet<TicketKey>, Fault> {
    let (issues, _) = all_pages(http, keys, query, &["status".to_owned()], false)?;
    let shape = || Fault::shape(http.host(), "no `key`");
    let key = |issue: &Value| text(issue, "key").and_then(TicketKey::parse).ok_or_else(shape);
    issues.iter().map(key).collect()
}

/// All issues of a search, and the keys that the server says are none.
fn all_pages(
    http: &Http,
    keys: &[TicketKey],
    query: &str,
    fields: &[String],
    history: bool,
) -> Result<(Vec<Value>, BTreeSet<TicketKey>), Fault> {
    let mut asked = keys.to_vec();
    let mut none = BTreeSet::new();
    let mut issues: Vec<Value> = Vec::new();
    let mut rounds = 0;
    while !asked.is_empty() {
        let jql = match query {
            "" => key_in(&asked),
            query => format!("{} AND ({query})", key_in(&asked)),
        };
        let page = Page { jql, fields, history, start: issues.len(), most: asked.len() };
        let (answer, request) = page.ask(http)?;
        if answer.status == 400 && rounds < ROUNDS {
            let blamed = blamed(&messages(&answer.json), &asked);
            if !blamed.is_empty() {
                rounds += 1;
                issues.clear();
                asked.retain(|key| !blamed.contains(key));
                none.extend(blamed);
                continue;
            }
        }
        let json = http.success(answer, &request)?;
        let shape = |what: &str| Fault::shape(http.host(), what);
        let found = json.get("issues").and_then(Value::as_array);
        let found = found.ok_or_else(|| shape("no `issues`"))?;
        issues.extend(found.iter().cloned());
        let total = json.get("total").and_then(Value::as_u64).ok_or_else(|| shape("no `total`"))?;
        // More than was asked for is too much already.
        let done = issues.len() as u64 >= total || issues.len() > keys.len();
        if done || found.is_empty() {
            break;
        }
    }
    Ok((issues, none))
}

/// One page of a search.
struct Page<'a> {
    jql: String,
    fields: &'a [String],
    history: bool,
    start: usize,
    most: usize,
}

impl Page<'_> {
    fn ask(&self, http: &Http) -> Result<(Answer, Request), Fault> {
        let request = Request::post("/rest/api/2/search", self.body());
        let answer = http.send(&request);
        // Not every server of this dialect takes the search by POST.
        match answer {
            Ok(answer) if answer.status != 405 => Ok((answer, request)),
            Err(Fault::NotJson { .. }) | Ok(_) => {
                let request = Request::get(self.query());
                Ok((http.send(&request)?, request))
            }
            Err(fault) => Err(fault),
        }
    }

    fn body(&self) -> Value {
        let expand: &[&str] = if self.history { &["changelog"] } else { &[] };
        json!({ "jql": self.jql, "fields": self.fields, "expand": expand,
            "startAt": self.start, "maxResults": self.most })
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("jql", &self.jql).append_pair("fields", &self.fields.join(","));
        query.append_pair("startAt", &self.start.to_string());
        query.append_pair("maxResults", &self.most.to_string());
        if self.history {
            query.append_pair("expand", "changelog");
        }
        format!("/rest/api/2/search?{}", query.finish())
    }
}

/// The histories, if they are all there: one that is cut may lack the step by which
/// a ticket left its approved state.
fn whole(log: &Value) -> Option<&Value> {
    let histories = log.get("histories")?;
    let total = log.get("total").and_then(Value::as_u64);
    let there = histories.as_array()?.len() as u64;
    total.is_none_or(|total| total == there).then_some(histories)
}

fn changelog(http: &Http, key: &TicketKey) -> Result<Value, Fault> {
    let json = http.ask(&Request::get(format!("/rest/api/2/issue/{key}?expand=changelog")))?;
    let host = http.host().to_owned();
    let what = "an issue without a whole `changelog`".to_owned();
    json.get("changelog").and_then(whole).cloned().ok_or(Fault::Shape { host, what })
}
