//! An emergency: who may not wait for an approval says why, and is reviewed afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ObjectId, RefName, TicketKey};

/// Bytes of an incident's name.
const INCIDENT: usize = 64;

/// What the pusher says beside the refs, by `git push -o emergency="INC-7: why"`.
/// The client's words: whether they count is for the judge to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Plea {
    /// Nothing about an emergency.
    #[default]
    None,
    /// It is one.
    Emergency(Reason),
    /// Something that can't be read.
    Malformed {
        /// What is wrong with it, as a clause.
        why: String,
    },
}

/// Why there is no waiting: one line, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The whole of it.
    pub text: String,
    /// The incident that it begins with, as `INC-7` in `INC-7: why`.
    pub incident: Option<String>,
}

impl Reason {
    /// What the pusher wrote, cleaned already.
    pub fn given(text: String) -> Self {
        let first = text.split([':', ' ']).next().unwrap_or("");
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b"-_#./".contains(&b);
        let is_id = first.bytes().all(is_sign)
            && first.bytes().any(|b| b.is_ascii_digit())
            && first.len() <= INCIDENT;
        let incident = is_id.then(|| first.to_owned());
        Self { text, incident }
    }

    /// A ticket, which is its own incident.
    pub fn of_ticket(key: &TicketKey, title: &str) -> Self {
        let text = if title.is_empty() { key.to_string() } else { format!("{key}: {title}") };
        Self { text, incident: Some(key.to_string()) }
    }
}

/// An emergency that was accepted as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Why.
    pub reason: Reason,
    /// What made it one.
    pub ground: Ground,
    /// Until when somebody who had no part in it must have approved it.
    pub due: Timestamp,
}

/// What makes a push an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The pusher says so.
    Option,
    /// A ticket of a type that the config names.
    Ticket(TicketKey),
}

/// An earlier emergency that nobody has reviewed yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unreviewed {
    /// The number of its record.
    pub seq: u64,
    /// The ref that was written.
    pub target: RefName,
    /// Where it went.
    pub commit: ObjectId,
    /// Who pushed.
    pub by: String,
    /// Until when it must be reviewed.
    pub due: Timestamp,
}
