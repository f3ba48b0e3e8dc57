//! What a record of a change holds, made from a judgement of made-up facts.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::bounded::TEXT;
use super::change as change_record;
use crate::evidence::format::ITEMS;
use crate::judge::{Facts, judge};
use crate::model::{
    Change as Asked, Closed, Commit, Content, Incoming, Lookup, MergeContent, Movement, ObjectId,
    Plea, Push, Pusher, RefLine, RefName, RefUpdate, Role, Signature, Start, Ticket, TicketKey,
};
use crate::policy::Policy;

const CONFIG: &str = r#"
[tracker.file]
path = "/t.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/*"]
[protect.ticket]
projects = ["PAY"]
"#;

fn id(n: usize) -> ObjectId {
    ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
}

fn key(n: usize) -> TicketKey {
    TicketKey::parse(&format!("PAY-{n}")).unwrap()
}

/// Commit `n`, by Ana, with this subject.
fn commit(n: usize, subject: &str) -> Commit {
    let who = Signature {
        name: "Ana".to_owned(),
        email: "ana@example.com".to_owned(),
        time: "2026-01-06T09:00:00Z".parse().unwrap(),
    };
    let content = Content {
        parents: vec![id(n - 1)],
        author: who.clone(),
        committer: who,
        co_authors: vec![],
        subject: subject.to_owned(),
        trailers: vec![],
        merge: MergeContent::NotAMerge,
    };
    Commit { id: id(n), content: Ok(content), brought: None }
}

fn ticket(n: usize) -> Lookup {
    Lookup::Found(Box::new(Ticket {
        key: key(n),
        title: "x".to_owned(),
        state: "Open".to_owned(),
        closed: Closed::No,
        kind: None,
        created: "2026-01-05T09:00:00Z".parse().unwrap(),
        url: None,
        reporter: None,
        assignee: None,
        labels: Vec::new(),
        milestone: None,
        approvals: vec![],
        matches: BTreeSet::new(),
    }))
}

/// The record of a push that brings these commits to main, with nobody's approval.
fn record(commits: Vec<Commit>, tickets: usize) -> String {
    let policy = Policy::parse(Path::new("c.toml"), CONFIG).unwrap();
    let main = RefName::parse(b"refs/heads/main").unwrap();
    let change = Asked::Update { old: id(0), new: id(commits.len()) };
    let incoming = Incoming::new(0, Start::OldValue, vec![id(0)], commits);
    let role = Role::moving(Movement::FastForward, incoming);
    let line = RefLine { name: main.clone(), change };
    let push = Push {
        repository: "app".to_owned(),
        pusher: Pusher::Person { login: "ana".to_owned(), source: "REMOTE_USER".to_owned() },
        plea: Plea::None,
        updates: vec![RefUpdate { line, target: main.clone(), role }],
    };
    let facts = Facts {
        push,
        tickets: (1..=tickets).map(|n| (key(n), ticket(n))).collect(),
        approvals: [(main, vec![])].into_iter().collect(),
        unreviewed: vec![],
        now: jiff::Timestamp::UNIX_EPOCH,
        reviews: crate::model::Reviews::default(),
        moment: crate::model::review::Moment::Push,
    };
    let verdict = judge(&policy, facts);
    let of_ref = verdict.refs.first().unwrap();
    let change = change_record(Some("push"), &verdict, of_ref, &policy, Duration::from_millis(7));
    serde_json::to_string(&change).unwrap()
}

fn results(record: &str) -> Vec<(String, String)> {
    let record: Value = serde_json::from_str(record).unwrap();
    let text = |rule: &Value, field: &str| rule[field].as_str().unwrap().to_owned();
    let rules = record["rules"].as_array().unwrap();
    rules.iter().map(|rule| (text(rule, "id"), text(rule, "result"))).collect()
}

#[test]
fn what_refuses_a_push_stands_in_its_record_however_many_tickets_it_names() {
    let mut commits: Vec<_> = (1..=100).map(|n| commit(n, &format!("PAY-{n}: x"))).collect();
    commits.push(commit(101, "no ticket"));
    let results = results(&record(commits, 100));
    assert_eq!(results.len(), ITEMS);
    assert!(results.contains(&("missing-ticket".to_owned(), "fail".to_owned())));
}

#[test]
fn a_push_of_a_thousand_commits_has_a_record_of_bounded_size() {
    let commits: Vec<Commit> = (1..=1000).map(|n| commit(n, "PAY-1: x")).collect();
    let record = record(commits, 1);
    assert!(record.len() < 256 * 1024, "{} bytes", record.len());
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["commits"]["count"], 1000);
    assert_eq!(record["commits"]["items"].as_array().unwrap().len(), ITEMS);
}

#[test]
fn foreign_text_stays_one_line_and_is_kept_as_it_is() {
    let subject = "PAY-1 \n\r\0\u{2028}\u{1b}[2J \"}{'";
    let record = record(vec![commit(1, subject)], 1);
    assert!(!record.contains(['\n', '\r', '\0', '\u{1b}']));
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["commits"]["items"][0]["subject"], subject);
}

#[test]
fn a_long_text_is_cut_between_two_characters() {
    let subject = format!("a{}", "\u{e9}".repeat(TEXT));
    let record: Value = serde_json::from_str(&record(vec![commit(1, &subject)], 0)).unwrap();
    let kept = record["commits"]["items"][0]["subject"].as_str().unwrap();
    assert_eq!(kept.len(), TEXT - 1);
    assert!(subject.starts_with(kept));
}
