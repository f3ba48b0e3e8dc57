//! GitHub's interfaces: GraphQL, one request for everything; REST, where a server has no other.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Place;
use crate::gather::remote::{Connection, Fault, Http, Request, text};

/// Who we are (REST API, "Get the authenticated user").
pub(in crate::gather) const WHOAMI: &str = "/user";

/// The owner and the name of a repository, each escaped where it stands in a path.
pub(in crate::gather) fn path_of(repository: &str) -> String {
    format!("/repos/{}", super::escaped_path(repository))
}

/// What GraphQL answered.
pub(in crate::gather) enum Reply<T> {
    /// The repository's fields.
    Fields(T),
    /// The server has REST only.
    NoGraphql,
}

/// Asks for fields of one repository. `missing` tells of an alias whether it may be
/// missing: a number under which there is something else.
pub(in crate::gather) fn ask<T: DeserializeOwned>(
    http: &Http,
    repository: &str,
    fields: &str,
    fragments: &str,
    missing: impl Fn(&str) -> bool,
) -> Result<Reply<T>, Fault> {
    let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
    let query = format!(
        "query($owner: String!, $name: String!) {{ \
         repository(owner: $owner, name: $name) {{ nameWithOwner {fields} }} }} {fragments}"
    );
    let body = json!({ "query": query, "variables": { "owner": owner, "name": name } });
    let request = Request::post("/graphql", body).beside("/v3");
    let answer = match http.send(&request) {
        Ok(answer) if answer.status == 404 => return Ok(Reply::NoGraphql),
        Err(Fault::NoEndpoint { .. }) => return Ok(Reply::NoGraphql),
        answer => answer?,
    };
    let json = http.success(answer, &request)?;
    for error in json.get("errors").and_then(Value::as_array).into_iter().flatten() {
        tolerate(error, repository, http.host(), &missing)?;
    }
    let found = json.get("data").and_then(|data| data.get("repository"));
    let Some(found) = found.filter(|found| !found.is_null()) else {
        return Err(Fault::unseen(http.host(), repository));
    };
    http.parsed(found.clone()).map(Reply::Fields)
}

/// An answer in part is none, but for a number that names something else.
fn tolerate(
    error: &Value,
    repository: &str,
    host: &str,
    missing: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or("");
    let path: Vec<&str> = error
        .get("path")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |path| path.iter().filter_map(Value::as_str).collect());
    match (word("type"), path.as_slice()) {
        ("NOT_FOUND", ["repository", alias]) if missing(alias) => Ok(()),
        ("NOT_FOUND", ["repository"]) => Err(Fault::unseen(host, repository)),
        ("RATE_LIMITED", _) => Err(Fault::TooMany { host: host.to_owned(), wait: None }),
        _ => {
            let said = word("message").chars().take(300).collect();
            Err(Fault::Status { host: host.to_owned(), status: 200, said })
        }
    }
}

/// That something is not there is believed of a server that knows us and shows us the
/// repository: what is hidden is answered with 404 as well. What the repository is
/// called now, which after a renaming is another name than we asked by.
pub(in crate::gather) fn believe(
    http: &Http,
    connection: &Connection,
    place: &Place,
) -> Result<String, Fault> {
    connection.who()?;
    let json = http.ask_if_there(&Request::get(path_of(&place.repository)))?;
    let json = json.ok_or_else(|| Fault::unseen(http.host(), &place.repository))?;
    let name = text(&json, "full_name").map(str::to_owned);
    name.ok_or_else(|| Fault::shape(http.host(), "a repository without `full_name`"))
}
