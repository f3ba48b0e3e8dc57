//! The page of a sampled item.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::{Found, Search, Wanted, json as as_json, text};
use crate::report::testing::{Evidence, id};

const NOON: &str = "2026-01-06T12:00:00.000Z";

fn search(evidence: &Evidence, wanted: &str) -> (Wanted, Vec<Found>) {
    let wanted = Wanted::parse(wanted).unwrap();
    let mut search = Search::new(wanted.clone());
    evidence.records().iter().for_each(|record| search.record(record));
    (wanted, search.finish())
}

fn shown(evidence: &Evidence, wanted: &str) -> String {
    let (wanted, found) = search(evidence, wanted);
    text(&wanted, &found)
}

#[test]
fn a_number_a_commit_and_a_ticket_are_told_apart() {
    for (given, wanted) in [
        ("12", Wanted::Number(12)),
        ("1234567", Wanted::Number(1_234_567)),
        ("1234567a", Wanted::Commit("1234567a".to_owned())),
        ("ABCDEF1", Wanted::Commit("abcdef1".to_owned())),
        (&"1".repeat(40), Wanted::Commit("1".repeat(40))),
        ("PAY-1", Wanted::Ticket("PAY-1".to_owned())),
        ("#12", Wanted::Ticket("#12".to_owned())),
    ] {
        assert_eq!(Wanted::parse(given), Ok(wanted), "{given}");
    }
    for given in ["", "abc", "main", "-1", "pay-1", &"a".repeat(65)] {
        assert!(Wanted::parse(given).is_err(), "{given}");
    }
}

#[test]
fn the_page_has_its_neighbours_its_landing_and_what_came_after() {
    let mut evidence = Evidence::new();
    let due = "2026-01-07T12:00:00Z";
    let fields = json!({"class": "emergency",
        "emergency": {"reason": "down", "incident": "INC-7", "due": due}});
    let seq = evidence.change(NOON, 1, fields);
    let landed = json!({"type": "landed", "change": seq, "repo": "app", "ref": "refs/heads/main"});
    evidence.add(NOON, landed);
    let reviewed = json!({"type": "followup", "of": seq, "kind": "emergency-reviewed",
        "by": "bob", "at": due, "source": "refs/approvals/main/bob"});
    evidence.add(NOON, reviewed);
    let page = shown(&evidence, "2");
    for line in [
        "landed       2026-01-06 12:00:00 UTC, as record #3 tells\n",
        "emergency    INC-7: down; a review is due 2026-01-07 12:00:00 UTC\n",
        "before it    #1, which this one names by its hash\n",
        "after it     #3, which names this one by its hash\n",
        "afterwards   reviewed, by bob, at 2026-01-07 12:00:00 UTC",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[test]
fn nothing_on_the_page_is_wider_than_a_terminal_or_does_anything_to_it() {
    let hostile = format!("\u{1b}[2J\u{202e}\n\r {}", "word ".repeat(60));
    let mut evidence = Evidence::new();
    evidence.change(
        NOON,
        1,
        json!({
            "repo": hostile, "contributors": [hostile],
            "pusher": {"name": hostile, "kind": "person", "source": hostile},
            "tickets": [{"key": "PAY-1", "answer": "found", "summary": hostile, "status": hostile}],
            "rules": [{"id": hostile, "result": hostile, "detail": hostile}],
            "lapse": {"recorded": id(1), "found": id(2)},
            "error": {"incident": "1", "doing": hostile, "message": "x", "chain": [hostile]},
            "fault": {"rule": hostile, "what": hostile},
        }),
    );
    evidence.add(NOON, json!({"type": hostile, "x": hostile, (hostile): 1}));
    for wanted in ["2", "3", "PAY-1"] {
        let page = shown(&evidence, wanted);
        for line in page.lines() {
            assert!(line.width() <= 80 || !line.contains("word word"), "{line}");
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
    }
}

#[test]
fn several_are_listed_and_the_one_that_was_let_in_is_shown() {
    let mut evidence = Evidence::new();
    let refused = json!({"decision": "deny", "finding": "violation"});
    evidence.change(NOON, 7, refused);
    evidence.change(NOON, 7, json!({}));
    let page = shown(&evidence, &id(7)[..40]);
    assert!(page.starts_with("2 records about commit"), "{page}");
    assert!(page.contains("\nRecord #3: change, let in\n"), "{page}");
    evidence.change(NOON, 8, json!({}));
    let page = shown(&evidence, "PAY-1");
    assert!(page.ends_with("\nhint: sockembot show NUMBER prints all about one\n"), "{page}");
    assert_eq!(shown(&evidence, "PAY-9"), "nothing on record about ticket PAY-9\n");
}

#[test]
fn json_has_the_line_itself_so_that_its_hash_can_be_worked_out() {
    let mut evidence = Evidence::new();
    let seq = evidence.change(NOON, 1, json!({}));
    let (_, found) = search(&evidence, &seq.to_string());
    let answer: Value = serde_json::from_str(&as_json(&found).unwrap()).unwrap();
    let item = &answer["records"][0];
    let line = item["line"].as_str().unwrap();
    assert_eq!(item["sha256"], crate::hash::sha256(line.as_bytes()));
    assert_eq!((&item["before"], &item["record"]["seq"]), (&json!(seq - 1), &json!(seq)));
}
