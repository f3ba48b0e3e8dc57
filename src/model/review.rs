//! A pull or merge request as its forge shows it, and what of a push is proved to be its content.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::approval::Void;
use super::{Identity, ObjectId, RefName};

/// A pull request, or a merge request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRequest {
    /// Its number in its repository.
    pub number: u64,
    /// What it is about.
    pub title: String,
    /// Where a person reads it.
    pub url: String,
    /// Whether it can still be merged.
    pub state: RequestState,
    /// The branch that it is to be merged into, without `refs/heads/`.
    pub target: String,
    /// When it came to be for that branch, where it was for another one before: until
    /// then it showed what its commits are more than that one.
    pub retargeted: Option<Timestamp>,
    /// The commit that would be merged now.
    pub head: ObjectId,
    /// Who opened it, as the forge authenticated them; none where the account is gone.
    pub author: Option<Identity>,
    /// Opinions, oldest first. Comments without an opinion are left out.
    pub reviews: Vec<Review>,
    /// Approval rules of the forge that are not met, by name.
    pub unmet: Vec<String>,
    /// The checks of the head, by name.
    pub checks: BTreeMap<String, CheckState>,
    /// Accounts that the forge knows by the addresses in the commits, which are in
    /// lower case.
    pub accounts: BTreeMap<String, Identity>,
}

impl ChangeRequest {
    /// Why no review of the request counts for what goes to a branch; none where a push
    /// there may be its merge.
    pub fn unfit(&self, branch: Option<&str>, moment: Moment) -> Option<Void> {
        if branch != Some(self.target.as_str()) {
            return Some(Void::OtherBranch(self.target.clone()));
        }
        match self.state {
            RequestState::Open => None,
            RequestState::Draft => Some(Void::Draft),
            RequestState::Closed => Some(Void::Closed),
            RequestState::Merged => (moment == Moment::Push).then_some(Void::Merged),
        }
    }

    /// The head, and every commit that somebody approved.
    pub fn reviewed(&self) -> BTreeSet<&ObjectId> {
        let approved = self.reviews.iter().filter_map(|review| match &review.of {
            Reviewed::Commit(id) => Some(id),
            Reviewed::Unknown(_) => None,
        });
        approved.chain([&self.head]).collect()
    }
}

/// When a push is judged: a request that was merged may not come in once more, but it
/// speaks for what has landed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As it is pushed.
    Push,
    /// After it has landed, to follow it up.
    Landed,
}

/// Whether a request can still be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// It can.
    Open,
    /// Its author says that it is not ready.
    Draft,
    /// It was.
    Merged,
    /// It was turned down.
    Closed,
}

/// Somebody's opinion of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Whose, as the forge authenticated them; none where the account is gone.
    pub by: Option<Identity>,
    /// What it is.
    pub opinion: Opinion,
    /// When it was given, by the forge's clock.
    pub at: Option<Timestamp>,
    /// What had been read.
    pub of: Reviewed,
    /// Whether the reviewer may write to the repository.
    pub access: Access,
    /// Who has the account.
    pub kind: AccountKind,
}

/// An opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// In favour.
    Approved,
    /// Against: something must be changed.
    ChangesRequested,
    /// One that was taken back, by its author or by a maintainer.
    Dismissed,
}

/// What a reviewer had read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// This commit, and all that it contains.
    Commit(ObjectId),
    /// The forge does not tell; the reason, as a fragment after "because".
    Unknown(&'static str),
}

/// Whether a reviewer may write to the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Yes; or the forge lets nobody approve who may not.
    Write,
    /// No.
    Read,
}

/// Who has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A person.
    Person,
    /// A machine.
    Machine,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckState {
    /// Well.
    Success,
    /// Otherwise, or not yet; in the forge's words.
    Other(String),
}

/// What is known of the reviews of one branch of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These requests, each with the new commits that are its content.
    Known(Vec<Proven>),
    /// The forge did not answer; why, as a fragment after "because".
    Unknown(String),
}

/// A request, and what of the push is its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The request.
    pub request: ChangeRequest,
    /// For each commit that was reviewed or is the head: what of the push is its content.
    pub content: BTreeMap<ObjectId, Content>,
}

/// What of a push is proved to be what somebody read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The new commits. Merged or fast-forwarded, what was read contains them;
    /// squashed or rebased, they do the same to the tree.
    pub commits: BTreeSet<ObjectId>,
    /// The addresses of those who wrote what was squashed or rebased; none where it
    /// was merged. Whoever squashed it added nothing.
    pub writers: BTreeSet<String>,
}

impl Proven {
    /// All new commits that are the content of anything that was read.
    pub fn all(&self) -> impl Iterator<Item = &ObjectId> {
        self.content.values().flat_map(|content| &content.commits)
    }

    /// The new commits that were reviewed with this one.
    pub fn content_of(&self, reviewed: &ObjectId) -> BTreeSet<ObjectId> {
        self.content.get(reviewed).map_or_else(BTreeSet::new, |content| content.commits.clone())
    }

    /// Who wrote what a new commit is the squash or the rebase of.
    pub fn writers_of(&self, commit: &ObjectId) -> Option<&BTreeSet<String>> {
        let redone = self
            .content
            .values()
            .find(|content| content.commits.contains(commit) && !content.writers.is_empty());
        redone.map(|content| &content.writers)
    }
}

/// The reviews for each branch of a push, under the ref that is written.
#[derive(Clone, Debug, Default)]
pub struct Reviews(BTreeMap<RefName, Answer>);

impl Reviews {
    /// What is known for one ref; nothing where nobody was asked.
    pub fn of(&self, target: &RefName) -> Option<&Answer> {
        self.0.get(target)
    }
}

impl FromIterator<(RefName, Answer)> for Reviews {
    fn from_iter<I: IntoIterator<Item = (RefName, Answer)>>(found: I) -> Self {
        Self(found.into_iter().collect())
    }
}
