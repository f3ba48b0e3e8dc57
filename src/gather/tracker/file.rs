//! The embedded tracker: one TOML file on the server.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::Tracker;
use crate::gather::remote::Visit;
use crate::model::{Closed, Identity, Inquiry, Lookup, Ticket, TicketApproval, TicketKey, Tickets};
use crate::text::count;

/// Bytes; some fifty thousand tickets.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Tickets in a file, read anew for each push.
pub(super) struct FileTracker<'a> {
    pub(super) path: &'a Path,
}

impl Tracker for FileTracker<'_> {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        let keys = &inquiry.keys;
        if keys.is_empty() {
            return Tickets::default();
        }
        match read(self.path) {
            Err(error) => Tickets::unknown(keys, &format!("{error:#}")),
            Ok(mut tickets) => {
                let mut found = |key: &TicketKey| match tickets.remove(key) {
                    Some(ticket) => (key.clone(), Lookup::Found(Box::new(ticket))),
                    None => (key.clone(), Lookup::Absent),
                };
                keys.iter().map(&mut found).collect()
            }
        }
    }

    fn visit(&self, projects: &BTreeSet<String>) -> Visit {
        let shown = self.path.display();
        let mut visit = Visit::default();
        match read(self.path) {
            Ok(tickets) => {
                visit.place = format!("{shown}: {}", count(tickets.len(), "ticket"));
                let has = |project: &String| {
                    tickets.keys().any(|key| key.as_str().starts_with(project.as_str()))
                };
                let project = |name: &String| (format!("tickets of {name}"), has(name));
                visit.seen = projects.iter().map(project).collect();
            }
            Err(error) => {
                visit.place = format!("{shown} can't be used");
                visit.faults.push(format!("{error:#}"));
            }
        }
        visit
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketsFile {
    #[serde(default)]
    ticket: Vec<TicketFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketFile {
    key: String,
    #[serde(default)]
    title: String,
    state: String,
    #[serde(default)]
    closed: ClosedFile,
    #[serde(rename = "type")]
    kind: Option<String>,
    created: Time,
    url: Option<String>,
    reporter: Option<String>,
    assignee: Option<String>,
    #[serde(default)]
    approval: Vec<ApprovalFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalFile {
    by: String,
    at: Time,
}

/// A TOML time with its offset, or the same as a string.
struct Time(Timestamp);

/// `false`, `true`, or since when.
#[derive(Default)]
enum ClosedFile {
    #[default]
    No,
    Yes,
    Since(Timestamp),
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<TicketKey, Ticket>> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("{shown} can't be opened"))?;
    let mut text = String::new();
    let read = file.take(LIMIT + 1).read_to_string(&mut text);
    read.with_context(|| format!("{shown} can't be read"))?;
    if text.len() as u64 > LIMIT {
        bail!("{shown} has more than 16 MiB");
    }
    parse(&text).with_context(|| format!("{shown} can't be understood"))
}

fn parse(text: &str) -> anyhow::Result<BTreeMap<TicketKey, Ticket>> {
    let file: TicketsFile = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        anyhow::anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message())
    })?;
    let mut tickets = BTreeMap::new();
    for ticket in file.ticket {
        let Some(key) = TicketKey::parse(&ticket.key) else {
            bail!("`{}` is no key such as PAY-1", ticket.key.escape_debug());
        };
        if tickets.insert(key.clone(), ticket.into_model(key.clone())).is_some() {
            bail!("{key} stands twice");
        }
    }
    Ok(tickets)
}

impl TicketFile {
    fn into_model(self, key: TicketKey) -> Ticket {
        let approval = |approval: ApprovalFile| TicketApproval {
            by: Identity::guess(&approval.by),
            at: approval.at.0,
        };
        Ticket {
            key,
            title: self.title,
            state: self.state,
            closed: match self.closed {
                ClosedFile::No => Closed::No,
                ClosedFile::Yes => Closed::Yes { at: None },
                ClosedFile::Since(at) => Closed::Yes { at: Some(at) },
            },
            kind: self.kind,
            created: self.created.0,
            url: self.url,
            reporter: self.reporter,
            assignee: self.assignee,
            labels: Vec::new(),
            milestone: None,
            approvals: self.approval.into_iter().map(approval).collect(),
            matches: BTreeSet::new(),
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Words)? {
            ClosedFile::Since(at) => Ok(Self(at)),
            ClosedFile::No | ClosedFile::Yes => Err(Error::custom(WANTED)),
        }
    }
}

impl<'de> Deserialize<'de> for ClosedFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

const WANTED: &str = "expected a time with its offset, such as 2026-01-05T09:00:00Z";

/// Takes a bool, a string or a TOML time; serde's own way to take one of several
/// says "did not match any variant", and no more.
struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = ClosedFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time with its offset, or `true` or `false` where that can be")
    }

    fn visit_bool<E: Error>(self, closed: bool) -> Result<ClosedFile, E> {
        Ok(if closed { ClosedFile::Yes } else { ClosedFile::No })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ClosedFile, E> {
        text.parse().map(ClosedFile::Since).map_err(|_| E::custom(WANTED))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ClosedFile, A::Error> {
        let time =
            toml::value::Datetime::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        self.visit_str(&time.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[[ticket]]
key = "PAY-1"
title = "Round half up"
state = "In Progress"
type = "Bug"
created = 2026-01-05T09:00:00Z
[[ticket.approval]]
by = "bob"
at = "2026-01-06T09:00:00+01:00"

[[ticket]]
key = "PAY-7"
state = "Done"
closed = 2026-01-07T09:00:00Z
created = 2026-01-05T09:00:00Z
"#;

    fn keys(names: &[&str]) -> BTreeSet<TicketKey> {
        names.iter().map(|name| TicketKey::parse(name).unwrap()).collect()
    }

    fn look_up(text: &[u8], name: &str) -> Lookup {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tickets.toml");
        std::fs::write(&path, text).unwrap();
        let tracker = FileTracker { path: &path };
        let inquiry = Inquiry { keys: keys(&[name]), ..Inquiry::default() };
        tracker.look_up(&inquiry).get(&TicketKey::parse(name).unwrap())
    }

    #[test]
    fn a_ticket_is_found_with_all_that_it_says() {
        let Lookup::Found(ticket) = look_up(FILE.as_bytes(), "PAY-1") else { panic!() };
        assert_eq!(ticket.title, "Round half up");
        assert_eq!(ticket.kind.as_deref(), Some("Bug"));
        assert_eq!(ticket.closed, Closed::No);
        let [approval] = ticket.approvals.as_slice() else { panic!() };
        assert_eq!(approval.at.to_string(), "2026-01-06T08:00:00Z");
        let Lookup::Found(ticket) = look_up(FILE.as_bytes(), "PAY-7") else { panic!() };
        assert!(matches!(ticket.closed, Closed::Yes { at: Some(_) }));
    }

    #[test]
    fn a_ticket_that_is_not_there_is_absent() {
        assert_eq!(look_up(FILE.as_bytes(), "PAY-2"), Lookup::Absent);
        assert_eq!(look_up(b"", "PAY-2"), Lookup::Absent);
    }

    #[test]
    fn a_file_with_a_mistake_says_nothing_about_any_ticket() {
        let wrong = |from: &str, to: &str| FILE.replacen(from, to, 1).into_bytes();
        for (text, why) in [
            (wrong("title", "titel"), "line 4: unknown field `titel`"),
            (wrong("2026-01-05T09:00:00Z", "2026-01-05"), "line 7: expected a time"),
            (wrong("2026-01-05T09:00:00Z", "\"yesterday\""), "line 7: expected a time"),
            (wrong("2026-01-05T09:00:00Z", "true"), "line 7: expected a time"),
            (wrong("2026-01-05T09:00:00Z", "7"), "line 7: invalid type"),
            (wrong("PAY-7", "PAY-1"), "PAY-1 stands twice"),
            (wrong("PAY-7", "pay 7"), "is no key"),
            (b"\xff".to_vec(), "can't be read"),
        ] {
            let Lookup::Unknown { why: said } = look_up(&text, "PAY-1") else { panic!("{why}") };
            assert!(said.contains(why), "expected {why:?} in {said:?}");
        }
        let tracker = FileTracker { path: Path::new("/nonexistent") };
        let inquiry = Inquiry { keys: keys(&["PAY-1", "PAY-2"]), ..Inquiry::default() };
        let all = tracker.look_up(&inquiry);
        assert!(all.iter().all(|(_, answer)| matches!(answer, Lookup::Unknown { .. })));
    }
}
