//! Who pushes, and to which repository, in the words of the host that runs the hook.

mod pointers;

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::model::Pusher;
use crate::policy::Host;

pub use pointers::Pointers;

/// A look-up of one environment variable; `None` where it is not set.
pub type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the host's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A push to a repository of code.
    Code {
        /// Its name at the host.
        repository: String,
        /// Who pushes.
        pusher: Pusher,
    },
    /// A push to a wiki or a design store, which hosts run through the same hook.
    Wiki,
}

/// Reads the variables of the configured host, and of no other: a client can
/// send names that another host would set.
///
/// # Errors
/// Where the host did not name the repository: then the config's `host.kind` is
/// not the host that runs us.
pub fn call(host: &Host, variable: Variable<'_>, git_dir: &Path) -> anyhow::Result<Call> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let must = |name: &str| {
        set(name).with_context(|| {
            format!("`host.kind` in the config names a host that sets {name}, and it is not set")
        })
    };
    let (repository, pusher) = match host {
        Host::Plain { pusher, root } => {
            if let Some(root) = root.as_deref().filter(|root| !git_dir.starts_with(root)) {
                let (here, root) = (git_dir.display(), root.display());
                bail!("the repository {here} is not below `host.root` in the config, {root}");
            }
            (name_of(git_dir, root.as_deref())?, person(pusher, set(pusher)))
        }
        Host::Gitolite => (must("GL_REPO")?, person("GL_USER", set("GL_USER"))),
        Host::Gitlab => {
            let store = set("GL_REPOSITORY").unwrap_or_else(String::new);
            if store.starts_with("wiki-") || store.starts_with("design-") {
                return Ok(Call::Wiki);
            }
            let key = set("GL_ID").and_then(|id| Some(id.strip_prefix("key-")?.to_owned()));
            let pusher = match key {
                Some(key) => machine("GL_ID", format!("deploy-key:{key}")),
                None => person("GL_USERNAME", set("GL_USERNAME")),
            };
            (must("GL_PROJECT_PATH")?, pusher)
        }
        Host::Gitea => {
            if set("GITEA_REPO_IS_WIKI").is_some_and(|value| value == "true") {
                return Ok(Call::Wiki);
            }
            let owner = must("GITEA_REPO_USER_NAME")?;
            // As the client typed it: Gitea finds a repository whatever the case.
            let name = format!("{owner}/{}", must("GITEA_REPO_NAME")?).to_lowercase();
            (name, gitea_pusher(&set))
        }
        Host::Github => {
            (must("GITHUB_REPO_NAME")?, person("GITHUB_USER_LOGIN", set("GITHUB_USER_LOGIN")))
        }
    };
    Ok(Call::Code { repository, pusher })
}

/// What each line to the pusher must begin with, so that the host's web pages
/// show it: GitLab drops every other line of a push that its web UI makes.
pub fn line_prefix(host: &Host, variable: Variable<'_>) -> &'static str {
    match host {
        Host::Gitlab if variable("GL_PROTOCOL").is_some_and(|p| p == "web") => "GL-HOOK-ERR: ",
        _ => "",
    }
}

/// The repository's path below `root`, or whole, without `.git`.
pub fn name_of(git_dir: &Path, root: Option<&Path>) -> anyhow::Result<String> {
    let below = root.and_then(|root| git_dir.strip_prefix(root).ok()).unwrap_or(git_dir);
    let Some(text) = below.to_str() else {
        bail!("the repository's path {} is not UTF-8", git_dir.display());
    };
    let text = text.strip_suffix("/.git").or_else(|| text.strip_suffix(".git")).unwrap_or(text);
    Ok(text.to_owned())
}

/// With a deploy key, Gitea names the repository's owner as the pusher.
fn gitea_pusher(set: &dyn Fn(&str) -> Option<String>) -> Pusher {
    let key = set("GITEA_DEPLOY_KEY_ID").filter(|id| id != "0");
    let is_key = set("GITEA_IS_DEPLOY_KEY").is_some_and(|value| value == "true");
    match key {
        Some(key) => machine("GITEA_DEPLOY_KEY_ID", format!("deploy-key:{key}")),
        None if is_key => machine("GITEA_IS_DEPLOY_KEY", "deploy-key:unknown".to_owned()),
        None => person("GITEA_PUSHER_NAME", set("GITEA_PUSHER_NAME")),
    }
}

fn person(source: &str, login: Option<String>) -> Pusher {
    match login {
        // With a colon it would be the name of a machine.
        Some(login) if login.len() <= 255 && !login.chars().any(|c| c.is_control() || c == ':') => {
            Pusher::Person { login, source: source.to_owned() }
        }
        Some(_) => Pusher::Unknown { why: format!("{source} holds no login") },
        None => Pusher::Unknown { why: format!("{source} is not set") },
    }
}

fn machine(source: &str, login: String) -> Pusher {
    Pusher::Machine { login, source: source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call_with(host: &Host, variables: &[(&str, &str)]) -> anyhow::Result<Call> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        call(host, &variable, Path::new("/srv/git/team/app.git"))
    }

    fn plain() -> Host {
        Host::Plain { pusher: "REMOTE_USER".to_owned(), root: Some("/srv/git".into()) }
    }

    #[test]
    fn each_host_names_the_pusher_by_its_own_variable() {
        for (host, variables, repository, login) in [
            (plain(), &[("REMOTE_USER", "ana")][..], "team/app", "ana"),
            (Host::Gitolite, &[("GL_USER", "ana"), ("GL_REPO", "team/app")], "team/app", "ana"),
            (
                Host::Gitlab,
                &[("GL_USERNAME", "ana"), ("GL_ID", "user-7"), ("GL_PROJECT_PATH", "team/app")],
                "team/app",
                "ana",
            ),
            (
                Host::Gitea,
                &[
                    ("GITEA_PUSHER_NAME", "ana"),
                    ("GITEA_DEPLOY_KEY_ID", "0"),
                    ("GITEA_REPO_USER_NAME", "team"),
                    ("GITEA_REPO_NAME", "app"),
                ],
                "team/app",
                "ana",
            ),
            (
                Host::Github,
                &[("GITHUB_USER_LOGIN", "ana"), ("GITHUB_REPO_NAME", "team/app")],
                "team/app",
                "ana",
            ),
        ] {
            let Call::Code { repository: found, pusher } = call_with(&host, variables).unwrap()
            else {
                panic!("{host:?}")
            };
            assert_eq!((found.as_str(), pusher.login()), (repository, Some(login)));
            assert!(matches!(pusher, Pusher::Person { .. }));
        }
    }

    #[test]
    fn a_repository_outside_the_root_has_no_name_that_a_pattern_could_mean() {
        let host = Host::Plain { pusher: "REMOTE_USER".to_owned(), root: Some("/srv/gi".into()) };
        assert!(call_with(&host, &[]).unwrap_err().to_string().contains("host.root"));
    }

    #[test]
    fn another_hosts_variables_name_nobody() {
        let forged = [("GL_USER", "boss"), ("GITEA_PUSHER_NAME", "boss"), ("USER", "git")];
        let Call::Code { pusher, .. } = call_with(&plain(), &forged).unwrap() else { panic!() };
        assert_eq!(pusher, Pusher::Unknown { why: "REMOTE_USER is not set".to_owned() });
    }

    #[test]
    fn a_deploy_key_is_nobody_in_person() {
        let gitlab = [("GL_ID", "key-3"), ("GL_USERNAME", "ana"), ("GL_PROJECT_PATH", "a/b")];
        let Call::Code { pusher, .. } = call_with(&Host::Gitlab, &gitlab).unwrap() else {
            panic!()
        };
        assert!(matches!(pusher, Pusher::Machine { ref login, .. } if login == "deploy-key:3"));
    }

    #[test]
    fn a_wiki_is_not_code() {
        let wiki = [("GITEA_REPO_IS_WIKI", "true")];
        assert_eq!(call_with(&Host::Gitea, &wiki).unwrap(), Call::Wiki);
    }

    #[test]
    fn a_host_that_does_not_name_the_repository_is_not_the_configured_one() {
        let error = call_with(&Host::Gitolite, &[("REMOTE_USER", "ana")]).unwrap_err();
        assert!(error.to_string().contains("GL_REPO"), "{error}");
    }

    #[test]
    fn a_login_with_control_characters_is_none() {
        let Call::Code { pusher, .. } = call_with(&plain(), &[("REMOTE_USER", "a\nb")]).unwrap()
        else {
            panic!()
        };
        assert!(matches!(pusher, Pusher::Unknown { .. }));
    }
}
