//! What is kept beside the evidence about one repository, as the gathering asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::evidence::{self, Index};
use crate::gather::push::Records;
use crate::model::{Brought, History, ObjectId};

/// The index and the lines beside an evidence file, for one repository.
#[derive(Clone, Debug)]
pub struct Kept {
    evidence: PathBuf,
    index: Index,
    repository: String,
    /// What the present push brings, and who pushes.
    brings: Option<(BTreeSet<ObjectId>, Brought)>,
}

impl Kept {
    /// Those of a repository, by the host's name for it.
    pub fn beside(evidence: &Path, repository: &str) -> Self {
        let (repository, brings) = (repository.to_owned(), None);
        Self {
            index: Index::beside(evidence),
            evidence: evidence.to_path_buf(),
            repository,
            brings,
        }
    }

    /// The same, while somebody brings these commits.
    pub(super) fn with(self, commits: &[ObjectId], brought: Brought) -> Self {
        Self { brings: Some((commits.iter().cloned().collect(), brought)), ..self }
    }

    /// What is on record about the repository.
    ///
    /// # Errors
    /// Where evidence or index can't be read, or the evidence was set back.
    pub fn history(&self) -> anyhow::Result<History> {
        self.index.history(&self.repository)
    }

    /// The same from the whole chain.
    ///
    /// # Errors
    /// Those of [`Self::history`].
    pub(super) fn history_by_chain(&self) -> anyhow::Result<History> {
        self.index.history_by_chain(&self.repository)
    }

    /// Reads what has been appended since.
    ///
    /// # Errors
    /// Those of [`Self::history`].
    pub(super) fn catch_up(&self) -> anyhow::Result<()> {
        self.index.catch_up()
    }

    /// Whether anything is on record about the repository.
    ///
    /// # Errors
    /// Where that can't be found out.
    pub(super) fn is_known(&self) -> anyhow::Result<bool> {
        self.index.knows(&self.repository)
    }
}

impl Records for Kept {
    fn line(&self, tip: &ObjectId) -> anyhow::Result<Option<Vec<u8>>> {
        self.index.line(tip)
    }

    fn keep_line(&self, tip: &ObjectId, ids: &[u8]) -> anyhow::Result<()> {
        self.index.keep_line(tip, ids)
    }

    fn brought(&self, commits: &BTreeSet<ObjectId>) -> anyhow::Result<BTreeMap<ObjectId, Brought>> {
        let mut found = evidence::brought(&self.evidence, &self.repository, commits)?;
        if let Some((brings, brought)) = &self.brings {
            for id in commits.intersection(brings) {
                found.entry(id.clone()).or_insert_with(|| brought.clone());
            }
        }
        Ok(found)
    }
}
