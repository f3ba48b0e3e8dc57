//! The tickets of a change, as the tracker showed them at the moment of judgement.

use serde::Serialize;

use super::{ITEMS, bounded};
use crate::model::{Closed, Lookup, TicketKey};

/// One key with its answer: `found`, `absent` or `unknown`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TicketItem {
    key: TicketKey,
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(flatten)]
    found: Option<FoundItem>,
}

#[derive(Clone, Debug, Serialize)]
struct FoundItem {
    /// The key that the ticket has now, where it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<TicketKey>,
    url: Option<String>,
    summary: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: String,
    closed: bool,
    created: String,
    resolved: Option<String>,
    reporter: Option<String>,
    assignee: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<String>,
}

impl TicketItem {
    pub(super) fn of((key, answer): &(TicketKey, Lookup)) -> Self {
        let bare = |answer, why| Self { key: key.clone(), answer, why, found: None };
        let ticket = match answer {
            Lookup::Absent => return bare("absent", None),
            Lookup::Unknown { why } => return bare("unknown", Some(bounded(why))),
            Lookup::Found(ticket) => ticket,
        };
        let text = |text: &Option<String>| text.as_deref().map(bounded);
        let (closed, resolved) = match ticket.closed {
            Closed::No => (false, None),
            Closed::Yes { at } => (true, at.map(|at| at.to_string())),
        };
        let found = FoundItem {
            moved_to: (ticket.key != *key).then(|| ticket.key.clone()),
            url: text(&ticket.url),
            summary: bounded(&ticket.title),
            kind: text(&ticket.kind),
            status: bounded(&ticket.state),
            closed,
            created: ticket.created.to_string(),
            resolved,
            reporter: text(&ticket.reporter),
            assignee: text(&ticket.assignee),
            labels: ticket.labels.iter().take(ITEMS).map(|label| bounded(label)).collect(),
            milestone: text(&ticket.milestone),
        };
        Self { found: Some(found), ..bare("found", None) }
    }
}
