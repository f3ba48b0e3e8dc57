//! The judgement over made-up facts: what may never be accepted, whatever else is true.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::{Facts, judge};
use crate::digest::{Frame, Occasion, digest};
use crate::model::review::Moment;
use crate::model::verdict::Class;
use crate::model::{
    Approval, Change, Closed, Commit, Content, Decision, Identity, Incoming, Lookup, MergeContent,
    Movement, ObjectId, Outcome, Plea, Push, Pusher, Reason, RefLine, RefName, RefUpdate, Reviews,
    Role, Signature, Source, Start, Ticket, TicketKey, Unreviewed,
};
use crate::policy::Policy;

const CONFIG: &str = r#"
[tracker.file]
path = "/t.toml"
[[protect]]
repos = ["*"]
refs = ["refs/heads/*"]
automation = ["robot"]
[protect.ticket]
projects = ["PAY"]
states = ["Open"]
[people]
email_domain = "example.com"
[emergency]
people = ["ana"]
"#;

fn id(n: usize) -> ObjectId {
    ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
}

fn main_ref() -> RefName {
    RefName::parse(b"refs/heads/main").unwrap()
}

fn key() -> TicketKey {
    TicketKey::parse("PAY-1").unwrap()
}

fn when() -> Timestamp {
    "2026-01-06T09:00:00Z".parse().unwrap()
}

/// One push of one branch, as plain words.
#[derive(Clone, Debug)]
struct Case {
    subject: &'static str,
    author: &'static str,
    merge: MergeContent,
    movement: Movement,
    pusher: Option<&'static str>,
    approver: Option<&'static str>,
    covers: bool,
    ticket: Answer,
    opened_early: bool,
    /// Whether the pusher calls it an emergency, and an earlier one is overdue.
    emergency: bool,
    overdue: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Open,
    WrongState,
    Closed,
    Absent,
    Unknown,
}

fn case() -> impl Strategy<Value = Case> {
    let people = prop::sample::select(vec!["ana", "bob", "robot"]);
    let merge = prop::sample::select(vec![
        MergeContent::NotAMerge,
        MergeContent::NotAMerge,
        MergeContent::Own,
        MergeContent::Clean,
    ]);
    let movement = prop::sample::select(vec![
        Movement::FastForward,
        Movement::FastForward,
        Movement::Created,
        Movement::Rewritten,
        Movement::Deleted,
        Movement::NoCommit,
    ]);
    let answer = prop::sample::select(vec![
        Answer::Open,
        Answer::Open,
        Answer::WrongState,
        Answer::Closed,
        Answer::Absent,
        Answer::Unknown,
    ]);
    let subject = prop::sample::select(vec!["PAY-1: x", "PAY-1: x", "no ticket"]);
    (
        (subject, people.clone(), merge, movement),
        prop::option::weighted(0.9, people.clone()),
        prop::option::weighted(0.8, people),
        (any::<bool>(), answer, any::<bool>()),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.2)),
    )
        .prop_map(|((subject, author, merge, movement), pusher, approver, rest, urgent)| {
            let (covers, ticket, opened_early) = rest;
            let (emergency, overdue) = urgent;
            Case {
                subject,
                author,
                merge,
                movement,
                pusher,
                approver,
                covers,
                ticket,
                opened_early,
                emergency,
                overdue,
            }
        })
}

fn facts(case: &Case) -> Facts {
    let who = Signature {
        name: case.author.to_owned(),
        email: format!("{}@example.com", case.author),
        time: when(),
    };
    let content = Content {
        parents: vec![id(0)],
        author: who.clone(),
        committer: who,
        co_authors: vec![],
        subject: case.subject.to_owned(),
        trailers: vec![],
        merge: case.merge,
    };
    let has_commits = !matches!(case.movement, Movement::Deleted | Movement::NoCommit);
    let commit = Commit { id: id(1), content: Ok(content), brought: None };
    let commits = has_commits.then_some(commit).into_iter().collect();
    let incoming = Incoming::new(0, Start::OldValue, vec![id(0)], commits);
    let role = Role::moving(case.movement, incoming);
    let line = RefLine { name: main_ref(), change: Change::Update { old: id(0), new: id(1) } };
    let pusher = case.pusher.map_or_else(
        || Pusher::Unknown { why: "REMOTE_USER is not set".to_owned() },
        |login| Pusher::Person { login: login.to_owned(), source: "REMOTE_USER".to_owned() },
    );
    let approval = |login: &str| Approval {
        by: Identity::Login(login.to_owned()),
        at: None,
        source: Source::Ref { name: main_ref(), commit: id(1) },
        covers: case.covers.then(|| id(1)).into_iter().collect(),
        outdated_for: BTreeSet::new(),
        void: None,
        vouched: None,
    };
    let approvals = case.approver.map(approval).into_iter().collect();
    let updates = vec![RefUpdate { line, target: main_ref(), role }];
    let plea = if case.emergency {
        Plea::Emergency(Reason::given("INC-7: why".to_owned()))
    } else {
        Plea::None
    };
    let earlier =
        |due| Unreviewed { seq: 3, target: main_ref(), commit: id(0), by: "ana".to_owned(), due };
    let unreviewed = vec![earlier(when() + if case.overdue { 0.hours() } else { 1.hour() })];
    Facts {
        push: Push { repository: "app".to_owned(), pusher, plea, updates },
        tickets: [(key(), lookup(case))].into_iter().collect(),
        approvals: [(main_ref(), approvals)].into_iter().collect(),
        unreviewed,
        now: when(),
        reviews: Reviews::default(),
        moment: Moment::Push,
    }
}

fn lookup(case: &Case) -> Lookup {
    let created = if case.opened_early { when() - 1.hour() } else { when() + 1.hour() };
    let ticket = |state: &str, closed| {
        Lookup::Found(Box::new(Ticket {
            key: key(),
            title: "x".to_owned(),
            state: state.to_owned(),
            closed,
            kind: None,
            created,
            url: None,
            reporter: None,
            assignee: None,
            labels: Vec::new(),
            milestone: None,
            approvals: vec![],
            matches: BTreeSet::new(),
        }))
    };
    match case.ticket {
        Answer::Open => ticket("Open", Closed::No),
        Answer::WrongState => ticket("Draft", Closed::No),
        Answer::Closed => ticket("Done", Closed::Yes { at: None }),
        Answer::Absent => Lookup::Absent,
        Answer::Unknown => Lookup::Unknown { why: "it is away".to_owned() },
    }
}

fn policy(mode: &str) -> Policy {
    let config = CONFIG.replace("automation", &format!("mode = \"{mode}\"\nautomation"));
    Policy::parse(Path::new("c.toml"), &config).unwrap()
}

/// The promise, said again without the rules: what a compliant push is.
fn complies(case: &Case) -> bool {
    let moves = matches!(case.movement, Movement::FastForward | Movement::Created);
    let exempt = case.pusher == Some("robot");
    let clean = case.merge == MergeContent::Clean;
    let ticket =
        case.subject.starts_with("PAY-1") && case.ticket == Answer::Open && case.opened_early;
    let eyes = case.covers
        && case.pusher.is_some()
        && case
            .approver
            .is_some_and(|by| by != "robot" && by != case.author && Some(by) != case.pusher);
    let listed = case.pusher == Some("ana");
    let emergency = case.emergency && listed && !case.overdue;
    let asked_too_much = case.emergency && !listed;
    moves && !asked_too_much && (clean || exempt || (ticket && (eyes || emergency)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_push_is_accepted_exactly_when_it_keeps_the_promise(case in case()) {
        let verdict = judge(&policy("enforce"), facts(&case));
        prop_assert_eq!(verdict.decision() == Decision::Accept, complies(&case));
    }

    #[test]
    fn an_emergency_is_one_exactly_where_an_approval_is_missing(case in case()) {
        let verdict = judge(&policy("enforce"), facts(&case));
        let of_ref = verdict.refs.first().unwrap();
        prop_assert_eq!(of_ref.emergency.is_some(), of_ref.class == Class::Emergency);
        let Some(emergency) = &of_ref.emergency else { return Ok(()) };
        prop_assert_eq!(emergency.due, when() + 24.hours());
        let without = judge(&policy("enforce"), facts(&Case { emergency: false, ..case }));
        let waived = of_ref.checks.iter().filter(|c| matches!(c.outcome, Outcome::Waived(_)));
        prop_assert!(waived.clone().all(|check| check.rule.asks_for_approval()));
        prop_assert!(waived.count() > 0);
        prop_assert_ne!(without.decision(), Decision::Accept);
    }

    #[test]
    fn monitor_mode_finds_the_same_and_lets_it_land(case in case()) {
        let verdict = judge(&policy("monitor"), facts(&case));
        prop_assert_eq!(verdict.decision(), Decision::Accept);
        let finding = verdict.refs.first().unwrap().finding();
        prop_assert_eq!(finding == Decision::Accept, complies(&case));
    }

    #[test]
    fn a_tracker_that_is_away_is_never_the_commit_s_fault(mut case in case()) {
        case.ticket = Answer::Unknown;
        case.approver = Some("bob");
        (case.author, case.pusher, case.covers) = ("ana", Some("ana"), true);
        (case.movement, case.subject) = (Movement::FastForward, "PAY-1: x");
        case.emergency = false;
        if case.merge != MergeContent::Clean {
            let verdict = judge(&policy("enforce"), facts(&case));
            prop_assert_eq!(verdict.decision(), Decision::Undecided);
        }
    }

    /// 72 columns of ASCII, save a command or an id that must survive copying.
    #[test]
    fn every_digest_fits_the_terminal(case in case()) {
        for mode in ["enforce", "monitor"] {
            let policy = policy(mode);
            let verdict = judge(&policy, facts(&case));
            let occasion = Occasion::Push;
            let frame = Frame { policy: &policy, receipts: &[], occasion, starts: &[] };
            for line in digest(&verdict, &frame).lines() {
                prop_assert!(line.is_ascii() && (line.len() <= 72 || line.contains('`')), "{line}");
            }
        }
    }
}
