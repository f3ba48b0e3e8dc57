//! Foreign text on its way to a reader: made harmless once, and then known to be.

use std::fmt;

use maud::{Escaper, Render};

use crate::text;

/// Text that others wrote, in one line, with whatever is invisible in it made visible.
/// The page escapes it, as it escapes everything; the tables guard it against being
/// taken for a formula.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clean(String);

impl Clean {
    /// Cleans it.
    pub fn of(foreign: impl AsRef<str>) -> Self {
        Self(text::clean(foreign.as_ref()))
    }

    /// The harmless text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Render for Clean {
    fn render_to(&self, buffer: &mut String) {
        use fmt::Write as _;
        let mut escaper = Escaper::new(buffer);
        // Writing into a string does not fail.
        let _written = escaper.write_str(&self.0);
    }
}

/// An address that a reader may follow: of the web, and nothing that a browser runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Clean);

impl Link {
    /// `None` where it is no address of the web.
    pub fn of(foreign: &str) -> Option<Self> {
        let url = url::Url::parse(foreign).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_bare = url.username().is_empty() && url.password().is_none();
        (is_web && is_bare).then(|| Self(Clean::of(url.as_str())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;

    #[test]
    fn no_text_leaves_its_place_on_the_page() {
        let hostile = Clean::of("</td><script>alert(1)</script>\" onload='x' &amp;\u{202e}\n");
        let page = html! { td title=(hostile) { (hostile) } }.into_string();
        assert_eq!(page.matches('<').count(), 2, "{page}");
        assert_eq!(page.matches('"').count(), 2, "{page}");
        assert!(page.contains("&amp;amp;") && page.contains("\\u{202e}\\u{a}"), "{page}");
    }

    #[test]
    fn a_link_leads_to_the_web_or_nowhere() {
        for hostile in [
            "javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.com/x",
            "https://user:secret@example.com/",
            "no address",
        ] {
            assert_eq!(Link::of(hostile), None, "{hostile}");
        }
        let link = Link::of("https://jira.example.com/browse/PAY-1?a=\"><script>").unwrap();
        assert!(!link.as_str().contains(['"', '<', '>']), "{}", link.as_str());
    }
}
