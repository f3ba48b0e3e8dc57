//! Issues of a forge as tickets: the same at each of them, and by whichever interface it has.

use crate::support::Shown;
use crate::support::fake_forge::{Dialect, Fault, Forge, GraphQl};
use crate::support::npm;
use crate::support::reviewed::Reviewed;

/// Every forge; GitHub by GraphQL and by REST.
fn forges() -> Vec<Forge> {
    let by_rest = Forge::github();
    by_rest.change(|state| state.habits.github.graphql = GraphQl::Absent);
    vec![Forge::github(), by_rest, Forge::gitlab(), Forge::gitea()]
}

fn at(forge: Forge, more: &[(&'static str, &str)]) -> Reviewed {
    let url = forge.url().to_owned();
    Reviewed::ticketed(forge, &url, more)
}

/// A push of one commit that says this.
fn push(at: &Reviewed, message: &str) -> Shown {
    let ana = at.server.clone_for("ana");
    ana.renew();
    ana.commit(message);
    at.push(&ana, &["main"])
}

#[test]
fn an_issue_is_named_by_number_by_repository_and_by_address() {
    for forge in forges() {
        let url = forge.url().to_owned();
        forge.issue(12, "Round half up");
        let at = at(forge, &[]);
        let path = match at.forge.dialect {
            Dialect::GitLab => "acme/app/-/issues/12",
            _ => "acme/app/issues/12",
        };
        for message in [
            "round half up (#12)".to_owned(),
            "GH-12: round half up".to_owned(),
            "acme/app#12: round half up".to_owned(),
            format!("round half up\n\nFixes: {url}/{path}\n"),
        ] {
            let pushed = push(&at, &message);
            pushed.accepted();
            assert!(at.flat(&pushed).contains("Round half up"), "{message}: {}", pushed.seen());
        }
        let ticket = at.server.records("change").last().unwrap()["tickets"][0].clone();
        assert_eq!(ticket["url"], format!("{url}/{path}"), "{ticket}");
    }
}

#[test]
fn every_kind_of_issue_is_told_from_the_others() {
    for forge in forges() {
        forge.issue(12, "Round half up").labelled("in progress");
        forge.issue(13, "Done with").closed();
        forge.issue(14, "Not yet").labelled("idea");
        forge
            .issue(15, "Opened when all was done")
            .labelled("in progress")
            .created("2026-02-01T09:00:00Z");
        let at = at(forge, &[("states = []", "states = [\"in progress\"]")]);
        push(&at, "#12: x").accepted();
        push(&at, "#13: x").refused_for(&["closed-ticket"]);
        push(&at, "#14: x").refused_for(&["wrong-state"]);
        push(&at, "#404: x").refused_for(&["no-such-ticket"]);
        push(&at, "#15: x").refused_for(&["late-ticket"]);
        push(&at, "other/app#12: x").refused_for(&["missing-ticket"]);
        // One that is not there does not spoil its neighbours.
        push(&at, "#12: x\n\nRefs: #404, #13\n").refused_for(&["no-such-ticket", "closed-ticket"]);
    }
}

#[test]
fn a_request_is_no_issue_unless_the_policy_takes_it_for_one() {
    for forge in forges() {
        let head = "1".repeat(40);
        forge.open(7, &head, "main");
        // Before the commits of these tests are made.
        forge.change(|state| {
            "2026-01-05T09:00:00Z".clone_into(&mut state.requests.get_mut(&7).unwrap().created);
        });
        let at = at(forge, &[]);
        if at.forge.dialect == Dialect::GitLab {
            // It counts them apart: nothing but an issue is `#7` there.
            push(&at, "#7: x").refused_for(&["no-such-ticket"]);
            continue;
        }
        // GitLab counts them apart.
        let apart = at.forge.dialect == Dialect::GitLab;
        let code = if apart { "no-such-ticket" } else { "wrong-type" };
        push(&at, "#7: x").refused_for(&[code]);
        if apart {
            continue;
        }
        at.server.edit(
            "config.toml",
            "types = [\"issue\"]",
            "types = [\"issue\", \"pull request\"]",
        );
        push(&at, "#7: x").accepted();
    }
}

#[test]
fn a_tracker_that_does_not_answer_is_not_one_without_the_issue() {
    for forge in forges() {
        forge.issue(12, "Round half up");
        let at = at(forge, &[]);
        for fault in [
            Fault::Html,
            Fault::Cut,
            Fault::HalfAnAnswer,
            Fault::Garbage,
            Fault::Status(500),
            Fault::RateLimited(1_900_000_000),
            Fault::SlowDown(Some(3600)),
        ] {
            at.forge.fault("/", fault);
            let pushed = push(&at, "#12: x");
            pushed.refused_for(&["tracker-unavailable"]);
            assert!(!pushed.seen().contains("s3cret"), "{}", pushed.seen());
            at.forge.heal();
        }
        at.forge.change(|state| state.hidden = true);
        push(&at, "#12: x").refused_for(&["tracker-unavailable"]);
        at.forge.change(|state| state.hidden = false);
        at.forge.change(|state| "another".clone_into(&mut state.token));
        push(&at, "#12: x").refused_for(&["tracker-unavailable"]);
    }
}

#[test]
fn many_issues_are_asked_for_at_once() {
    for forge in forges() {
        for number in 1..=20 {
            forge.issue(number, "Round half up");
        }
        let at = at(forge, &[]);
        let refs: String = (2..=20).map(|number| format!("Refs: #{number}\n")).collect();
        let graphql = at.forge.change(|state| state.habits.github.graphql);
        if graphql == GraphQl::Absent || at.forge.dialect == Dialect::Gitea {
            // One request for each, none of which is answered before some more are there.
            at.forge.together("/issues/", 4);
        }
        push(&at, &format!("#1: x\n\n{refs}")).accepted();
        assert!(at.forge.http.count("/") <= 22, "{:#?}", at.forge.http.asked());
    }
}

#[test]
fn our_questions_about_issues_are_those_that_github_publishes() {
    let forge = Forge::github();
    forge.issue(12, "Round half up").labelled("x").assigned("bob").due_in("1.2");
    let by_graphql = at(forge, &[]);
    push(&by_graphql, "#12: x\n\nRefs: #404\n").refused_for(&["no-such-ticket"]);
    let asked = by_graphql.forge.http.asked();
    let queries: Vec<&str> = asked
        .iter()
        .filter(|asked| asked.path.ends_with("/graphql"))
        .map(|asked| asked.body.as_str())
        .collect();
    npm::script("validate-graphql.mjs", format!("[{}]", queries.join(",")).as_bytes());

    let forge = Forge::github();
    forge.issue(12, "Round half up").labelled("x").assigned("bob").due_in("1.2");
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/github/ghes-3.19.json");
    let prism = npm::prism(description, forge.url());
    let by_rest = Reviewed::ticketed(forge, &prism.url, &[]);
    push(&by_rest, "#12: x").accepted();
    push(&by_rest, "#12: x\n\nRefs: #404\n").refused_for(&["no-such-ticket"]);
    assert_eq!(by_rest.forge.http.count("/api/graphql"), 0);
}
