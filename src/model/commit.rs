//! A commit as it was pushed: its words are the author's claims, nothing more.

use std::fmt;

use jiff::Timestamp;

use super::ObjectId;

/// One new commit of a ref.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// What it holds, or why it can't be taken at its word.
    pub content: Result<Content, Defect>,
    /// Who first brought it to the server; none where that is not known.
    pub brought: Option<Brought>,
}

/// A commit as git-log(1) shows it, whatever it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogEntry {
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// The address of its author.
    pub author: String,
    /// The address of its committer.
    pub committer: String,
}

/// Who first pushed a commit to any ref of its repository, as the server authenticated them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The login, of a person or a machine; none where the server named nobody.
    pub by: Option<String>,
    /// When, by the server's clock.
    pub at: Timestamp,
}

/// The parts of a well-formed commit that are judged.
#[derive(Clone, Debug)]
pub struct Content {
    /// Ids of its parents, in order.
    pub parents: Vec<ObjectId>,
    /// Who claims to have written it, and when.
    pub author: Signature,
    /// Who claims to have made the commit object, and when.
    pub committer: Signature,
    /// Addresses of the `Co-authored-by` lines, wherever in the message they stand.
    pub co_authors: Vec<String>,
    /// The first line of the message that is not blank.
    pub subject: String,
    /// The trailers, as git-interpret-trailers(1) finds them.
    pub trailers: Vec<Trailer>,
    /// What a merge holds beyond its parents.
    pub merge: MergeContent,
}

/// A name, an address and a time, as a commit claims them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name, foreign text.
    pub name: String,
    /// The address, foreign text.
    pub email: String,
    /// The client's clock.
    pub time: Timestamp,
}

/// One `Token: value` line at the end of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// What stands before the colon.
    pub token: String,
    /// What stands after it.
    pub value: String,
}

/// Whether a commit is a merge that adds nothing of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MergeContent {
    /// One parent or none.
    NotAMerge,
    /// Re-doing the merge gives the same tree: everything in it was judged below.
    Clean,
    /// Re-doing the merge gives conflicts or another tree.
    Own,
}

/// Why a commit object can't be taken at its word. Git accepts all of these
/// unless `receive.fsckObjects` is on, and tools differ in how they read them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// The object is larger than we read.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// A NUL byte in the message: some viewers stop there, others read on.
    Nul,
    /// A header that must stand exactly once stands twice or too late.
    Repeated(&'static str),
    /// A header that must be there is missing.
    Missing(&'static str),
    /// A header that can't be read.
    Unreadable(&'static str),
    /// An `encoding` in which bytes and display differ.
    Encoding(String),
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(f, "the commit object has {bytes} bytes"),
            Self::Nul => f.write_str("the message holds a NUL byte"),
            Self::Repeated(header) => {
                write!(f, "the `{header}` header stands twice or out of place")
            }
            Self::Missing(header) => write!(f, "the `{header}` header is missing"),
            Self::Unreadable(header) => write!(f, "the `{header}` header can't be read"),
            Self::Encoding(name) => write!(f, "the message is encoded in `{name}`"),
        }
    }
}

impl Commit {
    /// The subject, or what stands in for it.
    pub fn subject(&self) -> &str {
        self.content.as_ref().map_or("(malformed commit)", |content| content.subject.as_str())
    }

    /// Whether this is a merge that adds nothing of its own.
    pub fn is_clean_merge(&self) -> bool {
        self.content.as_ref().is_ok_and(|content| content.merge == MergeContent::Clean)
    }
}
