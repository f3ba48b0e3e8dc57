//! The forges that the other tests play, held to what their makers publish.

use serde_json::{Value, json};

use crate::support::curl::{Answer, curl};
use crate::support::fake_forge::{Access, CheckKind, Fault, Forge, Opinion, Outcome};
use crate::support::npm;

const AUTHORIZATION: &str = "Authorization: Bearer s3cret-token";
const HEAD: &str = "1111111111111111111111111111111111111111";
const NOBODYS: &str = "2222222222222222222222222222222222222222";
const GONE: &str = "9999999999999999999999999999999999999999";

/// One of everything that a forge can hold.
fn furnish(forge: &Forge) {
    forge.change(|state| {
        state.commits.make_up(HEAD, "eve@example.com");
        state.commits.make_up(NOBODYS, "nobody@elsewhere.example");
    });
    forge.person("robot").bot();
    forge.person("zoe").may(Access::Read).shows("zoe@example.com");
    forge
        .open(7, HEAD, "main")
        .by("eve")
        .approved("ana", HEAD)
        .dismissed("ana")
        .changes_requested("bob", HEAD)
        .commented("zoe", HEAD)
        .approved("robot", HEAD)
        .approved_by_a_ghost(HEAD)
        .approved_something("bob")
        .reviewed("eve", Opinion::Pending, HEAD);
    forge.change(|state| state.requests.get_mut(&7).unwrap().commits.push(NOBODYS.to_owned()));
    forge.open(8, HEAD, "release/1").by_a_ghost().draft();
    forge.open(9, NOBODYS, "main").closed();
    forge.open(10, NOBODYS, "main").merged(NOBODYS);
    forge.issue(12, "Round half up").labelled("in progress").assigned("bob").due_in("1.2");
    forge.issue(13, "Done").closed();
    forge.check(HEAD, "ci/build", Outcome::Failure);
    forge.check(HEAD, "ci/build", Outcome::Success);
    forge.check(HEAD, "ci/lint", Outcome::Pending);
    forge.check_of(CheckKind::Run, HEAD, "test", Outcome::Success);
    forge.check_of(CheckKind::Run, HEAD, "slow", Outcome::Pending);
}

fn get(url: &str) -> Answer {
    curl(url, &["-H", AUTHORIZATION])
}

#[test]
fn the_github_of_the_tests_answers_by_github_s_description() {
    let forge = Forge::github();
    furnish(&forge);
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/github/ghes-3.19.json");
    let prism = npm::prism(description, forge.url());
    let api = format!("{}/api/v3", prism.url);
    let repository = format!("{api}/repos/acme/app");
    for (path, status) in [
        ("", 200),
        ("/pulls?state=all&per_page=2&page=2", 200),
        ("/pulls?state=open&base=main&head=acme:side/7", 200),
        ("/pulls/7", 200),
        ("/pulls/8", 200),
        ("/pulls/9", 200),
        ("/pulls/10", 200),
        ("/pulls/404", 404),
        ("/pulls/7/reviews", 200),
        ("/pulls/7/commits", 200),
        (&format!("/commits/{HEAD}/pulls"), 200),
        (&format!("/commits/{GONE}/pulls"), 422),
        (&format!("/commits/{HEAD}/status"), 200),
        (&format!("/commits/{NOBODYS}/status"), 200),
        (&format!("/commits/{HEAD}/check-runs"), 200),
        ("/collaborators/zoe/permission", 200),
        ("/collaborators/nobody/permission", 404),
        ("/issues/12", 200),
        ("/issues/13", 200),
        ("/issues/7", 200),
        ("/issues/404", 404),
    ] {
        let answer = get(&format!("{repository}{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    for (path, status) in [("/user", 200), ("/users/zoe", 200), ("/repos/acme/nothing", 404)] {
        let answer = get(&format!("{api}{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    assert_eq!(curl(&format!("{api}/user"), &[]).status, 401);

    // The referee is awake.
    forge.person("bob").shows("no e-mail");
    assert_eq!(get(&format!("{api}/users/bob")).status, 500);
}

#[test]
fn the_github_of_the_tests_pages_filters_and_refuses_as_github_does() {
    let forge = Forge::github();
    furnish(&forge);
    let repository = format!("{}/api/v3/repos/acme/app", forge.url());
    let numbers = |answer: &Answer| -> Vec<Value> {
        answer.good().as_array().unwrap().iter().map(|pull| pull["number"].clone()).collect()
    };
    let first = get(&format!("{repository}/pulls?state=all&per_page=3"));
    assert_eq!(numbers(&first), [10, 9, 8]);
    let links = first.header("link").unwrap();
    assert!(links.contains("page=2>; rel=\"next\""), "{links}");
    let next = links.split(['<', '>']).nth(1).unwrap();
    assert_eq!(numbers(&get(next)), [7]);
    assert_eq!(get(next).header("link").map(|links| links.contains("next")), Some(false));
    assert_eq!(numbers(&get(&format!("{repository}/pulls?base=main"))), [7]);
    assert_eq!(numbers(&get(&format!("{repository}/pulls?head=acme:side/8"))), [8]);
    assert_eq!(numbers(&get(&format!("{repository}/commits/{HEAD}/pulls"))), [7, 8]);
    // A merged one takes a commit from the others.
    assert_eq!(numbers(&get(&format!("{repository}/commits/{NOBODYS}/pulls"))), [10]);

    let reviews = get(&format!("{repository}/pulls/7/reviews")).good();
    let states: Vec<&Value> =
        reviews.as_array().unwrap().iter().map(|review| &review["state"]).collect();
    assert_eq!(
        states,
        [
            "DISMISSED",
            "CHANGES_REQUESTED",
            "COMMENTED",
            "APPROVED",
            "APPROVED",
            "APPROVED",
            "PENDING"
        ]
    );
    assert_eq!(reviews[3]["user"]["login"], "robot[bot]");
    assert_eq!((&reviews[4]["user"], &reviews[5]["commit_id"]), (&Value::Null, &Value::Null));
    assert_eq!(get(&format!("{repository}/commits/{HEAD}/status")).good()["state"], "pending");

    forge.fault_once("/pulls", Fault::RateLimited(1_800_000_000));
    let limited = get(&format!("{repository}/pulls"));
    assert_eq!((limited.status, limited.header("x-ratelimit-remaining")), (403, Some("0")));
    assert_eq!(limited.header("x-ratelimit-reset"), Some("1800000000"));
    forge.fault_once("/pulls", Fault::SlowDown(Some(7)));
    assert_eq!(get(&format!("{repository}/pulls")).header("retry-after"), Some("7"));
    assert_eq!(get(&format!("{repository}/pulls")).status, 200);

    forge.change(|state| state.former.insert("acme/old".to_owned()));
    let moved = get(&format!("{}/api/v3/repos/acme/old/pulls/7?x=1", forge.url()));
    assert_eq!((moved.status, moved.json()["message"].as_str()), (301, Some("Moved Permanently")));
    assert_eq!(get(moved.header("location").unwrap()).good()["number"], 7);
    forge.change(|state| state.hidden = true);
    assert_eq!(get(&repository).status, 404);
    forge.change(|state| "other".clone_into(&mut state.token));
    let refused = get(&repository);
    assert_eq!(
        (refused.status, refused.json()["message"].as_str()),
        (401, Some("Bad credentials"))
    );
}

#[test]
fn a_server_counts_what_could_only_be_asked_after_an_answer() {
    let forge = Forge::github();
    let user = format!("{}/api/v3/user", forge.url());
    for _ in 0..3 {
        get(&user).good();
    }
    assert_eq!((forge.http.rounds(), forge.http.at_once()), (3, 1));
    forge.http.forget();
    // None of them is answered before all of them are there.
    forge.together("/user", 3);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| get(&user).good());
        }
    });
    assert_eq!((forge.http.rounds(), forge.http.at_once()), (1, 3));
    assert_eq!(forge.http.count("/api/v3/user"), 3);
}

#[test]
fn queries_are_held_to_the_published_schema() {
    let query = |text: &str| json!([{"query": text, "variables": {"n": 7}}]).to_string();
    let good =
        query("query($n:Int!){repository(owner:\"a\",name:\"b\"){pullRequest(number:$n){title}}}");
    npm::script("validate-graphql.mjs", good.as_bytes());
    for bad in [
        "{repository(owner:\"a\",name:\"b\"){pullRequest(number:7){approvals}}}",
        "{repository(owner:\"a\"){id}}",
        "query($n:String!){repository(owner:$n,name:$n){id}}",
        "{",
    ] {
        let complained =
            std::panic::catch_unwind(|| npm::script("validate-graphql.mjs", query(bad).as_bytes()));
        assert!(complained.is_err(), "{bad}");
    }
}
