//! A push that lands: what is about to ship, by ticket.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr as _;

use super::requests::requests;
use super::{Frame, emergency, refused, starts};
use crate::model::verdict::Class;
use crate::model::{
    Basis, Change, Check, Decision, Lookup, Movement, ObjectId, Outcome, RefVerdict, Role, Rule,
    Subject, Ticket, TicketKey, Verdict, Waiver,
};
use crate::policy::Policy;
use crate::text::{WIDTH, clean, count, fit, list_and, pad, wrap};

/// One paragraph for each ref; then, in monitor mode, what would have refused it.
pub(super) fn accepted(verdict: &Verdict, frame: &Frame<'_>) -> String {
    let mut out = starts::paragraph(&verdict.repository, frame);
    for of_ref in &verdict.refs {
        out.push_str(&headline(of_ref));
        out.push_str(&emergency::unapproved(verdict, of_ref, frame));
        out.push_str(&rows(of_ref, frame.policy));
        out.push_str(&requests(of_ref));
        out.push_str(&emergency::needless(verdict, of_ref));
    }
    let findings = refused::findings(verdict, frame);
    if !findings.is_empty() {
        out.push('\n');
        out.push_str(&findings);
    }
    out
}

fn headline(of_ref: &RefVerdict) -> String {
    let name = clean(of_ref.update.line.name.short());
    let new = of_ref.update.role.commits().len();
    let (commits, comply) = (count(new, "commit"), if new == 1 { "complies" } else { "comply" });
    if of_ref.class == Class::Unverified {
        let what = format!(
            "{commits} to {name} could not be checked; [[protect]] lets such a push land, as \
             unverified: it will be followed up"
        );
        return wrap(&what, "warning: ", "  ");
    }
    if of_ref.finding() != Decision::Accept {
        let what = format!(
            "monitor mode: {name} takes this push, but in enforce mode it would be refused"
        );
        return wrap(&what, "warning: ", "  ");
    }
    if of_ref.emergency.is_some() {
        return String::new();
    }
    let what = match &of_ref.update.role {
        Role::Branch { movement: Movement::Deleted, .. } => {
            format!("{name} is deleted by who created it; it brought nothing of its own")
        }
        Role::Branch { .. } if new == 0 => {
            format!("{name} complies; it brings no new commit")
        }
        Role::Branch { .. } => format!("{commits} to {name} {comply}, about to ship:"),
        Role::Tag { .. } if new == 0 => {
            format!("tag {name} is where a protected branch was")
        }
        Role::Tag { .. } => format!("tag {name} is approved as it stands, about to ship:"),
        Role::Approval { branch, login, replaces, .. } => {
            approval(branch, login, &of_ref.update.line.change, replaces.as_ref())
        }
        Role::MisnamedApproval
        | Role::Replacement { .. }
        | Role::Shadow { .. }
        | Role::Nested { .. }
        | Role::OddCase { .. } => {
            format!("{name} complies")
        }
    };
    wrap(&what, "success: ", "  ")
}

/// There is one approval of each person for each branch: a new one takes the place
/// of the last, and whoever gives it should know.
fn approval(branch: &str, login: &str, change: &Change, replaces: Option<&ObjectId>) -> String {
    let (branch, login) = (clean(branch), clean(login));
    let Some(commit) = change.new_id() else {
        return format!("{login} withdraws the approval for {branch}");
    };
    let commit = commit.short();
    match replaces {
        None => format!("{login} approves {commit} and all that it contains for {branch}"),
        Some(old) => format!(
            "{login} approves {commit} and all that it contains for {branch}, and no longer {}, \
             which has not landed",
            old.short()
        ),
    }
}

/// One row: what the tickets or the commits without a ticket are about.
struct Row {
    key: String,
    title: String,
    state: String,
    eyes: String,
    commits: String,
}

fn rows(of_ref: &RefVerdict, policy: &Policy) -> String {
    let governing = of_ref.update.role.table().and_then(|index| policy.tables.get(index));
    let shipped = Shipped::of(of_ref);
    let mut rows = Vec::new();
    for (key, answer) in &of_ref.tickets {
        let Lookup::Found(ticket) = answer else { continue };
        let commits = shipped.naming.get(key).map_or(&[][..], Vec::as_slice);
        rows.push(Row {
            key: key.to_string(),
            title: moved(key, ticket),
            state: governing
                .map_or(&*ticket.state, |table| table.ticket.state_of(ticket))
                .to_owned(),
            eyes: match shipped.eyes(commits) {
                nobody if nobody.is_empty() && of_ref.emergency.is_some() => "nobody yet".into(),
                people => people,
            },
            commits: count(commits.len(), "commit"),
        });
    }
    rows.extend(without_ticket(of_ref));
    table(&rows)
}

/// A ticket that was moved is shown under both names.
fn moved(asked: &TicketKey, ticket: &Ticket) -> String {
    if ticket.key == *asked {
        return ticket.title.clone();
    }
    format!("(now {}) {}", ticket.key, ticket.title)
}

/// The verdict turned round: from tickets to commits, from commits to approvers.
#[derive(Default)]
struct Shipped<'a> {
    naming: BTreeMap<&'a TicketKey, Vec<&'a ObjectId>>,
    approvers: BTreeMap<&'a ObjectId, &'a [String]>,
}

impl<'a> Shipped<'a> {
    fn of(of_ref: &'a RefVerdict) -> Self {
        let mut shipped = Self::default();
        for check in &of_ref.checks {
            let Subject::Commit(id) = &check.on else { continue };
            match (check.rule, &check.outcome) {
                (Rule::MissingTicket, Outcome::Met(Basis::Tickets(keys))) => {
                    for key in keys {
                        shipped.naming.entry(key).or_default().push(id);
                    }
                }
                (_, Outcome::Met(Basis::Approvers(by))) => {
                    shipped.approvers.insert(id, by);
                }
                _ => {}
            }
        }
        shipped
    }

    fn eyes(&self, commits: &[&ObjectId]) -> String {
        let people: BTreeSet<&str> = commits
            .iter()
            .flat_map(|id| self.approvers.get(*id).copied().unwrap_or(&[]))
            .map(String::as_str)
            .collect();
        list_and(&people.into_iter().collect::<Vec<_>>())
    }
}

/// Commits that need no ticket are shown all the same: everything that ships is named.
fn without_ticket(of_ref: &RefVerdict) -> Vec<Row> {
    let row = |key: &str, title: String, n: usize| Row {
        key: key.to_owned(),
        title,
        state: String::new(),
        eyes: String::new(),
        commits: count(n, "commit"),
    };
    let by = |wanted: fn(&Outcome) -> bool| {
        of_ref
            .checks
            .iter()
            .filter(|check| check.rule == Rule::MissingTicket && wanted(&check.outcome))
            .collect::<Vec<&Check>>()
    };
    let merges = by(|outcome| matches!(outcome, Outcome::Met(Basis::CleanMerge)));
    let waived = by(|outcome| matches!(outcome, Outcome::Waived(Waiver::Exempt { .. })));
    let mut rows = Vec::new();
    if let Some(Outcome::Waived(Waiver::Exempt { by, table })) =
        waived.first().map(|check| &check.outcome)
    {
        let title = format!("{by}, exempt by [[protect]] table {table}");
        rows.push(row("automated", title, waived.len()));
    }
    if !merges.is_empty() {
        rows.push(row("merges", "nothing of their own".to_owned(), merges.len()));
    }
    rows
}

/// Columns as wide as they need to be; the title takes what is left.
fn table(rows: &[Row]) -> String {
    let width = |column: fn(&Row) -> &str, most: usize| {
        rows.iter().map(|row| clean(column(row)).width()).max().unwrap_or(0).min(most)
    };
    let key = width(|row| &row.key, 14);
    let state = width(|row| &row.state, 14);
    let eyes = width(|row| &row.eyes, 18);
    let commits = width(|row| &row.commits, 16);
    let fixed = 2 + key + 2 + 2 + state + 2 + eyes + 2 + commits;
    let title = width(|row| &row.title, WIDTH.saturating_sub(fixed));
    rows.iter()
        .map(|row| {
            let line = format!(
                "  {}  {}  {}  {}  {}",
                pad(&row.key, key),
                pad(&row.title, title),
                pad(&row.state, state),
                pad(&row.eyes, eyes),
                fit(&row.commits, commits)
            );
            format!("{}\n", line.trim_end())
        })
        .collect()
}
