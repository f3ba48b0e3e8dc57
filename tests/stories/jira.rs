//! Tickets in Jira, of either flavour: what is asked, and what every kind of answer means.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::json;

use crate::support::fake_jira::{FakeJira, issue, step, user};
use crate::support::http::{HttpServer, Reply};
use crate::support::{Clone, Server, Setup};

const FLAVOURS: [&str; 2] = ["cloud", "data-center"];

/// A server whose tickets are at this address.
fn server(url: &str, flavour: &str, jira: &str, more: &[(&'static str, &str)]) -> Server {
    let mut config = vec![(
        "[tracker.file]\npath = \"ROOT/tickets.toml\"",
        format!(
            "[tracker.jira]\nurl = \"{url}\"\nflavour = \"{flavour}\"\nuser = \"bot\"\n\
             token_file = \"ROOT/token\"\n{jira}"
        ),
    )];
    config.extend(more.iter().map(|(from, to)| (*from, (*to).to_owned())));
    let server = Server::with(Setup { config, secret: true, ..Setup::default() });
    assert!(server.path("token").exists());
    server
}

fn approved(server: &Server, message: &str) -> Clone {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit(message, &bob);
    ana
}

#[test]
fn a_compliant_push_shows_the_tickets_as_jira_has_them() {
    for flavour in FLAVOURS {
        let jira = FakeJira::start(Duration::ZERO);
        let server = server(&jira.http.url, flavour, "", &[]);
        let ana = approved(&server, "PAY-1: x\n\nRefs: PAY-2\n");
        let pushed = ana.push(&["main"]);
        pushed.accepted();
        assert!(
            pushed.digest().contains("PAY-1  About PAY-1  In Progress  bob"),
            "{}",
            pushed.seen()
        );
        let found = server.records("change")[0]["tickets"][0]["found"].clone();
        assert_eq!(found["url"], format!("{}/browse/PAY-1", jira.http.url));
        let asked = jira.http.asked();
        assert!(asked.iter().all(|asked| asked.authorization == "Basic Ym90OnMzY3JldC10b2tlbg=="));
    }
}

#[test]
fn every_kind_of_ticket_is_told_from_the_others() {
    for flavour in FLAVOURS {
        let jira = FakeJira::start(Duration::ZERO);
        let server = server(&jira.http.url, flavour, "", &[]);
        for (message, code) in [
            ("PAY-404: x", "no-such-ticket"),
            ("PAY-7: x", "closed-ticket"),
            ("PAY-3: x", "wrong-state"),
        ] {
            server.clone_for("ana").renew();
            approved(&server, message).push(&["main"]).refused_for(&[code]);
        }
        // A key that is not there does not spoil its neighbours.
        server.clone_for("ana").renew();
        let all = approved(&server, "PAY-1: x\n\nRefs: PAY-404, PAY-405, PAY-2, PAY-7\n");
        all.push(&["main"]).refused_for(&["no-such-ticket", "no-such-ticket", "closed-ticket"]);
    }
}

#[test]
fn a_moved_ticket_is_followed_and_shown_under_both_names() {
    for flavour in FLAVOURS {
        let jira = FakeJira::start(Duration::ZERO);
        jira.change(|state| {
            state.issues.insert("NEW-9".to_owned(), issue("NEW-9", "In Progress", "indeterminate"));
            state.moved.insert("PAY-9".to_owned(), "NEW-9".to_owned());
        });
        let server = server(&jira.http.url, flavour, "", &[]);
        let pushed = approved(&server, "PAY-9: x\n\nRefs: PAY-1\n").push(&["main"]);
        pushed.accepted();
        assert!(
            pushed.digest().contains("PAY-9") && pushed.digest().contains("NEW-9"),
            "{}",
            pushed.seen()
        );
    }
}

#[test]
fn an_empty_answer_is_not_believed_of_a_server_that_does_not_know_us() {
    let jira = FakeJira::start(Duration::ZERO);
    jira.change(|state| state.known = false);
    let server = server(&jira.http.url, "cloud", "", &[]);
    let pushed = approved(&server, "PAY-1: x").push(&["main"]);
    pushed.refused_for(&["tracker-unavailable"]);
    assert!(pushed.seen().contains("401"), "{}", pushed.seen());
}

#[test]
fn a_transition_into_an_approved_state_is_an_approval_until_the_ticket_leaves_it() {
    for flavour in FLAVOURS {
        let jira = FakeJira::start(Duration::ZERO);
        let approved_states = "approved_states = [\"Approved\"]\n";
        let person = "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"jira:id-bob\", \"jira:bob\"]\n\
                      [[people.person]]\nname = \"Ana\"\nlogins = [\"ana\", \"jira:id-ana\", \"jira:ana\"]\n";
        let server = server(
            &jira.http.url,
            flavour,
            approved_states,
            &[
                ("from = [\"refs\"]", "from = [\"ticket\"]"),
                (
                    "email_domain = \"example.com\"\n",
                    &format!("email_domain = \"example.com\"\n{person}"),
                ),
            ],
        );
        let ana = server.clone_for("ana");
        ana.commit("PAY-2: x\n\nRefs: PAY-2\n");
        let history = |steps: &[(&str, &str, &str)]| {
            let steps = steps.iter().map(|(by, to, at)| step(by, to, at)).collect();
            jira.change(|state| {
                state.history.insert("PAY-2".to_owned(), steps);
            });
            ana.push(&["main"])
        };
        history(&[]).refused_for(&["missing-approval"]);
        history(&[("bob", "Approved", "2026-01-05T10:00:00.000+0000")])
            .refused_for(&["stale-approval"]);
        history(&[("ana", "Approved", "2026-01-07T10:00:00.000+0000")])
            .refused_for(&["self-approval"]);
        history(&[
            ("bob", "Approved", "2026-01-07T10:00:00.000+0000"),
            ("ana", "Draft", "2026-01-07T11:00:00.000+0000"),
        ])
        .refused_for(&["missing-approval"]);
        history(&[("eve", "Approved", "2026-01-07T10:00:00.000+0000")])
            .refused_for(&["unmatched-approver"]);
        history(&[("bob", "Approved", "2026-01-07T10:00:00.000+0000")]).accepted();
        assert_eq!(server.records("change").last().unwrap()["approvals"][0]["source"], "ticket");
    }
}

#[test]
fn a_user_field_and_a_service_desk_approve_as_well() {
    for (jira_keys, prepare) in
        [("approver_field = \"customfield_7\"\n", true), ("service_desk = true\n", false)]
    {
        let jira = FakeJira::start(Duration::ZERO);
        jira.change(|state| {
            if prepare {
                state.issues.get_mut("PAY-1").unwrap()["fields"]["customfield_7"] =
                    json!([user("bob")]);
                let mut change = step("eve", "x", "2026-01-07T10:00:00.000+0000");
                change["items"][0]["fieldId"] = json!("customfield_7");
                change["items"][0]["field"] = json!("Approvers");
                state.history.insert("PAY-1".to_owned(), vec![change]);
            } else {
                let yes = json!({"approver": user("bob"), "approverDecision": "approved"});
                let no = json!({"approver": user("eve"), "approverDecision": "pending"});
                let approval = json!({"finalDecision": "approved", "approvers": [yes, no],
                    "completedDate": {"epochMillis": 1_767_900_000_000_i64}});
                state.desk.insert("PAY-1".to_owned(), json!({"values": [approval]}));
            }
        });
        let person = "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"jira:id-bob\"]\n";
        let server = server(
            &jira.http.url,
            "cloud",
            jira_keys,
            &[
                ("from = [\"refs\"]", "from = [\"ticket\"]"),
                (
                    "email_domain = \"example.com\"\n",
                    &format!("email_domain = \"example.com\"\n{person}"),
                ),
            ],
        );
        let ana = server.clone_for("ana");
        ana.commit("PAY-1: x");
        ana.push(&["main"]).accepted();
    }
}

#[test]
fn a_query_of_the_config_is_one_more_condition() {
    for flavour in FLAVOURS {
        let jira = FakeJira::start(Duration::ZERO);
        let query = "fixVersion = next";
        jira.change(|state| {
            state.queries.insert(query.to_owned(), vec!["PAY-1".to_owned()]);
        });
        let jql = format!("types = []\njql = \"{query}\"");
        let server = server(&jira.http.url, flavour, "", &[("types = []", &jql)]);
        approved(&server, "PAY-2: x\n\nRefs: PAY-404\n")
            .push(&["main"])
            .refused_for(&["no-such-ticket", "unmatched-query"]);
        server.clone_for("ana").renew();
        approved(&server, "PAY-1: x").push(&["main"]).accepted();
    }
}

#[test]
fn a_thousand_commits_ask_once_for_each_hundred_tickets() {
    let jira = FakeJira::start(Duration::from_millis(50));
    jira.change(|state| {
        for n in 100..300 {
            let key = format!("PAY-{n}");
            state.issues.insert(key.clone(), issue(&key, "In Progress", "indeterminate"));
        }
    });
    let server = server(&jira.http.url, "cloud", "", &[("required = 1", "required = 0")]);
    let ana = server.clone_for("ana");
    for n in 100..300 {
        ana.git(&["commit", "-q", "--allow-empty", "-m", &format!("PAY-{n}: x")]);
    }
    ana.push(&["main"]).accepted();
    assert_eq!(jira.http.count("/rest/api/3/issue/bulkfetch"), 2);
    assert_eq!(jira.http.asked().len(), 3, "and once who we are");
}

type Answer = Box<dyn Fn() -> Reply + Send + Sync>;

#[test]
fn every_fault_has_its_own_sentence_and_none_lets_a_push_land() {
    let html = || Reply::Text(200, "text/html", vec![], "<form>log in</form>".to_owned());
    let seraph = || {
        let header = ("X-Seraph-LoginReason", "AUTHENTICATION_DENIED".to_owned());
        Reply::Text(403, "text/html", vec![header], String::new())
    };
    let wait = || {
        Reply::Text(
            429,
            "application/json",
            vec![("Retry-After", "600".to_owned())],
            "{}".to_owned(),
        )
    };
    let elsewhere = || {
        Reply::Text(
            302,
            "text/html",
            vec![("Location", "http://evil.example/".to_owned())],
            String::new(),
        )
    };
    let cut = || {
        Reply::Raw(
            b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
                .to_vec(),
        )
    };
    let large = || Reply::Text(200, "application/json", vec![], " ".repeat(34 << 20));
    let faults: Vec<(&str, Answer)> = vec![
        ("does not take our token (401)", Box::new(|| Reply::status(401))),
        ("does not let our account ask that (403)", Box::new(|| Reply::status(403))),
        ("solves its CAPTCHA", Box::new(seraph)),
        ("the `flavour` in the config is wrong", Box::new(|| Reply::status(404))),
        ("wants 600s of peace", Box::new(wait)),
        ("is broken (503)", Box::new(|| Reply::status(503))),
        ("a login page, or a proxy's", Box::new(html)),
        ("JSON of another shape", Box::new(|| Reply::json(200, &json!({"pages": []})))),
        (
            "JSON of another shape",
            Box::new(|| Reply::Text(200, "application/json", vec![], "{".to_owned())),
        ),
        ("sends us to evil.example, where our token does not go", Box::new(elsewhere)),
        ("ended the connection in the middle", Box::new(cut)),
        ("more than 32 MiB", Box::new(large)),
        ("did not answer within", Box::new(|| Reply::Silence)),
        ("did not answer within", Box::new(|| Reply::Drip(Duration::from_millis(200)))),
    ];
    for (words, reply) in faults {
        let http = HttpServer::start(Duration::ZERO, move |_| reply());
        let server = server(&http.url, "cloud", "", &[("deadline = \"25s\"", "deadline = \"2s\"")]);
        let ana = approved(&server, "PAY-1: x");
        let began = Instant::now();
        let pushed = ana.push(&["main"]);
        assert!(began.elapsed() < Duration::from_secs(4), "{words}");
        pushed.refused_for(&["tracker-unavailable"]);
        let flat = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words:?} is not in:\n{}", pushed.seen());
        assert!(!pushed.stderr.contains("s3cret"), "{}", pushed.seen());
        assert_eq!(server.records("change")[0]["finding"], "unknown");
    }
}

#[test]
fn a_host_that_is_not_there_is_told_from_one_that_does_not_answer() {
    for (url, words) in [
        ("http://127.0.0.1:1", "does not take the connection"),
        ("https://no-such-host.invalid", "is not known (DNS)"),
    ] {
        let server = server(url, "cloud", "", &[("deadline = \"25s\"", "deadline = \"10s\"")]);
        let pushed = approved(&server, "PAY-1: x").push(&["main"]);
        pushed.refused_for(&["tracker-unavailable"]);
        let flat = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words:?} is not in:\n{}", pushed.seen());
    }
}

#[test]
fn a_server_that_stumbles_is_asked_again() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let jira = FakeJira::start(Duration::ZERO);
    let state = jira.state;
    let http = HttpServer::start(Duration::ZERO, move |asked| {
        if asked.path.contains("bulkfetch")
            && tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2
        {
            return Reply::status(503);
        }
        crate::support::fake_jira::answer(&state.lock().unwrap(), asked)
    });
    let server = server(&http.url, "cloud", "", &[]);
    approved(&server, "PAY-1: x").push(&["main"]).accepted();
}

#[test]
fn half_of_the_answers_say_what_was_and_what_was_not_answered() {
    let jira = FakeJira::start(Duration::ZERO);
    let state = jira.state.clone();
    let http = HttpServer::start(Duration::ZERO, move |asked| {
        if asked.body.contains("PAY-199") {
            return Reply::Silence;
        }
        crate::support::fake_jira::answer(&state.lock().unwrap(), asked)
    });
    jira.change(|state| {
        for n in 100..200 {
            let key = format!("PAY-{n}");
            state.issues.insert(key.clone(), issue(&key, "In Progress", "indeterminate"));
        }
    });
    let server = server(
        &http.url,
        "cloud",
        "",
        &[("deadline = \"25s\"", "deadline = \"2s\""), ("required = 1", "required = 0")],
    );
    let ana = server.clone_for("ana");
    for n in 90..200 {
        ana.git(&["commit", "-q", "--allow-empty", "-m", &format!("PAY-{n}: x")]);
    }
    let pushed = ana.push(&["main"]);
    let codes = pushed.codes();
    assert!(codes.contains(&"tracker-unavailable".to_owned()), "{}", pushed.seen());
    assert!(codes.contains(&"no-such-ticket".to_owned()), "{}", pushed.seen());
}

#[test]
fn an_outage_lands_unverified_where_the_table_says_so() {
    let server = server(
        "http://127.0.0.1:1",
        "cloud",
        "",
        &[("mode = \"enforce\"", "mode = \"enforce\"\noutage = \"accept-and-follow-up\"")],
    );
    let ana = approved(&server, "PAY-1: x");
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert_snapshot!(pushed.digest(), @"
    warning: 1 commit to main could not be checked; [[protect]] lets such a
      push land, as unverified: it will be followed up

    warning[tracker-unavailable]: PAY-1 could not be looked up, because
      127.0.0.1:1 does not take the connection
      769f4e2e PAY-1: x
    hint: the commits may be fine; push again in a few minutes
    hint: if it stays like this, tell #platform-help

    policy HASH, evidence #4 HASH, pushed by ana (REMOTE_USER)
    ");
    let record = &server.records("change")[0];
    assert_eq!((&record["class"], &record["decision"]), (&"unverified".into(), &"allow".into()));
    // What is known to be broken is refused all the same.
    ana.commit("no ticket");
    assert!(!ana.push(&["main"]).landed());
}

#[test]
fn a_token_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let jira = FakeJira::start(Duration::ZERO);
    let server = server(&jira.http.url, "cloud", "", &[]);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(server.path("token"), open).unwrap();
    let pushed = approved(&server, "PAY-1: x").push(&["main"]);
    pushed.refused_for(&["tracker-unavailable"]);
    assert!(pushed.seen().contains("chmod 600"), "{}", pushed.seen());
    assert!(jira.http.asked().is_empty());
}

#[test]
fn the_doctor_says_what_is_to_be_seen_and_what_to_mend() {
    let jira = FakeJira::start(Duration::ZERO);
    let keys = "approved_states = [\"Approved\", \"Signed\"]\napprover_field = \"customfield_7\"\n";
    let server = server(&jira.http.url, "data-center", keys, &[]);
    let doctor = || {
        let said = server.sockembot(&["doctor", "--config", &server.at("config.toml")]);
        let shown = crate::support::Shown::of(&said, server.home());
        (shown.code, shown.answer().replace(&jira.http.url, "URL"))
    };
    let (code, said) = doctor();
    let lines = said.lines().filter(|line| !line.contains(" ms")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines, @"
    config    DIR/config.toml: policy HASH, 1 [[protect]] table
    evidence  DIR/evidence.jsonl: 0 records, unbroken
    tracker   URL
              we are bot of Jira
              the project OPS: not to be seen
              the project PAY: there
              the field `customfield_7`: there
              the state `Approved`: there
              the state `Signed`: not to be seen

    to mend:
    - the project OPS is not there, or our account may not see it
    - the state `Signed` is not there, or our account may not see it
    ");
    assert_eq!(code, Some(1));
    server.edit("config.toml", "\"Approved\", \"Signed\"", "\"Approved\"");
    server.edit("config.toml", "\"PAY\", \"OPS\"", "\"PAY\"");
    let (code, said) = doctor();
    assert!(said.ends_with("nothing to mend\n"), "{said}");
    assert_eq!(code, Some(0));
    server.write("token", "");
    assert!(doctor().1.contains("the tracker's token is empty"), "{}", doctor().1);
}
