//! Programs of npm, which tests/run installs: a daemon that ends with its test, and scripts.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::git::{hermetic, run};

const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/npm/node_modules");

/// A server on a port of its own.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Starts a program of the packages and waits until it listens. `PORT` in its arguments is the
/// port that it is to take.
pub(crate) fn daemon(program: &str, args: &[&str]) -> Daemon {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let args = args.iter().map(|arg| arg.replace("PORT", &port.to_string()));
    let path = format!("{MODULES}/.bin/{program}");
    let child = Command::new(&path)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{path}: {error}; tests/run installs it"));
    let mut daemon = Daemon { child, url: format!("http://127.0.0.1:{port}") };
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = daemon.child.try_wait().unwrap();
        assert!(ended.is_none(), "{program} ended at once: {ended:?}");
        assert!(began.elapsed() < Duration::from_secs(60), "{program} did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    daemon
}

/// A proxy that validates what goes through in both directions by an OpenAPI description, and
/// answers 500 with a list of violations where it must not.
pub(crate) fn prism(description: &str, upstream: &str) -> Daemon {
    daemon("prism", &["proxy", description, upstream, "--errors", "-p", "PORT"])
}

/// Runs one of our scripts with the packages at hand, and returns what it says. It must succeed.
#[track_caller]
pub(crate) fn script(name: &str, input: &[u8]) -> String {
    let path = format!("{}/tests/npm/{name}", env!("CARGO_MANIFEST_DIR"));
    // A browser makes itself at home.
    let home = tempfile::tempdir().unwrap();
    let mut node = hermetic("node", Path::new("/"));
    let output = run(node.arg(path).env("MODULES", MODULES).env("HOME", home.path()), input);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}{complained}");
    said
}
