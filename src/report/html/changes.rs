//! The population: every change that landed.

use maud::{Markup, html};

use super::parts::{linked, names, number, on, or_dash, plain_table, ref_name, short, table, when};
use crate::evidence::{Class, Source};
use crate::report::clean::Clean;
use crate::report::model::{Change, Landing, Outcome, Report, Ticket};

/// Changes by machines that the policy exempts.
pub(super) fn automated(report: &Report) -> Markup {
    let all: Vec<&Change> = report.of_class(&Class::Automated).collect();
    html! {
        p {
            "The policy can exempt machines, such as a release robot, from ticket and approval. "
            "They are known by what the server has authenticated, never by a name in a commit. "
            "These changes are in section 11 as well."
        }
        (table(
            "Automated changes",
            ["Record", "Judged", "Where", "Commits", "Pushed by", "Why it was exempt"],
            all.iter().map(|change| [
                number(&change.record),
                when(change.record.time),
                html! { (change.repo) ", " (ref_name(&change.name)) },
                html! { (change.commits) },
                or_dash(change.pusher.as_ref()),
                html! { (exemption(change)) },
            ]),
        ))
    }
}

fn exemption(change: &Change) -> Clean {
    let waived = change.unkept.iter().find(|unkept| unkept.result.as_str() == "waived");
    waived.map_or_else(|| Clean::of("-"), |unkept| unkept.detail.clone())
}

/// All of them.
pub(super) fn population(report: &Report) -> Markup {
    html! {
        p {
            "Each row is one record: one push to one branch that landed. The same rows, with every "
            "detail, are in "
            "changes.csv. " code { "sockembot show NUMBER" } " prints all that is on record about one."
        }
        @if report.changes.is_empty() { p.none { (LANDED) ": none." } }
        @for (place, part) in report.changes.chunks(PART).enumerate() {
            div.changes.later[place > 0] {
                (plain_table(
                    &part_caption(place, part, report.changes.len()),
                    COLUMNS,
                    part.iter().map(row),
                ))
            }
        }
    }
}

/// A browser lays out one long table slowly, and many short ones only when they are seen.
const PART: usize = 500;

const LANDED: &str = "Changes that landed";

const COLUMNS: [&str; 8] =
    ["Record", "Landed", "Where", "Asked for", "Written by", "Approved by", "Pushed by", "Result"];

/// `Changes that landed`, or of more than one part `Changes that landed, 501 to 1000`.
fn part_caption(place: usize, part: &[Change], all: usize) -> String {
    let before = place * PART;
    match all <= PART {
        true => LANDED.to_owned(),
        false => format!("{LANDED}, {} to {}", before + 1, before + part.len()),
    }
}

fn row(change: &Change) -> [Markup; 8] {
    [
        number(&change.record),
        landed(change),
        html! {
            (change.repo) ", " (ref_name(&change.name)) br;
            span.soft {
                @match change.commits {
                    0 => "no new commit",
                    1 => "1 commit",
                    n => { (n) " commits" },
                }
            }
            @if let Some(new) = &change.new { " " (short(new)) }
        },
        html! {
            @if change.tickets.is_empty() { "-" }
            @for ticket in &change.tickets { (asked(ticket)) }
        },
        html! { @if change.authors.is_empty() { "-" } (names(&change.authors)) },
        approved(change),
        or_dash(change.pusher.as_ref()),
        result(change),
    ]
}

fn landed(change: &Change) -> Markup {
    html! {
        @match change.landing {
            Landing::Told(at) => (when(at)),
            Landing::Found => { (when(change.record.time)) br; span.soft { "judged; found in git" } },
            Landing::Unread => { (when(change.record.time)) br; span.soft { "judged; not looked up" } },
        }
    }
}

fn asked(ticket: &Ticket) -> Markup {
    html! {
        div.item {
            (linked(&ticket.key, ticket.link.as_ref())) " " (ticket.title) br;
            span.soft {
                (ticket.state)
                @if let Some(reporter) = &ticket.reporter { ", by " (reporter) }
                @if let Some(opened) = ticket.opened { ", opened " (on(opened)) }
            }
        }
    }
}

fn approved(change: &Change) -> Markup {
    html! {
        @if change.approvals.is_empty() { "-" }
        @for approval in &change.approvals {
            div.item {
                (approval.by) br;
                span.soft {
                    @if let Some(at) = approval.at { (when(at)) }
                    @if approval.source == Source::Ticket { " on the ticket" }
                }
            }
        }
    }
}

fn result(change: &Change) -> Markup {
    html! {
        @if change.class != Class::Standard { div.item.word { (Clean::of(change.class.as_str())) } }
        @if change.result > Outcome::Waived {
            strong.bad.word { (change.result.word()) }
            @for unkept in change.unkept.iter().filter(|unkept| unkept.result.as_str() != "waived") {
                div.item.soft { (unkept.rule) }
            }
        } @else {
            span.word { (change.result.word()) }
        }
    }
}
