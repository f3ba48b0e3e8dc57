//! How the records agree with the repositories.

use crate::report::clean::Clean;

/// Whether anybody looked.
#[derive(Clone, Debug)]
pub enum TieOut {
    /// The repositories were read.
    Done(Vec<Tie>),
    /// They were not, and why.
    NotDone(Clean),
}

/// One branch: what it holds, held against the records.
#[derive(Clone, Debug)]
pub struct Tie {
    /// The repository.
    pub repo: Clean,
    /// The branch.
    pub name: Clean,
    /// From where it is counted: what these commits contain is from before the control.
    /// None, where all its history is counted.
    pub since: Vec<String>,
    /// Where it is; `None` where it is not there any more.
    pub tip: Option<String>,
    /// Commits between the two, by git.
    pub commits: usize,
    /// Those of them that a record let in.
    pub recorded: usize,
    /// Those that no record let in.
    pub unrecorded: usize,
    /// Whether anything was found about it.
    pub agrees: bool,
}
