//! Speaks to an interface as a person with curl would.

use std::path::Path;

use serde_json::Value;

use super::git::{hermetic, run};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The whole head, as it came.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The body; null where it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The JSON of an answer that must be a good one.
    #[track_caller]
    pub(crate) fn good(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}{}", self.head, self.body);
        self.json()
    }

    /// A header by its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Asks; with more arguments such as `-d` and a body.
pub(crate) fn curl(url: &str, more: &[&str]) -> Answer {
    let mut curl = hermetic("curl", Path::new("/"));
    // The brackets of `iids[]` are no pattern.
    let output = run(curl.args(["-s", "-S", "-i", "-g", url]).args(more), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: format!("{head}\n"), body: body.to_owned() }
}
