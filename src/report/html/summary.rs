//! The head of the page, what was asked, and the figures.

use maud::{Markup, html};

use super::parts::{count, hash, number, pairs, when};
use crate::evidence::Class;
use crate::report::model::{Report, TieOut};
use crate::report::tables::Sums;

/// The title, and the findings in a few sentences.
pub(super) fn header(report: &Report) -> Markup {
    let scope = &report.scope;
    html! {
        header {
            p.kicker { "Change control report" }
            h1 { (scope.period.in_words()) }
            p.lead { (lead(report)) }
            p.how {
                "Source code is kept in " dfn { "repositories" } " on a server. A change to it is a "
                dfn { "commit" } "; sending commits to the server is a " dfn { "push" }
                ". What is released comes from a " dfn { "protected branch" }
                ": a line of commits that the control on this server guards. A change "
                dfn { "landed" } " when the server took it in. The control judges each push before it "
                "can land, and writes a " dfn { "record" } " of it first. A " dfn { "ticket" }
                " is the request for a change, in a system of its own. All times are UTC."
            }
        }
    }
}

fn lead(report: &Report) -> Markup {
    let landed = count(report.changes.len(), "change");
    let intact = report.chain.flaws.is_empty();
    html! {
        (landed) " landed on the protected branches. "
        @match report.exceptions.len() {
            0 => "There are no exceptions. ",
            n => {
                strong { (count(n, "exception")) }
                @if n == 1 { " is" } @else { " are" } " listed below. "
            },
        }
        @if intact {
            "The chain of records is unbroken"
        } @else {
            strong { "The chain of records is broken" }
        }
        @match (&report.tie_out, report.unrecorded()) {
            (TieOut::NotDone(_), _) => ", but the repositories were not read.",
            (TieOut::Done(_), 0) => ", and every commit in the repositories has its record.",
            (TieOut::Done(_), n) => {
                ", and " strong { (count(n, "commit")) } " in the repositories "
                @if n == 1 { "has" } @else { "have" } " no record."
            },
        }
    }
}

/// What was asked, of what, by whom, and how much came of it.
pub(super) fn scope(report: &Report, sums: &Sums) -> Markup {
    let scope = &report.scope;
    let repos = html! {
        @match &scope.repo { Some(glob) => { "those that match " code { (glob) } }, None => "all" }
    };
    let file = html! {
        code { (scope.file) }
        @if let Some(log) = &report.chain.log { ", which has the id " code { (log) } }
    };
    let rows = html! {
        "changes.csv " (count(report.changes.len(), "row")) "; exceptions.csv "
        (count(report.exceptions.len(), "row")) "; evidence.jsonl "
        (count(report.chain.slice.as_ref().map_or(0, |slice| slice.records), "record"))
    };
    let mut list = vec![
        ("Period", html! { (scope.period) ", both days whole, by UTC" }),
        ("Repositories", repos),
        ("Evidence", file),
        ("Server", html! { (scope.host) }),
        ("Command", html! { code { (scope.command) } }),
        ("Run by", html! { (scope.account) }),
        ("Program", html! { (scope.version) }),
        ("Made at", html! { (when(scope.made_at)) }),
        ("Rows", rows),
    ];
    if let Some(slice) = &report.chain.slice {
        let span = html! {
            (number(&slice.first)) " to " (number(&slice.last)) ", of which the last was written "
            (when(slice.last.time))
        };
        list.push(("Records", span));
    }
    html! {
        (pairs(list))
        p {
            "A change belongs to the period in which it was judged, by the clock of this server. "
            "Follow-ups are counted up to the end of the evidence, which is "
            @match &report.chain.last {
                Some(last) => { "record " (number(last)) " of " (when(last.time)) "." },
                None => "empty.",
            }
        }
        (files(sums))
    }
}

fn files(sums: &Sums) -> Markup {
    html! {
        h3 { "The files of this package" }
        (pairs([
            ("report.html", html! { "this page" }),
            ("changes.csv", html! {
                "every change that landed, one row each; for a spreadsheet: UTF-8, commas. SHA-256 "
                (hash(&sums.changes))
            }),
            ("exceptions.csv", html! {
                "every exception, one row each. SHA-256 " (hash(&sums.exceptions))
            }),
            ("evidence.jsonl", html! {
                "the records themselves, byte by byte as they were written. SHA-256 "
                (hash(&sums.evidence))
            }),
            ("SHA256SUMS", html! { "the hashes of the four" }),
        ]))
    }
}

/// The numbers.
pub(super) fn figures(report: &Report) -> Markup {
    let of = |class: Class| report.of_class(&class).count();
    let commits: u64 = report.changes.iter().map(|change| change.commits).sum();
    let emergencies = of(Class::Emergency);
    let share = match report.changes.len() {
        _ if emergencies == 0 => String::new(),
        all => format!(", {:.1} % of them", 100.0 * emergencies as f64 / all as f64),
    };
    let other = report.changes.iter().filter(|change| matches!(change.class, Class::Other(_)));
    let other = other.count();
    html! {
        dl.figures {
            (figure("landed", report.changes.len(), "changes landed", false))
            (figure("exceptions", report.exceptions.len(), "exceptions", true))
            @match report.tie_out {
                TieOut::Done(_) => {
                    (figure("unrecorded", report.unrecorded(), "commits without a record", true))
                },
                TieOut::NotDone(_) => (unknown("unrecorded", "commits without a record: not compared")),
            }
            (figure("flaws", report.chain.flaws.len(), "faults in the chain of records", true))
            (figure("refused", report.refusals.refused, "pushes to a branch refused", false))
            (figure("failures", report.failures.len(), "could not be judged, so refused", false))
        }
        (pairs([
            ("Standard", html! {
                span #figure-standard { (of(Class::Standard)) } " by people, under the rules"
            }),
            ("Emergency", html! {
                span #figure-emergency { (emergencies) }
                " without prior approval, to be reviewed afterwards" (share)
            }),
            ("Automated", html! {
                span #figure-automated { (of(Class::Automated)) }
                " by machines that the policy exempts"
            }),
            ("Unverified", html! {
                span #figure-unverified { (of(Class::Unverified)) }
                " while the ticket system was away"
            }),
            ("Other", html! {
                span #figure-other { (other) }
                " of a kind that this version of the program does not know"
            }),
            ("Commits", html! { span #figure-commits { (commits) } " in these changes" }),
        ]))
    }
}

fn figure(id: &str, n: usize, what: &str, is_bad: bool) -> Markup {
    html! {
        div.bad[is_bad && n > 0] {
            dt { (what) }
            dd id={ "figure-" (id) } { (crate::text::thousands(n)) }
        }
        "\n"
    }
}

fn unknown(id: &str, what: &str) -> Markup {
    html! { div.bad { dt { (what) } dd id={ "figure-" (id) } { "?" } } }
}
