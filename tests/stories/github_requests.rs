//! Which request at GitHub a push is the merge of, and whether that one counts.

use crate::support::fake_forge::{Forge, Stage};
use crate::support::reviewed::Reviewed;

/// So many that nobody reads them all.
fn crowd(at: &Reviewed) {
    let main = at.server.tip("refs/heads/main");
    for number in 100..170 {
        at.forge.open(number, &main, "main").by("bob");
    }
}

#[test]
fn a_request_is_found_by_the_ref_that_the_repository_has_of_it() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    crowd(&at);
    // The forge does not find it by its head.
    at.forge.change(|state| state.commits.repository = None);
    let bob = at.merge("bob", &head);
    at.push(&bob, &["main"]).refused_for(&["missing-approval"]);
    at.server.git(&["update-ref", "refs/pull/7/head", &head]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_request_is_found_by_its_head_at_the_forge() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    crowd(&at);
    at.press("bob", &head).accepted();
}

#[test]
fn a_request_is_found_among_the_open_ones_for_the_branch() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    at.forge.change(|state| state.commits.repository = None);
    at.press("bob", &head).accepted();
}

#[test]
fn a_request_is_found_where_the_host_says_which_branch_is_merged() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).from("side/eve").approved("ana", &head);
    crowd(&at);
    at.forge.change(|state| state.commits.repository = None);
    let bob = at.merge("bob", &head);
    at.push(&bob, &["main"]).refused_for(&["missing-approval"]);
    let points = [("GITHUB_PULL_REQUEST_HEAD", "eve:side/eve")];
    at.push_with(&bob, &["main"], &points).accepted();
}

#[test]
fn a_fast_forward_to_an_approved_head_lands() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round", "PAY-1: half up"]);
    at.open(&head).approved("ana", &head);
    let bob = at.server.clone_for("bob");
    bob.git(&["merge", "-q", "--ff-only", &head]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_ref_that_names_another_request_is_followed_and_not_believed() {
    let at = Reviewed::at(Forge::github());
    let approved = at.branch(&["PAY-1: round half up"]);
    at.open(&approved).approved("ana", &approved);
    let eve = at.server.clone_for("eve");
    eve.renew();
    eve.commit("PAY-1: something else");
    let head = at.show(&eve);
    at.server.git(&["update-ref", "refs/pull/7/head", &head]);
    let pushed = at.press("bob", &head);
    pushed.refused_for(&["unreviewed-content"]);
}

#[test]
fn a_commit_that_names_another_request_gets_none_of_its_approvals() {
    for squash in [true, false] {
        let at = Reviewed::at(Forge::github());
        let approved = at.branch(&["PAY-1: round half up"]);
        at.open(&approved).approved("ana", &approved);
        let eve = at.server.clone_for("eve");
        eve.renew();
        eve.commit("PAY-1: something else (#7)\n\nReviewed-on: https://forge/acme/app/pull/7\n");
        let head = at.show(&eve);
        let pushed = if squash {
            let bob = at.server.clone_for("bob");
            bob.git(&["merge", "-q", "--ff-only", &head]);
            at.push(&bob, &["main"])
        } else {
            at.press("bob", &head)
        };
        pushed.refused_for(&["unreviewed-content"]);
    }
}

#[test]
fn commits_on_top_of_an_approved_head_need_their_own_approval() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    bob.commit("PAY-1: and one more");
    at.push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
}

#[test]
fn an_approval_of_an_older_head_covers_nothing_that_came_on_top() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    eve.commit("PAY-1: round half up");
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    eve.commit("PAY-1: and the rest");
    let newer = at.show(&eve);
    at.forge.request(7).pushed(&newer);
    let bob = at.merge("bob", &newer);
    at.push(&bob, &["main"]).refused_for(&["missing-approval"]);
    at.forge.request(7).approved("ana", &newer);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn an_approval_of_what_was_amended_since_is_stale() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    eve.commit("PAY-1: round half up");
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    eve.git(&["commit", "-q", "--amend", "-m", "PAY-1: round half down"]);
    std::fs::write(eve.path().join("more"), "x").unwrap();
    eve.git(&["add", "."]);
    eve.git(&["commit", "-q", "--amend", "--no-edit"]);
    let newer = at.show(&eve);
    at.forge.request(7).pushed(&newer);
    let bob = at.merge("bob", &newer);
    at.push(&bob, &["main"]).refused_for(&["stale-approval"]);
    at.forge.request(7).approved("ana", &newer);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_request_for_another_branch_approves_nothing_here() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).into("release/1").approved("ana", &head);
    at.forge.publish(&at.server);
    let bob = at.merge("bob", &head);
    let pushed = at.push(&bob, &["main"]);
    pushed.refused_for(&["void-approval"]);
    assert!(at.flat(&pushed).contains("release/1"), "{}", pushed.seen());
    at.forge.request(7).into("main").approved("ana", &head);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_closed_a_draft_and_a_merged_request_approve_nothing() {
    for (stage, draft, words) in [
        (Stage::Closed, false, "closed"),
        (Stage::Open, true, "draft"),
        (Stage::Merged("1".repeat(40)), false, "merged"),
    ] {
        let at = Reviewed::at(Forge::github());
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).approved("ana", &head);
        at.forge.publish(&at.server);
        at.forge.change(|state| {
            let request = state.requests.get_mut(&7).unwrap();
            (request.stage, request.draft) = (stage, draft);
        });
        let bob = at.merge("bob", &head);
        let pushed = at.push(&bob, &["main"]);
        pushed.refused_for(&["void-approval"]);
        assert!(at.flat(&pushed).contains(words), "{}", pushed.seen());
        at.forge.change(|state| {
            let request = state.requests.get_mut(&7).unwrap();
            (request.stage, request.draft) = (Stage::Open, false);
        });
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn two_requests_land_together_when_each_is_approved() {
    let at = Reviewed::at(Forge::github());
    let first = at.branch(&["PAY-1: round half up"]);
    at.open(&first).approved("ana", &first);
    let root = at.server.clone_for("root");
    root.commit("PAY-2: retry");
    let second = at.show(&root);
    at.forge.open(8, &second, "main").by("root");
    let bob = at.merge("bob", &first);
    bob.git(&["fetch", "-q", "origin"]);
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge request 8", &second]);
    let pushed = at.push(&bob, &["main"]);
    assert!(!pushed.landed(), "{}", pushed.seen());
    at.forge.request(8).approved("ana", &second);
    at.push(&bob, &["main"]).accepted();
    let approvals = at.server.records("change").last().unwrap()["approvals"].to_string();
    assert!(approvals.contains("/pull/7") && approvals.contains("/pull/8"), "{approvals}");
}
