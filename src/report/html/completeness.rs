//! The records held against the repositories, ref by ref.

use maud::{Markup, html};

use super::parts::{number, or_dash, ref_name, short, table, when};
use crate::report::model::{Report, Tie, TieOut};

/// The comparison, and what it leaves open.
pub(super) fn completeness(report: &Report) -> Markup {
    html! {
        p {
            "A repository holds its own list of commits, apart from the records. For each "
            "protected branch it was read again when this report was made, and every commit in it "
            "since the control began was looked up in the records. A commit without a record came "
            "in around the control. A change on record whose commits are gone means that history "
            "was rewritten around it. Either is an exception, and stands in section 5."
        }
        @match &report.tie_out {
            TieOut::NotDone(why) => p { strong { "The repositories were not read: " } (why) },
            TieOut::Done(ties) => {
                (table(
                    "Branches, from where the control began to where they were when this report \
                     was made",
                    [
                        "Branch", "Repository", "Began at", "Was at", "Commits by git",
                        "With a record", "Without", "Result",
                    ],
                    ties.iter().map(row),
                ))
                p.soft {
                    "\u{201c}Commits by git\u{201d} is what git itself counts; section 12 has the "
                    "command. It counts from the start of the control, whatever the period."
                }
            },
        }
        @if !report.notes.is_empty() {
            h3 { "Worth knowing" }
            ul { @for note in &report.notes { li { (note) "." } } }
        }
        h3 { "Let in, and not landed" }
        p {
            "A push that the control lets in can still fail: somebody else was faster, another "
            "check refused it, or the connection broke. These records have no commit in the "
            "repository, and are not counted as changes."
        }
        (table(
            "Let in, and not landed",
            ["Record", "Judged", "Repository", "Branch", "Commit", "Pushed by"],
            report.vanished.iter().map(|push| [
                number(&push.record),
                when(push.record.time),
                html! { (push.repo) },
                ref_name(&push.name),
                html! { @match &push.new { Some(new) => (short(new)), None => "-" } },
                or_dash(push.pusher.as_ref()),
            ]),
        ))
    }
}

fn row(tie: &Tie) -> [Markup; 8] {
    [
        ref_name(&tie.name),
        html! { (tie.repo) },
        html! {
            @if tie.since.is_empty() { "its first commit" }
            @for since in &tie.since { (short(since)) " " }
        },
        html! { @match &tie.tip { Some(tip) => (short(tip)), None => "not there" } },
        html! { (tie.commits) },
        html! { (tie.recorded) },
        html! { span.bad[tie.unrecorded > 0] { (tie.unrecorded) } },
        html! { @if tie.agrees { "agrees" } @else { strong.bad { "differs" } } },
    ]
}
