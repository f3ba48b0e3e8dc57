//! A ticket as its tracker showed it at the moment of judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::Identity;

/// A key such as `PAY-123`: an upper-case project, a dash, a number without
/// leading zeros. Or `#123`, where a tracker only counts; `group/project#123`, where
/// it counts for each repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TicketKey(String);

impl TicketKey {
    /// Parses a whole key; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (project, number) = match text.split_once(COUNTED) {
            Some(("", number)) => (COUNTED, number),
            Some(repository) => repository,
            None => text.split_once('-').filter(|(project, _)| !project.contains('/'))?,
        };
        let number_is_sound = (1..=10).contains(&number.len())
            && !number.starts_with('0')
            && number.bytes().all(|b| b.is_ascii_digit());
        (is_project(project) && number_is_sound).then(|| Self(text.to_owned()))
    }

    /// `group/project` of `group/project#123`.
    pub fn repository(&self) -> Option<&str> {
        self.0.split_once(COUNTED).map(|(repository, _)| repository).filter(|name| !name.is_empty())
    }

    /// `PAY` of `PAY-123`.
    pub fn project(&self) -> Option<&str> {
        if self.0.contains(COUNTED) {
            return None;
        }
        self.0.split_once('-').map(|(project, _)| project)
    }

    /// `123` of all of them.
    pub fn number(&self) -> &str {
        self.0.rsplit(['-', '#']).next().unwrap_or(&self.0)
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The project of keys that are a bare number.
pub const COUNTED: &str = "#";

/// The project of keys such as `GH-12`, which are `#12`.
pub const SHORT: &str = "GH";

/// The type of a forge's issue, where one row of numbers counts pull requests too.
pub const ISSUE: &str = "issue";

/// The type of what is no issue there.
pub const PULL_REQUEST: &str = "pull request";

/// Whether a text can be the project of a key: an upper-case letter, then
/// upper-case letters, digits and `_` (Jira's own default pattern); or `#`; or the
/// path of a repository.
pub fn is_project(text: &str) -> bool {
    if text == COUNTED || is_repository(text) {
        return true;
    }
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `group/project`, with as many groups as there are.
fn is_repository(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    text.len() <= 255 && text.contains('/') && text.split('/').all(part)
}

impl fmt::Display for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the tracker told of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its key, as the tracker writes it now.
    pub key: TicketKey,
    /// What it is about.
    pub title: String,
    /// Its workflow state.
    pub state: String,
    /// Whether it is done with.
    pub closed: Closed,
    /// Its type, where the tracker has types.
    pub kind: Option<String>,
    /// When it was opened, by the tracker's clock.
    pub created: Timestamp,
    /// Where a person reads it.
    pub url: Option<String>,
    /// Who asked for it.
    pub reporter: Option<String>,
    /// Who is to do it.
    pub assignee: Option<String>,
    /// Its labels, which serve as states where a forge has no others.
    pub labels: Vec<String>,
    /// The release or the sprint that it is planned for.
    pub milestone: Option<String>,
    /// Approvals that stand on the ticket itself.
    pub approvals: Vec<TicketApproval>,
    /// Which of the queries that were asked about it match it.
    pub matches: BTreeSet<String>,
}

/// Whether a ticket is done with, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Work may go on.
    No,
    /// It is done with; the time where the tracker tells it.
    Yes {
        /// By the tracker's clock.
        at: Option<Timestamp>,
    },
}

/// One approval that stands on a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketApproval {
    /// Who gave it.
    pub by: Identity,
    /// When, by the tracker's clock.
    pub at: Timestamp,
}

/// What a push wants to know of the tracker, all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inquiry {
    /// Every ticket that is named.
    pub keys: BTreeSet<TicketKey>,
    /// Those whose approvals count.
    pub approvals: BTreeSet<TicketKey>,
    /// Queries in the tracker's language, each with the tickets that must match it.
    pub queries: BTreeMap<String, BTreeSet<TicketKey>>,
}

/// The tracker's answer for one key. Absent and unknown are two things: the one
/// is for the developer to mend, the other is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The ticket.
    Found(Box<Ticket>),
    /// There is no such ticket, or our account may not see it.
    Absent,
    /// The tracker did not answer.
    Unknown {
        /// Why not, as a fragment after "because".
        why: String,
    },
}

/// The answers for all keys of a push.
#[derive(Clone, Debug, Default)]
pub struct Tickets(BTreeMap<TicketKey, Lookup>);

impl Tickets {
    /// No answer for any of the keys, for one reason.
    pub fn unknown<'a>(keys: impl IntoIterator<Item = &'a TicketKey>, why: &str) -> Self {
        let answer = |key: &TicketKey| (key.clone(), Lookup::Unknown { why: why.to_owned() });
        keys.into_iter().map(answer).collect()
    }

    /// The answer for a key. A key that nobody asked for is unknown, not absent:
    /// a hole in our own plumbing must not read like the developer's fault.
    pub fn get(&self, key: &TicketKey) -> Lookup {
        self.0.get(key).cloned().unwrap_or_else(|| Lookup::Unknown {
            why: "the tracker was not asked about it".to_owned(),
        })
    }

    /// All answers, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&TicketKey, &Lookup)> {
        self.0.iter()
    }
}

impl FromIterator<(TicketKey, Lookup)> for Tickets {
    fn from_iter<I: IntoIterator<Item = (TicketKey, Lookup)>>(answers: I) -> Self {
        Self(answers.into_iter().collect())
    }
}
