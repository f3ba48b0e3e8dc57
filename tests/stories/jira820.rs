//! A Jira that others wrote: jira820 plays Data Center 8.20, with habits of its own.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::curl::curl;
use crate::support::{Server, Setup};

/// tests/run installs it there.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/jira820/bin/jira820");

struct Jira820 {
    daemon: Child,
    url: String,
}

impl Drop for Jira820 {
    fn drop(&mut self) {
        let _gone = self.daemon.kill();
        let _reaped = self.daemon.wait();
    }
}

fn start() -> Jira820 {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let daemon = Command::new(PROGRAM)
        .env("JIRA820_PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{PROGRAM}: {error}; tests/run installs it"));
    let jira = Jira820 { daemon, url: format!("http://127.0.0.1:{port}") };
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "jira820 did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    jira
}

/// Speaks to its interface as a person with curl would.
fn ask(url: &str, body: Option<&str>) -> serde_json::Value {
    let more = body.map(|body| ["-H", "Content-Type: application/json", "-d", body]);
    curl(url, more.as_ref().map_or(&[], |more| &more[..])).good()
}

#[test]
fn a_foreign_jira_is_understood_and_noticed_when_it_ignores_what_it_is_asked() {
    let jira = start();
    let api = format!("{}/rest/api/2", jira.url);
    let new = r#"{"fields":{"project":{"key":"JIRA820"},"summary":"Round half up","issuetype":{"name":"Bug"}}}"#;
    let key = ask(&format!("{api}/issue"), Some(new))["key"].as_str().unwrap().to_owned();
    let created = ask(&format!("{api}/issue/{key}"), None)["fields"]["created"].clone();
    let created = created.as_str().unwrap().replace("+0000", "Z");

    let tracker = format!(
        "[tracker.jira]\nurl = \"{}\"\ntoken_file = \"ROOT/token\"\n\
         approved_states = [\"In Progress\"]",
        jira.url
    );
    let server = Server::with(Setup {
        config: vec![
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", tracker),
            ("projects = [\"PAY\", \"OPS\"]", "projects = [\"JIRA820\"]".to_owned()),
            ("states = [\"In Progress\", \"Approved\"]", "states = []".to_owned()),
            ("from = [\"refs\"]", "from = [\"ticket\"]".to_owned()),
        ],
        more: "[[people.person]]\nname = \"Root\"\nlogins = [\"root\", \"jira:admin\"]\n"
            .to_owned(),
        secret: true,
        ..Setup::default()
    });
    let ana = server.clone_for("ana");
    let date = [("GIT_AUTHOR_DATE", created.as_str()), ("GIT_COMMITTER_DATE", created.as_str())];
    ana.commit_with(&format!("{key}: round half up"), &date);
    ana.push(&["main"]).refused_for(&["missing-approval"]);

    // A transition, made through its own interface.
    ask(&format!("{api}/issue/{key}/transitions"), Some(r#"{"transition":{"id":"21"}}"#));
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert!(pushed.digest().contains("Round half up  In Progress  Root"), "{}", pushed.seen());

    ana.commit_with("JIRA820-99999: x", &date);
    ana.push(&["main"]).refused_for(&["no-such-ticket", "missing-approval"]);

    // It leaves out clauses that it does not know. Nothing follows from such an answer.
    server.edit("config.toml", "types = []", "types = []\njql = \"cf[10001] is not EMPTY\"");
    ana.renew();
    ana.commit_with(&format!("{key}: again"), &date);
    let pushed = ana.push(&["main"]);
    pushed.refused_for(&["tracker-unavailable"]);
    let flat = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("does not understand the query of the config"), "{}", pushed.seen());
}
