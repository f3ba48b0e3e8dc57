//! The push options: what the pusher says beside the refs, in words that are hostile until read.

use super::host::Variable;
use crate::model::{Plea, Reason};
use crate::text::clean;

/// Characters of a reason.
const LONGEST: usize = 500;

/// Reads `GIT_PUSH_OPTION_COUNT` and `GIT_PUSH_OPTION_0` and so on (githooks(5)), for
/// an option `emergency`. Others are for the server's other hooks.
///
/// git sets the count to 0 where there is none, and some hosts do not set it at all.
pub fn plea(variable: Variable<'_>) -> Plea {
    match read(variable) {
        Ok(None) => Plea::None,
        Ok(Some(text)) => Plea::Emergency(Reason::given(text)),
        Err(why) => Plea::Malformed { why },
    }
}

fn read(variable: Variable<'_>) -> Result<Option<String>, String> {
    let Some(count) = variable("GIT_PUSH_OPTION_COUNT").filter(|count| !count.is_empty()) else {
        return Ok(None);
    };
    let is_number = count.bytes().all(|b| b.is_ascii_digit());
    let count: usize = count
        .parse()
        .ok()
        .filter(|_| is_number)
        .ok_or("GIT_PUSH_OPTION_COUNT is not the number of push options")?;
    let mut found = None;
    for index in 0..count {
        // The first that is missing ends this, whatever the count says.
        let name = format!("GIT_PUSH_OPTION_{index}");
        let Some(option) = variable(&name) else {
            return Err(format!("{count} push options are announced, and {name} is not set"));
        };
        let Some(value) = emergency(&option) else { continue };
        if found.replace(reason(value)?).is_some() {
            return Err("the push option `emergency` is given twice".to_owned());
        }
    }
    Ok(found)
}

/// What the option says, where it is ours. Whoever is in a hurry may shout.
fn emergency(option: &str) -> Option<&str> {
    let (key, value) = option.split_once('=').unwrap_or((option, ""));
    key.trim().eq_ignore_ascii_case("emergency").then_some(value)
}

fn reason(value: &str) -> Result<String, String> {
    let text = clean(value.trim());
    if !text.chars().any(char::is_alphanumeric) {
        return Err("the push option `emergency` gives no reason".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("the reason for the emergency has more than {LONGEST} characters"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(count: Option<&str>, options: &[&str]) -> Plea {
        plea(&|name: &str| match name.strip_prefix("GIT_PUSH_OPTION_") {
            Some("COUNT") => count.map(str::to_owned),
            Some(index) => options.get(index.parse::<usize>().unwrap()).map(|o| (*o).to_owned()),
            None => None,
        })
    }

    fn given(options: &[&str]) -> Plea {
        with(Some(&options.len().to_string()), options)
    }

    fn reason_of(plea: Plea) -> (String, Option<String>) {
        let Plea::Emergency(reason) = plea else { panic!("{plea:?}") };
        (reason.text, reason.incident)
    }

    #[test]
    fn a_push_without_our_option_asks_for_nothing() {
        for plea in [
            with(None, &[]),
            with(Some(""), &[]),
            with(Some("0"), &["emergency=x"]),
            given(&["ci.skip", "emergency-room=x", "", "=emergency"]),
        ] {
            assert_eq!(plea, Plea::None);
        }
    }

    #[test]
    fn a_reason_is_one_clean_line_and_may_begin_with_an_incident() {
        for (option, text, incident) in [
            (
                "emergency=INC-7: the card gateway is down",
                "INC-7: the card gateway is down",
                "INC-7",
            ),
            ("emergency= INC0012345 ", "INC0012345", "INC0012345"),
            ("Emergency=#12 down", "#12 down", "#12"),
            ("emergency=down=since 3", "down=since 3", ""),
            ("emergency=the gateway is down: INC-7", "the gateway is down: INC-7", ""),
            ("emergency=x\u{1b}[2J\ny\u{202e}", "x\\u{1b}[2J\\u{a}y\\u{202e}", ""),
        ] {
            let incident = (!incident.is_empty()).then(|| incident.to_owned());
            assert_eq!(reason_of(given(&["ci.skip", option])), (text.to_owned(), incident));
        }
    }

    #[test]
    fn what_can_t_be_read_is_not_taken_for_silence() {
        let long = format!("emergency={}", "x".repeat(LONGEST + 1));
        for (plea, words) in [
            (given(&["emergency"]), "no reason"),
            (given(&["emergency= "]), "no reason"),
            (given(&["emergency=...:"]), "no reason"),
            (given(&["emergency=a", "emergency=a"]), "given twice"),
            (given(&["emergency=a", "EMERGENCY"]), "no reason"),
            (given(&[&long]), "more than 500"),
            (with(Some("2"), &["emergency=a"]), "GIT_PUSH_OPTION_1 is not set"),
            (with(Some("99999999999"), &[]), "GIT_PUSH_OPTION_0 is not set"),
            (with(Some("-1"), &[]), "is not the number"),
            (with(Some("+1"), &["emergency=a"]), "is not the number"),
            (with(Some("99999999999999999999999"), &["emergency=a"]), "is not the number"),
        ] {
            let Plea::Malformed { why } = plea else { panic!("{words}: {plea:?}") };
            assert!(why.contains(words), "{why}");
        }
    }
}
