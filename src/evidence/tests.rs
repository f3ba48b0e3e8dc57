//! What was written reads back as the same facts, and what was edited is found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::judge::{Facts, judge};
use crate::model::{self, ObjectId, RefName, Verdict};
use crate::policy;

const CONFIG: &str = r#"
[tracker.file]
path = "/t.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/*"]
mode = "enforce"
[protect.ticket]
projects = ["PAY"]
[protect.approval]
from = ["refs", "ticket"]
"#;

fn policy() -> policy::Policy {
    policy::Policy::parse(Path::new("c.toml"), CONFIG).unwrap()
}

fn id(n: usize) -> ObjectId {
    ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
}

fn name(text: &str) -> RefName {
    RefName::parse(text.as_bytes()).unwrap()
}

fn noon() -> Timestamp {
    "2026-01-06T12:00:00Z".parse().unwrap()
}

/// A file with these records behind genesis and policy.
fn file(bodies: &[Body]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evidence.jsonl");
    let until = std::time::Instant::now() + Duration::from_secs(20);
    append(&path, &policy(), noon(), bodies, until).unwrap();
    (dir, path)
}

fn all(path: &Path) -> Vec<Result<Record, Flaw>> {
    read(path).unwrap().collect()
}

fn bodies(path: &Path) -> Vec<Body> {
    all(path).into_iter().map(|record| record.unwrap().body).collect()
}

/// What differs from push to push.
#[derive(Clone, Debug)]
struct Case {
    commits: usize,
    text: String,
    approved: bool,
    pusher: bool,
    created: bool,
    lapsed: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let text = prop_oneof!["[ -~]{0,40}", any::<String>()];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (0_usize..=201, text, flags).prop_map(|(commits, text, (approved, pusher, created, lapsed))| {
        Case { commits, text, approved, pusher, created, lapsed }
    })
}

impl Case {
    fn commit(&self, n: usize) -> model::Commit {
        let who = |name: &str| model::Signature {
            name: name.to_owned(),
            email: "ana@example.com".to_owned(),
            time: noon(),
        };
        let content = model::Content {
            parents: vec![id(n - 1)],
            author: who(&self.text),
            committer: who("Ana"),
            co_authors: vec!["eve@example.com".to_owned()],
            subject: format!("PAY-1: {}", self.text),
            trailers: vec![],
            merge: model::MergeContent::NotAMerge,
        };
        model::Commit { id: id(n), content: Ok(content), brought: None }
    }

    fn change(&self) -> model::Change {
        let new = id(self.commits);
        match self.created {
            true => model::Change::Create { new },
            false => model::Change::Update { old: id(0), new },
        }
    }

    fn verdict(&self) -> Verdict {
        let main = name("refs/heads/main");
        let commits = (1..=self.commits).map(|n| self.commit(n)).collect();
        let start = model::Start::OldValue;
        let incoming = model::Incoming::new(0, start, vec![id(0)], commits);
        let role = model::Role::Branch {
            incoming,
            movement: model::Movement::FastForward,
            lapse: self.lapsed.then(|| model::Lapse { recorded: Some(id(7)), found: id(0) }),
            shadow: None,
            blocked: vec![],
            creation: None,
        };
        let pusher = match self.pusher {
            true => model::Pusher::Person { login: "ana".into(), source: "REMOTE_USER".into() },
            false => model::Pusher::Unknown { why: "nobody said".into() },
        };
        let line = model::RefLine { name: name("refs/heads/alias"), change: self.change() };
        let updates = vec![model::RefUpdate { line, target: main.clone(), role }];
        let approval = model::Approval {
            by: model::Identity::Login("bob".into()),
            at: Some(noon()),
            source: model::Source::Ref {
                name: name("refs/approvals/main/bob"),
                commit: id(self.commits),
            },
            covers: (1..=self.commits).map(id).collect(),
            outdated_for: [].into(),
            void: None,
            vouched: None,
        };
        let approvals = if self.approved { vec![approval] } else { vec![] };
        let plea = model::Plea::None;
        judge(
            &policy(),
            Facts {
                push: model::Push { repository: "team/app".into(), pusher, plea, updates },
                tickets: [(key(), model::Lookup::Found(Box::new(self.ticket())))]
                    .into_iter()
                    .collect(),
                approvals: [(main, approvals)].into_iter().collect(),
                reviews: model::Reviews::default(),
                moment: crate::model::review::Moment::Push,
                unreviewed: vec![],
                now: Timestamp::UNIX_EPOCH,
            },
        )
    }

    fn ticket(&self) -> model::Ticket {
        model::Ticket {
            key: key(),
            title: self.text.clone(),
            state: "Open".to_owned(),
            closed: model::Closed::Yes { at: Some(noon()) },
            kind: Some("Bug".to_owned()),
            created: noon(),
            url: Some("https://t.example.com/PAY-1".to_owned()),
            reporter: Some("dan".to_owned()),
            assignee: None,
            labels: vec![],
            milestone: None,
            approvals: vec![],
            matches: [].into(),
        }
    }
}

fn key() -> model::TicketKey {
    model::TicketKey::parse("PAY-1").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_change_reads_back_as_what_was_judged(case in case()) {
        let verdict = case.verdict();
        let of_ref = &verdict.refs[0];
        let ms = Duration::from_millis(7);
        let change = write::change(Some("push"), &verdict, of_ref, &policy(), ms);
        let (_dir, path) = file(&[Body::Change(Box::new(change))]);
        let Some(Body::Change(change)) = bodies(&path).pop() else { panic!("it is a change") };

        prop_assert_eq!(change.push.as_deref(), Some("push"));
        prop_assert_eq!(&change.repo, "team/app");
        prop_assert_eq!(&change.name, &name("refs/heads/alias"));
        prop_assert_eq!(change.target(), &name("refs/heads/main"));
        prop_assert_eq!(change.role.as_ref(), Some(&Role::Branch));
        prop_assert_eq!(change.op == Operation::Create, case.created);
        prop_assert_eq!(&change.old, &case.change().old_id().cloned());
        prop_assert_eq!(&change.new, &case.change().new_id().cloned());
        prop_assert_eq!(change.start.as_ref(), Some(&Start::OldValue));
        prop_assert_eq!(&change.base.as_ref().unwrap().ids, &[id(0)]);
        prop_assert_eq!(change.lapse.is_some(), case.lapsed);
        prop_assert_eq!(change.pusher.name.as_deref(), case.pusher.then_some("ana"));
        prop_assert_eq!(change.ms, Some(7));
        prop_assert_eq!(change.class.as_ref(), Some(&Class::Standard));
        prop_assert_eq!(change.mode.as_ref(), Some(&Mode::Enforce));
        prop_assert_eq!(change.is_allowed(), verdict.decision() == model::Decision::Accept);
        prop_assert!(change.fault.is_none() && change.error.is_none());

        prop_assert_eq!(change.commits.count, case.commits as u64);
        prop_assert_eq!(change.commits.items.len(), case.commits.min(200));
        for (commit, n) in change.commits.items.iter().zip(1..) {
            prop_assert_eq!(&commit.id, &id(n));
            prop_assert_eq!(&commit.parents, &[id(n - 1)]);
            prop_assert_eq!(&commit.author.as_ref().unwrap().name, &case.text);
            prop_assert_eq!(commit.author_time, Some(noon()));
            prop_assert_eq!(&commit.subject, &format!("PAY-1: {}", case.text));
            prop_assert_eq!(&commit.coauthors, &["eve@example.com"]);
            prop_assert_eq!(commit.merge.as_ref(), Some(&Merge::NotAMerge));
        }
        for ticket in &change.tickets {
            prop_assert_eq!((&*ticket.key, &ticket.answer), ("PAY-1", &Answer::Found));
            prop_assert_eq!(&ticket.summary, &case.text);
            prop_assert_eq!((ticket.closed, ticket.resolved), (true, Some(noon())));
            prop_assert_eq!((ticket.created, ticket.reporter.as_deref()), (Some(noon()), Some("dan")));
        }
        prop_assert_eq!(change.approvals.len(), usize::from(case.approved));
        for approval in &change.approvals {
            prop_assert_eq!((&*approval.by, &approval.source), ("bob", &Source::Ref));
            prop_assert_eq!(&*approval.place, "refs/approvals/main/bob");
            prop_assert_eq!((approval.at, &approval.commit), (Some(noon()), &Some(id(case.commits))));
            prop_assert_eq!(approval.covers.count, case.commits as u64);
            prop_assert_eq!(approval.counted, approval.why_not.is_none());
        }
        let ruled = |outcome: Outcome| change.rules.iter().any(|rule| rule.result == outcome);
        prop_assert_eq!(ruled(Outcome::Fail), change.finding == Finding::Violation);
        prop_assert!(!change.rules.iter().any(|rule| matches!(rule.result, Outcome::Other(_))));
    }
}

#[test]
fn the_other_records_read_back() {
    let main = name("refs/heads/main");
    let line = model::RefLine { name: main.clone(), change: model::Change::Delete { old: id(1) } };
    let failed = |instead| {
        let pusher = model::Pusher::Machine { login: "ci".into(), source: "GL_ID".into() };
        Body::Change(Box::new(unjudged("push", "app", &pusher, &line, &main, instead)))
    };
    let mishap = Mishap {
        incident: "0a1b2c3d".into(),
        doing: "judging the push".into(),
        message: "the disk is gone".into(),
        chain: vec!["the disk is gone".into()],
    };
    let fault = Fault { rule: "outdated-push".into(), what: "somebody pushed".into() };
    let (_dir, path) = file(&[
        Body::Baseline(Baseline::of("app", &main, &id(1), Reason::FirstSeen)),
        failed(Instead::Mishap(mishap)),
        failed(Instead::Fault(fault)),
    ]);
    let all: Vec<Record> = all(&path).into_iter().map(Result::unwrap).collect();
    let [genesis, policy, baseline, mishap, fault] = all.as_slice() else { panic!("five records") };
    assert!(matches!(&genesis.body, Body::Genesis(genesis) if !genesis.host.is_empty()));
    assert!(matches!(&policy.body, Body::Policy(policy) if policy.text == CONFIG));
    assert!(matches!(&baseline.body, Body::Baseline(baseline)
        if (&baseline.name, &baseline.by) == (&Some(main.clone()), &Reason::FirstSeen)));
    let Body::Change(mishap) = &mishap.body else { panic!("it is a change") };
    assert_eq!(mishap.error.as_ref().unwrap().chain, ["the disk is gone"]);
    assert_eq!((&mishap.finding, mishap.is_allowed()), (&Finding::Error, false));
    assert_eq!((&mishap.op, &mishap.pusher.kind), (&Operation::Delete, &PusherKind::Machine));
    assert_eq!((&mishap.old, &mishap.new), (&Some(id(1)), &None));
    let Body::Change(fault) = &fault.body else { panic!("it is a change") };
    assert_eq!(fault.fault.as_ref().unwrap().rule, "outdated-push");
    for (before, after) in all.iter().zip(&all[1..]) {
        assert_eq!((&after.prev, after.seq), (&before.sha256, before.seq + 1));
        assert_eq!(after.sha256, crate::hash::sha256(after.line.as_bytes()));
    }
}

/// Lines of our own making, each linked to the one before it.
fn chained(lines: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let (dir, path) = file(&[]);
    let mut text = std::fs::read_to_string(&path).unwrap();
    for line in lines {
        let mut records = read(&path).unwrap();
        records.by_ref().for_each(drop);
        let head = records.head().unwrap();
        let (seq, prev) = (head.seq + 1, head.sha256);
        text += &format!(
            r#"{{"v":1,"seq":{seq},"prev":"{prev}","time":"2030-01-01T00:00:00.000Z","log":"l","policy":null,"tool":"sockembot 9.0.0",{line}}}"#
        );
        text.push('\n');
        std::fs::write(&path, &text).unwrap();
    }
    (dir, path)
}

#[test]
fn a_newer_version_s_types_fields_and_words_are_read_past() {
    let (_dir, path) = chained(&[
        r#""type":"weather","sun":true"#,
        r#""type":"change","repo":"app","ref":"refs/heads/main","op":"fold","new":null,"depth":3,
           "pusher":{"kind":"robot","rank":1},"class":"sealed","decision":"allow","finding":"compliant""#
            .replace('\n', "")
            .as_str(),
    ]);
    let read = bodies(&path);
    assert_eq!(read[2], Body::Other { kind: "weather".into() });
    let Body::Change(change) = &read[3] else { panic!("it is a change") };
    assert_eq!(change.op, Operation::Other("fold".into()));
    assert_eq!(change.class.as_ref().map(Class::as_str), Some("sealed"));
    assert_eq!((change.commits.count, &change.lapse, change.ms), (0, &None, None));
}

#[test]
fn a_record_that_is_linked_but_holds_nonsense_is_a_flaw_and_not_nothing() {
    for line in [
        r#""type":"change""#,
        r#""type":"baseline","repo":"app","ref":"main","tip":"0000","by":"admin""#,
        r#""type":"landed","repo":"app","repo":"lib","ref":"refs/heads/main""#,
    ] {
        let (_dir, path) = chained(&[line, r#""type":"weather""#]);
        let all = all(&path);
        assert!(matches!(all[2], Err(Flaw::Strange { seq: 2, .. })), "{:?}", all[2]);
        assert_eq!(all[3].as_ref().unwrap().seq, 3);
    }
}

/// The flaws that reading finds after an edit, in short, and how many records are left.
fn flaws_after(edit: impl Fn(&mut Vec<&str>)) -> (Vec<String>, usize) {
    let baseline = |n| {
        let (repo, main) = (format!("app{n}"), name("refs/heads/main"));
        Body::Baseline(Baseline::of(&repo, &main, &id(n), Reason::Admin))
    };
    let (_dir, path) = file(&[baseline(2), baseline(3), baseline(4)]);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    edit(&mut lines);
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let all = all(&path);
    let records = all.iter().filter(|record| record.is_ok()).count();
    (all.into_iter().filter_map(Result::err).map(|flaw| flaw.to_string()).collect(), records)
}

#[test]
fn every_edit_before_the_end_shows_and_reading_goes_on_behind_it() {
    let broken = |seq: u64| vec![Flaw::Broken { seq }.to_string()];
    let gap = |due, found| vec![Flaw::Gap { due, found }.to_string()];
    let strange = "{\"v\":1,\"seq\":3";
    assert_eq!(flaws_after(|_| {}), (vec![], 5));
    let edited = flaws_after(|lines| lines[2] = Box::leak(lines[2].replace("app2", "app9").into()));
    assert_eq!(edited, (broken(3), 5));
    assert_eq!(flaws_after(|lines| cut(lines, 2)), (gap(2, 3), 4));
    assert_eq!(flaws_after(|lines| cut(lines, 0)), (gap(0, 1), 4));
    assert_eq!(flaws_after(|lines| lines.insert(3, lines[2])).1, 6);
    assert_eq!(flaws_after(|lines| lines.swap(2, 3)).1, 5);
    assert!(flaws_after(|lines| lines.swap(2, 3)).0.len() > 1);
    assert_eq!(flaws_after(|lines| lines.insert(3, strange)), (vec![stray(4)], 5));
    assert_eq!(flaws_after(|lines| lines.insert(3, "{}")), (vec![stray(4)], 5));
    assert_eq!(flaws_after(|lines| lines.push("that is all")), (vec![stray(6)], 5));
    // The end of the file can't vouch for itself; git and checkpoints do.
    assert_eq!(flaws_after(|lines| cut(lines, 4)), (vec![], 4));
}

fn cut(lines: &mut Vec<&str>, at: usize) {
    lines.remove(at);
}

fn stray(line: u64) -> String {
    Flaw::Stray { line }.to_string()
}

#[test]
fn the_head_and_a_torn_end_are_told() {
    let (_dir, path) = file(&[]);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&whole[..], b"{\"v\":1"].concat()).unwrap();
    let mut records = read(&path).unwrap();
    let last = records.by_ref().map(Result::unwrap).last().unwrap();
    assert_eq!(records.head(), Some(last.receipt()));
    assert_eq!(records.torn_end().map(|torn| torn.torn_bytes).collect::<Vec<_>>(), [6]);
    assert_eq!(records.bytes(), whole.len() as u64 + 6);
}

/// Chains that an earlier version wrote: each line reads as a record, and written again it
/// is the same to the byte.
#[test]
fn the_chains_of_earlier_versions_are_read_and_would_be_written_alike() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/evidence/0.1.0");
    let mut records = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "jsonl") {
            continue;
        }
        for record in all(&path) {
            let record = record.unwrap_or_else(|flaw| panic!("{}: {flaw}", path.display()));
            let line = serde_json::to_string(&format::Line {
                v: 1,
                seq: record.seq,
                prev: &record.prev,
                time: record.time,
                log: &record.log,
                policy: record.policy.as_deref(),
                tool: &record.tool,
                body: &record.body,
            });
            assert_eq!(line.unwrap(), record.line, "{} #{}", path.display(), record.seq);
            kinds.insert(serde_json::to_value(&record.body).unwrap()["type"].to_string());
            records += 1;
        }
    }
    assert!(records > 50, "{records} records");
    assert_eq!(kinds.len(), 8, "{kinds:?}");
}
