//! Two sets of eyes: whose approval counts, for what, and for how long.

use insta::assert_snapshot;
use jiff::Timestamp;

use crate::support::{Server, Setup};

#[test]
fn nobody_approves_his_own_commit() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    let id = ana.commit("PAY-1: x");
    ana.approve(&id);
    let refused = ana.push(&["main"]);
    refused.refused_for(&["self-approval"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[self-approval]: ana approved, but also pushes this
      769f4e2e PAY-1: x
    hint: somebody who neither wrote nor pushes this must approve
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +769f4e2eb531c5dc570b9ba88d0630c06b868753:refs/approvals/main/LOGIN`

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
}

#[test]
fn nobody_approves_in_somebody_else_s_name() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main:refs/approvals/main/bob"]).refused_for(&["forged-approval"]);
    ana.push(&["main:refs/approvals/main/Ana"]).refused_for(&["forged-approval"]);
    ana.push(&["main:refs/approvals/main"]).refused_for(&["misnamed-approval"]);
    ana.push(&["HEAD^{tree}:refs/approvals/main/ana"]).refused_for(&["no-commit"]);
    assert_eq!(server.tip("refs/approvals"), "");
}

#[test]
fn the_author_s_approval_does_not_count_when_somebody_else_pushes() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    ana.show();
    ana.approve(&id);
    bob.git(&["fetch", "-q", "origin"]);
    bob.push(&[&format!("{id}:refs/heads/main")]).refused_for(&["self-approval"]);
}

#[test]
fn a_forged_author_does_not_make_the_pusher_a_second_person() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    let eve = [("GIT_AUTHOR_EMAIL", "eve@example.com"), ("GIT_COMMITTER_EMAIL", "eve@example.com")];
    let id = ana.commit_with("PAY-1: x", &eve);
    ana.approve(&id);
    ana.push(&["main"]).refused_for(&["self-approval"]);
}

#[test]
fn co_authors_and_committers_are_contributors() {
    for (message, variables) in [
        ("PAY-1: x\n\nCo-authored-by: Bob <bob@example.com>\n", &[][..]),
        ("PAY-1: x\n\nco-authored-by: bob@example.com\nprose that ends the trailers\n", &[]),
        ("PAY-1: x", &[("GIT_COMMITTER_EMAIL", "BOB@example.com")]),
    ] {
        let server = Server::new();
        let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
        let id = ana.commit_with(message, variables);
        ana.show();
        bob.approve(&id);
        ana.push(&["main"]).refused_for(&["self-approval"]);
    }
}

#[test]
fn two_people_can_t_wave_each_other_s_commits_through_in_one_push() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let first = ana.commit("PAY-1: x");
    let second = ana.commit_with(
        "PAY-1: y",
        &[("GIT_AUTHOR_EMAIL", "bob@example.com"), ("GIT_COMMITTER_EMAIL", "bob@example.com")],
    );
    ana.show();
    bob.approve(&first);
    ana.approve(&second);
    ana.push(&["main"]).refused_for(&["self-approval"]);
}

#[test]
fn an_amended_commit_has_lost_its_approval() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.git(&["commit", "-q", "--amend", "-m", "PAY-1: y"]);
    let refused = ana.push(&["main"]);
    refused.refused_for(&["stale-approval"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[stale-approval]: bob approved 769f4e2e, which this push does not
      bring
      e1f8862a PAY-1: y
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +e1f8862a90124d460407e12600fd8435b3c42d99:refs/approvals/main/LOGIN`

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
}

#[test]
fn a_commit_on_top_of_an_approved_one_is_not_approved() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.commit("PAY-1: y");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn an_approval_counts_only_once_it_has_landed() {
    let server = Server::new();
    let bob = server.clone_for("bob");
    let ana = server.clone_for("ana");
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.git(&["fetch", "-q", "origin"]);
    let both = [&format!("{id}:refs/approvals/main/bob"), &format!("{id}:refs/heads/main")];
    bob.push(&both.map(String::as_str)).refused_for(&["missing-approval"]);
    assert_eq!(server.tip("refs/approvals"), "");
}

#[test]
fn an_approval_for_one_branch_is_none_for_another() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.push(&["main:refs/heads/release/1"]).accepted();
    let id = ana.commit("PAY-1: x");
    ana.show();
    bob.approve_for("release/1", &id);
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    ana.push(&["main:refs/heads/release/1"]).accepted();
}

#[test]
fn an_approval_can_be_withdrawn() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    bob.push(&[":refs/approvals/main/bob"]).accepted();
    ana.push(&["main"]).refused_for(&["missing-approval"]);
}

#[test]
fn a_second_approval_takes_the_place_of_the_first_and_says_so() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    ana.git(&["checkout", "-q", "-b", "other", "origin/main"]);
    let other = ana.commit("PAY-2: y");
    ana.show();
    bob.git(&["fetch", "-q", "origin"]);
    let approved = bob.push(&[&format!("+{other}:refs/approvals/main/bob")]);
    approved.accepted();
    assert_snapshot!(approved.digest(), @"
    success: bob approves 8e284b1b and all that it contains for main, and no
      longer 769f4e2e, which has not landed
    policy HASH, evidence #5 HASH, pushed by bob (REMOTE_USER)
    ");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    ana.push(&["other:main"]).accepted();
}

#[test]
fn two_approvals_are_by_two_people() {
    let server = Server::with(Setup {
        config: vec![("required = 1", "required = 2".to_owned())],
        more: "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"robert\"]\n".to_owned(),
        ..Setup::default()
    });
    let ana = server.clone_for("ana");
    let id = ana.commit("PAY-1: x");
    ana.show();
    for one in ["bob", "robert"] {
        server.clone_for(one).approve(&id);
    }
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    server.clone_for("eve").approve(&id);
    let pushed = ana.push(&["main"]);
    pushed.accepted();
    assert!(pushed.digest().contains("Bob and eve"), "{}", pushed.seen());
}

#[test]
fn a_person_s_other_login_may_push_their_approval() {
    let server = Server::with(Setup {
        more: "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"robert\"]\n".to_owned(),
        ..Setup::default()
    });
    let (ana, robert) = (server.clone_for("ana"), server.clone_for("robert"));
    let id = ana.commit("PAY-1: x");
    ana.show();
    robert.git(&["fetch", "-q", "origin"]);
    robert.push(&[&format!("{id}:refs/approvals/main/bob")]).accepted();
    ana.push(&["main"]).accepted();
}

#[test]
fn an_approver_who_might_be_the_author_does_not_count_until_the_config_says_who_is_who() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let private =
        [("GIT_AUTHOR_EMAIL", "me@home.example"), ("GIT_COMMITTER_EMAIL", "me@home.example")];
    let id = ana.commit_with("PAY-1: x", &private);
    ana.show();
    bob.approve(&id);
    let refused = ana.push(&["main"]);
    refused.refused_for(&["unmatched-approver"]);
    assert_snapshot!(refused.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing landed.
        \       /
         '-----'

    error[unmatched-approver]: bob approved, but might be the contributor
      me@home.example
      898c6a5f PAY-1: x
    hint: ask #platform-help to add `me@home.example` to its person under
    hint:   [people] in the config

    policy HASH, evidence #5 HASH, pushed by ana (REMOTE_USER)
    ");
    let config = server.read("config.toml");
    let person =
        "[[people.person]]\nname = \"Ana\"\nemails = [\"me@home.example\"]\nlogins = [\"ana\"]\n";
    server.write("config.toml", &format!("{config}{person}"));
    ana.push(&["main"]).accepted();
}

#[test]
fn an_approval_on_the_ticket_counts_where_the_table_says_so_and_it_is_not_too_old() {
    let approval = |at: &str| format!("[[ticket.approval]]\nby = \"bob\"\nat = {at}\n");
    let server = Server::configured("from = [\"refs\"]", "from = [\"refs\", \"ticket\"]");
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.push(&["main"]).refused_for(&["missing-approval"]);
    let tickets = server.read("tickets.toml");
    let created = "created = 2026-01-05T09:00:00Z\n";
    let with = |at: &str| tickets.replacen(created, &format!("{created}{}", approval(at)), 1);
    // Later than the committer's date, which is a claim, and before anybody could see it.
    let before = Timestamp::now().to_string();
    server.write("tickets.toml", &with(&before));
    ana.push(&["main"]).refused_for(&["stale-approval"]);
    ana.show();
    ana.push(&["main"]).refused_for(&["stale-approval"]);
    server.write("tickets.toml", &with(&Timestamp::now().to_string()));
    ana.push(&["main"]).accepted();
}

#[test]
fn nobody_known_pushes_where_an_approval_is_required() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    ana.approved_commit("PAY-1: x", &bob);
    let pushed = ana.git_with(&["push", "origin", "main"], &[("REMOTE_USER", "")]);
    pushed.refused_for(&["unknown-pusher"]);
    assert_snapshot!(pushed.digest(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   This push to main was refused.
       | |   .   | |
       | '  '--  | '   Nothing landed.
        \       /
         '-----'

    error[unknown-pusher]: the server did not say who pushes: REMOTE_USER is
      not set
    hint: ask #platform-help to have the server name the pusher: see [host]
    hint:   in the config

    policy HASH, evidence #5 HASH, pusher unknown
    ");
}

#[test]
fn where_no_approval_is_required_none_is_asked_for() {
    let server = Server::configured("required = 1", "required = 0");
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.git_with(&["push", "origin", "main"], &[("REMOTE_USER", "")]).accepted();
}
