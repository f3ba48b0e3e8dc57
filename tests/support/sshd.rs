//! A real sshd with a forced command for each person, as the README sets a plain server up.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{Server, hermetic};

/// An sshd on this machine's loopback, gone at the end of the test.
pub(crate) struct Sshd {
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

impl Sshd {
    /// One key for each person, each with a command that says who it is.
    pub(crate) fn start(server: &Server, people: &[&str]) -> Self {
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
        Self { daemon, port }
    }

    /// The address of a path on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        let me = Command::new("id").arg("-un").output().unwrap();
        let me = String::from_utf8_lossy(&me.stdout).trim().to_owned();
        format!("ssh://{me}@127.0.0.1:{}{path}", self.port)
    }

    /// What git is to run as ssh, with somebody's key.
    pub(crate) fn command(server: &Server, who: &str) -> String {
        format!(
            "ssh -i {} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
             -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o SendEnv=REMOTE_USER -F /dev/null",
            server.at(&format!("key-{who}"))
        )
    }
}
