//! What a change lists: commits, tickets, approvals, requests and rules, each list bounded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use super::words::{Answer, Merge, Outcome, RequestState, Source};
use super::{Ids, Rest, hash_of};
use crate::model::ObjectId;

/// The new commits, of which only the first may be written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commits {
    /// How many there are.
    pub count: u64,
    /// SHA-256 of their ids, parents first, each followed by a line feed.
    pub sha256: String,
    /// The first ones.
    pub items: Vec<Commit>,
}

impl Commits {
    /// Whether these are they: all of them, in the order of the record.
    pub fn are(&self, ids: &[ObjectId]) -> bool {
        self.count == ids.len() as u64 && self.sha256 == hash_of(ids)
    }
}

/// A commit, in the words of whoever made it: names and times are claims. They are
/// written out since a refused push leaves none behind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Why it could not be read; then none of its words are known.
    #[serde(default)]
    pub defect: Option<String>,
    /// Its parents.
    #[serde(default)]
    pub parents: Vec<ObjectId>,
    /// Who wrote it.
    #[serde(default)]
    pub author: Option<Person>,
    /// When, by the author's clock.
    #[serde(default)]
    pub author_time: Option<Timestamp>,
    /// Who committed it.
    #[serde(default)]
    pub committer: Option<Person>,
    /// When, by the committer's clock.
    #[serde(default)]
    pub commit_time: Option<Timestamp>,
    /// The addresses of co-authors.
    #[serde(default)]
    pub coauthors: Vec<String>,
    /// The first line of its message.
    #[serde(default)]
    pub subject: String,
    /// Its trailers, as `Token: value`.
    #[serde(default)]
    pub trailers: Vec<String>,
    /// The keys of the tickets that it names.
    #[serde(default)]
    pub tickets: Vec<String>,
    /// Whether it is a merge.
    #[serde(default)]
    pub merge: Option<Merge>,
    /// Who first brought it to the server, and when; `None` where that is not known.
    #[serde(default)]
    pub brought: Option<Brought>,
}

impl Commit {
    /// One of which nothing is known but its id.
    pub fn bare(id: ObjectId) -> Self {
        let (defect, author, committer, brought, merge) = (None, None, None, None, None);
        let (author_time, commit_time, subject) = (None, None, String::new());
        let (parents, coauthors, trailers, tickets) = (vec![], vec![], vec![], vec![]);
        Self {
            id,
            defect,
            parents,
            author,
            author_time,
            committer,
            commit_time,
            coauthors,
            subject,
            trailers,
            tickets,
            merge,
            brought,
        }
    }
}

/// A commit that could not be read has no words, and says so by their absence.
impl Serialize for Commit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("id", &self.id)?;
        match &self.defect {
            Some(defect) => out.serialize_entry("defect", defect)?,
            None => {
                out.serialize_entry("parents", &self.parents)?;
                out.serialize_entry("author", &self.author)?;
                out.serialize_entry("author_time", &self.author_time)?;
                out.serialize_entry("committer", &self.committer)?;
                out.serialize_entry("commit_time", &self.commit_time)?;
                out.serialize_entry("coauthors", &self.coauthors)?;
                out.serialize_entry("subject", &self.subject)?;
                out.serialize_entry("trailers", &self.trailers)?;
                out.serialize_entry("tickets", &self.tickets)?;
                out.serialize_entry("merge", &self.merge)?;
            }
        }
        if let Some(brought) = &self.brought {
            out.serialize_entry("brought", brought)?;
        }
        out.end()
    }
}

/// Somebody, in the words of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Who first pushed a commit to any ref of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The login, in the host's words; `None` where the host named nobody.
    pub by: Option<String>,
    /// When, by the server's clock.
    #[serde(serialize_with = "super::milliseconds")]
    pub at: Timestamp,
}

/// A ticket as the tracker showed it at the moment of judgement.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ticket {
    /// The key that the commits name.
    pub key: String,
    /// What the tracker said. All below is known of a ticket that was found.
    pub answer: Answer,
    /// Why it said nothing.
    #[serde(default)]
    pub why: Option<String>,
    /// The key that it has now, where it was moved.
    #[serde(default)]
    pub moved_to: Option<String>,
    /// Where a person reads it.
    #[serde(default)]
    pub url: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub summary: String,
    /// Its type, where the tracker has types.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Its state.
    #[serde(default)]
    pub status: String,
    /// Whether it was done with.
    #[serde(default)]
    pub closed: bool,
    /// When it was opened, by the tracker's clock.
    #[serde(default)]
    pub created: Option<Timestamp>,
    /// When it was closed, by the tracker's clock.
    #[serde(default)]
    pub resolved: Option<Timestamp>,
    /// Who asked for it.
    #[serde(default)]
    pub reporter: Option<String>,
    /// Who was to do it.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Its labels: where the tracker has no states of its own, one of them is its state.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The milestone or version that it belongs to.
    #[serde(default)]
    pub milestone: Option<String>,
}

impl Ticket {
    /// One of which nothing is known but what the tracker said.
    pub fn bare(key: String, answer: Answer) -> Self {
        Self {
            key,
            answer,
            why: None,
            moved_to: None,
            url: None,
            summary: String::new(),
            kind: None,
            status: String::new(),
            closed: false,
            created: None,
            resolved: None,
            reporter: None,
            assignee: None,
            labels: Vec::new(),
            milestone: None,
        }
    }
}

/// What is known of a found ticket stands there even where it is nothing; of the others
/// there is nothing to know.
impl Serialize for Ticket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("key", &self.key)?;
        out.serialize_entry("answer", &self.answer)?;
        if let Some(why) = &self.why {
            out.serialize_entry("why", why)?;
        }
        if self.answer != Answer::Found {
            return out.end();
        }
        if let Some(moved_to) = &self.moved_to {
            out.serialize_entry("moved_to", moved_to)?;
        }
        out.serialize_entry("url", &self.url)?;
        out.serialize_entry("summary", &self.summary)?;
        out.serialize_entry("type", &self.kind)?;
        out.serialize_entry("status", &self.status)?;
        out.serialize_entry("closed", &self.closed)?;
        out.serialize_entry("created", &self.created)?;
        out.serialize_entry("resolved", &self.resolved)?;
        out.serialize_entry("reporter", &self.reporter)?;
        out.serialize_entry("assignee", &self.assignee)?;
        if !self.labels.is_empty() {
            out.serialize_entry("labels", &self.labels)?;
        }
        if let Some(milestone) = &self.milestone {
            out.serialize_entry("milestone", milestone)?;
        }
        out.end()
    }
}

/// An approval, and whether it counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Who gave it, as the source names them.
    pub by: String,
    /// The same, under the one name that a person has.
    pub person: String,
    /// When, where the source tells, by its clock.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// What kind of source it is.
    pub source: Source,
    /// The ref, the ticket or the review.
    pub place: String,
    /// Where a person reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What was approved; a ticket names no commit.
    #[serde(default)]
    pub commit: Option<ObjectId>,
    /// The new commits that it covers.
    #[serde(default)]
    pub covers: Ids,
    /// Whether it counted.
    pub counted: bool,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// A pull or merge request, as the forge showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number in its repository.
    pub number: u64,
    /// What it was about.
    #[serde(default)]
    pub title: String,
    /// Where a person reads it.
    #[serde(default)]
    pub url: String,
    /// Whether it could still be merged.
    pub state: RequestState,
    /// The branch that it was for.
    #[serde(default)]
    pub target: String,
    /// What would have been merged.
    pub head: ObjectId,
    /// Who opened it, as the forge authenticated them.
    #[serde(default)]
    pub author: Option<String>,
    /// The new commits that were proved to be its content.
    #[serde(default)]
    pub content: Ids,
    /// Approval rules of the forge that were not met.
    #[serde(default)]
    pub unmet: Vec<String>,
    /// Its checks: `success`, or the forge's words.
    #[serde(default)]
    pub checks: BTreeMap<String, String>,
}

/// A rule with one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its code.
    pub id: String,
    /// How it ended.
    pub result: Outcome,
    /// What decided it.
    #[serde(default)]
    pub detail: String,
    /// The commits that this is the outcome for; `None` where the rule is about the ref.
    #[serde(default)]
    pub commits: Option<Ids>,
}

/// Of the lists that are longer than what is written out: how many there are of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// Tickets, by their keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets: Option<Rest>,
    /// Contributors, by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributors: Option<Rest>,
    /// Approvals, by place and commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Rest>,
    /// Requests, by their numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Rest>,
    /// Rules, by code, outcome and what decided them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rest>,
}

impl More {
    /// Whether every list is written out.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
