//! Facts from the world: host, git, tracker.

pub mod git;
pub mod host;
pub mod ref_lines;
