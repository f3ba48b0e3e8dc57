//! What users rely on, proved by real pushes to real repositories.

mod stories;
mod support;
