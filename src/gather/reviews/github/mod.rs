//! Reviews at GitHub: everything about a push in one GraphQL request, or by REST.

mod graphql;
mod rest;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Instant;

use super::{Found, ReviewServer, Wanted};
use crate::gather::forge::github::WHOAMI;
use crate::gather::forge::{Place, account};
use crate::gather::remote::{Connection, Fault, Http, Request, Scheme, Visit, arrive, look, text};
use crate::model::review::{AccountKind, CheckState, Opinion};
use crate::model::{Identity, ObjectId};
use crate::policy::Forge;

/// The address of commits that are made on GitHub's pages, and who that is.
const WEB: (&str, &str) = ("noreply@github.com", "web-flow");

/// One repository at GitHub.
pub(super) struct Github {
    forge: Forge,
    place: Place,
    connection: Connection,
}

impl Github {
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { forge: forge.clone(), place, connection }
    }

    fn account(&self, login: &str) -> Identity {
        account(&self.forge, login, None)
    }
}

impl ReviewServer for Github {
    fn find(&self, wanted: &Wanted) -> Result<Found, Fault> {
        let http = self.connection.http()?;
        match graphql::find(self, &http, wanted)? {
            Some(found) => Ok(found),
            None => rest::find(self, &http, wanted),
        }
    }

    fn visit(&self) -> Visit {
        let login = |json: &serde_json::Value| text(json, "login").map(str::to_owned);
        let (mut visit, http) = arrive(&self.connection, &self.forge.remote.url, WHOAMI, login);
        let Some(http) = http else { return visit };
        let interface = self.interface(&http);
        look(&mut visit, "its GraphQL interface".to_owned(), interface);
        visit
    }
}

impl Github {
    fn interface(&self, http: &Http) -> Result<bool, Fault> {
        let query = serde_json::json!({ "query": "{ viewer { login } }" });
        let request = Request::post("/graphql", query).beside("/v3");
        match http.send(&request) {
            Ok(answer) if answer.status == 404 => Ok(false),
            Err(Fault::NoEndpoint { .. }) => Ok(false),
            answer => http.success(answer?, &request).map(|_| true),
        }
    }
}

/// Adds who commits on GitHub's pages.
fn with_web(
    github: &Github,
    mut accounts: BTreeMap<String, Identity>,
) -> BTreeMap<String, Identity> {
    accounts.entry(WEB.0.to_owned()).or_insert_with(|| github.account(WEB.1));
    accounts
}

/// Notes how a check ended. Of two by one name, the one that did not end well stands.
fn note(checks: &mut BTreeMap<String, CheckState>, name: String, state: CheckState) {
    match checks.entry(name) {
        Entry::Vacant(place) => {
            place.insert(state);
        }
        Entry::Occupied(mut place) => {
            if state > *place.get() {
                place.insert(state);
            }
        }
    }
}

fn id(text: &str) -> Result<ObjectId, String> {
    let shown = || text.chars().take(80).collect::<String>();
    ObjectId::parse(text.as_bytes()).map_err(|_| format!("`{}` is no commit", shown()))
}

/// The opinion of a review's state; none where it has none.
fn opinion(state: &str) -> Option<Opinion> {
    match state {
        "APPROVED" => Some(Opinion::Approved),
        "CHANGES_REQUESTED" => Some(Opinion::ChangesRequested),
        "DISMISSED" => Some(Opinion::Dismissed),
        _ => None,
    }
}

/// People have accounts of one kind, and an enterprise's of another. Whatever else there
/// is, such as a `Mannequin` for somebody of an imported repository, has nobody behind it.
fn kind(of: &str) -> AccountKind {
    match of {
        "User" | "EnterpriseUserAccount" => AccountKind::Person,
        _ => AccountKind::Machine,
    }
}
