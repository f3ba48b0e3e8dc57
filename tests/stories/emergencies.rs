//! An emergency: who may land what nobody has approved, what is asked all the same, and what follows.

use insta::assert_snapshot;

use crate::support::{Clone, Server, Setup, Shown};

const LISTED: &str = "\n[emergency]\npeople = [\"ana\", \"carol\"]\ntypes = [\"Incident\"]\n";

fn server() -> Server {
    with(vec![])
}

fn with(config: Vec<(&'static str, String)>) -> Server {
    let is_listed = config.iter().any(|(_, text)| text.contains("[emergency]"));
    let more = if is_listed { String::new() } else { LISTED.to_owned() };
    let server = Server::with(Setup { config, more, ..Setup::default() });
    let tickets = server.read("tickets.toml");
    let incident = "[[ticket]]\nkey = \"OPS-1\"\ntitle = \"The gateway is down\"\n\
                    state = \"In Progress\"\ntype = \"Incident\"\ncreated = 2026-01-05T09:00:00Z\n";
    server.write("tickets.toml", &format!("{tickets}\n{incident}"));
    server
}

/// A server on which each review is overdue at once.
fn hasty() -> Server {
    with(vec![(
        "[people]",
        "[emergency]\npeople = [\"ana\"]\nreview_within = \"1ms\"\n[people]".to_owned(),
    )])
}

/// Pushes HEAD to main, with push options.
fn push(clone: &Clone, options: &[&str]) -> Shown {
    let options: Vec<String> =
        options.iter().map(|option| format!("--push-option={option}")).collect();
    let options = options.iter().map(String::as_str);
    clone.push(&options.chain(["HEAD:refs/heads/main"]).collect::<Vec<_>>())
}

fn rule(record: &serde_json::Value, id: &str) -> serde_json::Value {
    let rules = record["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["id"] == id).cloned().unwrap_or_default()
}

#[test]
fn who_is_listed_lands_what_nobody_has_approved_loud_and_on_record() {
    let server = server();
    let ana = server.clone_for("ana");
    let id = ana.commit("PAY-1: take the gateway out");
    let pushed = push(&ana, &["ci.skip", "emergency=INC-7: the card gateway is down"]);
    pushed.accepted();
    let due = server.records("change")[0]["emergency"]["due"].as_str().unwrap().to_owned();
    let shown = format!("{} {} UTC", &due[..10], &due[11..16]);
    assert_snapshot!(pushed.digest().replace(&shown, "DUE").replace(&id, "ID"), @"
    warning[emergency]: 1 commit to main lands without approval: INC-7: the
      card gateway is down
    hint: a review is due by DUE; while it is overdue, no
    hint:   other emergency is accepted here
    hint: whoever neither wrote nor pushed it reads it, and runs
    hint:   `git fetch origin && git push origin +ID:refs/approvals/main/LOGIN`
      PAY-1  Round half up in invoices  In Progress  nobody yet  1 commit
    policy HASH, evidence #3 HASH, pushed by ana (REMOTE_USER)
    ");
    let record = &server.records("change")[0];
    assert_eq!((&record["class"], &record["decision"]), (&"emergency".into(), &"allow".into()));
    assert_eq!(record["finding"], "compliant");
    assert_eq!(record["emergency"]["reason"], "INC-7: the card gateway is down");
    assert_eq!(record["emergency"]["incident"], "INC-7");
    assert_eq!(rule(record, "missing-approval")["result"], "waived");
    assert!(rule(record, "missing-approval")["detail"].as_str().unwrap().contains("ana"));
    assert_eq!(rule(record, "missing-ticket")["result"], "pass");
}

#[test]
fn who_is_not_listed_is_told_and_nothing_lands() {
    let server = server();
    let (bob, ana) = (server.clone_for("bob"), server.clone_for("ana"));
    let id = bob.commit("PAY-1: x");
    let refused = push(&bob, &["emergency=INC-7: why"]);
    refused.refused_for(&["unlisted-emergency", "missing-approval"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[unlisted-emergency]: bob calls this an emergency, and is not
      listed for that
    hint: ask ana or carol to push it
    hint: push without `-o emergency`, once somebody has approved

    error[missing-approval]: nobody has approved
      11227498 PAY-1: x
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +11227498eaffabbc21ccc057a84a20292f27290e:refs/approvals/main/LOGIN`

    policy HASH, evidence #3 HASH, pushed by bob (REMOTE_USER)
    ");
    assert!(server.records("change")[0]["emergency"].is_null());
    // Nor is it a silent push like any other once it has been approved.
    bob.show();
    ana.approve(&id);
    push(&bob, &["emergency=INC-7: why"]).refused_for(&["unlisted-emergency"]);
    push(&bob, &[]).accepted();
}

#[test]
fn a_name_in_a_commit_lists_nobody() {
    let server = server();
    let bob = server.clone_for("bob");
    let ana = [("GIT_AUTHOR_EMAIL", "ana@example.com"), ("GIT_COMMITTER_EMAIL", "ana@example.com")];
    bob.commit_with("PAY-1: x", &ana);
    push(&bob, &["emergency=INC-7: why"]).refused_for(&["unlisted-emergency", "missing-approval"]);
}

#[test]
fn only_the_approval_is_waived() {
    let server = server();
    let ana = server.clone_for("ana");
    for (message, codes) in [
        ("no ticket", &["missing-ticket"][..]),
        ("PAY-7: x", &["closed-ticket"]),
        ("PAY-3: x", &["wrong-state"]),
        ("PAY-99: x", &["no-such-ticket"]),
        ("OPS-9: x", &["late-ticket"]),
    ] {
        ana.renew();
        ana.commit(message);
        push(&ana, &["emergency=INC-7: why"]).refused_for(codes);
    }
    ana.renew();
    ana.commit("PAY-1: x");
    push(&ana, &["emergency=INC-7: why"]).accepted();
    ana.git(&["commit", "-q", "--amend", "-m", "PAY-1: y"]);
    ana.push(&["-f", "-o", "emergency=INC-7: why", "main"]).refused_for(&["rewritten-branch"]);
    ana.push(&["-o", "emergency=INC-7: why", ":main"]).refused_for(&["deleted-ref"]);
    ana.push(&["-o", "emergency=x1", "HEAD:refs/approvals/main/bob"])
        .refused_for(&["forged-approval"]);
}

#[test]
fn what_can_t_be_read_as_a_reason_refuses_the_push() {
    let server = server();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let long = format!("emergency={}", "x".repeat(60_000));
    for options in [
        &["emergency"][..],
        &["emergency="],
        &["emergency= .. "],
        &["emergency=a", "emergency=b"],
        &[&long],
    ] {
        push(&ana, options).refused_for(&["malformed-emergency", "missing-approval"]);
    }
    assert_snapshot!(push(&ana, &["emergency=a", "Emergency=b"]).digest(), @r#"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[malformed-emergency]: the push option `emergency` is given twice
    hint: say it once, as in `git push -o emergency="INC-7: why"`

    error[missing-approval]: nobody has approved
      769f4e2e PAY-1: x
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +769f4e2eb531c5dc570b9ba88d0630c06b868753:refs/approvals/main/LOGIN`

    policy HASH, evidence #8 HASH, pushed by ana (REMOTE_USER)
    "#);
}

#[test]
fn a_count_that_is_not_true_is_found_out() {
    let server = server();
    let ana = server.clone_for("ana");
    let id = ana.commit("PAY-1: x");
    ana.show();
    let old = server.tip("refs/heads/main");
    let line = format!("{old} {id} refs/heads/main\n");
    for (count, words) in [("3", "GIT_PUSH_OPTION_1 is not set"), ("x", "not the number")] {
        let options = [("GIT_PUSH_OPTION_COUNT", count), ("GIT_PUSH_OPTION_0", "emergency=why")];
        let said = server.hook_with("ana", line.as_bytes(), &options);
        assert_eq!(said.status.code(), Some(1));
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("malformed-emergency") && flat.contains(words), "{said}");
    }
}

#[test]
fn a_reason_full_of_escapes_does_no_harm_on_any_terminal_or_in_the_record() {
    let server = server();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let pushed = push(&ana, &["emergency=INC-7 \u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\r"]);
    pushed.accepted();
    assert!(!pushed.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{:?}", pushed.stderr);
    assert!(!server.read("evidence.jsonl").contains("\\u001b"));
    let reason = server.records("change")[0]["emergency"]["reason"].clone();
    assert_eq!(reason, "INC-7 \\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{202e}");
}

#[test]
fn a_push_that_complies_anyway_is_no_emergency() {
    let server = server();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    let pushed = push(&ana, &["emergency=INC-7: why"]);
    pushed.accepted();
    assert_snapshot!(pushed.digest(), @"
    success: 1 commit to main complies, about to ship:
      PAY-1  Round half up in invoices  In Progress  bob  1 commit
    main complies as it is, so this is not on record as an emergency
    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
    let record = &server.records("change")[0];
    assert_eq!((&record["class"], &record["emergency"]), (&"standard".into(), &().into()));
}

#[test]
fn a_ticket_of_the_listed_type_makes_an_emergency_of_what_names_it_and_of_nothing_else() {
    let server = server();
    let ana = server.clone_for("ana");
    ana.commit("OPS-1: take the gateway out");
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    let said = pushed.digest().split_whitespace().collect::<Vec<_>>().join(" ");
    let begins =
        "warning[emergency]: 1 commit to main lands without approval: OPS-1: The gateway is";
    assert!(said.starts_with(begins), "{said}");
    let record = &server.records("change")[0];
    assert_eq!(record["class"], "emergency");
    assert_eq!(record["emergency"]["incident"], "OPS-1");
    assert_eq!(record["emergency"]["ground"]["ticket"], "OPS-1");
    ana.commit("OPS-1: mend it");
    ana.commit("PAY-1: and by the way");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn a_ticket_of_the_listed_type_is_nothing_special_to_others() {
    let server = server();
    let (bob, ana) = (server.clone_for("bob"), server.clone_for("ana"));
    let id = bob.commit("OPS-1: x");
    bob.push(&["main"]).refused_for(&["unlisted-emergency", "missing-approval"]);
    bob.show();
    ana.approve(&id);
    let pushed = bob.push(&["main"]);
    pushed.accepted();
    assert_eq!(pushed.codes(), [""; 0]);
}

#[test]
fn without_a_list_there_are_no_emergencies() {
    let server = Server::new();
    server.git(&["config", "receive.advertisePushOptions", "true"]);
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let refused = push(&ana, &["emergency=INC-7: why"]);
    refused.refused_for(&["unlisted-emergency", "missing-approval"]);
    assert!(refused.digest().contains("takes none"), "{}", refused.seen());
}

#[test]
fn where_nothing_is_governed_the_option_is_nobody_s_business() {
    let server = with(vec![("repos = [\"*\"]", "repos = [\"other\"]".to_owned())]);
    let bob = server.clone_for("bob");
    bob.commit("x");
    let pushed = push(&bob, &["emergency", "emergency=x"]);
    pushed.accepted();
    assert_eq!(pushed.digest(), "");
    assert!(server.evidence().is_empty());
}

/// The due time is a millisecond away: whatever comes next is too late.
#[test]
fn while_a_review_is_overdue_no_other_emergency_is_accepted_there() {
    let server = hasty();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let first = ana.commit("PAY-1: x");
    push(&ana, &["emergency=INC-7: why"]).accepted();
    let second = ana.commit("PAY-1: y");
    let refused = push(&ana, &["emergency=INC-8: again"]);
    refused.refused_for(&["overdue-review", "missing-approval"]);
    let due = &server.records("change")[0]["emergency"]["due"];
    let due = due.as_str().unwrap();
    let shown = format!("{} {} UTC", &due[..10], &due[11..16]);
    assert_snapshot!(refused.digest().replace(&shown, "DUE").replace(&first, "FIRST"), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[overdue-review]: the review of emergency #3 on main, pushed by
      ana, was due by DUE; until it is done no other one is
      accepted
    hint: whoever neither wrote nor pushed it reads it, and runs
    hint:   `git fetch origin && git push origin +FIRST:refs/approvals/main/LOGIN`
    hint: then ask #platform-help to run `sockembot followup`

    error[missing-approval]: nobody has approved
      7da2e178 PAY-1: y
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +7da2e1787529914288fb8db9386a0bcd5d8a0504:refs/approvals/main/LOGIN`

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
    let record = server.records("change")[1].clone();
    assert_eq!((&record["class"], &record["emergency"]), (&"standard".into(), &().into()));
    // Whatever was approved lands as ever, and the index is only an index.
    ana.show();
    bob.approve(&second);
    push(&ana, &["emergency=INC-8: again"]).accepted();
    ana.commit("PAY-1: z");
    for damage in ["", "{}", "{\"mark\":null,\"open\":[]}", "\0"] {
        server.write("evidence.jsonl.unreviewed", damage);
        push(&ana, &["emergency=INC-9"]).refused_for(&["overdue-review", "missing-approval"]);
    }
    std::fs::remove_file(server.path("evidence.jsonl.unreviewed")).unwrap();
    push(&ana, &["emergency=INC-9"]).refused_for(&["overdue-review", "missing-approval"]);
}

#[test]
fn a_branch_may_begin_with_an_emergency() {
    let server = server();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let pushed = ana.push(&["-o", "emergency=INC-7: why", "main:refs/heads/release/1"]);
    pushed.accepted();
    let record = &server.records("change")[0];
    assert_eq!((&record["class"], &record["op"]), (&"emergency".into(), &"create".into()));
    assert_eq!(record["commits"]["count"], 1);
}

#[test]
fn on_trial_an_emergency_is_on_record_as_one_and_a_wrong_one_is_a_warning() {
    let server = with(vec![("mode = \"enforce\"", "mode = \"monitor\"".to_owned())]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("PAY-1: x");
    push(&ana, &["emergency=INC-7: why"]).accepted();
    bob.renew();
    bob.commit("PAY-1: x");
    let pushed = push(&bob, &["emergency=INC-7: why"]);
    pushed.accepted();
    assert_eq!(pushed.codes(), ["unlisted-emergency", "missing-approval"]);
    let classes: Vec<_> = server.records("change").iter().map(|r| r["class"].clone()).collect();
    assert_eq!(classes, ["emergency", "standard"]);
}

#[test]
fn install_has_the_repository_take_push_options_and_uninstall_puts_back_what_was() {
    let server = server();
    let (config, repo) = (server.at("config.toml"), server.repo());
    let key = "receive.advertisePushOptions";
    assert_eq!(server.git(&["config", key]), "true");
    let said = server.sockembot(&["uninstall", &repo]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("takes push options as it did before"));
    assert_eq!(server.git(&["config", "--default", "unset", key]), "unset");
    server.git(&["config", key, "false"]);
    for _ in 0..2 {
        server.sockembot(&["install", "--config", &config, &repo]);
        assert_eq!(server.git(&["config", key]), "true");
    }
    server.sockembot(&["uninstall", &repo]);
    assert_eq!(server.git(&["config", key]), "false");
    // Who had it on keeps it on.
    server.git(&["config", key, "true"]);
    server.sockembot(&["install", "--config", &config, &repo]);
    server.sockembot(&["uninstall", &repo]);
    assert_eq!(server.git(&["config", key]), "true");
}

#[test]
fn the_doctor_finds_a_repository_that_takes_no_push_options() {
    let server = server();
    let doctor = || {
        let said =
            server.sockembot(&["doctor", "--config", &server.at("config.toml"), &server.repo()]);
        Shown::of(&said, server.home())
    };
    let well = doctor();
    assert_eq!(well.code, Some(0), "{}", well.stdout);
    assert!(well.answer().contains("ana and carol may push one"), "{}", well.stdout);
    assert!(well.answer().contains("DIR/app.git takes push options"), "{}", well.stdout);
    server.git(&["config", "--unset-all", "receive.advertisePushOptions"]);
    let ill = doctor();
    assert_eq!(ill.code, Some(1), "{}", ill.stdout);
    assert!(ill.answer().contains("no emergency can be pushed to DIR/app.git"), "{}", ill.stdout);
    // Nor does the client send one.
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    let pushed = push(&ana, &["emergency=INC-7: why"]);
    assert!(pushed.stderr.contains("does not support push options"), "{}", pushed.stderr);
}
