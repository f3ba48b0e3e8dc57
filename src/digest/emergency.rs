//! What is said about an emergency: when it lands, when it may not, and when it was none.

use std::collections::BTreeSet;

use super::Frame;
use crate::model::{Decision, ObjectId, Plea, RefVerdict, Role, TicketKey, Verdict};
use crate::policy::{ApprovalSource, Policy};
use crate::sentences::Scene;
use crate::text::{clean, count, fit, list_or, moment, quoted, wrap};

/// What lands without an approval, and what has to happen until when.
pub(super) fn unapproved(verdict: &Verdict, of_ref: &RefVerdict, frame: &Frame<'_>) -> String {
    let Some(emergency) = &of_ref.emergency else { return String::new() };
    let name = clean(of_ref.update.line.name.short());
    let new = of_ref.update.role.commits().len();
    let (commits, land) = (count(new, "commit"), if new == 1 { "lands" } else { "land" });
    let reason = fit(&emergency.reason.text, 300);
    let what = format!("{commits} to {name} {land} without approval: {reason}");
    let due = format!(
        "a review is due by {}; while it is overdue, no other emergency is accepted here",
        moment(emergency.due)
    );
    let scene = Scene::of(verdict, of_ref, frame.policy);
    let review = of_ref
        .update
        .line
        .change
        .new_id()
        .map_or_else(String::new, |commit| review_of(commit, &scene.branch(), scene.sources()));
    let hint = |hint: &str| wrap(hint, "hint: ", "hint:   ");
    format!("{}{}{}", wrap(&what, "warning[emergency]: ", "  "), hint(&due), hint(&review))
}

/// Whoever says that it is an emergency should know when it was none.
pub(super) fn needless(verdict: &Verdict, of_ref: &RefVerdict) -> String {
    let is_branch = matches!(of_ref.update.role, Role::Branch { .. });
    let is_asked = matches!(verdict.plea, Plea::Emergency(_));
    let complies = of_ref.emergency.is_none() && of_ref.finding() == Decision::Accept;
    if !(is_branch && is_asked && complies) {
        return String::new();
    }
    let name = clean(of_ref.update.line.name.short());
    let what = format!("{name} complies as it is, so this is not on record as an emergency");
    wrap(&what, "", "  ")
}

/// How a change that has landed is approved, by what its table counts. Where that is
/// reviews at the forge alone, a ref counts too: there may be no request.
pub fn review_of(
    commit: &ObjectId,
    branch: &str,
    from: Option<&BTreeSet<ApprovalSource>>,
) -> String {
    let counts = |source| from.is_some_and(|from| from.contains(&source));
    let mut ways = Vec::new();
    if counts(ApprovalSource::Reviews) {
        ways.push("approves its request".to_owned());
    }
    if counts(ApprovalSource::Ticket) {
        ways.push("approves on the ticket".to_owned());
    }
    if counts(ApprovalSource::Refs) || !counts(ApprovalSource::Ticket) {
        ways.push(format!("runs {}", approval(commit, branch)));
    }
    format!("whoever neither wrote nor pushed it reads it, and {}", list_or(&ways))
}

/// All of the id, since the commit may be of long ago, and another one may begin with
/// the same digits by now.
fn approval(commit: &ObjectId, branch: &str) -> String {
    let refspec = quoted(&format!("+{commit}:refs/approvals/{branch}/LOGIN"));
    format!("`git fetch origin && git push origin {refspec}`")
}

/// Who may, and how it goes without; a long list is not for a terminal.
pub(super) fn those_listed(ticket: Option<&TicketKey>, policy: &Policy) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(emergencies) = &policy.emergencies {
        let mut names: Vec<String> =
            emergencies.people.iter().take(5).map(|login| fit(login, 40)).collect();
        if emergencies.people.len() > names.len() {
            names.push("others".to_owned());
        }
        hints.push(format!("ask {} to push it", list_or(&names)));
    }
    if ticket.is_none() {
        hints.push("push without `-o emergency`, once somebody has approved".to_owned());
    }
    hints
}
