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

/// Moves `main` on the server, before the first push that is judged.
fn lands(at: &Reviewed, clone: &Clone) {
    let pushed = at.push(clone, &["HEAD:refs/heads/x"]);
    assert!(pushed.landed(), "{}", pushed.seen());
    at.server.git(&["update-ref", "refs/heads/main", &clone.head()]);
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
