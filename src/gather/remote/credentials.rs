//! The token: where it is read, and how it goes into a request.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::fault::Fault;
use crate::policy::TokenSource;

/// How the token goes into the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gather) enum Scheme {
    /// `Basic USER:TOKEN` where there is a user, else `Bearer TOKEN`.
    BasicOrBearer,
    /// `Basic TOKEN:x`, as Redmine takes its keys (Redmine REST API, "Authentication").
    KeyAsUser,
}

/// What goes with every request. It has no `Debug`, so that no report can show it.
pub(super) enum Credentials {
    Basic { user: String, password: String },
    Bearer(String),
}

impl Scheme {
    pub(super) fn credentials(self, user: Option<&str>, token: String) -> Credentials {
        match (self, user) {
            (Self::BasicOrBearer, Some(user)) => {
                Credentials::Basic { user: user.to_owned(), password: token }
            }
            (Self::BasicOrBearer, None) => Credentials::Bearer(token),
            (Self::KeyAsUser, _) => Credentials::Basic { user: token, password: "x".to_owned() },
        }
    }
}

/// Reads the token.
pub(super) fn token(source: &TokenSource) -> Result<String, Fault> {
    let text = match source {
        TokenSource::Variable(name) => std::env::var(name)
            .map_err(|_| Fault::Ours(format!("the variable {name} holds no token")))?,
        TokenSource::File(path) => {
            let shown = path.display();
            let unreadable = |why: std::io::Error| Fault::Ours(format!("the token {shown}: {why}"));
            let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(Fault::Ours(format!(
                    "others can read the token {shown}; run `chmod 600 {shown}`"
                )));
            }
            fs::read_to_string(path).map_err(unreadable)?
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::Ours("the tracker's token is empty".to_owned()));
    }
    Ok(text.to_owned())
}
