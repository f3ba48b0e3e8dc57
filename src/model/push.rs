//! What is pushed: by whom, to where, which refs move how, and which commits are new there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::history::Creation;
use super::{Commit, ObjectId, Plea, RefName};

/// One push, as far as it concerns refs that are governed or guarded.
#[derive(Clone, Debug)]
pub struct Push {
    /// The repository as the host names it.
    pub repository: String,
    /// Who pushes, in the host's words.
    pub pusher: Pusher,
    /// Whether the pusher calls it an emergency.
    pub plea: Plea,
    /// The refs that are judged, in the order of the push.
    pub updates: Vec<RefUpdate>,
}

/// Who pushes. Authenticated by the server, unlike every name in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pusher {
    /// A person's login.
    Person {
        /// The login.
        login: String,
        /// The variable that named it.
        source: String,
    },
    /// A key that belongs to no person (a deploy key).
    Machine {
        /// The host's id for it, as `deploy-key:5`: no person's login has a colon.
        login: String,
        /// The variable that named it.
        source: String,
    },
    /// The host named nobody.
    Unknown {
        /// The variable that was looked for, and how to have it set.
        why: String,
    },
}

impl Pusher {
    /// The login, of a person or a machine.
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Person { login, .. } | Self::Machine { login, .. } => Some(login),
            Self::Unknown { .. } => None,
        }
    }

    /// Which variable spoke.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Person { source, .. } | Self::Machine { source, .. } => Some(source),
            Self::Unknown { .. } => None,
        }
    }
}

/// One line of the hook's standard input: what the client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefLine {
    /// The ref as the client names it.
    pub name: RefName,
    /// What it asks for.
    pub change: Change,
}

/// What a line asks for. `old` is the client's claim; git compares it with the
/// ref when it is written, so a lie about it fails there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A ref that was not there.
    Create {
        /// Its value.
        new: ObjectId,
    },
    /// A ref that moves.
    Update {
        /// Where it was.
        old: ObjectId,
        /// Where it goes.
        new: ObjectId,
    },
    /// A ref that goes away.
    Delete {
        /// Where it was.
        old: ObjectId,
    },
}

impl Change {
    /// Where the ref was.
    pub fn old_id(&self) -> Option<&ObjectId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { old, .. } | Self::Delete { old } => Some(old),
        }
    }

    /// Where it goes.
    pub fn new_id(&self) -> Option<&ObjectId> {
        match self {
            Self::Create { new } | Self::Update { new, .. } => Some(new),
            Self::Delete { .. } => None,
        }
    }
}

/// A ref of the push that is judged, with everything that git knows about it.
#[derive(Clone, Debug)]
pub struct RefUpdate {
    /// What the client asked for.
    pub line: RefLine,
    /// The ref that is written: a symbolic ref's target, a namespace's full name.
    pub target: RefName,
    /// Why it is judged, and what was gathered for that.
    pub role: Role,
}

/// Why a ref is judged. `table` is the index of the `[[protect]]` that governs it.
#[derive(Clone, Debug)]
pub enum Role {
    /// A governed branch (or any governed ref that is no tag).
    Branch {
        /// What it brings.
        incoming: Incoming,
        /// How it moves.
        movement: Movement,
        /// The branch was moved around the hook.
        lapse: Option<Lapse>,
        /// A created branch: another ref that git would take for it.
        shadow: Option<RefName>,
        /// A created branch: refs that stand where it has to go.
        blocked: Vec<Blocker>,
        /// A branch that goes away: how it came to be, where a record tells.
        creation: Option<Creation>,
    },
    /// A governed tag.
    Tag {
        /// What it brings: nothing, where it stands on a state of a ref that it trusts.
        incoming: Incoming,
        /// What it points at.
        tagged: Tagged,
        /// A branch that it trusts and that the same push moves to the same commit: where
        /// that complies, so does the tag.
        with: Option<RefName>,
    },
    /// `refs/approvals/BRANCH/LOGIN`: somebody approves.
    Approval {
        /// The branch that is approved for.
        branch: String,
        /// Whether there is such a branch.
        there: Presence,
        /// The login in the name: the only one who may push it.
        login: String,
        /// Whether the value is a commit.
        tagged: Tagged,
        /// The states that the commit contains: what comes after them is what is shown.
        base: Vec<ObjectId>,
        /// What it approved until now and does no longer, if that has not landed.
        replaces: Option<ObjectId>,
    },
    /// `refs/approvals/...` without a branch and a login.
    MisnamedApproval,
    /// `refs/replace/...`: git would show other commits than the ones judged.
    Replacement {
        /// The first table of this repository.
        table: usize,
    },
    /// A tag or other ref that git prefers over a governed branch of this name.
    Shadow {
        /// The branch.
        branch: RefName,
        /// The table that governs that branch.
        table: usize,
    },
    /// The ref would make a directory of refs a repository of its own.
    Nested {
        /// The first table of this repository.
        table: usize,
        /// The directory.
        directory: String,
    },
    /// `refs/Heads/...` and the like, which some file systems take for another name.
    OddCase {
        /// The first table of this repository.
        table: usize,
        /// The name as git spells it.
        meant: String,
    },
}

/// What a governed ref brings: the commits that no state vouches for which its new value
/// contains.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The governing table.
    pub table: usize,
    /// From where its commits are new.
    pub start: Start,
    /// The states that its new value contains: their histories are not new.
    pub base: Vec<ObjectId>,
    /// The new commits, parents before children.
    pub commits: Vec<Commit>,
    /// Refs that it trusts, and that are where no record explains.
    pub unexplained: Vec<Unexplained>,
    /// Another ref that has some of the commits, and does not vouch for them.
    pub elsewhere: Option<Elsewhere>,
    /// Those of the commits that were in a ref, and were taken back from it: an approval
    /// from before then says nothing of them.
    pub taken_back: BTreeMap<ObjectId, Timestamp>,
}

/// A ref that was at one of the commits which are judged again here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The ref.
    pub name: RefName,
    /// Why it does not vouch for them.
    pub why: NotVouched,
}

/// Why a ref does not vouch for what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVouched {
    /// It is not trusted.
    Untrusted,
    /// What it has waits for its review or its verification, or broke a rule.
    Open,
}

/// A ref whose present value no record explains: it was put there around the hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexplained {
    /// The ref.
    pub name: RefName,
    /// Where the last record left it; none where there is none.
    pub recorded: Option<ObjectId>,
    /// Where it was found.
    pub found: ObjectId,
}

/// A ref that keeps another one out: git stores refs as files in directories.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocker {
    /// The ref.
    pub name: RefName,
    /// Who created it and may delete it, since it has brought nothing of its own.
    pub removable_by: Option<String>,
}

/// Whether there is a ref of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There is.
    There,
    /// There is none; the nearest name that there is.
    Missing {
        /// A branch that may have been meant.
        nearest: Option<String>,
    },
}

/// How a branch moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It is created.
    Created,
    /// The new value contains the old one.
    FastForward,
    /// It does not.
    Rewritten,
    /// It goes away.
    Deleted,
    /// The new value is no commit.
    NoCommit,
}

/// From where the commits of a ref are new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// From its own old value, and perhaps from states of refs that it trusts.
    OldValue,
    /// From states of its own or of refs that it trusts, by the records.
    Recorded,
    /// From nowhere: no state is in its history, so all of that is judged.
    Root,
}

/// A branch that is not where the last record left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lapse {
    /// Where the last record left it; none where there is none.
    pub recorded: Option<ObjectId>,
    /// Where it was found.
    pub found: ObjectId,
}

/// What a tag or an approval points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// The ref goes away.
    Nothing,
    /// A commit (behind a tag object, perhaps).
    Commit(ObjectId),
    /// A tree or a blob.
    NoCommit,
}

impl Incoming {
    /// These commits, since these states, with nothing odd about other refs.
    pub fn new(table: usize, start: Start, base: Vec<ObjectId>, commits: Vec<Commit>) -> Self {
        let (unexplained, elsewhere, taken_back) = (Vec::new(), None, BTreeMap::new());
        Self { table, start, base, commits, unexplained, elsewhere, taken_back }
    }
}

impl Role {
    /// A branch that moves, with nothing odd about it.
    pub fn moving(movement: Movement, incoming: Incoming) -> Self {
        let (lapse, shadow, blocked, creation) = (None, None, Vec::new(), None);
        Self::Branch { incoming, movement, lapse, shadow, blocked, creation }
    }

    /// The index of the table that governs the ref, where one does.
    pub fn table(&self) -> Option<usize> {
        match self {
            Self::Branch { incoming, .. } | Self::Tag { incoming, .. } => Some(incoming.table),
            Self::Replacement { table }
            | Self::Shadow { table, .. }
            | Self::Nested { table, .. }
            | Self::OddCase { table, .. } => Some(*table),
            Self::Approval { .. } | Self::MisnamedApproval => None,
        }
    }

    /// What a governed ref brings.
    pub fn incoming(&self) -> Option<&Incoming> {
        match self {
            Self::Branch { incoming, .. } | Self::Tag { incoming, .. } => Some(incoming),
            _ => None,
        }
    }

    /// The new commits of a governed ref; none for anything else.
    pub fn commits(&self) -> &[Commit] {
        self.incoming().map_or(&[], |incoming| incoming.commits.as_slice())
    }
}

impl RefUpdate {
    /// The governed branch that this update writes, as approvals name it.
    pub fn branch(&self) -> Option<String> {
        self.target.without_namespace().branch().map(str::to_owned)
    }

    /// The new commits that came into the ref around the hook: its old value contains
    /// them, and no state does.
    pub fn lapsed(&self) -> BTreeSet<ObjectId> {
        match self.line.change.old_id() {
            Some(old) => contained([old], self.role.commits()),
            None => BTreeSet::new(),
        }
    }
}

/// The new commits that any of some commits contains, those of them that are new included.
/// A malformed one ends the way: its parents are not to be had, and it refuses the push.
pub fn contained<'a>(
    tops: impl IntoIterator<Item = &'a ObjectId>,
    commits: &'a [Commit],
) -> BTreeSet<ObjectId> {
    let new: BTreeMap<&ObjectId, &Commit> =
        commits.iter().map(|commit| (&commit.id, commit)).collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&ObjectId> = tops.into_iter().collect();
    while let Some(id) = open.pop() {
        let Some(commit) = new.get(id) else { continue };
        if found.insert(id.clone())
            && let Ok(content) = &commit.content
        {
            open.extend(&content.parents);
        }
    }
    found
}
