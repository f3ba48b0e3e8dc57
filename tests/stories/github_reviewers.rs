//! Whose review at GitHub counts: no contributor's under whatever name, nobody's who has spoken since.

use crate::support::fake_forge::{Access, Forge, Opinion};
use crate::support::reviewed::Reviewed;

#[test]
fn whoever_helped_to_write_does_not_approve() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up\n\nCo-authored-by: Ana <ana@example.com>\n"]);
    at.open(&head).approved("ana", &head);
    let pushed = at.press("bob", &head);
    pushed.refused_for(&["self-approval"]);
}

#[test]
fn an_address_that_only_the_forge_knows_is_still_its_owners() {
    let at = Reviewed::at(Forge::github());
    at.forge.person("ana").emails(&["ana@example.com", "ana@home.example"]);
    let eve = at.server.clone_for("eve");
    eve.commit_with("PAY-1: round", &[("GIT_AUTHOR_EMAIL", "ana@home.example")]);
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    let pushed = at.push(&bob, &["main"]);
    pushed.refused_for(&["self-approval"]);
    at.forge.request(7).approved("root", &head);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn the_author_of_the_request_does_not_approve_whoever_the_commits_name() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    // Ana opened it with commits in the name of eve.
    at.open(&head).by("ana").approved("ana", &head);
    let pushed = at.press("bob", &head);
    pushed.refused_for(&["self-approval"]);
}

#[test]
fn a_reviewer_may_press_the_button_where_somebody_else_opened_the_request() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    at.press("ana", &head).accepted();
}

#[test]
fn a_reviewer_who_presses_the_button_for_nobody_does_not_count() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).by_a_ghost().approved("ana", &head);
    let ana = at.merge("ana", &head);
    let pushed = at.push(&ana, &["main"]);
    pushed.refused_for(&["self-approval"]);
    // Pressed by a third person it does.
    at.push(&at.merge("bob", &head), &["main"]).accepted();
}

#[test]
fn a_review_of_somebody_who_is_gone_or_of_a_commit_that_is_gone_counts_for_nothing() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved_by_a_ghost(&head).approved_something("ana");
    let bob = at.merge("bob", &head);
    at.push(&bob, &["main"]).refused_for(&["void-approval"]);
    at.forge.request(7).approved("ana", &head);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn what_is_pending_or_a_mere_comment_is_no_approval() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).commented("ana", &head).reviewed("bob", Opinion::Pending, &head);
    at.press("root", &head).refused_for(&["missing-approval"]);
}

#[test]
fn a_comment_after_an_approval_takes_nothing_back() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head).commented("ana", &head);
    at.press("bob", &head).accepted();
}

#[test]
fn asking_for_changes_blocks_until_the_same_person_approves_or_it_is_dismissed() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head).changes_requested("root", &head);
    let bob = at.merge("bob", &head);
    at.push(&bob, &["main"]).refused_for(&["changes-requested"]);
    // Others can't speak for them.
    at.forge.request(7).approved("eve", &head).approved("ana", &head);
    at.push(&bob, &["main"]).refused_for(&["changes-requested"]);
    at.forge.request(7).dismissed("root");
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn whoever_may_not_write_neither_approves_nor_blocks() {
    let at = Reviewed::at(Forge::github());
    at.forge.person("zoe").may(Access::Read);
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("zoe", &head);
    let bob = at.merge("bob", &head);
    at.push(&bob, &["main"]).refused_for(&["void-approval"]);
    at.forge.request(7).changes_requested("zoe", &head).approved("ana", &head);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn all_pages_of_reviews_are_read() {
    // The approval stands on the oldest page, and so does what blocks.
    for (blocks, code) in [(false, None), (true, Some("changes-requested"))] {
        let at = Reviewed::at(Forge::github());
        let head = at.branch(&["PAY-1: round half up"]);
        let request = at.open(&head).approved("ana", &head);
        if blocks {
            request.changes_requested("root", &head);
        }
        // Opinions that all count, so that none is left out by a filter.
        for _ in 0..230 {
            request.changes_requested("eve", &head);
        }
        request.approved("eve", &head);
        let pushed = at.press("bob", &head);
        match code {
            None => pushed.accepted(),
            Some(code) => pushed.refused_for(&[code]),
        }
    }
}

#[test]
fn as_many_people_must_approve_as_the_policy_says() {
    let at = Reviewed::configured(Forge::github(), &[("required = 1", "required = 2")]);
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    let pushed = at.push(&bob, &["main"]);
    pushed.refused_for(&["missing-approval"]);
    at.forge.request(7).approved("root", &head);
    at.push(&bob, &["main"]).accepted();
}
