//! The hook in a repository, beside the one that was there, and `install.sh`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::{BINARY, Server, Shown, hermetic};

const HOOK: &str = "app.git/hooks/pre-receive";
const KEPT: &str = "app.git/hooks/pre-receive.kept-by-sockembot";

fn sockembot(server: &Server, args: &[&str]) -> Shown {
    Shown::of(&server.sockembot(args), server.home())
}

fn install(server: &Server) -> Shown {
    sockembot(server, &["install", "--config", &server.at("config.toml"), &server.repo()])
}

/// A server with somebody's hook in place of ours.
fn with_hook(script: &str, mode: u32) -> Server {
    let server = Server::new();
    server.program(HOOK, script);
    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(server.path(HOOK), mode).unwrap();
    server
}

#[test]
fn a_hook_that_was_there_is_kept_and_both_must_agree() {
    let script = "#!/bin/sh\necho \"the other hook read $(cat)\"\ntest ! -e veto || exit 3\n";
    let server = with_hook(script, 0o755);
    assert_snapshot!(install(&server).answer(), @"
    installed DIR/app.git/hooks/pre-receive
      it runs DIR/app.git/hooks/pre-receive.kept-by-sockembot after it
    installed DIR/app.git/hooks/post-receive
    ");
    assert_eq!(server.read(KEPT), script);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("no ticket");
    let refused = ana.push(&["main"]);
    refused.refused_for(&["missing-ticket", "missing-approval"]);
    assert!(!refused.seen().contains("the other hook"), "{}", refused.seen());
    ana.renew();
    let id = ana.approved_commit("PAY-1: x", &bob);
    server.write("app.git/veto", "");
    assert!(!ana.push(&["main"]).landed());
    std::fs::remove_file(server.path("app.git/veto")).unwrap();
    let landed = ana.push(&["main"]);
    landed.accepted();
    let line =
        landed.seen().lines().find(|line| line.contains("the other hook read")).map(str::to_owned);
    assert!(line.is_some_and(|line| line.ends_with(&format!(" {id} refs/heads/main"))));
}

#[test]
fn installing_again_changes_nothing_and_uninstalling_restores_all() {
    let script = "#!/bin/sh\nexit 0\n";
    let server = with_hook(script, 0o755);
    install(&server);
    let shim = server.read(HOOK);
    let again = install(&server);
    assert!(again.landed(), "{}", again.stderr);
    assert_eq!((server.read(HOOK), server.read(KEPT)), (shim, script.to_owned()));
    let gone = sockembot(&server, &["uninstall", &server.repo()]);
    assert_snapshot!(gone.answer(), @"
    restored DIR/app.git/hooks/pre-receive
    removed DIR/app.git/hooks/post-receive
    ");
    assert_eq!(server.read(HOOK), script);
    assert!(!server.path(KEPT).exists());
    let twice = sockembot(&server, &["uninstall", &server.repo()]);
    assert!(twice.answer().contains("has no hook of ours"), "{}", twice.answer());
    assert_eq!(server.read(HOOK), script);
}

#[test]
fn a_hook_that_git_did_not_run_is_kept_and_still_not_run() {
    let server = with_hook("#!/bin/sh\nexit 1\n", 0o644);
    let said = install(&server);
    assert!(said.answer().contains("is not executable, and so not run"), "{}", said.answer());
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
}

#[test]
fn a_kept_hook_that_is_gone_blocks() {
    let server = with_hook("#!/bin/sh\nexit 0\n", 0o755);
    install(&server);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    std::fs::remove_file(server.path(KEPT)).unwrap();
    ana.push(&["main"]).failed_with("starting the hook");
}

#[test]
fn gitea_s_own_hook_runs_ours() {
    let server = Server::new();
    std::fs::create_dir(server.path("app.git/hooks/pre-receive.d")).unwrap();
    server.write("app.git/hooks/pre-receive.d/gitea", "#!/bin/sh\n");
    let said = install(&server);
    assert!(said.answer().contains("pre-receive.d/sockembot"), "{}", said.answer());
}

#[test]
fn the_doctor_sees_which_hooks_a_repository_lacks() {
    let server = Server::new();
    let config = server.at("config.toml");
    let doctor = || sockembot(&server, &["doctor", "--config", &config, &server.repo()]).stdout;
    assert!(doctor().contains("app.git has both\n"), "{}", doctor());
    server.rename(HOOK, "app.git/hooks/off");
    assert!(doctor().contains("lacks pre-receive\n"), "{}", doctor());
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(server.path("app.git/hooks/post-receive"), mode).unwrap();
    assert!(doctor().contains("git does not run us as pre-receive and post-receive"));
}

#[test]
fn a_hook_that_ran_after_a_push_runs_after_ours() {
    let server = Server::new();
    let hook = "app.git/hooks/post-receive";
    server.program(hook, "#!/bin/sh\necho \"the other hook read $(cat)\"\nexit 3\n");
    install(&server);
    assert!(server.path("app.git/hooks/post-receive.kept-by-sockembot").exists());
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.approved_commit("PAY-1: x", &bob);
    for evidence in ["evidence.jsonl", "no/such/evidence.jsonl"] {
        server.edit("config.toml", "evidence.jsonl", evidence);
        let line = format!("{} {id} refs/heads/main\n", server.tip("refs/heads/main"));
        let repo = server.repo();
        let mut ours = hermetic(&server.at(hook), Path::new(&repo));
        let said = crate::support::run(ours.env("GIT_DIR", "."), line.as_bytes());
        let shown = Shown::of(&said, server.home());
        assert_eq!(shown.stdout, format!("the other hook read {line}"));
        assert_eq!(shown.code, Some(3));
        assert_eq!(shown.stderr.is_empty(), evidence == "evidence.jsonl", "{}", shown.stderr);
    }
}

#[test]
fn what_can_t_take_a_hook_says_why() {
    let server = Server::new();
    let config = server.at("config.toml");
    let outside = server.at("elsewhere");
    server.git(&["config", "core.hooksPath", &outside]);
    let said = install(&server);
    assert_eq!(said.code, Some(70));
    assert!(said.stderr.contains("core.hooksPath"), "{}", said.stderr);
    let nothing = sockembot(&server, &["install", "--config", &config, "/no/such/place"]);
    assert!(nothing.stderr.contains("there is no /no/such/place"), "{}", nothing.stderr);
    let without = sockembot(&server, &["install", "--config", "/no/such/place", &server.repo()]);
    assert!(without.stderr.contains("sockembot init"), "{}", without.stderr);
}

/// The script installs a binary, the shim's owner and a config; it takes back what
/// it brought, and never a config that somebody wrote.
#[test]
fn the_script_installs_keeps_the_config_and_uninstalls() {
    let server = Server::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dest = server.at("dest");
    let script = |args: &[&str]| {
        let mut sh = hermetic("sh", root);
        sh.arg("install.sh").args(args).env("BINARY", BINARY).env("DESTDIR", &dest);
        Shown::of(&sh.env("PREFIX", "/opt/sockembot").output().unwrap(), server.home())
    };
    let first = script(&[]);
    assert!(first.landed(), "{}", first.stderr);
    assert_snapshot!(first.answer(), @"
    installed DIR/dest/opt/sockembot/bin/sockembot
    installed DIR/dest/opt/sockembot/share/sockembot/pre-receive
    installed DIR/dest/opt/sockembot/share/sockembot/post-receive
    installed DIR/dest/etc/sockembot/config.toml
    next: edit the config, then, as the user who runs git: sockembot install REPO...
    ");
    let binary = server.path("dest/opt/sockembot/bin/sockembot");
    assert!(binary.metadata().unwrap().permissions().mode() & 0o111 != 0);
    server.edit("dest/etc/sockembot/config.toml", "PAY", "MINE");
    let again = script(&[]);
    assert!(again.landed(), "{}", again.stderr);
    assert!(server.read("dest/etc/sockembot/config.toml").contains("MINE"));
    let gone = script(&["uninstall"]);
    assert!(gone.landed(), "{}", gone.stderr);
    assert!(!binary.exists());
    assert!(server.path("dest/etc/sockembot/config.toml").exists());
    assert_eq!(script(&["instal"]).code, Some(2));
}
