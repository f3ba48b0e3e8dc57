//! The pull and merge requests of a change, as the forge showed them at the moment of judgement.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{ITEMS, Ids, bounded};
use crate::model::ObjectId;
use crate::model::review::{CheckState, Proven, RequestState};

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RequestItem {
    number: u64,
    title: String,
    url: String,
    state: &'static str,
    target: String,
    head: ObjectId,
    author: Option<String>,
    /// The new commits that are proved to be its content.
    content: Ids,
    /// Approval rules of the forge that were not met.
    unmet: Vec<String>,
    /// Its checks: `success`, or the forge's words.
    checks: BTreeMap<String, String>,
}

impl RequestItem {
    pub(super) fn of(proven: &Proven) -> Self {
        let request = &proven.request;
        let content: BTreeSet<&ObjectId> = proven.all().collect();
        let check = |(name, state): (&String, &CheckState)| {
            let state = match state {
                CheckState::Success => "success",
                CheckState::Other(words) => words,
            };
            (bounded(name), bounded(state))
        };
        Self {
            number: request.number,
            title: bounded(&request.title),
            url: bounded(&request.url),
            state: match request.state {
                RequestState::Open => "open",
                RequestState::Draft => "draft",
                RequestState::Merged => "merged",
                RequestState::Closed => "closed",
            },
            target: bounded(&request.target),
            head: request.head.clone(),
            author: request.author.as_ref().map(|author| bounded(author.as_str())),
            content: Ids::of(content),
            unmet: request.unmet.iter().take(ITEMS).map(|rule| bounded(rule)).collect(),
            checks: request.checks.iter().take(ITEMS).map(check).collect(),
        }
    }
}
