//! Jira's times: not quite RFC 3339, and in one place a number.

use jiff::Timestamp;
use serde_json::Value;

/// `2026-11-24T09:00:00.000+0000`, whose offset lacks the colon; and the numbers of
/// the changelog's bulkfetch, in seconds or in milliseconds (Atlassian's example
/// has the former, and no description says).
pub(super) fn time(value: &Value) -> Result<Timestamp, String> {
    let odd = || format!("{value} is no time");
    match value {
        Value::Number(number) => {
            let number = number.as_i64().ok_or_else(odd)?;
            // As seconds, 10^11 is the year 5138.
            let time = if number.abs() < 100_000_000_000 {
                Timestamp::from_second(number)
            } else {
                Timestamp::from_millisecond(number)
            };
            time.map_err(|_| odd())
        }
        Value::String(text) => Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text)
            .or_else(|_| text.parse())
            .map_err(|_| odd()),
        _ => Err(odd()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_of_writing_a_time_is_that_time() {
        for value in [
            json!("2017-07-13T03:27:09.000-0000"),
            json!("2017-07-13T05:27:09.000+0200"),
            json!("2017-07-13T03:27:09Z"),
            json!(1_499_916_429),
            json!(1_499_916_429_000_i64),
        ] {
            assert_eq!(time(&value).unwrap().as_second(), 1_499_916_429, "{value}");
        }
        for odd in [json!(null), json!("yesterday"), json!("2017-07-13"), json!(1.5)] {
            assert!(time(&odd).is_err(), "{odd}");
        }
    }
}
