//! What stands on the page.

use serde_json::json;

use super::page;
use crate::report::model::Report;
use crate::report::tables::{self, Sums};
use crate::report::testing::{Evidence, compared, id};

fn sums() -> Sums {
    Sums { changes: "c".repeat(64), exceptions: "e".repeat(64), evidence: "f".repeat(64) }
}

fn shown(report: &Report) -> String {
    page(report, &sums())
}

/// What stands between an element with this id and its end.
fn figure(page: &str, id: &str) -> String {
    let rest = page.split(&format!("id=\"figure-{id}\">")).nth(1).unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn the_figures_are_the_rows_of_the_tables() {
    let mut evidence = Evidence::new();
    for n in 1..=5 {
        evidence.change("2026-01-06T12:00:00.000Z", n, json!({}));
    }
    let report = evidence.report("2026-01-06", "2026-01-06", compared());
    let page = shown(&report);
    let rows = |text: String| text.lines().count() - 1;
    assert_eq!(figure(&page, "landed"), rows(tables::changes(&report).unwrap()).to_string());
    let exceptions = rows(tables::exceptions(&report).unwrap());
    assert_eq!(figure(&page, "exceptions"), exceptions.to_string());
    assert_eq!(page.matches("<th scope=\"row\" data-column=\"Record\">").count(), 5);
}

#[test]
fn a_section_with_nothing_in_it_says_none() {
    let report = Evidence::new().report("2026-01-06", "2026-01-06", compared());
    let page = shown(&report);
    for what in ["Changes that landed", "Emergency changes", "Exceptions, one by one"] {
        assert!(page.contains(&format!("<p class=\"none\">{what}: none.</p>")), "{what}");
    }
}

#[test]
fn nothing_that_others_wrote_is_markup_or_hidden() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror='y'>\u{202e}&amp;";
    let mut evidence = Evidence::new();
    evidence.change(
        "2026-01-06T12:00:00.000Z",
        1,
        json!({
            "repo": hostile, "contributors": [hostile], "class": hostile,
            "pusher": {"name": hostile, "kind": "person", "source": hostile},
            "tickets": [{"key": hostile, "answer": "found", "summary": hostile, "status": hostile,
                "reporter": hostile, "url": "javascript:alert(1)"}],
            "approvals": [{"by": hostile, "person": hostile, "source": hostile, "place": hostile,
                "covers": {"count": 1, "sha256": "x", "ids": [id(1)]}, "counted": true}],
            "rules": [{"id": hostile, "result": hostile, "detail": hostile}], "finding": "unknown",
            "emergency": {"reason": hostile, "incident": hostile, "due": "2026-01-07T12:00:00Z"},
        }),
    );
    evidence.add(
        "2026-01-06T13:00:00.000Z",
        json!({"type": "policy", "sha256": hostile,
        "text": hostile}),
    );
    let report = evidence.report("2026-01-05", "2026-01-06", compared());
    let page = shown(&report);
    for bad in ["<script", "<img", "javascript:", "\u{202e}", "&amp;\n"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("\\u{202e}&amp;amp;"));
}

/// A sentence would go unnoticed, were it not for its bytes.
#[test]
fn the_same_evidence_makes_the_same_page_and_its_time_stands_once() {
    let mut evidence = Evidence::new();
    evidence.change("2026-01-06T12:00:00.000Z", 1, json!({}));
    let mut report = evidence.report("2026-01-06", "2026-01-06", compared());
    let first = shown(&report);
    assert_eq!(first, shown(&evidence.report("2026-01-06", "2026-01-06", compared())));
    report.scope.made_at = "2027-07-07T07:07:07Z".parse().unwrap();
    let later = shown(&report);
    let differing = first.lines().zip(later.lines()).filter(|(one, other)| one != other).count();
    assert_eq!(differing, 1);
}

/// Ten times the changes are ten times the work: each is told of once on the page, and
/// once in the table. How long that takes is no test: 100,000 are meant to be seconds.
#[test]
fn a_page_of_many_changes_grows_with_them_only() {
    let sizes = [1_000, 10_000].map(|changes| {
        let mut evidence = Evidence::new();
        for n in 1..=changes {
            evidence.change("2026-01-06T12:00:00.000Z", n, json!({}));
        }
        let report = evidence.report("2026-01-06", "2026-01-06", compared());
        shown(&report).len() + tables::changes(&report).unwrap().len()
    });
    assert!(sizes[1] < 10 * sizes[0], "{sizes:?}");
}
