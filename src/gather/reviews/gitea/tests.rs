//! Gitea's answers, by its published description, and what is made of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::questions::{Part, Question, first_round, second_round};
use crate::gather::forge::testing::{forge, gone_wrong};
use crate::gather::reviews::Wanted;
use crate::gather::reviews::rounds::Answers;
use crate::model::review::{Access, CheckState, Opinion, RequestState, Reviewed};
use crate::model::{ChangeRequest, Identity, ObjectId};
use crate::policy::ForgeKind;

const OLD: &str = "1111111111111111111111111111111111111111";
const HEAD: &str = "2222222222222222222222222222222222222222";

fn id(text: &str) -> ObjectId {
    ObjectId::parse(text.as_bytes()).unwrap()
}

fn user(number: i64, login: &str, email: &str) -> Value {
    json!({"id": number, "login": login, "email": email})
}

fn pull(id: u64, number: u64, head: &str, base: &str) -> Value {
    json!({"id": id, "number": number, "title": "PAY-1: round", "state": "open", "draft": false,
        "merged": false, "html_url": "https://forge.example/o/r/pulls/7",
        "user": user(3, "Alice", "alice@noreply.forge.example"),
        "head": {"ref": "side", "sha": head, "repo_id": 1}, "base": {"ref": base, "sha": OLD}})
}

fn review(number: u64, login: &str, state: &str) -> Value {
    json!({"id": number, "user": user(4, login, "bob@example.com"), "team": null, "state": state,
        "commit_id": HEAD, "stale": true, "official": true, "dismissed": false,
        "submitted_at": "2026-11-24T09:00:00Z"})
}

/// The answers about #7.
fn golden() -> Vec<(Part, Value)> {
    let signed = |email: &str| json!({"name": "x", "email": email});
    vec![
        (Part::Itself, pull(101, 7, HEAD, "main")),
        (Part::Reviews, json!([review(9, "bob", "APPROVED")])),
        (
            Part::Commits,
            json!([{"sha": HEAD, "author": user(3, "Alice", "alice@noreply.forge.example"),
                "committer": null,
                "commit": {"author": signed("Alice@Home.example"),
                    "committer": signed("nobody@elsewhere.example")}}]),
        ),
        (
            Part::Timeline,
            json!([{"id": 1, "type": "change_title", "created_at": "2026-11-24T08:30:00Z"}]),
        ),
    ]
}

fn parsed(
    change: impl FnOnce(&mut Vec<(Part, Value)>),
    statuses: Option<Value>,
) -> Result<Option<ChangeRequest>, String> {
    let mut parts = golden();
    change(&mut parts);
    let mut answers = Answers::default();
    for (part, answer) in parts {
        answers.add(Question::About(7, part), answer);
    }
    if let Some(statuses) = statuses {
        answers.add(Question::Statuses(id(HEAD)), statuses);
    }
    answers.told(7)?.change_request(&forge(ForgeKind::Gitea))
}

fn with(change: impl FnOnce(&mut Vec<(Part, Value)>)) -> ChangeRequest {
    parsed(change, None).unwrap().unwrap()
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
    let account = |login: &str, email: Option<&str>| Identity::Account {
        id: format!("gitea:{login}"),
        email: email.map(str::to_owned),
    };
    assert_eq!((request.number, request.title.as_str()), (7, "PAY-1: round"));
    assert_eq!((request.state, request.target.as_str()), (RequestState::Open, "main"));
    // A login keeps its case, and an address that hides another is none.
    let alice = account("Alice", None);
    assert_eq!((&request.head, &request.author), (&id(HEAD), &Some(alice.clone())));
    let [review] = request.reviews.as_slice() else { panic!("{:?}", request.reviews) };
    let bob = account("bob", Some("bob@example.com"));
    assert_eq!((&review.by, review.opinion), (&Some(bob.clone()), Opinion::Approved));
    // Gitea's own `stale` comes when it comes.
    assert_eq!(review.of, Reviewed::Commit(id(HEAD)));
    assert_eq!(
        request.accounts.into_iter().collect::<Vec<_>>(),
        [
            ("alice@home.example".to_owned(), alice.clone()),
            ("alice@noreply.forge.example".to_owned(), alice),
            ("bob@example.com".to_owned(), bob),
        ]
    );
}

#[test]
fn opinions_come_in_the_order_in_which_they_were_begun() {
    let request = with(|parts| {
        let reviews = part(parts, Part::Reviews).as_array_mut().unwrap();
        reviews.clear();
        for (number, state) in [
            (14, "REQUEST_CHANGES"),
            (11, "APPROVED"),
            (12, "COMMENT"),
            (13, "PENDING"),
            (15, "REQUEST_REVIEW"),
            (16, ""),
        ] {
            reviews.push(review(number, "bob", state));
        }
    });
    let opinions: Vec<_> = request.reviews.iter().map(|review| review.opinion).collect();
    assert_eq!(opinions, [Opinion::Approved, Opinion::ChangesRequested]);
}

#[test]
fn a_review_is_what_the_forge_says_of_it() {
    let changed = |field: &str, value: Value| {
        let request = parsed(|parts| part(parts, Part::Reviews)[0][field] = value, None);
        request.map(|request| request.unwrap().reviews.remove(0))
    };
    assert_eq!(changed("dismissed", json!(true)).unwrap().opinion, Opinion::Dismissed);
    assert_eq!(changed("official", json!(true)).unwrap().access, Access::Write);
    for unofficial in [json!(false), Value::Null] {
        assert_eq!(changed("official", unofficial).unwrap().access, Access::Read);
    }
    assert!(matches!(changed("commit_id", json!("")).unwrap().of, Reviewed::Unknown(_)));
    // Of a team, of a deleted account, of the server itself.
    for nobody in [Value::Null, user(-1, "Ghost", ""), user(0, "", ""), user(-2, "actions", "")] {
        assert_eq!(changed("user", nobody).unwrap().by, None);
    }
    for (field, value) in
        [("state", json!("LGTM")), ("submitted_at", Value::Null), ("commit_id", json!("abc"))]
    {
        assert!(changed(field, value).is_err(), "{field}");
    }
}

#[test]
fn states_are_told_apart() {
    for (state, draft, merged, expected) in [
        ("open", false, false, RequestState::Open),
        ("open", true, false, RequestState::Draft),
        ("closed", false, true, RequestState::Merged),
        ("closed", true, false, RequestState::Closed),
    ] {
        let request = with(|parts| {
            let itself = part(parts, Part::Itself);
            itself["state"] = json!(state);
            itself["draft"] = json!(draft);
            itself["merged"] = json!(merged);
        });
        assert_eq!(request.state, expected, "{state}");
    }
}

#[test]
fn checks_are_the_newest_of_each_name() {
    let statuses = json!([
        {"id": 3, "context": "test", "status": "success"},
        {"id": 2, "context": "lint", "status": "warning"},
        {"id": 1, "context": "test", "status": "failure"}]);
    let request = parsed(|_| (), Some(statuses)).unwrap().unwrap();
    assert_eq!(
        request.checks.into_iter().collect::<Vec<_>>(),
        [
            ("lint".to_owned(), CheckState::Other("warning".to_owned())),
            ("test".to_owned(), CheckState::Success),
        ]
    );
}

#[test]
fn a_known_number_costs_one_round() {
    let mut wanted = wanted(&[7], &[HEAD]);
    wanted.checks = true;
    let first = first_round(&wanted);
    let paths: Vec<String> = first.iter().map(|question| question.path(&wanted.branch)).collect();
    assert_eq!(
        paths,
        [
            "/pulls?state=open&limit=50&base=release%2F1",
            "/pulls/7",
            "/pulls/7/reviews?limit=50",
            "/pulls/7/commits?limit=50&verification=false&files=false",
            "/issues/7/timeline?limit=50",
            "/statuses/2222222222222222222222222222222222222222?limit=50",
        ]
    );
    let mut answers = Answers::default();
    answers.add(Question::Open, json!([pull(101, 7, HEAD, "release/1"), pull(1, 2, OLD, "main")]));
    for (part, answer) in golden() {
        answers.add(Question::About(7, part), answer);
    }
    assert_eq!(second_round(&wanted, Some(101), &answers), Ok(Vec::new()));
    // Gitea lists the requests of all branches.
    assert_eq!(answers.open("release/1"), Ok(vec![(7, id(HEAD))]));
}

#[test]
fn what_a_head_or_the_host_leads_to_is_asked_about_in_a_second_round() {
    let mut wanted = wanted(&[], &[HEAD]);
    let mut answers = Answers::default();
    answers.add(
        Question::Open,
        json!([pull(1, 4, OLD, "main"), pull(2, 5, HEAD, "main"), pull(3, 6, OLD, "main")]),
    );
    let asked = |merging: Option<u64>, answers: &Answers<Question>, wanted: &Wanted| {
        let number = |question: Question| match question {
            Question::About(number, Part::Reviews) => Some(number),
            _ => None,
        };
        let second = second_round(wanted, merging, answers).unwrap();
        second.into_iter().filter_map(number).collect::<Vec<_>>()
    };
    assert_eq!(asked(None, &answers, &wanted), [5]);
    // The host names the request by its id, which is no number.
    assert_eq!(asked(Some(3), &answers, &wanted), [5, 6]);
    // Many numbers are mostly those of issues: first it is found out which are not.
    wanted.numbers = (1..=50).collect();
    assert_eq!(first_round(&wanted).len(), 51);
    answers.add(Question::About(8, Part::Itself), pull(9, 8, OLD, "main"));
    assert_eq!(asked(None, &answers, &wanted), [5, 8]);
    wanted.checks = true;
    let second = second_round(&wanted, None, &answers).unwrap();
    assert!(second.contains(&Question::Statuses(id(OLD))));
    assert!(!second.contains(&Question::Statuses(id(HEAD))));
}

#[test]
fn an_answer_about_another_request_or_without_its_parts_is_none() {
    assert!(parsed(|parts| part(parts, Part::Itself)["number"] = json!(8), None).is_err());
    for part in [Part::Itself, Part::Reviews, Part::Commits] {
        let lacking = parsed(|parts| parts.retain(|(known, _)| *known != part), None);
        assert!(lacking.is_err(), "{part:?}");
    }
    let headless = parsed(|parts| part(parts, Part::Itself)["head"]["sha"] = json!(""), None);
    assert_eq!(headless, Ok(None));
}

proptest! {
    #[test]
    fn nothing_that_a_server_says_breaks_us_or_approves_more(
        answers in golden().into_iter().map(|(part, answer)| {
            gone_wrong(&answer).prop_map(move |answer| (part, answer))
        }).collect::<Vec<_>>()
    ) {
        if let Ok(Some(request)) = parsed(|parts| *parts = answers, None) {
            prop_assert!(request.reviews.len() <= 1);
            for review in &request.reviews {
                let is_known = match &review.of {
                    Reviewed::Commit(commit) => *commit == id(HEAD),
                    Reviewed::Unknown(_) => true,
                };
                prop_assert!(is_known);
            }
        }
    }
}
