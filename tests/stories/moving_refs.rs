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
    assert_snapshot!(refused.digest(), @"");
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
    refused.refused_for(&["lapse", "missing-ticket", "self-approval"]);
    assert_snapshot!(refused.digest(), @"");
    assert!(server.records("change").last().unwrap()["lapse"].is_object());
}
