//! Where tickets are looked up: all keys of a push at once.

mod file;
mod gitea;
mod github;
mod gitlab;
mod issues;
mod jira;
mod redmine;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::forge::Place;
use super::host::Pointers;
use super::remote::{Connection, Http, Visit};
use crate::model::{Inquiry, Tickets};
use crate::policy::{self, ForgeKind, Policy};

/// A tracker. It can't fail: an outage is an answer, [`crate::model::Lookup::Unknown`].
pub trait Tracker {
    /// Answers for every key.
    fn look_up(&self, inquiry: &Inquiry) -> Tickets;

    /// Goes there for the admin, and tells what is to be seen.
    fn visit(&self, projects: &BTreeSet<String>) -> Visit;
}

/// The tracker that the config names, for one repository. One behind a URL begins to connect at once,
/// so that this overlaps with what comes before the look-up.
pub fn start<'a>(
    policy: &'a Policy,
    repository: &str,
    pointers: &Pointers,
    until: Instant,
) -> Box<dyn Tracker + 'a> {
    match &policy.tracker {
        policy::Tracker::File { path } => Box::new(file::FileTracker { path }),
        policy::Tracker::Jira(jira) => Box::new(jira::JiraTracker::start(jira, until)),
        policy::Tracker::Forge(forge) => {
            let place = Place::of(policy, forge, repository, pointers);
            match forge.kind {
                ForgeKind::Github => Box::new(github::GithubTracker::start(forge, place, until)),
                ForgeKind::Gitlab => Box::new(gitlab::GitlabTracker::start(forge, place, until)),
                ForgeKind::Gitea => Box::new(gitea::GiteaTracker::start(forge, place, until)),
            }
        }
        policy::Tracker::Redmine(redmine) => {
            Box::new(redmine::RedmineTracker::start(redmine, until))
        }
    }
}

/// What a tracker behind a URL answers: nothing where nothing is asked, and unknown
/// where it can't be reached.
fn asked(
    connection: &Connection,
    inquiry: &Inquiry,
    look_up: impl FnOnce(&Arc<Http>) -> Tickets,
) -> Tickets {
    if inquiry.keys.is_empty() {
        return Tickets::default();
    }
    match connection.http() {
        Ok(http) => look_up(&http),
        Err(fault) => Tickets::unknown(&inquiry.keys, &fault.to_string()),
    }
}
