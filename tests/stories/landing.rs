//! What lands, and what its pusher is shown.

use insta::assert_snapshot;

use crate::support::{Server, Setup};

#[test]
fn an_approved_commit_lands_and_shows_what_ships() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("PAY-1: round half up");
    let id = ana.commit("Tidy up\n\nRefs: PAY-1, PAY-2\n");
    ana.show();
    bob.approve(&id);
    assert_snapshot!(ana.push(&["main"]).seen(), @"
    remote: success: 2 commits to main comply, about to ship:
    remote:   PAY-1  Round half up in invoices  In Progress  bob  2 commits
    remote:   PAY-2  Retry the card gateway     Approved     bob  1 commit
    remote: policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    To DIR/app.git
       d4c036f..5459638  main -> main
    ");
    assert_eq!(server.tip("refs/heads/main"), id);
}

#[test]
fn a_push_that_touches_nothing_governed_is_silent() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("whatever");
    let pushed = ana.push(&["main:refs/heads/feature"]);
    pushed.accepted();
    assert_eq!(pushed.digest(), "");
    assert!(server.records("change").is_empty() && server.records("approval").is_empty());
}

#[test]
fn a_refusal_shows_each_fault_once_with_its_commits_and_what_to_type() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    for n in 1..=7 {
        ana.commit(&format!("tidy part {n}"));
    }
    ana.commit("PAY-7: rename the ledger");
    assert_snapshot!(ana.push(&["main"]).seen(), @r"
    remote:      .-------.
    remote:     / .-----. \
    remote:    | / -   _ \ |
    remote:    |(o)     (o)|   This push to main was refused.
    remote:    | |   .   | |
    remote:    | '  '--  | '   8 of 8 commits need a fix. Nothing landed.
    remote:     \       /
    remote:      '-----'
    remote:
    remote: error[missing-ticket]: no ticket key of PAY or OPS in the subject or a
    remote:   trailer
    remote:   ece8b4a1 tidy part 1
    remote:   290dfa4f tidy part 2
    remote:   69dfcb28 tidy part 3
    remote:   6c487f49 tidy part 4
    remote:   12e7043a tidy part 5
    remote:   ... and 2 more
    remote: hint: add a line such as `Ticket: PAY-123` to the commit message
    remote: hint: reword with
    remote: hint:   `git rebase -i d4c036fcbdd251e9dc54ad5c1d2d2a4697c91871`, then
    remote: hint:   push again
    remote:
    remote: error[closed-ticket]: PAY-7 is closed (Done)
    remote:   6efbeac9 PAY-7: rename the ledger
    remote: hint: reopen PAY-7 or name an open ticket, then push again
    remote:
    remote: error[missing-approval]: nobody has approved
    remote:   ece8b4a1 tidy part 1
    remote:   290dfa4f tidy part 2
    remote:   69dfcb28 tidy part 3
    remote:   6c487f49 tidy part 4
    remote:   12e7043a tidy part 5
    remote:   ... and 3 more
    remote: hint: mend the other faults first, then have the new commits approved
    remote:
    remote: policy HASH, evidence #3 HASH, pushed by ana (REMOTE_USER)
    To DIR/app.git
     ! [remote rejected] main -> main (pre-receive hook declined)
    error: failed to push some refs to 'DIR/app.git'
    ");
    assert_eq!(server.git(&["rev-list", "--count", "main"]), "1");
}

#[test]
fn all_refs_of_a_push_are_judged_and_none_lands_when_one_does_not_comply() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let good = ana.approved_commit("PAY-1: round half up", &bob);
    ana.commit("no ticket");
    let pushed = ana.push(&[&format!("{good}:refs/heads/main"), "main:refs/heads/release/1"]);
    pushed.refused_for(&["missing-ticket", "missing-approval"]);
    assert_ne!(server.tip("refs/heads/main"), good);
}

#[test]
fn a_merge_that_adds_nothing_needs_neither_ticket_nor_approval() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.git(&["checkout", "-q", "-b", "feature"]);
    ana.approved_commit("PAY-1: round half up", &bob);
    bob.renew();
    bob.approved_commit("PAY-2: retry", &ana);
    bob.push(&["main"]).accepted();
    ana.renew();
    ana.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'feature'", "feature"]);
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert!(pushed.digest().contains("merges"), "{}", pushed.seen());
}

#[test]
fn a_merge_with_changes_of_its_own_is_a_commit_like_any_other() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.git(&["checkout", "-q", "-b", "feature"]);
    ana.approved_commit("PAY-1: round half up", &bob);
    ana.git(&["checkout", "-q", "main"]);
    ana.git(&["merge", "-q", "--no-ff", "--no-commit", "feature"]);
    ana.commit("Merge branch 'feature'");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.git(&["commit", "-q", "--amend", "-m", "PAY-1: merge branch 'feature'"]);
    ana.show();
    bob.approve(&ana.head());
    ana.push(&["main"]).accepted();
}

#[test]
fn an_exempt_machine_needs_neither_ticket_nor_approval_and_is_shown() {
    let server = Server::new();
    let robot = server.clone_for("robot");
    robot.commit("Update the licence year");
    let pushed = robot.push(&["main"]);
    pushed.accepted();
    assert_snapshot!(pushed.digest(), @"
    success: 1 commit to main complies, about to ship:
      automated  robot, exempt by [[protect]] table 1      1 commit
    policy HASH, evidence #3 HASH, pushed by robot (REMOTE_USER)
    ");
    let record = &server.records("change")[0];
    assert_eq!((&record["class"], &record["decision"]), (&"automated".into(), &"allow".into()));
}

#[test]
fn a_machine_is_exempt_by_its_login_and_never_by_its_name_in_a_commit() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    let robot = [
        ("GIT_AUTHOR_NAME", "robot"),
        ("GIT_AUTHOR_EMAIL", "robot@example.com"),
        ("GIT_COMMITTER_NAME", "robot"),
        ("GIT_COMMITTER_EMAIL", "robot@example.com"),
    ];
    ana.commit_with("Update the licence year", &robot);
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn monitor_mode_lets_land_what_it_would_refuse_and_says_so() {
    let server = Server::configured("mode = \"enforce\"", "mode = \"monitor\"");
    let ana = server.clone_for("ana");
    let id = ana.commit("no ticket");
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert_snapshot!(pushed.digest(), @"
    warning: monitor mode: main takes this push, but in enforce mode it
      would be refused

    warning[missing-ticket]: no ticket key of PAY or OPS in the subject or a
      trailer
      c3638c15 no ticket
    hint: add a line such as `Ticket: PAY-123` to the commit message
    hint: reword with `git commit --amend`, then push again

    warning[missing-approval]: nobody has approved
      c3638c15 no ticket
    hint: mend the other faults first, then have the new commits approved

    policy HASH, evidence #3 HASH, pushed by ana (REMOTE_USER)
    ");
    assert_eq!(server.tip("refs/heads/main"), id);
    let record = &server.records("change")[0];
    assert_eq!(record["decision"], "allow");
    assert_eq!((&record["finding"], &record["mode"]), (&"violation".into(), &"monitor".into()));
}

#[test]
fn a_release_branch_at_a_landed_commit_brings_nothing_new() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: round half up", &bob);
    ana.push(&["main"]).accepted();
    let pushed = ana.push(&["main:refs/heads/release/1"]);
    pushed.accepted();
    assert!(pushed.digest().contains("no new commit"), "{}", pushed.seen());
}

#[test]
fn the_first_push_of_an_old_history_is_judged_whole_until_a_baseline_is_set() {
    let server = Server::with(Setup { empty: true, ..Setup::default() });
    let ana = server.clone_for("ana");
    ana.git(&["checkout", "-q", "-b", "main"]);
    ana.commit("from before");
    let old = ana.commit("also from before");
    let refused = ana.push(&["main"]);
    refused.refused_for(&["missing-ticket", "missing-approval"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   2 of 2 commits need a fix. Nothing landed.
        \       /
         '-----'

    error[missing-ticket]: no ticket key of PAY or OPS in the subject or a
      trailer
      eb46e054 from before
      db925733 also from before
    hint: add a line such as `Ticket: PAY-123` to the commit message
    hint: for history from before the control, ask #platform-help to run
    hint:   `sockembot baseline app refs/heads/main db925733cb4b59c0ebb6fc7dccae2e9879ebcf34 --reason WHY`

    error[missing-approval]: nobody has approved
      eb46e054 from before
      db925733 also from before
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +db925733cb4b59c0ebb6fc7dccae2e9879ebcf34:refs/approvals/main/LOGIN`
    hint: for history from before the control, ask #platform-help to run
    hint:   `sockembot baseline app refs/heads/main db925733cb4b59c0ebb6fc7dccae2e9879ebcf34 --reason WHY`

    policy HASH, evidence #3 HASH, pushed by ana (REMOTE_USER)
    ");
    let config = server.at("config.toml");
    let said = server.sockembot(&[
        "baseline",
        "app",
        "refs/heads/main",
        &old,
        "--reason",
        "imported",
        "--config",
        &config,
    ]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    ana.push(&["main"]).accepted();
    ana.commit("from after");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn a_pusher_on_a_terminal_of_80_columns_sees_no_line_break_in_the_wrong_place() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit(&format!("PAY-3: {}", "a long subject ".repeat(20)));
    let pushed = ana.push(&["main"]);
    for line in pushed.digest().lines() {
        // A command has to survive copying.
        let is_command = line.trim_start_matches("hint:").trim().starts_with('`');
        assert!((line.len() <= 72 || is_command) && line.is_ascii(), "{line:?}");
    }
}
