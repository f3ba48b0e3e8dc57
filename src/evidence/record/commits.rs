//! The commits of a change. They are written out since a refused push leaves none behind.

use serde::Serialize;

use super::{ITEMS, Ids, bounded};
use crate::model::{Commit, MergeContent, ObjectId, RefUpdate, Signature, TicketKey, Trailer};
use crate::policy::{Policy, Table};

/// How many, all of them by hash, and the first ones in full.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Commits {
    count: usize,
    /// SHA-256 of the ids, parents first, each followed by a line feed.
    sha256: String,
    items: Vec<CommitItem>,
}

#[derive(Clone, Debug, Serialize)]
struct CommitItem {
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    defect: Option<String>,
    #[serde(flatten)]
    words: Option<Words>,
}

/// What the commit claims.
#[derive(Clone, Debug, Serialize)]
struct Words {
    parents: Vec<ObjectId>,
    author: PersonItem,
    author_time: String,
    committer: PersonItem,
    commit_time: String,
    coauthors: Vec<String>,
    subject: String,
    trailers: Vec<String>,
    tickets: Vec<TicketKey>,
    merge: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct PersonItem {
    name: String,
    email: String,
}

impl Commits {
    pub(super) fn of(update: &RefUpdate, policy: &Policy) -> Self {
        let commits = update.role.commits();
        let table = update.role.table().and_then(|index| policy.tables.get(index));
        let Ids { count, sha256, .. } = Ids::of(commits.iter().map(|commit| &commit.id));
        let items = commits.iter().take(ITEMS).map(|commit| item(commit, table)).collect();
        Self { count, sha256, items }
    }
}

fn item(commit: &Commit, table: Option<&Table>) -> CommitItem {
    let words = commit.content.as_ref().map(|content| Words {
        parents: content.parents.iter().take(ITEMS).cloned().collect(),
        author: person(&content.author),
        author_time: content.author.time.to_string(),
        committer: person(&content.committer),
        commit_time: content.committer.time.to_string(),
        coauthors: content.co_authors.iter().take(ITEMS).map(|email| bounded(email)).collect(),
        subject: bounded(&content.subject),
        trailers: content.trailers.iter().take(ITEMS).map(trailer).collect(),
        tickets: table.map_or_else(Vec::new, |table| table.ticket.keys(content)),
        merge: match content.merge {
            MergeContent::NotAMerge => "none",
            MergeContent::Clean => "clean",
            MergeContent::Own => "own",
        },
    });
    let (words, defect) = match words {
        Ok(words) => (Some(words), None),
        Err(defect) => (None, Some(bounded(&defect.to_string()))),
    };
    CommitItem { id: commit.id.clone(), defect, words }
}

fn person(signature: &Signature) -> PersonItem {
    PersonItem { name: bounded(&signature.name), email: bounded(&signature.email) }
}

fn trailer(trailer: &Trailer) -> String {
    bounded(&format!("{}: {}", trailer.token, trailer.value))
}
