//! The commits that a forge sees: those in its repository, but none in quarantine, since it is
//! another process than the hook.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::git::{hermetic, run};

/// The real repository, and commits that a test without one makes up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commits {
    pub(crate) repository: Option<PathBuf>,
    pub(crate) made_up: BTreeMap<String, Commit>,
}

#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signed,
    pub(crate) committer: Signed,
    pub(crate) message: String,
}

/// A name, an e-mail and an RFC 3339 time.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) at: String,
}

impl Commit {
    /// Of which nothing else matters.
    pub(super) fn of(id: &str, email: &str) -> Self {
        let name = email.split('@').next().unwrap().to_owned();
        let at = "2026-01-06T09:00:00Z".to_owned();
        let signed = Signed { name, email: email.to_owned(), at };
        Self {
            id: id.to_owned(),
            tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
            parents: Vec::new(),
            author: signed.clone(),
            committer: signed,
            message: "PAY-1: made up".to_owned(),
        }
    }
}

const FORMAT: &str = "--format=%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";

impl Commits {
    /// A commit that a test without a repository speaks of.
    pub(crate) fn make_up(&mut self, id: &str, email: &str) {
        self.made_up.insert(id.to_owned(), Commit::of(id, email));
    }

    /// What is known of a commit; nothing where the forge does not have it.
    pub(crate) fn find(&self, id: &str) -> Option<Commit> {
        if let Some(commit) = self.made_up.get(id) {
            return Some(commit.clone());
        }
        if id.len() < 40 || id.bytes().any(|byte| !byte.is_ascii_hexdigit()) {
            return None;
        }
        let said = self.git(&["show", "-s", FORMAT, &format!("{id}^{{commit}}")])?;
        let parts: Vec<&str> = said.splitn(9, '\0').collect();
        let [tree, parents, author, author_email, authored, committer, email, at, message] =
            parts[..].try_into().unwrap();
        let signed = |name: &str, email: &str, at: &str| Signed {
            name: name.to_owned(),
            email: email.to_owned(),
            at: at.replace("+00:00", "Z"),
        };
        Some(Commit {
            id: id.to_owned(),
            tree: tree.to_owned(),
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            author: signed(author, author_email, authored),
            committer: signed(committer, email, at),
            message: message.trim_end().to_owned(),
        })
    }

    /// What a request for a branch brings, oldest first.
    pub(super) fn between(&self, branch: &str, head: &str) -> Vec<String> {
        let not = format!("^refs/heads/{branch}");
        let listed = self.git(&["rev-list", "--reverse", "--topo-order", head, &not]);
        listed.map_or_else(
            || vec![head.to_owned()],
            |listed| listed.lines().map(str::to_owned).collect(),
        )
    }

    fn git(&self, args: &[&str]) -> Option<String> {
        let output = run(hermetic("git", self.repository.as_ref()?).args(args), b"");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
