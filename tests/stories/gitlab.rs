//! Merge requests and issues at GitLab, of either edition, old and new.

use crate::support::fake_forge::{ApprovalTimes, Edition, Fault, Forge, OnPush, Outcome};
use crate::support::{Clone, Server, Setup, Shown};

/// A GitLab that is the host, and whose reviews approve.
fn server(forge: &Forge, more: &[(&'static str, &str)]) -> Server {
    let table = |kind: &str| {
        format!("[{kind}.gitlab]\nurl = \"{}\"\ntoken_file = \"ROOT/token\"\n\n", forge.url())
    };
    let mut config = vec![
        ("kind = \"plain\"\nroot = \"ROOT\"", "kind = \"gitlab\"".to_owned()),
        ("[[protect]]", format!("{}[[protect]]", table("reviews"))),
        ("from = [\"refs\"]", "from = [\"reviews\"]".to_owned()),
    ];
    config.extend(more.iter().map(|(from, to)| (*from, to.replace("TRACKER", &table("tracker")))));
    let server = Server::with(Setup { config, secret: true, ..Setup::default() });
    // Gitaly runs the hook from there; git alone does not.
    let custom = server.path("app.git/custom_hooks/pre-receive.d/sockembot");
    std::fs::copy(custom, server.path("app.git/hooks/pre-receive")).unwrap();
    forge.serves(&server);
    server
}

/// Pushes as GitLab's own merge does: it names who pressed the button.
fn push(clone: &Clone, args: &[&str]) -> Shown {
    push_as(clone, args, "acme/app")
}

fn push_as(clone: &Clone, args: &[&str], project: &str) -> Shown {
    let names = [
        ("GL_ID", "user-7"),
        ("GL_USERNAME", clone.who.as_str()),
        ("GL_REPOSITORY", "project-35"),
        ("GL_PROJECT_PATH", project),
    ];
    clone.git_with(&[&["push", "origin"][..], args].concat(), &names)
}

/// A commit of eve's on top of `main`, shown on her branch.
fn commit(server: &Server, message: &str) -> String {
    let eve = server.clone_for("eve");
    eve.renew();
    let head = eve.commit(message);
    let shown = push(&eve, &["-f", "HEAD:refs/heads/side/eve"]);
    assert!(shown.landed(), "{}", shown.seen());
    head
}

/// The same branch with one commit more.
fn more(server: &Server, message: &str) -> String {
    let eve = server.clone_for("eve");
    eve.git(&["reset", "-q", "--hard", "origin/side/eve"]);
    let head = eve.commit(message);
    push(&eve, &["HEAD:refs/heads/side/eve"]).accepted();
    head
}

/// The same branch with its newest commit made anew.
fn amended(server: &Server, message: &str) -> String {
    let eve = server.clone_for("eve");
    eve.git(&["reset", "-q", "--hard", "origin/side/eve"]);
    std::fs::write(eve.path().join("more.txt"), message).unwrap();
    eve.git(&["add", "."]);
    eve.git(&["commit", "-q", "--amend", "-m", message]);
    push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    eve.head()
}

/// Presses the merge button as somebody.
fn merge(server: &Server, who: &str, head: &str) -> Shown {
    let clone = server.clone_for(who);
    clone.renew();
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'side/eve' into 'main'", head]);
    push(&clone, &["main"])
}

fn squash(server: &Server, who: &str, head: &str, message: &str) -> Clone {
    let clone = server.clone_for(who);
    clone.renew();
    clone.git(&["merge", "-q", "--squash", head]);
    let author = "eve <eve@example.com>";
    clone.git(&["commit", "-q", "--author", author, "-m", message]);
    clone
}

#[test]
fn a_merge_of_a_request_whose_head_the_repository_knows_costs_one_round() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    forge.publish(&server);
    // None of these is answered before all of them are asked.
    forge.together("/api/v4/", 9);
    // Whoever approved may press the button: GitLab knows that eve is somebody else.
    let pushed = merge(&server, "ana", &head);
    pushed.accepted();
    assert_eq!(forge.http.asked().len(), 9);
    let digest = pushed.digest();
    assert!(digest.contains("request 7 Round half up"), "{digest}");
    assert!(digest.contains("/acme/app/-/merge_requests/7"), "{digest}");
    assert!(digest.contains(&format!("ana approved {}", &head[..8])), "{digest}");
    assert!(!pushed.seen().contains("s3cret"), "{}", pushed.seen());
}

#[test]
fn a_request_is_found_by_its_head_in_two_rounds() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let eve = server.clone_for("eve");
    eve.renew();
    for n in 1..50 {
        eve.commit(&format!("PAY-1: step {n}"));
    }
    let head = eve.commit("PAY-1: done");
    push(&eve, &["-f", "HEAD:refs/heads/side/eve"]).accepted();
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.together("/merge_requests/7", 5);
    merge(&server, "bob", &head).accepted();
    // Who we are, the open ones, the settings, those of the head; then all about it.
    assert_eq!(forge.http.asked().len(), 4 + 5);
}

#[test]
fn a_squash_keeps_its_approval_and_one_that_carries_more_has_none() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let message = "PAY-1: round half up\n\nSee merge request acme/app!7";
    let bob = squash(&server, "bob", &head, message);
    push(&bob, &["main"]).accepted();

    // By its content alone, without a word of the request.
    let head = commit(&server, "PAY-2: retry");
    forge.open(8, &head, "main").by("eve").approved("ana", &head);
    let bob = squash(&server, "bob", &head, "PAY-2: retry");
    push(&bob, &["main"]).accepted();

    let head = commit(&server, "PAY-2: once more");
    forge.open(9, &head, "main").by("eve").approved("ana", &head);
    let bob = squash(&server, "bob", &head, "PAY-2: once more\n\nSee merge request !9");
    std::fs::write(bob.path().join("more.txt"), "more").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "--amend", "--no-edit"]);
    push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
}

#[test]
fn an_approval_is_of_the_version_that_was_shown_when_it_was_given() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    forge.change(|state| state.habits.gitlab.on_push = OnPush::Keep);
    let first = commit(&server, "PAY-1: round half up");
    forge.open(7, &first, "main").by("eve").approved("ana", &first);
    let second = more(&server, "PAY-1: and something else");
    forge.request(7).pushed(&second);
    forge.publish(&server);
    let pushed = merge(&server, "bob", &second);
    pushed.refused_for(&["missing-approval"]);
    let digest = pushed.digest();
    assert!(digest.contains("1 of 3 commits needs a fix"), "{digest}");
    assert!(digest.contains(&format!("ana approved {}", &first[..8])), "{digest}");
    // Given in the moment in which the second came, and no sooner.
    let shown = forge.change(|state| state.requests[&7].heads[1].1.clone());
    forge.request(7).at(&shown);
    let landed = merge(&server, "bob", &second);
    landed.accepted();

    // An old server, whose approvals outlive a push: nobody can tell.
    let first = commit(&server, "PAY-2: retry");
    forge.open(8, &first, "main").by("eve").approved("ana", &first);
    let second = more(&server, "PAY-2: and something else");
    forge.request(8).pushed(&second);
    forge.publish(&server);
    forge.change(|state| state.habits.gitlab.approval_times = ApprovalTimes::Missing);
    let pushed = merge(&server, "bob", &second);
    pushed.refused_for(&["void-approval"]);
    assert!(pushed.digest().contains("Remove all approvals"), "{}", pushed.digest());
    // The same where they don't: this one was given after it.
    forge.change(|state| {
        state.habits.gitlab.edition = Edition::Premium;
        state.habits.gitlab.on_push = OnPush::Reset;
    });
    merge(&server, "bob", &second).accepted();
}

#[test]
fn an_approval_that_outlived_a_push_to_a_closed_request_is_stale() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    forge.change(|state| state.habits.gitlab.edition = Edition::Premium);
    let first = commit(&server, "PAY-1: round half up");
    forge.open(7, &first, "main").by("eve").approved("ana", &first).closed();
    let second = amended(&server, "PAY-1: something else");
    forge.request(7).pushed(&second).reopened();
    merge(&server, "bob", &second).refused_for(&["stale-approval"]);
    forge.request(7).unapproved("ana").approved("ana", &second);
    merge(&server, "bob", &second).accepted();
}

#[test]
fn the_rules_of_the_paid_editions_and_a_wish_for_changes_stand_against_a_request() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    forge.change(|state| {
        state.habits.gitlab.edition = Edition::Premium;
        state.habits.gitlab.rules = vec![("security".to_owned(), 1, vec!["root".to_owned()])];
    });
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let pushed = merge(&server, "bob", &head);
    pushed.refused_for(&["unmet-review-rule"]);
    assert!(pushed.digest().contains("`security`"), "{}", pushed.digest());
    forge.request(7).approved("root", &head);
    forge.request(7).changes_requested("zoe", &head);
    let pushed = merge(&server, "bob", &head);
    pushed.refused_for(&["changes-requested"]);
    assert!(pushed.digest().contains("zoe asks for changes"), "{}", pushed.digest());
    forge.request(7).approved("zoe", &head);
    merge(&server, "bob", &head).accepted();
}

#[test]
fn neither_machines_nor_authors_nor_ghosts_approve() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("project_35_bot_0a1b", &head);
    let pushed = merge(&server, "bob", &head);
    pushed.refused_for(&["void-approval"]);
    assert!(pushed.digest().contains("a machine"), "{}", pushed.digest());
    forge.request(7).unapproved("project_35_bot_0a1b").approved("eve", &head);
    merge(&server, "bob", &head).refused_for(&["self-approval"]);
    // Opened by somebody else, and written by eve still.
    forge.request(7).by("root");
    merge(&server, "bob", &head).refused_for(&["self-approval"]);
    forge.request(7).by("eve").draft().approved("ana", &head);
    merge(&server, "bob", &head).refused_for(&["void-approval"]);
}

#[test]
fn an_account_that_may_not_see_the_project_is_told_so_and_nothing_follows() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.publish(&server);
    forge.change(|state| state.hidden = true);
    let pushed = merge(&server, "bob", &head);
    pushed.refused_for(&["reviews-unavailable"]);
    assert!(pushed.digest().contains("does not show us"), "{}", pushed.digest());
    forge.change(|state| (state.hidden, state.narrow) = (false, true));
    merge(&server, "bob", &head).refused_for(&["reviews-unavailable"]);
    forge.change(|state| (state.narrow, state.token) = (false, "another".to_owned()));
    let pushed = merge(&server, "bob", &head);
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
        merge(&server, "bob", &head).refused_for(&["reviews-unavailable"]);
        forge.heal();
    }
    merge(&server, "bob", &head).accepted();
}

#[test]
fn a_project_is_known_by_its_number_whatever_it_is_called_now() {
    let forge = Forge::gitlab();
    let server = server(&forge, &[]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    let bob = server.clone_for("bob");
    bob.renew();
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    push_as(&bob, &["main"], "acme/renamed").accepted();
}

#[test]
fn lists_of_many_pages_are_read_whole() {
    let forge = Forge::gitlab();
    let server =
        server(&forge, &[("from = [\"reviews\"]", "from = [\"reviews\"]\nchecks = [\"test\"]")]);
    forge.change(|state| {
        state.page = 2;
        state.habits.gitlab.on_push = OnPush::Keep;
    });
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    // The version that was approved is on the last page, and so is the check.
    for n in 0..4 {
        let next = more(&server, &format!("PAY-1: more {n}"));
        forge.request(7).pushed(&next);
    }
    forge.request(7).pushed(&head);
    for check in ["a", "b", "c", "d", "test"] {
        forge.check(&head, check, Outcome::Success);
    }
    forge.publish(&server);
    merge(&server, "bob", &head).accepted();
}

#[test]
fn a_check_that_did_not_end_well_for_the_head_stands_against_it() {
    let forge = Forge::gitlab();
    let checks = "from = [\"reviews\"]\nchecks = [\"test\", \"pipeline\"]";
    let server = server(&forge, &[("from = [\"reviews\"]", checks)]);
    let head = commit(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    forge.check(&head, "lint", Outcome::Success);
    merge(&server, "bob", &head).refused_for(&["failed-check"]);
    forge.check(&head, "test", Outcome::Failure);
    merge(&server, "bob", &head).refused_for(&["failed-check", "failed-check"]);
    forge.check(&head, "test", Outcome::Success);
    merge(&server, "bob", &head).accepted();
}

#[test]
fn issues_are_tickets_by_their_number_or_whole_name() {
    let forge = Forge::gitlab();
    let server = server(
        &forge,
        &[
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", "TRACKER"),
            ("projects = [\"PAY\", \"OPS\"]", "projects = [\"#\", \"acme/app\"]"),
            ("states = [\"In Progress\", \"Approved\"]", "states = [\"in progress\"]"),
            ("required = 1", "required = 0"),
        ],
    );
    forge.issue(12, "Round half up").labelled("in progress").assigned("bob").due_in("1.2");
    forge.issue(13, "All done").labelled("in progress").closed();
    forge.issue(14, "Not yet");
    forge.issue(15, "An afterthought").labelled("in progress").created("2026-02-01T09:00:00Z");
    let say = |message: &str| {
        let bob = server.clone_for("bob");
        bob.renew();
        bob.commit(message);
        push(&bob, &["main"])
    };
    let pushed = say("Round half up (#12)");
    pushed.accepted();
    assert!(pushed.digest().contains("#12  Round half up"), "{}", pushed.digest());
    let ticket = server.records("change")[0]["tickets"][0].clone();
    assert_eq!(ticket["url"], format!("{}/acme/app/-/issues/12", forge.url()));
    say(&format!("x\n\nFixes: {}/acme/app/-/issues/12", forge.url())).accepted();
    say("x\n\nRefs: acme/app#12").accepted();
    say("x (#13)").refused_for(&["closed-ticket"]);
    say("x (#14)").refused_for(&["wrong-state"]);
    say("x (#15)").refused_for(&["late-ticket"]);
    say("x (#99)").refused_for(&["no-such-ticket"]);
    forge.change(|state| state.hidden = true);
    say("x (#12)").refused_for(&["tracker-unavailable"]);
    forge.change(|state| (state.hidden, state.token) = (false, "another".to_owned()));
    say("x (#99)").refused_for(&["tracker-unavailable"]);
}

#[test]
fn the_doctor_tells_which_gitlab_it_is_and_whether_its_approvals_can_be_read() {
    let forge = Forge::gitlab();
    let server = server(
        &forge,
        &[
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", "TRACKER"),
            ("projects = [\"PAY\", \"OPS\"]", "projects = [\"#\", \"acme/app\", \"acme/no\"]"),
        ],
    );
    forge.change(|state| state.commits.make_up(&"1".repeat(40), "eve@example.com"));
    forge.open(7, &"1".repeat(40), "main");
    let doctor = || {
        let output = server.sockembot(&["doctor", "--config", &server.at("config.toml")]);
        String::from_utf8(output.stdout).unwrap()
    };
    let said = doctor();
    for words in [
        "(18.4.1-ee)",
        "we are sockembot",
        "the repository acme/app: there",
        "the approvals of a request there: there",
        "the issues of acme/app: there",
        "- the issues of acme/no is not there, or our account may not see it",
    ] {
        assert!(said.contains(words), "{words:?} is not in:\n{said}");
    }
    forge.change(|state| state.hidden = true);
    let said = doctor();
    assert!(said.contains("a repository that our account is a member of is not there"), "{said}");
    forge.change(|state| state.token = "another".to_owned());
    assert!(doctor().contains("does not take our token (401)"));
}
