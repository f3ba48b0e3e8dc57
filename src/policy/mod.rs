//! The config file as a [`Policy`] that is known to be sound.

mod emergency;
mod error;
mod file;
mod forge;
mod governing;
mod keys;
mod pattern;
mod people;
mod persons;
mod protect;
mod template;
mod tracker;
mod trust;
mod value;
mod written;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::model::verdict::Mode;

pub use emergency::{Emergencies, FollowUp};
pub use error::PolicyError;
pub use file::DEADLINE;
pub use forge::RepositoryTemplate;
pub use pattern::Patterns;
pub use people::{People, Person, Sameness};
pub use template::TEMPLATE;
pub use trust::Trusted;

/// Everything that the admin decides, checked and with every default filled in.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The config file's exact text, as the evidence keeps it.
    pub text: String,
    /// SHA-256 of that text, 64 lower-case hex digits.
    pub sha256: String,
    /// Whom a pusher asks for help.
    pub contact: Option<String>,
    /// Where the rules are written for people.
    pub help_url: Option<String>,
    /// How long the whole hook may take.
    pub deadline: Duration,
    /// Whether a refusal shows the paperclip.
    pub clip: Clip,
    /// Whose variables name the pusher and the repository.
    pub host: Host,
    /// The evidence file.
    pub evidence: PathBuf,
    /// Where tickets are looked up.
    pub tracker: Tracker,
    /// Where changes are reviewed, if anywhere.
    pub reviews: Option<Forge>,
    /// The `[[protect]]` tables, in the order of the file: the first that matches governs.
    pub tables: Vec<Table>,
    /// Which names are one person.
    pub people: People,
    /// Who may land a change that nobody has approved yet; none where nobody may.
    pub emergencies: Option<Emergencies>,
    /// What is looked at after a change has landed.
    pub follow_up: FollowUp,
}

/// Whether a refusal shows the paperclip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clip {
    /// It does.
    Shown,
    /// It does not.
    Hidden,
}

/// Whose variables name the pusher and the repository. Never guessed: a client
/// could send another host's variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// sshd with a forced command, or a web server.
    Plain {
        /// The variable that the web server or the forced command sets.
        pusher: String,
        /// The directory under which repositories are named; their whole path without it.
        root: Option<PathBuf>,
    },
    /// `GL_USER`, `GL_REPO`.
    Gitolite,
    /// `GL_USERNAME`, `GL_ID`, `GL_PROJECT_PATH`.
    Gitlab,
    /// `GITEA_PUSHER_NAME`, `GITEA_REPO_USER_NAME`, `GITEA_REPO_NAME`; Forgejo too.
    Gitea,
    /// GitHub Enterprise Server: `GITHUB_USER_LOGIN`, `GITHUB_REPO_NAME`.
    Github,
}

/// Where tickets are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tracker {
    /// A TOML file on the server.
    File {
        /// Its path.
        path: PathBuf,
    },
    /// Jira, of Atlassian's or of one's own.
    Jira(Jira),
    /// Redmine.
    Redmine(Redmine),
    /// The issues of a forge.
    Forge(Forge),
}

impl Tracker {
    /// Whether a ticket can be approved there.
    pub fn has_approvals(&self) -> bool {
        !matches!(self, Self::Forge(_))
    }
}

/// `[tracker.jira]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jira {
    /// How to reach it.
    pub remote: Remote,
    /// How it approves.
    pub approving: Approving,
    /// Which of the two interfaces it has.
    pub flavour: Flavour,
    /// Whether Jira Service Management approvals are asked for.
    pub service_desk: bool,
}

/// The two interfaces of Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// REST v3 of Jira Cloud.
    Cloud,
    /// REST v2 of Jira Data Center.
    DataCenter,
}

/// `[tracker.redmine]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redmine {
    /// How to reach it.
    pub remote: Remote,
    /// How it approves.
    pub approving: Approving,
}

/// `[reviews.*]` and `[tracker.github|gitlab|gitea]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    /// Whose interface it has.
    pub kind: ForgeKind,
    /// How to reach it.
    pub remote: Remote,
    /// What a repository of this server is called there.
    pub repository: RepositoryTemplate,
    /// Whether its logins are those of the server.
    pub logins: Logins,
}

/// Whose interface a forge has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// github.com, and GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

/// Whether a forge's logins are those that the server names pushers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logins {
    /// The forge is the host: `ana` there is the pusher `ana`.
    OfTheServer,
    /// It has its own: `github:ana` under `[people]`.
    Foreign,
}

/// A server behind a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its address, without a slash at the end.
    pub url: String,
    /// The user, where a password or a token of the cloud goes with one.
    pub user: Option<String>,
    /// Where the token is.
    pub token: TokenSource,
    /// A certificate authority of one's own, in PEM.
    pub ca_file: Option<PathBuf>,
    /// A proxy: never from the environment, where a header of the pusher could name it.
    pub proxy: Option<String>,
}

/// How a ticket itself says that it is approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approving {
    /// States that are an approval by whoever moves the ticket there.
    pub states: Vec<String>,
    /// A field of the ticket that names approvers.
    pub field: Option<String>,
}

impl Approving {
    /// Whether a ticket's history can approve: only then is it asked for.
    pub fn reads_history(&self) -> bool {
        !self.states.is_empty() || self.field.is_some()
    }
}

/// Where a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// In a file that nobody else can read.
    File(PathBuf),
    /// In a variable that the server sets.
    Variable(String),
}

/// One `[[protect]]` table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Which repositories it governs.
    pub repos: Patterns,
    /// Which refs it governs there.
    pub refs: Patterns,
    /// The refs whose states vouch for those of this table; none where the config leaves it
    /// to [`Policy::trusted`].
    pub trusts: Option<Patterns>,
    /// What a broken rule does.
    pub mode: Mode,
    /// What an outage of the tracker does.
    pub outage: Outage,
    /// Logins of machines whose pushes need neither ticket nor approval.
    pub automation: BTreeSet<String>,
    /// What is asked of tickets.
    pub ticket: TicketRules,
    /// What is asked of approvals.
    pub approval: ApprovalRules,
}

/// What an outage of the tracker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// It refuses the push.
    Refuse,
    /// The push lands as unverified, to be followed up.
    Accept,
}

/// `[protect.ticket]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRules {
    /// Projects whose keys are looked for; never empty.
    pub projects: Vec<String>,
    /// What the number of a key such as `#12` counts.
    pub numbering: Numbering,
    /// Allowed states; empty allows every state of an open ticket.
    pub states: Vec<String>,
    /// Allowed types; empty allows every type.
    pub types: Vec<String>,
    /// Trailers in which keys are looked for, beside the subject.
    pub trailers: Vec<String>,
    /// How far the author's clock may be behind the tracker's.
    pub skew: Duration,
    /// One more condition, in the tracker's own language.
    pub query: Option<String>,
}

/// What a bare number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// All tickets of the tracker.
    Global,
    /// The issues of one repository.
    Repository,
}

/// `[protect.approval]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRules {
    /// How many different people must have approved.
    pub required: usize,
    /// Where approvals are looked for.
    pub from: BTreeSet<ApprovalSource>,
    /// Checks of the reviewed head that must have succeeded, by their names at the forge.
    pub checks: Vec<String>,
}

/// Where approvals are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApprovalSource {
    /// `refs/approvals/BRANCH/LOGIN`.
    Refs,
    /// Reviews of a pull or merge request.
    Reviews,
    /// The ticket.
    Ticket,
}
