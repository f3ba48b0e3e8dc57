//! Reviews of pull and merge requests: found at the forge, proved to be of what is pushed.

mod gitea;
mod github;
mod gitlab;
mod proof;
mod rounds;
mod search;
mod sights;

use std::collections::BTreeSet;
use std::time::Instant;

use super::forge::Place;
use super::remote::{Fault, Visit};
use crate::model::{ChangeRequest, ObjectId};
use crate::policy::{Forge, ForgeKind};

pub use search::{Asked, Search};

/// A forge where changes are reviewed. Safe to ask from several threads at once.
pub trait ReviewServer: Sync {
    /// The requests that a push may be the merge of, and the other open ones.
    ///
    /// # Errors
    /// Where the forge did not answer: an answer of its own, never "there is none".
    fn find(&self, wanted: &Wanted) -> Result<Found, Fault>;

    /// Goes there for the admin, and tells what is to be seen.
    fn visit(&self) -> Visit;
}

/// What of a forge's requests is wanted for one branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The branch that is pushed to, without `refs/heads/`.
    pub branch: String,
    /// Numbers that the repository's own refs, the host or the commits name. They are
    /// pointers: what has no request under it, or an issue, is passed over.
    pub numbers: BTreeSet<u64>,
    /// Commits that may be the head of a request. The forge may not know them.
    pub heads: BTreeSet<ObjectId>,
    /// Whether the checks of the heads count.
    pub checks: bool,
}

/// What a forge has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The requests with a wanted number or head, whole.
    pub requests: Vec<ChangeRequest>,
    /// The heads of the open requests for the branch, newest first: one that was
    /// squashed or rebased is found by its content.
    pub open: Vec<(u64, ObjectId)>,
}

/// The forge that the config names. It begins to connect at once.
pub fn start(forge: &Forge, place: Place, until: Instant) -> Box<dyn ReviewServer> {
    match forge.kind {
        ForgeKind::Github => Box::new(github::Github::start(forge, place, until)),
        ForgeKind::Gitlab => Box::new(gitlab::Gitlab::start(forge, place, until)),
        ForgeKind::Gitea => Box::new(gitea::Gitea::start(forge, place, until)),
    }
}
