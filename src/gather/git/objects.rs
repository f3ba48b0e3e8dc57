//! Objects: whether they are there, of what kind they are, and their raw bytes.

use anyhow::{Context as _, bail};
use git2::{ErrorCode, ObjectType, Oid};

use super::{Repo, header};
use crate::model::ObjectId;

/// Tags that point to tags; nobody stacks more.
const TAG_DEPTH: usize = 20;

/// Bytes of the largest commit or tag that is read. A hundred megabytes of message
/// pack into less than one, and would take seconds to read.
pub(super) const LIMIT: usize = 1024 * 1024;

/// A commit's bytes, or how many there would be.
pub(super) enum Raw {
    Bytes(Vec<u8>),
    TooLarge { bytes: usize },
}

pub(super) fn to_id(oid: Oid) -> anyhow::Result<ObjectId> {
    let text = oid.to_string();
    ObjectId::parse(text.as_bytes()).with_context(|| format!("taking {text} for an object id"))
}

impl Repo {
    pub(super) fn oid(&self, id: &ObjectId) -> anyhow::Result<Oid> {
        Oid::from_str_ext(id.as_str(), self.inner.object_format())
            .with_context(|| format!("taking {id} for an object id of this repository"))
    }

    /// Whether the object is in the repository or the push.
    ///
    /// # Errors
    /// Where that can't be found out.
    pub fn exists(&self, id: &ObjectId) -> anyhow::Result<bool> {
        match self.header_of(id) {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The commit that an object is or a tag leads to; `None` for a tree or a blob.
    ///
    /// # Errors
    /// Where an object is missing or can't be read.
    pub fn commit_behind(&self, id: &ObjectId) -> anyhow::Result<Option<ObjectId>> {
        let mut id = id.clone();
        for _ in 0..TAG_DEPTH {
            match self.header_of(&id)? {
                (_, ObjectType::Commit) => return Ok(Some(id)),
                (bytes, ObjectType::Tag) if bytes <= LIMIT => {
                    let raw = self.read(&id)?;
                    let target = header::tagged(&raw);
                    id = target.with_context(|| format!("reading the tag object {id}"))?;
                }
                (bytes, ObjectType::Tag) => bail!("the tag object {id} has {bytes} bytes"),
                _ => return Ok(None),
            }
        }
        bail!("the tag object {id} stands at the end of more than {TAG_DEPTH} others")
    }

    /// The id of what a revision names, as gitrevisions(7) has it; for people who
    /// type, never for what a pusher sends.
    ///
    /// # Errors
    /// Where it names no commit.
    pub fn named(&self, revision: &str) -> anyhow::Result<ObjectId> {
        let found = self.inner.revparse_single(revision).and_then(|found| found.peel_to_commit());
        to_id(found.with_context(|| format!("looking for the commit `{revision}`"))?.id())
    }

    /// The bytes of a commit, if they are not too many.
    pub(super) fn raw_commit(&self, id: &ObjectId) -> anyhow::Result<Raw> {
        match self.header_of(id)? {
            (bytes, ObjectType::Commit) if bytes > LIMIT => Ok(Raw::TooLarge { bytes }),
            (_, ObjectType::Commit) => Ok(Raw::Bytes(self.read(id)?)),
            (_, kind) => bail!("{id} is a {kind}, not a commit"),
        }
    }

    fn read(&self, id: &ObjectId) -> anyhow::Result<Vec<u8>> {
        let odb = self.inner.odb().context("opening the object database")?;
        let object = odb.read(self.oid(id)?).with_context(|| format!("reading object {id}"))?;
        Ok(object.data().to_vec())
    }

    fn header_of(&self, id: &ObjectId) -> anyhow::Result<(usize, ObjectType)> {
        let odb = self.inner.odb().context("opening the object database")?;
        odb.read_header(self.oid(id)?).with_context(|| format!("reading object {id}"))
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<git2::Error>().is_some_and(|error| error.code() == ErrorCode::NotFound)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    #[test]
    fn a_tag_leads_to_its_commit_and_a_tree_to_none() {
        let lab = Lab::new();
        let commit = lab.commit("one", &[]);
        lab.git(&["tag", "-a", "-m", "t", "v1", commit.as_str()]);
        lab.git(&["tag", "-a", "-m", "t", "v2", "v1"]);
        let repo = lab.repo();
        let tag = lab.id("refs/tags/v2");
        assert_eq!(repo.commit_behind(&tag).unwrap(), Some(commit.clone()));
        assert_eq!(repo.commit_behind(&commit).unwrap(), Some(commit));
        assert_eq!(repo.commit_behind(&lab.id("HEAD^{tree}")).unwrap(), None);
    }

    #[test]
    fn what_is_missing_is_an_error_and_not_an_answer() {
        let lab = Lab::new();
        lab.commit("one", &[]);
        let repo = lab.repo();
        let missing = ObjectId::parse("1".repeat(40).as_bytes()).unwrap();
        assert!(!repo.exists(&missing).unwrap());
        assert!(repo.commit_behind(&missing).is_err());
        assert!(repo.raw_commit(&missing).is_err());
    }
}
