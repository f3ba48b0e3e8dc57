//! Reviews at a GitHub that others wrote, by REST alone: real pushes against its state.

use serde_json::Value;

use crate::support::emulate::{Emulate, Event};
use crate::support::{Clone, Server, Setup, Shown};

/// A server whose reviews are at that GitHub.
fn server(emulate: &Emulate) -> Server {
    let table = format!(
        "[reviews.github]\nurl = \"{}\"\ntoken_file = \"ROOT/token\"\n\n[[protect]]",
        emulate.url()
    );
    Server::with(Setup {
        config: vec![
            ("kind = \"plain\"\nroot = \"ROOT\"", "kind = \"github\"".to_owned()),
            ("[[protect]]", table),
            ("from = [\"refs\"]", "from = [\"reviews\"]".to_owned()),
        ],
        secret: true,
        ..Setup::default()
    })
}

/// Pushes as the merge button would.
fn push(clone: &Clone, args: &[&str]) -> Shown {
    let names = [("GITHUB_USER_LOGIN", clone.who.as_str()), ("GITHUB_REPO_NAME", "acme/app")];
    clone.git_with(&[&["push", "origin"][..], args].concat(), &names)
}

/// A commit of eve's on a branch that both servers have.
fn branch(server: &Server, emulate: &Emulate, message: &str) -> String {
    let eve = server.clone_for("eve");
    let head = eve.commit(message);
    let shown = push(&eve, &["-f", "HEAD:refs/heads/side/eve"]);
    assert!(shown.landed(), "{}", shown.seen());
    emulate.mirror(server, &server.tip("refs/heads/main"), "main");
    emulate.mirror(server, &head, "side/eve");
    head
}

fn merge(server: &Server, who: &str, head: &str) -> Clone {
    let clone = server.clone_for(who);
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge request", head]);
    clone
}

#[test]
fn a_mirrored_request_has_the_head_that_the_repository_has() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let server = server(&emulate);
    let head = branch(&server, &emulate, "PAY-1: round half up\n\nMore of it.\n");
    let number = emulate.open("eve", "side/eve", "Round half up");
    let found = emulate.ask("ana", "GET", &format!("/pulls/{number}"), &Value::Null).good();
    assert_eq!(found["head"]["sha"], head);
}

#[test]
fn a_merge_lands_once_somebody_else_has_approved_its_request_there() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let server = server(&emulate);
    let head = branch(&server, &emulate, "PAY-1: round half up");
    let bob = merge(&server, "bob", &head);
    push(&bob, &["main"]).refused_for(&["missing-approval"]);
    let number = emulate.open("eve", "side/eve", "Round half up");
    emulate.review(number, "ana", Event::Comment, None);
    push(&bob, &["main"]).refused_for(&["missing-approval"]);
    // It takes what GitHub would not: an approval of one's own request.
    emulate.review(number, "eve", Event::Approve, None);
    push(&bob, &["main"]).refused_for(&["self-approval"]);
    emulate.review(number, "ana", Event::Approve, None);
    push(&bob, &["main"]).accepted();
    let approvals = server.records("change").last().unwrap()["approvals"].to_string();
    assert!(approvals.contains(&format!("/pull/{number}")), "{approvals}");
}

#[test]
fn what_was_dismissed_superseded_or_said_of_another_commit_does_not_count() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let server = server(&emulate);
    let main = server.tip("refs/heads/main");
    let head = branch(&server, &emulate, "PAY-1: round half up");
    let number = emulate.open("eve", "side/eve", "Round half up");
    let bob = merge(&server, "bob", &head);

    let dismissed = emulate.review(number, "ana", Event::Approve, None);
    emulate.dismiss(number, dismissed);
    push(&bob, &["main"]).refused_for(&["void-approval"]);
    emulate.review(number, "ana", Event::Approve, Some(&main));
    let pushed = push(&bob, &["main"]);
    pushed.refused_for(&["stale-approval"]);
    emulate.review(number, "ana", Event::Approve, None);
    let blocks = emulate.review(number, "bob", Event::RequestChanges, None);
    push(&bob, &["main"]).refused_for(&["changes-requested"]);
    emulate.dismiss(number, blocks);
    // Whoever may only read, counts for nothing.
    emulate.set(number, "closed");
    push(&bob, &["main"]).refused_for(&["missing-approval"]);
    emulate.set(number, "open");
    push(&bob, &["main"]).accepted();
}

#[test]
fn a_squash_is_known_by_what_it_holds() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let server = server(&emulate);
    let head = branch(&server, &emulate, "PAY-1: round half up");
    let number = emulate.open("eve", "side/eve", "Round half up");
    emulate.review(number, "ana", Event::Approve, None);
    let bob = server.clone_for("bob");
    bob.git(&["merge", "-q", "--squash", &head]);
    std::fs::write(bob.path().join("more"), "x").unwrap();
    bob.git(&["add", "."]);
    bob.git(&["commit", "-q", "-m", &format!("PAY-1: round half up (#{number})")]);
    push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
    bob.git(&["rm", "-q", "-f", "more"]);
    bob.git(&["commit", "-q", "--amend", "--no-edit"]);
    push(&bob, &["main"]).accepted();
}

#[test]
fn issues_there_are_tickets() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let number = emulate.issue("eve", "Round half up", &["in progress"]);
    let tracker =
        format!("[tracker.github]\nurl = \"{}\"\ntoken_file = \"ROOT/token\"\n", emulate.url());
    let server = Server::with(Setup {
        config: vec![
            ("kind = \"plain\"\nroot = \"ROOT\"", "kind = \"github\"".to_owned()),
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"\n", tracker),
            ("projects = [\"PAY\", \"OPS\"]", "projects = [\"#\"]".to_owned()),
            ("\"In Progress\", \"Approved\"", "\"in progress\"".to_owned()),
            ("required = 1", "required = 0".to_owned()),
        ],
        secret: true,
        ..Setup::default()
    });
    let path = format!("/issues/{number}");
    let created = emulate.ask("ana", "GET", &path, &Value::Null).good()["created_at"].clone();
    let created = created.as_str().unwrap();
    let date = [("GIT_AUTHOR_DATE", created), ("GIT_COMMITTER_DATE", created)];
    let bob = server.clone_for("bob");
    bob.commit_with(&format!("round half up (#{number})"), &date);
    push(&bob, &["main"]).accepted();
    bob.commit_with("round half up (#404)", &date);
    push(&bob, &["main"]).refused_for(&["no-such-ticket"]);
}
