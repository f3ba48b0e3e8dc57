//! What is pushed: by whom, to where, which refs move how, and which commits are new there.

use serde::Serialize;

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
        /// The governing table.
        table: usize,
        /// How it moves.
        movement: Movement,
        /// From where its commits are new.
        start: Start,
        /// The branch was moved around the hook.
        lapse: Option<Lapse>,
        /// A created branch: another ref that git would take for it.
        shadow: Option<RefName>,
        /// The commits whose histories are not new: what was subtracted.
        base: Vec<ObjectId>,
        /// The new commits, parents before children.
        commits: Vec<Commit>,
    },
    /// A governed tag.
    Tag {
        /// The governing table.
        table: usize,
        /// What it points at.
        tagged: Tagged,
    },
    /// `refs/approvals/BRANCH/LOGIN`: somebody approves.
    Approval {
        /// The branch that is approved for.
        branch: String,
        /// The login in the name: the only one who may push it.
        login: String,
        /// Whether the value is a commit.
        tagged: Tagged,
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

/// From where the commits of a branch are new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// From the branch's own old value (and the tips of its table's other branches).
    OldValue,
    /// A created branch: from the tips of its table's other branches.
    GovernedTips,
    /// A created branch: from a commit that an admin or an earlier record named.
    Recorded,
    /// A created branch with nothing to start from: all its history is judged.
    Root,
}

/// A branch that is not where the last record left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lapse {
    /// Where the last record left it.
    pub recorded: ObjectId,
    /// Where it was found.
    pub found: ObjectId,
}

/// What a tag or an approval points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// The ref goes away.
    Nothing,
    /// A commit (behind a tag object, perhaps).
    Commit {
        /// The commit.
        id: ObjectId,
        /// Whether a governed branch contains it.
        governed: bool,
    },
    /// A tree or a blob.
    NoCommit,
}

impl Role {
    /// The index of the table that governs the ref, where one does.
    pub fn table(&self) -> Option<usize> {
        match self {
            Self::Branch { table, .. }
            | Self::Tag { table, .. }
            | Self::Replacement { table }
            | Self::Shadow { table, .. } => Some(*table),
            Self::Approval { .. } | Self::MisnamedApproval => None,
        }
    }

    /// The new commits of a branch; none for anything else.
    pub fn commits(&self) -> &[Commit] {
        match self {
            Self::Branch { commits, .. } => commits,
            _ => &[],
        }
    }
}

impl RefUpdate {
    /// The governed branch that this update writes, as approvals name it.
    pub fn branch(&self) -> Option<String> {
        self.target.without_namespace().branch().map(str::to_owned)
    }
}
