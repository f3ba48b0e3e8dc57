//! The config file as it is written: every key that there is, and no other.

use serde::Deserialize;
use toml::Spanned;

use super::forge::RepositoryTemplate;
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
    pub(super) tracker: Spanned<TrackerFile>,
    pub(super) reviews: Option<Spanned<ReviewsFile>>,
    pub(super) protect: Spanned<Vec<TableFile>>,
    #[serde(default)]
    pub(super) people: PeopleFile,
    pub(super) emergency: Option<EmergencyFile>,
    #[serde(default)]
    pub(super) followup: FollowUpFile,
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
    pub(super) file: Option<FileTrackerFile>,
    pub(super) jira: Option<JiraFile>,
    pub(super) redmine: Option<RedmineFile>,
    pub(super) github: Option<ForgeFile>,
    pub(super) gitlab: Option<ForgeFile>,
    pub(super) gitea: Option<ForgeFile>,
}

/// The keys that every server behind a URL has. Not `serde(flatten)`, which would
/// lose the place of a mistake.
macro_rules! remote {
    ($name:ident { $($field:ident: $type:ty,)* }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            pub(super) url: Spanned<Line>,
            pub(super) token_file: Option<Absolute>,
            pub(super) token_env: Option<Variable>,
            pub(super) ca_file: Option<Absolute>,
            pub(super) proxy: Option<Line>,
            #[serde(default)]
            pub(super) insecure: bool,
            $(pub(super) $field: Option<$type>,)*
        }

        impl $name {
            pub(super) fn remote(&self) -> RemoteFile<'_> {
                RemoteFile {
                    url: &self.url,
                    token_file: self.token_file.as_ref(),
                    token_env: self.token_env.as_ref(),
                    ca_file: self.ca_file.as_ref(),
                    proxy: self.proxy.as_ref(),
                    insecure: self.insecure,
                }
            }
        }
    };
}

remote!(RedmineFile {
    approved_states: Vec<Line>,
    approver_field: Line,
});
remote!(JiraFile {
    user: Line,
    flavour: FlavourName,
    service_desk: bool,
    approved_states: Vec<Line>,
    approver_field: Line,
});
remote!(ForgeFile {
    repository: Spanned<RepositoryTemplate>,
});

/// What all servers behind a URL have in common.
pub(super) struct RemoteFile<'a> {
    pub(super) url: &'a Spanned<Line>,
    pub(super) token_file: Option<&'a Absolute>,
    pub(super) token_env: Option<&'a Variable>,
    pub(super) ca_file: Option<&'a Absolute>,
    pub(super) proxy: Option<&'a Line>,
    pub(super) insecure: bool,
}

/// `[reviews]`: one forge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewsFile {
    pub(super) github: Option<ForgeFile>,
    pub(super) gitlab: Option<ForgeFile>,
    pub(super) gitea: Option<ForgeFile>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FlavourName {
    Cloud,
    DataCenter,
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
    pub(super) trusts: Option<Vec<RefPattern>>,
    #[serde(default)]
    pub(super) mode: ModeName,
    #[serde(default)]
    pub(super) outage: OutageName,
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

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OutageName {
    #[default]
    Refuse,
    AcceptAndFollowUp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketFile {
    pub(super) projects: Spanned<Vec<Project>>,
    #[serde(default)]
    pub(super) states: Vec<Line>,
    pub(super) types: Option<Vec<Line>>,
    pub(super) trailers: Option<Vec<Token>>,
    pub(super) skew: Option<Spanned<Term>>,
    pub(super) jql: Option<Spanned<Line>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalFile {
    pub(super) required: Option<Required>,
    pub(super) from: Option<Spanned<Vec<SourceName>>>,
    pub(super) checks: Option<Spanned<Vec<Line>>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SourceName {
    Refs,
    Reviews,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmergencyFile {
    pub(super) people: Spanned<Vec<Login>>,
    #[serde(default)]
    pub(super) types: Vec<Line>,
    pub(super) review_within: Option<Spanned<Term>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUpFile {
    pub(super) open_for: Option<Term>,
}
