//! What goes wrong between a client and a forge, by script.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::support::http::{Asked, Reply};

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// No points are left until this second since 1970.
    RateLimited(i64),
    /// Too much at once; come back in so many seconds, where the server says.
    SlowDown(Option<u64>),
    /// The page of somebody who wants us to log in.
    Html,
    /// The connection ends without an answer.
    Cut,
    /// An answer that ends in the middle.
    HalfAnAnswer,
    /// JSON that is none.
    Garbage,
    /// This status with the usual JSON.
    Status(u16),
    /// Another host.
    Elsewhere(String),
    /// A byte now and then.
    Drip(Duration),
    Silence,
    /// More and more of it.
    Flood,
}

impl Fault {
    /// Whether each forge words it in its own way.
    pub(super) fn is_a_limit(&self) -> bool {
        matches!(self, Self::RateLimited(_) | Self::SlowDown(_))
    }

    pub(super) fn reply(&self) -> Reply {
        let page = "<!DOCTYPE html><html><title>Sign in</title></html>".to_owned();
        match self {
                Self::Html => Reply::Text(200, "text/html; charset=utf-8", vec![], page),
            Self::Cut => Reply::Raw(Vec::new()),
            Self::HalfAnAnswer => Reply::Raw(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"id"
                    .to_vec(),
            ),
            Self::Garbage => Reply::Text(200, "application/json", vec![], "{\"id\": ".to_owned()),
            Self::Status(status) => {
                Reply::json(*status, &serde_json::json!({"message": "as the test says"}))
            }
            Self::Elsewhere(url) => {
                Reply::Text(302, "text/html", vec![("Location", url.clone())], page)
            }
            Self::Drip(pause) => Reply::Drip(*pause),
            Self::Silence => Reply::Silence,
            Self::Flood => Reply::Flood,
            Self::RateLimited(_) | Self::SlowDown(_) => unreachable!("a forge words its limits"),
        }
    }
}

/// Which requests fail, and how often.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(String, Fault, Option<usize>)>);

impl Faults {
    pub(super) fn add(&mut self, path: &str, fault: Fault, times: Option<usize>) {
        self.0.push((path.to_owned(), fault, times));
    }

    /// The first that is for this request and not used up.
    pub(super) fn next(&mut self, asked: &Asked) -> Option<Fault> {
        let due = |(path, _, times): &&mut (String, Fault, Option<usize>)| {
            asked.path.contains(path.as_str()) && *times != Some(0)
        };
        let (_, fault, times) = self.0.iter_mut().find(due)?;
        *times = times.map(|times| times - 1);
        Some(fault.clone())
    }
}

/// Requests that are held until enough of them are there.
#[derive(Debug, Default)]
pub(super) struct Gate {
    path: String,
    missing: usize,
}

impl Gate {
    pub(super) fn closed(path: &str, how_many: usize) -> Self {
        Self { path: path.to_owned(), missing: how_many }
    }
}

/// Waits at the gate. It gives up after a time that no sound client takes to ask.
pub(super) fn pass(gate: &(Mutex<Gate>, Condvar), asked: &Asked) {
    let mut held = gate.0.lock().unwrap();
    if held.missing == 0 || !asked.path.contains(&held.path) {
        return;
    }
    held.missing -= 1;
    gate.1.notify_all();
    let patience = Duration::from_secs(60);
    let (_held, _) = gate.1.wait_timeout_while(held, patience, |held| held.missing > 0).unwrap();
}
