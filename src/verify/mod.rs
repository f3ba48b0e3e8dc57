//! The evidence held against git: what is in the one and not in the other. Pure.
//!
//! ```text
//! [Record] -> Claims, File        what the evidence says, in one pass
//! git      -> Graph, refs         what there is
//! Claims + Graph -> [Tie], [Finding]
//! ```
//!
//! An allowed push may never have landed, and what landed may never have been asked
//! for. So nothing is believed of either side: a change has landed when its commit is
//! in the branch, and a commit is accounted for when a change on record brought it.

mod checkpoint;
pub mod claims;
mod contradictions;
mod file;
mod finding;
mod graph;
mod repository;
#[cfg(test)]
mod tests;
mod tie;

pub use checkpoint::{BadCheckpoint, Checkpoint, Signed};
pub use claims::Claims;
pub use file::File;
pub use finding::{Code, Finding};
pub use graph::Graph;
pub use repository::{Refs, Tied, tie_out};
pub use tie::Tie;
