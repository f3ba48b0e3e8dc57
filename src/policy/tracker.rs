//! The `[tracker]` tables: one of them, with a URL that nobody on the way can read.

use toml::Spanned;
use url::{Host, Url};

use super::file::Mistake;
use super::value::Line;
use super::written::{FlavourName, JiraFile, RemoteFile, TrackerFile};
use super::{Flavour, Jira, Remote, TokenSource, Tracker};

pub(super) fn tracker(file: Spanned<TrackerFile>) -> Result<Tracker, Mistake> {
    let span = file.span();
    match file.into_inner() {
        TrackerFile { file: Some(file), jira: None, redmine: None } => {
            Ok(Tracker::File { path: file.path.0 })
        }
        TrackerFile { file: None, jira: Some(file), redmine: None } => jira(file),
        TrackerFile { file: None, jira: None, redmine: Some(file) } => {
            Ok(Tracker::Redmine(remote(file.remote(None))?))
        }
        _ => {
            Err((span, "expected one of [tracker.file], [tracker.jira], [tracker.redmine]".into()))
        }
    }
}

fn jira(file: JiraFile) -> Result<Tracker, Mistake> {
    let (flavour, service_desk) = (file.flavour, file.service_desk.unwrap_or(false));
    let user = file.user.as_ref().map(|user| user.0.clone());
    let remote = remote(file.remote(user))?;
    let is_atlassian = [".atlassian.net", "//api.atlassian.com/"];
    let flavour = match flavour {
        Some(FlavourName::Cloud) => Flavour::Cloud,
        Some(FlavourName::DataCenter) => Flavour::DataCenter,
        None if is_atlassian.iter().any(|part| remote.url.contains(part)) => Flavour::Cloud,
        None => Flavour::DataCenter,
    };
    Ok(Tracker::Jira(Jira { remote, flavour, service_desk }))
}

fn remote(file: RemoteFile) -> Result<Remote, Mistake> {
    let url = address(&file.url, file.insecure)?;
    let token = match (file.token_file, file.token_env) {
        (Some(path), None) => TokenSource::File(path.0),
        (None, Some(name)) => TokenSource::Variable(name.0),
        _ => {
            return Err((file.url.span(), "expected `token_file` or `token_env` beside it".into()));
        }
    };
    Ok(Remote {
        url,
        user: file.user,
        token,
        ca_file: file.ca_file.map(|path| path.0),
        proxy: file.proxy.map(|line| line.0),
        approved_states: file.approved_states.into_iter().map(|line| line.0).collect(),
        approver_field: file.approver_field.map(|line| line.0),
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
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
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
