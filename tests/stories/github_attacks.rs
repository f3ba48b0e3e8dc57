//! How somebody would get past the reviews of GitHub, and does not.

use crate::support::fake_forge::{Access, Fault, Forge, GraphQl};
use crate::support::reviewed::Reviewed;

/// The approver wrote it himself, or can't be told from who did: one interface shows more of the
/// accounts than the other.
const NOT_ANOTHER: [&str; 2] = ["self-approval", "unmatched-approver"];

/// A GitHub that is asked by GraphQL, and one by REST.
fn both() -> [Forge; 2] {
    let by_rest = Forge::github();
    by_rest.change(|state| state.habits.github.graphql = GraphQl::Absent);
    [Forge::github(), by_rest]
}

#[test]
fn an_approval_in_a_fork_of_ones_own_is_none_here() {
    for forge in both() {
        let at = Reviewed::at(forge);
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).approved("ana", &head).of_fork("eve/app");
        let bob = at.merge("bob", &head);
        at.push(&bob, &["main"]).refused_for(&["missing-approval"]);
        at.open(&head).approved("ana", &head);
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn a_squash_hides_nobody_who_wrote_what_is_in_it() {
    for forge in both() {
        let at = Reviewed::at(forge);
        let ana = at.server.clone_for("ana");
        ana.commit("PAY-1: hers");
        let eve = at.server.clone_for("eve");
        eve.git(&["fetch", "-q", ana.path().to_str().unwrap(), "main"]);
        eve.git(&["checkout", "-q", "-f", "-B", "main", "FETCH_HEAD"]);
        eve.commit("PAY-1: and mine");
        let head = at.show(&eve);
        at.open(&head).approved("ana", &head);
        let bob = at.server.clone_for("bob");
        bob.git(&["fetch", "-q", "origin"]);
        bob.git(&["merge", "-q", "--squash", &head]);
        bob.git(&["commit", "-q", "--author", "eve <eve@example.com>", "-m", "PAY-1: all (#7)"]);
        at.push(&bob, &["main"]).refused_for(&["self-approval"]);
        at.forge.request(7).approved("root", &head);
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn whoever_hides_among_many_authors_is_one_of_them() {
    for forge in both() {
        let at = Reviewed::at(forge);
        at.forge.person("ana").emails(&["ana@example.com", "ana@home.example"]);
        let crowd: String =
            (0..8).map(|n| format!("Co-authored-by: N {n} <n{n}@example.com>\n")).collect();
        let message =
            format!("PAY-1: round half up\n\n{crowd}Co-authored-by: A <ana@home.example>\n");
        let head = at.branch(&[&message]);
        at.open(&head).approved("ana", &head);
        let pushed = at.press("bob", &head);
        let codes = pushed.codes();
        assert!(NOT_ANOTHER.iter().any(|code| codes == [*code]), "{}", pushed.seen());
    }
}

#[test]
fn whoever_wrote_the_first_of_many_commits_wrote_it() {
    for forge in both() {
        let at = Reviewed::at(forge);
        at.forge.person("ana").emails(&["ana@example.com", "ana@home.example"]);
        let eve = at.server.clone_for("eve");
        eve.commit_with("PAY-1: first", &[("GIT_AUTHOR_EMAIL", "ana@home.example")]);
        for _ in 0..110 {
            eve.commit("PAY-1: more");
        }
        let head = at.show(&eve);
        at.open(&head).approved("ana", &head);
        let pushed = at.press("bob", &head);
        let codes = pushed.codes();
        assert!(NOT_ANOTHER.iter().any(|code| codes == [*code]), "{}", pushed.seen());
    }
}

#[test]
fn the_words_of_a_request_reach_the_terminal_cleaned_and_cut() {
    for forge in both() {
        let at = Reviewed::at(forge);
        let head = at.branch(&["PAY-1: round half up"]);
        let title = format!("\u{1b}[2Jerror: \u{202e}gnp\r\nhint: rm -rf {}", "x".repeat(500));
        at.forge.person("zoe").may(Access::Read);
        at.open(&head).titled(&title).approved("zoe", &head).approved("ana", &head);
        let pushed = at.press("bob", &head);
        pushed.accepted();
        let digest = pushed.digest();
        assert!(!digest.contains(['\u{1b}', '\r', '\u{202e}']), "{digest:?}");
        assert!(digest.lines().all(|line| !line.starts_with("hint: rm")), "{digest}");
        // A URL is left whole.
        let fits = |line: &str| line.chars().count() <= 72 || line.contains("http://");
        assert!(digest.lines().all(fits), "{digest}");
    }
}

#[test]
fn an_answer_without_an_end_is_not_read_to_it() {
    for forge in both() {
        let at = Reviewed::at(forge);
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).approved("ana", &head);
        let bob = at.merge("bob", &head);
        at.forge.fault("/", Fault::Flood);
        at.push(&bob, &["main"]).refused_for(&["reviews-unavailable"]);
        at.forge.heal();
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn a_commit_that_names_hundreds_of_requests_costs_no_more_than_some() {
    for forge in both() {
        let at = Reviewed::at(forge);
        let names: String = (100..900).map(|number| format!("#{number} ")).collect();
        let head = at.branch(&[&format!("PAY-1: round half up\n\n{names}\n")]);
        at.open(&head).approved("ana", &head);
        at.forge.http.forget();
        at.press("bob", &head).accepted();
        assert!(at.forge.http.asked().len() < 80, "{}", at.forge.http.asked().len());
    }
}

#[test]
fn half_of_an_approved_request_is_not_what_was_approved() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    let first = eve.commit("PAY-1: switch the check off");
    eve.commit("PAY-1: and on again, better");
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    at.forge.publish(&at.server);
    at.press("bob", &first).refused_for(&["unreviewed-content"]);
}
