//! What users rely on, proved by real pushes to real repositories.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod stories;
mod support;
mod tidy;
