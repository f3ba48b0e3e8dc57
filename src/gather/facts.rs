//! Everything that the judge wants to know, asked once and all at the same time.

use std::time::Instant;

use jiff::Timestamp;

use super::forge::Place;
use super::host::Pointers;
use super::push::Sources;
use super::push::again::Landed;
use super::push::governed::{Governed, Target};
use super::reviews::{self, Asked, ReviewServer, Search};
use super::tracker::{self, Tracker};
use crate::judge::{Facts, pleads};
use crate::model::{Plea, Push, Pusher, Reviews, Tickets};
use crate::policy::Policy;

/// The servers that are asked. Those behind a URL begin to connect at once, so that
/// this overlaps with the walk through the commits.
pub struct Servers<'a> {
    tracker: Box<dyn Tracker + 'a>,
    reviews: Option<Box<dyn ReviewServer>>,
}

impl<'a> Servers<'a> {
    /// Those of the config, for one repository. What is not answered until then is
    /// unknown.
    pub fn start(
        policy: &'a Policy,
        repository: &str,
        pointers: &Pointers,
        until: Instant,
    ) -> Self {
        let tracker = tracker::start(policy, repository, pointers, until);
        let reviews = policy.reviews.as_ref().map(|forge| {
            let place = Place::of(policy, forge, repository, pointers);
            reviews::start(forge, place, until)
        });
        Self { tracker, reviews }
    }
}

impl Sources<'_> {
    /// Gathers the push, the approvals in the repository, the tickets and the reviews.
    /// A push that brings no commit needs no servers.
    ///
    /// # Errors
    /// Where anything that decides can't be read. That a server does not answer is an
    /// answer.
    pub fn facts(
        &mut self,
        pusher: Pusher,
        plea: Plea,
        judged: Vec<(Target, Governed)>,
        servers: Option<&Servers<'_>>,
    ) -> anyhow::Result<Facts> {
        let (push, approvals) = self.push(pusher, plea, judged)?;
        let (tickets, reviews) = match servers {
            Some(servers) => self.ask(servers, &push)?,
            None => (Tickets::default(), Reviews::default()),
        };
        let unreviewed = if pleads(self.policy, &push, &tickets) {
            self.history.unreviewed().to_vec()
        } else {
            Vec::new()
        };
        let (now, moment) = (Timestamp::now(), self.moment);
        Ok(Facts { push, tickets, approvals, reviews, unreviewed, now, moment })
    }

    /// The same about a change that has landed, by its record.
    ///
    /// # Errors
    /// Where the policy does not govern the ref, or anything that decides can't be read.
    pub fn facts_again(&self, landed: Landed, servers: &Servers<'_>) -> anyhow::Result<Facts> {
        let (push, approvals) = self.again(landed)?;
        let (tickets, reviews) = self.ask(servers, &push)?;
        // Nothing is waived a second time.
        let (unreviewed, now, moment) = (Vec::new(), Timestamp::now(), self.moment);
        Ok(Facts { push, tickets, approvals, reviews, unreviewed, now, moment })
    }

    fn ask(&self, servers: &Servers<'_>, push: &Push) -> anyhow::Result<(Tickets, Reviews)> {
        (self.doing)("looking up the tickets".to_owned());
        let inquiry = self.policy.inquiry(push);
        let Some(server) = servers.reviews.as_deref() else {
            return Ok((servers.tracker.look_up(&inquiry), Reviews::default()));
        };
        let search = Search::prepare(self, push)?;
        let (tickets, asked) = std::thread::scope(|scope| {
            let questions = search.questions().into_iter();
            let asked: Vec<_> =
                questions.map(|wanted| scope.spawn(|| server.find(wanted))).collect();
            let tickets = servers.tracker.look_up(&inquiry);
            (tickets, Asked::of(asked.into_iter().map(|answer| answer.join())))
        });
        (self.doing)("comparing the push with what was reviewed".to_owned());
        Ok((tickets, search.prove(server, asked)?))
    }
}
