//! What the evidence survives: crashes, a full disk, files that are not what they were.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{BINARY, Clone, Server, Shown};

/// A server where a ticket is enough, so that a push is one push.
fn without_approvals() -> Server {
    Server::configured("required = 1", "required = 0")
}

/// Has both hooks run this script in place of the binary, which it finds in `$binary`.
fn through(server: &Server, script: &str) {
    server.program("wrapper", &format!("#!/bin/sh\nbinary='{BINARY}'\n{script}"));
    for hook in ["app.git/hooks/pre-receive", "app.git/hooks/post-receive"] {
        let shim = server.read(hook);
        let line = shim.lines().find(|line| line.starts_with("binary=")).unwrap();
        let wrapped = shim.replacen(line, &format!("binary='{}'", server.at("wrapper")), 1);
        server.program(hook, &wrapped);
    }
}

/// Every commit that landed is on record, and the chain holds.
#[track_caller]
fn all_on_record(server: &Server) {
    let config = server.at("config.toml");
    let verified = server.sockembot(&["verify", "--config", &config, "app"]);
    let said = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(0), "{said}");
}

fn next_push_lands(server: &Server, clone: &Clone) {
    clone.renew();
    clone.commit("PAY-1: after the fault");
    clone.push(&["main"]).accepted();
    all_on_record(server);
}

/// Each run of the hook is killed somewhere between its start and its end, if it has
/// not ended by then.
const KILLER: &str = r#"
exec 3<&0
"$binary" "$@" <&3 &
pid=$!
sleep "0.0$(printf %03d $(($$ * 7919 % 400)))"
kill -9 $pid 2>/dev/null
wait $pid
"#;

#[test]
fn whenever_it_is_killed_no_link_breaks_and_nothing_lands_without_a_record() {
    const KILLS: usize = 100;
    let server = without_approvals();
    let people = ["ana", "bob", "eve", "dan", "gus", "ida", "kim", "leo"];
    let clones = people.map(|who| server.clone_for(who));
    through(&server, KILLER);
    let kills = AtomicUsize::new(0);
    let landed = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for clone in clones {
            let (kills, landed) = (&kills, &landed);
            scope.spawn(move || {
                let branch = format!("HEAD:refs/heads/release/{}", clone.who);
                while kills.load(Ordering::Relaxed) < KILLS
                    && began.elapsed() < Duration::from_secs(240)
                {
                    clone.commit("PAY-1: x");
                    let shown = clone.push(&[&branch]);
                    let seen = shown.seen();
                    let killed = seen.matches("killed by signal 9").count()
                        + seen.matches("(code 137)").count();
                    kills.fetch_add(killed, Ordering::Relaxed);
                    landed.fetch_add(usize::from(shown.landed()), Ordering::Relaxed);
                    assert!(shown.landed() || killed > 0, "{seen}");
                }
            });
        }
    });
    let (kills, landed) = (kills.into_inner(), landed.into_inner());
    assert!(kills >= KILLS && landed > 0, "{kills} kills, {landed} landed");
    all_on_record(&server);
    through(&server, "exec \"$binary\" \"$@\"\n");
    next_push_lands(&server, &server.clone_for("zoe"));
}

#[test]
fn a_disk_that_is_full_refuses_and_the_next_push_mends_what_it_left() {
    let server = without_approvals();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).accepted();
    // The disk has room for a part of the record; for none of it; for nothing at all.
    for room in [100, 1, 0] {
        let size = std::fs::metadata(server.path("evidence.jsonl")).unwrap().len();
        let limit = size + room;
        through(
            &server,
            &format!("trap '' XFSZ\nexec prlimit --fsize={limit} \"$binary\" \"$@\"\n"),
        );
        let before = server.tip("refs/heads/main");
        ana.commit("PAY-1: y");
        ana.push(&["main"]).failed_with("writing the evidence");
        assert_eq!(server.tip("refs/heads/main"), before);
        through(&server, "exec \"$binary\" \"$@\"\n");
        ana.push(&["main"]).accepted();
        all_on_record(&server);
    }
    let text = server.read("evidence.jsonl");
    assert!(text.contains("\"type\":\"recovery\""));
}

#[test]
fn a_file_that_can_t_be_written_refuses() {
    let server = without_approvals();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).accepted();
    // Root writes to what nobody may write to, unless it is made to heed the mode.
    through(
        &server,
        "test \"$(id -u)\" = 0 || exec \"$binary\" \"$@\"\n\
         exec setpriv --bounding-set=-dac_override,-dac_read_search \"$binary\" \"$@\"\n",
    );
    let mode = |mode: u32| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(server.path("evidence.jsonl"), mode).unwrap();
    };
    mode(0o440);
    ana.commit("PAY-1: y");
    ana.push(&["main"]).failed_with("give it and its directory to the user who runs git");
    mode(0o640);
    ana.push(&["main"]).accepted();
    all_on_record(&server);
}

#[test]
fn a_directory_that_is_gone_refuses_and_comes_back_whole() {
    let server = without_approvals();
    std::fs::create_dir(server.path("evidence")).unwrap();
    server.edit("config.toml", "evidence.jsonl", "evidence/e.jsonl");
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).accepted();
    server.rename("evidence", "away");
    ana.commit("PAY-1: y");
    ana.push(&["main"]).failed_with("create its directory");
    // What was begun anew after the loss would hide it; the old one is put back.
    server.rename("away", "evidence");
    ana.push(&["main"]).accepted();
    all_on_record(&server);
}

#[test]
fn a_lock_that_is_held_for_ever_refuses_at_the_deadline() {
    let server = Server::with(crate::support::Setup {
        config: vec![
            ("required = 1", "required = 0".to_owned()),
            ("deadline = \"25s\"", "deadline = \"1s\"".to_owned()),
        ],
        ..crate::support::Setup::default()
    });
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).accepted();
    let held = std::fs::File::open(server.path("evidence.jsonl")).unwrap();
    held.lock().unwrap();
    ana.commit("PAY-1: y");
    let refused: Shown = ana.push(&["main"]);
    refused.failed_with("evidence");
    assert!(refused.seen().contains("push again"), "{}", refused.seen());
    // After a push it is too late to refuse: then it says so and goes on.
    let line = format!("{} {} refs/heads/main\n", server.tip("refs/heads/main"), ana.head());
    let began = Instant::now();
    let repo = server.repo();
    let mut hook = crate::support::hermetic(
        &server.at("app.git/hooks/post-receive"),
        std::path::Path::new(&repo),
    );
    let told = crate::support::run(hook.env("GIT_DIR", "."), line.as_bytes());
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(told.status.code(), Some(0));
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("this landed, but that is not on record"), "{told}");
    drop(held);
    ana.push(&["main"]).accepted();
    all_on_record(&server);
}
