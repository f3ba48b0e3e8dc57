//! The values of the config file, each checked where it stands.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Patterns;
use crate::model::ticket::is_project;

/// A value that is made from a string, or says why it can't be.
macro_rules! from_string {
    ($(#[$doc:meta])* $name:ident($inner:ty) = $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) $inner);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let parse: fn(String) -> Result<$inner, String> = $parse;
                parse(text).map(Self)
            }
        }
    };
}

from_string! {
    /// One line of text for people.
    Line(String) = |text| {
        let sound = !text.is_empty() && text.len() <= 300 && !text.chars().any(char::is_control);
        if sound { Ok(text) } else { Err("expected one line of 1 to 300 bytes".to_owned()) }
    }
}

from_string! {
    /// A login, or an account of a tracker.
    Login(String) = |text| {
        let odd = |c: char| c.is_control() || c.is_whitespace();
        let sound = !text.is_empty() && text.len() <= 255 && !text.chars().any(odd);
        if sound { Ok(text) } else { Err("expected a login: no blanks, 1 to 255 bytes".to_owned()) }
    }
}

from_string! {
    /// An address.
    Email(String) = |text| {
        let sound = text.contains('@') && !text.chars().any(|c| c.is_control() || "<> ".contains(c));
        if sound { Ok(text) } else { Err("expected an e-mail address".to_owned()) }
    }
}

from_string! {
    /// A mail domain.
    Domain(String) = |text| {
        let sound = !text.is_empty() && !text.chars().any(|c| c.is_control() || "@<> ".contains(c));
        if sound { Ok(text) } else { Err("expected a mail domain, such as `example.com`".to_owned()) }
    }
}

from_string! {
    /// A path that means the same wherever we are run.
    Absolute(PathBuf) = |text| {
        let path = PathBuf::from(&text);
        if path.is_absolute() {
            return Ok(path);
        }
        Err("expected an absolute path: a hook runs in the repository's directory".to_owned())
    }
}

from_string! {
    /// A pattern for repositories.
    RepoPattern(String) = |text| Patterns::parse(std::slice::from_ref(&text)).map(|_| text)
}

from_string! {
    /// A pattern for refs.
    RefPattern(String) = |text| {
        Patterns::parse(std::slice::from_ref(&text))?;
        if text.starts_with("refs/") {
            return Ok(text);
        }
        Err(format!("a ref pattern begins with `refs/`; for a branch write `refs/heads/{text}`"))
    }
}

from_string! {
    /// A tracker's project.
    Project(String) = |text| {
        if is_project(&text) {
            return Ok(text);
        }
        Err("expected a project such as `PAY`: capital letters, digits and `_`; or `#`, or \
             `group/project` of a forge"
            .to_owned())
    }
}

from_string! {
    /// A trailer's token.
    Token(String) = |text| {
        let sound = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if sound { Ok(text) } else { Err("expected a trailer such as `Ticket`, without colon".to_owned()) }
    }
}

from_string! {
    /// A length of time, always longer than nothing where it is a deadline.
    Term(Duration) = |text| term(&text).ok_or_else(|| {
        "expected a number and a unit: `250ms`, `25s`, `5m`, `24h` or `30d`".to_owned()
    })
}

from_string! {
    /// The variable that names the pusher.
    Variable(String) = variable
}

/// How many approvals.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct Required(pub(super) usize);

impl TryFrom<i64> for Required {
    type Error = &'static str;

    fn try_from(n: i64) -> Result<Self, Self::Error> {
        match usize::try_from(n) {
            Ok(n @ 0..=9) => Ok(Self(n)),
            _ => Err("expected 0 to 9 approvals"),
        }
    }
}

fn term(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok().filter(|n| *n <= 1_000_000)?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number * 60)),
        "h" => Some(Duration::from_secs(number * 3600)),
        "d" => Some(Duration::from_secs(number * 24 * 3600)),
        _ => None,
    }
}

/// A variable that only the server sets. The others come from the client: git and
/// sshd pass them on, web servers make `HTTP_*` of any header (RFC 3875, 4.1.18),
/// and `USER` is the account that all pushers share.
fn variable(name: String) -> Result<String, String> {
    let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !well_formed {
        return Err("expected the name of an environment variable".to_owned());
    }
    let upper = name.to_ascii_uppercase();
    let by_client = [
        "HTTP_", "GIT_", "SSH_", "LC_", "QUERY_", "REQUEST_", "CONTENT_", "PATH_", "SCRIPT_",
        "SERVER_",
    ]
    .iter()
    .any(|p| upper.starts_with(p))
        || ["LANG", "TERM", "PATH", "HOME", "PWD", "SHELL", "REMOTE_IDENT", "REMOTE_HOST"]
            .contains(&upper.as_str());
    if by_client {
        return Err(format!(
            "{name} can be set by the client, so it names nobody; name one that only the web \
             server or the forced command sets"
        ));
    }
    if ["USER", "LOGNAME"].contains(&upper.as_str()) {
        return Err(format!("{name} is the account that runs git, the same for every pusher"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_a_unit() {
        assert_eq!(term("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(term("5m"), Some(Duration::from_secs(300)));
        assert_eq!(term("24h"), Some(Duration::from_secs(86_400)));
        assert_eq!(term("30d"), Some(Duration::from_secs(2_592_000)));
        for bad in ["", "5", "m", "5 m", "-5s", "1.5s", "5w", "99999999999999999999s"] {
            assert_eq!(term(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_variable_that_the_client_can_set_names_nobody() {
        for bad in [
            "HTTP_X_USER",
            "GIT_PUSHER",
            "SSH_ORIGINAL_COMMAND",
            "LC_USER",
            "REMOTE_IDENT",
            "PATH_INFO",
            "USER",
            "",
            "a b",
        ] {
            assert!(variable(bad.to_owned()).is_err(), "{bad}");
        }
        for good in ["REMOTE_USER", "GL_USER", "PUSHER"] {
            assert!(variable(good.to_owned()).is_ok(), "{good}");
        }
    }
}
