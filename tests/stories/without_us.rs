//! What the README tells an auditor to run, with nothing of ours.

use crate::support::{Server, hermetic, run};

/// The fenced blocks of one language in the README's section.
fn blocks(language: &str) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let section = readme.split("### The same without us\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let fence = format!("```{language}\n");
    let block = |text: &str| text.split("```").next().unwrap().to_owned();
    section.split(&fence).skip(1).map(block).collect()
}

/// What a block of shell says; it must succeed.
fn shell(server: &Server, script: &str) -> String {
    let mut sh = hermetic("sh", server.home());
    let output = run(sh.args(["-eu", "-c", script]), b"");
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{script}\n{said}");
    said
}

/// An evidence file with something of everything, beside what belongs to it.
fn server() -> Server {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    ana.commit("no ticket");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    server.edit("config.toml", "mode = \"enforce\"", "mode = \"monitor\"");
    ana.push(&["main"]).accepted();
    let config = server.at("config.toml");
    shell(
        &server,
        "ssh-keygen -q -t ed25519 -N '' -C c -f key
         echo \"audit@example.com $(cat key.pub)\" >signers",
    );
    let made = server.sockembot(&["checkpoint", "--config", &config, "--sign", &server.at("key")]);
    std::fs::write(server.path("checkpoint"), made.stdout).unwrap();
    server
}

#[test]
fn the_chain_is_checked_by_sha256sum_and_jq() {
    let server = server();
    let chain = &blocks("sh")[0];
    let head = server.read("checkpoint").lines().nth(2).unwrap().to_owned();
    assert_eq!(shell(&server, chain), format!("head {head}\n"));
    let text = server.read("evidence.jsonl");
    server.write("evidence.jsonl", &format!("{text}{{\"v\":1,"));
    let ana = server.clone_for("ana");
    ana.push(&["main:refs/tags/v1"]).accepted();
    let mended = shell(&server, chain);
    assert!(mended.starts_with("no record: {\"v\":1,\n"), "{mended}");
    assert!(!mended.contains("broken"), "{mended}");
    server.edit("evidence.jsonl", "deny", "allow");
    assert!(shell(&server, chain).contains("broken before: "));
}

#[test]
fn the_chain_is_checked_by_sql() {
    let server = server();
    server.write("check.sql", &blocks("sql")[0]);
    let text = server.read("evidence.jsonl");
    server.write("evidence.jsonl", &format!("{text}{{\"v\":1,\"seq"));
    server.clone_for("ana").push(&["main:refs/tags/v1"]).accepted();
    // One cluster for both: it takes longer to start than to ask.
    server.edit("check.sql", "select n,", "\\echo whole\nselect n,");
    let asked = server.read("check.sql");
    let again = asked.replace("whole", "edited").replace("create temp", "truncate evidence; --");
    server
        .write("check.sql", &format!("{asked}\\! sed -i 's/deny/allow/' evidence.jsonl\n{again}"));
    let mut psql = hermetic("pg_virtualenv", server.home());
    psql.env("HOME", server.home());
    let output = run(psql.args(["psql", "-v", "ON_ERROR_STOP=1", "-qAtf", "check.sql"]), b"");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let (whole, edited) = said.split_once("edited\n").unwrap();
    assert!(whole.ends_with("whole\n"), "{whole}");
    let found: Vec<&str> = edited.lines().filter(|line| line.contains("\"v\":1")).collect();
    assert_eq!(found.len(), 1, "{edited}");
    assert!(found[0].contains("\"type\":\"policy\""), "{edited}");
}

#[test]
fn every_commit_is_held_against_the_records_by_git() {
    let server = server();
    let tie = &blocks("sh")[1];
    assert_eq!(shell(&server, tie), "around the hook: 0 of 2\n");
    let dan = server.clone_for("dan");
    dan.commit("around the hook");
    dan.show();
    server.git(&["update-ref", "refs/heads/main", "refs/heads/side/dan"]);
    assert_eq!(shell(&server, tie), "around the hook: 1 of 3\n");
    let before = server.git(&["rev-parse", "refs/heads/main~2"]);
    server.git(&["update-ref", "refs/heads/main", &before]);
    assert_eq!(shell(&server, tie), "around the hook: 0 of 1\n");
}

#[test]
fn exceptions_refusals_hashes_and_checkpoints_are_read_by_hand() {
    let server = server();
    let said = shell(&server, &blocks("sh")[2]);
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    let [exception, first, second, receipt, signature, hash, head] = lines.as_slice() else {
        panic!("{said}")
    };
    assert!(exception.ends_with("\"app\",\"refs/heads/main\",\"standard\",\"violation\"]"));
    assert_eq!((*first, *second), ("1 missing-approval", "1 missing-ticket"));
    let line = server.read("evidence.jsonl").lines().nth(3).unwrap().to_owned();
    let next: serde_json::Value =
        serde_json::from_str(server.read("evidence.jsonl").lines().nth(4).unwrap()).unwrap();
    assert!(line.contains("\"seq\":3"));
    assert_eq!(receipt.split(' ').next(), next["prev"].as_str());
    assert!(signature.starts_with("Good \"sockembot-checkpoint\" signature for audit@example.com"));
    assert_eq!(hash.split(' ').next(), Some(*head));
}
