//! When sockembot breaks it blocks, and shows the failure where the digest would have stood.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::support::{Clone, Server, Shown};

/// A commit that would land.
fn ready(server: &Server) -> Clone {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana
}

#[test]
fn a_mistake_in_the_config_blocks_and_is_shown_with_its_place() {
    let server = Server::new();
    let ana = ready(&server);
    server.edit("config.toml", "projects", "projcts");
    let report = ana.push(&["main"]);
    report.failed_with("did you mean `projects`?");
    assert_snapshot!(report.digest(), @r#"
    error: sockembot could not decide, so this push was refused
      while reading the config DIR/config.toml
      DIR/config.toml:21:1: unknown field
        `projcts`, expected one of `projects`, `states`, `types`,
        `trailers`, `skew`, `jql`
         |
      21 | projcts = ["PAY", "OPS"]
         | ^^^^^^^
      help: did you mean `projects`?
    hint: your commits were not judged; nothing in them caused this
    hint: pushing again will not help until this is repaired
    hint: quote incident HASH to the administrators of this server
    sockembot 0.1.0
    "#);
}

#[test]
fn a_missing_config_blocks() {
    let server = Server::new();
    let ana = ready(&server);
    std::fs::remove_file(server.path("config.toml")).unwrap();
    ana.push(&["main"]).failed_with("No such file or directory");
}

#[test]
fn a_binary_that_is_missing_not_executable_or_no_program_blocks() {
    let server = Server::new();
    let ana = ready(&server);
    let (binary, hook) = (server.at("sockembot"), "app.git/hooks/pre-receive");
    let shim = server.read(hook);
    let line = shim.lines().find(|line| line.starts_with("binary=")).unwrap();
    server.edit(hook, line, &format!("binary='{binary}'"));
    let missing = ana.push(&["main"]);
    missing.failed_with("it is missing");
    assert_snapshot!(missing.digest(), @"
    hooks/pre-receive: 20: DIR/sockembot: not found
    error: sockembot could not decide, so this push was refused
      while running DIR/sockembot
      it is missing; install it again
    hint: your commits were not judged; nothing in them caused this
    hint: show this to the administrators of this server
    ");
    server.write("sockembot", "");
    ana.push(&["main"]).failed_with("it could not be run");
    server.program("sockembot", "#!/nonexistent/interpreter\n");
    ana.push(&["main"]).failed_with("while running");
    server.program("sockembot", "#!/bin/sh\nkill -9 $$\n");
    ana.push(&["main"]).failed_with("it was killed by signal 9");
}

#[test]
fn evidence_that_can_t_be_written_blocks() {
    let server = Server::new();
    let ana = ready(&server);
    server.edit("config.toml", "evidence.jsonl", "no/such/dir/evidence.jsonl");
    ana.push(&["main"]).failed_with("create its directory");
    server.edit("config.toml", "no/such/dir/evidence.jsonl", "app.git");
    ana.push(&["main"]).failed_with("is no file");
}

#[test]
fn edited_evidence_blocks_until_somebody_has_looked() {
    let server = Server::new();
    let ana = ready(&server);
    let text = server.read("evidence.jsonl");
    server.write("evidence.jsonl", &format!("{text}not a record\n"));
    ana.push(&["main"]).failed_with("was edited");
}

/// A file that is lost must not begin anew as if there had been none.
#[test]
fn evidence_that_is_gone_blocks_until_somebody_has_looked() {
    let server = Server::new();
    let ana = ready(&server);
    ana.push(&["main"]).accepted();
    ana.commit("no ticket");
    server.rename("evidence.jsonl", "kept.jsonl");
    ana.push(&["main"]).failed_with("is gone, was set back, or is another file");
    server.write("evidence.jsonl", "");
    ana.push(&["main"]).failed_with("put the file back that holds it");
    // Nor does it look as if all were well to those who check.
    server.git(&["update-ref", "-d", "refs/approvals/main/bob"]);
    let config = server.at("config.toml");
    for (command, code) in [("verify", 2), ("followup", 70), ("doctor", 1), ("show", 70)] {
        let mut args = vec![command, "--config", &config];
        args.extend((command == "show").then_some("PAY-1"));
        let shown = Shown::of(&server.sockembot(&args), server.home());
        let all = [shown.stdout.as_str(), &shown.stderr].concat().replace("\n  ", " ");
        assert!(all.contains("is gone"), "{command}: {all}");
        assert_eq!(shown.code, Some(code), "{command}: {all}");
    }
    server.rename("kept.jsonl", "evidence.jsonl");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    server.evidence();
}

#[test]
fn a_tracker_that_never_answers_ends_at_the_deadline_and_on_record() {
    let server = Server::configured("deadline = \"25s\"", "deadline = \"1s\"");
    let ana = ready(&server);
    let tickets = server.path("tickets.toml");
    std::fs::remove_file(&tickets).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&tickets).status().unwrap();
    assert!(made.success());
    let began = Instant::now();
    let report = ana.push(&["main"]);
    assert!(began.elapsed() < Duration::from_secs(10));
    report.failed_with("the deadline of 1s for the whole hook has passed");
    assert_snapshot!(report.digest(), @"
    error: sockembot could not decide, so this push was refused
      while looking up the tickets
      the deadline of 1s for the whole hook has passed
    hint: your commits were not judged; nothing in them caused this
    hint: push again in a few minutes
    hint: quote incident HASH to #platform-help
    sockembot 0.1.0, evidence #5 HASH
    ");
    let record = server.records("change").pop().unwrap();
    assert_eq!((&record["decision"], &record["finding"]), (&"deny".into(), &"error".into()));
    assert_eq!(record["error"]["doing"], "looking up the tickets");
}

/// The process is found by what it runs, since the shim is between it and git.
fn hook_process(config: &str) -> Option<String> {
    let processes = std::fs::read_dir("/proc").unwrap();
    processes.flatten().map(|entry| entry.path()).find_map(|path| {
        let args = std::fs::read(path.join("cmdline")).ok()?;
        let args: Vec<&[u8]> = args.split(|byte| *byte == 0).collect();
        let is_ours = args.first().is_some_and(|name| name.ends_with(b"sockembot"));
        let is_it = is_ours && args.contains(&config.as_bytes());
        is_it.then(|| path.file_name().unwrap().to_str().unwrap().to_owned())
    })
}

#[test]
fn a_binary_that_is_killed_in_mid_push_blocks() {
    let server = Server::new();
    let ana = ready(&server);
    let before = server.tip("refs/heads/main");
    let tickets = server.path("tickets.toml");
    std::fs::remove_file(&tickets).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&tickets).status().unwrap();
    assert!(made.success());
    let config = server.at("config.toml");
    let killer = std::thread::spawn(move || {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            if let Some(pid) = hook_process(&config) {
                let killed = std::process::Command::new("kill").args(["-9", &pid]).status();
                return killed.unwrap().success();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    });
    let report = ana.push(&["main"]);
    assert!(killer.join().unwrap());
    report.failed_with("it was killed by signal 9");
    assert_eq!(server.tip("refs/heads/main"), before);
}

#[test]
fn a_broken_object_that_spins_in_libgit2_ends_at_the_deadline() {
    let server = Server::configured("deadline = \"25s\"", "deadline = \"1s\"");
    let ana = ready(&server);
    // A loose object that is cut short: libgit2 reads it for ever.
    let id = ana.commit("PAY-1: y");
    ana.show();
    let object = server.path(&format!("app.git/objects/{}/{}", &id[..2], &id[2..]));
    assert!(object.exists(), "git keeps small pushes loose");
    let bytes = std::fs::read(&object).unwrap();
    std::fs::set_permissions(&object, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&object, &bytes[..bytes.len() / 2]).unwrap();
    let line = format!("{} {id} refs/heads/main\n", server.tip("refs/heads/main"));
    let output = server.hook("ana", line.as_bytes());
    assert_eq!(output.status.code(), Some(70));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("could not decide"), "{said}");
}

#[test]
fn a_commit_that_can_t_be_read_blocks() {
    let server = Server::new();
    let ana = ready(&server);
    let missing = "1".repeat(40);
    let line = format!("{} {missing} refs/heads/main\n", server.tip("refs/heads/main"));
    let output = server.hook("ana", line.as_bytes());
    assert_eq!(output.status.code(), Some(70));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("reading object {missing}")), "{said}");
    // Nobody foresaw this, so it shows where in the program it arose.
    assert!(said.contains("stack backtrace:") && said.contains("sockembot::gate"), "{said}");
    drop(ana);
}

#[test]
fn a_pusher_who_hangs_up_changes_nothing() {
    let server = Server::new();
    let ana = ready(&server);
    let line = format!("{} {} refs/heads/main\n", server.tip("refs/heads/main"), ana.head());
    let repo = server.repo();
    let script = format!("printf '{line}' | GIT_DIR=. REMOTE_USER=ana hooks/pre-receive 2>&-");
    let mut shell = crate::support::hermetic("sh", std::path::Path::new(&repo));
    let status = shell.args(["-c", &script]).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn no_failure_shows_what_the_environment_holds() {
    let server = Server::new();
    let ana = ready(&server);
    server.edit("config.toml", "projects", "projcts");
    let secret = [("HTTP_AUTHORIZATION", "Basic c2VjcmV0"), ("TOKEN", "s3cret-t0ken")];
    let report = ana.git_with(&["push", "origin", "main"], &secret);
    report.failed_with("could not decide");
    assert!(!report.stderr.contains("c2VjcmV0") && !report.stderr.contains("s3cret"));
}
