//! What does not come back from GitHub: no answer, half of one, or somebody else's is never "no".

use std::time::Duration;

use crate::support::fake_forge::{Fault, Forge, GraphQl};
use crate::support::http::{HttpServer, Reply};
use crate::support::npm;
use crate::support::reviewed::Reviewed;

/// An approved request, merged by bob, and not yet pushed.
fn ready(forge: Forge) -> (Reviewed, crate::support::Clone) {
    let at = Reviewed::at(forge);
    let head = at.branch(&["PAY-1: round half up"]);
    at.open(&head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    (at, bob)
}

/// By GraphQL and by REST.
const INTERFACES: [GraphQl; 2] = [GraphQl::Answers, GraphQl::Absent];

#[test]
fn whatever_goes_wrong_it_is_unknown_and_what_is_well_again_lands() {
    for interface in INTERFACES {
        let forge = Forge::github();
        forge.change(|state| state.habits.github.graphql = interface);
        let (at, bob) = ready(forge);
        let path = if interface == GraphQl::Answers { "/graphql" } else { "/pulls" };
        for (fault, words) in [
            (Fault::Html, "text/html"),
            (Fault::Cut, ""),
            (Fault::HalfAnAnswer, ""),
            (Fault::Garbage, ""),
            (Fault::Status(500), "500"),
            (Fault::Status(403), "403"),
            (Fault::RateLimited(1_900_000_000), ""),
            (Fault::SlowDown(Some(3600)), ""),
            (Fault::SlowDown(None), ""),
        ] {
            at.forge.fault(path, fault.clone());
            let pushed = at.push(&bob, &["main"]);
            pushed.refused_for(&["reviews-unavailable"]);
            assert!(at.flat(&pushed).contains(words), "{fault:?}: {}", pushed.seen());
            assert!(!pushed.seen().contains("s3cret"), "{}", pushed.seen());
            at.forge.heal();
        }
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn an_answer_in_part_is_none() {
    let (at, bob) = ready(Forge::github());
    for field in [
        "pullRequests",
        "associatedPullRequests",
        "object",
        "reviews",
        "author",
        "commit",
        "user",
        "authors",
    ] {
        at.forge.change(|state| state.habits.github.failing_fields.push(field.to_owned()));
        at.push(&bob, &["main"]).refused_for(&["reviews-unavailable"]);
        at.forge.heal();
    }
    at.push(&bob, &["main"]).accepted();
}

#[test]
fn a_repository_that_we_do_not_see_is_not_one_without_requests() {
    for interface in INTERFACES {
        let forge = Forge::github();
        forge.change(|state| state.habits.github.graphql = interface);
        let (at, bob) = ready(forge);
        at.forge.change(|state| state.hidden = true);
        let pushed = at.push(&bob, &["main"]);
        pushed.refused_for(&["reviews-unavailable"]);
        assert!(at.flat(&pushed).contains("acme/app"), "{}", pushed.seen());
        at.forge.change(|state| (state.hidden, state.narrow) = (false, true));
        at.push(&bob, &["main"]).refused_for(&["reviews-unavailable"]);
        at.forge.change(|state| state.narrow = false);
        at.forge.change(|state| "another".clone_into(&mut state.token));
        let pushed = at.push(&bob, &["main"]);
        pushed.refused_for(&["reviews-unavailable"]);
        assert!(pushed.seen().contains("401"), "{}", pushed.seen());
    }
}

#[test]
fn a_redirect_elsewhere_is_not_followed_with_our_token() {
    for interface in INTERFACES {
        let thief = HttpServer::start(Duration::ZERO, |_| Reply::status(200));
        let forge = Forge::github();
        forge.change(|state| state.habits.github.graphql = interface);
        let (at, bob) = ready(forge);
        let path = if interface == GraphQl::Answers { "/graphql" } else { "/pulls" };
        at.forge.fault(path, Fault::Elsewhere(format!("{}/login", thief.url)));
        at.push(&bob, &["main"]).refused_for(&["reviews-unavailable"]);
        assert!(thief.asked().iter().all(|asked| asked.authorization.is_empty()));
    }
}

#[test]
fn a_forge_that_never_answers_is_not_waited_for_beyond_the_deadline() {
    for fault in [Fault::Silence, Fault::Drip(Duration::from_millis(100))] {
        let at =
            Reviewed::configured(Forge::github(), &[("deadline = \"25s\"", "deadline = \"3s\"")]);
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).approved("ana", &head);
        at.forge.fault("/graphql", fault);
        let pushed = at.press("bob", &head);
        pushed.refused_for(&["reviews-unavailable"]);
    }
}

#[test]
fn a_renamed_repository_is_followed() {
    for interface in INTERFACES {
        let forge = Forge::github();
        forge.change(|state| state.habits.github.graphql = interface);
        let (at, bob) = ready(forge);
        at.forge.change(|state| {
            state.former.insert("acme/app".to_owned());
            "application".clone_into(&mut state.name);
        });
        at.push(&bob, &["main"]).accepted();
    }
}

#[test]
fn a_merge_of_fifty_commits_takes_two_rounds_of_questions() {
    let (forge, messages) = (Forge::github(), ["PAY-1: step"; 50]);
    let at = Reviewed::at(forge);
    let head = at.branch(&messages);
    at.open(&head).approved("ana", &head);
    let bob = at.merge("bob", &head);
    at.forge.takes(Duration::from_millis(50));
    at.forge.http.forget();
    at.push(&bob, &["main"]).accepted();
    assert!(at.forge.http.rounds() <= 2, "{:#?}", at.forge.http.asked());
}

#[test]
fn our_queries_are_those_of_the_published_schema() {
    let checks = "required = 1\nchecks = [\"ci/build\"]";
    let at = Reviewed::configured(Forge::github(), &[("required = 1", checks)]);
    let head = at.branch(&["PAY-1: round half up (#9)"]);
    let request = at.open(&head).approved("ana", &head);
    for _ in 0..120 {
        request.changes_requested("eve", &head);
    }
    at.forge.publish(&at.server);
    at.forge.issue(9, "an issue");
    let bob = at.merge("bob", &head);
    let points = [("GITHUB_PULL_REQUEST_HEAD", "eve:side/eve")];
    at.push_with(&bob, &["main"], &points);
    at.server.sockembot(&["doctor", "--config", &at.server.at("config.toml")]);
    let queries =
        at.forge.http.asked().into_iter().filter(|asked| asked.path.ends_with("/graphql"));
    let queries: Vec<String> = queries.map(|asked| asked.body).collect();
    assert!(queries.len() > 1, "{queries:?}");
    npm::script("validate-graphql.mjs", format!("[{}]", queries.join(",")).as_bytes());
}

#[test]
fn our_requests_by_rest_are_those_of_the_published_description() {
    let forge = Forge::github();
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/github/ghes-3.19.json");
    let prism = npm::prism(description, forge.url());
    let at = Reviewed::behind(forge, &prism.url, &[]);
    let head = at.branch(&["PAY-1: round half up (#9)"]);
    let request = at.open(&head).approved("ana", &head);
    at.forge.issue(9, "an issue");
    for _ in 0..120 {
        request.changes_requested("eve", &head);
    }
    request.approved("eve", &head);
    at.press("bob", &head).accepted();
    assert_eq!(at.forge.http.count("/api/graphql"), 0);
    assert!(at.forge.http.count("/api/v3/repos/acme/app/pulls/7/reviews") > 1);
}
