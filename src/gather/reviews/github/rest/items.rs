//! What the lists and items hold, as REST answers it.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) html_url: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) draft: bool,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) user: Option<User>,
    pub(super) head: End,
    pub(super) base: End,
}

#[derive(Clone, Deserialize)]
pub(super) struct End {
    #[serde(rename = "ref")]
    pub(super) name: String,
    pub(super) sha: String,
    pub(super) repo: Option<Repository>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: Option<String>,
}

#[derive(Clone, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
pub(super) struct ReviewItem {
    pub(super) user: Option<User>,
    pub(super) state: String,
    pub(super) commit_id: Option<String>,
    pub(super) submitted_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct EventItem {
    pub(super) event: String,
    pub(super) created_at: Timestamp,
}

#[derive(Deserialize)]
pub(super) struct CommitItem {
    pub(super) commit: Signatures,
    pub(super) author: Option<User>,
    pub(super) committer: Option<User>,
}

#[derive(Deserialize)]
pub(super) struct Signatures {
    pub(super) author: Option<Signature>,
    pub(super) committer: Option<Signature>,
}

#[derive(Deserialize)]
pub(super) struct Signature {
    pub(super) email: Option<String>,
}
