//! Pull requests and issues at Gitea and Forgejo.

use crate::support::Shown;
use crate::support::fake_forge::{Access, Fault, Forge, Opinion, Outcome, StaleFlag};
use crate::support::reviewed::Reviewed;

/// With a check that has to succeed.
const CHECKS: &str = "from = [\"reviews\"]\nchecks = [\"test\"]";

/// A commit of eve's on top of `main`, shown on her branch.
fn commit(at: &Reviewed, message: &str) -> String {
    let eve = at.server.clone_for("eve");
    eve.renew();
    let head = eve.commit(message);
    at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    head
}

/// Presses the merge button as somebody.
fn merge(at: &Reviewed, who: &str, head: &str) -> Shown {
    let clone = at.server.clone_for(who);
    clone.renew();
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge pull request 'x' (#7) from side", head]);
    at.push(&clone, &["main"])
}

#[test]
fn a_merge_of_a_request_whose_head_the_repository_knows_costs_one_round() {
    for version in ["1.24.6", "16.0.1+gitea-1.22.0"] {
        let at = Reviewed::at(Forge::gitea());
        let forge = &at.forge;
        forge.change(|state| state.habits.gitea.version = version.to_owned());
        let eve = at.server.clone_for("eve");
        eve.renew();
        for n in 1..50 {
            eve.commit(&format!("PAY-1: step {n}"));
        }
        let head = eve.commit("PAY-1: done");
        at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
        forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
        forge.publish(&at.server);
        // None of these is answered before all of them are asked.
        forge.together("/api/v1/", 6);
        // Whoever approved may press the button: Gitea knows that eve is somebody else.
        let pushed = merge(&at, "ana", &head);
        pushed.accepted();
        assert_eq!(forge.http.asked().len(), 6, "{version}");
        let digest = pushed.digest();
        assert!(digest.contains("request 7 Round half up"), "{digest}");
        assert!(digest.contains("/acme/app/pulls/7"), "{digest}");
        assert!(digest.contains(&format!("ana approved {}", &head[..8])), "{digest}");
        assert!(!pushed.seen().contains("s3cret"), "{}", pushed.seen());
    }
}

#[test]
fn a_request_is_found_by_its_head_or_by_the_id_that_the_host_names() {
    let at = Reviewed::at(Forge::gitea());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.together("/pulls/7", 3);
    let bob = at.server.clone_for("bob");
    bob.renew();
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    at.push(&bob, &["main"]).accepted();
    // Who we are and the open ones; then all about it.
    assert_eq!(forge.http.asked().len(), 2 + 4);

    // A squash: nothing but the host tells of what.
    let head = commit(&at, "PAY-2: retry");
    forge.open(8, &head, "main").by("eve").approved("ana", &head);
    let id = forge.change(|state| state.requests[&8].id).to_string();
    bob.renew();
    bob.git(&["merge", "-q", "--squash", &head]);
    bob.git(&["commit", "-q", "--author", "eve <eve@example.com>", "-m", "PAY-2: retry"]);
    forge.http.forget();
    at.push_with(&bob, &["main"], &[("GITEA_PR_ID", &id)]).accepted();
    let lists = forge.http.count("/api/v1/repos/acme/app/pulls?");
    assert_eq!(lists, 1, "the content of no other request was looked through");
}

#[test]
fn a_squash_keeps_its_approval_and_one_that_carries_more_has_none() {
    let at = Reviewed::at(Forge::gitea());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let bob = at.server.clone_for("bob");
    let squash = |more: bool| {
        bob.renew();
        bob.git(&["merge", "-q", "--squash", &head]);
        if more {
            std::fs::write(bob.path().join("more.txt"), "more").unwrap();
            bob.git(&["add", "."]);
        }
        bob.git(&["commit", "-q", "--author", "eve <eve@example.com>", "-m", "PAY-1: x (#7)"]);
        at.push(&bob, &["main"])
    };
    squash(true).refused_for(&["unreviewed-content"]);
    squash(false).accepted();
}

#[test]
fn the_commit_of_a_review_decides_and_not_the_forge_s_own_flag() {
    let at = Reviewed::at(Forge::gitea());
    let forge = &at.forge;
    forge.change(|state| state.habits.gitea.stale = StaleFlag::Late);
    let first = commit(&at, "PAY-1: round half up");
    forge.open(7, &first, "main").by("eve").approved("ana", &first);
    let eve = at.server.clone_for("eve");
    eve.git(&["reset", "-q", "--hard", "origin/side/eve"]);
    std::fs::write(eve.path().join("more.txt"), "something else").unwrap();
    eve.git(&["add", "."]);
    eve.git(&["commit", "-q", "--amend", "-m", "PAY-1: something else"]);
    let second = eve.head();
    at.push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    forge.request(7).pushed(&second);
    forge.publish(&at.server);
    let pushed = merge(&at, "bob", &second);
    pushed.refused_for(&["stale-approval"]);
    assert!(pushed.digest().contains(&first[..8]), "{}", pushed.digest());
    forge.request(7).approved_something("ana");
    merge(&at, "bob", &second).refused_for(&["void-approval"]);
    forge.request(7).approved("ana", &second);
    merge(&at, "bob", &second).accepted();
}

#[test]
fn dismissed_outvoted_and_unofficial_approvals_do_not_count() {
    let at = Reviewed::at(Forge::gitea());
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.person("zoe").may(Access::Read);
    forge.open(7, &head, "main").by("eve").approved("ana", &head).dismissed("ana");
    let refused = |codes: &[&str], words: &str| {
        let pushed = merge(&at, "bob", &head);
        pushed.refused_for(codes);
        assert!(pushed.digest().contains(words), "{}", pushed.digest());
    };
    refused(&["void-approval"], "dismissed");
    forge.request(7).approved("ana", &head).changes_requested("ana", &head);
    refused(&["void-approval", "changes-requested"], "they have asked for changes since");
    forge.request(7).unapproved("ana").approved("zoe", &head);
    refused(&["void-approval"], "may not write");
    forge.request(7).unapproved("zoe").approved("eve", &head);
    refused(&["self-approval"], "eve approved");
    forge.request(7).unapproved("eve").approved_by_a_ghost(&head).approved_by_team("devs", &head);
    refused(&["void-approval"], "the account is gone");
    // What somebody is asked for or keeps to himself is no opinion.
    forge.request(7).reviewed("root", Opinion::Asked, &head);
    forge.request(7).reviewed("root", Opinion::Pending, &head).commented("root", &head);
    refused(&["void-approval"], "the account is gone");
    forge.change(|state| state.habits.gitea.whitelist = Some(vec!["root".to_owned()]));
    forge.request(7).approved("ana", &head);
    refused(&["void-approval"], "ana approved");
    forge.request(7).approved("root", &head);
    merge(&at, "bob", &head).accepted();
}

#[test]
fn an_author_whose_address_only_the_forge_knows_does_not_approve_himself() {
    let at = Reviewed::at(Forge::gitea());
    let forge = &at.forge;
    // By the domain of the config it is robert's, whoever that is.
    let bob = at.server.clone_for("bob");
    bob.renew();
    let robert =
        [("GIT_AUTHOR_EMAIL", "robert@example.com"), ("GIT_COMMITTER_EMAIL", "robert@example.com")];
    let head = bob.commit_with("PAY-1: round half up", &robert);
    at.push(&bob, &["-f", "HEAD:refs/heads/side/bob"]).accepted();
    forge.person("bob").emails(&["robert@example.com", "bob@example.com"]);
    forge.open(7, &head, "main").by("eve").approved("bob", &head);
    merge(&at, "ana", &head).refused_for(&["self-approval"]);
}

#[test]
fn an_account_that_may_not_see_the_repository_is_told_so_and_nothing_follows() {
    let at = Reviewed::at(Forge::gitea());
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
    forge.change(|state| state.token = "s3cret-token".to_owned());
    for (path, fault) in [
        ("/reviews", Fault::Html),
        ("/commits", Fault::Garbage),
        ("/pulls/7", Fault::Status(403)),
        ("/reviews", Fault::Status(404)),
        ("/user", Fault::Status(403)),
        ("/pulls?", Fault::SlowDown(Some(3600))),
    ] {
        forge.fault(path, fault);
        merge(&at, "bob", &head).refused_for(&["reviews-unavailable"]);
        forge.heal();
    }
    merge(&at, "bob", &head).accepted();
}

#[test]
fn lists_of_many_pages_are_read_whole() {
    let at = Reviewed::configured(Forge::gitea(), &[("from = [\"reviews\"]", CHECKS)]);
    let forge = &at.forge;
    forge.change(|state| state.page = 2);
    let head = commit(&at, "PAY-1: round half up");
    // The oldest of the open ones, the last of its reviews, the first of its checks.
    forge.open(7, &head, "main").by("eve");
    for number in 20..26 {
        forge.open(number, &"1".repeat(40), "other");
    }
    for who in ["root", "bob", "root", "bob"] {
        forge.request(7).commented(who, &head);
    }
    forge.request(7).approved("ana", &head);
    for check in ["test", "a", "b", "c", "d"] {
        forge.check(&head, check, Outcome::Success);
    }
    let bob = at.server.clone_for("bob");
    bob.renew();
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_check_that_did_not_end_well_for_the_head_stands_against_it() {
    let at = Reviewed::configured(Forge::gitea(), &[("from = [\"reviews\"]", CHECKS)]);
    let forge = &at.forge;
    let head = commit(&at, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    merge(&at, "bob", &head).refused_for(&["failed-check"]);
    forge.check(&head, "test", Outcome::Success);
    forge.check(&head, "test", Outcome::Failure);
    let pushed = merge(&at, "bob", &head);
    pushed.refused_for(&["failed-check"]);
    assert!(pushed.digest().contains("`test` is failure"), "{}", pushed.digest());
    forge.check(&head, "test", Outcome::Success);
    merge(&at, "bob", &head).accepted();
}
