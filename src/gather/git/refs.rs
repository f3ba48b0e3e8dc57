//! Refs: where they point, and which ones there are.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use git2::{ErrorCode, ReferenceType};

use super::Repo;
use super::objects::to_id;
use crate::model::{ObjectId, RefName};

/// How refs are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefStorage {
    /// Loose files and `packed-refs`, which libgit2 reads.
    Files,
    /// Reftable, or what comes after it: git has to be asked.
    Other,
}

/// Whose branches `refs/heads/` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branches {
    /// The repository's own.
    Own,
    /// Those of its remote `origin`: in a clone they show where the server is.
    OfOrigin,
}

/// Symbolic refs that point to symbolic refs; git stops at five as well
/// (`SYMREF_MAXDEPTH` in its refs.c).
const DEPTH: usize = 5;

const HEADS: &str = "refs/heads/";
const REMOTE: &str = "refs/remotes/origin/";

impl Repo {
    /// The ref that a push to this name writes: the target of a symbolic ref, even
    /// where that does not exist yet; else the name itself.
    ///
    /// # Errors
    /// Where a ref can't be read, or symbolic refs form a loop.
    pub fn resolve(&self, name: &RefName) -> anyhow::Result<RefName> {
        let mut name = name.clone();
        for _ in 0..=DEPTH {
            match self.symbolic_target(&name)? {
                Some(target) => name = target,
                None => return Ok(name),
            }
        }
        bail!("{name} is a symbolic ref that leads nowhere")
    }

    /// Where a ref points, symbolic ones followed; `None` where there is no such ref.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn tip(&self, name: &RefName) -> anyhow::Result<Option<ObjectId>> {
        let stored = self.stored_name(name);
        if self.storage == RefStorage::Other {
            let found = self.for_each_ref(&stored)?;
            return Ok(found.into_iter().find(|(found, _)| *found == stored).map(|(_, id)| id));
        }
        match self.inner.refname_to_id(&stored) {
            Ok(id) => to_id(id).map(Some),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {stored}")),
        }
    }

    /// All refs whose names begin with `prefix`, with where they point.
    ///
    /// Refs that point nowhere, and those whose names no pattern can match since
    /// they are not UTF-8, are left out. That makes no push pass: fewer tips hide
    /// fewer commits, and fewer approvals approve less.
    ///
    /// # Errors
    /// Where refs can't be listed.
    pub fn refs_under(&self, prefix: &str) -> anyhow::Result<Vec<(RefName, ObjectId)>> {
        let mut found = BTreeSet::new();
        for stored in self.stored_prefixes(prefix) {
            for (name, id) in self.listed(&stored)? {
                let Some(name) = self.shown_name(&name) else { continue };
                let Ok(name) = RefName::parse(name.as_bytes()) else { continue };
                if name.as_str().starts_with(prefix) {
                    found.insert((name, id));
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The tags whose commits these contain, each with its value.
    ///
    /// # Errors
    /// Where refs can't be listed.
    pub fn tags_within(&self, commits: &[ObjectId]) -> anyhow::Result<Vec<(RefName, ObjectId)>> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        let merged: Vec<String> = commits.iter().map(|id| format!("--merged={id}")).collect();
        let mut args = vec!["for-each-ref", "--format=%(objectname) %(refname)"];
        args.extend(merged.iter().map(String::as_str));
        args.push("refs/tags/");
        let named = self.named_refs(&args)?.into_iter();
        Ok(named
            .filter_map(|(name, id)| Some((RefName::parse(name.as_bytes()).ok()?, id)))
            .collect())
    }

    /// The branch that is checked out.
    ///
    /// # Errors
    /// Where HEAD can't be read.
    pub fn head_branch(&self) -> anyhow::Result<Option<RefName>> {
        self.symbolic_by_git("HEAD")
    }

    /// The branch that origin has as its default, if the clone knows.
    ///
    /// # Errors
    /// Where that can't be read.
    pub fn default_branch(&self) -> anyhow::Result<Option<RefName>> {
        let name = self.symbolic_by_git("refs/remotes/origin/HEAD")?;
        match name.as_ref().and_then(|name| self.shown_name(name.as_str())) {
            Some(name) => Ok(Some(RefName::parse(name.as_bytes())?)),
            None => Ok(None),
        }
    }

    /// What git says a symbolic ref points to.
    fn symbolic_by_git(&self, name: &str) -> anyhow::Result<Option<RefName>> {
        let output = self.git(&["symbolic-ref", "-q", name], "")?;
        // 1 says that it is none (git-symbolic-ref(1)); a loop says more.
        match output.status.code() {
            Some(0) => Ok(Some(RefName::parse(output.stdout.trim_ascii_end())?)),
            Some(1) => Ok(None),
            _ => bail!("{name} can't be read: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn symbolic_target(&self, name: &RefName) -> anyhow::Result<Option<RefName>> {
        let stored = self.stored_name(name);
        let reading = || format!("reading {stored}");
        if self.storage == RefStorage::Other {
            return self.symbolic_by_git(&stored);
        }
        let reference = match self.inner.find_reference(&stored) {
            Ok(reference) => reference,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(reading),
        };
        match (reference.kind(), reference.symbolic_target_bytes()) {
            (Some(ReferenceType::Symbolic), Some(target)) => {
                Ok(Some(RefName::parse(target).with_context(reading)?))
            }
            (Some(ReferenceType::Direct), _) => Ok(None),
            _ => bail!("{stored} is neither an id nor a symbolic ref"),
        }
    }

    /// Stored names and values below a stored prefix, or at it.
    fn listed(&self, prefix: &str) -> anyhow::Result<Vec<(String, ObjectId)>> {
        match self.storage {
            RefStorage::Files => self.listed_by_libgit2(prefix),
            RefStorage::Other => self.listed_by_git(prefix),
        }
    }

    fn listed_by_libgit2(&self, prefix: &str) -> anyhow::Result<Vec<(String, ObjectId)>> {
        let listing = || format!("listing the refs under {prefix}");
        let mut found = Vec::new();
        let references = self.inner.references_glob(&format!("{prefix}*"));
        for reference in references.with_context(listing)? {
            let reference = reference.with_context(listing)?;
            let Ok(name) = std::str::from_utf8(reference.name_bytes()) else { continue };
            match self.inner.refname_to_id(name) {
                Ok(id) => found.push((name.to_owned(), to_id(id)?)),
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("reading {name}")),
            }
        }
        Ok(found)
    }

    /// `for-each-ref` takes whole components, so the last one is cut off here.
    fn listed_by_git(&self, prefix: &str) -> anyhow::Result<Vec<(String, ObjectId)>> {
        let whole = prefix.rfind('/').and_then(|at| prefix.get(..=at)).unwrap_or("refs/");
        let mut found = self.for_each_ref(whole)?;
        found.retain(|(name, _)| name.starts_with(prefix));
        Ok(found)
    }

    /// The ref of this name, or those below it. Like libgit2's list it leaves out
    /// names that are not UTF-8.
    fn for_each_ref(&self, name: &str) -> anyhow::Result<Vec<(String, ObjectId)>> {
        self.named_refs(&["for-each-ref", "--format=%(objectname) %(refname)", name])
    }

    fn named_refs(&self, args: &[&str]) -> anyhow::Result<Vec<(String, ObjectId)>> {
        let mut found = Vec::new();
        for line in self.git_lines(args, "")? {
            let Some(at) = line.iter().position(|byte| *byte == b' ') else {
                bail!("`git for-each-ref` answered {:?}", String::from_utf8_lossy(&line));
            };
            let (id, name) = line.split_at(at);
            if let Ok(name) = std::str::from_utf8(name.trim_ascii_start()) {
                found.push((name.to_owned(), ObjectId::parse(id)?));
            }
        }
        Ok(found)
    }

    fn stored_name(&self, name: &RefName) -> String {
        match (self.branches, name.branch()) {
            (Branches::OfOrigin, Some(branch)) => format!("{REMOTE}{branch}"),
            _ => name.as_str().to_owned(),
        }
    }

    fn stored_prefixes(&self, prefix: &str) -> Vec<String> {
        match (self.branches, prefix.strip_prefix(HEADS)) {
            (Branches::Own, _) => vec![prefix.to_owned()],
            (Branches::OfOrigin, Some(rest)) => vec![format!("{REMOTE}{rest}")],
            (Branches::OfOrigin, None) if HEADS.starts_with(prefix) => {
                vec![prefix.to_owned(), REMOTE.to_owned()]
            }
            (Branches::OfOrigin, None) => vec![prefix.to_owned()],
        }
    }

    /// What a stored ref is called on the server; `None` for one of the clone's own
    /// branches, which say nothing about the server.
    fn shown_name(&self, stored: &str) -> Option<String> {
        match (self.branches, stored.strip_prefix(REMOTE)) {
            (Branches::OfOrigin, Some("HEAD")) => None,
            (Branches::OfOrigin, Some(branch)) => Some(format!("{HEADS}{branch}")),
            (Branches::OfOrigin, None) if stored.starts_with(HEADS) => None,
            _ => Some(stored.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Lab, name, storages};
    use super::*;

    #[test]
    fn an_alias_of_a_branch_is_that_branch_in_every_storage() {
        for storage in storages() {
            let lab = Lab::with(storage);
            lab.commit("one", &[]);
            lab.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
            lab.git(&["symbolic-ref", "refs/heads/dangling", "refs/heads/later"]);
            let repo = lab.repo();
            for (from, to) in [
                ("refs/heads/alias", "refs/heads/main"),
                ("refs/heads/dangling", "refs/heads/later"),
                ("refs/heads/main", "refs/heads/main"),
                ("refs/heads/nothing", "refs/heads/nothing"),
            ] {
                assert_eq!(repo.resolve(&name(from)).unwrap(), name(to), "{storage:?}");
            }
        }
    }

    #[test]
    fn a_loop_of_symbolic_refs_is_an_error() {
        let lab = Lab::new();
        lab.git(&["symbolic-ref", "refs/heads/a", "refs/heads/b"]);
        lab.git(&["symbolic-ref", "refs/heads/b", "refs/heads/a"]);
        assert!(lab.repo().resolve(&name("refs/heads/a")).is_err());
    }

    #[test]
    fn refs_are_listed_in_every_storage_loose_and_packed() {
        for storage in storages() {
            let lab = Lab::with(storage);
            let id = lab.commit("one", &[]);
            lab.git(&["update-ref", "refs/heads/release/1", id.as_str()]);
            lab.git(&["pack-refs", "--all"]);
            lab.git(&["update-ref", "refs/heads/release/2", id.as_str()]);
            let repo = lab.repo();
            let found = repo.refs_under("refs/heads/rel").unwrap();
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["refs/heads/release/1", "refs/heads/release/2"], "{storage:?}");
            assert_eq!(repo.tip(&name("refs/heads/release/1")).unwrap(), Some(id));
            assert_eq!(repo.tip(&name("refs/heads/release")).unwrap(), None);
        }
    }

    /// A name of odd bytes must not become another one that a pattern matches.
    #[test]
    fn a_ref_whose_name_is_no_utf_8_is_left_out_in_every_storage() {
        use std::os::unix::ffi::OsStrExt as _;
        for storage in storages() {
            let lab = Lab::with(storage);
            let id = lab.commit("one", &[]);
            let name = std::ffi::OsStr::from_bytes(b"refs/heads/release/\xe9");
            let made = std::process::Command::new("git")
                .arg("-C")
                .arg(lab.path())
                .arg("update-ref")
                .arg(name)
                .arg(id.as_str())
                .status();
            assert!(made.unwrap().success());
            assert!(lab.repo().refs_under("refs/heads/release/").unwrap().is_empty());
        }
    }

    #[test]
    fn in_a_clone_the_branches_are_those_of_the_server() {
        let lab = Lab::new();
        let server = lab.commit("one", &[]);
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().to_str().unwrap();
        lab.git(&["clone", "-q", lab.path().to_str().unwrap(), at]);
        std::fs::write(dir.path().join("f"), "").unwrap();
        lab.git(&["-C", at, "commit", "-q", "--allow-empty", "-m", "two"]);
        lab.git(&["-C", at, "branch", "mine"]);
        let clone = Repo::open_clone(dir.path()).unwrap();
        let main = name("refs/heads/main");
        assert_eq!(clone.tip(&main).unwrap(), Some(server.clone()));
        for prefix in ["refs/heads/", "refs/heads/ma", "refs/"] {
            assert_eq!(clone.refs_under(prefix).unwrap(), [(main.clone(), server.clone())]);
        }
    }
}
