//! Which refs vouch for which: by the config's word, else those that rules no looser name to the letter.

use std::collections::BTreeSet;

use super::{Outage, Patterns, Policy, Table, TicketRules};
use crate::model::RefName;

/// The refs whose states vouch for a ref of a table.
#[derive(Clone, Debug)]
pub enum Trusted<'a> {
    /// Those that the table names under `trusts`.
    Named(&'a Patterns),
    /// Those that tables with rules no looser name to the letter, and HEAD's branch where
    /// one of them governs it. Not what a pattern matches, since anybody may create that.
    Letters(BTreeSet<RefName>),
}

impl Policy {
    /// The refs that the table of this index trusts in a repository; `head` is the branch
    /// that its HEAD names.
    pub fn trusted(&self, repository: &str, index: usize, head: Option<&RefName>) -> Trusted<'_> {
        let Some(ours) = self.tables.get(index) else { return Trusted::Letters(BTreeSet::new()) };
        if let Some(patterns) = &ours.trusts {
            return Trusted::Named(patterns);
        }
        let is_fit = |name: &RefName, letters: bool| {
            let Some(table) = self.governing(repository, name).and_then(|of| self.tables.get(of))
            else {
                return false;
            };
            let is_named = table.refs.as_strings().iter().any(|text| text == name.as_str());
            (is_named || !letters) && table.is_no_looser_than(ours)
        };
        let tables = self.tables.iter().filter(|table| table.repos.matches_repository(repository));
        let texts = tables.flat_map(|table| table.refs.literals());
        let mut names: BTreeSet<RefName> = texts
            .flat_map(|text| RefName::parse(text.as_bytes()))
            .filter(|name| name.tag().is_none() && is_fit(name, true))
            .collect();
        names.extend(head.filter(|head| is_fit(head, false)).cloned());
        Trusted::Letters(names)
    }
}

impl Table {
    /// Whether everything that this table lets in, the other one would let in as well.
    pub fn is_no_looser_than(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.approval, &other.approval);
        self.mode >= other.mode
            && (self.outage == Outage::Refuse || other.outage == Outage::Accept)
            && self.automation.is_subset(&other.automation)
            && self.ticket.is_no_looser_than(&other.ticket)
            && ours.required >= theirs.required
            && (theirs.required == 0 || ours.from.is_subset(&theirs.from))
            && theirs.checks.iter().all(|check| ours.checks.contains(check))
    }
}

impl TicketRules {
    fn is_no_looser_than(&self, other: &Self) -> bool {
        self.numbering == other.numbering
            && is_within(&self.projects, &other.projects)
            && is_within(&self.states, &other.states)
            && is_within(&self.types, &other.types)
            && self.trailers.iter().all(|token| other.trailers.contains(token))
            && self.skew <= other.skew
            && (other.query.is_none() || self.query == other.query)
    }
}

/// Whether a list of what is allowed is no longer than another; an empty one allows all.
fn is_within(ours: &[String], theirs: &[String]) -> bool {
    theirs.is_empty() || (!ours.is_empty() && ours.iter().all(|one| theirs.contains(one)))
}

impl Trusted<'_> {
    /// Whether the states of a ref vouch, by its name without a namespace.
    pub fn has(&self, name: &RefName) -> bool {
        match self {
            Self::Named(patterns) => patterns.matches(name.as_str()),
            Self::Letters(names) => names.contains(name),
        }
    }

    /// The names to look at whether or not a record knows them.
    pub fn names(&self) -> BTreeSet<RefName> {
        match self {
            Self::Named(patterns) => {
                patterns.literals().flat_map(|text| RefName::parse(text.as_bytes())).collect()
            }
            Self::Letters(names) => names.clone(),
        }
    }

    /// What the names of those begin with that patterns match.
    pub fn prefixes(&self) -> Vec<String> {
        match self {
            Self::Named(patterns) => patterns.literal_prefixes(),
            Self::Letters(_) => Vec::new(),
        }
    }

    /// In the words of the config, for people.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Named(patterns) => patterns.as_strings().to_vec(),
            Self::Letters(names) => names.iter().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn policy(tables: &str) -> Policy {
        let text = format!("[tracker.file]\npath = \"/t.toml\"\n{tables}");
        Policy::parse(Path::new("c.toml"), &text).unwrap()
    }

    fn table(refs: &str, more: &str) -> String {
        format!(
            "[[protect]]\nrepos = [\"*\"]\nrefs = [{refs}]\n{more}\n[protect.ticket]\nprojects = [\"PAY\"]\n"
        )
    }

    fn name(text: &str) -> RefName {
        RefName::parse(text.as_bytes()).unwrap()
    }

    fn trusted(policy: &Policy, index: usize, head: Option<&str>) -> Vec<String> {
        policy.trusted("app", index, head.map(name).as_ref()).words()
    }

    #[test]
    fn by_default_a_ref_trusts_what_is_named_to_the_letter_under_rules_no_looser() {
        let main = "\"refs/heads/main\", \"refs/heads/release/*\", \"refs/tags/v1\"";
        let one = policy(&table(main, ""));
        assert_eq!(trusted(&one, 0, None), ["refs/heads/main"]);
        assert_eq!(trusted(&one, 0, Some("refs/heads/main")), ["refs/heads/main"]);
        assert_eq!(
            trusted(&one, 0, Some("refs/heads/release/1")),
            ["refs/heads/main", "refs/heads/release/1"]
        );
        assert_eq!(trusted(&one, 0, Some("refs/heads/other")), ["refs/heads/main"]);
    }

    #[test]
    fn a_table_with_looser_rules_is_trusted_by_nobody_stricter() {
        let pair = |first: &str, second: &str| {
            policy(&format!(
                "{}{first}\n{}{second}\n",
                table("\"refs/heads/dev\"", ""),
                table("\"refs/heads/main\"", "")
            ))
        };
        for (first, second) in [
            ("[protect.approval]\nrequired = 1", "[protect.approval]\nrequired = 2"),
            (
                "[protect.approval]\nfrom = [\"refs\", \"ticket\"]",
                "[protect.approval]\nfrom = [\"refs\"]",
            ),
            ("", "states = [\"Open\"]"),
            ("skew = \"10m\"", "skew = \"5m\""),
            ("types = [\"Bug\", \"Story\"]", "types = [\"Bug\"]"),
            ("", "jql = \"x\""),
        ] {
            let both = pair(first, second);
            assert_eq!(trusted(&both, 1, None), ["refs/heads/main"], "{first} {second}");
            assert_eq!(
                trusted(&both, 0, None),
                ["refs/heads/dev", "refs/heads/main"],
                "{first} {second}"
            );
        }
        for more in
            ["mode = \"monitor\"", "outage = \"accept-and-follow-up\"", "automation = [\"rob\"]"]
        {
            let both = policy(&format!(
                "{}{}",
                table("\"refs/heads/dev\"", more),
                table("\"refs/heads/main\"", "")
            ));
            assert_eq!(trusted(&both, 1, None), ["refs/heads/main"], "{more}");
        }
    }

    #[test]
    fn what_the_config_names_is_trusted_and_nothing_else() {
        let one = policy(&table(
            "\"refs/heads/main\", \"refs/heads/release/*\"",
            "trusts = [\"refs/heads/release/*\"]",
        ));
        let trusted = one.trusted("app", 0, None);
        assert!(trusted.has(&name("refs/heads/release/1")));
        assert!(!trusted.has(&name("refs/heads/main")));
        assert!(trusted.names().is_empty());
        let nobody = policy(&table("\"refs/heads/main\"", "trusts = []"));
        assert!(!nobody.trusted("app", 0, None).has(&name("refs/heads/main")));
    }
}
