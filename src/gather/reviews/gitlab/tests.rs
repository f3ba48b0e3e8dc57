//! GitLab's answers, by its API reference, and what is made of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::questions::{Part, Question, first_round, second_round};
use crate::gather::forge::testing::{forge, gone_wrong};
use crate::gather::reviews::Wanted;
use crate::gather::reviews::rounds::Answers;
use crate::model::review::{Access, AccountKind, CheckState, Opinion, RequestState, Reviewed};
use crate::model::{ChangeRequest, Identity, ObjectId};
use crate::policy::ForgeKind;

const OLD: &str = "1111111111111111111111111111111111111111";
const HEAD: &str = "2222222222222222222222222222222222222222";

fn id(text: &str) -> ObjectId {
    ObjectId::parse(text.as_bytes()).unwrap()
}

fn of(commit: &str) -> Reviewed {
    Reviewed::Commit(id(commit))
}

/// The answers about !12, whose head was first `OLD` and is now `HEAD`.
fn golden() -> Vec<(Part, Value)> {
    let user = |number: u64, name: &str| {
        json!({"id": number, "username": name, "name": name, "state": "active",
            "web_url": format!("https://forge.example/{name}")})
    };
    vec![
        (
            Part::Itself,
            json!({"id": 45, "iid": 12, "project_id": 35, "title": "PAY-1: round", "draft": false,
                "state": "opened", "web_url": "https://forge.example/g/p/-/merge_requests/12",
                "source_branch": "side", "target_branch": "main", "sha": HEAD,
                "author": user(5, "alice"), "detailed_merge_status": "mergeable",
                "head_pipeline": {"id": 77, "sha": HEAD, "status": "success"}}),
        ),
        (
            Part::Approvals,
            json!({"approved": true, "approved_by": [
                {"user": user(6, "bob"), "approved_at": "2026-11-24T09:00:00.000Z"}]}),
        ),
        (
            Part::Rules,
            json!({"approval_rules_overwritten": false, "rules": [
                {"id": 1, "name": "security", "rule_type": "regular", "approvals_required": 1,
                    "approved": true, "approved_by": [user(6, "bob")]},
                {"id": 2, "name": "optional", "rule_type": "regular", "approvals_required": 0,
                    "approved": true, "approved_by": []}]}),
        ),
        (
            Part::Versions,
            json!([
                {"id": 110, "head_commit_sha": HEAD, "created_at": "2026-11-24T08:00:00Z",
                    "state": "collected"},
                {"id": 109, "head_commit_sha": OLD, "created_at": "2026-11-23T08:00:00Z",
                    "state": "collected"}]),
        ),
        (
            Part::Reviewers,
            json!([{"user": user(6, "bob"), "state": "approved",
                "created_at": "2026-11-24T08:30:00Z"}]),
        ),
    ]
}

fn settings(reset: bool) -> (Question, Value) {
    (Question::Settings, json!({"reset_approvals_on_push": reset}))
}

fn parsed(
    change: impl FnOnce(&mut Vec<(Part, Value)>),
    more: Vec<(Question, Value)>,
) -> Result<Option<ChangeRequest>, String> {
    let mut parts = golden();
    change(&mut parts);
    let mut answers = Answers::default();
    answers.add(Question::Member(6), json!({"id": 6, "access_level": 40}));
    for (part, answer) in parts {
        answers.add(Question::About(12, part), answer);
    }
    for (question, answer) in more {
        answers.add(question, answer);
    }
    answers.told(12)?.change_request(&forge(ForgeKind::Gitlab))
}

fn with(change: impl FnOnce(&mut Vec<(Part, Value)>)) -> ChangeRequest {
    parsed(change, Vec::new()).unwrap().unwrap()
}

fn part(parts: &mut [(Part, Value)], wanted: Part) -> &mut Value {
    parts.iter_mut().find(|(part, _)| *part == wanted).map(|(_, answer)| answer).unwrap()
}

fn wanted(numbers: &[u64], heads: &[&str]) -> Wanted {
    Wanted {
        branch: "release/1".to_owned(),
        numbers: numbers.iter().copied().collect(),
        heads: heads.iter().map(|head| id(head)).collect(),
        checks: false,
    }
}

#[test]
fn a_request_is_read_whole() {
    let request = with(|_| ());
    let account = |name: &str| Identity::Account { id: format!("gitlab:{name}"), email: None };
    assert_eq!((request.number, request.title.as_str()), (12, "PAY-1: round"));
    assert_eq!((request.state, request.target.as_str()), (RequestState::Open, "main"));
    assert_eq!((&request.head, &request.author), (&id(HEAD), &Some(account("alice"))));
    assert_eq!(request.url, "https://forge.example/g/p/-/merge_requests/12");
    let [review] = request.reviews.as_slice() else { panic!("{:?}", request.reviews) };
    assert_eq!((&review.by, review.opinion), (&Some(account("bob")), Opinion::Approved));
    assert_eq!((&review.of, review.kind), (&of(HEAD), AccountKind::Person));
    assert!(request.unmet.is_empty());
    // Nobody asked for checks.
    assert!(request.checks.is_empty());
    assert_eq!(
        request.accounts.into_iter().collect::<Vec<_>>(),
        [
            ("5-alice@users.noreply.forge.example".to_owned(), account("alice")),
            ("6-bob@users.noreply.forge.example".to_owned(), account("bob")),
        ]
    );
}

#[test]
fn the_versions_tell_what_was_approved() {
    let approved = |at: &str| {
        let mut request = with(|parts| {
            part(parts, Part::Approvals)["approved_by"][0]["approved_at"] = json!(at);
        });
        request.reviews.remove(0).of
    };
    assert_eq!(approved("2026-11-24T08:00:00.000Z"), of(HEAD));
    assert_eq!(approved("2026-11-24T07:59:59.999Z"), of(OLD));
    assert!(matches!(approved("2026-11-22T00:00:00Z"), Reviewed::Unknown(_)));
    // Pushed to while it was closed, then opened again: the version is from then, and
    // the approval is still there (gitlab#1457).
    let request = with(|parts| {
        part(parts, Part::Versions)[0]["created_at"] = json!("2026-11-24T10:00:00Z");
    });
    assert_eq!(request.reviews[0].of, of(OLD));
    // One that GitLab could not read has no head.
    let request = with(|parts| part(parts, Part::Versions)[0]["head_commit_sha"] = Value::Null);
    assert!(matches!(request.reviews[0].of, Reviewed::Unknown(_)));
}

#[test]
fn without_a_time_the_settings_tell_or_a_head_that_never_changed() {
    let approved = |versions: usize, more: Vec<(Question, Value)>| {
        let request = parsed(
            |parts| {
                part(parts, Part::Approvals)["approved_by"][0]["approved_at"] = Value::Null;
                part(parts, Part::Versions).as_array_mut().unwrap().truncate(versions);
            },
            more,
        );
        request.unwrap().unwrap().reviews.remove(0).of
    };
    assert_eq!(approved(2, vec![settings(true)]), of(HEAD));
    assert!(matches!(approved(2, vec![settings(false)]), Reviewed::Unknown(_)));
    assert!(matches!(approved(2, Vec::new()), Reviewed::Unknown(_)));
    assert_eq!(approved(1, Vec::new()), of(HEAD));
    assert!(matches!(approved(0, Vec::new()), Reviewed::Unknown(_)));
}

#[test]
fn rules_that_want_more_approvals_are_named() {
    let request = with(|parts| {
        let rules = part(parts, Part::Rules)["rules"].as_array_mut().unwrap();
        rules[0]["approved"] = json!(false);
        rules[1]["approved"] = json!(false);
        rules.push(json!({"id": 3}));
    });
    assert_eq!(request.unmet, ["security", "a rule without a name"]);
    // The free edition has no rules.
    let request = with(|parts| parts.retain(|(part, _)| *part != Part::Rules));
    assert!(request.unmet.is_empty());
}

#[test]
fn whoever_asks_for_changes_stands_against_it() {
    let request = with(|parts| {
        part(parts, Part::Reviewers)[0]["state"] = json!("requested_changes");
        part(parts, Part::Itself)["detailed_merge_status"] = json!("requested_changes");
    });
    let opinions: Vec<_> = request.reviews.iter().map(|review| review.opinion).collect();
    assert_eq!(opinions, [Opinion::Approved, Opinion::ChangesRequested]);
    assert!(request.unmet.is_empty());
    // An older server, or somebody who is no reviewer any more.
    let request = with(|parts| {
        parts.retain(|(part, _)| *part != Part::Reviewers);
        part(parts, Part::Itself)["detailed_merge_status"] = json!("requested_changes");
    });
    assert_eq!(request.unmet, ["changes requested"]);
}

#[test]
fn tokens_are_machines_and_the_ghost_is_nobody() {
    let named = |name: &str| {
        let mut request = with(|parts| {
            part(parts, Part::Approvals)["approved_by"][0]["user"]["username"] = json!(name);
        });
        request.reviews.remove(0)
    };
    for name in ["project_35_bot", "group_7_bot_0a1b", "service_account_group_9_f00"] {
        assert_eq!(named(name).kind, AccountKind::Machine, "{name}");
    }
    for name in ["bob", "project_x_bot", "robot_group_7", "a_project_35_bot"] {
        assert_eq!(named(name).kind, AccountKind::Person, "{name}");
    }
    assert_eq!(named("ghost").by, None);
}

#[test]
fn an_address_that_somebody_shows_is_theirs() {
    let request = with(|parts| {
        part(parts, Part::Itself)["author"]["public_email"] = json!("Alice@Example.com");
    });
    let who = request.accounts.get("alice@example.com");
    assert_eq!(who.map(Identity::as_str), Some("gitlab:alice"));
}

#[test]
fn an_approval_outlives_the_access_of_its_giver_and_does_not_count() {
    for (level, access) in [(30, Access::Write), (20, Access::Read)] {
        let member = (Question::Member(6), json!({"id": 6, "access_level": level}));
        let request = parsed(|_| (), vec![member]).unwrap().unwrap();
        assert_eq!(request.reviews[0].access, access, "{level}");
    }
}

#[test]
fn states_are_told_apart() {
    for (state, draft, expected) in [
        ("opened", false, RequestState::Open),
        ("opened", true, RequestState::Draft),
        ("locked", true, RequestState::Open),
        ("merged", false, RequestState::Merged),
        ("closed", false, RequestState::Closed),
    ] {
        let request = with(|parts| {
            let itself = part(parts, Part::Itself);
            itself["state"] = json!(state);
            itself["draft"] = json!(draft);
        });
        assert_eq!(request.state, expected, "{state}");
    }
    assert!(parsed(|parts| part(parts, Part::Itself)["state"] = json!("new"), vec![]).is_err());
}

#[test]
fn checks_are_the_newest_of_each_name_and_the_pipeline_of_the_head() {
    let jobs = json!([
        {"id": 1, "sha": HEAD, "name": "test", "status": "failed"},
        {"id": 3, "sha": HEAD, "name": "test", "status": "success"},
        {"id": 2, "sha": HEAD, "name": "lint", "status": "running"},
        {"id": 4, "sha": HEAD, "name": "pipeline", "status": "success"}]);
    let checks = |pipeline: Value| {
        let jobs = (Question::Jobs(id(HEAD)), jobs.clone());
        let request =
            parsed(|parts| part(parts, Part::Itself)["head_pipeline"] = pipeline, vec![jobs]);
        request.unwrap().unwrap().checks.into_iter().collect::<Vec<_>>()
    };
    let other = |state: &str| CheckState::Other(state.to_owned());
    let test = ("test".to_owned(), CheckState::Success);
    let lint = ("lint".to_owned(), other("running"));
    assert_eq!(
        checks(json!({"id": 7, "sha": HEAD, "status": "failed"})),
        [lint.clone(), ("pipeline".to_owned(), other("failed")), test.clone()]
    );
    // Of a merged result; and a status of that name, which anybody can set.
    assert_eq!(checks(json!({"id": 7, "sha": OLD, "status": "success"})), [lint, test]);
    let of_other = json!([{"id": 1, "sha": OLD, "name": "test", "status": "success"}]);
    assert!(parsed(|_| (), vec![(Question::Jobs(id(HEAD)), of_other)]).is_err());
}

#[test]
fn a_known_number_costs_one_round() {
    let wanted = wanted(&[12], &[HEAD]);
    let first = first_round(&wanted);
    let paths: Vec<String> = first.iter().map(|question| question.path(&wanted.branch)).collect();
    assert_eq!(
        paths,
        [
            "/merge_requests?state=opened&target_branch=release%2F1&order_by=created_at&sort=desc\
             &per_page=100",
            "/approvals",
            "/members/all?per_page=100",
            "/merge_requests/12",
            "/merge_requests/12/approvals",
            "/merge_requests/12/approval_state",
            "/merge_requests/12/versions?per_page=100",
            "/merge_requests/12/reviewers",
            "/repository/commits/2222222222222222222222222222222222222222/merge_requests\
             ?per_page=100",
        ]
    );
    let mut answers = Answers::default();
    let listed = json!([{"iid": 12, "sha": HEAD, "target_branch": "release/1"}]);
    answers.add(Question::Open, listed.clone());
    answers.add(Question::Holding(id(HEAD)), listed);
    for (part, answer) in golden() {
        answers.add(Question::About(12, part), answer);
    }
    // Whoever approved is on the list of members, or on the part of it that is not shown.
    let mut many: Vec<Value> = (1000..1100).map(|id| json!({"id": id})).collect();
    answers.add(Question::Members, json!(many));
    assert_eq!(second_round(&wanted, &answers), Ok(vec![Question::Member(6)]));
    many[0] = json!({"id": 6, "access_level": 30});
    answers.add(Question::Members, json!(many));
    assert_eq!(second_round(&wanted, &answers), Ok(Vec::new()));
    answers.add(Question::Members, json!([]));
    assert_eq!(second_round(&wanted, &answers), Ok(Vec::new()));
    assert_eq!(answers.open(), Ok(vec![(12, id(HEAD))]));
}

#[test]
fn what_a_head_leads_to_is_asked_about_in_a_second_round() {
    let mut wanted = wanted(&[], &[HEAD]);
    let mut answers = Answers::default();
    let request = |iid: u64, sha: &str, target: &str| json!({"iid": iid, "sha": sha, "target_branch": target});
    answers
        .add(Question::Open, json!([request(3, HEAD, "release/1"), request(4, OLD, "release/1")]));
    // Of the commit: one that has gone on since; one for another branch that has, too.
    let holding = json!([request(5, OLD, "release/1"), request(6, OLD, "main")]);
    answers.add(Question::Holding(id(HEAD)), holding);
    let asked = |questions: Vec<Question>| {
        let number = |question: &Question| match question {
            Question::About(number, Part::Itself) => Some(*number),
            _ => None,
        };
        questions.iter().filter_map(number).collect::<Vec<_>>()
    };
    assert_eq!(asked(second_round(&wanted, &answers).unwrap()), [3, 5]);
    // Many numbers are mostly those of issues: a list tells.
    wanted.numbers = (1..=150).collect();
    let first = first_round(&wanted);
    assert!(matches!(first.get(3), Some(Question::Named(some)) if some.len() == 100));
    assert!(asked(first).is_empty());
    answers.add(Question::Named(vec![7, 8]), json!([request(8, OLD, "main")]));
    assert_eq!(asked(second_round(&wanted, &answers).unwrap()), [3, 5, 8]);
    let mut ignored = answers.clone();
    ignored.add(Question::Named(vec![7]), json!([request(151, OLD, "main")]));
    assert!(second_round(&wanted, &ignored).is_err());
    // The checks of a head that was not known before.
    wanted.checks = true;
    let second = second_round(&wanted, &answers).unwrap();
    assert!(second.contains(&Question::Jobs(id(OLD))));
    assert!(!second.contains(&Question::Jobs(id(HEAD))));
}

#[test]
fn an_answer_about_another_request_or_without_its_parts_is_none() {
    assert!(parsed(|parts| part(parts, Part::Itself)["iid"] = json!(13), vec![]).is_err());
    for part in [Part::Itself, Part::Approvals, Part::Versions] {
        let lacking = parsed(|parts| parts.retain(|(known, _)| *known != part), vec![]);
        assert!(lacking.is_err(), "{part:?}");
    }
    // Without a head there is nothing that a push could hold.
    let headless = parsed(|parts| part(parts, Part::Itself)["sha"] = Value::Null, vec![]);
    assert_eq!(headless, Ok(None));
}

proptest! {
    #[test]
    fn nothing_that_a_server_says_breaks_us_or_approves_more(
        answers in golden().into_iter().map(|(part, answer)| {
            gone_wrong(&answer).prop_map(move |answer| (part, answer))
        }).collect::<Vec<_>>()
    ) {
        if let Ok(Some(request)) = parsed(|parts| *parts = answers, vec![settings(false)]) {
            for review in &request.reviews {
                let is_known = match &review.of {
                    Reviewed::Commit(id) => [OLD, HEAD].contains(&id.as_str()),
                    Reviewed::Unknown(_) => true,
                };
                prop_assert!(is_known);
            }
        }
    }
}
