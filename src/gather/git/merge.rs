//! Whether a merge adds anything of its own: it is done again, in memory, and compared.

use anyhow::Context as _;
use git2::{Commit, ErrorCode, MergeOptions};

use super::Repo;
use super::objects::to_id;
use crate::model::{MergeContent, ObjectId};

/// Before the loose and the packed objects of libgit2, which have 1 and 2.
const FIRST: i32 = 1000;

impl Repo {
    /// Merges the parents as git would by default and compares trees. A conflict,
    /// another tree, or no common history: then somebody's judgement is in it.
    pub(super) fn redo_merge(
        &self,
        tree: &ObjectId,
        ours: &ObjectId,
        theirs: &ObjectId,
    ) -> anyhow::Result<MergeContent> {
        let (ours, theirs) = (self.parent(ours)?, self.parent(theirs)?);
        match self.inner.merge_base(ours.id(), theirs.id()) {
            Ok(_) => {}
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(MergeContent::Own),
            Err(error) => return Err(error).context("finding where the merged branches part"),
        }
        self.write_to_memory()?;
        let mut options = MergeOptions::new();
        options.find_renames(true);
        let index = self.inner.merge_commits(&ours, &theirs, Some(&options));
        let mut index = index.context("doing the merge again")?;
        let again = if index.has_conflicts() {
            None
        } else {
            Some(index.write_tree_to(&self.inner).context("doing the merge again")?)
        };
        Ok(match again.map(to_id).transpose()? {
            Some(again) if again == *tree => MergeContent::Clean,
            _ => MergeContent::Own,
        })
    }

    /// What a merge makes is kept in memory: the quarantine is the pusher's, and
    /// would land with the push.
    fn write_to_memory(&self) -> anyhow::Result<()> {
        if !self.writes_to_memory.replace(true) {
            let odb = self.inner.odb().context("opening the object database")?;
            odb.add_new_mempack_backend(FIRST).context("keeping merges in memory")?;
        }
        Ok(())
    }

    fn parent(&self, id: &ObjectId) -> anyhow::Result<Commit<'_>> {
        let commit = self.inner.find_commit(self.oid(id)?);
        commit.with_context(|| format!("reading commit {}", id.short()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    /// A fork of two commits that change different files.
    fn fork(lab: &Lab) -> (ObjectId, ObjectId) {
        let base = lab.commit("base", &[]);
        let left = lab.commit("left", &[&base]);
        let right = lab.commit("right", &[&base]);
        (left, right)
    }

    fn merge(lab: &Lab, args: &[&str], left: &ObjectId, right: &ObjectId) -> ObjectId {
        lab.git(&["checkout", "-q", "--detach", left.as_str()]);
        let all =
            [&["merge", "-q", "--no-ff", "-m", "merge"][..], args, &[right.as_str()]].concat();
        lab.git(&all);
        lab.id("HEAD")
    }

    fn content(lab: &Lab, id: &ObjectId) -> MergeContent {
        lab.repo().commit(id).unwrap().content.unwrap().merge
    }

    #[test]
    fn a_merge_that_git_does_alone_is_clean() {
        for format in ["sha1", "sha256"] {
            let lab = Lab::with(&["--object-format", format]);
            let (left, right) = fork(&lab);
            let merge = merge(&lab, &[], &left, &right);
            assert_eq!(content(&lab, &merge), MergeContent::Clean);
        }
    }

    #[test]
    fn a_merge_with_content_of_its_own_is_not() {
        let lab = Lab::new();
        let (left, right) = fork(&lab);
        merge(&lab, &[], &left, &right);
        std::fs::write(lab.path().join("evil"), "x").unwrap();
        lab.git(&["add", "."]);
        lab.git(&["commit", "-q", "--amend", "--no-edit"]);
        assert_eq!(content(&lab, &lab.id("HEAD")), MergeContent::Own);
        let ours = merge(&lab, &["-s", "ours"], &left, &right);
        assert_eq!(content(&lab, &ours), MergeContent::Own);
    }

    #[test]
    fn an_octopus_and_a_foreign_history_have_content_of_their_own() {
        let lab = Lab::new();
        let (left, right) = fork(&lab);
        let third = lab.commit("third", &[&left]);
        let octopus = lab.commit("octopus", &[&left, &right, &third]);
        assert_eq!(content(&lab, &octopus), MergeContent::Own);
        let foreign = lab.commit("foreign", &[]);
        let joined = merge(&lab, &["--allow-unrelated-histories"], &left, &foreign);
        assert_eq!(content(&lab, &joined), MergeContent::Own);
    }

    #[test]
    fn redoing_a_merge_writes_nothing_to_the_repository() {
        let lab = Lab::new();
        let (left, right) = fork(&lab);
        let merge = merge(&lab, &[], &left, &right);
        let before = lab.git(&["count-objects", "-v"]);
        lab.git(&["update-ref", "refs/heads/main", merge.as_str()]);
        for _ in 0..3 {
            assert_eq!(content(&lab, &merge), MergeContent::Clean);
        }
        assert_eq!(lab.git(&["count-objects", "-v"]), before);
    }
}
