//! What the doctor sees of GitLab and Gitea: who we are, the version, and whether reviews can be read.

use serde_json::Value;

use crate::gather::forge::{Place, is_whole};
use crate::gather::remote::{Connection, Fault, Http, Request, Visit, arrive, look, number, text};

/// What a forge calls things.
pub(super) struct Sights {
    /// Where it says who we are.
    pub(super) whoami: &'static str,
    /// Our name there.
    pub(super) login: &'static str,
    /// Where it says its version.
    pub(super) version: &'static str,
    /// The first of our repositories.
    pub(super) repositories: &'static str,
    /// The whole name of one.
    pub(super) name: &'static str,
    /// Where the requests of one are.
    pub(super) requests: fn(&Place, &str) -> String,
    /// The first of a list.
    pub(super) first: &'static str,
    /// The number of a request.
    pub(super) number: &'static str,
    /// Where its reviews are.
    pub(super) reviews: &'static str,
}

impl Sights {
    /// Goes there. Without a repository in particular it looks at the first that is ours.
    pub(super) fn visit(&self, connection: &Connection, url: &str, place: &Place) -> Visit {
        let login = |json: &Value| text(json, self.login).map(str::to_owned);
        let (mut visit, http) = arrive(connection, url, self.whoami, login);
        let Some(http) = http else { return visit };
        if let Err(fault) = self.look_around(&http, place, &mut visit) {
            visit.faults.push(fault.to_string());
        }
        visit
    }

    fn look_around(&self, http: &Http, place: &Place, visit: &mut Visit) -> Result<(), Fault> {
        let version = http.ask(&Request::get(self.version))?;
        let version = text(&version, "version").unwrap_or("of no version");
        visit.place = format!("{} ({version})", visit.place);
        let repository = if is_whole(&place.repository) {
            Some(place.repository.clone())
        } else {
            let first = http.ask(&Request::get(self.repositories))?;
            first.get(0).and_then(|first| text(first, self.name)).map(str::to_owned)
        };
        let Some(repository) = repository else {
            look(visit, "a repository that our account is a member of".to_owned(), Ok(false));
            return Ok(());
        };
        let requests = (self.requests)(place, &repository);
        let newest = Request::get(format!("{requests}?state=all&{}", self.first));
        let newest = http.ask_if_there(&newest)?;
        look(visit, format!("the repository {repository}"), Ok(newest.is_some()));
        let newest = newest.as_ref().and_then(|list| list.get(0));
        if let Some(number) = newest.and_then(|request| number(request, self.number)) {
            let path = format!("{requests}/{number}/{}", self.reviews);
            let seen = http.ask_if_there(&Request::get(path))?.is_some();
            look(visit, format!("the {} of a request there", self.reviews), Ok(seen));
        }
        Ok(())
    }
}
