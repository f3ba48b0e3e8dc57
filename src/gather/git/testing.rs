//! A repository for the tests of this room, made by git itself.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Repo;
use crate::model::{ObjectId, RefName};

/// A repository with a work tree, in a directory of its own.
pub(super) struct Lab {
    dir: tempfile::TempDir,
}

pub(super) fn name(text: &str) -> RefName {
    RefName::parse(text.as_bytes()).unwrap()
}

/// Arguments of `git init` for each way in which this git can store refs; reftable
/// came with git 2.45.
pub(super) fn storages() -> Vec<&'static [&'static str]> {
    let usage = Command::new("git").args(["init", "-h"]).output().unwrap();
    let knows = String::from_utf8_lossy(&usage.stdout).contains("--ref-format");
    let all: [&[&str]; 2] = [&[], &["--ref-format=reftable"]];
    all.into_iter().take(if knows { 2 } else { 1 }).collect()
}

impl Lab {
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    pub(super) fn with(init: &[&str]) -> Self {
        let lab = Self { dir: tempfile::tempdir().unwrap() };
        lab.git(&[&["init", "-q", "-b", "main"][..], init].concat());
        lab
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn repo(&self) -> Repo {
        let mut repo = Repo::open_clone(self.path()).unwrap();
        repo.branches = super::refs::Branches::Own;
        repo
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        self.git_with(args, b"", 1_700_000_000)
    }

    pub(super) fn id(&self, revision: &str) -> ObjectId {
        ObjectId::parse(self.git(&["rev-parse", revision]).as_bytes()).unwrap()
    }

    /// A commit with a file named as it is, beside those of its parents; `main`
    /// goes there.
    pub(super) fn commit(&self, message: &str, parents: &[&ObjectId]) -> ObjectId {
        self.commit_at(message, parents, 1_700_000_000)
    }

    pub(super) fn commit_at(&self, message: &str, parents: &[&ObjectId], when: usize) -> ObjectId {
        self.git(&["read-tree", "--empty"]);
        for parent in parents {
            self.git(&["read-tree", "-m", "--aggressive", parent.as_str()]);
        }
        let blob = self.git_with(&["hash-object", "-w", "--stdin"], message.as_bytes(), when);
        self.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{message}")]);
        let tree = self.git(&["write-tree"]);
        let mut args = vec!["commit-tree", "-m", message, &tree];
        for parent in parents {
            args.extend(["-p", parent.as_str()]);
        }
        let id = self.git_with(&args, b"", when);
        self.git(&["update-ref", "refs/heads/main", &id]);
        ObjectId::parse(id.as_bytes()).unwrap()
    }

    /// A commit whose bytes after the committer are these.
    pub(super) fn raw_commit(&self, rest: &str) -> ObjectId {
        self.raw_commit_bytes(rest.as_bytes())
    }

    pub(super) fn raw_commit_bytes(&self, rest: &[u8]) -> ObjectId {
        let who = "Ana <ana@example.com> 1700000000 +0000";
        let mut raw = format!("tree {}\nauthor {who}\ncommitter {who}\n", self.tree()).into_bytes();
        raw.extend(rest);
        self.object(&raw)
    }

    pub(super) fn raw_commit_with_author(&self, author: &str, parents: &[&ObjectId]) -> ObjectId {
        let mut raw = format!("tree {}\n", self.tree());
        for parent in parents {
            raw.push_str(&format!("parent {parent}\n"));
        }
        raw.push_str(&format!("author {author}\ncommitter {author}\n\nraw\n"));
        self.object(raw.as_bytes())
    }

    fn tree(&self) -> String {
        self.git_with(&["hash-object", "-w", "-t", "tree", "--stdin"], b"", 0)
    }

    fn object(&self, raw: &[u8]) -> ObjectId {
        let args = ["hash-object", "-w", "-t", "commit", "--literally", "--stdin"];
        ObjectId::parse(self.git_with(&args, raw, 0).as_bytes()).unwrap()
    }

    fn git_with(&self, args: &[&str], input: &[u8], when: usize) -> String {
        let date = format!("@{when} +0000");
        let mut child = Command::new("git")
            .current_dir(self.path())
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ana")
            .env("GIT_AUTHOR_EMAIL", "ana@example.com")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Ana")
            .env("GIT_COMMITTER_EMAIL", "ana@example.com")
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}
