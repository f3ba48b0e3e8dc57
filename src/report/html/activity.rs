//! That the control works: what it refused, week by week, and when it did not see.

use maud::{Markup, html};

use super::chart::chart;
use super::parts::{number, or_dash, ref_name, table, when, when_or};
use crate::evidence::FollowupKind;
use crate::model::Rule;
use crate::report::model::Report;

/// Refusals, by rule.
pub(super) fn refusals(report: &Report) -> Markup {
    let refusals = &report.refusals;
    let (accepted, refused) = refusals.approvals;
    html! {
        p {
            "Refusals show that the control works: nothing of these pushes landed. In the period, "
            (refusals.refused)
            @if refusals.refused == 1 { " push to a branch was" } @else { " pushes to a branch were" }
            " refused for a rule. One can break several rules, so the numbers below can add up to "
            "more."
            @if refusals.alongside > 0 {
                " Of them, " (refusals.alongside) " broke no rule, and came together with one that "
                "did: all of a push lands, or nothing."
            }
        }
        (table("Refused, by rule", ["Rule", "What was wrong", "Times"],
            refusals.by_rule.iter().map(|(code, n)| [
                html! { code { (code) } },
                html! { (about(code.as_str())) },
                html! { (n) },
            ])))
        p {
            "Approvals are pushed as well, and judged: who gives one has to be who they say. In "
            "the period "
            (accepted) " were accepted and " (refused) " refused."
        }
    }
}

fn about(code: &str) -> &'static str {
    let rule = Rule::ALL.iter().find(|rule| rule.code() == code);
    rule.map_or("A rule of another version of the program.", |rule| rule.about())
}

/// The bars, and the numbers that they show.
pub(super) fn weeks(report: &Report) -> Markup {
    html! {
        (chart(&report.weeks))
        details {
            summary { "The numbers" }
            (table("Week by week", ["Week", "Landed", "Of these emergencies", "Refused"],
                report.weeks.iter().map(|week| [
                    html! { (week.days) },
                    html! { (week.landed) },
                    html! { (week.emergencies) },
                    html! { (week.refused) },
                ])))
        }
    }
}

fn open(report: &Report) -> Vec<[Markup; 4]> {
    let mut rows = Vec::new();
    for change in &report.changes {
        for after in &change.followups {
            let state = match after.kind {
                FollowupKind::TicketStillOpen => "open",
                FollowupKind::TicketGone => "gone",
                _ => continue,
            };
            rows.push([
                number(&change.record),
                or_dash(after.ticket.as_ref()),
                html! { (state) },
                when(after.record.time),
            ]);
        }
    }
    rows
}

/// Failures, monitor mode, and days without evidence.
pub(super) fn gaps(report: &Report) -> Markup {
    html! {
        h3 { "Could not be judged" }
        p { "When the control breaks, the push is refused, and the record says what broke." }
        (table("Pushes that could not be judged",
            ["Record", "When", "Where", "Incident", "While", "What broke"],
            report.failures.iter().map(|failure| [
                number(&failure.record),
                when(failure.record.time),
                html! { (failure.repo) ", " (ref_name(&failure.name)) },
                html! { (failure.incident) },
                html! { (failure.doing) },
                html! { (failure.message) },
            ])))
        h3 { "Monitor mode" }
        (table("Branches in monitor mode, where broken rules refused nothing",
            ["Branches", "From", "Until"],
            report.monitored.iter().map(|span| [
                html! { (span.governs) },
                when(span.from),
                when_or(span.until, "the end of the evidence"),
            ])))
        h3 { "Tickets left open" }
        p {
            "For information: tickets that were still open long after their change had landed, or "
            "were gone."
        }
        (table("Tickets left open", ["Record", "Ticket", "State", "Seen"], open(report).into_iter()))
        h3 { "Days without evidence" }
        p {
            "A day on which nobody pushed leaves no record; a day on which the control was "
            "switched off does not either. The comparison with the repositories in section 4 tells "
            "them apart."
        }
        (table("Days without any record of this server", ["Days", "How many"],
            report.silent.iter().map(|days| [html! { (days) }, html! { (days.days()) }])))
    }
}
