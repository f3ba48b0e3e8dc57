//! What a forge knows: its people, one repository with requests, reviews, issues and checks.

use std::collections::{BTreeMap, BTreeSet};

use super::commits::Commits;
use super::habits::Habits;

/// All of it. A test changes it as it likes, also while the server runs.
pub(crate) struct State {
    /// Where the server is, without a slash at the end.
    pub(crate) url: String,
    /// The token that it knows.
    pub(crate) token: String,
    /// The token may do less than what is asked.
    pub(crate) narrow: bool,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) id: u64,
    /// Full names that the repository had before.
    pub(crate) former: BTreeSet<String>,
    /// Our account does not see the repository.
    pub(crate) hidden: bool,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) requests: BTreeMap<u64, Request>,
    /// Those of forks. What leads to them is a commit that they share with ours.
    pub(crate) foreign: Vec<Request>,
    pub(crate) issues: BTreeMap<u64, Issue>,
    pub(crate) commits: Commits,
    /// By commit.
    pub(crate) checks: BTreeMap<String, Vec<Check>>,
    /// The most that the server puts on one page, whatever a client asks for.
    pub(crate) page: usize,
    pub(crate) habits: Habits,
    ids: u64,
    minutes: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(crate) login: String,
    /// How the forge knows a commit's author; shown to nobody.
    pub(crate) emails: Vec<String>,
    /// What the profile shows, which for most is nothing.
    pub(crate) public_email: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) access: Access,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Bot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Access {
    None,
    Read,
    Write,
    Admin,
}

/// A pull or merge request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// In the whole server, where `number` is the one in the repository.
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) branch: String,
    pub(crate) base: String,
    /// The fork that it is a request of, where it is none of ours.
    pub(crate) fork: Option<String>,
    /// Every head that it had, with when it came.
    pub(crate) heads: Vec<(String, String)>,
    /// Its commits, oldest first.
    pub(crate) commits: Vec<String>,
    /// Nobody where the account is deleted.
    pub(crate) author: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) draft: bool,
    pub(crate) reviews: Vec<Review>,
    /// When it came to be for another branch, each time.
    pub(crate) retargeted: Vec<String>,
    pub(crate) created: String,
    pub(crate) updated: String,
}

impl Request {
    pub(crate) fn head(&self) -> &str {
        &self.heads.last().unwrap().0
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    Closed,
    /// By this commit.
    Merged(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) id: u64,
    /// Nobody where the account is deleted.
    pub(crate) by: Option<String>,
    /// For a team, where the server says so.
    pub(crate) team: Option<String>,
    pub(crate) opinion: Opinion,
    /// Nothing where the forge has lost the commit.
    pub(crate) commit: Option<String>,
    pub(crate) at: String,
    pub(crate) dismissed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    Approved,
    ChangesRequested,
    Commented,
    Pending,
    /// Somebody was asked for a review, which is none.
    Asked,
}

#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) labels: Vec<String>,
    pub(crate) milestone: Option<String>,
    pub(crate) assignees: Vec<String>,
    pub(crate) author: Option<String>,
    pub(crate) created: String,
    pub(crate) closed: Option<String>,
}

impl Issue {
    /// A request where the forge lists it among the issues.
    pub(crate) fn of_request(request: &Request) -> Self {
        Self {
            id: request.id,
            number: request.number,
            title: request.title.clone(),
            labels: Vec::new(),
            milestone: None,
            assignees: Vec::new(),
            author: request.author.clone(),
            created: request.created.clone(),
            closed: (request.stage != Stage::Open).then(|| request.updated.clone()),
        }
    }
}

/// What a robot says about a commit.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) kind: CheckKind,
    pub(crate) outcome: Outcome,
    pub(crate) at: String,
}

/// GitHub has two kinds; elsewhere they are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckKind {
    Status,
    Run,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Failure,
    Pending,
}

impl State {
    /// `acme/app`, with people who may write and one account that is ours.
    pub(super) fn new() -> Self {
        let mut state = Self {
            url: String::new(),
            token: "s3cret-token".to_owned(),
            narrow: false,
            owner: "acme".to_owned(),
            name: "app".to_owned(),
            id: 35,
            former: BTreeSet::new(),
            hidden: false,
            people: BTreeMap::new(),
            requests: BTreeMap::new(),
            foreign: Vec::new(),
            issues: BTreeMap::new(),
            commits: Commits::default(),
            checks: BTreeMap::new(),
            page: 100,
            habits: Habits::default(),
            ids: 100,
            minutes: 0,
        };
        for login in ["acme", "sockembot", "root", "ana", "bob", "eve"] {
            state.person(login);
        }
        state
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Somebody by the login, who may write until a test says otherwise.
    pub(crate) fn person(&mut self, login: &str) -> &mut Person {
        let id = self.people.len() as u64 + 1;
        self.people.entry(login.to_owned()).or_insert_with(|| Person {
            id,
            login: login.to_owned(),
            emails: vec![format!("{login}@example.com")],
            public_email: None,
            kind: Kind::User,
            access: Access::Write,
        })
    }

    /// Whom the forge takes for the author of a commit.
    pub(crate) fn by_email(&self, email: &str) -> Option<&Person> {
        self.people.values().find(|person| person.emails.iter().any(|known| known == email))
    }

    /// A number that nothing else has.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// The time on the server's clock, which goes on by a minute with each thing that happens
    /// and begins when the commits of the tests are made.
    pub(crate) fn now(&mut self) -> String {
        self.minutes += 1;
        let seconds = 1_767_780_000 + self.minutes * 60;
        jiff::Timestamp::from_second(seconds).unwrap().to_string()
    }
}
