//! The config of now, and those on record: which refs they govern.

use std::path::Path;

use crate::model::RefName;
use crate::policy::Policy;

/// Configs that say what is governed.
pub(super) struct Policies {
    /// The one in force.
    pub(super) present: Policy,
    /// Those that were, as far as this version can read them.
    earlier: Vec<Policy>,
}

impl Policies {
    /// Reads those on record.
    pub(super) fn new(present: Policy, on_record: &[String], notes: &mut Vec<String>) -> Self {
        let mut earlier: Vec<Policy> = Vec::new();
        for text in on_record {
            if present.text == *text || earlier.iter().any(|known| known.text == *text) {
                continue;
            }
            match Policy::parse(Path::new("config"), text) {
                Ok(policy) => earlier.push(policy),
                Err(_) => notes.push(
                    "a config on record can't be read by this version: refs that only it \
                     governed, and nobody pushed to, are not looked at"
                        .to_owned(),
                ),
            }
        }
        Self { present, earlier }
    }

    /// Whether a ref of a repository is governed, or was.
    pub(super) fn governs(&self, repository: &str, name: &RefName) -> bool {
        let mut all = std::iter::once(&self.present).chain(&self.earlier);
        all.any(|policy| policy.governing(repository, name).is_some())
    }
}
