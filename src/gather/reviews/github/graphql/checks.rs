//! The checks of a request's head, page after page.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::note;
use super::nodes::{Context, List, NextPage, RequestCommit};
use super::{Github, PAGES};
use crate::gather::forge::github::{Reply, ask};
use crate::gather::remote::{Fault, Http};
use crate::model::review::CheckState;

/// The checks of the head, a hundred after a cursor.
pub(super) fn after(cursor: &str) -> String {
    let after = if cursor.is_empty() { String::new() } else { format!(", after: {cursor}") };
    format!(
        "tip: commits(last: 1) {{ nodes {{ commit {{ oid statusCheckRollup {{ \
         contexts(first: 100{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ __typename \
         ... on CheckRun {{ name status conclusion }} \
         ... on StatusContext {{ context state }} }} }} }} }} }} }}"
    )
}

/// The checks of the head, all of them: among a hundred others, one that failed does not
/// stand on the first page. Of another commit they say nothing.
pub(super) fn all(
    github: &Github,
    http: &Http,
    number: u64,
    first: List<RequestCommit>,
    head: &str,
) -> Result<BTreeMap<String, CheckState>, Fault> {
    #[derive(Deserialize)]
    struct More {
        n: MoreChecks,
    }
    #[derive(Deserialize)]
    struct MoreChecks {
        tip: List<RequestCommit>,
    }
    let mut found = BTreeMap::new();
    let mut page = first;
    for _ in 0..PAGES {
        let tip = page.all().map(|node| node.commit).next();
        let tip = tip.filter(|commit| commit.oid.as_deref() == Some(head));
        // None, or the head has gone on while we read.
        let Some(rollup) = tip.and_then(|commit| commit.status_check_rollup) else {
            return Ok(BTreeMap::new());
        };
        let NextPage { has_next_page, end_cursor } = rollup.contexts.page_info;
        read(&mut found, rollup.contexts.nodes);
        if !has_next_page {
            return Ok(found);
        }
        let fields = after(&serde_json::Value::from(end_cursor).to_string());
        let fields = format!("n: pullRequest(number: {number}) {{ {fields} }}");
        match ask::<More>(http, &github.place.repository, &fields, "", |_| false)? {
            Reply::Fields(more) => page = more.n.tip,
            Reply::NoGraphql => return Err(Fault::broken()),
        }
    }
    Err(Fault::TooLong(http.host().to_owned()))
}

fn read(found: &mut BTreeMap<String, CheckState>, contexts: Vec<Option<Context>>) {
    for context in contexts.into_iter().flatten() {
        let ended = context.conclusion.or(context.state).or(context.status);
        let state = match ended.as_deref() {
            Some("SUCCESS") => CheckState::Success,
            other => CheckState::Other(other.unwrap_or("nowhere").to_lowercase()),
        };
        if let Some(name) = context.name.or(context.context) {
            note(found, name, state);
        }
    }
}
