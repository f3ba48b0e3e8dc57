//! Git as it is: every kind of repository, history and ref that a server has.

use std::path::Path;

use crate::support::{Server, Setup, git, hermetic, knows_reftable};

/// One refused and one accepted push.
fn works(server: &Server) {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("no ticket");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.renew();
    let id = ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    assert_eq!(server.tip("refs/heads/main"), id);
    ana.push(&["--force", "main~1:main"]).refused_for(&["rewritten-branch"]);
}

/// Whether this git can make such a repository: Debian 12 has one that knows no reftable.
fn can(init: &[&str]) -> bool {
    knows_reftable() || !init.contains(&"--ref-format=reftable")
}

#[test]
fn repositories_of_every_object_format_and_ref_storage_are_judged() {
    for init in [
        &["--object-format=sha256"][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ] {
        if can(init) {
            works(&Server::with(Setup { init: init.to_vec(), ..Setup::default() }));
        }
    }
}

#[test]
fn an_alias_of_a_governed_branch_is_that_branch_in_every_ref_storage() {
    for init in [&[][..], &["--ref-format=reftable"]].into_iter().filter(|init| can(init)) {
        let server = Server::with(Setup { init: init.to_vec(), ..Setup::default() });
        server.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
        let ana = server.clone_for("ana");
        ana.commit("no ticket");
        ana.push(&["main:refs/heads/alias"]).refused_for(&["missing-ticket", "missing-approval"]);
        ana.push(&["main:refs/heads/alias", "main"]).refused_for(&["duplicate-ref"]);
        let last = server.records("change").pop().unwrap();
        assert_eq!(
            (&last["fault"]["rule"], &last["decision"]),
            (&"duplicate-ref".into(), &"deny".into())
        );
        assert!(server.tip("refs/heads/main") != ana.head());
    }
}

#[test]
fn an_alias_that_dangles_creates_the_branch_it_points_to() {
    let server = Server::new();
    server.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/release/1"]);
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main:refs/heads/alias"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn a_namespace_is_no_way_round() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    let long = "main:refs/namespaces/a/refs/heads/main";
    ana.push(&[long]).refused_for(&["missing-ticket", "missing-approval"]);
    let inside = ana.git_with(&["push", "origin", "main"], &[("GIT_NAMESPACE", "a")]);
    inside.refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn objects_of_an_alternate_are_read_however_its_path_is_written() {
    for (name, line) in [
        ("plain", "DIR/plain/objects"),
        ("relative", "../../relative/objects"),
        ("with:colon", "DIR/with:colon/objects"),
    ] {
        let server = Server::new();
        // The history moves to the alternate: without it nothing can be read.
        let other = server.at(name);
        git(server.home(), &["clone", "-q", "--bare", "app.git", &other]);
        server.write(
            "app.git/objects/info/alternates",
            &format!("{}\n", line.replace("DIR", &server.root())),
        );
        server.git(&["repack", "-q", "-a", "-d", "-l"]);
        server.git(&["prune"]);
        works(&server);
    }
}

#[test]
fn a_push_from_a_shallow_clone_is_judged_like_any_other() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let url = format!("file://{}", server.repo());
    let people = server.people();
    git(people, &["clone", "-q", "--depth", "1", &url, "eve"]);
    git(&people.join("eve"), &["config", "user.email", "eve@example.com"]);
    let eve = server.clone_for("eve");
    assert!(eve.path().join(".git/shallow").exists());
    eve.commit("no ticket");
    eve.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    eve.git(&["reset", "-q", "--hard", "origin/main"]);
    eve.approved_commit("PAY-1: y", &bob);
    eve.push(&["main"]).accepted();
}

#[test]
fn a_push_that_brings_its_own_shallow_boundary_is_refused() {
    let server = Server::new();
    server.git(&["config", "receive.shallowUpdate", "true"]);
    let ana = server.clone_for("ana");
    for n in 0..3 {
        ana.commit(&format!("hidden {n}"));
    }
    ana.commit("PAY-1: on top");
    let url = format!("file://{}", ana.path().display());
    git(server.home(), &["clone", "-q", "--depth", "1", &url, "eve"]);
    let eve = Path::new(&server.at("eve")).to_path_buf();
    git(&eve, &["remote", "set-url", "origin", &server.repo()]);
    let mut push = hermetic("git", &eve);
    let output =
        push.args(["push", "origin", "HEAD:refs/heads/release/1"]).env("REMOTE_USER", "eve");
    let output = output.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("error[shallow-push]"), "{said}");
}

/// History from before the control holds commits that libgit2 can't parse and git
/// can: they must not block every later push.
#[test]
fn a_malformed_old_commit_near_the_tip_does_not_block_the_branch() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    let old = b"tree TREE\nparent PARENT\nauthor Ana ana@example.com> 1700000000 +0000\n\
                committer Ana <ana@example.com> 1700000000 +0000\n\nold\n";
    let id = ana.raw_commit(old);
    ana.show();
    server.git(&["update-ref", "refs/heads/main", &id]);
    server.accept("refs/heads/main");
    works(&server);
}

#[test]
fn forged_dates_hide_no_commit_and_reveal_none() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let at = |when: &'static str| {
        [("GIT_COMMITTER_DATE", when), ("GIT_AUTHOR_DATE", "@1767700000 +0000")]
    };
    ana.commit_with("no ticket", &at("@1 +0000"));
    ana.commit_with("PAY-1: y", &at("@4000000000 +0000"));
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.renew();
    let id = ana.commit_with("PAY-1: x", &at("@1 +0000"));
    ana.show();
    bob.approve(&id);
    ana.push(&["main"]).accepted();
    bob.renew();
    let next = bob.commit("PAY-1: z");
    bob.show();
    ana.approve(&next);
    bob.push(&["main"]).accepted();
}

/// git has checked the owner before it runs a hook, by settings that libgit2 can't see.
#[test]
fn a_repository_of_another_user_is_read() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.show();
    // Only root can give a file away; nobody else meets this here.
    let line = format!("{} {} refs/heads/main\n", server.tip("refs/heads/main"), ana.head());
    let _given = std::os::unix::fs::chown(server.path("app.git"), Some(65_534), None);
    let output = server.hook("ana", line.as_bytes());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("error[missing-ticket]"), "{said}");
}
