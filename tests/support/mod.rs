//! A server, the clones of its people, and what they see when they push.

pub(crate) mod audit;
mod clone;
pub(crate) mod curl;
pub(crate) mod emulate;
pub(crate) mod fake_forge;
pub(crate) mod fake_jira;
mod git;
pub(crate) mod http;
pub(crate) mod npm;
pub(crate) mod reviewed;
mod server;
mod shown;
pub(crate) mod sshd;

pub(crate) use clone::Clone;
pub(crate) use git::{git, git_bytes, hermetic, knows_reftable, run};
pub(crate) use server::{Server, Setup};
pub(crate) use shown::Shown;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sockembot");
