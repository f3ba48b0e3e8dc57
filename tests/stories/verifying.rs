//! What `verify` finds: an edited file, and everything that went around the hook.

use insta::assert_snapshot;

use crate::support::{Clone, Server, Setup, Shown, hermetic};

fn verify_with(server: &Server, args: &[&str]) -> Shown {
    let config = server.at("config.toml");
    let all = [&["verify", "--config", &config][..], args].concat();
    Shown::of(&server.sockembot(&all), server.home())
}

/// Against the one repository. The clones below the same root are nobody's business.
fn verify(server: &Server) -> Shown {
    verify_with(server, &["app"])
}

/// The codes of the findings.
fn codes(shown: &Shown) -> Vec<String> {
    let code = |line: &str| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned());
    shown.stdout.lines().filter_map(code).collect()
}

#[track_caller]
fn found(server: &Server, expected: &[&str]) -> Shown {
    let shown = verify(server);
    assert_eq!(codes(&shown), expected, "{}{}", shown.stdout, shown.stderr);
    assert_eq!(shown.code, Some(i32::from(!expected.is_empty())), "{}", shown.stdout);
    shown
}

/// The head and the times differ from run to run.
fn alike(shown: &Shown) -> String {
    let line = |line: &str| match line.trim_start() {
        text if text.starts_with("head ") => "          head HASH\n".to_owned(),
        text if text.contains(" records, #0 to ") => {
            format!("          {}, TIME to TIME\n", text.rsplit_once(',').unwrap().0)
        }
        _ => format!("{line}\n"),
    };
    shown.answer().lines().map(line).collect()
}

/// Two changes that landed.
fn landed(server: &Server) -> (Clone, Clone, [String; 2]) {
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let first = ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let second = ana.approved_commit("PAY-2: y", &bob);
    ana.push(&["main"]).accepted();
    (ana, bob, [first, second])
}

#[test]
fn a_server_where_all_went_through_the_hook_is_clean() {
    let server = Server::new();
    let (ana, bob, _) = landed(&server);
    ana.push(&["main:refs/tags/v1"]).accepted();
    ana.push(&["main:refs/heads/release/1"]).accepted();
    ana.git(&["checkout", "-q", "-b", "release"]);
    let id = ana.commit("PAY-1: only for the release");
    ana.show();
    bob.approve_for("release/1", &id);
    ana.push(&["HEAD:refs/heads/release/1"]).accepted();
    ana.commit("no ticket");
    ana.push(&["HEAD:main"]).refused_for(&["missing-ticket", "missing-approval"]);
    let shown = found(&server, &[]);
    assert_snapshot!(alike(&shown), @"
    evidence  DIR/evidence.jsonl
              20 records, #0 to #19, TIME to TIME
              head HASH
    app       refs/heads/main: 2 commits since d4c036fc, on record
              refs/heads/release/1: 1 commit since cdbfe307, on record
              2 approvals on record

    clean; 1 repository compared; no checkpoint was given
    ");
}

#[test]
fn other_hashes_and_other_names_for_a_branch_are_tied_out_as_well() {
    let server = Server::with(Setup { init: vec!["--object-format=sha256"], ..Setup::default() });
    server.git(&["symbolic-ref", "refs/heads/release/now", "refs/heads/main"]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main:refs/heads/release/now"]).accepted();
    assert!(found(&server, &[]).stdout.contains("refs/heads/main: 1 commit since"));
    let before = server.git(&["rev-parse", "refs/heads/main~1"]);
    server.git(&["update-ref", "refs/heads/main", &before]);
    found(&server, &["missing-commit"]);
}

#[test]
fn commits_that_came_in_around_the_hook_are_found() {
    let server = Server::new();
    let (_, bob, _) = landed(&server);
    bob.renew();
    bob.commit("around the hook");
    bob.commit("and again");
    bob.show();
    server.git(&["update-ref", "refs/heads/main", "refs/heads/side/bob"]);
    assert_snapshot!(alike(&found(&server, &["unrecorded-commit"])), @"
    evidence  DIR/evidence.jsonl
              11 records, #0 to #10, TIME to TIME
              head HASH
    app       refs/heads/main: 4 commits since d4c036fc: 2 on record, 2 not
              1 approval on record

    error[unrecorded-commit]: app: 2 commits of refs/heads/main are on no
      record: they came in around the hook (6a0f2114 and 5f91902d)

    1 finding; 1 repository compared
    ");
}

#[test]
fn commits_that_came_in_around_the_hook_stay_found_when_others_stand_on_them() {
    let server = Server::configured("mode = \"enforce\"", "mode = \"monitor\"");
    let (ana, bob, _) = landed(&server);
    server.rename("app.git/hooks/pre-receive", "app.git/hooks/off");
    bob.renew();
    bob.commit("around the hook");
    bob.push(&["main"]).accepted();
    // The evidence is set back as well, to before the lapse could be told.
    server.rename("app.git/hooks/off", "app.git/hooks/pre-receive");
    let text = server.read("evidence.jsonl");
    ana.renew();
    ana.commit("PAY-1: z");
    ana.push(&["main"]).accepted();
    // A lapse that was told and judged is accounted for.
    assert!(found(&server, &[]).stdout.contains("moved around the hook"));
    server.write("evidence.jsonl", &text);
    assert!(found(&server, &["unrecorded-commit"]).stdout.contains("2 commits"));
}

/// A branch that nobody has pushed to is known as it is: it must not lend that to others.
#[test]
fn what_came_in_around_the_hook_is_judged_whatever_branch_was_made_beside_it() {
    let server = Server::new();
    let (ana, bob, _) = landed(&server);
    bob.renew();
    let around = bob.commit("around the hook");
    bob.show();
    for name in ["refs/heads/main", "refs/heads/release/9"] {
        server.git(&["update-ref", name, &around]);
    }
    ana.renew();
    ana.approved_commit("PAY-1: z", &bob);
    let refused = &["lapse", "missing-ticket", "missing-approval", "self-approval"];
    ana.push(&["main"]).refused_for(refused);
    found(&server, &["unrecorded-commit", "unrecorded-ref"]);
    // Nor does it help to take the other branch away.
    server.git(&["update-ref", "-d", "refs/heads/release/9"]);
    ana.push(&["main"]).refused_for(refused);
    found(&server, &["unrecorded-commit"]);
    let config = server.at("config.toml");
    let args =
        ["baseline", "--reason", "x", "--config", &config, "app", "refs/heads/main", &around];
    assert_eq!(Shown::of(&server.sockembot(&args), server.home()).code, Some(0));
    ana.push(&["main"]).accepted();
    // Only what came after it is counted, as git counts it.
    let shown = found(&server, &[]);
    assert!(shown.stdout.contains("refs/heads/main: 1 commit since"), "{}", shown.stdout);
}

/// One that the hook left where it is still is known.
#[test]
fn a_lapse_does_not_have_judged_again_what_a_trusted_branch_was_let_in_with() {
    let server = Server::configured(
        "automation =",
        "trusts = [\"refs/heads/main\", \"refs/heads/release/*\"]\nautomation =",
    );
    let (ana, bob, _) = landed(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let id = ana.commit("PAY-1: for the release");
    ana.push(&["HEAD:refs/heads/side/ana"]);
    bob.approve_for("release/1", &id);
    ana.push(&["HEAD:refs/heads/release/1"]).accepted();
    server.git(&["update-ref", "refs/heads/main", &id]);
    ana.renew();
    ana.approved_commit("PAY-2: z", &bob);
    ana.push(&["main"]).accepted();
}

#[test]
fn changes_that_are_gone_are_found() {
    let server = Server::new();
    let (_, _, [first, _]) = landed(&server);
    server.git(&["update-ref", "refs/heads/main", &first]);
    let shown = found(&server, &["missing-commit"]);
    assert!(shown.answer().contains("1 change to refs/heads/main has landed"), "{}", shown.stdout);
    // Without a word of what landed, it may as well never have.
    server.rename("app.git/hooks/post-receive", "app.git/hooks/off");
    let server = Server::new();
    server.rename("app.git/hooks/post-receive", "app.git/hooks/off");
    let (_, _, [first, _]) = landed(&server);
    server.git(&["update-ref", "refs/heads/main", &first]);
    let shown = found(&server, &[]);
    assert!(shown.stdout.contains("let in and never landed"), "{}", shown.stdout);
}

#[test]
fn a_branch_that_was_put_elsewhere_deleted_or_made_anew_is_found() {
    let server = Server::new();
    let (ana, bob, [first, second]) = landed(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let release = |args: &[&str]| server.git(&[&["update-ref"][..], args].concat());
    release(&["-d", "refs/heads/release/1"]);
    found(&server, &["deleted-ref"]);
    release(&["refs/heads/release/1", &first]);
    found(&server, &["missing-commit"]);
    release(&["refs/heads/release/1", &second]);
    found(&server, &[]);
    bob.commit("another history");
    bob.show();
    release(&["refs/heads/release/1", "refs/heads/side/bob"]);
    let shown = found(&server, &["unrecorded-commit", "missing-commit"]);
    assert!(shown.stdout.contains("release/1"), "{}", shown.stdout);
}

#[test]
fn a_tag_that_was_moved_or_deleted_around_the_hook_is_found() {
    let server = Server::new();
    let (ana, _, [first, second]) = landed(&server);
    ana.push(&["main:refs/tags/v1"]).accepted();
    server.git(&["update-ref", "refs/tags/v1", &first]);
    found(&server, &["moved-ref"]);
    server.git(&["update-ref", "-d", "refs/tags/v1"]);
    found(&server, &["deleted-ref"]);
    server.git(&["update-ref", "refs/tags/v1", &second]);
    server.git(&["update-ref", "refs/tags/v0", &first]);
    let shown = found(&server, &[]);
    assert!(shown.stdout.contains("1 governed tag of app with no record"), "{}", shown.stdout);
}

#[test]
fn an_approval_that_nobody_pushed_is_found() {
    let server = Server::new();
    let (ana, _, _) = landed(&server);
    let id = ana.commit("PAY-1: z");
    ana.show();
    server.git(&["update-ref", "refs/approvals/main/eve", &id]);
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    let shown = found(&server, &["unrecorded-approval"]);
    assert!(shown.stdout.contains("refs/approvals/main/eve approves"), "{}", shown.stdout);
}

/// What a trusted branch was let in with is not judged again; where it was put around the
/// hook is, even if it is set back right after.
#[test]
fn a_branch_that_is_moved_for_a_moment_hides_nothing() {
    let server = Server::configured(
        "automation =",
        "trusts = [\"refs/heads/main\", \"refs/heads/release/*\"]\nautomation =",
    );
    let (ana, bob, [_, second]) = landed(&server);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let dan = server.clone_for("dan");
    dan.commit("never seen by anybody");
    dan.show();
    server.git(&["update-ref", "refs/heads/release/1", "refs/heads/side/dan"]);
    ana.git(&["fetch", "-q", "origin"]);
    ana.git(&["merge", "-q", "--no-ff", "-m", "PAY-1: merge", "origin/release/1"]);
    ana.show();
    bob.approve(&ana.head());
    let shown = ana.push(&["main"]);
    shown.refused_for(&["lapse", "missing-ticket"]);
    server.git(&["update-ref", "refs/heads/release/1", &second]);
    found(&server, &[]);
    ana.push(&["main"]).refused_for(&["missing-ticket"]);
}

#[test]
fn a_push_that_was_let_in_and_never_landed_is_told_and_is_no_finding() {
    let server = Server::new();
    let (ana, bob, _) = landed(&server);
    ana.approved_commit("PAY-1: z", &bob);
    server.write("app.git/refs/heads/main.lock", "");
    assert!(!ana.push(&["main"]).landed());
    std::fs::remove_file(server.path("app.git/refs/heads/main.lock")).unwrap();
    let shown = found(&server, &[]);
    assert!(shown.stdout.contains("1 push to refs/heads/main of app let in"), "{}", shown.stdout);
}

#[test]
fn a_rewrite_that_was_let_in_in_monitor_mode_is_on_record_and_so_no_finding() {
    let server = Server::configured("mode = \"enforce\"", "mode = \"monitor\"");
    let (ana, _, _) = landed(&server);
    ana.push(&["--force", "main~1:main"]).accepted();
    found(&server, &[]);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    ana.push(&[":refs/heads/release/1"]).accepted();
    found(&server, &[]);
    ana.push(&["main~1:refs/heads/release/1"]).accepted();
    found(&server, &[]);
}

#[test]
fn history_from_before_the_control_is_not_counted_against_anybody() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("no ticket");
    ana.push(&["main"]);
    assert!(found(&server, &[]).answer().contains("0 commits since"));
    let config = server.at("config.toml");
    let id = ana.head();
    let args =
        ["baseline", "--reason", "x", "--config", &config, "app", "refs/heads/release/9", &id];
    assert!(server.sockembot(&args).status.success());
    let shown = found(&server, &[]);
    assert!(shown.stdout.contains("an admin has accepted history"), "{}", shown.stdout);
    std::fs::remove_file(server.path("evidence.jsonl")).unwrap();
    let shown = verify(&server);
    assert_eq!(shown.code, Some(2), "{}", shown.stdout);
    assert!(shown.stderr.contains("opening the evidence"), "{}", shown.stderr);
}

#[test]
fn every_edit_of_the_file_is_found() {
    let server = Server::new();
    landed(&server);
    let whole = server.read("evidence.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    let cut = |range: std::ops::Range<usize>| [&lines[..range.start], &lines[range.end..]].concat();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(4, 5);
        lines
    };
    let edited = whole.replacen("\"name\":\"ana\"", "\"name\":\"dan\"", 1);
    for (lines, what) in [
        (edited.lines().collect(), "the line before it is not the one"),
        (cut(3..4), "record 4 stands where 3 was due"),
        (cut(0..1), "record 1 stands where 0 was due"),
        (swapped, "the chain is broken"),
        ([&lines[..4], &lines[3..]].concat(), "record 3 stands where 4 was due"),
        ([&lines[..4], &["{}"], &lines[4..]].concat(), "line 5 is no record"),
        ([&lines[..4], &["nothing"], &lines[4..]].concat(), "line 5 is no record"),
    ] {
        server.write("evidence.jsonl", &(lines.join("\n") + "\n"));
        let shown = verify(&server);
        assert!(codes(&shown).contains(&"broken-chain".to_owned()), "{what}: {}", shown.stdout);
        let flat = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(what), "{what}: {}", shown.stdout);
        assert_eq!(shown.code, Some(1));
    }
    // An end that is cut off can't show in the chain; git shows what landed.
    server.write("evidence.jsonl", &(cut(lines.len() - 2..lines.len()).join("\n") + "\n"));
    found(&server, &["unrecorded-commit"]);
    server.write("evidence.jsonl", &whole);
    found(&server, &[]);
}

#[test]
fn a_file_that_was_put_in_place_of_the_real_one_is_found() {
    let server = Server::new();
    let (ana, _, _) = landed(&server);
    server.rename("evidence.jsonl", "kept.jsonl");
    server.forget_index();
    // Whoever starts the file anew has to say where claims start, and that shows; so do
    // the approvals that were given before.
    ana.commit("no ticket");
    ana.push(&["main"]);
    let shown = found(&server, &["unrecorded-approval"]);
    assert!(shown.answer().contains("0 commits since"), "{}", shown.stdout);
    let kept = ["verify", "--evidence", "kept.jsonl", "--checkpoint", "new.checkpoint"];
    let config = server.at("config.toml");
    let made = server.sockembot(&["checkpoint", "--config", &config]).stdout;
    std::fs::write(server.path("new.checkpoint"), made).unwrap();
    let shown = Shown::of(&server.sockembot(&kept), server.home());
    assert_eq!(codes(&shown), ["lost-history"], "{}", shown.stdout);
    let both = server.read("kept.jsonl") + &server.read("evidence.jsonl");
    server.write("evidence.jsonl", &both);
    assert!(codes(&verify(&server)).contains(&"broken-chain".to_owned()));
}

#[test]
fn a_clock_that_was_set_back_is_found() {
    let server = Server::new();
    let (ana, _, _) = landed(&server);
    // The end of the chain comes from the future: as if the clock had gone ahead then.
    let text = server.read("evidence.jsonl");
    let last = text.lines().last().unwrap();
    let record: serde_json::Value = serde_json::from_str(last).unwrap();
    let time = record["time"].as_str().unwrap();
    server.edit("evidence.jsonl", last, &last.replace(time, "2126-01-01T00:00:00.000Z"));
    server.forget_index();
    found(&server, &[]);
    ana.commit("no ticket");
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    let shown = found(&server, &["clock-set-back"]);
    assert!(shown.stdout.contains("2126-01-01T00:00:00.000Z"), "{}", shown.stdout);
}

#[test]
fn a_torn_write_is_told_and_is_no_finding() {
    let server = Server::new();
    let (ana, _, _) = landed(&server);
    let text = server.read("evidence.jsonl");
    server.write("evidence.jsonl", &format!("{text}{{\"v\":1,"));
    assert!(found(&server, &[]).stdout.contains("was torn off, or is under way"));
    ana.commit("no ticket");
    ana.push(&["main"]);
    assert!(found(&server, &[]).stdout.contains("vouches for a write before it"));
}

#[test]
fn a_checkpoint_that_somebody_kept_shows_what_the_chain_can_t() {
    let server = Server::new();
    let (ana, _, _) = landed(&server);
    ana.commit("no ticket");
    ana.push(&["main"]);
    let config = server.at("config.toml");
    let key = server.at("key");
    let mut keygen = hermetic("ssh-keygen", server.home());
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "c", "-f", &key]);
    assert!(keygen.status().unwrap().success());
    let public = server.read("key.pub");
    server.write("signers", &format!("audit@example.com {public}"));
    for (name, more) in [("bare", &[][..]), ("signed", &["--sign", &key])] {
        let made = server.sockembot(&[&["checkpoint", "--config", &config][..], more].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(server.path(name), made.stdout).unwrap();
    }
    let text = server.read("bare");
    let lines: Vec<&str> = text.lines().collect();
    let head = server.evidence().pop().unwrap();
    assert_eq!(lines[0], format!("sockembot {}", head["log"].as_str().unwrap()));
    assert_eq!((lines[1], lines.len()), (&*head["seq"].to_string(), 4));
    let held = |file: &str, more: &[&str]| {
        let shown = verify_with(&server, &[&["app", "--checkpoint", file][..], more].concat());
        let row = shown.answer();
        let row = row.lines().find(|line| line.starts_with("checkpoint")).unwrap().to_owned();
        (codes(&shown), row.split_once("; ").unwrap().1.to_owned(), shown)
    };
    let signers = &["--allowed-signers", "signers"][..];
    let none: Vec<String> = vec![];
    assert_eq!((held("bare", &[]).0, &*held("bare", &[]).1), (none.clone(), "it is not signed"));
    assert!(held("signed", &[]).1.contains("its signature was not checked"));
    let good = held("signed", signers);
    assert_eq!((good.0, &*good.1), (none, "signed by audit@example.com"));
    assert_eq!(held("bare", signers).0, ["bad-signature"]);
    // A signature for something else, by somebody else, or over other words.
    server.edit("signers", "audit@example.com", "audit@example.com namespaces=\"git\"");
    assert_eq!(held("signed", signers).0, ["bad-signature"]);
    server.write("signers", "");
    assert_eq!(held("signed", signers).0, ["bad-signature"]);
    server.write("signers", &format!("audit@example.com {public}"));
    let signed = server.read("signed");
    let time = signed.lines().nth(3).unwrap();
    server.write("signed", &signed.replacen(time, "2026-01-01T00:00:00.000Z", 1));
    assert_eq!(held("signed", signers).0, ["bad-signature"]);
    // The refusal at the end is cut off: neither chain nor git knows of it.
    let evidence = server.read("evidence.jsonl");
    let cut: Vec<&str> = evidence.lines().collect();
    server.write("evidence.jsonl", &(cut[..cut.len() - 1].join("\n") + "\n"));
    found(&server, &[]);
    let shown = held("bare", &[]);
    assert_eq!((shown.0, shown.2.code), (vec!["lost-history".to_owned()], Some(1)));
    assert!(shown.2.stdout.contains("its end was cut off"), "{}", shown.2.stdout);
    server.forget_index();
    ana.commit("another");
    ana.push(&["main"]);
    assert!(held("bare", &[]).2.stdout.contains("the file was written anew"));
    server.write("bare", "no checkpoint\n");
    let shown = verify_with(&server, &["app", "--checkpoint", "bare"]);
    assert_eq!(shown.code, Some(2));
    assert!(shown.stderr.contains("it is no checkpoint"), "{}", shown.stderr);
}

#[test]
fn a_broken_chain_gets_no_checkpoint() {
    let server = Server::new();
    landed(&server);
    server.edit("evidence.jsonl", "\"name\":\"ana\"", "\"name\":\"dan\"");
    let config = server.at("config.toml");
    let made = server.sockembot(&["checkpoint", "--config", &config]);
    assert_eq!((made.status.code(), made.stdout.len()), (Some(70), 0));
}

/// An auditor brings the file and the repositories home, and no config.
#[test]
fn it_is_checked_elsewhere_with_nothing_but_the_file_and_the_repositories() {
    let server = Server::new();
    let (_, _, [first, _]) = landed(&server);
    let home = server.path("home");
    std::fs::create_dir_all(home.join("repositories/deep")).unwrap();
    server.git(&["clone", "-q", "--mirror", ".", "../home/repositories/app.git"]);
    std::fs::copy(server.path("evidence.jsonl"), home.join("e.jsonl")).unwrap();
    let at_home = |args: &[&str]| {
        let mut verify = hermetic(crate::support::BINARY, &home);
        let all = [&["verify", "--evidence", "e.jsonl"][..], args].concat();
        Shown::of(&verify.args(all).output().unwrap(), server.home())
    };
    let root = at_home(&["--root", "repositories"]);
    assert_eq!(root.code, Some(0), "{}{}", root.stdout, root.stderr);
    assert!(root.stdout.contains("clean; 1 repository compared"), "{}", root.stdout);
    let named = at_home(&["app=repositories/app.git", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&named.stdout).unwrap();
    assert_eq!(answer["result"], "clean");
    let main = &answer["refs"][0];
    assert_eq!((&main["commits"], &main["recorded"]), (&2.into(), &2.into()));
    // The count that the README tells an auditor to repeat.
    let since = main["since"][0].as_str().unwrap();
    let range = format!("{since}..{}", main["tip"].as_str().unwrap());
    assert_eq!(server.git(&["rev-list", "--count", &range]), "2");
    let alone = at_home(&[]);
    assert!(alone.stdout.contains("no repository was compared with it"), "{}", alone.stdout);
    assert_eq!(alone.code, Some(0));
    let elsewhere = at_home(&["--root", "repositories/deep"]);
    assert_eq!(codes(&elsewhere), ["missing-repository"], "{}", elsewhere.stdout);
    server.git(&[
        "--git-dir",
        home.join("repositories/app.git").to_str().unwrap(),
        "update-ref",
        "refs/heads/main",
        &first,
    ]);
    let named = at_home(&["app=repositories/app.git", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&named.stdout).unwrap();
    assert_eq!(answer["findings"][0]["code"], "missing-commit");
    assert_eq!((&answer["result"], named.code), (&"findings".into(), Some(1)));
    let absent = at_home(&["nowhere"]);
    assert_eq!(absent.code, Some(2));
    let object = format!("repositories/app.git/objects/{}/{}", &first[..2], &first[2..]);
    std::fs::remove_file(home.join(object)).unwrap();
    let broken = at_home(&["app=repositories/app.git"]);
    assert_eq!(broken.code, Some(2), "{}", broken.stdout);
    assert!(broken.stdout.contains("could not check: app can't be read"), "{}", broken.stdout);
}
