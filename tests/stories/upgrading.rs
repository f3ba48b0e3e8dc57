//! A server goes on with the evidence that an earlier version wrote, approvals standing.

use crate::support::audit::{Package, findings, verified};
use crate::support::{Server, Setup, Shown};

/// A server as version 0.1 left it: a change on `main`, one for a release only, an emergency
/// that nobody has reviewed, and an approval by bob of what has not landed yet.
fn left_by_an_earlier_version() -> Server {
    let fixture =
        |name: &str| format!("{}/tests/fixtures/upgrade/{name}", env!("CARGO_MANIFEST_DIR"));
    let server = Server::with(Setup {
        empty: true,
        more: "\n[emergency]\npeople = [\"ana\"]\n".to_owned(),
        ..Setup::default()
    });
    server.git(&["fetch", "-q", &fixture("app.bundle"), "+refs/*:refs/*"]);
    server.forget_index();
    server.write("evidence.jsonl", &std::fs::read_to_string(fixture("evidence.jsonl")).unwrap());
    // What it kept beside the file, and this version does not need.
    std::fs::create_dir(server.path("evidence.jsonl.tips")).unwrap();
    server.write("evidence.jsonl.unreviewed", "");
    server
}

#[test]
fn what_was_approved_before_the_upgrade_lands_after_it() {
    let server = left_by_an_earlier_version();
    assert_eq!(findings(&server), [""; 0]);
    let carol = server.clone_for("carol");
    let approved = carol.git(&["rev-parse", "origin/side/carol"]);
    let pushed = carol.push(&[&format!("{approved}:refs/heads/main")]);
    pushed.accepted();
    assert_eq!(server.tip("refs/heads/main"), approved);
    let change = server.records("change").pop().unwrap();
    let counted = &change["approvals"][0];
    assert_eq!((&counted["by"], &counted["covers"]["count"]), (&"bob".into(), &2.into()));
    assert_eq!((&change["commits"]["count"], &change["finding"]), (&2.into(), &"compliant".into()));
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn the_first_push_after_the_upgrade_takes_in_what_no_record_is_about() {
    let server = left_by_an_earlier_version();
    // A tag from before the control.
    server.git(&["update-ref", "refs/tags/v0", "refs/heads/main~2"]);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: more");
    let pushed = ana.push(&["main"]);
    pushed.refused_for(&["missing-approval"]);
    assert!(pushed.digest().contains("no record was about v0"), "{}", pushed.seen());
    let taken_in = server.records("baseline").pop().unwrap();
    let names: Vec<_> = taken_in["refs"].as_array().unwrap().iter().map(|r| &r["ref"]).collect();
    // The others have their records, and vouch by them.
    assert_eq!(names, ["refs/tags/v0"]);
    ana.git(&["reset", "-q", "--hard", "HEAD~1"]);
    ana.push(&["HEAD~2:refs/heads/release/0"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn what_was_open_before_the_upgrade_is_followed_up_after_it() {
    let server = left_by_an_earlier_version();
    let bob = server.clone_for("bob");
    let emergency = bob.head();
    // It is not known to other refs until somebody has reviewed it.
    bob.push(&["main:refs/heads/release/2"]).refused_for(&["missing-approval"]);
    bob.approve(&emergency);
    let followup = server.sockembot(&["followup", "--config", &server.at("config.toml")]);
    let said = Shown::of(&followup, server.home());
    assert!(said.stdout.contains("reviewed"), "{}{}", said.stdout, said.stderr);
    bob.push(&["main:refs/heads/release/2"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
    assert!(verified(&server).stdout.contains("refs/heads/main: 2 commits since"));
    assert!(Package::of(&server).kinds().is_empty());
}

#[test]
fn a_commit_that_only_an_old_release_had_is_judged_on_its_way_to_main() {
    let server = left_by_an_earlier_version();
    let carol = server.clone_for("carol");
    carol.git(&["merge", "-q", "--no-ff", "-m", "merge the release", "origin/release/1"]);
    let pushed = carol.push(&["main"]);
    pushed.refused_for(&["missing-approval"]);
    assert!(pushed.digest().contains("only for the release"), "{}", pushed.seen());
}
