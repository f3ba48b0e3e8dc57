//! One person's clone. The clock goes on by a minute with each commit.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::git::{hermetic, run};
use super::{Shown, git};

/// A clone, and whose it is.
pub(crate) struct Clone {
    pub(crate) who: String,
    path: PathBuf,
    server: PathBuf,
    minutes: Cell<u64>,
}

impl Clone {
    pub(super) fn new(people: &Path, server: &Path, who: &str) -> Self {
        let path = people.join(who);
        if !path.exists() {
            // Not `clone`: before 2.42 it forgets the object format of an empty one.
            let url = server.join("app.git");
            let format = git(&url, &["rev-parse", "--show-object-format"]);
            git(people, &["init", "-q", "-b", "main", "--object-format", &format, who]);
            git(&path, &["remote", "add", "origin", url.to_str().unwrap()]);
            git(&path, &["config", "user.email", &format!("{who}@example.com")]);
        }
        let minutes = Cell::new(60 * 24 + who.len() as u64);
        let clone = Self { who: who.to_owned(), path, server: server.to_path_buf(), minutes };
        clone.renew();
        clone
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the server that it pushes to.
    pub(crate) fn server(&self) -> &Path {
        &self.server
    }

    /// Goes to where `main` is on the server.
    pub(crate) fn renew(&self) {
        self.git(&["fetch", "-q", "origin"]);
        if !self.git(&["for-each-ref", "refs/remotes/origin/main"]).is_empty() {
            self.git(&["checkout", "-q", "-f", "-B", "main", "origin/main"]);
        }
    }

    /// Runs git as this person; it must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let shown = self.try_git(args);
        assert!(shown.landed(), "git {args:?}: {}", shown.stderr);
        shown.stdout.trim_end().to_owned()
    }

    /// Runs git as this person.
    pub(crate) fn try_git(&self, args: &[&str]) -> Shown {
        self.git_with(args, &[])
    }

    /// The same with variables of the environment.
    pub(crate) fn git_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Shown {
        let email = format!("{}@example.com", self.who);
        let seconds = 1_767_600_000 + self.minutes.get() * 60;
        let date = format!("@{seconds} +0000");
        let mut command = hermetic("git", &self.path);
        command
            .args(args)
            .env("REMOTE_USER", &self.who)
            .env("GIT_AUTHOR_NAME", &self.who)
            .env("GIT_AUTHOR_EMAIL", &email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", &self.who)
            .env("GIT_COMMITTER_EMAIL", &email)
            .env("GIT_COMMITTER_DATE", &date);
        for (name, value) in variables {
            match *value {
                "" => command.env_remove(name),
                value => command.env(name, value),
            };
        }
        Shown::of(&run(&mut command, b""), &self.server)
    }

    /// A commit with a new file of its own.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.commit_with(message, &[])
    }

    /// The same with variables such as `GIT_AUTHOR_EMAIL`.
    pub(crate) fn commit_with(&self, message: &str, variables: &[(&str, &str)]) -> String {
        self.minutes.set(self.minutes.get() + 1);
        let name = format!("{}-{}.txt", self.who, self.minutes.get());
        std::fs::write(self.path.join(&name), message).unwrap();
        self.git(&["add", "."]);
        let shown =
            self.git_with(&["commit", "-q", "--cleanup=verbatim", "-m", message], variables);
        assert!(shown.landed(), "{}", shown.stderr);
        self.head()
    }

    /// A commit object made of these bytes, on top of `main`; `TREE` and `PARENT`
    /// stand for the ids of HEAD.
    pub(crate) fn raw_commit(&self, raw: &[u8]) -> String {
        let replaced = [("TREE", "HEAD^{tree}"), ("PARENT", "HEAD")];
        let mut bytes = raw.to_vec();
        for (word, revision) in replaced {
            let id = self.git(&["rev-parse", revision]);
            while let Some(at) = bytes.windows(word.len()).position(|part| part == word.as_bytes())
            {
                bytes.splice(at..at + word.len(), id.bytes());
            }
        }
        let args = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
        let id = super::git_bytes(&self.path, &args, &bytes);
        self.git(&["update-ref", "refs/heads/main", &id]);
        id
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Pushes to the server.
    pub(crate) fn push(&self, args: &[&str]) -> Shown {
        self.try_git(&[&["push", "origin"][..], args].concat())
    }

    /// Pushes to another address.
    pub(crate) fn push_to(&self, url: &str, args: &[&str]) -> Shown {
        self.try_git(&[&["push", url][..], args].concat())
    }

    /// Pushes HEAD to a side branch, where nobody asks.
    pub(crate) fn show(&self) {
        let shown = self.push(&["-f", &format!("HEAD:refs/heads/side/{}", self.who)]);
        assert!(shown.landed(), "{}", shown.seen());
    }

    /// Approves what somebody has shown.
    pub(crate) fn approve(&self, commit: &str) {
        self.approve_for("main", commit);
    }

    pub(crate) fn approve_for(&self, branch: &str, commit: &str) {
        self.git(&["fetch", "-q", "origin"]);
        let shown = self.push(&[&format!("+{commit}:refs/approvals/{branch}/{}", self.who)]);
        assert!(shown.landed(), "{}", shown.seen());
    }

    /// Commits, shows, and has it approved.
    pub(crate) fn approved_commit(&self, message: &str, by: &Self) -> String {
        let id = self.commit(message);
        self.show();
        by.approve(&id);
        id
    }
}
