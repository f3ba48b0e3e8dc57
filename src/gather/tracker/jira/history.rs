//! A ticket's history: who moved it into an approved state, and when. Pure.

use jiff::Timestamp;
use serde_json::Value;

use super::issue::person;
use super::times::time;
use crate::gather::remote::text;
use crate::gather::tracker::steps::entered;
use crate::model::{Identity, TicketApproval};

/// One field, changed by somebody.
#[derive(Clone, Debug)]
pub(super) struct Change {
    at: Timestamp,
    by: Option<Identity>,
    /// The field's id and its name; Data Center shows older changes by name only.
    field: [String; 2],
    to: String,
}

/// Reads `histories`, oldest first whichever way they come.
pub(super) fn parse(histories: &Value) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    for history in histories.as_array().ok_or("no list of changes")? {
        let at = time(history.get("created").ok_or("a change without `created`")?)?;
        let by = history.get("author").and_then(person);
        for item in history.get("items").and_then(Value::as_array).into_iter().flatten() {
            let word = |name| text(item, name).unwrap_or("").to_owned();
            let field = [word("fieldId"), word("field")];
            changes.push(Change { at, by: by.clone(), field, to: word("toString") });
        }
    }
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}

/// The last step from outside into an approved state. A ticket that has left these
/// states again is not approved, and one that an app moved was not by a person.
pub(super) fn transition(
    history: &[Change],
    state: &str,
    approved: &[String],
) -> Option<TicketApproval> {
    let is_approved = |state: &str| approved.iter().any(|name| name == state);
    if !is_approved(state) {
        return None;
    }
    let steps = history.iter().filter(|change| change.is_of("status"));
    let change = entered(steps.map(|change| (change, is_approved(&change.to))))?;
    Some(TicketApproval { by: change.by.clone()?, at: change.at })
}

/// When a field was last changed.
pub(super) fn last_change_of(history: &[Change], field: &str) -> Option<Timestamp> {
    history.iter().rev().find(|change| change.is_of(field)).map(|change| change.at)
}

/// Reads a service desk's approvals: those that ended well, by each who said yes.
pub(super) fn service_desk(json: &Value) -> Result<Vec<TicketApproval>, String> {
    let mut approvals = Vec::new();
    for approval in json.get("values").and_then(Value::as_array).ok_or("no `values`")? {
        if text(approval, "finalDecision") != Some("approved") {
            continue;
        }
        let at = approval.get("completedDate").and_then(|date| date.get("epochMillis"));
        let at = time(at.ok_or("an approval without `completedDate`")?)?;
        let approvers = approval.get("approvers").and_then(Value::as_array).into_iter().flatten();
        let yes = approvers.filter(|one| text(one, "approverDecision") == Some("approved"));
        let people = yes.filter_map(|one| one.get("approver").and_then(person));
        approvals.extend(people.map(|by| TicketApproval { by, at }));
    }
    Ok(approvals)
}

impl Change {
    fn is_of(&self, field: &str) -> bool {
        self.field.iter().any(|name| name == field)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn history(steps: &[(&str, &str)]) -> Vec<Change> {
        let entry = |(n, (by, to)): (usize, &(&str, &str))| {
            json!({"created": 1_700_000_000 + n, "author": {"accountId": by},
                "items": [{"field": "status", "toString": to}]})
        };
        parse(&steps.iter().enumerate().map(entry).collect()).unwrap()
    }

    fn approver(steps: &[(&str, &str)]) -> Option<String> {
        let state = steps.last().map_or("Open", |(_, to)| to);
        let approved = ["Approved".to_owned(), "Building".to_owned()];
        transition(&history(steps), state, &approved).map(|approval| approval.by.to_string())
    }

    #[test]
    fn whoever_moved_the_ticket_into_an_approved_state_has_approved() {
        for (steps, by) in [
            (&[][..], None),
            (&[("ana", "Open")], None),
            (&[("bob", "Approved")], Some("jira:bob")),
            (&[("bob", "Approved"), ("ana", "Building")], Some("jira:bob")),
            (&[("bob", "Approved"), ("ana", "Open")], None),
            (&[("bob", "Approved"), ("ana", "Open"), ("eve", "Approved")], Some("jira:eve")),
        ] {
            assert_eq!(approver(steps).as_deref(), by, "{steps:?}");
        }
    }

    #[test]
    fn the_order_of_the_answer_does_not_matter() {
        let mut steps = history(&[("bob", "Approved"), ("ana", "Open")]);
        steps.reverse();
        steps.sort_by_key(|change| change.at);
        assert!(transition(&steps, "Approved", &["Approved".to_owned()]).is_none());
    }

    #[test]
    fn an_app_is_nobody() {
        let bot = json!([{"created": 1, "author": {"accountId": "x", "accountType": "app"},
            "items": [{"field": "status", "toString": "Approved"}]}]);
        let bot = parse(&bot).unwrap();
        assert!(transition(&bot, "Approved", &["Approved".to_owned()]).is_none());
    }
}
