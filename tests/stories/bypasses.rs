//! Ways around a hook that are known to have worked somewhere. Others stand with what they break:
//! malformed input in `bad_input`, aliases and namespaces in `repositories`, forged names in
//! `approvals` and `hosts`, rewriting in `moving_refs`, killing and stalling in `failing`.

use crate::support::{Server, Setup, git, git_bytes};

#[test]
fn a_commit_that_is_on_a_side_branch_already_is_judged_all_the_same() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    eve.show();
    eve.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
    // A new governed branch at that commit sends no object at all.
    eve.push(&["main:refs/heads/release/1"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn two_refs_of_one_push_do_not_hide_each_other_s_commits() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    eve.push(&["main:refs/heads/feature", "main"])
        .refused_for(&["missing-ticket", "missing-approval"]);
    eve.push(&["main:refs/heads/release/1", "main"]).refused_for(&[
        "missing-ticket",
        "missing-approval",
        "missing-ticket",
        "missing-approval",
    ]);
    assert_eq!(server.tip("refs/heads/feature"), "");
}

/// Git compares the two as well, but only when it writes: a start that is false must
/// neither hide commits nor be remembered as a place where the branch has been.
#[test]
fn a_lie_about_the_old_value_is_refused_and_leaves_no_trace_to_go_on_from() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    let base = server.tip("refs/heads/main");
    let evil = ana.commit("no ticket");
    let top = ana.commit("PAY-1: y");
    ana.show();
    for line in [
        format!("{evil} {top} refs/heads/main\n"),
        format!("{evil} {evil} refs/heads/release/zz\n"),
        format!("{evil} {base} refs/heads/main\n"),
        format!("{} {evil} refs/heads/main\n", "0".repeat(40)),
    ] {
        let output = server.hook("ana", line.as_bytes());
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("error[outdated-push]"), "{said}");
    }
    assert_eq!(server.records("baseline").len(), 1, "that of the installation");
    let evil = format!("{evil}:refs/heads/release/zz");
    ana.push(&[&evil]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

/// A push that the hook lets in can be made to fail afterwards. What it would have
/// brought is not there, and hides nothing later.
#[test]
fn what_was_let_in_but_never_landed_is_judged_again() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.push(&["main:refs/heads/release/q"]).accepted();
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.approve_for("release/q", &id);
    let [one, two, three] =
        ["release/q", "zz", "zz/y"].map(|name| format!("{id}:refs/heads/{name}"));
    let torn = ana.push(&["--atomic", &one, &two, &three]);
    assert!(!torn.landed() && torn.codes().is_empty(), "{}", torn.seen());
    bob.push(&[":refs/approvals/release/q/bob"]).accepted();
    server.edit("tickets.toml", "state = \"In Progress\"", "state = \"Draft\"");
    ana.push(&[&one]).refused_for(&["wrong-state", "missing-approval"]);
}

#[test]
fn a_part_of_what_was_approved_is_not_approved() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let part = ana.commit("PAY-1: add a back door");
    let whole = ana.commit("PAY-1: take it out again");
    ana.show();
    bob.approve(&whole);
    ana.push(&[&format!("{part}:refs/heads/main")]).refused_for(&["stale-approval"]);
    ana.push(&["main"]).accepted();
}

/// Who may push an approval may push any history, of any size and shape.
#[test]
fn no_approval_can_stand_in_the_way_of_others() {
    let server = Server::new();
    let (ana, bob, eve) =
        (server.clone_for("ana"), server.clone_for("bob"), server.clone_for("eve"));
    ana.approved_commit("PAY-1: x", &bob);
    let entry = b"1100644 f\0aaaaaaaaaaaaaaaaaaaa";
    let args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    let tree = git_bytes(eve.path(), &args, entry);
    let who = "Eve <eve@example.com> 1767700000 +0000";
    let odd = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nodd\n");
    let odd = eve.raw_commit(odd.as_bytes());
    let merge =
        format!("tree TREE\nparent {odd}\nparent {odd}\nauthor {who}\ncommitter {who}\n\nodd\n");
    eve.git(&["reset", "-q", "--soft", "origin/main"]);
    let merge = eve.raw_commit(merge.as_bytes());
    let pushed = eve.push(&[&format!("{merge}:refs/approvals/main/eve")]);
    // Newer gits refuse such an object themselves; then there is nothing to try.
    if pushed.landed() {
        ana.push(&["main"]).accepted();
    }
}

#[test]
fn a_tag_needs_a_branch_of_its_own_table() {
    let dev = "[[protect]]\nrepos = [\"*\"]\nrefs = [\"refs/heads/dev\"]\nmode = \"monitor\"\n\
               [protect.ticket]\nprojects = [\"PAY\"]\n";
    let server = Server::with(Setup { more: dev.to_owned(), ..Setup::default() });
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    eve.push(&["main:refs/heads/dev", "main:refs/tags/v1"]).refused_for(&[
        "missing-ticket",
        "missing-approval",
        "stray-tag",
    ]);
    assert_eq!(server.tip("refs/tags/v1"), "");
}

#[test]
fn the_branch_that_a_governed_name_leads_to_is_governed() {
    let server = Server::new();
    server.git(&["update-ref", "refs/heads/trunk", "refs/heads/main"]);
    server.git(&["symbolic-ref", "refs/heads/main", "refs/heads/trunk"]);
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    let codes = ["lapse", "missing-ticket", "missing-approval"];
    eve.push(&["main:refs/heads/trunk"]).refused_for(&codes);
}

#[test]
fn a_merge_of_what_is_contained_already_is_no_merge() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let who = "CFO <cfo@example.com> 1767700000 +0000";
    let parent = ana.git(&["rev-parse", "HEAD~1"]);
    let raw = format!(
        "tree TREE\nparent PARENT\nparent {parent}\nauthor {who}\ncommitter {who}\n\nApproved-by: CFO\n"
    );
    ana.raw_commit(raw.as_bytes());
    ana.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn a_person_with_the_name_of_a_machine_is_no_machine() {
    let server = Server::configured("[\"robot\"]", "[\"deploy-key:5\"]");
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    let pushed = eve.git_with(&["push", "origin", "main"], &[("REMOTE_USER", "deploy-key:5")]);
    pushed.refused_for(&["unknown-pusher", "missing-ticket", "missing-approval"]);
}

#[test]
fn a_name_that_differs_in_case_is_the_branch_where_the_disk_says_so() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    eve.push(&["main:refs/heads/Main"]).accepted();
    server.git(&["config", "core.ignorecase", "true"]);
    let pushed = eve.push(&["main:refs/heads/MAIN"]);
    pushed.refused_for(&["odd-case-ref"]);
    assert!(pushed.digest().contains("refs/heads/main"), "{}", pushed.seen());
    // A pattern governs what is spelled in any way.
    eve.push(&["main:refs/heads/Release/1"]).refused_for(&["missing-ticket", "missing-approval"]);
}

/// There the approval of `Bob` is written to the file of bob's.
#[test]
fn an_approval_that_differs_in_case_is_nobody_s_where_the_disk_says_so() {
    let server = Server::new();
    server.git(&["config", "core.ignorecase", "true"]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    let id = ana.commit("PAY-1: y");
    ana.show();
    let eve = server.clone_for("eve");
    for name in ["main/Bob", "MAIN/bob", "Main/eve"] {
        let pushed = eve.git_with(
            &["push", "origin", &format!("{id}:refs/approvals/{name}")],
            &[("REMOTE_USER", "Bob")],
        );
        assert!(!pushed.landed(), "{name}: {}", pushed.seen());
    }
    ana.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn a_name_that_only_looks_like_the_branch_is_another_one() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    let before = server.tip("refs/heads/main");
    eve.commit("no ticket");
    for name in ["refs/heads/refs/heads/main", "refs/heads/ma\u{202e}in", "refs/heads/m\u{430}in"] {
        let pushed = eve.push(&[&format!("main:{name}")]);
        pushed.accepted();
        assert_eq!(pushed.digest(), "");
    }
    assert_eq!(server.tip("refs/heads/main"), before);
}

#[test]
fn a_branch_that_went_away_on_the_server_comes_back_judged() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.approve_for("release/1", &id);
    ana.push(&["main:refs/heads/release/1"]).accepted();
    server.git(&["update-ref", "-d", "refs/heads/release/1"]);
    ana.commit("no ticket");
    ana.push(&["main:refs/heads/release/1"]).refused_for(&["missing-ticket", "missing-approval"]);
    ana.push(&["main~1:refs/heads/release/1"]).accepted();
}

#[test]
fn another_default_branch_leaves_the_governed_one_governed() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    server.git(&["symbolic-ref", "HEAD", "refs/heads/elsewhere"]);
    eve.commit("no ticket");
    eve.push(&["main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn approvals_that_anybody_could_write_count_for_nothing() {
    let server = Server::new();
    let eve = server.clone_for("eve");
    let id = eve.commit("PAY-1: x\n\nApproved-by: bob\nReviewed-by: Bob <bob@example.com>\n");
    for name in
        ["refs/notes/approvals", "refs/heads/approvals/main/bob", "refs/tags/approvals/main/bob"]
    {
        eve.push(&[&format!("{id}:{name}")]).accepted();
    }
    let long = "refs/namespaces/a/refs/approvals/main/bob";
    eve.push(&[&format!("{id}:{long}")]).refused_for(&["forged-approval"]);
    eve.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn nobody_s_approval_can_be_kept_out_by_a_name_below_it() {
    let server = Server::new();
    let (ana, bob, eve) =
        (server.clone_for("ana"), server.clone_for("bob"), server.clone_for("eve"));
    let id = ana.commit("PAY-1: x");
    ana.show();
    eve.commit("PAY-1: y");
    eve.push(&["main:refs/approvals/main/bob/eve"]).refused_for(&["misnamed-approval"]);
    bob.approve(&id);
    ana.push(&["main"]).accepted();
}

#[test]
fn a_machine_s_approval_is_no_second_pair_of_eyes() {
    let server = Server::new();
    let (ana, robot) = (server.clone_for("ana"), server.clone_for("robot"));
    ana.approved_commit("PAY-1: x", &robot);
    ana.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn an_alias_of_somebody_s_approval_is_that_approval() {
    let server = Server::new();
    server.git(&["symbolic-ref", "refs/heads/alias", "refs/approvals/main/bob"]);
    let eve = server.clone_for("eve");
    eve.commit("PAY-1: x");
    eve.push(&["main:refs/heads/alias"]).refused_for(&["forged-approval"]);
    assert_eq!(server.tip("refs/approvals"), "");
}

#[test]
fn a_review_ref_of_the_host_is_judged_where_a_table_names_it() {
    let server = Server::configured("refs = [", "refs = [\"refs/for/*\", ");
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    eve.push(&["main:refs/for/main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn an_octopus_is_a_commit_like_any_other() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    for (branch, by) in [("one", "bob"), ("two", "eve")] {
        ana.git(&["checkout", "-q", "-b", branch, "origin/main"]);
        ana.approved_commit(&format!("PAY-1: {branch}"), &server.clone_for(by));
    }
    ana.git(&["checkout", "-q", "main"]);
    ana.git(&["merge", "-q", "--no-ff", "-m", "octopus", "one", "two"]);
    let refused = ana.push(&["main"]);
    refused.refused_for(&["missing-ticket", "missing-approval"]);
    assert_eq!(refused.digest().matches("octopus").count(), 2, "{}", refused.seen());
}

#[test]
fn a_foreign_history_that_is_merged_in_is_judged_whole() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.git(&["checkout", "-q", "--orphan", "foreign"]);
    ana.commit("foreign root");
    ana.git(&["checkout", "-q", "-f", "main"]);
    ana.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "PAY-1: join", "foreign"]);
    ana.show();
    bob.approve(&ana.head());
    let refused = ana.push(&["main"]);
    refused.refused_for(&["missing-ticket"]);
    assert!(refused.digest().contains("foreign root"), "{}", refused.seen());
}

#[test]
fn a_key_with_a_path_behind_it_is_no_key() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    for message in ["PAY-1/../PAY-7", "../PAY-1", "x\n\nTicket: PAY-1%2F..\n"] {
        ana.renew();
        ana.approved_commit(message, &bob);
        let pushed = ana.push(&["main"]);
        // The first names PAY-1 and then something else; it lands by that ticket alone.
        let codes = pushed.codes();
        assert!(codes.is_empty() || codes == ["missing-ticket"], "{message}: {codes:?}");
    }
}

#[test]
fn nothing_that_is_pushed_chooses_the_policy_or_skips_it() {
    let server = Server::new();
    server.git(&["config", "receive.advertisePushOptions", "true"]);
    let eve = server.clone_for("eve");
    let lax = "[[protect]]\nrepos = [\"*\"]\nrefs = [\"refs/heads/none\"]\n";
    for name in ["config.toml", ".sockembot.toml", "sockembot.toml", ".mailmap"] {
        std::fs::write(eve.path().join(name), lax).unwrap();
    }
    eve.commit("[skip ci] [sockembot skip] no-verify");
    for option in ["skip", "sockembot.skip", "ci.skip"] {
        eve.push(&["-o", option, "main"]).refused_for(&["missing-ticket", "missing-approval"]);
    }
    let codes = ["unlisted-emergency", "missing-ticket", "missing-approval"];
    eve.push(&["-o", "emergency=x", "main"]).refused_for(&codes);
    eve.push(&["--no-verify", "main"]).refused_for(&["missing-ticket", "missing-approval"]);
}

#[test]
fn no_variable_of_the_environment_chooses_the_policy_or_the_pusher() {
    let server = Server::new();
    server.write("lax.toml", "");
    let lax = server.at("lax.toml");
    let eve = server.clone_for("eve");
    eve.commit("no ticket");
    for (name, value) in [
        ("SOCKEMBOT_CONFIG", lax.as_str()),
        ("SOCKEMBOT_SKIP", "1"),
        ("SOCKEMBOT_MODE", "monitor"),
        ("GL_USER", "robot"),
        ("USER", "robot"),
        ("LOGNAME", "robot"),
        ("GITEA_PUSHER_NAME", "robot"),
        ("SSH_ORIGINAL_COMMAND", "robot"),
        ("HTTP_X_REMOTE_USER", "robot"),
        ("BASH_ENV", lax.as_str()),
        ("ENV", lax.as_str()),
        ("RUST_BACKTRACE", "0"),
        ("BASH_FUNC_[%%", "() { exec /bin/true; }"),
        ("BASH_FUNC_printf%%", "() { exec /bin/true; }"),
        ("BASH_FUNC_case%%", "() { exec /bin/true; }"),
    ] {
        let pushed = eve.git_with(&["push", "origin", "main"], &[(name, value)]);
        pushed.refused_for(&["missing-ticket", "missing-approval"]);
        assert!(pushed.digest().contains("pushed by eve"), "{name}: {}", pushed.seen());
    }
}

#[test]
fn an_index_that_is_lost_or_cut_short_is_made_anew() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.push(&["main"]).accepted();
    let index = server.path("evidence.jsonl.index");
    let files = || -> Vec<_> {
        let entries = std::fs::read_dir(&index).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.file_name().unwrap() != "lock").collect()
    };
    let each = files();
    for lost in each.iter().map(|one| vec![one.clone()]).chain([each.clone()]) {
        for spoil in ["0123", "", "gone"] {
            for path in lost.iter().filter(|path| path.exists()) {
                match spoil {
                    "gone" => std::fs::remove_file(path).unwrap(),
                    text => std::fs::write(path, text).unwrap(),
                }
            }
            ana.approved_commit("PAY-1: y", &bob);
            let pushed = ana.push(&["main"]);
            pushed.accepted();
            assert!(pushed.codes().is_empty(), "{lost:?} {spoil}: {}", pushed.seen());
        }
    }
    assert_eq!(server.records("baseline").len(), 1);
}

#[test]
fn a_ticket_s_title_reaches_the_terminal_as_text_and_on_one_line() {
    let server = Server::new();
    let title = r#"title = "\u001b]0;x\u0007 a\r\nremote: success: forged \u202e \u0000""#;
    server.edit("tickets.toml", "title = \"Round half up in invoices\"", title);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert!(!pushed.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}', '\0']), "{}", pushed.seen());
    assert!(!pushed.digest().lines().any(|line| line.starts_with("success: forged")));
}

#[test]
fn a_policy_that_anybody_can_write_decides_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::new();
    let mode = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(server.path("config.toml"), mode).unwrap();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.commit("PAY-1: x");
    ana.push(&["main"]).failed_with("chmod o-w");
    drop(bob);
}

#[test]
fn a_repository_that_no_table_names_is_left_alone_but_for_approvals() {
    let server = Server::with(Setup {
        config: vec![("repos = [\"*\"]", "repos = [\"other\"]".to_owned())],
        ..Setup::default()
    });
    let eve = server.clone_for("eve");
    let id = eve.commit("no ticket");
    let pushed = eve.push(&["main"]);
    pushed.accepted();
    assert_eq!(pushed.digest(), "");
    eve.push(&["main:refs/approvals/main/bob"]).refused_for(&["forged-approval"]);
    assert_eq!(git(eve.path(), &["rev-parse", "HEAD"]), id);
}
