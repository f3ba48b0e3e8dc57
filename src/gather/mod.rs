//! Facts from the world: config, host, git, tracker, reviews.

pub mod config;
pub mod facts;
pub mod forge;
pub mod git;
pub mod host;
pub mod push;
pub mod push_options;
pub mod ref_lines;
pub mod remote;
pub mod reviews;
pub mod tracker;
