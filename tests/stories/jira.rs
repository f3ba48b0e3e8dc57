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
        let found = server.records("change")[0]["tickets"][0].clone();
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

/// A time as Jira writes it, so many minutes from now. An approval counts when it is given
/// after the commits were first shown.
fn minutes_from_now(minutes: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
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
        ana.show();
        let [now, later] = [0, 1].map(minutes_from_now);
        let history = |steps: &[(&str, &str, &str)]| {
            let steps = steps.iter().map(|(by, to, at)| step(by, to, at)).collect();
            jira.change(|state| {
                state.history.insert("PAY-2".to_owned(), steps);
            });
            ana.push(&["main"])
        };
        history(&[]).refused_for(&["missing-approval"]);
        // After the date that the commit gives itself, and before anybody could see it.
        history(&[("bob", "Approved", "2026-01-07T10:00:00.000+0000")])
            .refused_for(&["stale-approval"]);
        history(&[("ana", "Approved", &now)]).refused_for(&["self-approval"]);
        history(&[("bob", "Approved", &now), ("ana", "Draft", &later)])
            .refused_for(&["missing-approval"]);
        history(&[("eve", "Approved", &now)]).refused_for(&["unmatched-approver"]);
        history(&[("bob", "Approved", &now)]).accepted();
        assert_eq!(server.records("change").last().unwrap()["approvals"][0]["source"], "ticket");
    }
}

#[test]
fn a_history_that_is_cut_short_approves_nothing() {
    let jira = FakeJira::start(Duration::ZERO);
    jira.change(|state| {
        let step = step("bob", "Approved", "2026-01-07T10:00:00.000+0000");
        state.history.insert("PAY-2".to_owned(), vec![step]);
        state.cut = true;
    });
    let keys = "approved_states = [\"Approved\"]\n";
    let server = server(
        &jira.http.url,
        "data-center",
        keys,
        &[("from = [\"refs\"]", "from = [\"ticket\"]")],
    );
    let ana = server.clone_for("ana");
    ana.commit("PAY-2: x");
    let pushed = ana.push(&["main"]);
    pushed.refused_for(&["tracker-unavailable"]);
    assert!(pushed.seen().contains("whole `changelog`"), "{}", pushed.seen());
}

#[test]
fn a_user_field_and_a_service_desk_approve_as_well() {
    for (jira_keys, prepare) in
        [("approver_field = \"customfield_7\"\n", true), ("service_desk = true\n", false)]
    {
        let jira = FakeJira::start(Duration::ZERO);
        let now = jiff::Timestamp::now().as_millisecond();
        jira.change(|state| {
            if prepare {
                state.issues.get_mut("PAY-1").unwrap()["fields"]["customfield_7"] =
                    json!([user("bob")]);
                let mut change = step("eve", "x", &minutes_from_now(1));
                change["items"][0]["fieldId"] = json!("customfield_7");
                change["items"][0]["field"] = json!("Approvers");
                state.history.insert("PAY-1".to_owned(), vec![change]);
            } else {
                let yes = json!({"approver": user("bob"), "approverDecision": "approved"});
                let no = json!({"approver": user("eve"), "approverDecision": "pending"});
                let approval = json!({"finalDecision": "approved", "approvers": [yes, no],
                    "completedDate": {"epochMillis": now + 60_000}});
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
        ("or is of another kind of server", Box::new(|| Reply::status(404))),
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

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
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
    evidence  DIR/evidence.jsonl: 3 records, unbroken
    tracker   URL
              we are bot of Jira
              the project OPS: not to be seen
              the project PAY: there
              the field `customfield_7`: there
              the state `Approved`: there
              the state `Signed`: not to be seen
    trust     refs/heads/main, refs/heads/release/* and refs/tags/v* trust refs/heads/main

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

/// Each file has the answer to `bulkfetch`, and what the pusher is told of it.
#[test]
fn every_odd_answer_in_the_fixtures_is_told_for_what_it_is() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/jira");
    let mut paths: Vec<_> =
        std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 10);
    for path in paths {
        let fixture = std::fs::read_to_string(&path).unwrap();
        let fixture: serde_json::Value = serde_json::from_str(&fixture).unwrap();
        let answer = fixture["answer"].clone();
        let http = HttpServer::start(Duration::ZERO, move |asked| {
            let body = if asked.path.contains("myself") { user("bot") } else { answer.clone() };
            Reply::json(200, &body)
        });
        let server = server(&http.url, "cloud", "", &[]);
        let pushed = approved(&server, "PAY-1: x").push(&["main"]);
        let expected = fixture["expect"].as_str().unwrap();
        let name = path.display();
        assert!(!pushed.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{name}");
        if expected.is_empty() {
            assert!(pushed.landed(), "{name}: {}", pushed.seen());
            continue;
        }
        assert_eq!(pushed.codes(), ["tracker-unavailable"], "{name}: {}", pushed.seen());
        let flat = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(expected), "{name}: {expected:?} is not in:\n{}", pushed.seen());
    }
}

#[test]
fn a_wait_that_fits_the_deadline_is_waited() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let jira = FakeJira::start(Duration::ZERO);
    let state = jira.state;
    let http = HttpServer::start(Duration::ZERO, move |asked| {
        if asked.path.contains("bulkfetch")
            && first.swap(false, std::sync::atomic::Ordering::SeqCst)
        {
            let wait = ("Retry-After", "1".to_owned());
            return Reply::Text(429, "application/json", vec![wait], "{}".to_owned());
        }
        crate::support::fake_jira::answer(&state.lock().unwrap(), asked)
    });
    let server = server(&http.url, "cloud", "", &[]);
    let began = Instant::now();
    approved(&server, "PAY-1: x").push(&["main"]).accepted();
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_proxy_comes_from_the_config_and_never_from_the_environment() {
    let jira = FakeJira::start(Duration::ZERO);
    let state = jira.state.clone();
    let proxy = HttpServer::start(Duration::ZERO, move |asked| {
        let mut asked = asked.clone();
        // A proxy is asked by the whole URL.
        asked.path = asked.path.strip_prefix("http://tracker.invalid").unwrap().to_owned();
        crate::support::fake_jira::answer(&state.lock().unwrap(), &asked)
    });
    let keys = format!("insecure = true\nproxy = \"{}\"\n", proxy.url);
    let behind = server("http://tracker.invalid", "cloud", &keys, &[]);
    approved(&behind, "PAY-1: x").push(&["main"]).accepted();
    assert!(!proxy.asked().is_empty());

    let direct = server(&jira.http.url, "cloud", "", &[]);
    let ana = approved(&direct, "PAY-1: x");
    let nowhere = "http://127.0.0.1:1";
    let variables =
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, nowhere));
    ana.git_with(&["push", "origin", "main"], &variables).accepted();
}

#[test]
fn a_token_may_come_from_a_variable_of_the_server() {
    let jira = FakeJira::start(Duration::ZERO);
    let server = server(&jira.http.url, "cloud", "", &[]);
    server.edit("config.toml", "token_file = ", "token_env = \"JIRA_TOKEN\" # ");
    let ana = approved(&server, "PAY-1: x");
    let push = |token| ana.git_with(&["push", "origin", "main"], &[("JIRA_TOKEN", token)]);
    push("").refused_for(&["tracker-unavailable"]);
    push("from-the-server").accepted();
    let last = jira.http.asked().pop().unwrap();
    assert_eq!(last.authorization, "Basic Ym90OmZyb20tdGhlLXNlcnZlcg==");
}

/// A server with a certificate of our own authority, which passes everything on.
const TLS: &str = r#"
import http.server, ssl, sys, urllib.request, urllib.error
upstream = sys.argv[1]
class Pass(http.server.BaseHTTPRequestHandler):
    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        request = urllib.request.Request(upstream + self.path, body, dict(self.headers), method=self.command)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        data = answer.read()
        self.send_response(answer.getcode())
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    do_GET = do_POST = do
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pass)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

#[test]
fn a_certificate_is_verified_and_an_authority_of_one_s_own_can_be_named() {
    use std::io::BufRead as _;
    let jira = FakeJira::start(Duration::ZERO);
    let dir = tempfile::tempdir().unwrap();
    let shell = |script: &str| {
        let output =
            crate::support::hermetic("sh", dir.path()).args(["-ec", script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ours \
         -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign
         openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost
         printf 'subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > ext
         openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
         -extfile ext -out server.pem",
    );
    std::fs::write(dir.path().join("tls.py"), TLS).unwrap();
    let mut python = crate::support::hermetic("python3", dir.path());
    let python = python.args(["tls.py", &jira.http.url]).stdout(std::process::Stdio::piped());
    let mut daemon = python.spawn().unwrap();
    let mut port = String::new();
    std::io::BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let url = format!("https://127.0.0.1:{}", port.trim());

    let stranger = server(&url, "cloud", "", &[]);
    let pushed = approved(&stranger, "PAY-1: x").push(&["main"]);
    let ours = format!("ca_file = \"{}\"\n", dir.path().join("ca.pem").display());
    let known = server(&url, "cloud", &ours, &[]);
    let landed = approved(&known, "PAY-1: x").push(&["main"]);
    let _gone = daemon.kill();
    let _reaped = daemon.wait();

    pushed.refused_for(&["tracker-unavailable"]);
    assert!(pushed.seen().contains("can't be trusted"), "{}", pushed.seen());
    landed.accepted();
}
