//! Pull requests of Gitea and Forgejo: all about a known number in one round, the rest in a second.

mod questions;
mod request;
#[cfg(test)]
mod tests;

use std::time::Instant;

use super::rounds::Answers;
use super::sights::Sights;
use super::{Found, ReviewServer, Wanted};
use crate::gather::forge::{Place, gitea_repository};
use crate::gather::remote::{Connection, Fault, Scheme, Visit};
use crate::policy::Forge;
use questions::{first_round, second_round};

const WHOAMI: &str = "/api/v1/user";

const SIGHTS: Sights = Sights {
    whoami: WHOAMI,
    login: "login",
    version: "/api/v1/version",
    repositories: "/api/v1/user/repos?limit=1",
    name: "full_name",
    requests: |_, name| format!("{}/pulls", gitea_repository(name)),
    first: "limit=1",
    number: "number",
    reviews: "reviews",
};

/// A Gitea or Forgejo, and the repository that is asked about.
pub(super) struct Gitea {
    forge: Forge,
    place: Place,
    connection: Connection,
}

impl Gitea {
    /// Begins to connect.
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { forge: forge.clone(), place, connection }
    }
}

impl ReviewServer for Gitea {
    fn find(&self, wanted: &Wanted) -> Result<Found, Fault> {
        let http = self.connection.http()?;
        let shape = |what: String| Fault::shape(http.host(), what);
        let repository = gitea_repository(&self.place.repository);
        let place = (&*repository, &*self.place.repository);
        let mut answers = Answers::default();
        answers.round(&http, place, &wanted.branch, first_round(wanted))?;
        let merging = self.place.pointers.request_id;
        let second = second_round(wanted, merging, &answers).map_err(shape)?;
        answers.round(&http, place, &wanted.branch, second)?;
        // That something is not there is believed of a server that knows us.
        self.connection.who()?;
        let open = answers.open(&wanted.branch).map_err(shape)?;
        let mut found = Found { open, ..Found::default() };
        for number in answers.numbers() {
            let told = answers.told(number).map_err(shape)?;
            found.requests.extend(told.change_request(&self.forge).map_err(shape)?);
        }
        Ok(found)
    }

    fn visit(&self) -> Visit {
        SIGHTS.visit(&self.connection, &self.forge.remote.url, &self.place)
    }
}
