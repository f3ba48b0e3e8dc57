//! Only what is on record vouches: whatever stands in a ref, what no record let in is judged.

use crate::support::audit::{Package, findings, verified};
use crate::support::sshd::Sshd;
use crate::support::{Clone, Server, Setup};

/// `main` trusts the releases as well, by the config's word.
const TRUSTS: (&str, &str) =
    ("automation =", "trusts = [\"refs/heads/main\", \"refs/heads/release/*\"]\nautomation =");

const MISSING: &[&str] = &["missing-ticket", "missing-approval"];

fn people(server: &Server) -> (Clone, Clone, Clone) {
    (server.clone_for("ana"), server.clone_for("bob"), server.clone_for("eve"))
}

fn trusting(more: &[(&'static str, &str)]) -> Server {
    let config = [&[TRUSTS], more].concat();
    let config = config.iter().map(|(from, to)| (*from, (*to).to_owned())).collect();
    Server::with(Setup { config, ..Setup::default() })
}

// 1. A tip that no record left.

#[test]
fn a_branch_that_was_made_on_the_server_lends_its_commits_to_nobody() {
    for server in [Server::new(), trusting(&[])] {
        let (_, _, eve) = people(&server);
        let before = server.tip("refs/heads/main");
        let evil = eve.commit("evil");
        eve.show();
        server.git(&["update-ref", "refs/heads/release/9", &evil]);
        let pushed = eve.push(&["main"]);
        let codes = pushed.codes();
        assert!(MISSING.iter().all(|code| codes.iter().any(|one| one == code)), "{codes:?}");
        // A trusted ref that no record explains is told at once.
        let is_trusted = server.read("config.toml").contains("trusts");
        assert_eq!(codes.contains(&"lapse".to_owned()), is_trusted, "{}", pushed.seen());
        assert_eq!(server.tip("refs/heads/main"), before);
        assert_eq!(findings(&server), ["unrecorded-ref"]);
        assert!(Package::of(&server).kinds().contains(&"unrecorded-ref"));
        let followup = server.sockembot(&["followup", "--config", &server.at("config.toml")]);
        let said = String::from_utf8_lossy(&followup.stdout).into_owned();
        assert!(said.contains("no record is about it"), "{said}");
        assert_eq!(followup.status.code(), Some(1));
    }
}

/// To git, a directory with `HEAD`, `objects` and `refs` is a repository: one without hooks.
#[test]
fn no_push_over_ssh_makes_a_repository_of_the_refs_of_another() {
    let server = Server::new();
    let (_, _, eve) = people(&server);
    let sshd = Sshd::start(&server, &["eve"]);
    let ssh = Sshd::command(&server, "eve");
    let over_ssh = |path: &str, args: &[&str]| {
        let url = sshd.url(&format!("{}{path}", server.repo()));
        eve.git_with(&[&["push", &url][..], args].concat(), &[("GIT_SSH_COMMAND", &ssh)])
    };
    let names = ["HEAD", "objects/x", "refs/heads/x"];
    // Whatever comes last would complete it.
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let directory = format!("refs/heads/release/{}", order[0]);
        for name in order.map(|at| names[at]) {
            let pushed = over_ssh("", &[&format!("main:{directory}/{name}")]);
            match name {
                "HEAD" => pushed.refused_for(&["nested-repository"]),
                _ => pushed.accepted(),
            }
        }
        let inside = over_ssh(&format!("/{directory}"), &["main:refs/heads/x"]);
        assert!(!inside.landed(), "{}", inside.seen());
        assert!(
            inside.stderr.contains("does not appear to be a git repository"),
            "{}",
            inside.stderr
        );
    }
    let both = ["main:refs/heads/release/x/HEAD", "main:refs/heads/release/x/refs/x"];
    over_ssh("", &both).refused_for(&["nested-repository"]);
    // Whatever is governed or not: an ungoverned directory is a directory as well.
    over_ssh("", &["main:refs/heads/any/HEAD"]).refused_for(&["nested-repository"]);
    over_ssh("", &["main:refs/x/HEAD"]).refused_for(&["nested-repository"]);
    // What only looks like it is somebody's branch.
    over_ssh("", &["main:refs/heads/feature/config/x"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

// 2. A state within an approved range that nobody reviewed as a state.

/// Evil, and what takes it back: bob has seen where it ends up.
fn within(server: &Server) -> (Clone, Clone, String) {
    let (_, bob, eve) = people(server);
    let evil = eve.commit("PAY-1: evil");
    eve.git(&["rm", "-q", "-r", "."]);
    eve.git(&["checkout", "-q", "HEAD~1", "--", "."]);
    std::fs::write(eve.path().join("harmless.txt"), "x").unwrap();
    eve.approved_commit("PAY-1: harmless", &bob);
    eve.push(&["main"]).accepted();
    (bob, eve, evil)
}

#[test]
fn a_state_within_an_approved_range_is_not_approved_as_a_state() {
    let server = Server::new();
    let (bob, eve, evil) = within(&server);
    let to = |name: &str| format!("{evil}:{name}");
    eve.push(&[&to("refs/tags/v1")]).refused_for(&["stray-tag"]);
    eve.push(&[&to("refs/heads/release/2")]).refused_for(&["missing-approval"]);
    eve.push(&["main~2:refs/heads/release/1"]).accepted();
    eve.push(&[&to("refs/heads/release/1")]).refused_for(&["missing-approval"]);
    // Nor merged, nor with something harmless on top, beside or both.
    eve.git(&["checkout", "-q", "-b", "on", &evil]);
    let on = eve.commit("PAY-1: on top of it");
    eve.git(&["checkout", "-q", "-b", "one", "main~2"]);
    eve.commit("PAY-1: on the release");
    eve.show();
    bob.approve_for("release/1", &eve.head());
    eve.push(&["HEAD:refs/heads/release/1"]).accepted();
    for other in [&evil, &on] {
        eve.git(&["checkout", "-q", "-B", "two", "one"]);
        eve.git(&["merge", "-q", "--no-ff", "-m", "PAY-1: merge", other]);
        eve.push(&["HEAD:refs/heads/release/1"]).refused_for(&["missing-approval"]);
    }
    // What bob approved is free everywhere.
    eve.push(&["main:refs/tags/v1", "main:refs/heads/release/2"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
    assert_eq!(Package::of(&server).kinds(), [""; 0]);
}

// 3. What another branch let in.

/// A change on a release, approved there.
fn on_a_release(server: &Server, name: &str) -> (Clone, Clone, String) {
    let (ana, bob, _) = people(server);
    ana.push(&[&format!("main:refs/heads/{name}")]).accepted();
    let id = ana.commit("PAY-1: for the release");
    ana.show();
    bob.approve_for(name, &id);
    ana.push(&[&format!("main:refs/heads/{name}")]).accepted();
    (ana, bob, id)
}

#[test]
fn what_was_approved_for_a_release_is_judged_again_on_its_way_to_main() {
    let server = Server::new();
    let (ana, bob, id) = on_a_release(&server, "release/1");
    let pushed = ana.push(&["main"]);
    pushed.refused_for(&["missing-approval"]);
    let digest = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(digest.contains("main does not trust release/1, so it is judged again"), "{digest}");
    bob.approve(&id);
    ana.push(&["main"]).accepted();
    let package = Package::of(&server);
    assert_eq!(package.changes.last().unwrap()["approvers"], "bob");
    assert_eq!((findings(&server), package.kinds()), (vec![], vec![]));
}

#[test]
fn what_was_approved_for_a_release_is_free_where_the_config_trusts_it() {
    let server = trusting(&[]);
    let (ana, _, _) = on_a_release(&server, "release/1");
    ana.push(&["main"]).accepted();
    let change = server.records("change").pop().unwrap();
    assert_eq!(
        (&change["commits"]["count"], &change["ref"]),
        (&0.into(), &"refs/heads/main".into())
    );
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn an_emergency_of_a_release_is_free_elsewhere_once_somebody_has_reviewed_it() {
    let emergency = "[emergency]\npeople = [\"ana\"]\n\n[people]";
    let server = trusting(&[("[people]", emergency)]);
    let (ana, bob, _) = people(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let id = ana.commit("PAY-1: take the gateway out");
    let option = "emergency=INC-7: down";
    ana.push(&["-o", option, "main:refs/heads/release/1"]).accepted();
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    // Under the same incident, the same people may bring it there as well.
    let config = server.at("config.toml");
    bob.approve_for("release/1", &id);
    assert!(server.sockembot(&["followup", "--config", &config]).status.success());
    ana.push(&["main"]).accepted();
    let change = server.records("change").pop().unwrap();
    assert_eq!((&change["class"], &change["commits"]["count"]), (&"standard".into(), &0.into()));
    assert_eq!((findings(&server), Package::of(&server).kinds()), (vec![], vec![]));
}

#[test]
fn an_emergency_of_a_release_is_known_to_main_under_the_same_incident() {
    let emergency = "[emergency]\npeople = [\"ana\"]\n\n[people]";
    let server = trusting(&[("[people]", emergency)]);
    let (ana, _, _) = people(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    ana.commit("PAY-1: take the gateway out");
    ana.push(&["-o", "emergency=INC-7: down", "main:refs/heads/release/1"]).accepted();
    let other = ana.push(&["-o", "emergency=INC-8: something else", "main"]);
    other.accepted();
    let class = |record: serde_json::Value| record["class"].as_str().unwrap().to_owned();
    assert_eq!(class(server.records("change").pop().unwrap()), "emergency");
    ana.git(&["reset", "-q", "--hard", "HEAD"]);
    assert_eq!(Package::of(&server).kinds(), ["review-missing", "review-missing"]);
}

#[test]
fn what_nobody_could_verify_is_judged_again_elsewhere_until_it_is_verified() {
    let outage = "mode = \"enforce\"\noutage = \"accept-and-follow-up\"";
    let server = trusting(&[("mode = \"enforce\"", outage)]);
    let (ana, bob, _) = people(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.approve_for("release/1", &id);
    server.rename("tickets.toml", "away.toml");
    ana.push(&["main:refs/heads/release/1"]).accepted();
    server.rename("away.toml", "tickets.toml");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    assert!(
        server.sockembot(&["followup", "--config", &server.at("config.toml")]).status.success()
    );
    ana.push(&["main"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn what_monitor_mode_let_in_vouches_only_where_no_rule_was_broken() {
    let server = trusting(&[("mode = \"enforce\"", "mode = \"monitor\"")]);
    let (ana, bob, _) = people(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    ana.commit("no ticket");
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    let change = server.records("change").pop().unwrap();
    assert_eq!((&change["finding"], &change["commits"]["count"]), (&"violation".into(), &1.into()));
    // With enforcing, what was let in before is where claims start, and on record as that.
    server.edit("config.toml", "mode = \"monitor\"", "mode = \"enforce\"");
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.git(&["fetch", "-q", "origin"]);
    let approved = bob.push(&[&format!("{id}:refs/approvals/main/bob")]);
    approved.accepted();
    assert!(approved.digest().contains("warning[baseline]"), "{}", approved.seen());
    ana.push(&["main"]).accepted();
    let change = server.records("change").pop().unwrap();
    assert_eq!((&change["finding"], &change["commits"]["count"]), (&"compliant".into(), &1.into()));
    let baseline = server.records("baseline").pop().unwrap();
    assert_eq!(baseline["by"], "monitor");
    assert_eq!(findings(&server), [""; 0]);
    let package = Package::of(&server);
    let baselines = package.exceptions.iter().filter(|row| row["kind"] == "baseline");
    assert!(baselines.count() >= 2);
}

// 4. What came in around the hook, and an approval that happens to contain it.

#[test]
fn an_approval_covers_what_its_reviewer_was_shown_and_nothing_that_came_in_around_the_hook() {
    let server = Server::new();
    let (ana, bob, eve) = people(&server);
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    eve.renew();
    let around = eve.commit("PAY-1: around the hook");
    eve.show();
    server.git(&["update-ref", "refs/heads/main", &around]);
    ana.renew();
    let id = ana.approved_commit("PAY-1: on top of it", &bob);
    let pushed = ana.push(&["main"]);
    pushed.refused_for(&["lapse", "missing-approval"]);
    assert!(pushed.digest().contains(&format!("  {} ", &around[..8])), "{}", pushed.seen());
    let record = server.records("change").pop().unwrap();
    let covers = &record["approvals"][0]["covers"];
    assert_eq!((&covers["count"], &covers["ids"][0]), (&1.into(), &id.into()));
    // Somebody reads that one, too.
    server.clone_for("carol").approve(&around);
    ana.push(&["main"]).accepted();
    let record = server.records("change").pop().unwrap();
    let counted: Vec<_> =
        record["approvals"].as_array().unwrap().iter().map(|a| a["by"].clone()).collect();
    assert_eq!(counted, ["bob", "carol"]);
    assert_eq!(findings(&server), [""; 0]);
    assert!(Package::of(&server).kinds().contains(&"lapse"));
}

// 5. Evidence that was set back.

#[test]
fn evidence_that_was_set_back_blocks_until_an_admin_puts_the_loss_on_record() {
    let server = Server::new();
    let (ana, bob, _) = people(&server);
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let older = server.read("evidence.jsonl");
    ana.approved_commit("PAY-2: y", &bob);
    ana.push(&["main"]).accepted();
    let lost = server.evidence().len() - 1;
    server.write("evidence.jsonl", &older);
    ana.commit("PAY-1: z");
    let pushed = ana.push(&["main"]);
    pushed.failed_with("is gone, was set back, or is another file");
    let config = server.at("config.toml");
    let doctor = server.sockembot(&["doctor", "--config", &config]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("not what it was") && !said.contains("unbroken"), "{said}");
    assert_eq!(doctor.status.code(), Some(1));
    // No number is given twice.
    assert_eq!(server.read("evidence.jsonl"), older);
    let restore =
        |reason: &[&str]| server.sockembot(&[&["restore", "--config", &config], reason].concat());
    assert!(!restore(&[]).status.success());
    let restored = restore(&["--reason", "the disk was replaced"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert!(!restore(&["--reason", "again"]).status.success());
    let record = server.records("restored").pop().unwrap();
    assert_eq!(
        (&record["reason"], &record["lost"]["seq"]),
        (&"the disk was replaced".into(), &lost.into())
    );
    // What landed by the lost records is on none any more.
    ana.push(&["main"]).refused_for(&["lapse", "missing-approval", "missing-approval"]);
    assert_eq!(findings(&server)[0], "unrecorded-commit");
    let said = verified(&server).stdout;
    assert!(said.contains("tells of records up to"), "{said}");
}

// What else is a state, and what is not.

#[test]
fn what_an_admin_took_back_does_not_return_with_somebody_s_old_branch() {
    let server = Server::new();
    let (ana, bob, eve) = people(&server);
    let good = ana.approved_commit("PAY-1: good", &bob);
    ana.push(&["main"]).accepted();
    ana.approved_commit("PAY-1: leaks a secret", &bob);
    ana.push(&["main"]).accepted();
    eve.renew();
    server.git(&["update-ref", "refs/heads/main", &good]);
    server.accept("refs/heads/main");
    // What bob approved of it is over as well.
    let refused = eve.push(&["main"]);
    refused.refused_for(&["stale-approval"]);
    assert!(refused.digest().contains("bob approved this before it was taken back"));
    eve.push(&["main:refs/tags/v1"]).refused_for(&["stray-tag"]);
    eve.push(&["main:refs/heads/release/1"]).refused_for(&["missing-approval"]);
    // On what stands, work goes on.
    ana.renew();
    ana.approved_commit("PAY-2: y", &bob);
    ana.push(&["main", "main:refs/tags/v2"]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn an_approved_topic_can_go_to_every_branch_that_trusts_the_one_where_it_landed() {
    let server = Server::new();
    let (ana, bob, _) = people(&server);
    let topic = ana.commit("PAY-1: topic");
    ana.show();
    bob.approve(&topic);
    // It lands by a merge that git made alone.
    ana.git(&["checkout", "-q", "-b", "other", "main~1"]);
    ana.approved_commit("PAY-2: other", &bob);
    ana.push(&["other:main"]).accepted();
    ana.git(&["merge", "-q", "--no-ff", "-m", "merge", &topic]);
    bob.approve(&topic);
    ana.push(&["other:main"]).accepted();
    // So it was approved as a state.
    ana.push(&[&format!("{topic}:refs/heads/release/1")]).accepted();
    ana.push(&[&format!("{topic}:refs/tags/v1")]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn a_release_tool_may_tag_the_first_of_the_two_commits_that_it_pushes() {
    let server = Server::new();
    let (ana, bob, _) = people(&server);
    let release = ana.commit("PAY-1: set the version to 1.0");
    ana.commit("PAY-1: open 1.1");
    ana.show();
    bob.approve(&release);
    bob.approve(&ana.head());
    ana.push(&["main", &format!("{release}:refs/tags/v1.0")]).refused_for(&["stray-tag"]);
    server.clone_for("carol").approve(&release);
    ana.push(&["main", &format!("{release}:refs/tags/v1.0")]).accepted();
    assert_eq!(findings(&server), [""; 0]);
}

#[test]
fn a_repository_that_no_record_is_about_is_taken_in_loudly_with_its_first_push() {
    let server = Server::new();
    let (ana, bob, _) = people(&server);
    ana.push(&["main:refs/heads/release/1", "main:refs/tags/v1"]).accepted();
    let copied = std::process::Command::new("cp")
        .args(["-a", &server.repo(), &server.at("fork.git")])
        .status();
    assert!(copied.unwrap().success());
    let fork = server.at("fork.git");
    assert!(findings(&server).contains(&"unguarded-repository".to_owned()));
    let pushed = ana.push_to(&fork, &["main:refs/heads/release/2"]);
    pushed.accepted();
    let digest = pushed.digest();
    for name in ["main", "release/1"] {
        assert!(digest.contains(name), "{digest}");
    }
    assert!(digest.contains("warning[baseline]"), "{digest}");
    let listed = server.records("baseline").pop().unwrap();
    assert_eq!((&listed["repo"], &listed["by"]), (&"fork".into(), &"first-seen".into()));
    assert_eq!(listed["refs"].as_array().unwrap().len(), 3);
    ana.push_to(&fork, &["main:refs/heads/release/3"]).accepted();
    assert_eq!(server.records("baseline").len(), 2);
    ana.commit("PAY-1: x");
    ana.show();
    bob.approve(&ana.head());
    // An approval in another repository is none here.
    ana.push_to(&fork, &["main"]).refused_for(&["missing-approval"]);
    assert_eq!(findings(&server), [""; 0]);
}

/// What is there when the hook is put in, or with the first push of any kind, is known.
#[test]
fn nobody_brings_history_in_before_the_repository_is_taken_in() {
    let server = Server::new();
    let (_, _, eve) = people(&server);
    let copied = std::process::Command::new("cp")
        .args(["-a", &server.repo(), &server.at("fork.git")])
        .status();
    assert!(copied.unwrap().success());
    let fork = server.at("fork.git");
    eve.commit("evil");
    // An ungoverned ref is taken as it comes, and takes in the rest as it was.
    eve.push_to(&fork, &["main:refs/heads/evil"]).accepted();
    assert_eq!(server.records("baseline").pop().unwrap()["repo"], "fork");
    eve.push_to(&fork, &["main"]).refused_for(MISSING);
}

// A name that somebody took.

#[test]
fn a_branch_that_brought_nothing_can_be_cleared_away_by_whoever_made_it() {
    let server = Server::new();
    let (ana, bob, eve) = people(&server);
    eve.push(&["main:refs/heads/release/2/bob"]).accepted();
    let refused = ana.push(&["main:refs/heads/release/2"]);
    refused.refused_for(&["blocked-ref"]);
    let digest = refused.digest();
    assert!(digest.contains("release/2/bob") && digest.contains("eve"), "{digest}");
    ana.push(&[":refs/heads/release/2/bob"]).refused_for(&["deleted-ref"]);
    eve.push(&[":refs/heads/release/2/bob"]).accepted();
    ana.push(&["main:refs/heads/release/2"]).accepted();
    // One that has brought something stays.
    eve.push(&["main:refs/heads/release/3"]).accepted();
    eve.approved_commit("PAY-1: x", &bob);
    bob.approve_for("release/3", &eve.head());
    eve.push(&["main:refs/heads/release/3"]).accepted();
    eve.push(&[":refs/heads/release/3"]).refused_for(&["deleted-ref"]);
    assert_eq!(findings(&server), [""; 0]);
}

// Who brought what.

#[test]
fn a_record_tells_who_first_brought_each_commit() {
    let server = Server::new();
    let (ana, bob, eve) = people(&server);
    let first = eve.commit("PAY-1: by eve");
    eve.show();
    ana.git(&["fetch", "-q", "origin"]);
    ana.git(&["reset", "-q", "--hard", &first]);
    let second = ana.commit("PAY-1: by ana");
    ana.show();
    bob.approve(&second);
    ana.push(&["main"]).accepted();
    let change = server.records("change").pop().unwrap();
    let of = |id: &str| {
        let all = change["commits"]["items"].as_array().unwrap();
        all.iter().find(|commit| commit["id"] == id).unwrap()["brought"].clone()
    };
    assert_eq!((&of(&first)["by"], &of(&second)["by"]), (&"eve".into(), &"ana".into()));
    assert!(of(&first)["at"].as_str() < of(&second)["at"].as_str());
    // A refused push leaves nothing behind, in git or here.
    let refused = eve.commit("no ticket");
    eve.push(&["main"]);
    let other = server.clone_for("ana");
    other.git(&["fetch", "-q", eve.path().to_str().unwrap(), "main"]);
    other.git(&["push", "-q", "-f", "origin", &format!("{refused}:refs/heads/side/ana")]);
    let lines: String = std::fs::read_dir(server.path("evidence.jsonl.brought"))
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let of_refused: Vec<&str> = lines.lines().filter(|line| line.contains(&refused)).collect();
    assert_eq!(of_refused.len(), 1, "{lines}");
    assert!(of_refused[0].contains(" ana "), "{lines}");
}

#[test]
fn an_approval_that_git_could_not_write_counts_for_nothing() {
    let server = Server::new();
    let (ana, bob, _) = people(&server);
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.git(&["fetch", "-q", "origin"]);
    std::fs::create_dir_all(server.path("app.git/refs/approvals/main")).unwrap();
    server.write("app.git/refs/approvals/main/bob.lock", "");
    assert!(!bob.push(&[&format!("{id}:refs/approvals/main/bob")]).landed());
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    std::fs::remove_file(server.path("app.git/refs/approvals/main/bob.lock")).unwrap();
    // Nor does somebody's ref at that commit stand in for it.
    server.git(&["update-ref", "refs/approvals/main/carol", &id]);
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    bob.push(&[&format!("{id}:refs/approvals/main/bob")]).accepted();
    ana.push(&["main"]).accepted();
}
