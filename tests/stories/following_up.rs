//! What landed without approval, or unverified, is followed up: in time, late, or never.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::fake_forge::{Fault, Forge};
use crate::support::reviewed::Reviewed;
use crate::support::{BINARY, Clone, Server, Setup, Shown, hermetic};

const DAY: &str = "[emergency]\npeople = [\"ana\"]\n\n[people]";
const AT_ONCE: &str = "[emergency]\npeople = [\"ana\"]\nreview_within = \"1ms\"\n\n[people]";

const ACCEPT: (&str, &str) =
    ("mode = \"enforce\"", "mode = \"enforce\"\noutage = \"accept-and-follow-up\"");

fn server(emergency: &str) -> Server {
    with(emergency, &[])
}

fn with(emergency: &str, more: &[(&'static str, &str)]) -> Server {
    let mut config = vec![("[people]", emergency.to_owned())];
    config.extend(more.iter().map(|(from, to)| (*from, (*to).to_owned())));
    Server::with(Setup { config, ..Setup::default() })
}

fn followup(server: &Server, args: &[&str]) -> Shown {
    let config = server.at("config.toml");
    let all = [&["followup", "--config", &config][..], args].concat();
    Shown::of(&server.sockembot(&all), server.home())
}

/// Runs the follow-up; what it says, with the times made alike.
fn said(server: &Server) -> (Option<i32>, String) {
    let shown = followup(server, &[]);
    (shown.code, times(&format!("{}{}", shown.answer(), shown.seen())))
}

fn times(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        let digits = word.trim_end().bytes().filter(u8::is_ascii_digit).count();
        let is_date = word.starts_with("20") && word.matches('-').count() == 2 && digits == 8;
        let is_time = word.trim_end().len() == 5 && word.matches(':').count() == 1 && digits == 4;
        let alike = if is_date {
            "DATE"
        } else if is_time {
            "TIME"
        } else {
            word.trim_end()
        };
        out.push_str(alike);
        out.push_str(&word[word.trim_end().len()..]);
    }
    out
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn emergency(clone: &Clone, to: &str) -> Shown {
    clone.push(&["-o", "emergency=INC-7: why", &format!("HEAD:refs/heads/{to}")])
}

/// The kinds of what was followed up, in the order of the records.
fn kinds(server: &Server) -> Vec<String> {
    let kind = |record: &Value| record["kind"].as_str().unwrap().to_owned();
    server.records("followup").iter().map(kind).collect()
}

/// The kinds that are not about tickets.
fn reviews(server: &Server) -> Vec<String> {
    kinds(server).into_iter().filter(|kind| !kind.starts_with("ticket")).collect()
}

/// Sets back all clocks of the evidence by so many hours, as if it had been written then.
fn age(server: &Server, hours: i64) {
    let mut prev = "0".repeat(64);
    let mut text = String::new();
    let before = server.read("evidence.jsonl");
    for (line, record) in before.lines().zip(server.evidence()) {
        let mut line = line.replacen(record["prev"].as_str().unwrap(), &prev, 1);
        for time in [Some(&record["time"]), record.pointer("/emergency/due")].into_iter().flatten()
        {
            let time = time.as_str().unwrap();
            let then: jiff::Timestamp = time.parse().unwrap();
            let then = then - jiff::SignedDuration::from_hours(hours);
            line = line.replace(&format!("\"{time}\""), &format!("\"{then:.3}\""));
        }
        prev = Sha256::digest(&line).iter().map(|b| format!("{b:02x}")).collect();
        text.push_str(&line);
        text.push('\n');
    }
    server.write("evidence.jsonl", &text);
    server.forget_index();
}

#[test]
fn a_review_in_time_closes_an_emergency_and_is_recorded_once() {
    let server = server(DAY);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    assert_eq!(said(&server), (Some(0), String::new()));
    bob.approve(&id);
    let (code, text) = said(&server);
    assert_eq!(code, Some(0));
    assert_snapshot!(text, @"
    reviewed  #3 main of app, pushed by ana: by bob at DATE TIME UTC
    evidence #7 HASH
    ");
    let record = &server.records("followup")[0];
    assert_eq!((&record["of"], &record["kind"]), (&3.into(), &"emergency-reviewed".into()));
    assert_eq!((&record["by"], &record["late"]), (&"bob".into(), &false.into()));
    assert_eq!(record["source"], "refs/approvals/main/bob");
    assert_eq!(record["due"], server.records("change")[0]["emergency"]["due"]);
    assert_eq!(record["at"], server.records("approval")[0]["time"]);
    for _ in 0..2 {
        assert_eq!(said(&server), (Some(0), String::new()));
    }
    assert_eq!(kinds(&server), ["emergency-reviewed"]);
}

#[test]
fn an_overdue_review_is_said_each_time_and_blocks_until_it_is_done_late() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert_snapshot!(text.replace(&id, "ID"), @"
    overdue   #3 main of app, pushed by ana: the review was due by
              DATE TIME UTC; nobody has approved
              whoever neither wrote nor pushed it reads it, and runs
              `git fetch origin && git push origin +ID:refs/approvals/main/LOGIN`
    evidence #5 HASH
    ");
    let (code, again) = said(&server);
    assert_eq!(code, Some(1));
    assert!(text.starts_with(&again), "{again}");
    assert_eq!(kinds(&server), ["emergency-overdue"]);
    ana.commit("PAY-1: y");
    emergency(&ana, "main").refused_for(&["overdue-review", "missing-approval"]);
    bob.approve(&id);
    let (code, text) = said(&server);
    assert_eq!(code, Some(0));
    assert_snapshot!(text, @"
    reviewed  #3 main of app, pushed by ana: by bob at DATE TIME UTC,
              which was late
    evidence #9 HASH
    ");
    assert_eq!(kinds(&server), ["emergency-overdue", "emergency-reviewed"]);
    assert_eq!(server.records("followup")[1]["late"], true);
    emergency(&ana, "main").accepted();
}

#[test]
fn whoever_had_a_part_in_it_can_t_review_it() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x\n\nCo-authored-by: Bob <bob@example.com>\n");
    emergency(&ana, "main").accepted();
    ana.approve(&id);
    bob.approve(&id);
    server.clone_for("robot").approve(&id);
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert!(flat(&text).contains("ana approved, but also pushes this"), "{text}");
    server.clone_for("carol").approve(&id);
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(server.records("followup").last().unwrap()["by"], "carol");
}

#[test]
fn a_review_is_of_the_commit_that_landed_and_for_the_branch_that_it_landed_on() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let first = ana.commit("PAY-1: x");
    let second = ana.commit("PAY-1: y");
    emergency(&ana, "main").accepted();
    bob.approve_for("release/1", &second);
    bob.approve(&first);
    assert_eq!(said(&server).0, Some(1));
    bob.approve(&second);
    assert_eq!(said(&server).0, Some(0));
}

#[test]
fn an_approval_that_moved_on_to_the_next_emergency_still_counts() {
    let server = server(DAY);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let first = ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    let second = ana.commit("PAY-1: y");
    emergency(&ana, "main").accepted();
    bob.approve(&first);
    bob.approve(&second);
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(kinds(&server), ["emergency-reviewed", "emergency-reviewed"]);
    assert_eq!(server.records("followup")[0]["at"], server.records("approval")[0]["time"]);
}

#[test]
fn an_approval_that_was_withdrawn_or_came_around_the_hook_is_none() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    bob.approve(&id);
    bob.push(&[":refs/approvals/main/bob"]).accepted();
    server.git(&["update-ref", "refs/approvals/main/carol", &id]);
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert!(flat(&text).contains("nobody has approved"), "{text}");
    bob.approve(&id);
    assert_eq!(said(&server).0, Some(0));
}

#[test]
fn a_branch_that_began_with_an_emergency_is_followed_up() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    emergency(&ana, "release/1").accepted();
    assert_eq!(said(&server).0, Some(1));
    bob.approve_for("release/1", &id);
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(reviews(&server), ["emergency-overdue", "emergency-reviewed"]);
}

#[test]
fn a_branch_that_was_rewritten_on_the_server_takes_no_review_away() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    server.git(&["update-ref", "refs/heads/main", "main~1"]);
    assert_eq!(said(&server).0, Some(1));
    bob.git(&["fetch", "-q", ana.path().to_str().unwrap(), "main"]);
    bob.approve(&id);
    // That it was rewritten is another matter.
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert!(flat(&text).contains("it was moved around the hook"), "{text}");
    server.accept("refs/heads/main");
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(reviews(&server), ["emergency-overdue", "emergency-reviewed"]);
}

#[test]
fn a_repository_that_is_gone_is_unclear_until_an_admin_says_why() {
    let server = server(AT_ONCE);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    server.rename("app.git", "../gone");
    let (code, text) = said(&server);
    assert_eq!(code, Some(70));
    assert_snapshot!(text, @"
    unclear   #3 main of app, pushed by ana: the repository app is not below
              DIR
              if nobody can mend that:
              `sockembot followup --dismiss 3 --reason WHY`
    ");
    assert_eq!(kinds(&server), [""; 0]);
    for (args, words) in [
        (&["--dismiss", "3"][..], "--reason"),
        (&["--dismiss", "3", "--reason", " . "], "expected a reason"),
        (&["--dismiss", "2", "--reason", "x"], "nothing is open about record #2"),
    ] {
        let wrong = followup(&server, args);
        assert!(!wrong.landed() && wrong.stderr.contains(words), "{}", wrong.stderr);
    }
    let done = followup(&server, &["--dismiss", "3", "--reason", "the project\u{1b}[2J has ended"]);
    assert_snapshot!(done.answer(), @"#3 is off the list, and on record as dismissed: evidence #5 HASH");
    let record = &server.records("followup")[0];
    assert_eq!((&record["of"], &record["kind"]), (&3.into(), &"dismissed".into()));
    assert_eq!(record["why"], "the project\\u{1b}[2J has ended");
    assert_eq!(said(&server), (Some(0), String::new()));
}

#[test]
fn what_was_let_in_and_never_landed_needs_no_review() {
    let server = server(AT_ONCE);
    let ana = server.clone_for("ana");
    server.program("app.git/hooks/update", "#!/bin/sh\nexit 1\n");
    ana.commit("PAY-1: x");
    assert!(!emergency(&ana, "main").landed());
    assert_eq!(server.records("change")[0]["decision"], "allow");
    // Git may still be about to write it.
    assert_eq!(said(&server), (Some(0), String::new()));
    age(&server, 2);
    let (code, text) = said(&server);
    assert_eq!(code, Some(0));
    assert!(text.contains("it has not landed"), "{text}");
    assert_eq!(kinds(&server), ["never-landed"]);
    std::fs::remove_file(server.path("app.git/hooks/update")).unwrap();
    emergency(&ana, "main").accepted();
}

#[test]
fn an_approver_whom_the_config_knows_only_later_has_reviewed_all_the_same() {
    let server = server(AT_ONCE);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let home =
        [("GIT_AUTHOR_EMAIL", "ana@home.example"), ("GIT_COMMITTER_EMAIL", "ana@home.example")];
    let id = ana.commit_with("PAY-1: x", &home);
    emergency(&ana, "main").accepted();
    bob.approve(&id);
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert!(flat(&text).contains("might be the contributor ana@home.example"), "{text}");
    let person = "\n[[people.person]]\nname = \"Ana\"\nemails = [\"ana@home.example\"]\nlogins = [\"ana\"]\n";
    let config = server.read("config.toml");
    server.write("config.toml", &format!("{config}{person}"));
    assert_eq!(said(&server).0, Some(0));
}

#[test]
fn a_config_that_asks_for_less_since_does_not_stand_in_for_a_review() {
    let server = server(AT_ONCE);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    server.edit("config.toml", "required = 1", "required = 0");
    assert_eq!(said(&server).0, Some(1));
    server.edit("config.toml", "refs = [\"refs/heads/main\", ", "refs = [");
    assert_eq!(said(&server).0, Some(1));
}

#[test]
fn a_tracker_that_is_away_makes_nothing_overdue_that_may_stand_on_the_ticket() {
    let server = with(AT_ONCE, &[("from = [\"refs\"]", "from = [\"refs\", \"ticket\"]")]);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    std::fs::rename(server.path("tickets.toml"), server.path("away.toml")).unwrap();
    let (code, text) = said(&server);
    assert_eq!(code, Some(70));
    assert!(text.starts_with("unclear   #3 main of app, pushed by ana: PAY-1 was not"), "{text}");
    assert_eq!(kinds(&server), [""; 0]);
    std::fs::rename(server.path("away.toml"), server.path("tickets.toml")).unwrap();
    assert_eq!(said(&server).0, Some(1));
    assert_eq!(kinds(&server), ["emergency-overdue"]);
    // What was said before anybody had seen the change is said of something else.
    let approval = "\n[[ticket.approval]]\nby = \"bob\"\nat = AT\n\n[[ticket]]\nkey = \"PAY-2\"";
    let at = "2026-03-01T09:00:00Z";
    server.edit("tickets.toml", "\n[[ticket]]\nkey = \"PAY-2\"", &approval.replace("AT", at));
    assert_eq!(said(&server).0, Some(1));
    server.edit("tickets.toml", at, &jiff::Timestamp::now().to_string());
    assert_eq!(said(&server).0, Some(0));
    let record = server.records("followup").pop().unwrap();
    assert_eq!((&record["source"], &record["by"]), (&"PAY-1".into(), &"bob".into()));
}

/// A server that lets land what it can't verify, with a change that it could not.
fn unverified(commit: &str) -> Server {
    let server = with(DAY, &[ACCEPT]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit(commit, &bob);
    std::fs::rename(server.path("tickets.toml"), server.path("away.toml")).unwrap();
    ana.push(&["main"]).accepted();
    let record = server.records("change").pop().unwrap();
    assert_eq!((&record["class"], &record["finding"]), (&"unverified".into(), &"unknown".into()));
    assert_eq!(said(&server).0, Some(70));
    assert_eq!(kinds(&server), [""; 0]);
    std::fs::rename(server.path("away.toml"), server.path("tickets.toml")).unwrap();
    server
}

#[test]
fn what_landed_while_the_tracker_was_away_is_verified_when_it_is_back() {
    let server = unverified("PAY-1: x");
    let (code, text) = said(&server);
    assert_eq!(code, Some(0));
    assert_snapshot!(text, @"
    verified  #5 main of app, pushed by ana: 1 ticket answered for, and
              every rule is kept
    evidence #7 HASH
    ");
    assert_eq!(kinds(&server), ["verified"]);
    assert_eq!(said(&server), (Some(0), String::new()));
}

#[test]
fn what_turns_out_to_break_a_rule_stays_on_the_list_until_it_is_mended() {
    let server = unverified("PAY-99: x");
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert_snapshot!(text, @"
    broken    #5 main of app, pushed by ana: it landed unverified;
              no-such-ticket: there is no ticket PAY-99
              if nobody can mend that:
              `sockembot followup --dismiss 5 --reason WHY`
    evidence #7 HASH
    ");
    assert_eq!(said(&server).0, Some(1));
    assert_eq!(kinds(&server), ["still-unverified"]);
    let why = &server.records("followup")[0]["why"];
    assert_eq!(why, "no-such-ticket: there is no ticket PAY-99");
    let tickets = server.read("tickets.toml");
    server.write("tickets.toml", &tickets.replace("PAY-2", "PAY-99"));
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(kinds(&server), ["still-unverified", "verified"]);
}

#[test]
fn a_ticket_that_was_closed_after_the_change_had_landed_was_open_then() {
    for (closed, code, found) in [
        ("2099-01-01T00:00:00Z", 0, &["ticket-closed", "verified"][..]),
        ("2026-01-05T09:30:00Z", 1, &["still-unverified", "ticket-closed-early"]),
        // Nobody knows.
        ("true", 70, &["ticket-closed"]),
    ] {
        let server = unverified("PAY-1: x");
        let state = format!("state = \"Done\"\nclosed = {closed}");
        server.edit("tickets.toml", "state = \"In Progress\"", &state);
        assert_eq!(said(&server).0, Some(code), "{closed}");
        let mut kinds = kinds(&server);
        kinds.sort();
        assert_eq!(kinds, found, "{closed}");
    }
}

#[test]
fn a_ticket_that_closed_too_early_or_stays_open_for_long_is_noted_once() {
    let server = server(DAY);
    let more = "\n[followup]\nopen_for = \"3h\"\n";
    let config = server.read("config.toml");
    server.write("config.toml", &format!("{config}{more}"));
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("PAY-1: x");
    ana.approved_commit("PAY-2: y", &bob);
    ana.push(&["main"]).accepted();
    assert_eq!(said(&server), (Some(0), String::new()));
    server.edit(
        "tickets.toml",
        "state = \"Approved\"",
        "state = \"Done\"\nclosed = 2026-01-05T11:00:00Z",
    );
    age(&server, 4);
    let (code, text) = said(&server);
    assert_eq!(code, Some(0));
    assert_snapshot!(text, @"
    note      #6 main of app: PAY-1 is still open (In Progress), and it
              landed at DATE TIME UTC
    note      #6 main of app: PAY-2 had been closed at DATE TIME UTC
              when it landed at DATE TIME UTC
    evidence #8-#9 HASH
    ");
    assert_eq!(kinds(&server), ["ticket-still-open", "ticket-closed-early"]);
    let tickets: Vec<Value> =
        server.records("followup").iter().map(|record| record["ticket"].clone()).collect();
    assert_eq!(tickets, ["PAY-1", "PAY-2"]);
    assert_eq!(server.records("followup")[1]["at"], "2026-01-05T11:00:00.000Z");
    assert_eq!(said(&server), (Some(0), String::new()));
}

#[test]
fn one_repository_can_be_asked_about_alone() {
    let server = server(AT_ONCE);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    emergency(&ana, "main").accepted();
    server.git(&["clone", "-q", "--bare", ".", &server.at("other.git")]);
    let unguarded = followup(&server, &[&server.at("other.git")]);
    assert!(unguarded.stdout.contains("1 governed repository with no record: other"));
    assert_eq!(unguarded.code, Some(1));
    let install = ["install", "--config", &server.at("config.toml"), &server.at("other.git")];
    assert!(server.sockembot(&install).status.success());
    assert_eq!(followup(&server, &[&server.at("other.git")]).code, Some(0));
    assert_eq!(kinds(&server), [""; 0]);
    assert_eq!(followup(&server, &[&server.repo()]).code, Some(1));
    assert_eq!(followup(&server, &["--root", &server.root()]).code, Some(1));
    assert_eq!(followup(&server, &["/no/such/place"]).code, Some(70));
    let within = followup(&server, &["--root", ana.path().to_str().unwrap()]);
    assert_eq!(within.code, Some(70), "{}{}", within.stdout, within.stderr);
}

#[test]
fn many_at_once_beside_pushes_record_nothing_twice() {
    let server = server(DAY);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    for _ in 0..3 {
        let id = ana.commit("PAY-1: x");
        emergency(&ana, "main").accepted();
        bob.approve(&id);
    }
    let config = server.at("config.toml");
    let start = || -> std::process::Child {
        let mut command: Command = hermetic(BINARY, server.home());
        command.args(["followup", "--config", &config]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    let mut children: Vec<_> = (0..6).map(|_| start()).collect();
    ana.commit("PAY-1: y");
    emergency(&ana, "main").accepted();
    let codes: Vec<_> = children.iter_mut().map(|child| child.wait().unwrap().code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| [Some(0), Some(70)].contains(code)), "{codes:?}");
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(kinds(&server), ["emergency-reviewed"; 3]);
    let of: std::collections::BTreeSet<String> =
        server.records("followup").iter().map(|record| record["of"].to_string()).collect();
    assert_eq!(of.len(), 3);
}

/// An emergency is one too where the approval would be a review: then the forge is not
/// waited for, and the review is looked for at the forge.
#[test]
fn an_emergency_does_not_wait_for_the_forge_and_its_review_is_looked_for_there() {
    let at = Reviewed::configured(Forge::github(), &[("[people]", AT_ONCE)]);
    at.server.git(&["config", "receive.advertisePushOptions", "true"]);
    for who in ["ana", "bob", "eve"] {
        at.forge.person(who).emails(&[&format!("{who}@example.com")]);
    }
    let app = format!("acme/app={}", at.server.repo());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head);
    let ana = at.merge("ana", &head);
    at.forge.fault("", Fault::Status(500));
    at.push(&ana, &["main"]).refused_for(&["reviews-unavailable"]);
    at.push(&ana, &["-o", "emergency=INC-7: why", "main"]).accepted();
    let record = at.server.records("change").pop().unwrap();
    assert_eq!(record["class"], "emergency");
    let unclear = followup(&at.server, &[&app]);
    assert_eq!(unclear.code, Some(70), "{}", unclear.stdout);
    assert_eq!(kinds(&at.server), [""; 0]);
    at.forge.heal();
    let overdue = followup(&at.server, &[&app]);
    assert_eq!(overdue.code, Some(1), "{}", overdue.stdout);
    // Eve wrote it, and Ana pushed it.
    at.forge.request(7).merged(&ana.head()).approved("ana", &head).approved("eve", &head);
    assert_eq!(followup(&at.server, &[&app]).code, Some(1));
    at.forge.request(7).approved("bob", &head);
    let done = followup(&at.server, &[&app]);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert_eq!(kinds(&at.server), ["emergency-overdue", "emergency-reviewed"]);
    let record = at.server.records("followup").pop().unwrap();
    assert_eq!(record["by"], "bob");
    assert!(record["source"].as_str().unwrap().ends_with("/acme/app/pull/7"), "{record}");
}

/// The tracker may be what the emergency is about.
#[test]
fn an_emergency_while_the_tracker_is_away_waits_for_both() {
    let server = with(AT_ONCE, &[ACCEPT]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    std::fs::rename(server.path("tickets.toml"), server.path("away.toml")).unwrap();
    ana.push(&["main"]).refused_for(&["tracker-unavailable", "missing-approval"]);
    let pushed = emergency(&ana, "main");
    pushed.accepted();
    assert_eq!(pushed.codes(), ["emergency", "tracker-unavailable"]);
    let record = server.records("change").pop().unwrap();
    assert_eq!(record["class"], "unverified");
    assert_eq!(record["emergency"]["incident"], "INC-7");
    let (code, text) = said(&server);
    assert_eq!(code, Some(1));
    assert!(text.contains("unclear ") && text.contains("overdue "), "{text}");
    assert_eq!(kinds(&server), ["emergency-overdue"]);
    std::fs::rename(server.path("away.toml"), server.path("tickets.toml")).unwrap();
    assert_eq!(said(&server).0, Some(1));
    assert_eq!(kinds(&server), ["emergency-overdue", "verified"]);
    bob.approve(&id);
    assert_eq!(said(&server).0, Some(0));
    assert_eq!(kinds(&server)[2..], ["emergency-reviewed"]);
}

#[test]
fn what_landed_without_a_request_is_reviewed_by_a_ref_where_only_reviews_count() {
    let at = Reviewed::configured(Forge::github(), &[("[people]", AT_ONCE)]);
    at.server.git(&["config", "receive.advertisePushOptions", "true"]);
    let app = format!("acme/app={}", at.server.repo());
    let ana = at.server.clone_for("ana");
    let id = ana.commit("PAY-1: round half up");
    let pushed = at.push(&ana, &["-o", "emergency=INC-7: why", "main"]);
    pushed.accepted();
    let command = format!("+{id}:refs/approvals/main/LOGIN");
    assert!(pushed.digest().contains("request or runs"), "{}", pushed.seen());
    assert!(pushed.digest().contains(&command), "{}", pushed.seen());
    assert_eq!(followup(&at.server, &[&app]).code, Some(1));
    let bob = at.server.clone_for("bob");
    at.push(&bob, &[&command[..].replace("LOGIN", "bob")]).accepted();
    assert_eq!(followup(&at.server, &[&app]).code, Some(0));
    assert_eq!(kinds(&at.server), ["emergency-overdue", "emergency-reviewed"]);
}
