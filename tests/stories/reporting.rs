//! The auditor's package: one page, two tables, the records, and their hashes.

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;

use crate::support::npm::script;
use crate::support::{Clone, Server, Setup, hermetic, run};

/// Two years around the day of the test.
fn days() -> [String; 2] {
    let year = jiff::Timestamp::now().strftime("%Y").to_string().parse::<i32>().unwrap();
    [format!("{}-01-01", year - 1), format!("{}-12-31", year + 1)]
}

fn try_report(server: &Server, name: &str, more: &[&str]) -> Output {
    let [from, to] = days();
    let (config, output) = (server.at("config.toml"), server.at(name));
    let args = ["report", "--config", &config, "--from", &from, "--to", &to, "-o", &output];
    server.sockembot(&[&args, more].concat())
}

/// Writes a package; what was said.
fn report(server: &Server, name: &str, more: &[&str]) -> String {
    let said = try_report(server, name, more);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// The rows of a table, each cell by its column.
fn rows(server: &Server, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = server.read(name);
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// Opens the page in a browser, which must have nothing to complain about.
fn opened(server: &Server, name: &str) -> Value {
    let seen = script("open-report.mjs", server.at(&format!("{name}/report.html")).as_bytes());
    serde_json::from_str(&seen).unwrap()
}

fn config() -> Setup {
    let automation = "automation = [\"robot\"]";
    Setup {
        config: vec![
            (automation, format!("{automation}\noutage = \"accept-and-follow-up\"")),
            // Not the clones, which stand below the same root.
            ("repos = [\"*\"]", "repos = [\"app\"]".to_owned()),
        ],
        more: "\n[emergency]\npeople = [\"ana\"]\n".to_owned(),
        ..Setup::default()
    }
}

fn emergency(clone: &Clone, reason: &str) {
    clone.push(&["-o", &format!("emergency={reason}"), "HEAD:refs/heads/main"]).accepted();
}

/// A server on which everything has happened that a report tells of.
fn busy() -> Server {
    let server = Server::with(config());
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("no ticket");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.renew();
    ana.approved_commit("PAY-1: round half up", &bob);
    ana.push(&["main"]).accepted();
    bob.renew();
    bob.approved_commit("PAY-2: retry the gateway\n\nRefs: PAY-1", &ana);
    bob.push(&["main"]).accepted();
    bob.push(&["main:refs/heads/release/1"]).accepted();
    let robot = server.clone_for("robot");
    robot.commit("Set the version");
    robot.push(&["main"]).accepted();
    ana.renew();
    ana.commit("PAY-1: take the gateway out");
    emergency(&ana, "INC-7: the card gateway is down");
    let tickets = server.read("tickets.toml");
    server.write("tickets.toml", "what = [");
    bob.renew();
    bob.approved_commit("PAY-2: while the tracker is away", &ana);
    bob.push(&["main"]).accepted();
    server.write("tickets.toml", &tickets);
    server.edit("config.toml", "mode = \"enforce\"", "mode = \"monitor\"");
    ana.renew();
    ana.commit("in a hurry");
    ana.push(&["main"]).accepted();
    ana.commit("around the hook");
    ana.show();
    server.git(&["update-ref", "refs/heads/main", "refs/heads/side/ana"]);
    server
}

fn count<'a>(rows: &'a [BTreeMap<String, String>], column: &str, value: &str) -> usize {
    rows.iter().filter(|row: &&'a BTreeMap<_, _>| row[column] == value).count()
}

#[test]
fn a_report_tells_what_landed_and_every_way_in_which_it_did() {
    let server = busy();
    let said = report(&server, "package", &[]);
    assert!(said.contains("package: 7 changes landed in "), "{said}");
    let changes = rows(&server, "package/changes.csv");
    assert_eq!(changes.len(), 7);
    for (class, n) in [("standard", 4), ("automated", 1), ("emergency", 1), ("unverified", 1)] {
        assert_eq!(count(&changes, "class", class), n, "{class}");
    }
    let change = &changes[0];
    for (column, value) in [
        ("repo", "app"),
        ("ref", "refs/heads/main"),
        ("commits", "1"),
        ("authors", "ana"),
        ("tickets", "PAY-1"),
        ("ticket_created", "2026-01-05T09:00:00.000Z"),
        ("ticket_state_at_push", "In Progress"),
        ("approvers", "bob"),
        ("pusher", "ana"),
        ("result", "compliant"),
    ] {
        assert_eq!(change[column], value, "{column}");
    }
    assert!(change["approved_at"] < change["judged_at"]);
    assert!(change["judged_at"] <= change["landed_at"]);
    let record = server.records("change").remove(1);
    assert_eq!(
        (&change["seq"], &change["new"]),
        (&record["seq"].to_string(), &record["new"].as_str().unwrap().to_owned())
    );
    let emergency = changes.iter().find(|row| row["class"] == "emergency").unwrap();
    assert_eq!(emergency["emergency_reason"], "INC-7: the card gateway is down");
    assert!(emergency["review_due"] > emergency["judged_at"]);
    let exceptions = rows(&server, "package/exceptions.csv");
    for kind in [
        "unrecorded-commit",
        "broken-in-monitor-mode",
        "unverified",
        "review-missing",
        "baseline",
        "not-covered",
    ] {
        assert_eq!(count(&exceptions, "kind", kind), 1, "{kind}");
    }
    assert_eq!(exceptions.len(), 6);
    assert_eq!(exceptions[0]["commit"], server.tip("refs/heads/main"));
}

#[test]
fn the_page_opens_on_a_phone_and_on_paper_light_and_dark_and_its_numbers_are_those_of_the_tables() {
    let server = busy();
    report(&server, "package", &[]);
    let seen = opened(&server, "package");
    let changes = rows(&server, "package/changes.csv");
    let exceptions = rows(&server, "package/exceptions.csv");
    let figure = |name: &str| seen["figures"][name].as_str().unwrap().to_owned();
    assert_eq!(figure("landed"), changes.len().to_string());
    assert_eq!(figure("exceptions"), exceptions.len().to_string());
    assert_eq!(figure("unrecorded"), "1");
    assert_eq!(figure("refused"), "1");
    for class in ["standard", "emergency", "automated", "unverified"] {
        assert_eq!(figure(class), count(&changes, "class", class).to_string(), "{class}");
    }
    let commits: u64 = changes.iter().map(|row| row["commits"].parse::<u64>().unwrap()).sum();
    assert_eq!(figure("commits"), commits.to_string());
    let table = |caption: &str| seen["tables"][caption].as_array().unwrap().clone();
    let first = |row: &Value| row[0].as_str().unwrap().trim_start_matches('#').to_owned();
    let numbers = |rows: &[BTreeMap<String, String>], column: &str| -> Vec<String> {
        rows.iter().map(|row| row[column].clone()).collect()
    };
    let population: Vec<String> = table("Changes that landed").iter().map(first).collect();
    assert_eq!(population, numbers(&changes, "seq"));
    let listed: Vec<String> = table("Exceptions, one by one").iter().map(first).collect();
    assert_eq!(listed, numbers(&exceptions, "number"));
    let landed: u64 = table("Week by week")
        .iter()
        .map(|week| week[1].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(landed, changes.len() as u64);
}

#[test]
fn what_was_followed_up_is_told_as_settled() {
    let server = Server::with(config());
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let reviewed = ana.commit("PAY-1: take the gateway out");
    emergency(&ana, "INC-7: the card gateway is down");
    ana.commit("PAY-2: and its queue");
    emergency(&ana, "INC-7: still down");
    bob.approve(&reviewed);
    server.edit(
        "tickets.toml",
        "key = \"PAY-2\"",
        "key = \"PAY-2\"\nclosed = 2026-01-06T09:00:00Z",
    );
    server.sockembot(&["followup", "--config", &server.at("config.toml")]);
    report(&server, "package", &[]);
    let changes = rows(&server, "package/changes.csv");
    assert_eq!(
        (changes[0]["reviewed_by"].as_str(), changes[1]["reviewed_by"].as_str()),
        ("bob", "")
    );
    assert!(changes[0]["reviewed_at"] > changes[0]["judged_at"]);
    assert_eq!(changes[1]["ticket_closed"], "2026-01-06T09:00:00.000Z");
    let exceptions = rows(&server, "package/exceptions.csv");
    let of = |kind: &str| -> Vec<(String, String)> {
        let found = exceptions.iter().filter(|row| row["kind"] == kind);
        found.map(|row| (row["seq"].clone(), row["state"].clone())).collect()
    };
    assert_eq!(of("review-missing"), [(changes[1]["seq"].clone(), "open".to_owned())]);
    let early = [(changes[1]["seq"].clone(), "to be explained".to_owned())];
    assert_eq!(of("ticket-closed-early"), early);
}

/// What the page tells an auditor to type, with what it says that this prints.
fn steps(page: &str) -> Vec<(String, String)> {
    let list = page.split("<ol class=\"steps\">").nth(1).unwrap().split("</ol>").next().unwrap();
    let steps = list.split("<li>").skip(1).map(|step| {
        let (words, rest) = step.split_once("<pre><code>").unwrap();
        (plain(words), plain(rest.split("</code>").next().unwrap()))
    });
    steps.collect()
}

/// Text without markup.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(if text.is_empty() { part } else { part.split_once('>').unwrap().1 });
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// They need nothing of ours.
#[test]
fn every_command_on_the_page_prints_what_the_page_says() {
    let server = busy();
    report(&server, "package", &[]);
    let steps = steps(&server.read("package/report.html"));
    // Four for the package, one for each branch.
    assert_eq!(steps.len(), 6);
    let printed = |(words, command): &(String, String)| {
        let is_git = command.starts_with("git ");
        let dir = server.path(if is_git { "app.git" } else { "package" });
        let output = run(hermetic("sh", &dir).args(["-c", command]), b"");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}\n{command}\n{said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let all: Vec<String> = steps.iter().map(printed).collect();
    assert!(all[0].lines().count() == 4 && all[0].lines().all(|line| line.ends_with(": OK")));
    let last = server.evidence().pop().unwrap()["seq"].clone();
    assert!(all[1].starts_with(&format!("unbroken to record {last} with the hash ")), "{}", all[1]);
    let hash = all[1].rsplit(' ').next().unwrap();
    assert!(server.read("package/report.html").matches(hash).count() == 2);
    let change = rows(&server, "package/changes.csv").remove(0);
    assert_eq!(all[2].split(' ').next().unwrap(), change["line_sha256"]);
    assert!(steps[2].0.contains(&change["line_sha256"]), "{}", steps[2].0);
    assert_eq!(all[3], rows(&server, "package/changes.csv").len().to_string());
    for (step, printed) in steps.iter().zip(&all).skip(4) {
        assert!(step.0.ends_with(&format!("it prints {printed}.")), "{}: {printed}", step.0);
    }
}

#[test]
fn an_edited_package_does_not_pass_its_own_checks() {
    let server = busy();
    report(&server, "package", &[]);
    let steps = steps(&server.read("package/report.html"));
    server.edit("package/evidence.jsonl", "\"decision\":\"deny\"", "\"decision\":\"none\"");
    let package = server.path("package");
    for (_, command) in &steps[..2] {
        let output = run(hermetic("sh", &package).args(["-c", command]), b"");
        assert!(!output.status.success(), "{command}");
    }
}

#[test]
fn the_same_evidence_and_command_make_the_same_bytes_but_for_when() {
    let server = busy();
    report(&server, "package", &[]);
    let first = server.path("first");
    std::fs::rename(server.path("package"), &first).unwrap();
    report(&server, "package", &[]);
    for name in ["changes.csv", "exceptions.csv", "evidence.jsonl"] {
        let read = |dir: &str| server.read(&format!("{dir}/{name}"));
        assert_eq!(read("first"), read("package"), "{name}");
    }
    let page = |dir: &str| server.read(&format!("{dir}/report.html"));
    let (first, again) = (page("first"), page("package"));
    let differing: Vec<&str> = first
        .lines()
        .zip(again.lines())
        .filter(|(one, other)| one != other)
        .map(|(one, _)| one)
        .collect();
    assert_eq!(first.lines().count(), again.lines().count());
    assert!(differing.iter().all(|line| line.contains("Made at")), "{differing:?}");
    assert!(differing.len() <= 1);
}

#[test]
fn the_records_are_those_of_the_file_byte_by_byte_torn_ones_too() {
    let server = busy();
    let text = server.read("evidence.jsonl");
    server.write("evidence.jsonl", &format!("{text}{{\"v\":1,\"se"));
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main:refs/heads/release/2"]);
    report(&server, "package", &[]);
    assert_eq!(server.read("package/evidence.jsonl"), server.read("evidence.jsonl"));
    let (_, chain) = steps(&server.read("package/report.html")).remove(1);
    let output = run(hermetic("sh", &server.path("package")).args(["-c", &chain]), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_broken_chain_is_reported_and_not_hidden() {
    let server = busy();
    server.edit("evidence.jsonl", "\"decision\":\"deny\"", "\"decision\":\"none\"");
    report(&server, "package", &[]);
    let exceptions = rows(&server, "package/exceptions.csv");
    assert_eq!(exceptions[0]["kind"], "broken-chain");
    let page = server.read("package/report.html");
    assert!(page.contains("The chain of records is broken"));
}

#[test]
fn only_what_was_asked_for_stands_in_the_tables_and_the_chain_stays_whole() {
    let server = busy();
    let said = report(&server, "package", &["--repo", "other/*"]);
    assert!(said.contains("evidence.jsonl holds the records of all repositories"), "{said}");
    assert!(rows(&server, "package/changes.csv").is_empty());
    let kinds: Vec<String> =
        rows(&server, "package/exceptions.csv").iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds, ["not-covered"]);
    assert_eq!(server.read("package/evidence.jsonl"), server.read("evidence.jsonl"));
    let (_, count) = steps(&server.read("package/report.html")).remove(2);
    let output = run(hermetic("sh", &server.path("package")).args(["-c", &count]), b"");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0");
}

#[test]
fn a_directory_in_use_is_left_alone_and_a_failure_leaves_nothing() {
    let server = busy();
    std::fs::create_dir(server.path("package")).unwrap();
    report(&server, "package", &[]);
    let before = server.read("package/SHA256SUMS");
    let again = try_report(&server, "package", &[]);
    assert_eq!(again.status.code(), Some(70));
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("package is not empty"), "{said}");
    assert_eq!(server.read("package/SHA256SUMS"), before);
    server.write("config.toml", "what = [");
    assert_eq!(try_report(&server, "another", &[]).status.code(), Some(70));
    let names = std::fs::read_dir(server.home()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names
        .filter(|name| name == "another" || name.to_string_lossy().contains("sockembot-report"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_period_that_is_none_is_wrong_usage() {
    let server = Server::new();
    for (from, to) in
        [("2026-02-01", "2026-01-01"), ("2026-1-1", "2026-01-02"), ("1990-01-01", "2026-01-01")]
    {
        let config = server.at("config.toml");
        let said = server.sockembot(&[
            "report",
            "--config",
            &config,
            "--from",
            from,
            "--to",
            to,
            "-o",
            &server.at("package"),
        ]);
        assert_eq!(said.status.code(), Some(2), "{from} {to}");
    }
    assert!(!server.path("package").exists());
}

/// What others wrote, in every place where others can write.
#[test]
fn nothing_that_others_wrote_is_a_formula_or_markup() {
    const MARKUP: &str = "\"><script>alert(1)</script><img src=http://x/ onerror=alert(2)>";
    let formula = format!("=HYPERLINK(\"http://x/\";\"{MARKUP}\")");
    let server = Server::with(config());
    let quoted = formula.replace('\\', "\\\\").replace('"', "\\\"");
    let tickets = server.read("tickets.toml");
    let hostile = format!(
        "\n[[ticket]]\nkey = \"PAY-4\"\ntitle = \"{quoted}\"\nstate = \"In Progress\"\n\
         created = 2026-01-05T09:00:00Z\nreporter = \"{quoted}\"\nurl = \"javascript:alert(3)\"\n"
    );
    server.write("tickets.toml", &format!("{tickets}{hostile}"));
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let author = format!("{formula}@example.com").replace(['<', '>'], "");
    let variables = [("GIT_AUTHOR_NAME", "=1+1"), ("GIT_AUTHOR_EMAIL", author.as_str())];
    let id = ana.commit_with(&format!("PAY-4: {formula}"), &variables);
    ana.show();
    bob.approve(&id);
    ana.push(&["main"]).accepted();
    ana.commit("PAY-4: x");
    emergency(&ana, &formula);
    let branch = "=1+1;@x\"><script>alert(4)</script>";
    ana.push(&[&format!("HEAD~1:refs/heads/release/{branch}")]).accepted();
    let robot = server.clone_for("robot");
    let sum = "@SUM(1)";
    let pushed = robot
        .git_with(&["push", "origin", "HEAD~1:refs/heads/release/=2"], &[("REMOTE_USER", sum)]);
    assert!(pushed.landed(), "{}", pushed.seen());
    report(&server, "package", &[]);

    for table in ["changes.csv", "exceptions.csv"] {
        for row in rows(&server, &format!("package/{table}")) {
            for (column, cell) in &row {
                for part in cell.split(';') {
                    let is_formula = part.trim_start().starts_with(['=', '+', '-', '@']);
                    // A part that is no item of ours stands within the quotes of its cell.
                    assert!(!is_formula || !cell.starts_with(part), "{column}: {cell}");
                }
            }
        }
    }
    let changes = rows(&server, "package/changes.csv");
    let of = |column: &str| changes.iter().map(|row| row[column].clone()).collect::<Vec<_>>();
    assert!(of("requested_by")[0].starts_with("'=HYPERLINK"), "{:?}", of("requested_by"));
    assert!(of("authors")[0].starts_with("'=hyperlink"), "{:?}", of("authors"));
    assert!(of("emergency_reason")[1].starts_with("'=HYPERLINK"), "{:?}", of("emergency_reason"));
    assert_eq!(of("pusher").last().unwrap(), "'@SUM(1)");
    assert!(of("ref").contains(&format!("refs/heads/release/{branch}")));

    // The browser would complain about scripts, dialogs and requests.
    let seen = opened(&server, "package");
    let population = seen["tables"]["Changes that landed"].to_string();
    assert!(population.contains("<script>alert(1)</script>"), "{population}");
    let page = server.read("package/report.html");
    assert!(!page.contains("javascript:") && !page.contains("<img"), "a link or an image");
    for wanted in ["PAY-4", &id] {
        let shown = server.sockembot(&["show", wanted, "--config", &server.at("config.toml")]);
        assert!(shown.status.success());
    }
}
