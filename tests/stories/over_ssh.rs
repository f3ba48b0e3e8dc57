//! Pushes over ssh: a real sshd with a forced command that names the pusher.

use crate::support::sshd::Sshd;
use crate::support::{Server, Shown};

#[test]
fn over_ssh_the_forced_command_names_the_pusher() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let sshd = Sshd::start(&server, &["ana"]);
    let url = sshd.url(&server.repo());
    let ssh = Sshd::command(&server, "ana");
    let push = |who: &str| -> Shown {
        // The client says that he is somebody else, and is not believed.
        ana.git_with(&["push", &url, "main"], &[("GIT_SSH_COMMAND", &ssh), ("REMOTE_USER", who)])
    };
    ana.commit("no ticket");
    let refused = push("robot");
    refused.refused_for(&["missing-ticket", "missing-approval"]);
    assert!(refused.digest().contains("pushed by ana (REMOTE_USER)"), "{}", refused.seen());
    ana.renew();
    let id = ana.approved_commit("PAY-1: x", &bob);
    push("ana").accepted();
    assert_eq!(server.tip("refs/heads/main"), id);

    // Neither another program on the server nor variables of the client go round it.
    ana.commit("no ticket");
    let around = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack";
    let shown = ana.git_with(&["push", around, &url, "main"], &[("GIT_SSH_COMMAND", &ssh)]);
    assert!(!shown.landed(), "{}", shown.seen());
    let sends = ssh.replace("SendEnv=REMOTE_USER", "SendEnv=GIT_CONFIG_*");
    let variables = [
        ("GIT_SSH_COMMAND", sends.as_str()),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.hooksPath"),
        ("GIT_CONFIG_VALUE_0", "/dev/null"),
    ];
    let shown = ana.git_with(&["push", &url, "main"], &variables);
    shown.refused_for(&["missing-ticket", "missing-approval"]);
}
