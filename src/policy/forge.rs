//! The forge tables: `[reviews.*]` and `[tracker.github|gitlab|gitea]`.

use serde::Deserialize;
use toml::Spanned;

use super::file::Mistake;
use super::tracker::remote;
use super::written::{ForgeFile, ReviewsFile};
use super::{Forge, ForgeKind, Host, Logins};

/// What a repository of this server is called at a forge: `{repo}` stands for its
/// name here, `{name}` for the last part of that.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RepositoryTemplate(String);

impl RepositoryTemplate {
    /// The name at the forge of the repository that is called so here.
    pub fn name(&self, here: &str) -> String {
        let here = here.trim_matches('/');
        let last = here.rsplit('/').next().unwrap_or(here);
        self.0.replace("{repo}", here).replace("{name}", last)
    }
}

impl TryFrom<String> for RepositoryTemplate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let rest = text.replace("{repo}", "a/b").replace("{name}", "b");
        let sound = rest.contains('/')
            && rest.len() <= 300
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        if sound {
            return Ok(Self(text));
        }
        Err("expected a name such as `acme/{name}`; `{repo}` is the whole name on this server")
    }
}

/// `[reviews]`: the one forge that is asked.
pub(super) fn reviews(file: Spanned<ReviewsFile>, host: &Host) -> Result<Forge, Mistake> {
    let span = file.span();
    let ReviewsFile { github, gitlab, gitea } = file.into_inner();
    let wanted = "expected one of [reviews.github], [reviews.gitlab], [reviews.gitea]";
    forge(github, gitlab, gitea, host).unwrap_or_else(|| Err((span, wanted.to_owned())))
}

/// The forge of a table that names exactly one; `None` where it names none or several.
pub(super) fn forge(
    github: Option<ForgeFile>,
    gitlab: Option<ForgeFile>,
    gitea: Option<ForgeFile>,
    host: &Host,
) -> Option<Result<Forge, Mistake>> {
    match (github, gitlab, gitea) {
        (Some(file), None, None) => Some(one(&file, ForgeKind::Github, host)),
        (None, Some(file), None) => Some(one(&file, ForgeKind::Gitlab, host)),
        (None, None, Some(file)) => Some(one(&file, ForgeKind::Gitea, host)),
        _ => None,
    }
}

fn one(file: &ForgeFile, kind: ForgeKind, host: &Host) -> Result<Forge, Mistake> {
    let remote = remote(&file.remote(), None)?;
    if kind == ForgeKind::Github && !is_github_api(&remote.url) {
        return Err((
            file.url.span(),
            "expected the address of the API: `https://api.github.com`, or `https://HOST/api/v3` \
             of an Enterprise Server"
                .to_owned(),
        ));
    }
    let is_interface = ["/api/v4", "/api/v1"].iter().any(|end| remote.url.ends_with(end));
    if kind != ForgeKind::Github && is_interface {
        let wanted = "expected the address of the server itself, without `/api` and a version";
        return Err((file.url.span(), wanted.to_owned()));
    }
    let is_host = matches!(
        (kind, host),
        (ForgeKind::Github, Host::Github)
            | (ForgeKind::Gitlab, Host::Gitlab)
            | (ForgeKind::Gitea, Host::Gitea)
    );
    Ok(Forge {
        kind,
        remote,
        repository: file
            .repository
            .as_ref()
            .map_or_else(|| RepositoryTemplate("{repo}".to_owned()), |name| name.as_ref().clone()),
        logins: if is_host { Logins::OfTheServer } else { Logins::Foreign },
    })
}

/// GitHub's own, or that of an Enterprise Server; for tests, whatever this machine has.
fn is_github_api(url: &str) -> bool {
    url.ends_with("/api/v3")
        || url == "https://api.github.com"
        || ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"]
            .iter()
            .any(|here| url.starts_with(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_its_name_here_or_one_that_a_template_makes() {
        for (template, here, there) in [
            ("{repo}", "team/app", "team/app"),
            ("acme/{name}", "/srv/git/team/app", "acme/app"),
            ("acme/{repo}", "app", "acme/app"),
        ] {
            let template = RepositoryTemplate::try_from(template.to_owned()).unwrap();
            assert_eq!(template.name(here), there);
        }
        for bad in ["", "app", "a b/{name}", "{other}/x", "a/b?c"] {
            assert!(RepositoryTemplate::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
