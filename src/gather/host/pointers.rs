//! What a host's variables say about the request that is being merged: pointers to verify at the forge.

use super::Variable;
use crate::policy::Host;

/// Pointers; each may be missing, and none is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointers {
    /// GitLab: the number of the project, which outlives a renaming (`GL_REPOSITORY`).
    pub project: Option<u64>,
    /// Gitea: the database id of the pull request that the server merges
    /// (`GITEA_PR_ID`), which is not its number.
    pub request_id: Option<u64>,
    /// GitHub Enterprise Server: the branch that a pull request is merged from, without
    /// the user before it (`GITHUB_PULL_REQUEST_HEAD`).
    pub head_branch: Option<String>,
}

impl Pointers {
    /// Reads the variables of the configured host, and of no other.
    pub fn read(host: &Host, variable: Variable<'_>) -> Self {
        let number = |text: &str| text.parse().ok().filter(|number| *number != 0);
        match host {
            Host::Gitlab => Self {
                project: variable("GL_REPOSITORY")
                    .and_then(|store| number(store.strip_prefix("project-")?)),
                ..Self::default()
            },
            Host::Gitea => Self {
                request_id: variable("GITEA_PR_ID").and_then(|id| number(&id)),
                ..Self::default()
            },
            Host::Github => Self {
                head_branch: variable("GITHUB_PULL_REQUEST_HEAD")
                    .and_then(|head| Some(head.split_once(':')?.1.to_owned()))
                    .filter(|branch| !branch.is_empty()),
                ..Self::default()
            },
            Host::Plain { .. } | Host::Gitolite => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_points_in_its_own_way() {
        let set = |name: &str| {
            let value = match name {
                "GL_REPOSITORY" => "project-123",
                "GITEA_PR_ID" => "7",
                "GITHUB_PULL_REQUEST_HEAD" => "ana:fix/rounding",
                _ => return None,
            };
            Some(value.to_owned())
        };
        assert_eq!(Pointers::read(&Host::Gitlab, &set).project, Some(123));
        assert_eq!(Pointers::read(&Host::Gitea, &set).request_id, Some(7));
        let github = Pointers::read(&Host::Github, &set);
        assert_eq!(github.head_branch.as_deref(), Some("fix/rounding"));
        assert_eq!(Pointers::read(&Host::Gitolite, &set), Pointers::default());
        let none = |_: &str| Some("0".to_owned());
        assert_eq!(Pointers::read(&Host::Gitea, &none), Pointers::default());
    }
}
