//! Redmine: by id list, closed ones too; the journals of those whose approvals count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use super::steps::entered;
use super::{Tracker, asked};
use crate::gather::remote::{
    Connection, Fault, Http, Request, Scheme, Visit, arrive, has, look, text, time,
};
use crate::model::{Closed, Identity, Inquiry, Lookup, Ticket, TicketApproval, TicketKey, Tickets};
use crate::policy::{Approving, Redmine, Remote};

/// Ids that go into one request: the most that one page shows.
const BATCH: usize = 100;

const WHOAMI: &str = "/users/current.json";

/// A Redmine.
pub(super) struct RedmineTracker {
    remote: Remote,
    approving: Approving,
    connection: Connection,
}

impl RedmineTracker {
    pub(super) fn start(settings: &Redmine, until: Instant) -> Self {
        let Redmine { remote, approving } = settings.clone();
        let connection = Connection::start(remote.clone(), Scheme::KeyAsUser, WHOAMI, until);
        Self { remote, approving, connection }
    }

    fn batch(
        &self,
        http: &Http,
        keys: &[TicketKey],
        inquiry: &Inquiry,
    ) -> Vec<(TicketKey, Lookup)> {
        let answers = self.issues(http, keys).and_then(|mut issues| {
            let absent = keys.iter().any(|key| !issues.contains_key(key.number()));
            if absent {
                // A wrong key is answered with 200 and an empty list.
                self.connection.who()?;
            }
            let states = self.states(http, &issues, inquiry)?;
            let answer = |key: &TicketKey| match issues.remove(key.number()) {
                None => Ok(Lookup::Absent),
                Some(issue) => {
                    let approvals = if inquiry.approvals.contains(key) {
                        self.approvals(http, key, &issue, &states)?
                    } else {
                        Vec::new()
                    };
                    let ticket = ticket(key, &issue, &self.remote, approvals);
                    let host = http.host().to_owned();
                    ticket
                        .map(|ticket| Lookup::Found(Box::new(ticket)))
                        .map_err(|what| Fault::Shape { host, what })
                }
            };
            keys.iter().map(answer).collect::<Result<Vec<Lookup>, Fault>>()
        });
        match answers {
            Ok(answers) => keys.iter().cloned().zip(answers).collect(),
            Err(fault) => {
                let why = fault.to_string();
                keys.iter().map(|key| (key.clone(), Lookup::Unknown { why: why.clone() })).collect()
            }
        }
    }

    /// The issues by number. More than was asked for is no answer.
    fn issues(&self, http: &Http, keys: &[TicketKey]) -> Result<BTreeMap<String, Value>, Fault> {
        let numbers: Vec<&str> = keys.iter().map(TicketKey::number).collect();
        let list = numbers.join(",");
        let path = format!("/issues.json?issue_id={list}&status_id=*&limit={BATCH}");
        let json = http.ask(&Request::get(path))?;
        let shape = |what: &str| Fault::shape(http.host(), what);
        let issues = json.get("issues").and_then(Value::as_array);
        let mut found = BTreeMap::new();
        for issue in issues.ok_or_else(|| shape("no `issues`"))? {
            let id = issue.get("id").and_then(Value::as_u64);
            let id = id.ok_or_else(|| shape("an issue without `id`"))?.to_string();
            if !numbers.contains(&id.as_str()) {
                return Err(Fault::unasked(http.host(), &format!("#{id}")));
            }
            found.insert(id, issue.clone());
        }
        Ok(found)
    }

    /// The names of the states, which journals know by number only.
    fn states(
        &self,
        http: &Http,
        issues: &BTreeMap<String, Value>,
        inquiry: &Inquiry,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let wanted = !self.approving.states.is_empty()
            && inquiry.approvals.iter().any(|key| issues.contains_key(key.number()));
        if !wanted {
            return Ok(BTreeMap::new());
        }
        let json = http.ask(&Request::get("/issue_statuses.json"))?;
        let states = json.get("issue_statuses").and_then(Value::as_array);
        let name = |state: &Value| {
            let id = state.get("id")?.as_u64()?;
            Some((id.to_string(), text(state, "name")?.to_owned()))
        };
        Ok(states.into_iter().flatten().filter_map(name).collect())
    }

    /// Who moved the ticket into an approved state last, if it has not left it; and
    /// the users that the approvers' field names.
    fn approvals(
        &self,
        http: &Http,
        key: &TicketKey,
        issue: &Value,
        states: &BTreeMap<String, String>,
    ) -> Result<Vec<TicketApproval>, Fault> {
        if !self.approving.reads_history() {
            return Ok(Vec::new());
        }
        let path = format!("/issues/{}.json?include=journals", key.number());
        let json = http.ask(&Request::get(path))?;
        let journals = json.get("issue").and_then(|issue| issue.get("journals"));
        let host = http.host().to_owned();
        let shape = |what: String| Fault::Shape { host: host.clone(), what };
        let journals = journals.and_then(Value::as_array);
        let journals = journals.ok_or_else(|| shape("an issue without `journals`".to_owned()))?;
        let is_approved = |state: &str| self.approving.states.iter().any(|name| name == state);
        let mut found = Vec::new();
        let steps = journals.iter().flat_map(|journal| {
            let moves = details(journal).filter(|detail| text(detail, "name") == Some("status_id"));
            moves.map(move |detail| {
                let to = text(detail, "new_value").and_then(|id| states.get(id));
                (journal, to.is_some_and(|name| is_approved(name)))
            })
        });
        let state = issue.get("status").and_then(|state| text(state, "name")).unwrap_or("");
        if let Some(journal) = entered(steps).filter(|_| is_approved(state)) {
            let by = journal.get("user").and_then(|user| user.get("id")).and_then(Value::as_u64);
            let by = by.ok_or_else(|| shape("a journal without `user`".to_owned()))?;
            let at = time(journal, "created_on").map_err(shape)?;
            found.push(TicketApproval { by: account(&by.to_string()), at });
        }
        if let Some(name) = &self.approving.field {
            let at = field_changed(journals, issue, name).map_err(shape)?;
            let by = field_values(issue, name);
            found.extend(by.iter().map(|id| TicketApproval { by: account(id), at }));
        }
        Ok(found)
    }

    /// All batches at once.
    fn all(&self, http: &Arc<Http>, inquiry: &Inquiry) -> Tickets {
        let keys: Vec<TicketKey> = inquiry.keys.iter().cloned().collect();
        let batches: Vec<_> = std::thread::scope(|scope| {
            let batches: Vec<_> = keys
                .chunks(BATCH)
                .map(|keys| {
                    let http = Arc::clone(http);
                    scope.spawn(move || self.batch(&http, keys, inquiry))
                })
                .collect();
            batches.into_iter().map(|batch| batch.join()).collect()
        });
        let mut all = Vec::new();
        for batch in batches {
            let Ok(batch) = batch else {
                return Tickets::unknown(&inquiry.keys, &Fault::broken().to_string());
            };
            all.extend(batch);
        }
        all.into_iter().collect()
    }
}

impl Tracker for RedmineTracker {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        asked(&self.connection, inquiry, |http| self.all(http, inquiry))
    }

    fn visit(&self, _: &BTreeSet<String>) -> Visit {
        let login =
            |json: &Value| json.get("user").and_then(|user| text(user, "login")).map(str::to_owned);
        let (mut visit, http) = arrive(&self.connection, &self.remote.url, WHOAMI, login);
        let Some(http) = http else { return visit };
        let states = http.ask(&Request::get("/issue_statuses.json"));
        for state in &self.approving.states {
            let seen = states.as_ref().map(|json| has(json.get("issue_statuses"), state));
            look(&mut visit, format!("the state `{state}`"), seen.map_err(Clone::clone));
        }
        visit
    }
}

fn ticket(
    key: &TicketKey,
    issue: &Value,
    remote: &Remote,
    approvals: Vec<TicketApproval>,
) -> Result<Ticket, String> {
    let lacks = |what: &str| format!("{key} has no `{what}`");
    let status = issue.get("status").ok_or_else(|| lacks("status"))?;
    let state = text(status, "name").ok_or_else(|| lacks("status"))?.to_owned();
    let closed_on = issue.get("closed_on").filter(|at| !at.is_null());
    // Redmine before 5.1 leaves `is_closed` out of the list: then the time tells.
    let closed = match status.get("is_closed").and_then(Value::as_bool) {
        Some(closed) => closed,
        None => closed_on.is_some(),
    };
    let name = |of: &str| issue.get(of).and_then(|of| text(of, "name")).map(str::to_owned);
    Ok(Ticket {
        key: key.clone(),
        title: text(issue, "subject").unwrap_or("").to_owned(),
        state,
        closed: if closed {
            Closed::Yes { at: closed_on.map(|_| time(issue, "closed_on")).transpose()? }
        } else {
            Closed::No
        },
        kind: name("tracker"),
        created: time(issue, "created_on")?,
        url: Some(format!("{}/issues/{}", remote.url, key.number())),
        reporter: name("author"),
        assignee: name("assigned_to"),
        labels: Vec::new(),
        milestone: name("fixed_version"),
        approvals,
        matches: BTreeSet::new(),
    })
}

/// A custom field of the ticket, by its name.
fn field<'a>(issue: &'a Value, name: &str) -> Option<&'a Value> {
    let mut fields = issue.get("custom_fields").and_then(Value::as_array).into_iter().flatten();
    fields.find(|field| text(field, "name") == Some(name))
}

/// Ids of the users that a field of the ticket names.
fn field_values(issue: &Value, name: &str) -> Vec<String> {
    match field(issue, name).and_then(|field| field.get("value")) {
        Some(Value::String(id)) if !id.is_empty() => vec![id.clone()],
        Some(Value::Array(ids)) => {
            ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// When the field was last changed; one that never was is as old as the ticket.
fn field_changed(journals: &[Value], issue: &Value, name: &str) -> Result<Timestamp, String> {
    let id = field(issue, name).and_then(|field| field.get("id")).and_then(Value::as_u64);
    let id = id.map(|id| id.to_string());
    let changes = |journal: &&Value| {
        details(journal).any(|detail| {
            text(detail, "property") == Some("cf") && text(detail, "name") == id.as_deref()
        })
    };
    match journals.iter().rev().find(changes) {
        Some(journal) => time(journal, "created_on"),
        None => time(issue, "created_on"),
    }
}

/// What a journal changed.
fn details(journal: &Value) -> impl Iterator<Item = &Value> {
    journal.get("details").and_then(Value::as_array).into_iter().flatten()
}

fn account(id: &str) -> Identity {
    Identity::Account { id: format!("redmine:{id}"), email: None }
}
