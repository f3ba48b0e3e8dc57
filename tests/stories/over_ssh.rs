//! Pushes over ssh: a real sshd with a forced command that names the pusher.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::{Server, Shown, hermetic};

/// An sshd on this machine's loopback, gone at the end of the test.
struct Sshd {
    daemon: Child,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _gone = self.daemon.kill();
        let _reaped = self.daemon.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn keygen(server: &Server, name: &str) {
    let mut keygen = hermetic("ssh-keygen", server.home());
    let made = keygen.args(["-q", "-t", "ed25519", "-N", "", "-f", name]).status();
    assert!(made.unwrap().success());
}

/// One key for each person, each with a command that says who it is.
fn start(server: &Server, people: &[&str]) -> Sshd {
    let port = free_port();
    keygen(server, "host_key");
    let mut keys = String::new();
    for who in people {
        keygen(server, &format!("key-{who}"));
        let key = server.read(&format!("key-{who}.pub"));
        keys.push_str(&format!(
            "restrict,command=\"REMOTE_USER={who} exec git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\" {key}"
        ));
    }
    server.write("authorized_keys", &keys);
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(server.path("authorized_keys"), mode).unwrap();
    server.write(
        "sshd_config",
        &format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\n\
             PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             AcceptEnv GIT_PROTOCOL\nLogLevel QUIET\n",
            server.at("host_key"),
            server.at("authorized_keys")
        ),
    );
    // Its place for privilege separation, which Debian makes at boot.
    let _there = std::fs::create_dir_all("/run/sshd");
    let daemon = Command::new("/usr/sbin/sshd")
        .args(["-D", "-e", "-f", &server.at("sshd_config")])
        .spawn()
        .expect("sshd; tests/run installs it");
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "sshd did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Sshd { daemon, port }
}

#[test]
fn over_ssh_the_forced_command_names_the_pusher() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let sshd = start(&server, &["ana"]);
    let me = Command::new("id").arg("-un").output().unwrap();
    let me = String::from_utf8_lossy(&me.stdout).trim().to_owned();
    let url = format!("ssh://{me}@127.0.0.1:{}{}", sshd.port, server.repo());
    let ssh = format!(
        "ssh -i {} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
         -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o SendEnv=REMOTE_USER -F /dev/null",
        server.at("key-ana")
    );
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
