//! Patterns for repository and ref names.

use globset::{GlobBuilder, GlobMatcher};

/// Some globs; a name matches where one of them does. `*` matches any characters,
/// slashes as well, so that `refs/heads/release/*` leaves no branch below out.
#[derive(Clone, Debug)]
pub struct Patterns {
    texts: Vec<String>,
    exact: Vec<GlobMatcher>,
    folded: Vec<GlobMatcher>,
}

impl Patterns {
    /// Parses each glob.
    ///
    /// # Errors
    /// What is wrong with the first one that is none.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let compile = |folded: bool| {
            texts.iter().map(|text| glob(text, folded)).collect::<Result<Vec<_>, String>>()
        };
        Ok(Self { texts: texts.to_vec(), exact: compile(false)?, folded: compile(true)? })
    }

    /// Whether one of them matches the whole name.
    pub fn matches(&self, name: &str) -> bool {
        self.exact.iter().any(|glob| glob.is_match(name))
    }

    /// The same where case makes no difference.
    pub fn matches_ignoring_case(&self, name: &str) -> bool {
        self.folded.iter().any(|glob| glob.is_match(name))
    }

    /// Whether one of them matches a repository: a pattern without a slash also
    /// matches the last part of the name. Case makes no difference, since it makes
    /// none in the URLs of most hosts.
    pub fn matches_repository(&self, name: &str) -> bool {
        let last = name.rsplit('/').next().unwrap_or(name);
        let mut both = self.texts.iter().zip(&self.folded);
        both.any(|(text, glob)| glob.is_match(name) || (!text.contains('/') && glob.is_match(last)))
    }

    /// As they are written.
    pub fn as_strings(&self) -> &[String] {
        &self.texts
    }

    /// What stands before the first special character of each: all names that
    /// match begin with one of these.
    pub fn literal_prefixes(&self) -> Vec<String> {
        let is_plain = |c: &char| !is_special(*c);
        self.texts.iter().map(|text| text.chars().take_while(is_plain).collect()).collect()
    }

    /// Those that are no patterns but names, to the letter.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str).filter(|text| !text.contains(is_special))
    }
}

fn is_special(c: char) -> bool {
    "*?[]{}\\".contains(c)
}

/// One glob. There are no exceptions (`!refs/...`): the first table that matches
/// governs, so an exception is a table of its own.
fn glob(text: &str, folded: bool) -> Result<GlobMatcher, String> {
    if text.is_empty() {
        return Err("an empty pattern matches nothing".to_owned());
    }
    if text.starts_with('!') {
        return Err("a pattern can't be an exception; write a [[protect]] table before this one \
                    for what is to be treated otherwise"
            .to_owned());
    }
    // These match one byte, and so miss a name with another letter than ASCII's there.
    let classes = text.split('[').skip(1).map(|class| class.split(']').next().unwrap_or(class));
    let is_odd = |class: &str| class.starts_with(['!', '^']) || !class.is_ascii();
    if text.contains('?') || classes.into_iter().any(is_odd) {
        return Err(format!("`{text}` holds `?` or `[!...]`, which miss some letters; write `*`"));
    }
    let glob = GlobBuilder::new(text)
        .literal_separator(false)
        .backslash_escape(true)
        .case_insensitive(folded)
        .build();
    match glob {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(format!("`{text}` is no pattern: {}", error.kind())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn patterns(texts: &[&str]) -> Patterns {
        Patterns::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_star_crosses_slashes_and_case_counts() {
        let release = patterns(&["refs/heads/main", "refs/heads/release/*"]);
        for name in ["refs/heads/main", "refs/heads/release/1", "refs/heads/release/1/fix"] {
            assert!(release.matches(name), "{name}");
        }
        for name in ["refs/heads/Main", "refs/heads/main2", "refs/heads/release", "main"] {
            assert!(!release.matches(name), "{name}");
        }
        assert!(release.matches_ignoring_case("refs/heads/MAIN"));
    }

    #[test]
    fn a_repository_is_known_by_its_last_part_too() {
        assert!(patterns(&["app"]).matches_repository("/srv/git/team/app"));
        assert!(patterns(&["*"]).matches_repository("team/app"));
        assert!(patterns(&["team/*"]).matches_repository("Team/App"));
        assert!(!patterns(&["team/*"]).matches_repository("other/app"));
        assert!(!patterns(&["x/app"]).matches_repository("team/app"));
    }

    #[test]
    fn a_prefix_ends_where_the_pattern_begins() {
        let found = patterns(&["refs/heads/r[ae]l*", "refs/heads/main"]).literal_prefixes();
        assert_eq!(found, ["refs/heads/r", "refs/heads/main"]);
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, why) in
            [("", "empty"), ("!x", "exception"), ("a[", "unclosed"), ("a{b", "unclosed")]
        {
            let error = Patterns::parse(&[text.to_owned()]).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest! {
        /// The tips that hide commits are listed by prefix: none may be missed.
        #[test]
        fn whatever_matches_begins_with_a_prefix(
            pattern in "refs/heads/[a-c*]{0,6}", name in "refs/heads/[a-c/]{0,6}"
        ) {
            let patterns = patterns(&[&pattern]);
            if patterns.matches(&name) {
                prop_assert!(patterns.literal_prefixes().iter().any(|p| name.starts_with(p)));
            }
        }
    }
}
