//! The page: one file, no script, nothing from elsewhere.

mod activity;
mod changes;
mod chart;
mod closing;
mod completeness;
mod control;
mod exceptions;
mod frameworks;
mod parts;
mod summary;
#[cfg(test)]
mod tests;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::model::Report;
use super::period::Period;
use super::tables::Sums;

/// Even a page that was tampered with fetches and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Writes the page. `sums` are the hashes of the files beside it.
pub fn page(report: &Report, sums: &Sums) -> String {
    let period = report.scope.period;
    let sections = [
        ("scope", "Scope and parameters", summary::scope(report, sums)),
        ("figures", "Figures", summary::figures(report)),
        ("control", "The control and its rules", control::control(report)),
        ("completeness", "Is the list complete?", completeness::completeness(report)),
        ("exceptions", "Exceptions", exceptions::exceptions(report)),
        ("emergencies", "Emergency changes", exceptions::emergencies(report)),
        ("automated", "Automated changes", changes::automated(report)),
        ("refusals", "What was refused", activity::refusals(report)),
        ("weeks", "Week by week", activity::weeks(report)),
        ("gaps", "Failures, monitor mode, days without evidence", activity::gaps(report)),
        ("changes", "All changes", changes::population(report)),
        ("integrity", "Integrity, and how to verify it yourself", closing::integrity(report, sums)),
        ("frameworks", "Which requirements this answers", frameworks::frameworks()),
        ("limits", "Limits, and sign-off", closing::limits(report)),
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { "Change control report, " (period) }
                (style(period))
            }
            body {
                (summary::header(report))
                nav aria-label="Contents" {
                    ol { @for (id, title, _) in &sections { li { a href={ "#" (id) } { (title) } } } }
                }
                main {
                    @for (id, title, body) in &sections {
                        section id=(id) aria-labelledby={ (id) "-title" } {
                            h2 id={ (id) "-title" } { (title) }
                            "\n"
                            (body)
                        }
                        "\n"
                    }
                }
                footer {
                    p { "Made by " (report.scope.version) ". This page runs no script and loads nothing." }
                }
            }
        }
    };
    page.into_string()
}

/// The only text that goes onto the page as it is: ours, and two days.
fn style(period: Period) -> Markup {
    const STYLE: &str = include_str!("style.css");
    let foot =
        format!("@page {{ @bottom-left {{ content: \"Change control report, {period}\" }} }}\n");
    html! { style { "\n" (PreEscaped(STYLE)) (PreEscaped(foot)) } }
}
