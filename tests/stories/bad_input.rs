//! Input that nobody means well with: an answer each time, never a hang, a pass or silence.

use crate::support::{Clone, Server};

/// What the hook answers to lines of our own making.
fn answer(server: &Server, lines: &[u8]) -> (Option<i32>, String) {
    let output = server.hook("ana", lines);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// An id of a commit that is there, and of one that complies with nothing.
fn ids(server: &Server) -> (String, String) {
    let ana = server.clone_for("ana");
    let old = server.tip("refs/heads/main");
    let new = ana.commit("no ticket");
    ana.show();
    (old, new)
}

#[test]
fn a_malformed_line_refuses_the_push_and_names_the_line() {
    let server = Server::new();
    let (old, new) = ids(&server);
    let zero = "0".repeat(40);
    for (line, why) in [
        (format!("{old} {new}\n"), "a line has an old id"),
        (format!("{old} {new} main\n"), "begins with `refs/`"),
        (format!("{old}  {new} refs/heads/x\n"), "40 hex digits"),
        (format!("{} {new} refs/heads/x\n", &old[..39]), "40 hex digits"),
        (format!("{} {new} refs/heads/x\n", old.to_uppercase()), "0-9 and a-f"),
        (format!("{zero} {zero} refs/heads/x\n"), "both zero"),
        (format!("{old} {new} refs/heads/x"), "cut short"),
        (format!("{old} {new} refs/heads/x\n\n"), "a line has an old id"),
        (format!("{old} {new} refs/heads/a b\n"), "git-check-ref-format(1)"),
        (format!("{old} {new} refs/heads/a\u{1b}[31m\n"), "git-check-ref-format(1)"),
        (format!("{old} {new} refs/heads/a..b\n"), "git-check-ref-format(1)"),
        (format!("{old} {new} refs/heads/a.lock\n"), "git-check-ref-format(1)"),
        (format!("{old} {new} refs/heads/a\0b\n"), "git-check-ref-format(1)"),
        (format!("{old} {new} refs/heads/../main\n"), "git-check-ref-format(1)"),
    ] {
        let (code, said) = answer(&server, line.as_bytes());
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code, Some(1), "{line:?}: {said}");
        assert!(
            flat.contains("error[malformed-push]: line") && flat.contains(why),
            "{line:?}: {said}"
        );
        assert!(!said.contains('\u{1b}'));
    }
    let latin = [format!("{old} {new} refs/heads/").as_bytes(), b"caf\xe9\n"].concat();
    assert_eq!(answer(&server, &latin).0, Some(1));
}

#[test]
fn no_line_at_all_is_a_failure() {
    let (code, said) = answer(&Server::new(), b"");
    assert_eq!(code, Some(70));
    assert!(said.contains("standard input holds no ref line"), "{said}");
}

#[test]
fn a_ref_named_twice_refuses_the_push() {
    let server = Server::new();
    let (old, new) = ids(&server);
    let twice = format!("{old} {new} refs/heads/x\n{new} {old} refs/heads/x\n");
    let (code, said) = answer(&server, twice.as_bytes());
    assert_eq!(code, Some(1));
    assert!(said.contains("error[duplicate-ref]"), "{said}");
}

#[test]
fn a_line_feed_in_a_ref_name_forges_no_line() {
    let server = Server::new();
    let (old, new) = ids(&server);
    // The client names one ref, `refs/heads/x LF OLD OLD refs/heads/main`.
    let forged = format!("{old} {new} refs/heads/x\n{old} {old} refs/heads/main\n");
    let real = format!("{old} {new} refs/heads/main\n");
    assert_eq!(answer(&server, format!("{real}{forged}").as_bytes()).0, Some(1));
}

#[test]
fn ten_thousand_refs_get_an_answer() {
    let server = Server::new();
    let (_, new) = ids(&server);
    let zero = "0".repeat(40);
    let side: String = (0..10_000).map(|n| format!("{zero} {new} refs/heads/side/{n}\n")).collect();
    assert_eq!(answer(&server, side.as_bytes()), (Some(0), String::new()));
    let governed: String =
        (0..1_000).map(|n| format!("{zero} {new} refs/heads/release/{n}\n")).collect();
    let (code, said) = answer(&server, governed.as_bytes());
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(server.records("change").len(), 1_000);
}

/// A commit made of raw bytes, pushed to `main`.
fn push_raw(raw: &[u8]) -> Vec<String> {
    let server = Server::new();
    let ana = server.clone_for("ana");
    raw_commit(&ana, raw);
    let pushed = ana.push(&["main"]);
    assert!(!pushed.landed());
    assert!(!pushed.stderr.contains('\u{1b}'), "{}", pushed.seen());
    pushed.codes()
}

fn raw_commit(clone: &Clone, raw: &[u8]) {
    clone.raw_commit(raw);
}

const WHO: &str = "Ana <ana@example.com> 1767700000 +0000";

#[test]
fn a_commit_that_tools_read_in_two_ways_is_refused_as_such() {
    let head = format!("tree TREE\nparent PARENT\nauthor {WHO}\ncommitter {WHO}\n");
    let eve = "author Eve <eve@example.com> 1 +0000\n";
    for raw in [
        format!("{head}\nPAY-1: good\0bad\n"),
        format!("{head}encoding UTF-16\n\nPAY-1: x\n"),
        format!("{head}encoding UTF-7\n\nPAY-1: x\n"),
        format!("{head}{eve}\nPAY-1: x\n"),
        format!("tree TREE\nparent PARENT\nauthor {WHO}\n{eve}committer {WHO}\n\nPAY-1: x\n"),
        format!("tree TREE\nparent PARENT\nauthor {WHO}\n\nPAY-1: x\n"),
        format!("tree TREE\nparent PARENT\nauthor Ana\ncommitter {WHO}\n\nPAY-1: x\n"),
        format!(
            "tree TREE\nparent PARENT\nauthor A <a@b> 99999999999999999999 +0000\ncommitter {WHO}\n\nPAY-1: x\n"
        ),
        format!("{head}\nPAY-1: {}\n", "x".repeat(1_100_000)),
    ] {
        let shown: String = raw.chars().take(300).collect();
        assert!(push_raw(raw.as_bytes()).contains(&"malformed-commit".to_owned()), "{shown:?}");
    }
}

#[test]
fn odd_bytes_in_names_and_messages_reach_no_terminal() {
    let head = format!(
        "tree TREE\nparent PARENT\nauthor E\u{1b}[2J\u{202e} <e@x> 1767700000 +0000\ncommitter {WHO}\n"
    );
    let mut raw =
        format!("{head}\n\u{1b}]52;c;eA==\u{7} \u{9b}31m \u{202e}x\u{200b}\u{feff} ").into_bytes();
    raw.extend(b"\xff\xfe\r\x08\n");
    let codes = push_raw(&raw);
    assert_eq!(codes, ["missing-ticket", "missing-approval"]);
}

#[test]
fn a_message_that_is_no_utf_8_is_read_by_its_bytes() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let head =
        format!("tree TREE\nparent PARENT\nauthor {WHO}\ncommitter {WHO}\nencoding ISO-8859-1\n");
    let id = ana.raw_commit(&[head.as_bytes(), b"\nPAY-1: caf\xe9\n"].concat());
    ana.show();
    bob.approve(&id);
    ana.push(&["main"]).accepted();
}
