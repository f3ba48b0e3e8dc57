//! Evidence for tests: records of a server that was busy, written and read back.

use std::io::Write as _;

use serde_json::{Value, json};

use super::clean::Clean;
use super::collect::{Collector, Compared, Stretch};
use super::model::{Report, Scope};
use super::period::{Period, parse_day};
use crate::evidence::{Record, read};
use crate::hash::sha256;
use crate::model::{ObjectId, RefName};
use crate::policy::Patterns;
use crate::verify::Tie;

/// A chain in the making.
pub(super) struct Evidence {
    bytes: Vec<u8>,
    prev: String,
    seq: u64,
}

/// A config that the records may name.
pub(super) const CONFIG: &str = "[tracker.file]\npath = \"/t.toml\"\n[[protect]]\n\
    repos = [\"*\"]\nrefs = [\"refs/heads/main\"]\nmode = \"monitor\"\n[protect.ticket]\n\
    projects = [\"PAY\"]\n";

impl Evidence {
    /// With the first two records.
    pub(super) fn new() -> Self {
        let mut evidence = Self { bytes: Vec::new(), prev: "0".repeat(64), seq: 0 };
        let begun = "2026-01-05T09:00:00.000Z";
        evidence.add(begun, json!({"type": "genesis", "host": "git1", "created_by": 7}));
        evidence.add(begun, json!({"type": "policy", "sha256": "abc", "text": CONFIG}));
        evidence
    }

    /// Adds a record; its number.
    pub(super) fn add(&mut self, time: &str, body: Value) -> u64 {
        let head = json!({"v": 1, "seq": self.seq, "prev": self.prev, "time": time, "log": "log",
            "policy": "abc", "tool": "sockembot 0.1.0"});
        // As it is written: `type` stands between what all records have and the rest.
        let mut body = body;
        let kind = body.as_object_mut().unwrap().remove("type").unwrap();
        let (head, body) = (head.to_string(), body.to_string());
        let (head, body) = (head.trim_end_matches('}'), body.trim_start_matches('{'));
        let line = format!("{head},\"type\":{kind},{body}");
        self.prev = sha256(line.as_bytes());
        self.bytes.extend(line.bytes().chain([b'\n']));
        self.seq += 1;
        self.seq - 1
    }

    /// Adds a change of a commit with this number, changed by these fields.
    pub(super) fn change(&mut self, time: &str, n: u64, fields: Value) -> u64 {
        self.add(time, change(n, fields))
    }

    /// The records.
    pub(super) fn records(&self) -> Vec<Record> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&self.bytes).unwrap();
        read(file.path()).unwrap().map(Result::unwrap).collect()
    }

    /// The report of a period.
    pub(super) fn report(&self, from: &str, to: &str, compared: Compared) -> Report {
        self.report_of(None, from, to, compared)
    }

    /// The same of some repositories.
    pub(super) fn report_of(
        &self,
        repos: Option<&str>,
        from: &str,
        to: &str,
        compared: Compared,
    ) -> Report {
        let patterns = repos.map(|glob| Patterns::parse(&[glob.to_owned()]).unwrap());
        let mut collector = Collector::new(scope(from, to), patterns);
        let mut start = 0;
        for record in self.records() {
            let end = start + record.line.len() as u64 + 1;
            collector.record(&record, Stretch { start, end });
            start = end;
        }
        collector.finish(compared)
    }
}

/// The id of a number; that of none but zeros names nothing.
pub(super) fn id(n: u64) -> String {
    format!("{:040x}", n + 1)
}

/// Nobody looked at the repositories.
pub(super) fn not_compared() -> Compared {
    Compared { why_not: Some("nobody asked".to_owned()), ..Compared::default() }
}

/// The main branch of the repository was held against the records.
pub(super) fn compared() -> Compared {
    let oid = |n| ObjectId::parse(id(n).as_bytes()).unwrap();
    let tie = Tie {
        repo: "app".to_owned(),
        name: RefName::parse(b"refs/heads/main").unwrap(),
        tip: Some(oid(9)),
        since: vec![oid(0)],
        commits: 3,
        recorded: 3,
        unrecorded: 0,
    };
    Compared { ties: vec![tie], ..Compared::default() }
}

/// What was asked.
pub(super) fn scope(from: &str, to: &str) -> Scope {
    let day = |text| parse_day(text).unwrap();
    Scope {
        period: Period::new(day(from), day(to)).unwrap(),
        repo: None,
        command: Clean::of("sockembot report"),
        version: "sockembot 0.1.0",
        host: Clean::of("git1"),
        account: Clean::of("git (user 7)"),
        made_at: "2026-05-01T00:00:00Z".parse().unwrap(),
        file: Clean::of("/var/lib/sockembot/evidence.jsonl"),
    }
}

/// A change of one commit on main, by ana, approved by bob; changed by these fields.
pub(super) fn change(n: u64, fields: Value) -> Value {
    let ids = json!({"count": 1, "sha256": "x", "ids": [id(n)]});
    let mut change = json!({
        "type": "change", "push": "p", "repo": "app", "ref": "refs/heads/main", "target": null,
        "role": "branch", "op": "update", "old": id(n - 1), "new": id(n), "forced": false,
        "pusher": {"name": "ana", "kind": "person", "source": "REMOTE_USER"},
        "commits": {"count": 1, "sha256": "x", "items": [{
            "id": id(n), "parents": [id(n - 1)], "subject": "PAY-1: x", "tickets": ["PAY-1"],
            "author": {"name": "Ana", "email": "ana@example.com"},
            "author_time": "2026-01-05T09:00:00Z", "commit_time": "2026-01-05T09:00:00Z",
            "committer": {"name": "Ana", "email": "ana@example.com"},
        }]},
        "contributors": ["ana"],
        "tickets": [{"key": "PAY-1", "answer": "found", "summary": "Round", "status": "Open",
            "url": "https://jira.example.com/browse/PAY-1", "closed": false,
            "created": "2026-01-04T09:00:00Z", "reporter": "eve"}],
        "approvals": [{"by": "bob", "person": "bob", "source": "ref",
            "place": "refs/approvals/main/bob", "commit": id(n), "covers": ids, "counted": true}],
        "rules": [{"id": "missing-ticket", "result": "pass", "detail": "PAY-1"}],
        "class": "standard", "decision": "allow", "finding": "compliant", "mode": "enforce",
        "ms": 7,
    });
    for (name, value) in fields.as_object().unwrap() {
        change[name] = value.clone();
    }
    change
}
