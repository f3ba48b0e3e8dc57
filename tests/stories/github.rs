//! Reviews at GitHub: the request of a push is found, its content proved, its reviews counted.

use insta::assert_snapshot;

use crate::support::Clone;
use crate::support::fake_forge::{Access, Forge, GraphQl};
use crate::support::reviewed::Reviewed;

#[test]
fn a_merge_of_an_approved_request_lands_and_shows_who_approved_it() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let pushed = at.press("bob", &head);
    pushed.accepted();
    assert_snapshot!(at.told(&pushed), @"
    success: 2 commits to main comply, about to ship:
      PAY-1   Round half up in invoices  In Progress  ana  1 commit
      merges  nothing of their own                         1 commit
      request 7 Round half up
        FORGE/acme/app/pull/7
        ana approved d78699d9
    policy HASH, evidence #3 HASH, pushed by bob (GITHUB_USER_LOGIN)
    ");
}

/// A squash of the branch as GitHub makes it: the opener is the author, GitHub the committer.
fn squash(at: &Reviewed, who: &str, head: &str, message: &str) -> Clone {
    let clone = at.server.clone_for(who);
    clone.git(&["merge", "-q", "--squash", head]);
    let made = [
        ("GIT_AUTHOR_NAME", "eve"),
        ("GIT_AUTHOR_EMAIL", "eve@example.com"),
        ("GIT_COMMITTER_NAME", "GitHub"),
        ("GIT_COMMITTER_EMAIL", "noreply@github.com"),
    ];
    let shown = clone.git_with(&["commit", "-q", "-m", message], &made);
    assert!(shown.landed(), "{}", shown.seen());
    clone
}

#[test]
fn a_squash_keeps_the_approval_of_what_it_holds() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    // Ana, who approved, presses the button herself.
    let ana = squash(&at, "ana", &head, "PAY-1: round half up (#7)");
    let pushed = at.push(&ana, &["main"]);
    pushed.accepted();
}

#[test]
fn a_squash_that_no_text_points_from_is_found_by_what_it_holds() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = squash(&at, "bob", &head, "PAY-1: round half up");
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_squash_that_carries_more_is_refused() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = squash(&at, "bob", &head, "PAY-1: round half up (#7)");
    std::fs::write(bob.path().join("more"), "x").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "--amend", "--no-edit"]);
    let pushed = at.push(&bob, &["main"]);
    pushed.refused_for(&["unreviewed-content"]);
}

#[test]
fn a_merge_with_changes_of_its_own_is_refused() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = at.server.clone_for("bob");
    bob.git(&["merge", "-q", "--no-ff", "--no-commit", &head]);
    std::fs::write(bob.path().join("more"), "x").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "-m", "PAY-1: merge request 7"]);
    let pushed = at.push(&bob, &["main"]);
    pushed.refused_for(&["unreviewed-content"]);
}

#[test]
fn a_rebase_keeps_the_approval_of_what_it_holds() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: one", "PAY-1: two"]);
    at.open(&head).approved("ana", &head);
    // Main goes on meanwhile.
    let root = at.server.clone_for("root");
    root.commit("Go on");
    let gone_on = at.show(&root);
    at.server.git(&["update-ref", "refs/heads/main", &gone_on]);
    at.server.accept("refs/heads/main");
    let ana = at.server.clone_for("ana");
    ana.git(&["cherry-pick", &format!("{head}~1"), &head]);
    let pushed = at.push(&ana, &["main"]);
    pushed.accepted();
}

#[test]
fn reviews_that_do_not_count_are_shown_with_the_reason() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.forge.person("zoe").may(Access::Read);
    at.forge.person("robot").bot();
    at.open(&head)
        .approved("ana", &head)
        .dismissed("ana")
        .approved("zoe", &head)
        .approved("robot", &head)
        .approved("eve", &head)
        .approved("bob", &head)
        .changes_requested("bob", &head)
        .approved_by_a_ghost(&head);
    let pushed = at.press("bob", &head);
    pushed.refused_for(&["void-approval", "changes-requested"]);
    let told = at.told(&pushed);
    let (_, findings) = told.split_once("\n\n").unwrap();
    assert_snapshot!(findings, @"
    error[void-approval]: ana approved in request 7, which does not count:
      it was dismissed
      d78699d9 PAY-1: round half up
    hint: a reviewer approves request 7

    error[changes-requested]: bob asks for changes in request 7
      d78699d9 PAY-1: round half up
    hint: make the changes, have bob approve request 7, then merge again

      request 7 Round half up
        FORGE/acme/app/pull/7
        ana approved d78699d9, which does not count: it was dismissed
        zoe approved d78699d9, which does not count: they may not write to
          the repository
        robot approved d78699d9, which does not count: it is a machine's
        eve approved d78699d9, which does not count: the approver opened the
          request
        bob approved d78699d9, which does not count: they have asked for
          changes since
        a deleted account approved d78699d9, which does not count: the
          account is gone

    policy HASH, evidence #3 HASH, pushed by bob (GITHUB_USER_LOGIN)
    ");
}

#[test]
fn issues_are_tickets_and_requests_are_none_unless_the_table_says_so() {
    for graphql in [GraphQl::Answers, GraphQl::Absent] {
        let forge = Forge::github();
        forge.change(|state| state.habits.github.graphql = graphql);
        let url = forge.url().to_owned();
        let at = Reviewed::ticketed(forge, &url, &[("states = []", "states = [\"Approved\"]")]);
        at.forge.issue(12, "Round half up").labelled("Approved").assigned("eve").due_in("1.2");
        at.forge.issue(13, "Not yet");
        at.forge.issue(14, "Done").labelled("Approved").closed();
        let eve = at.server.clone_for("eve");
        let head = eve.commit("Round half up (#12)\n\nRefs: GH-12\n");
        at.open(&head);
        at.forge.change(|state| {
            state.requests.get_mut(&7).unwrap().created = "2026-01-05T09:00:00Z".to_owned();
        });
        let pushed = at.push(&eve, &["main"]);
        pushed.accepted();
        assert!(pushed.digest().contains("#12    Round half up  Approved"), "{}", pushed.seen());
        let found = at.server.records("change")[0]["tickets"][0].clone();
        assert_eq!((&found["milestone"], &found["labels"][0]), (&"1.2".into(), &"Approved".into()));
        for (message, code) in [
            ("Fix #13", "wrong-state"),
            ("Fix #14", "closed-ticket"),
            ("Fix #15", "no-such-ticket"),
            ("Fix acme/other#12", "missing-ticket"),
        ] {
            eve.renew();
            eve.commit(message);
            at.push(&eve, &["main"]).refused_for(&[code]);
        }
        eve.renew();
        eve.commit("Fix #7");
        at.push(&eve, &["main"]).refused_for(&["wrong-state", "wrong-type"]);
        let (types, states) = ("types = [\"issue\"]", "states = [\"Approved\"]");
        at.server.edit("config.toml", types, "types = [\"issue\", \"pull request\"]");
        at.server.edit("config.toml", states, "states = []");
        at.push(&eve, &["main"]).accepted();
    }
}
