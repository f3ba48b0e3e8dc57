//! The full name of a ref, by the rules of git-check-ref-format(1), in UTF-8.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name such as `refs/heads/main`: well formed, but not necessarily existing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RefName(String);

/// Why git would not take the name, or why we can't hold it against a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRefName {
    /// Git takes any bytes above 0x7f; patterns in a UTF-8 config can't name them.
    NotUtf8,
    /// Does not begin with `refs/`, or has fewer than two components after it
    /// where that is not a plain `refs/NAME`.
    NotFull,
    /// Breaks a rule of git-check-ref-format(1).
    Format,
}

impl RefName {
    /// Parses a name as the client sent it: git has not checked it yet when the
    /// hook runs, so it may hold blanks, escapes, even a line feed.
    ///
    /// # Errors
    /// [`BadRefName`] tells what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadRefName> {
        let name = std::str::from_utf8(bytes).map_err(|_| BadRefName::NotUtf8)?;
        let Some(rest) = name.strip_prefix("refs/") else {
            return Err(BadRefName::NotFull);
        };
        let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
        let sound = !name.contains(forbidden)
            && !name.contains("..")
            && !name.contains("@{")
            && !name.ends_with('.')
            && rest
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"));
        if sound { Ok(Self(name.to_owned())) } else { Err(BadRefName::Format) }
    }

    /// The full name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as people say it: without `refs/heads/` or `refs/tags/`.
    pub fn short(&self) -> &str {
        self.branch().or_else(|| self.tag()).unwrap_or(&self.0)
    }

    /// `main` of `refs/heads/main`.
    pub fn branch(&self) -> Option<&str> {
        self.0.strip_prefix("refs/heads/")
    }

    /// `v1` of `refs/tags/v1`.
    pub fn tag(&self) -> Option<&str> {
        self.0.strip_prefix("refs/tags/")
    }

    /// The name inside its namespace: gitnamespaces(7) stores namespace `a/b` as
    /// `refs/namespaces/a/refs/namespaces/b/refs/...`, and a client may push that
    /// long form directly.
    pub fn without_namespace(&self) -> Self {
        let mut name = self.0.as_str();
        while let Some(rest) = name.strip_prefix("refs/namespaces/") {
            match rest.find("/refs/") {
                Some(at) => name = rest.get(at + 1..).unwrap_or(rest),
                None => break,
            }
        }
        Self(name.to_owned())
    }

    /// What [`Self::without_namespace`] takes away: empty, or a prefix that ends in `/`.
    pub fn namespace(&self) -> &str {
        let plain = self.without_namespace();
        self.0.strip_suffix(plain.as_str()).unwrap_or("")
    }

    /// The same name inside a namespace as `GIT_NAMESPACE` gives it (`a/b`).
    pub fn in_namespace(&self, namespace: &str) -> Self {
        let prefix: String = namespace
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(String::new(), |all, part| all + "refs/namespaces/" + part + "/");
        Self(prefix + &self.0)
    }
}

impl TryFrom<String> for RefName {
    type Error = BadRefName;

    fn try_from(text: String) -> Result<Self, BadRefName> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BadRefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "a ref name is UTF-8 here, so that a pattern can name it",
            Self::NotFull => "a ref name begins with `refs/`",
            Self::Format => "the ref name breaks the rules of git-check-ref-format(1)",
        })
    }
}

impl std::error::Error for BadRefName {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> RefName {
        RefName::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn names_are_split_as_git_splits_them() {
        assert_eq!(name("refs/heads/release/1").branch(), Some("release/1"));
        assert_eq!(name("refs/tags/v1").short(), "v1");
        assert_eq!(name("refs/pull/1/head").short(), "refs/pull/1/head");
    }

    #[test]
    fn a_namespace_is_stripped_however_deep() {
        let long = "refs/namespaces/a/refs/namespaces/b/refs/heads/main";
        assert_eq!(name(long).without_namespace(), name("refs/heads/main"));
        assert_eq!(name("refs/heads/main").in_namespace("a/b"), name(long));
        assert_eq!(name("refs/namespaces/a/b").without_namespace(), name("refs/namespaces/a/b"));
    }

    proptest! {
        /// libgit2 checks names by the same document; we must never be laxer.
        #[test]
        fn no_name_passes_that_libgit2_refuses(tail in "[ -~\u{1}\u{7f}\u{e9}]{0,12}") {
            let text = format!("refs/{tail}");
            if RefName::parse(text.as_bytes()).is_ok() {
                prop_assert!(git2::Reference::is_valid_name(&text), "{text:?}");
            }
        }

        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = RefName::parse(&bytes);
        }
    }
}
