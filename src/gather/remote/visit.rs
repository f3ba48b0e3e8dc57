//! What a visit to a tracker has in common, whichever it is.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

use super::connection::Connection;
use super::fault::Fault;
use super::http::{Http, Request};

/// What is to be seen at a server.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// Where it is.
    pub place: String,
    /// Who we are there.
    pub who: Option<String>,
    /// How long an answer takes.
    pub took: Option<Duration>,
    /// Its clock.
    pub clock: Option<Timestamp>,
    /// Projects, fields and states that the config names, and whether they are there.
    pub seen: Vec<(String, bool)>,
    /// What was in the way.
    pub faults: Vec<String>,
}

/// Connects and asks who we are; comes back with the client where that went well.
pub(in crate::gather) fn arrive(
    connection: &Connection,
    place: &str,
    whoami: &str,
    name: impl Fn(&Value) -> Option<String>,
) -> (Visit, Option<std::sync::Arc<Http>>) {
    let mut visit = Visit { place: place.to_owned(), ..Visit::default() };
    let request = Request::get(whoami);
    let arrived = connection.http().and_then(|http| {
        // Once before, so that the time is that of an answer and not of a handshake.
        http.ask(&request)?;
        let began = Instant::now();
        let answer = http.send(&request)?;
        Ok((http, answer, began.elapsed()))
    });
    match arrived {
        Err(fault) => {
            visit.faults.push(fault.to_string());
            (visit, None)
        }
        Ok((http, answer, took)) => {
            visit.took = Some(took);
            visit.who = name(&answer.json);
            visit.clock = answer
                .date
                .and_then(|date| rfc2822::parse(&date.replace("GMT", "+0000")).ok())
                .map(|zoned| zoned.timestamp());
            (visit, Some(http))
        }
    }
}

/// Notes whether something is there, or why that can't be told.
pub(in crate::gather) fn look(visit: &mut Visit, what: String, seen: Result<bool, Fault>) {
    match seen {
        Ok(seen) => visit.seen.push((what, seen)),
        Err(fault) => visit.faults.push(format!("{what}: {fault}")),
    }
}

/// Whether one of a list of things has this name, or this id.
pub(in crate::gather) fn has(list: Option<&Value>, wanted: &str) -> bool {
    list.and_then(Value::as_array).into_iter().flatten().any(|item| {
        ["name", "id"].iter().any(|key| item.get(key).and_then(Value::as_str) == Some(wanted))
    })
}
