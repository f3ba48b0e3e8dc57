//! What a change holds: what moved, who wrote, asked for and approved it, and what the rules made of it.

use jiff::Timestamp;
use serde::Deserialize;

use super::words::{
    Answer, Class, Decision, Finding, Merge, Mode, Operation, Outcome, PusherKind, Role, Source,
    Start,
};
use crate::hash::sha256;
use crate::model::{ObjectId, RefName};

/// A governed ref was pushed. Where it could not be judged, [`Change::error`] or
/// [`Change::fault`] stand for all that a judgement would have brought.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Change {
    /// One id for all refs of a push.
    #[serde(default)]
    pub push: Option<String>,
    /// The repository as the host names it.
    pub repo: String,
    /// The ref as the client named it.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// The ref that was written, where the client named another one: read it by
    /// [`Change::target`].
    #[serde(default)]
    pub target: Option<RefName>,
    /// Why it was judged; `None` where it was not.
    #[serde(default)]
    pub role: Option<Role>,
    /// What the client asked for.
    pub op: Operation,
    /// Where the ref was.
    #[serde(default)]
    pub old: Option<ObjectId>,
    /// Where it went, or would have gone.
    #[serde(default)]
    pub new: Option<ObjectId>,
    /// Whether it was rewritten.
    #[serde(default)]
    pub forced: bool,
    /// From where the commits of a branch were counted.
    #[serde(default)]
    pub start: Option<Start>,
    /// The commits whose histories were taken as known.
    #[serde(default)]
    pub base: Option<Ids>,
    /// The branch had been moved around the hook before.
    #[serde(default)]
    pub lapse: Option<Lapse>,
    /// Who pushed, by the server's word.
    pub pusher: Pusher,
    /// The new commits.
    #[serde(default)]
    pub commits: Commits,
    /// Everybody with a part in them, each under one name.
    #[serde(default)]
    pub contributors: Vec<String>,
    /// The tickets that they name, as they were then.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
    /// The approvals that were found, whether or not they counted.
    #[serde(default)]
    pub approvals: Vec<Approved>,
    /// The pull and merge requests that were found.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// Every rule that was applied.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The kind of change; `None` where it was not judged.
    #[serde(default)]
    pub class: Option<Class>,
    /// Of an emergency: why, and until when it has to be reviewed.
    #[serde(default)]
    pub emergency: Option<Emergency>,
    /// What became of the push.
    pub decision: Decision,
    /// What the rules say about this ref.
    pub finding: Finding,
    /// What a broken rule did; `None` where it was not judged.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// How long the hook had run, in milliseconds.
    #[serde(default)]
    pub ms: Option<u64>,
    /// The push as a whole was refused.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// We broke.
    #[serde(default)]
    pub error: Option<Mishap>,
}

impl Change {
    /// The ref that was written.
    pub fn target(&self) -> &RefName {
        self.target.as_ref().unwrap_or(&self.name)
    }

    /// Whether the push was let in. It may still not have landed.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}

/// Who pushed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Pusher {
    /// The login; `None` where the server named nobody.
    #[serde(default)]
    pub name: Option<String>,
    /// What kind of account it is.
    pub kind: PusherKind,
    /// The variable that named it.
    #[serde(default)]
    pub source: Option<String>,
}

/// A list of ids, of which only the first may be written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Ids {
    /// How many there are.
    pub count: u64,
    /// SHA-256 of all of them, each followed by a line feed.
    pub sha256: String,
    /// The first ones.
    pub ids: Vec<ObjectId>,
}

/// The new commits, of which only the first may be written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
        let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
        self.count == ids.len() as u64 && self.sha256 == sha256(lines.as_bytes())
    }
}

/// A commit, in the words of whoever made it: names and times are claims.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Why it could not be read; then nothing below is known.
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
}

/// Somebody, in the words of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
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
}

/// An approval, and whether it counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
    #[serde(default)]
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
    #[serde(default)]
    pub why_not: Option<String>,
}

/// A pull or merge request, as the forge showed it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// Its number in its repository.
    pub number: u64,
    /// What it was about.
    #[serde(default)]
    pub title: String,
    /// Where a person reads it.
    #[serde(default)]
    pub url: String,
    /// Who opened it, as the forge authenticated them.
    #[serde(default)]
    pub author: Option<String>,
    /// The new commits that were proved to be its content.
    #[serde(default)]
    pub content: Ids,
}

/// A rule with one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

/// A branch that was not where the last record had left it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Lapse {
    /// Where that was.
    pub recorded: ObjectId,
    /// Where it was found.
    pub found: ObjectId,
}

/// An emergency: let in without approval.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Emergency {
    /// Why, in the words of whoever declared it.
    pub reason: String,
    /// The incident, where one is named.
    #[serde(default)]
    pub incident: Option<String>,
    /// Until when somebody else has to have reviewed it, by the server's clock.
    pub due: Timestamp,
}

/// Why a push was refused before any ref of it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// The code of the rule.
    pub rule: String,
    /// What the pusher was told.
    pub what: String,
}

/// What broke.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Mishap {
    /// Eight hex digits that the pusher was shown.
    pub incident: String,
    /// What was being done.
    pub doing: String,
    /// What broke, in one sentence.
    pub message: String,
    /// The chain of causes, outermost first.
    #[serde(default)]
    pub chain: Vec<String>,
}
