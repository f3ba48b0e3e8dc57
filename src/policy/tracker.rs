//! The `[tracker]` tables: one of them, with a URL that nobody on the way can read.

use toml::Spanned;
use url::{Host as UrlHost, Url};

use super::file::Mistake;
use super::forge::forge;
use super::value::Line;
use super::written::{FlavourName, JiraFile, RedmineFile, RemoteFile, TrackerFile};
use super::{Approving, Flavour, Host, Jira, Redmine, Remote, TokenSource, Tracker};

pub(super) fn tracker(file: Spanned<TrackerFile>, host: &Host) -> Result<Tracker, Mistake> {
    let span = file.span();
    let TrackerFile { file, jira, redmine, github, gitlab, gitea } = file.into_inner();
    let given = [
        file.map(|file| Ok(Tracker::File { path: file.path.0 })),
        jira.map(self::jira),
        redmine.map(self::redmine),
        forge(github, gitlab, gitea, host).map(|forge| forge.map(Tracker::Forge)),
    ];
    match <[_; 1]>::try_from(given.into_iter().flatten().collect::<Vec<_>>()) {
        Ok([tracker]) => tracker,
        Err(_) => Err((
            span,
            "expected one of [tracker.file], [tracker.jira], [tracker.redmine], \
             [tracker.github], [tracker.gitlab], [tracker.gitea]"
                .to_owned(),
        )),
    }
}

fn redmine(file: RedmineFile) -> Result<Tracker, Mistake> {
    let remote = remote(&file.remote(), None)?;
    let approving = approving(file.approved_states, file.approver_field);
    Ok(Tracker::Redmine(Redmine { remote, approving }))
}

fn jira(file: JiraFile) -> Result<Tracker, Mistake> {
    let user = file.user.as_ref().map(|user| user.0.clone());
    let remote = remote(&file.remote(), user)?;
    let is_atlassian = [".atlassian.net", "//api.atlassian.com/"];
    let flavour = match file.flavour {
        Some(FlavourName::Cloud) => Flavour::Cloud,
        Some(FlavourName::DataCenter) => Flavour::DataCenter,
        None if is_atlassian.iter().any(|part| remote.url.contains(part)) => Flavour::Cloud,
        None => Flavour::DataCenter,
    };
    let approving = approving(file.approved_states, file.approver_field);
    Ok(Tracker::Jira(Jira {
        remote,
        approving,
        flavour,
        service_desk: file.service_desk == Some(true),
    }))
}

fn approving(states: Option<Vec<Line>>, field: Option<Line>) -> Approving {
    let states = states.into_iter().flatten().map(|line| line.0).collect();
    Approving { states, field: field.map(|line| line.0) }
}

/// What is the same for every server behind a URL.
pub(super) fn remote(file: &RemoteFile<'_>, user: Option<String>) -> Result<Remote, Mistake> {
    let url = address(file.url, file.insecure)?;
    let token = match (file.token_file, file.token_env) {
        (Some(path), None) => TokenSource::File(path.0.clone()),
        (None, Some(name)) => TokenSource::Variable(name.0.clone()),
        _ => {
            return Err((file.url.span(), "expected `token_file` or `token_env` beside it".into()));
        }
    };
    Ok(Remote {
        url,
        user,
        token,
        ca_file: file.ca_file.map(|path| path.0.clone()),
        proxy: file.proxy.map(|line| line.0.clone()),
    })
}

/// https, or http to this machine: the token goes with every request.
fn address(text: &Spanned<Line>, insecure: bool) -> Result<String, Mistake> {
    let mistake = |what: &str| (text.span(), what.to_owned());
    let url = Url::parse(&text.as_ref().0)
        .map_err(|error| mistake(&format!("expected a URL: {error}")))?;
    if url.cannot_be_a_base() || url.query().is_some() || url.fragment().is_some() {
        return Err(mistake("expected the address of a server, without `?` and `#`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(mistake("credentials do not stand in a URL; use `token_file`"));
    }
    let is_local = match url.host() {
        Some(UrlHost::Domain(name)) => name == "localhost",
        Some(UrlHost::Ipv4(address)) => address.is_loopback(),
        Some(UrlHost::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_local || insecure => {}
        "http" => {
            return Err(mistake(
                "http shows the token to everybody on the way; use https, or say `insecure = true`",
            ));
        }
        _ => return Err(mistake("expected an https URL")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
