//! What the tracker and the reviews of a forge share: where a repository is there, and who is who.

pub(super) mod github;
mod pages;
mod parallel;
#[cfg(test)]
pub(super) mod testing;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::host::Pointers;
use super::remote::{Fault, text};
use crate::model::{Identity, Inquiry, Lookup, ObjectId, TicketKey, Tickets};
use crate::policy::{Forge, ForgeKind, Logins, Policy};
pub(super) use pages::{all_pages, pages_if_there};
pub(super) use parallel::at_once;

/// One repository at a forge.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name there.
    pub repository: String,
    /// What the host's variables say beside it.
    pub pointers: Pointers,
    /// Other repositories whose issues the policy takes for tickets.
    pub listed: BTreeSet<String>,
}

impl Place {
    /// The repository that is called so on this server.
    pub fn of(policy: &Policy, forge: &Forge, repository: &str, pointers: &Pointers) -> Self {
        let projects = policy.tables.iter().flat_map(|table| &table.ticket.projects);
        let name = forge.repository.name(repository);
        // The host speaks of its own repository: the number of that means nothing
        // elsewhere.
        let is_host = forge.logins == Logins::OfTheServer && name == repository.trim_matches('/');
        Self {
            repository: name,
            pointers: if is_host { pointers.clone() } else { Pointers::default() },
            listed: projects.filter(|project| project.contains('/')).cloned().collect(),
        }
    }

    /// In which repository the issue of a key is; `None` where the policy takes none
    /// from there. `#12` and `GH-12` are of the repository itself.
    pub(super) fn repository_of<'a>(&'a self, key: &'a TicketKey) -> Option<&'a str> {
        let Some(name) = key.repository() else { return Some(&self.repository) };
        let is = |known: &&String| name.eq_ignore_ascii_case(known);
        // An address may have more in its path than the name: `forge.example/gitlab/a/b`.
        let ends = |known: &&String| {
            let rest = name.len().checked_sub(known.len() + 1);
            rest.is_some_and(|at| {
                name.get(at..).is_some_and(|end| {
                    end.strip_prefix('/').is_some_and(|end| end.eq_ignore_ascii_case(known))
                })
            })
        };
        let all = || self.listed.iter().chain([&self.repository]);
        all().find(is).or_else(|| all().find(ends)).map(String::as_str)
    }
}

impl Place {
    /// The address of a repository of GitLab's: by its number where that is known,
    /// which outlives a renaming.
    pub(super) fn gitlab_project(&self, repository: &str) -> String {
        match self.pointers.project {
            Some(number) if repository == self.repository => format!("/api/v4/projects/{number}"),
            _ => format!("/api/v4/projects/{}", escaped(repository)),
        }
    }
}

/// Whether a repository has a whole name: the doctor looks at no one in particular.
pub(super) fn is_whole(repository: &str) -> bool {
    repository.contains('/') && repository.split('/').all(|part| !part.is_empty())
}

/// The address of a repository of Gitea's: `OWNER/NAME`.
pub(super) fn gitea_repository(repository: &str) -> String {
    format!("/api/v1/repos/{}", escaped_path(repository))
}

/// Somebody's account at a forge.
pub(super) fn account(forge: &Forge, login: &str, email: Option<&str>) -> Identity {
    let name = match forge.kind {
        ForgeKind::Github => "github",
        ForgeKind::Gitlab => "gitlab",
        ForgeKind::Gitea => "gitea",
    };
    match forge.logins {
        Logins::OfTheServer => Identity::Login(login.to_owned()),
        Logins::Foreign => Identity::Account {
            id: format!("{name}:{login}"),
            email: email.filter(|email| email.contains('@')).map(str::to_owned),
        },
    }
}

/// A commit that a field names; none where it is null, empty or missing.
pub(super) fn commit(json: &Value, name: &str) -> Result<Option<ObjectId>, String> {
    match text(json, name) {
        None | Some("") => Ok(None),
        Some(id) => ObjectId::parse(id.as_bytes())
            .map(Some)
            .map_err(|why| format!("`{name}` is no commit: {why}")),
    }
}

/// Looks up all keys, those of one repository together. A key that leads to a
/// repository which the policy does not take tickets from has none.
pub(super) fn by_repository(
    place: &Place,
    inquiry: &Inquiry,
    batch: usize,
    look_up: impl Fn(&str, &[&TicketKey]) -> Result<Vec<Lookup>, Fault> + Sync,
) -> Tickets {
    let mut repositories: BTreeMap<&str, Vec<&TicketKey>> = BTreeMap::new();
    let mut answers = Vec::new();
    for key in &inquiry.keys {
        match place.repository_of(key) {
            Some(repository) => repositories.entry(repository).or_default().push(key),
            None => answers.push((key.clone(), Lookup::Absent)),
        }
    }
    let batches: Vec<(&str, &[&TicketKey])> = repositories
        .iter()
        .flat_map(|(repository, keys)| keys.chunks(batch).map(|keys| (*repository, keys)))
        .collect();
    let found = at_once(&batches, |(repository, keys)| look_up(repository, keys));
    for ((_, keys), found) in batches.into_iter().zip(found) {
        let found = found.unwrap_or_else(|fault| {
            let why = fault.to_string();
            keys.iter().map(|_| Lookup::Unknown { why: why.clone() }).collect()
        });
        answers.extend(keys.iter().map(|key| (*key).clone()).zip(found));
    }
    answers.into_iter().collect()
}

/// A part of a path, escaped: `team/app` as GitLab wants it is `team%2Fapp`.
pub(super) fn escaped(part: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    part.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A name whose slashes stand in a path as they are.
fn escaped_path(name: &str) -> String {
    name.split('/').map(escaped).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_to_its_repository_or_nowhere() {
        let place = Place {
            repository: "Team/app".to_owned(),
            pointers: Pointers::default(),
            listed: ["ops/infra".to_owned()].into(),
        };
        for (key, repository) in [
            ("#12", Some("Team/app")),
            ("GH-12", Some("Team/app")),
            ("team/app#12", Some("Team/app")),
            ("gitlab/ops/infra#12", Some("ops/infra")),
            ("xops/infra#12", None),
            ("other/app#12", None),
        ] {
            assert_eq!(place.repository_of(&TicketKey::parse(key).unwrap()), repository, "{key}");
        }
    }
}
