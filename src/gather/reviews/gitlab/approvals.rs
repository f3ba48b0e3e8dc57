//! What an approval of GitLab's is of: it names no commit, so its time and the request's versions tell.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::request::{identity, kind};
use crate::gather::forge::commit;
use crate::gather::remote::{number, text, time};
use crate::model::ObjectId;
use crate::model::review::{Access, Opinion, Review, Reviewed};
use crate::policy::Forge;

/// Every head that a request had, oldest first, with the time since when it was shown.
pub(super) struct Versions(Vec<(Timestamp, Option<ObjectId>)>);

impl Versions {
    pub(super) fn parse(list: &Value) -> Result<Self, String> {
        let mut versions = Vec::new();
        for version in list.as_array().ok_or("no list of versions")? {
            let id = number(version, "id").ok_or("a version without `id`")?;
            let since = time(version, "created_at")?;
            versions.push((since, id, commit(version, "head_commit_sha")?));
        }
        versions.sort();
        Ok(Self(versions.into_iter().map(|(since, _, head)| (since, head)).collect()))
    }

    /// What the request showed at a time.
    fn at(&self, time: Timestamp) -> Option<&ObjectId> {
        let shown = self.0.iter().rev().find(|(since, _)| *since <= time);
        shown.and_then(|(_, head)| head.as_ref())
    }

    /// When the request was last given another branch to be merged into: it then gets a
    /// version with the head that it had before.
    pub(super) fn retargeted(&self) -> Option<Timestamp> {
        let pairs = self.0.windows(2).rev();
        let mut retargets = pairs.filter_map(|pair| match pair {
            [(_, before), (since, after)] if before == after => Some(*since),
            _ => None,
        });
        retargets.next()
    }

    /// The only head that it ever had.
    fn only(&self) -> Option<&ObjectId> {
        match self.0.as_slice() {
            [(_, first), rest @ ..] if rest.iter().all(|(_, head)| head == first) => first.as_ref(),
            _ => None,
        }
    }
}

/// What becomes of approvals when somebody pushes to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settings {
    /// They are taken away.
    Reset,
    /// They stay, or nobody tells us.
    Keep,
}

impl Settings {
    pub(super) fn parse(settings: Option<&Value>) -> Self {
        let reset = settings.and_then(|json| json.get("reset_approvals_on_push"));
        if reset.and_then(Value::as_bool) == Some(true) { Self::Reset } else { Self::Keep }
    }
}

/// What tells which commit an approval is of.
pub(super) struct Fresh<'a> {
    pub(super) head: &'a ObjectId,
    pub(super) versions: &'a Versions,
    pub(super) settings: Settings,
}

impl Fresh<'_> {
    /// Which commit was approved.
    ///
    /// With a time the versions decide, whatever GitLab resets: an approval that outlives a
    /// push to a closed request (gitlab#1457) is older than the version which the request
    /// gets when it is opened again. Older servers tell no time. There the setting is all
    /// there is, and that one gap is left; a request that never had another head needs
    /// neither. On no server can we tell whether the reviewer's page still showed the
    /// version before.
    fn reviewed(&self, at: Option<Timestamp>) -> Reviewed {
        let Self { head, versions, settings } = *self;
        let (of, why) = match (at, settings) {
            (Some(at), _) => {
                (versions.at(at), "GitLab shows no version of the request from before the approval")
            }
            (None, Settings::Reset) => (Some(head), ""),
            (None, Settings::Keep) => (
                versions.only(),
                "this GitLab tells no time of it and keeps approvals when somebody pushes; turn on \
             \"Remove all approvals\" in the project's settings for merge requests",
            ),
        };
        of.cloned().map_or(Reviewed::Unknown(why), Reviewed::Commit)
    }
}

/// The approvals, oldest first. One that was taken back is not there any more.
pub(super) fn given(
    approvals: &Value,
    forge: &Forge,
    fresh: &Fresh<'_>,
    writers: &BTreeSet<u64>,
) -> Result<Vec<Review>, String> {
    let list = approvals.get("approved_by").and_then(Value::as_array);
    let mut reviews = Vec::new();
    for approval in list.ok_or("approvals without `approved_by`")? {
        let user = approval.get("user").ok_or("an approval without `user`")?;
        let at = match text(approval, "approved_at") {
            Some(_) => Some(time(approval, "approved_at")?),
            None => None,
        };
        reviews.push(Review {
            by: identity(forge, user),
            opinion: Opinion::Approved,
            at,
            of: fresh.reviewed(at),
            access: match number(user, "id") {
                Some(id) if writers.contains(&id) => Access::Write,
                _ => Access::Read,
            },
            kind: kind(user),
        });
    }
    reviews.sort_by_key(|review| review.at);
    Ok(reviews)
}

/// Those who ask for changes, and have not approved since: that would have changed
/// their state.
pub(super) fn against(
    reviewers: &Value,
    forge: &Forge,
    head: &ObjectId,
) -> Result<Vec<Review>, String> {
    let list = reviewers.as_array().ok_or("no list of reviewers")?;
    let against = list.iter().filter(|item| text(item, "state") == Some("requested_changes"));
    let review = |item: &Value| {
        let user = item.get("user").ok_or("a reviewer without `user`")?;
        Ok(Review {
            by: identity(forge, user),
            opinion: Opinion::ChangesRequested,
            // The time that is told is when the review was asked for.
            at: None,
            // It stands against whatever the request is now.
            of: Reviewed::Commit(head.clone()),
            access: Access::Write,
            kind: kind(user),
        })
    };
    against.map(review).collect()
}

/// The names of the rules that want more approvals.
pub(super) fn unmet(state: &Value) -> Result<Vec<String>, String> {
    let rules = state.get("rules").and_then(Value::as_array);
    let rules = rules.ok_or("an approval state without `rules`")?.iter();
    let open = rules.filter(|rule| {
        rule.get("approved").and_then(Value::as_bool) != Some(true)
            && number(rule, "approvals_required") != Some(0)
    });
    let name = |rule: &Value| text(rule, "name").unwrap_or("a rule without a name").to_owned();
    Ok(open.map(name).collect())
}
