//! An issue as both interfaces write it. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::history::{self, Change};
use super::times::time;
use crate::gather::remote::text;
use crate::model::{Closed, Identity, Ticket, TicketApproval, TicketKey};
use crate::policy::Approving;

/// What of an issue is judged or recorded.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub(super) id: String,
    pub(super) key: TicketKey,
    title: String,
    state: String,
    closed: Closed,
    kind: Option<String>,
    created: Timestamp,
    reporter: Option<String>,
    assignee: Option<String>,
    approvers: Vec<Identity>,
    pub(super) approvals: Vec<TicketApproval>,
}

/// The fields that are asked for.
pub(super) fn fields(approving: &Approving) -> Vec<String> {
    let fixed =
        ["summary", "status", "resolutiondate", "issuetype", "created", "assignee", "reporter"];
    fixed.iter().map(|field| (*field).to_owned()).chain(approving.field.clone()).collect()
}

impl Issue {
    /// Reads an element of `issues`.
    pub(super) fn parse(json: &Value, approving: &Approving) -> Result<Self, String> {
        let key = text(json, "key").ok_or("an issue without `key`")?;
        let key = TicketKey::parse(key).ok_or_else(|| format!("`{key}` is no key"))?;
        let fields = json.get("fields").ok_or_else(|| format!("{key} has no `fields`"))?;
        let lacks = |what: &str| format!("{key} has no `{what}`");
        let status = fields.get("status").ok_or_else(|| lacks("status"))?;
        let category = status.get("statusCategory").and_then(|category| text(category, "key"));
        let closed = match category.ok_or_else(|| lacks("statusCategory"))? {
            "done" => Closed::Yes {
                at: fields
                    .get("resolutiondate")
                    .filter(|at| !at.is_null())
                    .map(time)
                    .transpose()?,
            },
            _ => Closed::No,
        };
        let field = approving.field.as_ref().and_then(|field| fields.get(field));
        Ok(Self {
            id: text(json, "id").ok_or_else(|| lacks("id"))?.to_owned(),
            title: text(fields, "summary").unwrap_or("").to_owned(),
            state: text(status, "name").ok_or_else(|| lacks("status"))?.to_owned(),
            closed,
            kind: fields.get("issuetype").and_then(|kind| text(kind, "name")).map(str::to_owned),
            created: time(fields.get("created").ok_or_else(|| lacks("created"))?)?,
            reporter: fields.get("reporter").and_then(name),
            assignee: fields.get("assignee").and_then(name),
            approvers: field.map_or_else(Vec::new, users),
            approvals: Vec::new(),
            key,
        })
    }

    /// Adds the approvals that the ticket's history shows.
    pub(super) fn approve(&mut self, history: &[Change], approving: &Approving) {
        self.approvals.extend(history::transition(history, &self.state, &approving.states));
        if let Some(field) = &approving.field {
            // A field that was never changed was filled in when the ticket was opened.
            let at = history::last_change_of(history, field).unwrap_or(self.created);
            let approvers = self.approvers.drain(..);
            self.approvals.extend(approvers.map(|by| TicketApproval { by, at }));
        }
    }

    pub(super) fn into_ticket(self, url: String, matches: BTreeSet<String>) -> Ticket {
        Ticket {
            key: self.key,
            title: self.title,
            state: self.state,
            closed: self.closed,
            kind: self.kind,
            created: self.created,
            url: Some(url),
            reporter: self.reporter,
            assignee: self.assignee,
            labels: Vec::new(),
            milestone: None,
            approvals: self.approvals,
            matches,
        }
    }
}

/// A person: by account id at Atlassian's, by user name elsewhere. Apps are none.
pub(super) fn person(user: &Value) -> Option<Identity> {
    if text(user, "accountType") == Some("app") {
        return None;
    }
    let id = text(user, "accountId").or_else(|| text(user, "name"))?;
    let email = text(user, "emailAddress").filter(|email| email.contains('@'));
    Some(Identity::Account { id: format!("jira:{id}"), email: email.map(str::to_owned) })
}

/// One user of a field, or several.
fn users(field: &Value) -> Vec<Identity> {
    match field {
        Value::Array(users) => users.iter().filter_map(person).collect(),
        user => person(user).into_iter().collect(),
    }
}

fn name(user: &Value) -> Option<String> {
    text(user, "displayName").or_else(|| text(user, "name")).map(str::to_owned)
}
