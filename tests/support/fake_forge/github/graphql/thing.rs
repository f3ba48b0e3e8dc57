//! What a field of GraphQL can lead to.

use serde_json::Value;

use crate::support::fake_forge::commits::{Commit, Signed};
use crate::support::fake_forge::state::{Check, CheckKind, Issue, Kind, Person, Request, Review};

/// An object that fields are asked of.
#[derive(Clone)]
pub(super) enum Thing<'a> {
    Query,
    RateLimit,
    Repository,
    Fork(&'a str),
    Person(&'a Person),
    Pull(&'a Request),
    PullCommit(Box<Commit>),
    Review(&'a Request, &'a Review),
    /// The request came to be for another branch.
    BaseChange(&'a str),
    Commit(Box<Commit>),
    GitActor(Signed),
    Issue(&'a Issue),
    Label(&'a str),
    Milestone(&'a str),
    Team(&'a str),
    /// All checks of a commit.
    Rollup(&'a [Check]),
    Check(&'a Check),
    Collaborator(&'a Person),
    Connection(Box<Connection<'a>>),
    PageInfo(Box<Connection<'a>>),
}

/// One page of a list.
#[derive(Clone)]
pub(super) struct Connection<'a> {
    pub(super) of: &'static str,
    pub(super) items: Vec<Thing<'a>>,
    /// The number of the first item in the whole list.
    pub(super) start: usize,
    pub(super) total: usize,
}

/// What a field is.
pub(super) enum Answer<'a> {
    Leaf(Value),
    One(Thing<'a>),
    Many(Vec<Thing<'a>>),
    Null,
    /// Null, and why.
    Failed(&'static str, String),
    /// The schema has no such field, or this server does not.
    NoField,
}

impl From<Commit> for Thing<'_> {
    fn from(commit: Commit) -> Self {
        Self::Commit(Box::new(commit))
    }
}

impl Thing<'_> {
    /// What stands on an edge.
    pub(super) fn node(&self) -> Self {
        match self {
            Self::Collaborator(person) => Self::Person(person),
            other => other.clone(),
        }
    }

    pub(super) fn type_name(&self) -> String {
        let name = match self {
            Self::Query => "Query",
            Self::RateLimit => "RateLimit",
            Self::Repository | Self::Fork(_) => "Repository",
            Self::Person(person) => match person.kind {
                Kind::User => "User",
                Kind::Bot => "Bot",
            },
            Self::Pull(_) => "PullRequest",
            Self::PullCommit(_) => "PullRequestCommit",
            Self::Review(..) => "PullRequestReview",
            Self::BaseChange(_) => "BaseRefChangedEvent",
            Self::Commit(_) => "Commit",
            Self::GitActor(_) => "GitActor",
            Self::Issue(_) => "Issue",
            Self::Label(_) => "Label",
            Self::Milestone(_) => "Milestone",
            Self::Team(_) => "Team",
            Self::Rollup(_) => "StatusCheckRollup",
            Self::Check(check) => match check.kind {
                CheckKind::Status => "StatusContext",
                CheckKind::Run => "CheckRun",
            },
            Self::Collaborator(_) => "RepositoryCollaboratorEdge",
            Self::Connection(connection) => return format!("{}Connection", connection.of),
            Self::PageInfo(_) => "PageInfo",
        };
        name.to_owned()
    }

    /// Whether `... on TYPE` is about this.
    pub(super) fn is(&self, condition: &str) -> bool {
        let interfaces: &[&str] = match self {
            Self::Person(_) => &["Actor", "Node", "UniformResourceLocatable"],
            Self::Commit(_) => &["GitObject", "Node"],
            Self::Pull(_) | Self::Issue(_) => &["Node", "IssueOrPullRequest", "Closable"],
            Self::Review(..) => &["Node", "Comment"],
            Self::Check(_) => &["StatusCheckRollupContext", "RequirableByPullRequest"],
            _ => &[],
        };
        self.type_name() == condition || interfaces.contains(&condition)
    }
}
