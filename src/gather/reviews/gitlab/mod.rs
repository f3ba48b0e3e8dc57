//! Merge requests of GitLab: all about a known number in one round, what a head leads to in a second.

mod approvals;
mod questions;
mod request;
#[cfg(test)]
mod tests;

use std::time::Instant;

use super::rounds::Answers;
use super::sights::Sights;
use super::{Found, ReviewServer, Wanted};
use crate::gather::forge::Place;
use crate::gather::remote::{Connection, Fault, Scheme, Visit};
use crate::policy::Forge;
use questions::{first_round, members, second_round};

const WHOAMI: &str = "/api/v4/user";

const SIGHTS: Sights = Sights {
    whoami: WHOAMI,
    login: "username",
    version: "/api/v4/version",
    repositories: "/api/v4/projects?membership=true&per_page=1",
    name: "path_with_namespace",
    requests: |place, name| format!("{}/merge_requests", place.gitlab_project(name)),
    first: "per_page=1",
    number: "iid",
    reviews: "approvals",
};

/// A GitLab, and the project that is asked about.
pub(super) struct Gitlab {
    forge: Forge,
    place: Place,
    connection: Connection,
}

impl Gitlab {
    /// Begins to connect.
    pub(super) fn start(forge: &Forge, place: Place, until: Instant) -> Self {
        let connection =
            Connection::start(forge.remote.clone(), Scheme::BasicOrBearer, WHOAMI, until);
        Self { forge: forge.clone(), place, connection }
    }

    fn project(&self) -> String {
        self.place.gitlab_project(&self.place.repository)
    }
}

impl ReviewServer for Gitlab {
    fn find(&self, wanted: &Wanted) -> Result<Found, Fault> {
        let http = self.connection.http()?;
        let shape = |what: String| Fault::shape(http.host(), what);
        let repository = self.project();
        let place = (&*repository, &*self.place.repository);
        let mut answers = Answers::default();
        answers.round(&http, place, &wanted.branch, first_round(wanted))?;
        let second = second_round(wanted, &answers).map_err(shape)?;
        answers.round(&http, place, &wanted.branch, second)?;
        // Only where the second round told of approvals.
        let members = members(&answers);
        answers.round(&http, place, &wanted.branch, members)?;
        // That something is not there is believed of a server that knows us.
        self.connection.who()?;
        let mut found = Found { open: answers.open().map_err(shape)?, ..Found::default() };
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
