//! Where tickets are looked up: all keys of a push at once.

mod file;
mod jira;
mod redmine;
mod steps;

use std::collections::BTreeSet;
use std::time::Instant;

use super::remote::Visit;
use crate::model::{Inquiry, Tickets};
use crate::policy;

/// A tracker. It can't fail: an outage is an answer, [`crate::model::Lookup::Unknown`].
pub trait Tracker {
    /// Answers for every key.
    fn look_up(&self, inquiry: &Inquiry) -> Tickets;

    /// Goes there for the admin, and tells what is to be seen.
    fn visit(&self, projects: &BTreeSet<String>) -> Visit;
}

/// The tracker that the config names. One behind a URL begins to connect at once,
/// so that this overlaps with what comes before the look-up.
pub fn start(settings: &policy::Tracker, until: Instant) -> Box<dyn Tracker + '_> {
    match settings {
        policy::Tracker::File { path } => Box::new(file::FileTracker { path }),
        policy::Tracker::Jira(jira) => Box::new(jira::JiraTracker::start(jira, until)),
        policy::Tracker::Redmine(remote) => Box::new(redmine::RedmineTracker::start(remote, until)),
    }
}
