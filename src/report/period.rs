//! The period that a report is about: whole days, by UTC.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// From the beginning of one day to the end of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

/// Days of the longest period: the bars of ten years still fit on a page.
const LONGEST: i32 = 3660;

/// The day of a time, by UTC.
pub fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

/// Parses `2026-01-31`, and nothing looser.
///
/// # Errors
/// What a day looks like.
pub fn parse_day(text: &str) -> Result<Date, String> {
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = text.parse().ok().filter(|_| is_day);
    day.ok_or_else(|| "a day is written YYYY-MM-DD, such as 2026-01-31".to_owned())
}

impl Period {
    /// Both days belong to it.
    ///
    /// # Errors
    /// Where the second is before the first, or too far from it.
    pub fn new(from: Date, to: Date) -> Result<Self, String> {
        if to < from {
            return Err(format!("the period ends on {to}, before it begins on {from}"));
        }
        if to.since(from).is_ok_and(|span| span.get_days() > LONGEST) {
            return Err("a period has ten years at the most".to_owned());
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    pub fn to(&self) -> Date {
        self.to
    }

    /// Whether a time is in it.
    pub fn contains(&self, time: Timestamp) -> bool {
        (self.from..=self.to).contains(&day(time))
    }

    /// Its weeks, each from a Monday or the first day on.
    pub fn weeks(&self) -> Vec<Self> {
        let mut weeks = Vec::new();
        let mut from = self.from;
        loop {
            let rest = 7 - i64::from(from.weekday().to_monday_one_offset());
            let sunday = from.saturating_add(rest.days());
            let to = sunday.min(self.to);
            weeks.push(Self { from, to });
            if to == self.to {
                return weeks;
            }
            from = to.saturating_add(1.day());
        }
    }

    /// The stretches of days that are not among `days`, which are sorted.
    pub fn without(&self, days: impl IntoIterator<Item = Date>) -> Vec<Self> {
        let mut gaps = Vec::new();
        let mut next = self.from;
        for day in days {
            if day > next {
                gaps.push(Self { from: next, to: day.saturating_sub(1.day()).min(self.to) });
            }
            next = next.max(day.saturating_add(1.day()));
        }
        if next <= self.to {
            gaps.push(Self { from: next, to: self.to });
        }
        gaps
    }

    /// `1 January to 31 March 2026`.
    pub fn in_words(&self) -> String {
        let words = |day: Date, form: &str| day.strftime(form).to_string();
        let to = words(self.to, "%-d %B %Y");
        match self.from {
            from if from == self.to => to,
            from if from.year() == self.to.year() => format!("{} to {to}", words(from, "%-d %B")),
            from => format!("{} to {to}", words(from, "%-d %B %Y")),
        }
    }

    /// How many days it has.
    pub fn days(&self) -> usize {
        let days = self.to.since(self.from).map_or(0, |span| span.get_days());
        usize::try_from(days).unwrap_or(0) + 1
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from == self.to {
            true => write!(f, "{}", self.from),
            false => write!(f, "{} to {}", self.from, self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period::new(parse_day(from).unwrap(), parse_day(to).unwrap()).unwrap()
    }

    fn shown(periods: &[Period]) -> Vec<String> {
        periods.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_days_are_whole_and_in_utc() {
        let january = period("2026-01-01", "2026-01-31");
        for (time, is_in) in [
            ("2025-12-31T23:59:59.999Z", false),
            ("2026-01-01T00:00:00Z", true),
            ("2026-01-31T23:59:59.999Z", true),
            ("2026-02-01T00:00:00Z", false),
        ] {
            assert_eq!(january.contains(time.parse().unwrap()), is_in, "{time}");
        }
        assert_eq!(january.days(), 31);
    }

    #[test]
    fn only_a_day_is_a_day() {
        for text in ["2026-1-1", "2026-02-30", "2026-01-01T10:00:00Z", "today", "20260101", ""] {
            assert!(parse_day(text).is_err(), "{text}");
        }
        let day = |text| parse_day(text).unwrap();
        assert!(Period::new(day("2026-01-02"), day("2026-01-01")).is_err());
        assert!(Period::new(day("2000-01-01"), day("2026-01-01")).is_err());
    }

    #[test]
    fn weeks_begin_on_mondays_and_fill_the_period() {
        // 1 January 2026 is a Thursday.
        let weeks = period("2026-01-01", "2026-01-13").weeks();
        assert_eq!(
            shown(&weeks),
            ["2026-01-01 to 2026-01-04", "2026-01-05 to 2026-01-11", "2026-01-12 to 2026-01-13"]
        );
        assert_eq!(weeks.iter().map(Period::days).sum::<usize>(), 13);
    }

    #[test]
    fn days_that_are_missing_come_as_stretches() {
        let january = period("2026-01-01", "2026-01-10");
        let days = ["2026-01-02", "2026-01-02", "2026-01-05"].map(|day| parse_day(day).unwrap());
        assert_eq!(
            shown(&january.without(days)),
            ["2026-01-01", "2026-01-03 to 2026-01-04", "2026-01-06 to 2026-01-10"]
        );
        assert_eq!(shown(&january.without([])), ["2026-01-01 to 2026-01-10"]);
        assert!(period("2026-01-01", "2026-01-01").without(days[..0].iter().copied()).len() == 1);
    }
}
