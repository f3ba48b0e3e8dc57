//! The config file as it is written: every key that there is, and no other.

use serde::Deserialize;
use toml::Spanned;

use super::value::{
    Absolute, Domain, Email, Line, Login, Project, RefPattern, RepoPattern, Required, Term, Token,
    Variable,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) contact: Option<Line>,
    pub(super) help_url: Option<Line>,
    pub(super) deadline: Option<Spanned<Term>>,
    #[serde(default)]
    pub(super) host: HostFile,
    #[serde(default)]
    pub(super) evidence: EvidenceFile,
    #[serde(default)]
    pub(super) digest: DigestFile,
    pub(super) tracker: TrackerFile,
    pub(super) protect: Spanned<Vec<TableFile>>,
    #[serde(default)]
    pub(super) people: PeopleFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostFile {
    pub(super) kind: Option<HostKind>,
    pub(super) pusher: Option<Spanned<Variable>>,
    pub(super) root: Option<Spanned<Absolute>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum HostKind {
    Plain,
    Gitolite,
    Gitlab,
    Gitea,
    Github,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceFile {
    pub(super) path: Option<Absolute>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DigestFile {
    pub(super) clip: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrackerFile {
    pub(super) file: FileTrackerFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTrackerFile {
    pub(super) path: Absolute,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    pub(super) repos: Spanned<Vec<RepoPattern>>,
    pub(super) refs: Spanned<Vec<RefPattern>>,
    #[serde(default)]
    pub(super) mode: ModeName,
    #[serde(default)]
    pub(super) automation: Vec<Login>,
    pub(super) ticket: TicketFile,
    #[serde(default)]
    pub(super) approval: ApprovalFile,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ModeName {
    #[default]
    Enforce,
    Monitor,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketFile {
    pub(super) projects: Spanned<Vec<Project>>,
    #[serde(default)]
    pub(super) states: Vec<Line>,
    #[serde(default)]
    pub(super) types: Vec<Line>,
    pub(super) trailers: Option<Vec<Token>>,
    pub(super) skew: Option<Term>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalFile {
    pub(super) required: Option<Required>,
    pub(super) from: Option<Spanned<Vec<SourceName>>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SourceName {
    Refs,
    Ticket,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleFile {
    pub(super) email_domain: Option<Domain>,
    #[serde(default)]
    pub(super) person: Vec<PersonFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonFile {
    pub(super) name: Spanned<Line>,
    #[serde(default)]
    pub(super) emails: Vec<Spanned<Email>>,
    #[serde(default)]
    pub(super) logins: Vec<Spanned<Login>>,
}
