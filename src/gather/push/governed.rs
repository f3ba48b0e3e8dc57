//! Which refs of a push are judged, and as what.

use std::collections::BTreeMap;

use crate::model::{Change, ObjectId, RefLine, RefName};
use crate::policy::{Policy, Table};

/// A ref that the client names, and the one that is written for it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the client asked for.
    pub line: RefLine,
    /// The ref that is written: a symbolic ref's target, a namespace's full name.
    pub name: RefName,
}

/// Why a ref is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Governed {
    /// It is not.
    No,
    /// A branch, or another ref that is no tag, by the table of this index.
    Branch(usize),
    /// A tag, by the table of this index.
    Tag(usize),
    /// Somebody's approval for a branch.
    Approval {
        /// The branch.
        branch: String,
        /// The login.
        login: String,
    },
    /// An approval ref without branch and login.
    MisnamedApproval,
    /// A replacement, in a repository that the table of this index governs.
    Replacement(usize),
    /// Git would take it for a governed branch.
    Shadow {
        /// The branch.
        branch: RefName,
        /// The table that governs it.
        table: usize,
    },
    /// It would make a directory of refs a repository of its own.
    Nested {
        /// The first table of this repository.
        table: usize,
        /// The directory.
        directory: String,
    },
    /// Some file systems take it for another name.
    OddCase {
        /// The first table of this repository.
        table: usize,
        /// The name as git spells it.
        meant: String,
    },
}

/// What a ref is held against.
pub struct Rulebook<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The repository's name at the host.
    pub repository: &'a str,
    /// Whether `Main` is written to the file of `main`.
    pub case: Case,
    /// Whether a ref is in the repository or the push.
    pub exists: &'a dyn Fn(&RefName) -> anyhow::Result<bool>,
    /// Refs that a name of the config leads to, by symbolic refs on the server.
    pub aliased: &'a BTreeMap<RefName, usize>,
    /// Refs that would make a directory of refs a repository, with that directory.
    pub nested: &'a BTreeMap<RefName, String>,
    /// Where case is ignored: how the names that are there are spelled, by their folded form.
    pub spelled: &'a BTreeMap<String, RefName>,
}

/// Whether the repository's file system tells names apart that differ in case only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Kept,
    /// It does not.
    Ignored,
}

impl Target {
    /// A ref that would be created there.
    pub(super) fn named(name: RefName, new: ObjectId) -> Self {
        Self { line: RefLine { name: name.clone(), change: Change::Create { new } }, name }
    }
}

impl Rulebook<'_> {
    /// Whether a table names the ref to the letter, so that it is governed before it
    /// is there.
    fn names(&self, name: &RefName) -> bool {
        let names = |table: &Table| {
            table.repos.matches_repository(self.repository)
                && table.refs.as_strings().iter().any(|pattern| pattern == name.as_str())
        };
        self.policy.tables.iter().any(names)
    }

    /// The guarded name that the file system takes this one for.
    fn spelled_otherwise(&self, name: &RefName) -> Option<&RefName> {
        let spelled = self.spelled.get(&folded(name)).filter(|spelled| *spelled != name)?;
        let plain = spelled.without_namespace();
        let is_guarded = plain.as_str().starts_with("refs/approvals/")
            || plain.as_str().starts_with("refs/replace/")
            || self.governing(&plain).is_some();
        is_guarded.then_some(spelled)
    }

    fn governing(&self, name: &RefName) -> Option<usize> {
        self.policy.governing(self.repository, name).or_else(|| match self.case {
            Case::Kept => None,
            Case::Ignored => self.policy.governing_ignoring_case(self.repository, name),
        })
    }
}

/// Decides why a ref is judged. What is written counts before what was named: a
/// push to an alias of `main` writes `main`.
///
/// # Errors
/// Where it can't be found out whether a ref exists.
pub fn governed(rules: &Rulebook<'_>, target: &Target) -> anyhow::Result<Governed> {
    if let Some(table) = rules.policy.governs_repository(rules.repository) {
        if let Some(directory) = rules.nested.get(&target.name) {
            return Ok(Governed::Nested { table, directory: directory.clone() });
        }
        let is_gone = matches!(target.line.change, Change::Delete { .. });
        if let Some(meant) = odd_case(target.name.as_str())
            && (!is_gone || rules.case == Case::Ignored)
        {
            return Ok(Governed::OddCase { table, meant });
        }
        if let Some(meant) = rules.spelled_otherwise(&target.name) {
            return Ok(Governed::OddCase { table, meant: meant.to_string() });
        }
    }
    let names = [
        target.name.without_namespace(),
        target.name.clone(),
        target.line.name.without_namespace(),
        target.line.name.clone(),
    ];
    if let Some(shadow) = shadow(rules, target)? {
        return Ok(shadow);
    }
    for name in &names {
        if let Some(rest) = name.as_str().strip_prefix("refs/approvals/") {
            return approval(rules, target, rest);
        }
        let by_alias = || rules.aliased.get(name).copied();
        if let Some(table) = rules.governing(name).or_else(by_alias) {
            let is_tag = name.tag().is_some();
            return Ok(if is_tag { Governed::Tag(table) } else { Governed::Branch(table) });
        }
        if name.as_str().starts_with("refs/replace/")
            && let Some(table) = rules.policy.governs_repository(rules.repository)
        {
            return Ok(Governed::Replacement(table));
        }
    }
    Ok(Governed::No)
}

/// A name as a file system that ignores case compares it.
pub fn folded(name: &RefName) -> String {
    name.as_str().to_lowercase()
}

/// Everything after the last slash is the login, since branches have slashes. Below
/// a branch there can be no other one; an approval that says so would stand where
/// somebody's approval for the branch has to go.
fn approval(rules: &Rulebook<'_>, target: &Target, rest: &str) -> anyhow::Result<Governed> {
    let Some((branch, login)) = rest.rsplit_once('/') else {
        return Ok(Governed::MisnamedApproval);
    };
    for (at, _) in branch.match_indices('/') {
        let above = format!("refs/heads/{}", branch.get(..at).unwrap_or(branch));
        let above = RefName::parse(above.as_bytes())?;
        if rules.names(&above) || (rules.exists)(&beside(target, &above)?)? {
            return Ok(Governed::MisnamedApproval);
        }
    }
    Ok(Governed::Approval { branch: branch.to_owned(), login: login.to_owned() })
}

/// The name as git spells it, of one whose guarded parts are in another case: where the
/// file system takes one for the other, `refs/Approvals/main/bob` is the approval of bob.
fn odd_case(name: &str) -> Option<String> {
    const GUARDED: [&str; 5] = ["heads", "tags", "approvals", "replace", "namespaces"];
    let mut parts: Vec<String> = name.split('/').map(str::to_owned).collect();
    let mut at = 1;
    let mut is_odd = false;
    while let Some(part) = parts.get_mut(at) {
        let Some(meant) = GUARDED.iter().find(|meant| part.eq_ignore_ascii_case(meant)) else {
            break;
        };
        is_odd |= part != meant;
        *part = (*meant).to_owned();
        // gitnamespaces(7): `refs/namespaces/a/refs/...`
        let Some(below) = parts.get_mut(at + 2).filter(|_| *meant == "namespaces") else { break };
        if !below.eq_ignore_ascii_case("refs") {
            break;
        }
        is_odd |= below != "refs";
        *below = "refs".to_owned();
        at += 3;
    }
    is_odd.then(|| parts.join("/"))
}

/// gitrevisions(7) takes `main` for `refs/main` and `refs/tags/main` before it
/// takes it for `refs/heads/main`. A pattern governs names that are no branch yet,
/// so only a branch that is there, or is named to the letter, can be shadowed.
fn shadow(rules: &Rulebook<'_>, target: &Target) -> anyhow::Result<Option<Governed>> {
    if matches!(target.line.change, Change::Delete { .. }) {
        return Ok(None);
    }
    let plain = target.name.without_namespace();
    let Some(short) = shadowed_name(&plain) else { return Ok(None) };
    let branch = RefName::parse(format!("refs/heads/{short}").as_bytes())?;
    let Some(table) = rules.governing(&branch) else { return Ok(None) };
    if rules.names(&branch) || (rules.exists)(&beside(target, &branch)?)? {
        return Ok(Some(Governed::Shadow { branch, table }));
    }
    Ok(None)
}

/// `main` of `refs/tags/main` and of `refs/main`.
fn shadowed_name(plain: &RefName) -> Option<&str> {
    let rest = plain.as_str().strip_prefix("refs/")?;
    let known = ["heads/", "remotes/", "notes/", "replace/", "approvals/", "namespaces/"];
    plain.tag().or_else(|| (!known.iter().any(|dir| rest.starts_with(dir))).then_some(rest))
}

/// The names that git would take for a branch of this name.
pub fn shadows_of(branch: &RefName) -> Vec<RefName> {
    let Some(short) = branch.branch() else { return Vec::new() };
    ["refs/tags/", "refs/"]
        .iter()
        .flat_map(|dir| RefName::parse(format!("{dir}{short}").as_bytes()))
        .collect()
}

/// A plain name, in the namespace of the target.
fn beside(target: &Target, name: &RefName) -> anyhow::Result<RefName> {
    Ok(RefName::parse(format!("{}{name}", target.name.namespace()).as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guarded_part_in_another_case_is_told_with_what_was_meant() {
        for (name, meant) in [
            ("refs/heads/main", None),
            ("refs/heads/Tags/x", None),
            ("refs/notes/x", None),
            ("refs/Heads/main", Some("refs/heads/main")),
            ("refs/APPROVALS/main/bob", Some("refs/approvals/main/bob")),
            ("refs/namespaces/a/refs/heads/x", None),
            ("refs/namespaces/a/Refs/Tags/x", Some("refs/namespaces/a/refs/tags/x")),
            ("refs/Namespaces/a/refs/x/y", Some("refs/namespaces/a/refs/x/y")),
            ("refs/namespaces/A/refs/namespaces/B/refs/heads/x", None),
        ] {
            assert_eq!(odd_case(name).as_deref(), meant, "{name}");
        }
    }
}
