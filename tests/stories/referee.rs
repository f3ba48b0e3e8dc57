//! Atlassian's own description of Jira Cloud as the referee: Prism holds our requests to it, and the
//! answers of the Jira that the other tests play.

use std::time::Duration;

use serde_json::json;

use crate::support::fake_jira::{FakeJira, issue, step};
use crate::support::npm;
use crate::support::{Server, Setup};

/// Atlassian's description is not ours to hand on, so whoever has it runs this.
#[test]
#[ignore = "JIRA_SPEC=... cargo test referee -- --ignored"]
fn requests_and_answers_are_those_of_atlassian_s_description() {
    let jira = FakeJira::start(Duration::ZERO);
    let query = "fixVersion = next";
    jira.change(|state| {
        state.queries.insert(query.to_owned(), vec!["PAY-1".to_owned(), "PAY-9".to_owned()]);
        state.issues.insert("NEW-9".to_owned(), issue("NEW-9", "In Progress", "indeterminate"));
        state.moved.insert("PAY-9".to_owned(), "NEW-9".to_owned());
        let step = step("bob", "In Progress", "2026-01-07T10:00:00.000+0000");
        state.history.insert("PAY-1".to_owned(), vec![step]);
    });
    let description = std::env::var("JIRA_SPEC").expect("JIRA_SPEC names the description");
    let prism = npm::prism(&description, &jira.http.url);
    let tracker = format!(
        "[tracker.jira]\nurl = \"{}\"\nflavour = \"cloud\"\nuser = \"bot\"\n\
         token_file = \"ROOT/token\"\napproved_states = [\"In Progress\"]\n",
        prism.url
    );
    let person = "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"jira:id-bob\"]\n";
    let server = Server::with(Setup {
        config: vec![
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", tracker),
            ("from = [\"refs\"]", "from = [\"ticket\"]".to_owned()),
            ("types = []", format!("types = []\njql = \"{query}\"")),
        ],
        more: person.to_owned(),
        secret: true,
        ..Setup::default()
    });
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).accepted();
    ana.commit("PAY-1: y\n\nRefs: PAY-404, PAY-7\n");
    ana.push(&["main"]).refused_for(&["no-such-ticket", "closed-ticket", "unmatched-query"]);
    assert!(jira.http.count("/rest/api/3/changelog/bulkfetch") > 0);
    assert_eq!(json!(jira.http.count("/rest/api/2")), 0);
}
