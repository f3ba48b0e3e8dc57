//! A request's path in parts, and its query.

use crate::support::http::Asked;

/// What a dialect looks at.
pub(super) struct Call<'a> {
    /// The parts of the path, decoded.
    pub(super) parts: Vec<String>,
    /// The query, decoded, in its order.
    pub(super) query: Vec<(String, String)>,
    pub(super) asked: &'a Asked,
}

impl<'a> Call<'a> {
    /// What follows the prefix; nothing for a path outside of it.
    pub(super) fn under(prefix: &str, asked: &'a Asked) -> Option<Self> {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let parts = path.strip_prefix(prefix)?.split('/').skip(1).map(decoded).collect();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Some(Self { parts, query, asked })
    }

    /// The parts as a pattern can match them.
    pub(super) fn path(&self) -> Vec<&str> {
        self.parts.iter().map(String::as_str).collect()
    }

    /// The last value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All values of that name, as `iids[]` has them.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.query.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }
}

/// `%2F` and its kin.
fn decoded(part: &str) -> String {
    // A plus stays what it is in a path.
    let query = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_query_are_decoded() {
        let asked = Asked {
            method: "GET".to_owned(),
            path: "/api/v4/projects/acme%2Fapp/issues?iids[]=1&iids%5B%5D=2&page=3".to_owned(),
            authorization: String::new(),
            headers: Vec::new(),
            body: String::new(),
            round: 1,
        };
        let call = Call::under("/api/v4", &asked).unwrap();
        assert_eq!(call.path(), ["projects", "acme/app", "issues"]);
        assert_eq!(call.all("iids[]"), ["1", "2"]);
        assert_eq!(call.number("page"), Some(3));
        assert!(Call::under("/api/v3", &asked).is_none());
    }
}
