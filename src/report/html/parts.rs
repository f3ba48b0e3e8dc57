//! What the sections are made of: tables that fit a phone, times, names and short hashes.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::report::clean::{Clean, Link};
use crate::report::model::Stamp;
use crate::report::period::day;

/// A table. On a phone each row becomes a card, and each cell bears the name of its column.
pub(super) fn table<const N: usize>(
    caption: &str,
    columns: [&str; N],
    rows: impl ExactSizeIterator<Item = [Markup; N]>,
) -> Markup {
    html! {
        @if rows.len() == 0 {
            p.none { (caption) ": none." }
        } @else {
            (plain_table(caption, columns, rows))
        }
    }
}

/// The same with rows for certain.
pub(super) fn plain_table<const N: usize>(
    caption: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            "\n"
            tbody {
                @for row in rows {
                    tr {
                        @for (place, (column, cell)) in columns.into_iter().zip(row).enumerate() {
                            @if place == 0 {
                                th scope="row" data-column=(column) { (cell) }
                            } @else {
                                td data-column=(column) { (cell) }
                            }
                        }
                    }
                    "\n"
                }
            }
        }
    }
}

/// Pairs of a term and what it is.
pub(super) fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! {
        dl.pairs {
            @for (term, what) in pairs { div { dt { (term) } dd { (what) } } "\n" }
        }
    }
}

/// A time, by UTC, to the second.
pub(super) fn when(time: Timestamp) -> Markup {
    let (date, clock) = (time.strftime("%Y-%m-%d "), time.strftime("%H:%M:%S"));
    html! { span.time { (date.to_string()) wbr; (clock.to_string()) } }
}

/// The day of a time, by UTC.
pub(super) fn on(time: Timestamp) -> Markup {
    html! { span.time { (day(time)) } }
}

/// The same, or what is known instead.
pub(super) fn when_or(time: Option<Timestamp>, instead: &str) -> Markup {
    html! { @match time { Some(time) => (when(time)), None => (instead) } }
}

/// A record's number.
pub(super) fn number(record: &Stamp) -> Markup {
    html! { span.id { "#" (record.seq) } }
}

/// The first digits of a hash; the whole of it stands in the tables beside the page.
pub(super) fn short(hash: &str) -> Markup {
    let head = hash.char_indices().nth(10).map_or(hash, |(end, _)| &hash[..end]);
    html! { span.id title=(hash) { (head) } }
}

/// A whole hash, that may break anywhere.
pub(super) fn hash(hash: &str) -> Markup {
    html! { code.hash { (hash) } }
}

/// Names, one after the other.
pub(super) fn names(names: &[Clean]) -> Markup {
    html! {
        @for (place, name) in names.iter().enumerate() {
            @if place > 0 { ", " }
            (name)
        }
    }
}

/// Foreign text, or a dash where there is none.
pub(super) fn or_dash(text: Option<&Clean>) -> Markup {
    html! { @match text { Some(text) => (text), None => "-" } }
}

/// A name that leads somewhere, where it does.
pub(super) fn linked(name: &Clean, link: Option<&Link>) -> Markup {
    html! {
        @match link {
            Some(link) => a href=(link.as_str()) rel="noreferrer" { (name) },
            None => (name),
        }
    }
}

/// `branch main`, `tag v1`, or the whole name of another ref.
pub(super) fn ref_name(name: &Clean) -> Markup {
    let text = name.as_str();
    html! {
        @if let Some(branch) = text.strip_prefix("refs/heads/") {
            (branch)
        } @else if let Some(tag) = text.strip_prefix("refs/tags/") {
            "tag " (tag)
        } @else {
            (text)
        }
    }
}

/// `1 commit`, `2 commits`.
pub(super) fn count(n: usize, noun: &str) -> String {
    crate::text::count(n, noun)
}
