//! Merge requests and issues at GitLab, of either edition, old and new.

use crate::support::fake_forge::{ApprovalTimes, Edition, Fault, Forge, OnPush, Outcome};
use crate::support::reviewed::Reviewed;
use crate::support::{Clone, Shown};

/// With a check that has to succeed.
const CHECKS: &str = "from = [\"reviews\"]\nchecks = [\"test\"]";

/// A commit of eve's on top of `main`, shown on her branch.
fn commit(at: &Reviewed, message: &str) -> String {
    let eve = at.server.clone_for("eve");
    eve.renew();
    let head = eve.commit(message);
    let shown = at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]);
    assert!(shown.landed(), "{}", shown.seen());
    head
}

/// The same branch with one commit more.
fn more(at: &Reviewed, message: &str) -> String {
    let eve = at.server.clone_for("eve");
    eve.git(&["reset", "-q", "--hard", "origin/side/eve"]);
    let head = eve.commit(message);
    at.push(&eve, &["HEAD:refs/heads/side/eve"]).accepted();
    head
}

/// The same branch with its newest commit made anew.
fn amended(at: &Reviewed, message: &str) -> String {
    let eve = at.server.clone_for("eve");
    eve.git(&["reset", "-q", "--hard", "origin/side/eve"]);
    std::fs::write(eve.path().join("more.txt"), message).unwrap();
    eve.git(&["add", "."]);
    eve.git(&["commit", "-q", "--amend", "-m", message]);
    at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    eve.head()
}

/// Presses the merge button as somebody.
fn merge(at: &Reviewed, who: &str, head: &str) -> Shown {
    let clone = at.server.clone_for(who);
    clone.renew();
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'side/eve' into 'main'", head]);
    at.push(&clone, &["main"])
}

fn squash(at: &Reviewed, who: &str, head: &str, message: &str) -> Clone {
    let clone = at.server.clone_for(who);
    clone.renew();
    clone.git(&["merge", "-q", "--squash", head]);
    let author = "eve <eve@example.com>";
    clone.git(&["commit", "-q", "--author", author, "-m", message]);
    clone
}

#[test]
fn a_merge_of_a_request_whose_head_the_repository_knows_costs_one_round() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    forge.publish(&at.server);
    // None of these is answered before all of them are asked.
    forge.together("/api/v4/", 10);
    // Whoever approved may press the button: GitLab knows that eve is somebody else.
    let pushed = merge(&at, "ana", &head);
    pushed.accepted();
    assert_eq!(forge.http.asked().len(), 10);
    let digest = pushed.digest();
    assert!(digest.contains("request 7 Round half up"), "{digest}");
    assert!(digest.contains("/acme/app/-/merge_requests/7"), "{digest}");
    assert!(digest.contains(&format!("ana approved {}", &head[..8])), "{digest}");
    assert!(!pushed.seen().contains("s3cret"), "{}", pushed.seen());
}

#[test]
fn a_request_is_found_by_its_head_in_two_rounds() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let eve = at.server.clone_for("eve");
    eve.renew();
    for n in 1..50 {
        eve.commit(&format!("PAY-1: step {n}"));
    }
    let head = eve.commit("PAY-1: done");
    at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.together("/merge_requests/7", 5);
    merge(&at, "bob", &head).accepted();
    // Who we are, the open ones, the settings, the members, those of the head; then all
    // about it.
    assert_eq!(forge.http.asked().len(), 5 + 5);
}

#[test]
fn a_request_is_found_among_many_numbers_that_commits_name() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    forge.change(|state| state.page = 2);
    let head = commit(&at, "PAY-1: round half up");
    for number in 20..25 {
        forge.open(number, &"1".repeat(40), "main").by("eve");
    }
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    // Requests on several pages, and a number that is none.
    let named: String =
        (20..25).chain([7, 404]).map(|n| format!("See merge request !{n}\n")).collect();
    let bob = squash(&at, "bob", &head, &format!("PAY-1: round half up\n\n{named}"));
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_squash_keeps_its_approval_and_one_that_carries_more_has_none() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let message = "PAY-1: round half up\n\nSee merge request acme/app!7";
    let bob = squash(&at, "bob", &head, message);
    at.push(&bob, &["main"]).accepted();

    // By its content alone, without a word of the request.
    let head = commit(&at, "PAY-2: retry");
    forge.open(8, &head, "main").by("eve").approved("ana", &head);
    let bob = squash(&at, "bob", &head, "PAY-2: retry");
    at.push(&bob, &["main"]).accepted();

    let head = commit(&at, "PAY-2: once more");
    forge.open(9, &head, "main").by("eve").approved("ana", &head);
    let bob = squash(&at, "bob", &head, "PAY-2: once more\n\nSee merge request !9");
    std::fs::write(bob.path().join("more.txt"), "more").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "--amend", "--no-edit"]);
    at.push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
}

#[test]
fn an_approval_is_of_the_version_that_was_shown_when_it_was_given() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    forge.change(|state| state.habits.gitlab.on_push = OnPush::Keep);
    let first = commit(&at, "PAY-1: round half up");
    forge.open(7, &first, "main").by("eve").approved("ana", &first);
    let second = more(&at, "PAY-1: and something else");
    forge.request(7).pushed(&second);
    forge.publish(&at.server);
    let pushed = merge(&at, "bob", &second);
    pushed.refused_for(&["missing-approval"]);
    let digest = pushed.digest();
    assert!(digest.contains("1 of 3 commits needs a fix"), "{digest}");
    assert!(digest.contains(&format!("ana approved {}", &first[..8])), "{digest}");
    // Given in the moment in which the second came, and no sooner.
    let shown = forge.change(|state| state.requests[&7].heads[1].1.clone());
    forge.request(7).at(&shown);
    let landed = merge(&at, "bob", &second);
    landed.accepted();

    // An old server, whose approvals outlive a push: nobody can tell.
    let first = commit(&at, "PAY-2: retry");
    forge.open(8, &first, "main").by("eve").approved("ana", &first);
    let second = more(&at, "PAY-2: and something else");
    forge.request(8).pushed(&second);
    forge.publish(&at.server);
    forge.change(|state| state.habits.gitlab.approval_times = ApprovalTimes::Missing);
    let pushed = merge(&at, "bob", &second);
    pushed.refused_for(&["void-approval"]);
    assert!(pushed.digest().contains("Remove all approvals"), "{}", pushed.digest());
    // The same where they don't: this one was given after it.
    forge.change(|state| {
        state.habits.gitlab.edition = Edition::Premium;
        state.habits.gitlab.on_push = OnPush::Reset;
    });
    merge(&at, "bob", &second).accepted();
}

#[test]
fn an_approval_that_outlived_a_push_to_a_closed_request_is_stale() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    forge.change(|state| state.habits.gitlab.edition = Edition::Premium);
    let first = commit(&at, "PAY-1: round half up");
    forge.open(7, &first, "main").by("eve").approved("ana", &first).closed();
    let second = amended(&at, "PAY-1: something else");
    forge.request(7).pushed(&second).reopened();
    merge(&at, "bob", &second).refused_for(&["stale-approval"]);
    forge.request(7).unapproved("ana").approved("ana", &second);
    merge(&at, "bob", &second).accepted();
}

#[test]
fn the_rules_of_the_paid_editions_and_a_wish_for_changes_stand_against_a_request() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    forge.change(|state| {
        state.habits.gitlab.edition = Edition::Premium;
        state.habits.gitlab.rules = vec![("security".to_owned(), 1, vec!["root".to_owned()])];
    });
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["unmet-review-rule"]);
    assert!(pushed.digest().contains("`security`"), "{}", pushed.digest());
    forge.request(7).approved("root", &head);
    forge.request(7).changes_requested("zoe", &head);
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["changes-requested"]);
    assert!(pushed.digest().contains("zoe asks for changes"), "{}", pushed.digest());
    forge.request(7).approved("zoe", &head);
    merge(&at, "bob", &head).accepted();
}

#[test]
fn neither_machines_nor_authors_nor_ghosts_approve() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("project_35_bot_0a1b", &head);
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["void-approval"]);
    assert!(pushed.digest().contains("a machine"), "{}", pushed.digest());
    forge.request(7).unapproved("project_35_bot_0a1b").approved("eve", &head);
    merge(&at, "bob", &head).refused_for(&["self-approval"]);
    // Opened by somebody else, and written by eve still.
    forge.request(7).by("root");
    merge(&at, "bob", &head).refused_for(&["self-approval"]);
    forge.request(7).by("eve").draft().approved("ana", &head);
    merge(&at, "bob", &head).refused_for(&["void-approval"]);
}

#[test]
fn an_account_that_may_not_see_the_project_is_told_so_and_nothing_follows() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.publish(&at.server);
    forge.change(|state| state.hidden = true);
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["reviews-unavailable"]);
    assert!(pushed.digest().contains("does not show us"), "{}", pushed.digest());
    forge.change(|state| (state.hidden, state.narrow) = (false, true));
    merge(&at, "bob", &head).refused_for(&["reviews-unavailable"]);
    forge.change(|state| (state.narrow, state.token) = (false, "another".to_owned()));
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["reviews-unavailable"]);
    assert!(pushed.digest().contains("(401)"), "{}", pushed.digest());
    for (path, fault) in [
        ("/approvals", Fault::Html),
        ("/versions", Fault::Garbage),
        ("/merge_requests/7", Fault::Status(403)),
        ("/reviewers", Fault::Status(500)),
        ("/user", Fault::Status(403)),
        ("/merge_requests?", Fault::SlowDown(Some(3600))),
    ] {
        forge.change(|state| state.token = "s3cret-token".to_owned());
        forge.fault(path, fault);
        merge(&at, "bob", &head).refused_for(&["reviews-unavailable"]);
        forge.heal();
    }
    merge(&at, "bob", &head).accepted();
}

#[test]
fn a_project_is_known_by_its_number_whatever_it_is_called_now() {
    let at = Reviewed::at(Forge::gitlab());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let bob = at.server.clone_for("bob");
    bob.renew();
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    at.push_with(&bob, &["main"], &[("GL_PROJECT_PATH", "acme/renamed")]).accepted();
}

#[test]
fn lists_of_many_pages_are_read_whole() {
    let at = Reviewed::configured(Forge::gitlab(), &[("from = [\"reviews\"]", CHECKS)]);
    let forge = &at.forge;
    forge.change(|state| {
        state.page = 2;
        state.habits.gitlab.on_push = OnPush::Keep;
    });
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    // The version that was approved is on the last page, and so is the check.
    for n in 0..4 {
        let next = more(&at, &format!("PAY-1: more {n}"));
        forge.request(7).pushed(&next);
    }
    forge.request(7).pushed(&head);
    for check in ["a", "b", "c", "d", "test"] {
        forge.check(&head, check, Outcome::Success);
    }
    forge.publish(&at.server);
    merge(&at, "bob", &head).accepted();
}

#[test]
fn a_check_that_did_not_end_well_for_the_head_stands_against_it() {
    let checks = "from = [\"reviews\"]\nchecks = [\"test\", \"pipeline\"]";
    let at = Reviewed::configured(Forge::gitlab(), &[("from = [\"reviews\"]", checks)]);
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.check(&head, "lint", Outcome::Success);
    merge(&at, "bob", &head).refused_for(&["failed-check"]);
    forge.check(&head, "test", Outcome::Failure);
    merge(&at, "bob", &head).refused_for(&["failed-check", "failed-check"]);
    forge.check(&head, "test", Outcome::Success);
    merge(&at, "bob", &head).accepted();
}
