//! Facts from the world: host, git, tracker.

pub mod host;
pub mod ref_lines;
