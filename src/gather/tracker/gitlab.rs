//! Issues of GitLab: all of one project in one list.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::Value;

use super::issues::Words;
use super::{Tracker, asked};
use crate::gather::forge::{Place, by_repository, is_whole, pages_if_there};
use crate::gather::remote::{
    Connection, Fault, Http, Request, Scheme, Visit, arrive, look, number, text,
};
use crate::model::ticket::ISSUE;
use crate::model::{Inquiry, Lookup, TicketKey, Tickets};
use crate::policy::Forge;

/// Numbers that go into one request: the most that one page shows.
const BATCH: usize = 100;

const WHOAMI: &str = "/api/v4/user";

pub(super) const WORDS: Words =
    Words { number: "iid", url: "web_url", author: "author", login: "username", open: "opened" };

/// A GitLab whose issues are tickets.
pub(super) struct GitlabTracker {
    url: String,
    place: Place,
    connection: Connection,
}

impl GitlabTracker {
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { url: forge.remote.url.clone(), place, connection }
    }

    /// Up to a hundred issues of one project.
    fn batch(
        &self,
        http: &Http,
        repository: &str,
        keys: &[&TicketKey],
    ) -> Result<Vec<Lookup>, Fault> {
        let request = Request::get(path(&self.place.gitlab_project(repository), keys));
        let Some(list) = pages_if_there(http, request)? else {
            return Err(Fault::unseen(http.host(), repository));
        };
        let issues = by_number(&list, keys).map_err(|what| Fault::shape(http.host(), what))?;
        if keys.iter().any(|key| !issues.contains_key(key.number())) {
            // That something is not there is believed of a server that knows us.
            self.connection.who()?;
        }
        let answer = |key: &&TicketKey| match issues.get(key.number()) {
            Some(issue) => {
                let kind = text(issue, "issue_type").unwrap_or(ISSUE).to_lowercase();
                WORDS.ticket(http, key, issue, &kind)
            }
            None => Ok(Lookup::Absent),
        };
        keys.iter().map(answer).collect()
    }
}

impl Tracker for GitlabTracker {
    fn look_up(&self, inquiry: &Inquiry) -> Tickets {
        asked(&self.connection, inquiry, |http| {
            by_repository(&self.place, inquiry, BATCH, |repository, keys| {
                self.batch(http, repository, keys)
            })
        })
    }

    fn visit(&self, projects: &BTreeSet<String>) -> Visit {
        let name = |json: &Value| text(json, "username").map(str::to_owned);
        let (mut visit, http) = arrive(&self.connection, &self.url, WHOAMI, name);
        let Some(http) = http else { return visit };
        for repository in projects.iter().filter(|project| is_whole(project)) {
            let project = self.place.gitlab_project(repository);
            let seen = http.ask_if_there(&Request::get(format!("{project}/issues?per_page=1")));
            let what = format!("the issues of {repository}");
            look(&mut visit, what, seen.map(|list| list.is_some()));
        }
        visit
    }
}

fn path(project: &str, keys: &[&TicketKey]) -> String {
    let numbers: BTreeSet<&str> = keys.iter().map(|key| key.number()).collect();
    let iids: String = numbers.iter().map(|number| format!("&iids%5B%5D={number}")).collect();
    format!("{project}/issues?scope=all&state=all&per_page={BATCH}{iids}")
}

/// The issues by number. More than was asked for is no answer.
fn by_number<'a>(
    list: &'a [Value],
    keys: &[&TicketKey],
) -> Result<BTreeMap<String, &'a Value>, String> {
    let mut found = BTreeMap::new();
    for issue in list {
        let iid = number(issue, "iid").ok_or("an issue without `iid`")?.to_string();
        if !keys.iter().any(|key| key.number() == iid) {
            return Err(format!("#{iid}, which nobody asked for"));
        }
        found.insert(iid, issue);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_asked_for_by_number_and_holds_no_other() {
        let keys = ["#12", "GH-12", "g/p#7"].map(|key| TicketKey::parse(key).unwrap());
        let keys: Vec<&TicketKey> = keys.iter().collect();
        assert_eq!(
            path("/api/v4/projects/35", &keys),
            "/api/v4/projects/35/issues?scope=all&state=all&per_page=100&iids%5B%5D=12&iids%5B%5D=7"
        );
        let found = |list: &[Value]| by_number(list, &keys).map(|found| found.len());
        assert_eq!(found(&[json!({"iid": 12}), json!({"iid": 7})]), Ok(2));
        assert_eq!(found(&[]), Ok(0));
        for bad in [json!({"iid": 13}), json!({"id": 12}), json!([])] {
            assert!(found(std::slice::from_ref(&bad)).is_err(), "{bad}");
        }
    }
}
