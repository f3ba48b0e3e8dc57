//! Each ticket that a commit names is there, open, in order, and older than the work.

use insta::assert_snapshot;

use crate::support::{Server, Shown};

/// Pushes one approved commit with this message.
fn push(server: &Server, message: &str) -> Shown {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit(message, &bob);
    ana.push(&["main"])
}

#[test]
fn a_commit_without_a_ticket_is_refused() {
    let server = Server::new();
    for message in
        ["round half up", "UTF-8 and CVE-2026-1", "in prose\n\nsee PAY-1 for more\n", "-"]
    {
        push(&server, message).refused_for(&["missing-ticket"]);
    }
}

#[test]
fn a_ticket_may_stand_in_the_subject_or_in_a_trailer() {
    for message in ["PAY-1: x", "x (PAY-1)", "x\n\nTicket: PAY-1\n", "x\n\nprose\n\nfixes: PAY-1\n"]
    {
        push(&Server::new(), message).accepted();
    }
}

#[test]
fn a_ticket_that_is_not_there_is_told_from_one_that_is_closed() {
    let server = Server::new();
    push(&server, "PAY-404: x").refused_for(&["no-such-ticket"]);
    push(&server, "PAY-7: x").refused_for(&["closed-ticket"]);
}

#[test]
fn a_ticket_in_another_state_says_which_are_allowed() {
    let refused = push(&Server::new(), "PAY-3: x");
    refused.refused_for(&["wrong-state"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[wrong-state]: PAY-3 is Draft; main takes In Progress or Approved
      3a640b95 PAY-3: x
    hint: move PAY-3 to In Progress or Approved, then push again

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
}

#[test]
fn a_ticket_of_another_type_says_which_are_allowed() {
    let server = Server::configured("types = []", "types = [\"Bug\"]");
    push(&server, "PAY-2: x").refused_for(&["wrong-type"]);
    push(&server, "PAY-1: x").accepted();
}

#[test]
fn a_ticket_that_was_opened_after_the_work_is_refused() {
    push(&Server::new(), "OPS-9: x").refused_for(&["late-ticket"]);
}

#[test]
fn every_ticket_that_a_commit_names_is_held_to_the_rules() {
    push(&Server::new(), "PAY-1: x\n\nRefs: PAY-7\nRefs: PAY-404\n")
        .refused_for(&["no-such-ticket", "closed-ticket"]);
}

#[test]
fn every_commit_needs_its_own_ticket() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("no ticket");
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).refused_for(&["missing-ticket"]);
}

#[test]
fn a_tracker_that_can_t_be_read_is_no_fault_of_the_commit() {
    let server = Server::new();
    server.write("tickets.toml", "[[ticket]]\nkey = \"PAY-1\"\n");
    let pushed = push(&server, "PAY-1: x");
    pushed.refused_for(&["tracker-unavailable"]);
    assert_snapshot!(pushed.digest(), @"
    This push to main could not be checked.
    1 of 1 commit unchecked. Nothing landed.

    error[tracker-unavailable]: PAY-1 could not be looked up, because
      DIR/tickets.toml can't be understood: line 1:
      missing field `state`
      769f4e2e PAY-1: x
    hint: the commits may be fine; push again in a few minutes
    hint: if it stays like this, tell #platform-help

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
    assert_eq!(server.records("change")[0]["finding"], "unknown");
}
