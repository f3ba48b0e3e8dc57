//! Ticket keys in a commit's words: in its subject and its trailers, nowhere else.

use std::collections::BTreeSet;

use super::{Numbering, TicketRules};
use crate::model::ticket::COUNTED;
use crate::model::{Content, TicketKey};

/// Digits of a ticket's number.
const DIGITS: usize = 10;

impl TicketRules {
    /// The keys that a commit names, in the order in which they stand. Only those of
    /// the listed projects: so `UTF-8` and `CVE-2026-1` are never keys.
    pub fn keys(&self, content: &Content) -> Vec<TicketKey> {
        let trailers = content.trailers.iter().filter(|trailer| {
            self.trailers.iter().any(|token| token.eq_ignore_ascii_case(&trailer.token))
        });
        let mut seen = BTreeSet::new();
        let in_subject = self.in_text(&content.subject);
        let in_trailers = trailers.flat_map(|trailer| self.in_trailer(&trailer.value));
        in_subject.into_iter().chain(in_trailers).filter(|key| seen.insert(key.clone())).collect()
    }

    /// A trailer may hold the address that the browser showed: `.../browse/PAY-1`.
    fn in_trailer(&self, value: &str) -> Vec<TicketKey> {
        let words = value.split_whitespace();
        words
            .flat_map(|word| match word.rsplit_once('/') {
                Some((address, last)) if address.contains("://") => self.in_url(address, last),
                _ => self.in_text(word),
            })
            .collect()
    }

    /// `.../browse/PAY-1`; and `.../issues/1` where a tracker only counts, which is
    /// `group/project#1` where it counts for each repository.
    fn in_url(&self, address: &str, last: &str) -> Vec<TicketKey> {
        let last = last.split(['?', '#']).next().unwrap_or(last);
        let last = last.trim_end_matches(['.', ',', ';', ')']);
        let key = match (address.strip_suffix("/issues"), self.numbering) {
            (Some(_), Numbering::Global) => format!("{COUNTED}{last}"),
            (Some(address), Numbering::Repository) => return self.of_repository(address, last),
            (None, _) => last.to_owned(),
        };
        let found = self.key_at(&key).filter(|found| found.as_str() == key);
        found.into_iter().collect()
    }

    /// The issue of the repository at an address: of one that is listed, or, where
    /// `#` is, of the repository itself; the forge knows which that is.
    fn of_repository(&self, address: &str, number: &str) -> Vec<TicketKey> {
        // GitLab parts the project's path from the rest by a dash.
        let address = address.strip_suffix("/-").unwrap_or(address);
        let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        let Some((_, path)) = path else { return Vec::new() };
        let is_listed =
            |project: &&String| path == project.as_str() || path.ends_with(&format!("/{project}"));
        let listed = self.projects.iter().find(is_listed).map(String::as_str);
        let own = self.projects.iter().any(|project| project == COUNTED).then_some(path);
        let key = listed.or(own).map(|name| format!("{name}{COUNTED}{number}"));
        key.and_then(|key| TicketKey::parse(&key)).into_iter().collect()
    }

    fn in_text(&self, text: &str) -> Vec<TicketKey> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let key = if before_is_free(bytes, at) { self.key_at(rest) } else { None };
            at += key.as_ref().map_or(1, |key| key.as_str().len());
            // The next character of UTF-8, not the next byte.
            while !text.is_char_boundary(at) {
                at += 1;
            }
            found.extend(key);
        }
        found
    }

    /// The key with which a text begins.
    fn key_at(&self, text: &str) -> Option<TicketKey> {
        self.projects.iter().find_map(|project| {
            let rest = text.strip_prefix(project.as_str())?;
            let number = match project.as_str() {
                COUNTED => rest,
                repository if repository.contains('/') => rest.strip_prefix(COUNTED)?,
                _ => rest.strip_prefix('-')?,
            };
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            let after = number.get(digits..)?;
            if digits == 0 || digits > DIGITS || !after_is_free(after) {
                return None;
            }
            TicketKey::parse(text.get(..text.len() - after.len())?)
        })
    }
}

/// A key does not stand inside a word, a path, a file name, or beside a letter that
/// only looks like one of ASCII.
fn before_is_free(bytes: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|index| bytes.get(index)) else { return true };
    !(before.is_ascii_alphanumeric() || b"_-./".contains(before) || !before.is_ascii())
}

/// `PAY-1.` ends a sentence; `PAY-1.2` and `PAY-1-fix` are something else.
fn after_is_free(after: &str) -> bool {
    let mut bytes = after.bytes();
    match bytes.next() {
        None => true,
        Some(b'-' | b'.') => !bytes.next().is_some_and(|b| b.is_ascii_alphanumeric()),
        Some(byte) => !(byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{MergeContent, Signature, Trailer};

    fn rules() -> TicketRules {
        TicketRules {
            projects: vec!["PAY".to_owned(), "OPS".to_owned(), "PAY2".to_owned()],
            numbering: Numbering::Global,
            states: vec![],
            types: vec![],
            trailers: vec!["Ticket".to_owned(), "Refs".to_owned()],
            skew: Duration::ZERO,
            query: None,
        }
    }

    fn keys(subject: &str, trailers: &[(&str, &str)]) -> String {
        let who =
            Signature { name: String::new(), email: String::new(), time: Timestamp::UNIX_EPOCH };
        let trailer = |(token, value): &(&str, &str)| Trailer {
            token: (*token).to_owned(),
            value: (*value).to_owned(),
        };
        let content = Content {
            parents: vec![],
            author: who.clone(),
            committer: who,
            co_authors: vec![],
            subject: subject.to_owned(),
            trailers: trailers.iter().map(trailer).collect(),
            merge: MergeContent::NotAMerge,
        };
        let found: Vec<String> = rules().keys(&content).iter().map(ToString::to_string).collect();
        found.join(" ")
    }

    #[test]
    fn keys_stand_in_the_subject() {
        for (subject, expected) in [
            ("PAY-1: round half up", "PAY-1"),
            ("[PAY-1][OPS-20] both", "PAY-1 OPS-20"),
            ("round half up (PAY-1, PAY-1)", "PAY-1"),
            ("done with PAY-1.", "PAY-1"),
            ("PAY2-3 is another project", "PAY2-3"),
            ("#PAY-1", "PAY-1"),
        ] {
            assert_eq!(keys(subject, &[]), expected, "{subject}");
        }
    }

    #[test]
    fn what_only_looks_like_a_key_is_none() {
        for subject in [
            "read UTF-8",
            "CVE-2026-1",
            "pay-1",
            "XPAY-1",
            "PAY-0",
            "PAY-01",
            "PAY-12345678901",
            "PAY-1x",
            "PAY-1_2",
            "PAY-1.2",
            "PAY-1-fix",
            "feature/PAY-1",
            "https://jira.example/browse/PAY-1",
            "P\u{410}Y-1",
            "\u{410}PAY-1",
            "PAY-1\u{661}",
            "PAY\u{2011}1",
            "PAY-\u{ff11}",
            "P\u{200b}AY-1",
        ] {
            assert_eq!(keys(subject, &[]), "", "{subject}");
        }
    }

    #[test]
    fn keys_stand_in_configured_trailers() {
        let url = "https://jira.example/browse/PAY-3";
        let trailers = [
            ("ticket", "PAY-1, OPS-2"),
            ("Refs", url),
            ("Reviewed-on", "PAY-4"),
            ("Refs", "a/PAY-5"),
        ];
        assert_eq!(keys("subject", &trailers), "PAY-1 OPS-2 PAY-3");
    }

    #[test]
    fn a_tracker_that_only_counts_has_keys_of_its_own() {
        let mut rules = rules();
        rules.projects.push(COUNTED.to_owned());
        let found =
            |text: &str| rules.in_text(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("fixes #12, #13 (#14) and PAY-1"), ["#12", "#13", "#14", "PAY-1"]);
        assert!(found("a#1 x/#1 #0 #1x #-1").is_empty());
        let url = rules.in_trailer("https://redmine.example/issues/12");
        assert_eq!(url.iter().map(ToString::to_string).collect::<Vec<_>>(), ["#12"]);
        assert!(rules.in_trailer("https://jira.example/browse?jql=key=PAY-3").is_empty());
    }

    #[test]
    fn a_forge_counts_for_each_repository() {
        let rules = TicketRules {
            projects: ["#", "GH", "team/my-app"].map(str::to_owned).to_vec(),
            numbering: Numbering::Repository,
            ..rules()
        };
        let found = |text: &str| {
            rules.in_text(text).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("fix #12, GH-13 (team/my-app#14)"), "#12 GH-13 team/my-app#14");
        assert_eq!(found("other/app#12 xteam/my-app#1 team/my-app#0 team/my-app-1"), "");
        let in_url = |url: &str| {
            rules.in_trailer(url).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        for (url, key) in [
            ("https://github.com/team/my-app/issues/3", "team/my-app#3"),
            ("https://gitlab.example/x/team/my-app/-/issues/3", "team/my-app#3"),
            ("https://gitlab.example/a/b/c/-/issues/3", "a/b/c#3"),
            ("https://github.com/team/my-app/pull/3", ""),
            ("https://github.com/issues/3", ""),
            ("https://github.com/team/my-app/issues/0", ""),
        ] {
            assert_eq!(in_url(url), key, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(subject in ".{0,60}") {
            keys(&subject, &[("Ticket", &subject)]);
        }

        #[test]
        fn a_key_between_blanks_is_always_found(
            before in "[a-zA-Z ]{0,9}", number in 1_u32.., after in "[ -~]{0,9}"
        ) {
            let found = keys(&format!("{before} PAY-{number} {after}"), &[]);
            let expected = format!("PAY-{number}");
            prop_assert!(found.split(' ').any(|key| key == expected));
        }
    }
}
