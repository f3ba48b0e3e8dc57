//! How a person is named by those who name people: the server, a commit, a tracker.

use std::fmt;

use serde::Serialize;

/// A name for a person, with the authority that gave it. Whether two of them are
/// one person is for [`crate::policy::People`] to say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// A login that the git server authenticates.
    Login(String),
    /// An e-mail address out of a commit, which anybody can claim.
    Email(String),
    /// An account of a tracker or a forge.
    Account {
        /// Its id, with the tracker before it: `jira:5b10ac8d82e05b22cc7d4ef5`.
        id: String,
        /// Its address, where the tracker shows it.
        email: Option<String>,
    },
}

impl Identity {
    /// A name out of a tracker: an address where it looks like one, else a login.
    pub fn guess(name: &str) -> Self {
        if name.contains('@') { Self::Email(name.to_owned()) } else { Self::Login(name.to_owned()) }
    }

    /// Whether both are accounts at one place, and not the same: as two logins at the
    /// server, that is two people.
    pub fn is_another_account(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Account { id: a, .. }, Self::Account { id: b, .. }) => {
                let place = |id: &str| id.split_once(':').map(|(place, _)| place.to_owned());
                place(a).is_some() && place(a) == place(b) && !a.eq_ignore_ascii_case(b)
            }
            _ => false,
        }
    }

    /// The bare name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Login(name) | Self::Email(name) | Self::Account { id: name, .. } => name,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
