//! An issue as a ticket: what GitLab and Gitea say alike, each in its own words.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::gather::remote::{Fault, Http, number, text, time};
use crate::model::{Closed, Lookup, Ticket, TicketKey};

/// What a forge calls things.
pub(super) struct Words {
    /// The number in the repository.
    pub(super) number: &'static str,
    /// Where a person reads it.
    pub(super) url: &'static str,
    /// Who opened it.
    pub(super) author: &'static str,
    /// The name of an account.
    pub(super) login: &'static str,
    /// The state of one that is not closed.
    pub(super) open: &'static str,
}

impl Words {
    /// One issue as the answer for a key, of the given kind.
    pub(super) fn ticket(
        &self,
        http: &Http,
        key: &TicketKey,
        issue: &Value,
        kind: &str,
    ) -> Result<Lookup, Fault> {
        match self.parse(key, issue, kind) {
            Ok(ticket) => Ok(Lookup::Found(Box::new(ticket))),
            Err(what) => Err(Fault::shape(http.host(), format!("{key}: {what}"))),
        }
    }

    fn parse(&self, key: &TicketKey, issue: &Value, kind: &str) -> Result<Ticket, String> {
        if number(issue, self.number).map(|number| number.to_string()).as_deref()
            != Some(key.number())
        {
            return Err("the answer is another issue".to_owned());
        }
        let state = text(issue, "state").ok_or("no `state`")?;
        let closed = match state {
            state if state == self.open => Closed::No,
            "closed" => Closed::Yes {
                at: match text(issue, "closed_at") {
                    Some(_) => Some(time(issue, "closed_at")?),
                    None => None,
                },
            },
            _ => return Err("a `state` that we don't know".to_owned()),
        };
        let login =
            |of: &Value| text(of, self.login).filter(|login| !login.is_empty()).map(str::to_owned);
        let list = |name: &str| issue.get(name).and_then(Value::as_array).into_iter().flatten();
        let assignees: Vec<String> = list("assignees").filter_map(login).collect();
        // A label is a name, or a thing that has one.
        let label =
            |label: &Value| label.as_str().or_else(|| text(label, "name")).map(str::to_owned);
        Ok(Ticket {
            key: key.clone(),
            title: text(issue, "title").unwrap_or("").to_owned(),
            state: state.to_owned(),
            closed,
            kind: Some(kind.to_owned()),
            created: time(issue, "created_at")?,
            url: text(issue, self.url).map(str::to_owned),
            reporter: issue.get(self.author).and_then(login),
            assignee: (!assignees.is_empty()).then(|| assignees.join(", ")),
            labels: list("labels").filter_map(label).collect(),
            milestone: issue
                .get("milestone")
                .and_then(|milestone| text(milestone, "title"))
                .map(str::to_owned),
            approvals: Vec::new(),
            matches: BTreeSet::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{gitea, gitlab};
    use super::*;
    use crate::gather::forge::testing::gone_wrong;

    fn of_gitlab() -> Value {
        json!({"id": 1, "iid": 12, "title": "Round half up", "state": "closed",
            "labels": ["in progress"], "milestone": {"title": "1.2"},
            "author": {"username": "ana", "name": "Ana"},
            "assignees": [{"username": "bob"}, {"username": "eve"}],
            "created_at": "2026-01-05T09:00:00.000Z", "closed_at": "2026-01-07T09:00:00.000Z",
            "moved_to_id": 99, "web_url": "https://forge.example/g/p/-/issues/12"})
    }

    fn of_gitea() -> Value {
        json!({"id": 1, "number": 12, "title": "Round half up", "state": "open",
            "labels": [{"id": 1, "name": "in progress"}], "milestone": null,
            "user": {"id": 2, "login": "ana"}, "assignees": null, "closed_at": null,
            "created_at": "2026-01-05T09:00:00Z", "pull_request": null,
            "html_url": "https://forge.example/o/r/issues/12"})
    }

    fn key(text: &str) -> TicketKey {
        TicketKey::parse(text).unwrap()
    }

    #[test]
    fn an_issue_is_a_ticket_in_the_words_of_either() {
        let ticket = gitlab::WORDS.parse(&key("g/p#12"), &of_gitlab(), "issue").unwrap();
        let at = "2026-01-07T09:00:00Z".parse().unwrap();
        // One that was moved is closed here: the other has another number.
        assert_eq!((ticket.key, ticket.closed), (key("g/p#12"), Closed::Yes { at: Some(at) }));
        assert_eq!((ticket.state.as_str(), ticket.labels), ("closed", vec!["in progress".into()]));
        assert_eq!(
            (ticket.reporter.as_deref(), ticket.assignee.as_deref()),
            (Some("ana"), Some("bob, eve"))
        );
        assert_eq!(
            (ticket.milestone.as_deref(), ticket.kind.as_deref()),
            (Some("1.2"), Some("issue"))
        );

        let ticket = gitea::WORDS.parse(&key("GH-12"), &of_gitea(), "issue").unwrap();
        assert_eq!((ticket.key, ticket.closed), (key("GH-12"), Closed::No));
        assert_eq!((ticket.state.as_str(), ticket.labels), ("open", vec!["in progress".into()]));
        assert_eq!((ticket.reporter.as_deref(), ticket.assignee), (Some("ana"), None));
        assert_eq!(ticket.url.as_deref(), Some("https://forge.example/o/r/issues/12"));
    }

    #[test]
    fn another_issue_and_an_unknown_state_are_no_answer() {
        let wrong = |field: &str, value: Value| {
            let mut issue = of_gitea();
            issue[field] = value;
            gitea::WORDS.parse(&key("#12"), &issue, "issue")
        };
        assert!(wrong("title", Value::Null).is_ok());
        assert!(wrong("number", json!(13)).is_err());
        assert!(wrong("state", json!("opened")).is_err());
        assert!(wrong("created_at", json!("yesterday")).is_err());
        assert!(wrong("closed_at", json!("yesterday")).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_that_a_server_says_breaks_us_or_opens_an_issue(issue in gone_wrong(&of_gitlab())) {
            if let Ok(ticket) = gitlab::WORDS.parse(&key("#12"), &issue, "issue") {
                prop_assert_ne!(ticket.closed, Closed::No);
            }
        }
    }
}
