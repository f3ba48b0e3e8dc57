//! What an auditor has to look at, and the emergencies.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::parts::{names, number, or_dash, ref_name, short, table, when, when_or};
use crate::evidence::Class;
use crate::report::model::{Change, Exception, Kind, Report, State};

/// How many there are of each kind, and each with its reason and state.
pub(super) fn exceptions(report: &Report) -> Markup {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for found in &report.exceptions {
        *kinds.entry(found.kind).or_default() += 1;
    }
    html! {
        p {
            "An exception is whatever did not go by the rules, or can't be shown to have. It is "
            "open until a later record settles it. One that is to be explained has no way to be "
            "settled on record: the people in charge have to say how it came about."
        }
        (table("Exceptions by kind", ["Kind", "What it is", "How many"],
            kinds.into_iter().map(|(kind, n)| [
                html! { code { (kind.code()) } }, html! { (kind.about()) }, html! { (n) },
            ])))
        (table(
            "Exceptions, one by one",
            ["No.", "What", "When", "Where", "Who", "Why", "State"],
            report.exceptions.iter().enumerate().map(|(place, found)| row(place + 1, found)),
        ))
    }
}

fn row(place: usize, found: &Exception) -> [Markup; 7] {
    [
        html! { (place) },
        html! {
            code { (found.kind.code()) }
            @if let Some(record) = &found.record { br; span.soft { "record " (number(record)) } }
        },
        html! { @match &found.record { Some(record) => (when(record.time)), None => "not on record" } },
        html! {
            @match (&found.repo, &found.name) {
                (Some(repo), Some(name)) => { (repo) ", " (ref_name(name)) },
                (Some(repo), None) => (repo),
                (None, _) => "this server",
            }
            @if let Some(commit) = &found.commit { br; (short(commit.as_str())) }
        },
        or_dash(found.who.as_ref()),
        html! { (found.reason) },
        html! {
            @match &found.state {
                State::Settled(how) => { "settled: " (how) },
                State::Open | State::Stands => strong.bad { (found.state.word()) },
            }
        },
    ]
}

/// Who declared each emergency and why, until when it had to be reviewed, and who did.
pub(super) fn emergencies(report: &Report) -> Markup {
    let all: Vec<&Change> = report.of_class(&Class::Emergency).collect();
    html! {
        p {
            "In an emergency somebody who is named in the policy can have a change let in without "
            "approval, with a reason. The ticket is still needed. Somebody who did not write it "
            "has to review it within the time that the policy sets."
        }
        (table(
            "Emergency changes",
            ["Record", "Judged", "Where", "Declared by", "Written by", "Why", "Review due", "Reviewed"],
            all.iter().map(|change| [
                number(&change.record),
                when(change.record.time),
                html! { (change.repo) ", " (ref_name(&change.name)) },
                or_dash(change.pusher.as_ref()),
                names(&change.authors),
                html! {
                    @match &change.emergency { Some(emergency) => (emergency.why()), None => "-" }
                },
                when_or(change.emergency.as_ref().map(|emergency| emergency.due), "not on record"),
                review(change),
            ]),
        ))
    }
}

fn review(change: &Change) -> Markup {
    html! {
        @match change.review() {
            None => strong.bad { "not yet" },
            Some(review) => {
                (when_or(review.at, "at an unknown time")) " by " (or_dash(review.by.as_ref()))
                @if change.is_reviewed_late() { " " strong.bad { "late" } }
            },
        }
    }
}
