//! Ways to land at a server with reviews what nobody has read, and to stand in the way of others.

use crate::support::Clone;
use crate::support::fake_forge::Forge;
use crate::support::reviewed::Reviewed;

/// A file of somebody's, in a commit.
fn write(clone: &Clone, name: &str, text: &str, message: &str) -> String {
    std::fs::write(clone.path().join(name), text).unwrap();
    clone.commit(message)
}

/// Moves `main` on the server, before the first push that is judged.
fn lands(at: &Reviewed, clone: &Clone) {
    let pushed = at.push(clone, &["HEAD:refs/heads/x"]);
    assert!(pushed.landed(), "{}", pushed.seen());
    at.server.git(&["update-ref", "refs/heads/main", &clone.head()]);
}

/// The squash has the tree of the head and an older parent than it: what the branch has
/// taken back since then would come again.
#[test]
fn a_squash_onto_an_older_commit_does_not_bring_back_what_was_taken_back() {
    let at = Reviewed::at(Forge::github());
    let root = at.server.clone_for("root");
    let old = write(&root, "limit", "1\n", "Limit");
    write(&root, "limit", "1000000\n", "No limit");
    lands(&at, &root);
    let head = at.branch(&["PAY-1: round half up"]);
    write(&root, "limit", "1\n", "Limit again");
    lands(&at, &root);
    at.open(&head).approved("ana", &head);
    let eve = at.server.clone_for("eve");
    let message = "PAY-1: round half up (#7)";
    let tree = format!("{head}^{{tree}}");
    let squash = eve.git(&["commit-tree", "-p", &old, "-m", message, &tree]);
    eve.git(&["merge", "-q", "--no-ff", "-m", "Merge", &squash]);
    assert_eq!(std::fs::read_to_string(eve.path().join("limit")).unwrap(), "1000000\n");
    at.push(&eve, &["main"]).refused_for(&["unreviewed-content"]);
}

#[test]
fn a_new_head_does_not_silence_who_asks_for_changes() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    eve.commit("PAY-1: round half up");
    let head = at.show(&eve);
    let request = at.open(&head).approved("ana", &head).changes_requested("bob", &head);
    eve.commit("PAY-1: later");
    request.pushed(&at.show(&eve));
    at.press("eve", &head).refused_for(&["changes-requested"]);
}
