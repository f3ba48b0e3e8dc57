//! Whether a merge adds anything of its own: it is done again, in memory, and compared.

use anyhow::Context as _;
use git2::{Error, ErrorClass, Index, MergeOptions, Oid};

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
        let again = redone(self.merged_tree(ours, theirs)).context("doing the merge again")?;
        Ok(if is(tree, again)? { MergeContent::Clean } else { MergeContent::Own })
    }

    /// Whether merging `theirs` into the commit's parent once more gives the commit's
    /// tree: then the commit is the squash of what `theirs` adds, and nothing else.
    ///
    /// # Errors
    /// Where an object can't be read.
    pub fn is_merge_of(
        &self,
        commit: &ObjectId,
        parent: &ObjectId,
        theirs: &ObjectId,
    ) -> anyhow::Result<bool> {
        let Some(tree) = self.tree(commit)? else { return Ok(false) };
        is(&tree, redone(self.merged_tree(parent, theirs)).context("squashing once more")?)
    }

    /// Whether picking `original` onto the commit's parent once more gives the
    /// commit's tree.
    ///
    /// # Errors
    /// Where an object can't be read.
    pub fn is_pick_of(
        &self,
        commit: &ObjectId,
        parent: &ObjectId,
        original: &ObjectId,
    ) -> anyhow::Result<bool> {
        let Some(tree) = self.tree(commit)? else { return Ok(false) };
        is(&tree, redone(self.picked_tree(parent, original)).context("picking once more")?)
    }

    fn parsed(&self, id: &ObjectId) -> Result<git2::Commit<'_>, Error> {
        let format = self.inner.object_format();
        self.inner.find_commit(Oid::from_str_ext(id.as_str(), format)?)
    }

    /// The tree of the pick; `None` where it conflicts, or the original is a merge.
    fn picked_tree(&self, onto: &ObjectId, original: &ObjectId) -> Result<Option<Oid>, Error> {
        let (onto, original) = (self.parsed(onto)?, self.parsed(original)?);
        if original.parent_count() != 1 {
            return Ok(None);
        }
        self.write_to_memory()?;
        let mut options = MergeOptions::new();
        options.find_renames(true);
        let mut index = self.inner.cherrypick_commit(&original, &onto, 0, Some(&options))?;
        self.tree_of(&mut index)
    }

    fn tree_of(&self, index: &mut Index) -> Result<Option<Oid>, Error> {
        if index.has_conflicts() {
            return Ok(None);
        }
        index.write_tree_to(&self.inner).map(Some)
    }

    /// The tree of the merge; `None` where it conflicts, or nothing is in common.
    fn merged_tree(&self, ours: &ObjectId, theirs: &ObjectId) -> Result<Option<Oid>, Error> {
        let (ours, theirs) = (self.parsed(ours)?, self.parsed(theirs)?);
        // Git makes no merge of what is contained already: whoever made this one did so
        // for what it says.
        if self.inner.merge_base(ours.id(), theirs.id())? == theirs.id() {
            return Ok(None);
        }
        self.write_to_memory()?;
        let mut options = MergeOptions::new();
        options.find_renames(true);
        let mut index = self.inner.merge_commits(&ours, &theirs, Some(&options))?;
        self.tree_of(&mut index)
    }

    /// What a merge makes is kept in memory: the quarantine is the pusher's, and
    /// would land with the push.
    fn write_to_memory(&self) -> Result<(), Error> {
        if !self.writes_to_memory.replace(true) {
            self.inner.odb()?.add_new_mempack_backend(FIRST)?;
        }
        Ok(())
    }
}

/// `None` for what git can do and libgit2 can't, such as a parent that it can't parse,
/// which old histories have: what can't be done again was not proved to add nothing.
fn redone(tree: Result<Option<Oid>, Error>) -> Result<Option<Oid>, Error> {
    tree.or_else(|error| match error.class() {
        ErrorClass::Invalid | ErrorClass::Merge | ErrorClass::Object | ErrorClass::Tree => Ok(None),
        _ => Err(error),
    })
}

fn is(tree: &ObjectId, again: Option<Oid>) -> anyhow::Result<bool> {
    Ok(again.map(to_id).transpose()?.as_ref() == Some(tree))
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
    fn a_merge_with_a_parent_that_can_t_be_parsed_has_content_of_its_own() {
        let lab = Lab::new();
        let base = lab.commit("base", &[]);
        let broken = lab.raw_commit_with_author("Ana ana@example.com> 1 +0000", &[&base]);
        let left = lab.commit("left", &[&base]);
        let merge = lab.commit("merge", &[&left, &broken]);
        assert_eq!(content(&lab, &merge), MergeContent::Own);
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
