//! Reviews at GitHub: the request of a push is found, its content proved, its reviews counted.

use insta::assert_snapshot;

use crate::support::fake_forge::{Access, Forge, GraphQl};
use crate::support::{Clone, Server, Setup, Shown};

/// A GitHub Enterprise Server whose reviews approve.
fn server(forge: &Forge, more: &[(&'static str, &str)]) -> Server {
    let mut config = vec![
        ("kind = \"plain\"\nroot = \"ROOT\"", "kind = \"github\"".to_owned()),
        (
            "[[protect]]",
            format!(
                "[reviews.github]\nurl = \"{}/api/v3\"\ntoken_file = \"ROOT/token\"\n\n[[protect]]",
                forge.url()
            ),
        ),
        ("from = [\"refs\"]", "from = [\"reviews\"]".to_owned()),
    ];
    config.extend(more.iter().map(|(from, to)| (*from, (*to).to_owned())));
    let server = Server::with(Setup { config, secret: true, ..Setup::default() });
    forge.serves(&server);
    for who in ["ana", "bob", "eve"] {
        forge.person(who).emails(&[&format!("{who}@example.com")]);
    }
    server
}

/// One whose issues are the tickets; nothing needs an approval.
fn tracked(forge: &Forge) -> Server {
    let issues =
        format!("[tracker.github]\nurl = \"{}/api/v3\"\ntoken_file = \"ROOT/token\"", forge.url());
    let config = vec![
        ("kind = \"plain\"\nroot = \"ROOT\"", "kind = \"github\"".to_owned()),
        ("[tracker.file]\npath = \"ROOT/tickets.toml\"", issues),
        ("projects = [\"PAY\", \"OPS\"]", "projects = [\"#\", \"GH\"]".to_owned()),
        ("states = [\"In Progress\", \"Approved\"]", "states = [\"Approved\"]".to_owned()),
        ("types = []", "types = [\"issue\"]".to_owned()),
        ("required = 1", "required = 0".to_owned()),
    ];
    let server = Server::with(Setup { config, secret: true, ..Setup::default() });
    forge.serves(&server);
    server
}

/// Pushes as the merge button would: the host names who pressed it.
fn push(clone: &Clone, args: &[&str]) -> Shown {
    let names = [("GITHUB_USER_LOGIN", clone.who.as_str()), ("GITHUB_REPO_NAME", "acme/app")];
    clone.git_with(&[&["push", "origin"][..], args].concat(), &names)
}

/// A branch with one commit of eve's, shown on the server; its head.
fn branch(server: &Server, message: &str) -> String {
    let eve = server.clone_for("eve");
    eve.renew();
    branch_of(&eve, message)
}

fn branch_of(eve: &Clone, message: &str) -> String {
    let head = eve.commit(message);
    let shown = push(eve, &["-f", "HEAD:refs/heads/side/eve"]);
    assert!(shown.landed(), "{}", shown.seen());
    head
}

/// What the pusher sees, wherever the forge is.
fn told(pushed: &Shown, forge: &Forge) -> String {
    pushed.digest().replace(forge.url(), "FORGE")
}

#[test]
fn a_merge_of_an_approved_request_lands_and_shows_who_approved_it() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    let bob = server.clone_for("bob");
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge request 7", &head]);
    let pushed = push(&bob, &["main"]);
    pushed.accepted();
    assert_snapshot!(told(&pushed, &forge), @"
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
fn squash(server: &Server, who: &str, head: &str, message: &str) -> Clone {
    let clone = server.clone_for(who);
    clone.renew();
    clone.git(&["fetch", "-q", "origin"]);
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
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    // Ana, who approved, presses the button herself.
    let ana = squash(&server, "ana", &head, "PAY-1: round half up (#7)");
    let pushed = push(&ana, &["main"]);
    pushed.accepted();
}

#[test]
fn a_squash_that_no_text_points_from_is_found_by_what_it_holds() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    let bob = squash(&server, "bob", &head, "PAY-1: round half up");
    push(&bob, &["main"]).accepted();
}

#[test]
fn a_squash_that_carries_more_is_refused() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    let bob = squash(&server, "bob", &head, "PAY-1: round half up (#7)");
    std::fs::write(bob.path().join("more"), "x").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "--amend", "--no-edit"]);
    let pushed = push(&bob, &["main"]);
    pushed.refused_for(&["unreviewed-content"]);
}

#[test]
fn a_merge_with_changes_of_its_own_is_refused() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.open(7, &head, "main").by("eve").titled("Round half up").approved("ana", &head);
    let bob = server.clone_for("bob");
    bob.git(&["merge", "-q", "--no-ff", "--no-commit", &head]);
    std::fs::write(bob.path().join("more"), "x").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "-m", "PAY-1: merge request 7"]);
    let pushed = push(&bob, &["main"]);
    pushed.refused_for(&["unreviewed-content"]);
}

#[test]
fn a_rebase_keeps_the_approval_of_what_it_holds() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let eve = server.clone_for("eve");
    eve.commit("PAY-1: one");
    let head = branch_of(&eve, "PAY-1: two");
    forge.open(7, &head, "main").by("eve").approved("ana", &head);
    // Main goes on meanwhile.
    let other = server.clone_for("root");
    other.renew();
    other.commit("Go on");
    push(&other, &["HEAD:refs/heads/x"]).accepted();
    server.git(&["update-ref", "refs/heads/main", &other.head()]);
    let ana = server.clone_for("ana");
    ana.renew();
    ana.git(&["cherry-pick", &format!("{head}~1"), &head]);
    let pushed = push(&ana, &["main"]);
    pushed.accepted();
}

#[test]
fn reviews_that_do_not_count_are_shown_with_the_reason() {
    let forge = Forge::github();
    let server = server(&forge, &[]);
    let head = branch(&server, "PAY-1: round half up");
    forge.person("zoe").may(Access::Read);
    forge.person("robot").bot();
    forge
        .open(7, &head, "main")
        .by("eve")
        .titled("Round half up")
        .approved("ana", &head)
        .dismissed("ana")
        .approved("zoe", &head)
        .approved("robot", &head)
        .approved("eve", &head)
        .approved("bob", &head)
        .changes_requested("bob", &head)
        .approved_by_a_ghost(&head);
    let bob = server.clone_for("bob");
    bob.git(&["merge", "-q", "--no-ff", "-m", "Merge request 7", &head]);
    let pushed = push(&bob, &["main"]);
    pushed.refused_for(&["void-approval", "changes-requested"]);
    let told = told(&pushed, &forge);
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
        let server = tracked(&forge);
        forge.issue(12, "Round half up").labelled("Approved").assigned("eve").due_in("1.2");
        forge.issue(13, "Not yet");
        forge.issue(14, "Done").labelled("Approved").closed();
        let eve = server.clone_for("eve");
        eve.renew();
        let head = eve.commit("Round half up (#12)\n\nRefs: GH-12\n");
        forge.open(7, &head, "main").by("eve");
        forge.change(|state| {
            state.requests.get_mut(&7).unwrap().created = "2026-01-05T09:00:00Z".to_owned();
        });
        let pushed = push(&eve, &["main"]);
        pushed.accepted();
        assert!(pushed.digest().contains("#12    Round half up  Approved"), "{}", pushed.seen());
        let found = server.records("change")[0]["tickets"][0].clone();
        assert_eq!((&found["milestone"], &found["labels"][0]), (&"1.2".into(), &"Approved".into()));
        for (message, code) in [
            ("Fix #13", "wrong-state"),
            ("Fix #14", "closed-ticket"),
            ("Fix #15", "no-such-ticket"),
            ("Fix acme/other#12", "missing-ticket"),
        ] {
            eve.renew();
            eve.commit(message);
            push(&eve, &["main"]).refused_for(&[code]);
        }
        eve.renew();
        eve.commit("Fix #7");
        push(&eve, &["main"]).refused_for(&["wrong-state", "wrong-type"]);
        server.edit("config.toml", "types = [\"issue\"]", "types = [\"issue\", \"pull request\"]");
        server.edit("config.toml", "states = [\"Approved\"]", "states = []");
        push(&eve, &["main"]).accepted();
    }
}
