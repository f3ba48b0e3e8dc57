//! Governed refs that are where no record left them, in every repository.

use std::collections::BTreeMap;
use std::path::Path;

use super::findings::{Findings, Word};
use super::places::Places;
use crate::evidence::Afterwards;
use crate::gate::Kept;
use crate::gather::git::Repo;
use crate::gather::push::Sources;
use crate::model::review::Moment;
use crate::model::{RefName, Unexplained};
use crate::policy::Policy;
use crate::text::{count, fit, list_and, quoted};

/// Repositories that one line names.
const TOLD: usize = 5;

/// What a repository holds, as far as the records explain it.
enum Held {
    /// They explain all of it.
    Known,
    /// Nothing is on record of it, and it has governed refs.
    Unguarded,
    /// They don't explain these.
    Unexplained(Vec<Unexplained>),
}

/// Looks at all repositories.
pub(super) fn conclude(
    findings: &mut Findings,
    policy: &Policy,
    open: &Afterwards,
    places: &Places,
) {
    let mut unchecked = Vec::new();
    let mut unguarded = Vec::new();
    let all = places.all(&open.repositories, policy, &mut unchecked).unwrap_or_else(|error| {
        unchecked.push(format!("{error:#}"));
        BTreeMap::new()
    });
    for (name, path) in all {
        if policy.governs_repository(&name).is_none() {
            continue;
        }
        match held(policy, &name, &path) {
            Ok(Held::Known) => {}
            Ok(Held::Unguarded) => unguarded.push(name),
            Ok(Held::Unexplained(refs)) => {
                refs.iter().for_each(|found| say(findings, &name, &path, found));
            }
            Err(error) => unchecked.push(format!("{name} can't be read: {error:#}")),
        }
    }
    if !unguarded.is_empty() {
        let mut told: Vec<String> = unguarded.iter().take(TOLD).map(|name| fit(name, 80)).collect();
        if unguarded.len() > TOLD {
            told.push(format!("{} more", unguarded.len() - TOLD));
        }
        let repositories = count(unguarded.len(), "governed repository");
        let what = format!("{repositories} with no record: {}", list_and(&told));
        let hint = "put the hook into each by `sockembot install`, which takes in what is there";
        findings.say_with(Word::Lapse, what, hint.to_owned());
    }
    for what in unchecked {
        findings.say(Word::Unclear, fit(&what, 300));
    }
}

fn held(policy: &Policy, name: &str, path: &Path) -> anyhow::Result<Held> {
    let repo = Repo::open_clone(path)?;
    let refs = repo.refs_under("refs/")?;
    let records = Kept::beside(&policy.evidence, name);
    let history = records.history()?;
    let (moment, doing) = (Moment::Landed, |_| ());
    let sources = Sources::new(policy, &repo, name, &history, &records, moment, &doing);
    let unexplained = sources.unexplained(refs)?;
    Ok(match (unexplained.is_empty(), history.is_known()) {
        (true, _) => Held::Known,
        (false, false) => Held::Unguarded,
        (false, true) => Held::Unexplained(unexplained),
    })
}

fn say(findings: &mut Findings, repository: &str, path: &Path, found: &Unexplained) {
    let name: &RefName = &found.name;
    let at = found.found.short();
    let (shown, repo) = (fit(name.short(), 60), fit(repository, 80));
    let what = match &found.recorded {
        Some(recorded) => format!(
            "{shown} of {repo} is at {at}, and the last record left it at {}: it was moved around \
             the hook",
            recorded.short()
        ),
        None => format!("{shown} of {repo} is at {at}, and no record is about it"),
    };
    let hint = format!(
        "its next push is judged with all of that; to accept it: `sockembot baseline {} {} {} \
         --reason WHY`",
        quoted(&path.display().to_string()),
        quoted(name.as_str()),
        found.found
    );
    findings.say_with(Word::Lapse, what, hint);
}
