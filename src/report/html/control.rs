//! What the control is, its rules, and under which config it ran when.

use maud::{Markup, html};

use super::parts::{hash, number, short, table, when, when_or};
use crate::model::Rule;
use crate::model::verdict::Mode;
use crate::report::model::{PolicyPeriod, Report, Table};

/// The description, the rules, and the policy periods.
pub(super) fn control(report: &Report) -> Markup {
    html! {
        p {
            "The server runs the control, a program called sockembot, on every push to a protected "
            "branch, before anything is taken in. It works out which commits are new on that "
            "branch, and asks three things. Is there a ticket for each of them, open, and in a "
            "state that allows the work? Have people who neither wrote nor pushed the change "
            "approved it, in this very version? Does the branch only go forward, so that nothing "
            "that had landed is taken away? If the answer to any is no, or can't be found out, the "
            "push is refused, and nothing of it lands."
        }
        p {
            "Whatever the answer, it is recorded before the person who pushed gets it. Where the "
            "record can't be written, the push is refused. Who pushed is what the server has "
            "authenticated, never what a commit claims."
        }
        p {
            "A config file says which branches are protected and what is asked for. It is the "
            dfn { "policy" } ". The whole of it is on record whenever it, or the version of the "
            "program, changes; so each change can be held against the policy that was in force. A "
            "branch in " dfn { "monitor mode" } " is judged alike, but a broken rule is only "
            "recorded, and the push lands."
        }
        h3 { "Policies in the period" }
        @if report.policies.is_empty() { p.none { "Policies: none." } }
        @for policy in &report.policies { (period(policy)) }
        h3 { "The rules" }
        p {
            "A " dfn { "tag" } " is a fixed name for one commit, such as that of a release. A "
            dfn { "ref" } " is the name of a branch or a tag. One that is " dfn { "governed" }
            " is protected by the policy."
        }
        (table(
            "Each rule has a code, which the tables use",
            ["Code", "What is wrong when it is broken"],
            Rule::ALL.iter().map(|rule| [html! { code { (rule.code()) } }, coded(rule.about())])))
    }
}

/// What stands between backticks is code.
fn coded(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn period(policy: &PolicyPeriod) -> Markup {
    html! {
        article.policy {
            h4 {
                "Policy " (short(policy.sha256.as_str())) ", from " (when(policy.from.time)) " to "
                (when_or(policy.until, "the end of the evidence"))
            }
            p.soft {
                "Record " (number(&policy.from)) ", program " (policy.tool) ", "
                (super::parts::count(policy.records, "record")) " of the period. SHA-256 "
                (hash(policy.sha256.as_str()))
            }
            @match &policy.asks {
                Ok(all) => {
                    @for table in &all.tables { (asks(table)) }
                    @if let Some(emergencies) = &all.emergencies { p { (emergencies) } }
                },
                Err(why) => p { "This version of the program can't read that config: " (why) },
            }
            details {
                summary { "The whole config" }
                pre { @for line in &policy.text { (line) "\n" } }
            }
        }
        "\n"
    }
}

fn asks(table: &Table) -> Markup {
    html! {
        p {
            (table.governs) ": "
            @match table.mode {
                Mode::Enforce => "enforced.",
                Mode::Monitor => strong { "monitor mode." },
            }
        }
        ul { @for ask in &table.asks { li { (ask) } } }
    }
}
