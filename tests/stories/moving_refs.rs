//! How governed refs may move, and which refs could undo the control.

use insta::assert_snapshot;

use crate::support::{Clone, Server};

fn landed(server: &Server) -> (Clone, String) {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    (ana, id)
}

#[test]
fn a_governed_branch_is_never_rewritten() {
    let server = Server::new();
    let (ana, id) = landed(&server);
    let refused = ana.push(&["--force", "main~1:main"]);
    refused.refused_for(&["rewritten-branch"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   Nothing landed.
        \       /
         '-----'

    error[rewritten-branch]: d4c036fc does not contain 769f4e2e, where main
      is now
    hint: run `git pull --rebase origin main`, then push without --force
    hint: to take a change back, push a commit that reverts it

    policy HASH, evidence #7 HASH, pushed by ana (REMOTE_USER)
    ");
    assert_eq!(server.tip("refs/heads/main"), id);
}

#[test]
fn a_governed_ref_is_never_deleted() {
    let server = Server::new();
    let (ana, _) = landed(&server);
    server.git(&["config", "receive.denyDeleteCurrent", "ignore"]);
    ana.push(&[":refs/heads/main"]).refused_for(&["deleted-ref"]);
    ana.push(&["main:refs/tags/v1"]).accepted();
    ana.push(&[":refs/tags/v1"]).refused_for(&["deleted-ref"]);
}

#[test]
fn a_governed_branch_points_at_a_commit() {
    let server = Server::new();
    let (ana, _) = landed(&server);
    ana.git(&["tag", "-a", "-m", "t", "annotated"]);
    ana.push(&["annotated:refs/heads/release/1"]).refused_for(&["no-commit"]);
    ana.push(&["HEAD^{tree}:refs/heads/release/1"]).refused_for(&["no-commit"]);
}

#[test]
fn a_governed_tag_is_made_on_a_governed_branch_and_never_moved() {
    let server = Server::new();
    let (ana, _) = landed(&server);
    ana.commit("not landed");
    ana.push(&["main:refs/tags/v1"]).refused_for(&["stray-tag"]);
    ana.push(&["main~1:refs/tags/v1"]).accepted();
    ana.push(&["-f", "main~2:refs/tags/v1"]).refused_for(&["moved-tag"]);
    ana.git(&["tag", "-a", "-m", "t", "annotated", "main~1"]);
    ana.push(&["annotated:refs/tags/v2"]).accepted();
}

#[test]
fn a_tag_may_be_pushed_with_the_branch_that_brings_its_commit() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main", "main:refs/tags/v1"]).accepted();
    ana.commit("no ticket");
    ana.push(&["main", "main:refs/tags/v2"]).refused_for(&["missing-ticket", "missing-approval"]);
    assert_eq!(server.tip("refs/tags/v2"), "");
}

#[test]
fn no_replacement_is_taken() {
    let server = Server::new();
    let (ana, id) = landed(&server);
    ana.push(&[&format!("main~1:refs/replace/{id}")]).refused_for(&["replacement-ref"]);
}

#[test]
fn no_ref_is_taken_that_git_would_take_for_a_governed_branch() {
    let server = Server::new();
    let (ana, _) = landed(&server);
    for name in ["refs/tags/main", "refs/main"] {
        ana.push(&[&format!("HEAD:{name}")]).refused_for(&["shadowing-ref"]);
    }
    ana.push(&["HEAD:refs/tags/release/1"]).accepted();
    ana.push(&["HEAD:refs/heads/release/1"]).refused_for(&["shadowing-ref"]);
}

#[test]
fn history_that_landed_around_the_hook_is_judged_with_the_next_push() {
    let server = Server::new();
    let (ana, _) = landed(&server);
    let bob = server.clone_for("bob");
    bob.commit("around the hook");
    bob.show();
    server.git(&["update-ref", "refs/heads/main", "refs/heads/side/bob"]);
    ana.renew();
    let id = ana.commit("PAY-1: y");
    ana.show();
    server.clone_for("bob").approve(&id);
    let refused = ana.push(&["main"]);
    refused.refused_for(&["lapse", "missing-ticket", "missing-approval", "self-approval"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   2 of 2 commits need a fix. Nothing landed.
        \       /
         '-----'

    warning[lapse]: main was moved around this hook: the last record left it
      at 769f4e2e, it was found at c8dc0374; the commits in between are
      judged too
    hint: #platform-help can accept them on record:
    hint:   `sockembot baseline app refs/heads/main c8dc0374163d41e1a09b51fe31f8d6a04dcf1b95 --reason WHY`

    error[missing-ticket]: no ticket key of PAY or OPS in the subject or a
      trailer
      c8dc0374 around the hook
    hint: it is on the server already, so it can't be reworded:
    hint:   #platform-help accepts it, as above, or takes it back

    error[missing-approval]: nobody has approved
      c8dc0374 around the hook
    hint: a reviewer runs
    hint:   `git fetch origin && git push origin +c8dc0374163d41e1a09b51fe31f8d6a04dcf1b95:refs/approvals/main/LOGIN`

    error[self-approval]: bob approved, but has a part in c8dc0374
      70dcd5c7 PAY-1: y
    hint: somebody who neither wrote nor pushes this must approve
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +70dcd5c79e67c282bcf15a2489e0e4e84e32444b:refs/approvals/main/LOGIN`

    policy HASH, evidence #9 HASH, pushed by ana (REMOTE_USER)
    ");
    assert!(server.records("change").last().unwrap()["lapse"].is_object());
}

#[test]
fn a_branch_that_was_set_back_around_the_hook_is_told_and_the_push_goes_on() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let first = ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let second = ana.approved_commit("PAY-2: y", &bob);
    ana.push(&["main"]).accepted();
    server.git(&["update-ref", "refs/heads/main", &first]);
    ana.renew();
    ana.approved_commit("PAY-1: z", &bob);
    let landed = ana.push(&["main"]);
    landed.accepted();
    assert_eq!(landed.codes(), ["lapse"]);
    assert_snapshot!(landed.digest(), @"
    success: 1 commit to main complies, about to ship:
      PAY-1  Round half up in invoices  In Progress  bob  1 commit

    warning[lapse]: main was moved around this hook: the last record left it
      at cdbfe307, it was found at 769f4e2e; the commits in between are
      judged too
    hint: #platform-help can accept them on record:
    hint:   `sockembot baseline app refs/heads/main 769f4e2eb531c5dc570b9ba88d0630c06b868753 --reason WHY`

    policy HASH, evidence #13 HASH, pushed by ana (REMOTE_USER)
    ");
    let record = server.records("change").pop().unwrap();
    assert_eq!(record["lapse"]["recorded"], second);
    assert_eq!(record["lapse"]["found"], first);
    ana.approved_commit("PAY-2: again", &bob);
    let next = ana.push(&["main"]);
    next.accepted();
    assert!(next.codes().is_empty(), "{}", next.seen());
}

/// Whoever holds a branch back for a moment brings no lapse about.
#[test]
fn a_push_that_was_let_in_and_failed_to_land_leaves_no_lapse() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    ana.approved_commit("PAY-2: y", &bob);
    server.write("app.git/refs/heads/main.lock", "");
    assert!(!ana.push(&["main"]).landed());
    std::fs::remove_file(server.path("app.git/refs/heads/main.lock")).unwrap();
    let landed = |server: &Server| {
        let records = server.records("landed").into_iter();
        records.filter(|record| record["ref"] == "refs/heads/main").count()
    };
    assert_eq!(landed(&server), 1);
    let landed = ana.push(&["main"]);
    landed.accepted();
    assert!(landed.codes().is_empty(), "{}", landed.seen());
}
