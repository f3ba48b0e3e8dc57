//! Whom each table trusts in a repository, and what to write where that is nobody.

use crate::model::RefName;
use crate::policy::{Policy, Table};
use crate::text::list_and;

/// What one table of the config trusts.
pub(super) struct Trust<'a> {
    /// The patterns of its refs.
    refs: String,
    /// The refs whose states vouch for these.
    words: Vec<String>,
    table: &'a Table,
}

/// Of each table that governs refs of a repository; `head` is the branch that HEAD names.
pub(super) fn trust<'a>(
    policy: &'a Policy,
    repository: &str,
    head: Option<&RefName>,
) -> Vec<Trust<'a>> {
    let tables = policy.tables.iter().enumerate();
    let of = tables.filter(|(_, table)| table.repos.matches_repository(repository));
    of.map(|(index, table)| Trust {
        refs: list_and(table.refs.as_strings()),
        words: policy.trusted(repository, index, head).words(),
        table,
    })
    .collect()
}

/// The same for some repository of each table, where none is named.
pub(super) fn in_general(policy: &Policy) -> Vec<String> {
    let some = |pattern: &String| pattern.replace(['*', '?'], "x");
    let names = policy.tables.iter().flat_map(|table| table.repos.as_strings().iter().map(some));
    let mut said = Vec::new();
    for trust in names.collect::<Vec<_>>().iter().flat_map(|name| trust(policy, name, None)) {
        let what = match trust.advice() {
            Some(_) => format!(
                "{} trust the branch that HEAD names, where a table governs that one",
                trust.refs
            ),
            None => trust.row(),
        };
        if !said.contains(&what) {
            said.push(what);
        }
    }
    said
}

impl Trust<'_> {
    /// In one line.
    pub(super) fn row(&self) -> String {
        let words = match (self.words.is_empty(), &self.table.trusts) {
            (false, _) => list_and(&self.words),
            (true, Some(_)) => "nobody, as the config says".to_owned(),
            (true, None) => "nobody".to_owned(),
        };
        format!("{} trust {words}", self.refs)
    }

    /// What to write where nobody is trusted, and nobody said that it be so.
    pub(super) fn advice(&self) -> Option<String> {
        (self.words.is_empty() && self.table.trusts.is_none()).then(|| {
            format!(
                "{} trust nobody, so every new branch and tag there is judged from the beginning \
                 of its history: write `trusts = [\"refs/heads/main\"]`, with your main branch, \
                 into that [[protect]] table, or name that branch to the letter in one that \
                 enforces no looser rules",
                self.refs
            )
        })
    }
}
