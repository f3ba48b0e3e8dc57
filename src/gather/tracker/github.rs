//! Issues at GitHub: all numbers of a repository in one GraphQL request, or one by one by REST.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Tracker, asked};
use crate::gather::forge::github::{Reply, WHOAMI, ask, believe, path_of};
use crate::gather::forge::{Place, at_once, by_repository};
use crate::gather::remote::{Connection, Fault, Http, Request, Scheme, Visit, arrive, look, text};
use crate::model::ticket::{ISSUE, PULL_REQUEST};
use crate::model::{Closed, Inquiry, Lookup, Ticket, TicketKey, Tickets};
use crate::policy::Forge;

/// Numbers in one request.
const BATCH: usize = 100;

/// Under the names that REST gives them.
const FIELDS: &str = "title html_url: url created_at: createdAt closed_at: closedAt \
     user: author { login } \
     assignees(first: 5) { nodes { login } } labels(first: 50) { nodes { name } } \
     milestone { title }";

/// The issues of a GitHub.
pub(super) struct GithubTracker {
    forge: Forge,
    place: Place,
    connection: Connection,
}

/// An issue or a pull request.
#[derive(Clone, Deserialize)]
struct Item {
    title: String,
    html_url: String,
    /// The two kinds of items have states of two types, so that one query can't ask for
    /// both under one name (GraphQL, 5.3.2).
    #[serde(alias = "request_state")]
    state: String,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    user: Option<Login>,
    assignees: Option<List<Login>>,
    labels: Option<List<Label>>,
    milestone: Option<Milestone>,
    /// REST has it in what is no issue.
    pull_request: Option<Value>,
    /// GraphQL says what it is.
    #[serde(rename = "__typename")]
    kind: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Login {
    login: String,
}

#[derive(Clone, Deserialize)]
struct Label {
    name: String,
}

#[derive(Clone, Deserialize)]
struct Milestone {
    title: String,
}

/// A list as REST has it, or with `nodes` around it as GraphQL has.
#[derive(Clone)]
struct List<T>(Vec<T>);

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        let nodes = json.get("nodes").cloned().unwrap_or(json);
        serde_json::from_value(nodes).map(Self).map_err(serde::de::Error::custom)
    }
}

impl GithubTracker {
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { forge: forge.clone(), place, connection }
    }

    /// The issues of one repository, by their numbers.
    fn batch(
        &self,
        http: &Http,
        repository: &str,
        keys: &[&TicketKey],
    ) -> Result<Vec<Lookup>, Fault> {
        let found = match self.by_graphql(http, repository, keys)? {
            Some(found) => found,
            None => self.by_rest(http, repository, keys)?,
        };
        // `#12` and `GH-12` are one issue.
        let answer = |key: &&TicketKey| match found.get(key.number()) {
            Some(item) => Lookup::Found(Box::new(ticket(key, item.clone()))),
            None => Lookup::Absent,
        };
        Ok(keys.iter().map(answer).collect())
    }

    fn by_graphql(
        &self,
        http: &Http,
        repository: &str,
        keys: &[&TicketKey],
    ) -> Result<Option<BTreeMap<String, Item>>, Fault> {
        let numbers: BTreeSet<&str> = keys.iter().map(|key| key.number()).collect();
        let aliases: Vec<String> = numbers
            .iter()
            .map(|number| {
                format!(
                    "n{number}: issueOrPullRequest(number: {number}) {{ __typename \
                     ... on Issue {{ state {FIELDS} }} \
                     ... on PullRequest {{ request_state: state {FIELDS} }} }}"
                )
            })
            .collect();
        let is_number = |alias: &str| alias.starts_with('n');
        let reply =
            ask::<BTreeMap<String, Value>>(http, repository, &aliases.join(" "), "", is_number)?;
        let Reply::Fields(fields) = reply else { return Ok(None) };
        let mut found = BTreeMap::new();
        for number in numbers {
            let Some(value) = fields.get(&format!("n{number}")).filter(|v| !v.is_null()) else {
                continue;
            };
            found.insert(number.to_owned(), http.parsed(value.clone())?);
        }
        Ok(Some(found))
    }

    fn by_rest(
        &self,
        http: &Http,
        repository: &str,
        keys: &[&TicketKey],
    ) -> Result<BTreeMap<String, Item>, Fault> {
        let base = path_of(repository);
        let answers = at_once(keys, |key| {
            let request = Request::get(format!("{base}/issues/{}", key.number()));
            let answer = http.send(&request)?;
            // 410 is for one that was deleted (REST API, "Get an issue").
            if matches!(answer.status, 404 | 410) {
                return Ok(None);
            }
            http.parsed(http.success(answer, &request)?).map(Some)
        });
        let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        if answers.iter().any(Option::is_none) {
            let place = Place { repository: repository.to_owned(), ..self.place.clone() };
            believe(http, &self.connection, &place)?;
        }
        let numbers = keys.iter().map(|key| key.number().to_owned());
        Ok(numbers.zip(answers).filter_map(|(number, item)| Some((number, item?))).collect())
    }
}

impl Tracker for GithubTracker {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        asked(&self.connection, inquiry, |http| {
            by_repository(&self.place, inquiry, BATCH, |repository, keys| {
                self.batch(http, repository, keys)
            })
        })
    }

    fn visit(&self, projects: &BTreeSet<String>) -> Visit {
        let login = |json: &Value| text(json, "login").map(str::to_owned);
        let (mut visit, http) = arrive(&self.connection, &self.forge.remote.url, WHOAMI, login);
        let Some(http) = http else { return visit };
        for repository in projects.iter().filter(|project| project.contains('/')) {
            let place = Place { repository: repository.clone(), ..self.place.clone() };
            let seen = match believe(&http, &self.connection, &place) {
                Ok(_) => Ok(true),
                Err(Fault::Unseen { .. }) => Ok(false),
                Err(fault) => Err(fault),
            };
            look(&mut visit, format!("the repository {repository}"), seen);
        }
        visit
    }
}

fn ticket(key: &TicketKey, item: Item) -> Ticket {
    let is_request =
        item.pull_request.is_some() || item.kind.as_deref().is_some_and(|kind| kind != "Issue");
    let assignees: Vec<String> =
        item.assignees.into_iter().flat_map(|list| list.0).map(|user| user.login).collect();
    Ticket {
        key: key.clone(),
        title: item.title,
        closed: if item.state.eq_ignore_ascii_case("open") {
            Closed::No
        } else {
            Closed::Yes { at: item.closed_at }
        },
        state: item.state.to_lowercase(),
        kind: Some(if is_request { PULL_REQUEST } else { ISSUE }.to_owned()),
        created: item.created_at,
        url: Some(item.html_url),
        reporter: item.user.map(|user| user.login),
        assignee: (!assignees.is_empty()).then(|| assignees.join(", ")),
        labels: item.labels.into_iter().flat_map(|list| list.0).map(|label| label.name).collect(),
        milestone: item.milestone.map(|milestone| milestone.title),
        approvals: Vec::new(),
        matches: BTreeSet::new(),
    }
}
