//! Issues of Gitea and Forgejo: one request for each, many at the same time.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;

use super::issues::Words;
use super::{Tracker, asked};
use crate::gather::forge::{Place, by_repository, gitea_repository, is_whole};
use crate::gather::remote::{Connection, Fault, Http, Request, Scheme, Visit, arrive, look, text};
use crate::model::ticket::{ISSUE, PULL_REQUEST};
use crate::model::{Inquiry, Lookup, TicketKey, Tickets};
use crate::policy::Forge;

const WHOAMI: &str = "/api/v1/user";

pub(super) const WORDS: Words =
    Words { number: "number", url: "html_url", author: "user", login: "login", open: "open" };

/// A Gitea or Forgejo whose issues are tickets.
pub(super) struct GiteaTracker {
    url: String,
    place: Place,
    connection: Connection,
}

impl GiteaTracker {
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { url: forge.remote.url.clone(), place, connection }
    }

    fn issue(&self, http: &Http, repository: &str, key: &TicketKey) -> Result<Lookup, Fault> {
        let path = format!("{}/issues/{}", gitea_repository(repository), key.number());
        match http.ask_if_there(&Request::get(path))? {
            Some(issue) => WORDS.ticket(http, key, &issue, kind(&issue)),
            None => self.absent(http, repository),
        }
    }

    /// That an issue is not there is believed of a server that knows us, in a repository
    /// that we see.
    fn absent(&self, http: &Http, repository: &str) -> Result<Lookup, Fault> {
        self.connection.who()?;
        let seen = http.ask_if_there(&Request::get(gitea_repository(repository)))?;
        seen.map(|_| Lookup::Absent).ok_or_else(|| Fault::unseen(http.host(), repository))
    }
}

impl Tracker for GiteaTracker {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        asked(&self.connection, inquiry, |http| {
            by_repository(&self.place, inquiry, 1, |repository, keys| {
                keys.iter().map(|key| self.issue(http, repository, key)).collect()
            })
        })
    }

    fn visit(&self, projects: &BTreeSet<String>) -> Visit {
        let name = |json: &Value| text(json, "login").map(str::to_owned);
        let (mut visit, http) = arrive(&self.connection, &self.url, WHOAMI, name);
        let Some(http) = http else { return visit };
        for repository in projects.iter().filter(|project| is_whole(project)) {
            let path = format!("{}/issues?state=all&limit=1", gitea_repository(repository));
            let seen = http.ask_if_there(&Request::get(path)).map(|list| list.is_some());
            look(&mut visit, format!("the issues of {repository}"), seen);
        }
        visit
    }
}

/// One row of numbers counts issues and pull requests.
fn kind(issue: &Value) -> &'static str {
    match issue.get("pull_request") {
        None | Some(Value::Null) => ISSUE,
        Some(_) => PULL_REQUEST,
    }
}
