//! The tickets of a change, as the tracker showed them at the moment of judgement.

use serde::Serialize;

use super::bounded;
use crate::model::{Closed, Lookup, TicketKey};

/// One key with its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TicketItem {
    key: TicketKey,
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<FoundItem>,
}

#[derive(Clone, Debug, Serialize)]
struct FoundItem {
    /// The key that the ticket has now; it may have been moved.
    key: TicketKey,
    title: String,
    state: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    created: String,
    closed: bool,
    closed_at: Option<String>,
    url: Option<String>,
    reporter: Option<String>,
    assignee: Option<String>,
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
        let (closed, closed_at) = match ticket.closed {
            Closed::No => (false, None),
            Closed::Yes { at } => (true, at.map(|at| at.to_string())),
        };
        let found = FoundItem {
            key: ticket.key.clone(),
            title: bounded(&ticket.title),
            state: bounded(&ticket.state),
            kind: text(&ticket.kind),
            created: ticket.created.to_string(),
            closed,
            closed_at,
            url: text(&ticket.url),
            reporter: text(&ticket.reporter),
            assignee: text(&ticket.assignee),
        };
        Self { found: Some(found), ..bare("found", None) }
    }
}
