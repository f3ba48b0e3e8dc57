//! Ways to land at a server with reviews what nobody has read, and to stand in the way of others.

use crate::support::fake_forge::{CheckKind, Forge, GraphQl, Outcome};
use crate::support::reviewed::Reviewed;
use crate::support::{Clone, Server, Setup};

/// By GraphQL and by REST.
const INTERFACES: [GraphQl; 2] = [GraphQl::Answers, GraphQl::Absent];

/// A file of somebody's, in a commit.
fn write(clone: &Clone, name: &str, text: &str, message: &str) -> String {
    std::fs::write(clone.path().join(name), text).unwrap();
    clone.commit(message)
}

/// Names somebody else as the author and the committer.
fn as_another(who: &str) -> [(&'static str, String); 2] {
    let email = format!("{who}@example.com");
    [("GIT_AUTHOR_EMAIL", email.clone()), ("GIT_COMMITTER_EMAIL", email)]
}

/// Moves `main` on the server, and an admin accepts that.
fn lands(at: &Reviewed, clone: &Clone) {
    let pushed = at.push(clone, &["HEAD:refs/heads/x"]);
    assert!(pushed.landed(), "{}", pushed.seen());
    at.server.git(&["update-ref", "refs/heads/main", &clone.head()]);
    at.server.accept("refs/heads/main");
}

/// So many that nobody reads them all.
fn crowd(at: &Reviewed) {
    let main = at.server.tip("refs/heads/main");
    for number in 100..170 {
        at.forge.open(number, &main, "main").by("bob");
    }
}

/// A squash of a head onto `main`, in bob's clone.
fn squash(at: &Reviewed, head: &str, message: &str) -> Clone {
    let bob = at.server.clone_for("bob");
    bob.git(&["merge", "-q", "--squash", head]);
    bob.git(&["commit", "-q", "-m", message]);
    bob
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

/// A request shows what its branch lacks of the other one. Whoever approved it while that
/// was a branch with more on it has not seen the rest.
#[test]
fn an_approval_for_another_branch_is_not_taken_along_to_this_one() {
    for interface in INTERFACES {
        let at = Reviewed::at(Forge::github());
        at.forge.change(|state| state.habits.github.graphql = interface);
        let eve = at.server.clone_for("eve");
        eve.commit("PAY-1: what nobody shall see");
        at.push(&eve, &["HEAD:refs/heads/side/base"]).accepted();
        eve.commit("PAY-1: round half up");
        let head = at.show(&eve);
        let request = at.forge.open(7, &head, "side/base").by("eve").approved("ana", &head);
        request.into("main");
        at.press("bob", &head).refused_for(&["void-approval"]);
        request.approved("ana", &head);
        at.press("bob", &head).accepted();
    }
}

/// At a forge that has other logins than the server.
#[test]
fn one_person_does_not_approve_twice_under_two_names() {
    let forge = Forge::github();
    let reviews = format!(
        "[reviews.github]\nurl = \"{}/api/v3\"\nrepository = \"acme/app\"\n\
         token_file = \"ROOT/token\"\n\n[[protect]]",
        forge.url()
    );
    let config = vec![
        ("[[protect]]", reviews),
        ("required = 1", "required = 2".to_owned()),
        ("from = [\"refs\"]", "from = [\"refs\", \"reviews\"]".to_owned()),
    ];
    let server = Server::with(Setup { config, secret: true, ..Setup::default() });
    forge.serves(&server);
    forge.person("eve-smith").emails(&["eve@example.com"]);
    let (ana, bob, eve) =
        (server.clone_for("ana"), server.clone_for("bob"), server.clone_for("eve"));
    let head = eve.approved_commit("PAY-1: round half up", &ana);
    forge.open(7, &head, "main").by("eve-smith").approved("ana-jones", &head);
    eve.push(&["main"]).refused_for(&["missing-approval"]);
    bob.approve(&head);
    eve.push(&["main"]).accepted();
}

/// GraphQL's numbers have 32 bits, and one that is larger makes the whole query invalid.
#[test]
fn a_number_that_is_none_stands_in_nobody_s_way() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up, as of #20260106093000"]);
    at.open(&head).approved("ana", &head);
    at.server.git(&["update-ref", "refs/pull/4294967296/head", &head]);
    at.press("bob", &head).accepted();
}

#[test]
fn refs_that_anybody_pushed_do_not_make_a_flood_of_questions() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let refs: String = (1000..3000).map(|n| format!("{head} refs/pull/{n}/head\n")).collect();
    at.server.write("app.git/packed-refs", &format!("# pack-refs with: sorted\n{refs}"));
    at.press("bob", &head).accepted();
    assert!(at.forge.http.count("/api/graphql") <= 3);
}

#[test]
fn others_requests_do_not_hide_a_branch_that_was_brought_up_to_date() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    eve.commit("PAY-1: round half up");
    let root = at.server.clone_for("root");
    root.commit("Go on");
    lands(&at, &root);
    eve.git(&["fetch", "-q", "origin"]);
    eve.git(&["merge", "-q", "--no-ff", "-m", "Update branch", "origin/main"]);
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    crowd(&at);
    let bob = at.server.clone_for("bob");
    bob.git(&["reset", "-q", "--hard", &head]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_request_that_was_closed_does_not_hide_the_one_that_took_its_place() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.forge.open(6, &head, "main").by("eve").closed();
    at.open(&head).approved("ana", &head);
    let bob = squash(&at, &head, "PAY-1: round half up (#6)");
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn who_copies_a_request_in_the_reviewer_s_name_does_not_make_her_a_contributor() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let mallory = at.server.clone_for("mallory");
    mallory.git(&["merge", "-q", "--squash", &head]);
    let names = as_another("ana");
    let names: Vec<_> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let made = mallory.git_with(&["commit", "-q", "-m", "PAY-1: round half up"], &names);
    assert!(made.landed());
    let copy = at.show(&mallory);
    at.forge.open(3, &copy, "main").by("mallory");
    let bob = squash(&at, &head, "PAY-1: round half up");
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn requests_that_land_together_know_each_other_s_authors() {
    let at = Reviewed::at(Forge::github());
    let bob = at.server.clone_for("bob");
    for (number, who) in [(7, "dan"), (8, "zoe")] {
        let home = format!("{who}@home.example");
        at.forge.person(who).emails(&[&home]);
        let clone = at.server.clone_for(who);
        let names = [("GIT_AUTHOR_EMAIL", home.as_str()), ("GIT_COMMITTER_EMAIL", &home)];
        clone.commit_with("PAY-1: round half up", &names);
        let head = at.show(&clone);
        at.forge.open(number, &head, "main").by(who).approved("ana", &head);
        bob.git(&["fetch", "-q", "origin"]);
        bob.git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    }
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_governed_ref_that_is_no_branch_has_no_checks() {
    let more = [
        ("\"refs/heads/main\", ", "\"refs/heads/main\", \"refs/deploy/*\", "),
        ("required = 1", "required = 0\nchecks = [\"ci\"]"),
    ];
    let at = Reviewed::configured(Forge::github(), &more);
    let head = at.branch(&["PAY-1: round half up"]);
    let eve = at.server.clone_for("eve");
    at.push(&eve, &[&format!("{head}:refs/deploy/prod")]).refused_for(&["failed-check"]);
}

#[test]
fn a_failed_check_does_not_hide_behind_a_hundred_others() {
    for interface in INTERFACES {
        let checks = "required = 1\nchecks = [\"ci\"]";
        let at = Reviewed::configured(Forge::github(), &[("required = 1", checks)]);
        at.forge.change(|state| state.habits.github.graphql = interface);
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).approved("ana", &head);
        at.forge.check(&head, "ci", Outcome::Success);
        for number in 0..150 {
            let noise = format!("noise {number}");
            at.forge.check_of(CheckKind::Run, &head, &noise, Outcome::Success);
        }
        at.forge.check_of(CheckKind::Run, &head, "ci", Outcome::Failure);
        at.press("bob", &head).refused_for(&["failed-check"]);
    }
}

#[test]
fn a_squash_is_what_was_reviewed_to_the_bit() {
    let at = Reviewed::at(Forge::github());
    let eve = at.server.clone_for("eve");
    write(&eve, "round", "half up\n", "PAY-1: round");
    write(&eve, "test", "half up\n", "PAY-1: test");
    let head = at.show(&eve);
    at.open(&head).approved("ana", &head);
    let bob = squash(&at, &head, "PAY-1: round half up (#7)");
    let honest = bob.head();
    let zeros = "1".repeat(40);
    for (what, tampering) in [
        ("executable", vec!["update-index", "--chmod=+x", "round"]),
        ("left out", vec!["rm", "-q", "test"]),
        ("renamed", vec!["mv", "round", "Round"]),
        ("a link", vec!["update-index", "--cacheinfo", "120000,LINK,round"]),
        ("a submodule", vec!["update-index", "--add", "--cacheinfo", "160000,ZEROS,sub"]),
        ("white space", vec!["apply", "--cached", "--unidiff-zero", "PATCH"]),
    ] {
        bob.git(&["reset", "-q", "--hard", &honest]);
        let blob = bob.git(&["rev-parse", "HEAD:round"]);
        let patch = "--- a/round\n+++ b/round\n@@ -1 +1 @@\n-half up\n+half up \n";
        std::fs::write(at.server.path("patch"), patch).unwrap();
        let args: Vec<String> = tampering
            .iter()
            .map(|arg| arg.replace("LINK", &blob).replace("ZEROS", &zeros))
            .map(|arg| arg.replace("PATCH", &at.server.at("patch")))
            .collect();
        bob.git(&args.iter().map(String::as_str).collect::<Vec<_>>());
        bob.git(&["commit", "-q", "--amend", "--no-edit"]);
        let pushed = at.push(&bob, &["main"]);
        assert_eq!(pushed.codes(), ["unreviewed-content"], "{what}: {}", pushed.seen());
    }
    bob.git(&["reset", "-q", "--hard", &honest]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_rebase_that_leaves_out_reorders_or_repeats_is_none() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: one", "PAY-1: two", "PAY-1: three"]);
    at.open(&head).approved("ana", &head);
    let root = at.server.clone_for("root");
    root.commit("Go on");
    lands(&at, &root);
    let bob = at.server.clone_for("bob");
    let [one, two, three] = ["~2", "~1", ""].map(|back| format!("{head}{back}"));
    for (what, picks) in [
        ("left out", vec![&one, &three]),
        ("out of order", vec![&two, &one, &three]),
        ("only the first", vec![&one]),
    ] {
        bob.git(&["reset", "-q", "--hard", "origin/main"]);
        let picks: Vec<&str> = picks.into_iter().map(String::as_str).collect();
        bob.git(&[&["cherry-pick"][..], &picks].concat());
        let pushed = at.push(&bob, &["main"]);
        assert!(!pushed.landed(), "{what}: {}", pushed.seen());
        let codes = ["missing-approval", "stale-approval", "unreviewed-content"];
        assert!(pushed.codes().iter().any(|code| codes.contains(&&**code)), "{what}");
    }
    bob.git(&["reset", "-q", "--hard", "origin/main"]);
    bob.git(&["cherry-pick", &one, &two, &three]);
    bob.git(&["revert", "--no-edit", "HEAD"]);
    assert!(!at.push(&bob, &["main"]).landed());
    bob.git(&["reset", "-q", "--hard", "HEAD~1"]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn one_approval_does_not_land_on_two_branches_at_once() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.server.git(&["update-ref", "refs/heads/release/1", "refs/heads/main"]);
    at.server.accept("refs/heads/release/1");
    at.open(&head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    let pushed = at.push(&bob, &["main", "main:release/1"]);
    pushed.refused_for(&["void-approval"]);
    // Nor is a branch made of a request.
    at.push(&bob, &[&format!("{head}:refs/heads/release/2")]).refused_for(&["void-approval"]);
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_merge_that_takes_only_one_side_is_no_mere_merge() {
    let at = Reviewed::at(Forge::github());
    let root = at.server.clone_for("root");
    let head = at.branch(&["PAY-1: round half up"]);
    write(&root, "fix", "1\n", "Mend the hole");
    lands(&at, &root);
    at.open(&head).approved("ana", &head);
    let bob = at.server.clone_for("bob");
    for side in [["-s", "ours", &head], ["-X", "theirs", &head]] {
        bob.git(&["reset", "-q", "--hard", "origin/main"]);
        bob.git(&[&["merge", "-q", "--no-ff", "-m", "PAY-1: merge"][..], &side].concat());
        if side[1] == "theirs" {
            bob.git(&["rm", "-q", "fix"]);
            bob.git(&["commit", "-q", "--amend", "--no-edit"]);
        }
        at.push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
    }
}

/// A merge driver that the change brings along has no say in whether its merge is clean.
#[test]
fn attributes_of_the_change_do_not_make_its_merge_clean() {
    let at = Reviewed::at(Forge::github());
    let root = at.server.clone_for("root");
    write(&root, "allowed", "ana\n", "Begin a list");
    lands(&at, &root);
    let eve = at.server.clone_for("eve");
    std::fs::write(eve.path().join(".gitattributes"), "allowed merge=union\n").unwrap();
    write(&eve, "allowed", "eve\n", "PAY-1: eve is allowed instead");
    let head = at.show(&eve);
    write(&root, "allowed", "bob\n", "Bob is allowed instead");
    lands(&at, &root);
    at.open(&head).approved("ana", &head);
    let bob = at.server.clone_for("bob");
    std::fs::write(bob.path().join(".git/info/attributes"), "allowed merge=union\n").unwrap();
    bob.git(&["merge", "-q", "--no-ff", "-m", "PAY-1: merge", &head]);
    at.push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
}

#[test]
fn two_who_approve_each_other_s_requests_do_not_land_them_in_one_push() {
    let at = Reviewed::at(Forge::github());
    let (bob, eve) = (at.server.clone_for("bob"), at.server.clone_for("eve"));
    eve.commit("PAY-1: one");
    bob.commit("PAY-1: two");
    let (of_eve, of_bob) = (at.show(&eve), at.show(&bob));
    at.forge.open(7, &of_eve, "main").by("eve").approved("bob", &of_eve);
    at.forge.open(8, &of_bob, "main").by("bob").approved("eve", &of_bob);
    let ana = at.merge("ana", &of_eve);
    ana.git(&["merge", "-q", "--no-ff", "-m", "Merge", &of_bob]);
    at.push(&ana, &["main"]).refused_for(&["self-approval", "self-approval"]);
}

#[test]
fn a_login_in_other_letters_is_still_its_owner() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).by("bob").approved("EVE", &head);
    at.press("bob", &head).refused_for(&["self-approval"]);
}

/// It changes nothing, so merging the request once more gives its tree as well.
#[test]
fn an_empty_commit_is_no_second_squash() {
    let at = Reviewed::at(Forge::github());
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = squash(&at, &head, "PAY-1: round half up (#7)");
    bob.git(&["commit", "-q", "--allow-empty", "-m", "PAY-1: nothing to see (#7)"]);
    at.push(&bob, &["main"]).refused_for(&["unreviewed-content"]);
}
