//! Git wrote a ref: which change had let it in.

use serde::Serialize;

use super::bounded;
use crate::model::{Change, ObjectId, RefName};

/// A ref was written.
#[derive(Clone, Debug, Serialize)]
pub struct LandedRecord {
    /// The number of the change; null where none let it in.
    change: Option<u64>,
    repo: String,
    #[serde(rename = "ref")]
    name: RefName,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
}

impl LandedRecord {
    /// The ref that was written, and what the change of this number had asked for.
    pub fn of(seq: Option<u64>, repository: &str, name: &RefName, change: &Change) -> Self {
        Self {
            change: seq,
            repo: bounded(repository),
            name: name.clone(),
            old: change.old_id().cloned(),
            new: change.new_id().cloned(),
        }
    }
}
