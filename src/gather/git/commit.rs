//! One commit: its raw bytes as the model's content, or the defect that they have.

use anyhow::Context as _;
use git2::message_trailers_bytes;

use super::Repo;
use super::header::{self, Header};
use super::objects::Raw;
use crate::model::{Commit, Content, Defect, MergeContent, ObjectId, Signature, Trailer};

impl Repo {
    /// Reads one commit.
    ///
    /// # Errors
    /// Where it is missing, is no commit, or its merge can't be done again. That
    /// it is malformed is no error but part of the answer.
    pub fn commit(&self, id: &ObjectId) -> anyhow::Result<Commit> {
        let content = match self.raw_commit(id)? {
            Raw::TooLarge { bytes } => Err(Defect::TooLarge { bytes }),
            Raw::Bytes(raw) => match header::parse(&raw) {
                Ok(header) => Ok(self.content(&header).with_context(|| reading(id))?),
                Err(defect) => Err(defect),
            },
        };
        Ok(Commit { id: id.clone(), content, brought: None })
    }

    /// The author of a commit and its first parent; `None` where it is malformed.
    ///
    /// # Errors
    /// Where it is missing or no commit.
    pub fn author(&self, id: &ObjectId) -> anyhow::Result<Option<(Signature, Option<ObjectId>)>> {
        let Raw::Bytes(raw) = self.raw_commit(id)? else { return Ok(None) };
        let Ok(header) = header::parse(&raw) else { return Ok(None) };
        Ok(Some((header.author, header.parents.into_iter().next())))
    }

    /// The tree of a commit; `None` where it is malformed.
    ///
    /// # Errors
    /// Where it is missing or no commit.
    pub(super) fn tree(&self, id: &ObjectId) -> anyhow::Result<Option<ObjectId>> {
        let Raw::Bytes(raw) = self.raw_commit(id)? else { return Ok(None) };
        Ok(header::parse(&raw).ok().map(|header| header.tree))
    }

    fn content(&self, header: &Header<'_>) -> anyhow::Result<Content> {
        let message = String::from_utf8_lossy(header.message);
        Ok(Content {
            parents: header.parents.clone(),
            author: header.author.clone(),
            committer: header.committer.clone(),
            co_authors: message.lines().filter_map(co_author).collect(),
            subject: message
                .lines()
                .map(str::trim)
                .find(|l| !l.is_empty())
                .unwrap_or("")
                .to_owned(),
            trailers: trailers(&message)?,
            merge: self.merge_content(header)?,
        })
    }

    fn merge_content(&self, header: &Header<'_>) -> anyhow::Result<MergeContent> {
        match header.parents.as_slice() {
            [] | [_] => Ok(MergeContent::NotAMerge),
            [ours, theirs] => self.redo_merge(&header.tree, ours, theirs),
            // Nobody can tell an octopus from its own content by redoing it.
            _ => Ok(MergeContent::Own),
        }
    }
}

fn reading(id: &ObjectId) -> String {
    format!("reading commit {}", id.short())
}

fn trailers(message: &str) -> anyhow::Result<Vec<Trailer>> {
    let found = message_trailers_bytes(message).context("reading the trailers")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(found
        .iter()
        .map(|(token, value)| Trailer { token: text(token), value: text(value) })
        .collect())
}

/// The address of a `Co-authored-by: Name <address>` line, however it is written
/// and wherever it stands: forges count them all.
fn co_author(line: &str) -> Option<String> {
    let (token, value) = line.trim_start().split_once(':')?;
    if !token.trim_end().eq_ignore_ascii_case("co-authored-by") {
        return None;
    }
    let address = match (value.rfind('<'), value.rfind('>')) {
        (Some(from), Some(to)) if from < to => value.get(from + 1..to)?,
        _ => value,
    };
    Some(address.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    fn content(lab: &Lab, id: &ObjectId) -> Content {
        lab.repo().commit(id).unwrap().content.unwrap()
    }

    #[test]
    fn subject_trailers_and_co_authors_are_read() {
        let lab = Lab::new();
        let message = "\n\nPAY-1: subject\n\nco-authored-BY : Eve <eve@example.com>\nprose\n\n\
                       Ticket: PAY-2\nCo-authored-by: bob@example.com\n";
        let id = lab.raw_commit(&format!("\n{message}"));
        let content = content(&lab, &id);
        assert_eq!(content.subject, "PAY-1: subject");
        assert_eq!(content.co_authors, ["eve@example.com", "bob@example.com"]);
        let ticket = Trailer { token: "Ticket".to_owned(), value: "PAY-2".to_owned() };
        assert!(content.trailers.contains(&ticket));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_read_all_the_same() {
        let lab = Lab::new();
        let id = lab.raw_commit_bytes(b"\nPAY-1: caf\xe9\n");
        assert_eq!(content(&lab, &id).subject, "PAY-1: caf\u{fffd}");
    }

    #[test]
    fn a_huge_message_is_a_defect_and_is_never_read() {
        let lab = Lab::new();
        let id = lab.raw_commit(&format!("\n{}", "x".repeat(2_000_000)));
        let content = lab.repo().commit(&id).unwrap().content;
        assert!(matches!(content, Err(Defect::TooLarge { bytes: 2_000_000.. })));
    }

    #[test]
    fn a_nul_in_the_message_is_a_defect() {
        let lab = Lab::new();
        let id = lab.raw_commit_bytes(b"\nPAY-1: good\n\0\nbad\n");
        assert_eq!(lab.repo().commit(&id).unwrap().content.err(), Some(Defect::Nul));
    }
}
