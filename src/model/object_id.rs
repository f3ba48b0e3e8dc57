//! The name of a git object: 40 (SHA-1) or 64 (SHA-256) hex digits, never all zero.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of an object that exists. The all-zero id, git's word for "no such
/// ref", is taken out by the parser and never travels.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ObjectId(Box<str>);

/// What is wrong with an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadObjectId {
    /// Neither 40 nor 64 bytes.
    Length,
    /// A byte that is not a lower-case hex digit; git writes no other.
    Digit,
    /// All zero.
    Zero,
}

impl ObjectId {
    /// Parses the full, lower-case form. Never an abbreviation: libgit2 would
    /// pad one with zeros and call it an id.
    ///
    /// # Errors
    /// [`BadObjectId`] tells what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, BadObjectId> {
        if !matches!(text.len(), 40 | 64) {
            return Err(BadObjectId::Length);
        }
        if !text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(BadObjectId::Digit);
        }
        if text.iter().all(|b| *b == b'0') {
            return Err(BadObjectId::Zero);
        }
        Ok(Self(text.iter().copied().map(char::from).collect()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, as the digest shows them.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl TryFrom<String> for ObjectId {
    type Error = BadObjectId;

    fn try_from(text: String) -> Result<Self, BadObjectId> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BadObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "an object id has 40 or 64 hex digits",
            Self::Digit => "an object id has only the digits 0-9 and a-f",
            Self::Zero => "the all-zero id names no object",
        })
    }
}

impl std::error::Error for BadObjectId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lower_case_ids_are_ids() {
        let sha1 = "073989b8".repeat(5);
        assert_eq!(ObjectId::parse(sha1.as_bytes()).unwrap().short(), "073989b8");
        assert!(ObjectId::parse("a".repeat(64).as_bytes()).is_ok());
        assert_eq!(ObjectId::parse(b"abc"), Err(BadObjectId::Length));
        assert_eq!(ObjectId::parse("A".repeat(40).as_bytes()), Err(BadObjectId::Digit));
        assert_eq!(ObjectId::parse("0".repeat(40).as_bytes()), Err(BadObjectId::Zero));
    }
}
