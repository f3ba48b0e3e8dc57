//! How the records agree with the repositories.

use crate::report::clean::Clean;

/// How the records agree with the repositories.
#[derive(Clone, Debug)]
pub enum TieOut {
    /// The repositories were read.
    Done(Vec<Tie>),
    /// They were not, and why.
    NotDone(Clean),
}

/// One ref: what it holds, held against the records.
#[derive(Clone, Debug)]
pub struct Tie {
    /// The repository.
    pub repo: Clean,
    /// The ref.
    pub name: Clean,
    /// From where it is counted; `None` where all its history is.
    pub baseline: Option<String>,
    /// Where it is; `None` where it is not there any more.
    pub tip: Option<String>,
    /// Commits between the two, by git.
    pub commits: usize,
    /// Those of them that a record let in.
    pub recorded: usize,
    /// Those that no record let in.
    pub unrecorded: Vec<String>,
    /// Commits that a record let in, and that are not there any more.
    pub gone: usize,
}

impl Tie {
    /// Whether record and repository agree.
    pub fn agrees(&self) -> bool {
        self.unrecorded.is_empty() && self.gone == 0 && self.recorded == self.commits
    }
}
