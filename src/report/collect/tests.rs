//! What a report makes of records.

use serde_json::json;

use super::Compared;
use crate::model::{ObjectId, RefName};
use crate::report::model::{Kind, Landing, Report, State, TieOut};
use crate::report::testing::{Evidence, compared, id, not_compared};
use crate::verify::{Code, Finding};

const NOON: &str = "2026-01-06T12:00:00.000Z";

fn seqs(report: &Report) -> Vec<u64> {
    report.changes.iter().map(|change| change.record.seq).collect()
}

/// The kinds and states of what was found, without what each evidence has.
fn kinds(report: &Report) -> Vec<(Kind, &'static str)> {
    let usual = |kind| matches!(kind, Kind::NotCovered);
    let found = report.exceptions.iter().filter(|found| !usual(found.kind));
    found.map(|found| (found.kind, found.state.word())).collect()
}

#[test]
fn the_population_is_what_was_let_in_in_the_period_and_landed() {
    let mut evidence = Evidence::new();
    evidence.change("2026-01-05T23:59:59.999Z", 1, json!({}));
    let told = evidence.change("2026-01-06T00:00:00.000Z", 2, json!({}));
    let refused = json!({"decision": "deny", "finding": "violation",
        "rules": [{"id": "missing-ticket", "result": "fail"}]});
    evidence.change(NOON, 3, refused);
    let found = evidence.change(NOON, 4, json!({}));
    let lost = evidence.change(NOON, 5, json!({}));
    let landed = json!({"type": "landed", "change": told, "repo": "app", "ref": "refs/heads/main"});
    evidence.add("2026-01-08T00:00:00.000Z", landed);
    evidence.change("2026-01-07T00:00:00.000Z", 6, json!({}));
    let compared = Compared { never_landed: [lost].into_iter().collect(), ..compared() };
    let report = evidence.report("2026-01-06", "2026-01-06", compared);
    assert_eq!(seqs(&report), [told, found]);
    let at = "2026-01-08T00:00:00Z".parse().unwrap();
    assert_eq!(report.changes[0].landing, Landing::Told(at));
    assert_eq!(report.changes[1].landing, Landing::Found);
    assert_eq!(report.vanished[0].record.seq, lost);
    assert_eq!((report.refusals.refused, report.refusals.by_rule[0].1), (1, 1));
    assert_eq!((report.weeks[0].landed, report.weeks[0].refused), (2, 1));
}

#[test]
fn without_the_repositories_nothing_is_left_out() {
    let mut evidence = Evidence::new();
    let seq = evidence.change(NOON, 1, json!({}));
    let report = evidence.report("2026-01-06", "2026-01-06", not_compared());
    assert_eq!(seqs(&report), [seq]);
    assert_eq!(report.changes[0].landing, Landing::Unread);
    assert!(matches!(report.tie_out, TieOut::NotDone(_)));
    assert_eq!(kinds(&report), [(Kind::NotChecked, "to be explained")]);
}

#[test]
fn an_approval_by_ref_has_the_time_at_which_it_was_accepted() {
    let mut evidence = Evidence::new();
    let approval = |decision: &str, n: u64| {
        json!({"type": "approval", "repo": "app", "ref": "refs/approvals/main/bob", "branch": "main",
            "login": "bob", "new": id(n), "decision": decision, "finding": "compliant",
            "pusher": {"name": "bob", "kind": "person"}})
    };
    evidence.add("2026-01-05T10:00:00.000Z", approval("allow", 1));
    evidence.add("2026-01-05T11:00:00.000Z", approval("deny", 1));
    evidence.add("2026-01-05T12:00:00.000Z", approval("allow", 2));
    evidence.change(NOON, 1, json!({}));
    let report = evidence.report("2026-01-06", "2026-01-06", not_compared());
    let at = "2026-01-05T10:00:00Z".parse().unwrap();
    assert_eq!(report.changes[0].approvals[0].at, Some(at));
    assert_eq!(report.refusals.approvals, (0, 0));
}

#[test]
fn what_is_settled_later_is_settled_and_the_rest_is_open() {
    let mut evidence = Evidence::new();
    let due = "2026-01-07T12:00:00.000Z";
    let emergency = || json!({"class": "emergency", "emergency": {"reason": "down", "due": due}});
    let unknown = || {
        json!({"class": "unverified", "finding": "unknown",
        "rules": [{"id": "tracker-unavailable", "result": "error"}]})
    };
    let in_time = evidence.change(NOON, 1, emergency());
    let late = evidence.change(NOON, 2, emergency());
    evidence.change(NOON, 3, emergency());
    let verified = evidence.change(NOON, 4, unknown());
    evidence.change(NOON, 5, unknown());
    let closed = evidence.change(NOON, 6, json!({}));
    let never = evidence.change(NOON, 7, emergency());
    let dismissed = evidence.change(NOON, 8, emergency());
    let mut follow = |of: u64, kind: &str, at: &str| {
        let body = json!({"type": "followup", "of": of, "kind": kind, "by": "bob", "at": at,
            "ticket": "PAY-1"});
        evidence.add("2026-02-01T00:00:00.000Z", body)
    };
    follow(in_time, "emergency-reviewed", due);
    follow(late, "emergency-reviewed", "2026-01-07T12:00:00.001Z");
    follow(verified, "verified", due);
    follow(closed, "ticket-closed-early", "2026-01-05T00:00:00Z");
    follow(never, "never-landed", due);
    follow(dismissed, "dismissed", due);
    let report = evidence.report("2026-01-06", "2026-01-06", compared());
    assert_eq!(
        kinds(&report),
        [
            (Kind::Unverified, "settled"),
            (Kind::Unverified, "open"),
            (Kind::ReviewMissing, "open"),
            (Kind::ReviewMissing, "to be explained"),
            (Kind::ReviewLate, "settled"),
            (Kind::TicketClosedEarly, "to be explained"),
        ]
    );
    assert_eq!(report.vanished.len(), 1);
    let ticket = &report.changes[5].tickets[0];
    assert_eq!(ticket.closed, Some("2026-01-05T00:00:00Z".parse().unwrap()));
}

#[test]
fn whatever_went_around_the_rules_is_an_exception() {
    let mut evidence = Evidence::new();
    let lapse = || {
        json!({"lapse": {"recorded": id(1), "found": id(9)}, "decision": "deny",
        "finding": "violation"})
    };
    evidence.change(NOON, 10, lapse());
    evidence.change(NOON, 11, lapse());
    evidence.change(
        NOON,
        12,
        json!({"mode": "monitor", "finding": "violation",
        "rules": [{"id": "missing-ticket", "result": "fail"}]}),
    );
    let baseline = json!({"type": "baseline", "repo": "app", "ref": "refs/heads/main",
        "tip": id(1), "by": "admin"});
    evidence.add(NOON, baseline);
    let main = RefName::parse(b"refs/heads/main").unwrap();
    let oid = |n| ObjectId::parse(id(n).as_bytes()).unwrap();
    let unrecorded = Finding {
        code: Code::UnrecordedCommit,
        repo: Some("app".to_owned()),
        name: Some(main),
        records: vec![],
        commits: vec![oid(20), oid(21)],
        what: "2 commits are on no record".to_owned(),
    };
    let chain = Finding {
        code: Code::BrokenChain,
        repo: None,
        name: None,
        commits: vec![],
        what: "line 3 is no record".to_owned(),
        ..unrecorded.clone()
    };
    let before = Finding { code: Code::ClockSetBack, records: vec![1], ..chain.clone() };
    let elsewhere = Finding { repo: Some("other".to_owned()), ..unrecorded.clone() };
    let findings = vec![unrecorded, chain, before, elsewhere];
    let unchecked = vec!["x can't be read".to_owned()];
    let never_landed = [4].into_iter().collect();
    let compared = Compared { findings, unchecked, never_landed, ..compared() };
    let report = evidence.report_of(Some("app"), "2026-01-05", "2026-01-06", compared);
    assert_eq!(
        kinds(&report).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(),
        [
            Kind::Found(Code::BrokenChain),
            Kind::Found(Code::UnrecordedCommit),
            Kind::Found(Code::UnrecordedCommit),
            Kind::NotChecked,
            Kind::Lapse,
            Kind::Baseline,
        ]
    );
    assert_eq!(report.chain.flaws.len(), 1);
    assert!(matches!(&report.tie_out, TieOut::Done(ties) if !ties[0].agrees));
    // A change that never landed is no exception, whatever it broke.
    assert_eq!((report.changes.len(), report.vanished.len()), (0, 1));
    assert!(report.exceptions.iter().all(|found| found.state == State::Stands));
}

#[test]
fn a_broken_rule_in_monitor_mode_is_an_exception_and_the_span_is_told() {
    let mut evidence = Evidence::new();
    evidence.change(
        NOON,
        1,
        json!({"mode": "monitor", "finding": "violation",
        "rules": [{"id": "missing-ticket", "result": "fail"}]}),
    );
    let report = evidence.report("2026-01-06", "2026-01-06", compared());
    assert_eq!(kinds(&report), [(Kind::BrokenInMonitorMode, "to be explained")]);
    let span = &report.monitored[0];
    assert_eq!(span.governs.as_str(), "refs/heads/main in all repositories");
    assert_eq!((report.monitored.len(), span.until), (1, None));
}

#[test]
fn a_policy_that_was_replaced_before_the_period_is_none_of_it() {
    let mut evidence = Evidence::new();
    let policy = |text: &str| json!({"type": "policy", "sha256": "def", "text": text});
    evidence.add("2026-01-05T10:00:00.000Z", policy("what = \"is this\""));
    let report = evidence.report("2026-01-06", "2026-01-06", not_compared());
    assert_eq!(report.policies.len(), 1);
    assert!(report.policies[0].asks.is_err());
    assert_eq!(evidence.report("2026-01-05", "2026-01-06", not_compared()).policies.len(), 2);
}

#[test]
fn the_slice_is_one_stretch_from_the_first_record_of_the_period_to_the_last() {
    let mut evidence = Evidence::new();
    let first = evidence.change("2026-01-06T10:00:00.000Z", 1, json!({}));
    evidence.change("2026-01-07T10:00:00.000Z", 2, json!({}));
    // The clock was set back.
    let last = evidence.change("2026-01-06T11:00:00.000Z", 3, json!({}));
    evidence.change("2026-01-08T10:00:00.000Z", 4, json!({}));
    let report = evidence.report("2026-01-06", "2026-01-06", not_compared());
    assert_eq!(seqs(&report), [first, last]);
    let slice = report.chain.slice.as_ref().unwrap();
    assert_eq!((slice.first.seq, slice.last.seq, slice.records), (first, last, 3));
    let records = evidence.records();
    let length = |records: &[crate::evidence::Record]| -> u64 {
        records.iter().map(|record| record.line.len() as u64 + 1).sum()
    };
    assert_eq!((slice.start, slice.end), (length(&records[..2]), length(&records[..5])));
    assert_eq!(slice.before, records[1].sha256);
    assert_eq!(report.chain.set_back[0].seq, last);
}

#[test]
fn only_the_repositories_that_were_asked_for_are_told_of() {
    let mut evidence = Evidence::new();
    evidence.change(NOON, 1, json!({}));
    let other = evidence.change(NOON, 2, json!({"repo": "team/other"}));
    let day = "2026-01-06";
    let report = evidence.report_of(Some("team/*"), day, day, not_compared());
    assert_eq!(seqs(&report), [other]);
    // The chain can only be checked whole.
    assert_eq!(report.chain.slice.as_ref().unwrap().records, 2);
}

#[test]
fn days_without_a_record_are_told_and_so_is_a_beginning_that_is_too_late() {
    let mut evidence = Evidence::new();
    evidence.change(NOON, 1, json!({}));
    let report = evidence.report("2026-01-01", "2026-01-10", compared());
    let silent: Vec<String> = report.silent.iter().map(ToString::to_string).collect();
    assert_eq!(silent, ["2026-01-01 to 2026-01-04", "2026-01-07 to 2026-01-10"]);
    assert_eq!(report.exceptions.last().unwrap().kind, Kind::NotCovered);
    let report = evidence.report("2026-01-05", "2026-01-06", compared());
    assert!(report.exceptions.is_empty());
}

#[test]
fn what_could_not_be_judged_is_a_failure_and_no_refusal() {
    let mut evidence = Evidence::new();
    let broke = json!({"type": "change", "push": "p", "repo": "app", "ref": "refs/heads/main",
        "op": "create", "old": null, "new": id(1), "pusher": {"name": "ana", "kind": "person"},
        "decision": "deny", "finding": "error", "error": {"incident": "12345678",
        "doing": "reading", "message": "no", "chain": ["no"]}});
    evidence.add(NOON, broke);
    let alongside = json!({"decision": "deny"});
    evidence.change(NOON, 2, alongside);
    let report = evidence.report("2026-01-06", "2026-01-06", not_compared());
    assert_eq!(report.failures[0].incident.as_str(), "12345678");
    assert_eq!((report.refusals.refused, report.refusals.alongside), (1, 1));
}
