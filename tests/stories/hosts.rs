//! Who pushes: in the words of the configured host, and of nobody else.

use insta::assert_snapshot;

use crate::support::{Server, Setup};

/// A server of this kind; its repository is called `team/app` there.
fn server(kind: &'static str) -> Server {
    let server = Server::with(Setup {
        config: vec![
            ("kind = \"plain\"\nroot = \"ROOT\"", format!("kind = \"{kind}\"")),
            ("repos = [\"*\"]", "repos = [\"team/app\"]".to_owned()),
        ],
        ..Setup::default()
    });
    if kind == "gitlab" {
        // Gitaly runs the hook from there; git alone does not.
        let custom = server.path("app.git/custom_hooks/pre-receive.d/sockembot");
        std::fs::copy(custom, server.path("app.git/hooks/pre-receive")).unwrap();
    }
    server
}

#[test]
fn each_host_names_pusher_and_repository_by_its_own_variables() {
    for (kind, variables) in [
        ("gitolite", &[("GL_USER", "ana"), ("GL_REPO", "team/app")][..]),
        (
            "gitlab",
            &[
                ("GL_USERNAME", "ana"),
                ("GL_ID", "user-7"),
                ("GL_PROJECT_PATH", "team/app"),
                ("GL_REPOSITORY", "project-3"),
                ("GL_PROTOCOL", "ssh"),
            ],
        ),
        (
            "gitea",
            &[
                ("GITEA_PUSHER_NAME", "ana"),
                ("GITEA_REPO_USER_NAME", "team"),
                ("GITEA_REPO_NAME", "app"),
                ("GITEA_DEPLOY_KEY_ID", "0"),
            ],
        ),
        ("github", &[("GITHUB_USER_LOGIN", "ana"), ("GITHUB_REPO_NAME", "team/app")]),
    ] {
        let server = server(kind);
        let ana = server.clone_for("ana");
        ana.commit("no ticket");
        // Every host's clients could send what another host's hooks believe.
        let forged = [("REMOTE_USER", "robot"), ("USER", "robot")];
        let all = [variables, &forged].concat();
        let pushed = ana.git_with(&["push", "origin", "main"], &all);
        pushed.refused_for(&["missing-ticket", "missing-approval"]);
        assert!(pushed.digest().contains("pushed by ana ("), "{kind}: {}", pushed.seen());
        let record = &server.records("change")[0];
        assert_eq!(record["repo"], "team/app");
        assert_eq!(record["pusher"]["name"], "ana");
        assert_eq!(record["pusher"]["source"], variables[0].0);
    }
}

#[test]
fn a_host_that_is_not_the_configured_one_is_a_failure() {
    let server = server("gitea");
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main"]).failed_with("GITEA_REPO_USER_NAME");
}

#[test]
fn a_wiki_is_not_judged() {
    let server = server("gitea");
    let ana = server.clone_for("ana");
    ana.commit("a page");
    let pushed = ana.git_with(&["push", "origin", "main"], &[("GITEA_REPO_IS_WIKI", "true")]);
    pushed.accepted();
    assert_eq!(pushed.digest(), "");
}

#[test]
fn a_deploy_key_is_nobody_who_could_be_told_from_an_approver() {
    let server = server("gitea");
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let host = [
        ("GITEA_PUSHER_NAME", "ana"),
        ("GITEA_REPO_USER_NAME", "team"),
        ("GITEA_REPO_NAME", "app"),
        ("GITEA_DEPLOY_KEY_ID", "5"),
    ];
    let id = ana.commit("PAY-1: x");
    ana.push_to(&server.repo(), &["HEAD:refs/heads/side"]).failed_with("GITEA");
    ana.git_with(&["push", "origin", "HEAD:refs/heads/side"], &host).accepted();
    bob.git_with(&["fetch", "-q", "origin"], &host);
    let as_bob = [("GITEA_PUSHER_NAME", "bob"), host[1], host[2], ("GITEA_DEPLOY_KEY_ID", "0")];
    let approval = format!("{id}:refs/approvals/main/bob");
    bob.git_with(&["push", "origin", &approval], &as_bob).accepted();
    ana.git_with(&["push", "origin", "main"], &host).refused_for(&["unknown-pusher"]);
}

#[test]
fn a_login_with_control_characters_is_no_login() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let pushed = ana.git_with(&["push", "origin", "main"], &[("REMOTE_USER", "ana\u{1b}[31m")]);
    pushed.refused_for(&["unknown-pusher", "missing-approval"]);
    assert!(!pushed.stderr.contains('\u{1b}'));
}

#[test]
fn gitlab_s_web_page_shows_the_digest_only_with_its_mark() {
    let server = server("gitlab");
    let ana = server.clone_for("ana");
    ana.commit("PAY-3: x");
    let web = [
        ("GL_USERNAME", "ana"),
        ("GL_ID", "user-7"),
        ("GL_PROJECT_PATH", "team/app"),
        ("GL_PROTOCOL", "web"),
    ];
    assert_snapshot!(ana.git_with(&["push", "origin", "main"], &web).digest(), @r"
    GL-HOOK-ERR:      .-------.
    GL-HOOK-ERR:     / .-----. \
    GL-HOOK-ERR:    | / -   _ \ |
    GL-HOOK-ERR:    |(o)     (o)|   This push to main was refused.
    GL-HOOK-ERR:    | |   .   | |
    GL-HOOK-ERR:    | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
    GL-HOOK-ERR:     \       /
    GL-HOOK-ERR:      '-----'
    GL-HOOK-ERR:
    GL-HOOK-ERR: warning[baseline]: no record was about main d4c036fc of team/app: taken
    GL-HOOK-ERR:   as found, unjudged
    GL-HOOK-ERR:
    GL-HOOK-ERR: error[wrong-state]: PAY-3 is Draft; main takes In Progress or Approved
    GL-HOOK-ERR:   3a640b95 PAY-3: x
    GL-HOOK-ERR: hint: move PAY-3 to In Progress or Approved, then push again
    GL-HOOK-ERR:
    GL-HOOK-ERR: error[missing-approval]: nobody has approved
    GL-HOOK-ERR:   3a640b95 PAY-3: x
    GL-HOOK-ERR: hint: show it on a side branch; a reviewer runs
    GL-HOOK-ERR: hint:   `git fetch origin && git push origin +3a640b9585540e505fa53152ebbe34d853354d14:refs/approvals/main/LOGIN`
    GL-HOOK-ERR:
    GL-HOOK-ERR: policy HASH, evidence #3 HASH, pushed by ana (GL_USERNAME)
    ");
}

#[test]
fn a_repository_outside_the_root_is_a_failure_and_not_a_way_round() {
    let server = Server::new();
    server.edit("config.toml", &format!("root = \"{}\"", server.root()), "root = \"/srv/git\"");
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main"]).failed_with("is not below `host.root`");
}
