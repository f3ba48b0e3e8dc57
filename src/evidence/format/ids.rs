//! Lists that a record bounds: the first of them, how many there are, and a hash of all.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::model::ObjectId;

/// Items of a list that are written out; a count and a hash stand for the rest.
pub(crate) const ITEMS: usize = 200;

/// A list of ids, of which only the first may be written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// How many there are.
    pub count: u64,
    /// SHA-256 of all of them, each followed by a line feed.
    pub sha256: String,
    /// The first ones.
    pub ids: Vec<ObjectId>,
}

impl Ids {
    /// Of these, in this order.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a ObjectId>) -> Self {
        let all: Vec<&ObjectId> = ids.into_iter().collect();
        Self {
            count: all.len() as u64,
            sha256: hash_of(&all),
            ids: all.into_iter().take(ITEMS).cloned().collect(),
        }
    }

    /// Whether every one of them is written out.
    pub fn is_whole(&self) -> bool {
        self.count == self.ids.len() as u64
    }

    /// Whether these are they, in this order.
    pub fn are(&self, ids: &[ObjectId]) -> bool {
        self.count == ids.len() as u64 && self.sha256 == hash_of(ids)
    }
}

/// A list of which not every item is written out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// How many there are, those that are written out among them.
    pub count: u64,
    /// SHA-256 of all of them, each followed by a line feed.
    pub sha256: String,
}

/// SHA-256 of these, one a line: `sha256sum` of the list gives it again.
pub(in crate::evidence) fn hash_of<T: Display>(items: &[T]) -> String {
    let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
    sha256(lines.as_bytes())
}
