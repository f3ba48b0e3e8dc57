//! `show`: all that is on record about one sampled item.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{Server, Shown};

fn show(server: &Server, args: &[&str]) -> Shown {
    let config = server.at("config.toml");
    let output = server.sockembot(&[&["show", "--config", &config][..], args].concat());
    Shown::of(&output, server.home())
}

/// A server on which a commit was refused, approved and let in.
fn server() -> (Server, String) {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let commit = ana.commit("PAY-1: round half up");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    ana.show();
    bob.approve(&commit);
    ana.push(&["main"]).accepted();
    (server, commit)
}

#[test]
fn an_auditor_sees_who_asked_wrote_approved_and_pushed_and_that_it_landed() {
    let (server, commit) = server();
    let change = server.records("change").pop().unwrap();
    let landed = server.records("landed").pop().unwrap();
    let page = show(&server, &[&change["seq"].to_string()]).stdout;
    let lines = [
        format!("Record #{}: change, let in", change["seq"]),
        "where        app, refs/heads/main".to_owned(),
        "pushed by    ana, as REMOTE_USER says".to_owned(),
        format!("as record #{} tells", landed["seq"]),
        "asked for    PAY-1 Round half up in invoices (In Progress;".to_owned(),
        "written by   ana".to_owned(),
        format!("commits      {commit} PAY-1: round half up; by"),
        "approved by  bob, ".to_owned(),
        "by refs/approvals/main/bob for".to_owned(),
        "on record as #1".to_owned(),
    ];
    for line in &lines {
        assert!(page.contains(line), "{line}\n{page}");
    }
    assert!(page.is_ascii() && page.lines().all(|line| line.len() <= 80), "{page}");
}

#[test]
fn a_commit_and_a_ticket_lead_to_their_records() {
    let (server, commit) = server();
    let by_commit = show(&server, &[&commit[..10]]);
    assert!(by_commit.landed(), "{}", by_commit.stderr);
    assert!(by_commit.stdout.starts_with("3 records about commit"), "{}", by_commit.stdout);
    assert!(by_commit.stdout.contains(": change, let in\n====="), "{}", by_commit.stdout);
    let by_ticket = show(&server, &["PAY-1"]);
    assert!(by_ticket.stdout.starts_with("2 records about ticket PAY-1"), "{}", by_ticket.stdout);
}

#[test]
fn what_is_not_on_record_is_said_and_what_is_no_item_is_wrong_usage() {
    let (server, _) = server();
    let nothing = show(&server, &["PAY-99"]);
    assert_eq!(nothing.code, Some(1));
    assert_eq!(nothing.stdout, "nothing on record about ticket PAY-99\n");
    assert_eq!(show(&server, &["what?"]).code, Some(2));
}

#[test]
fn an_edited_record_is_not_shown_as_if_it_were_sound() {
    let (server, _) = server();
    server.edit("evidence.jsonl", "deny", "allow");
    let shown = show(&server, &["PAY-1"]);
    assert_eq!(shown.code, Some(70));
    assert!(shown.stderr.contains("the chain is broken at record"), "{}", shown.stderr);
    assert_eq!(shown.stdout, "");
}

#[test]
fn for_machines_the_line_is_there_byte_by_byte() {
    let (server, _) = server();
    let seq = server.records("change").pop().unwrap()["seq"].to_string();
    let answer: Value =
        serde_json::from_str(&show(&server, &[&seq, "--format", "json"]).stdout).unwrap();
    let item = &answer["records"][0];
    let line = item["line"].as_str().unwrap();
    assert!(server.read("evidence.jsonl").lines().any(|known| known == line));
    let hash: String = Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(item["sha256"], hash.as_str());
    assert_eq!(item["landed"]["record"]["type"], "landed");
}
