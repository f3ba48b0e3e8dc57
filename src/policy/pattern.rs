//! Patterns for repository and ref names.

/// Some globs; a name matches where one of them does.
#[derive(Clone, Debug)]
pub struct Patterns;
