//! What Gitea says about one pull request, as a [`ChangeRequest`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::gather::forge::{account, commit};
use crate::gather::remote::{number, text, time};
use crate::model::review::{
    Access, AccountKind, CheckState, Opinion, RequestState, Review, Reviewed,
};
use crate::model::{ChangeRequest, Identity, ObjectId};
use crate::policy::Forge;

/// All answers about one request.
pub(super) struct Told<'a> {
    pub(super) number: u64,
    pub(super) head: Option<ObjectId>,
    pub(super) itself: &'a Value,
    pub(super) reviews: &'a Value,
    pub(super) commits: &'a Value,
    pub(super) timeline: Option<&'a Value>,
    pub(super) statuses: Option<&'a Value>,
}

/// The commit that would be merged now.
pub(super) fn head(request: &Value) -> Result<Option<ObjectId>, String> {
    request.get("head").map_or(Ok(None), |head| commit(head, "sha"))
}

/// The branch that it is for.
pub(super) fn target(request: &Value) -> Option<&str> {
    request.get("base").and_then(|base| text(base, "ref"))
}

impl Told<'_> {
    /// The request; nothing for one without a head, of which nothing can be merged.
    ///
    /// # Errors
    /// Where anything that decides has another shape than Gitea's.
    pub(super) fn change_request(self, forge: &Forge) -> Result<Option<ChangeRequest>, String> {
        let number = self.number;
        if self::number(self.itself, "number") != Some(number) {
            return Err(format!("#{number} is answered with another request"));
        }
        let Some(head) = self.head.clone() else { return Ok(None) };
        let target = target(self.itself).ok_or_else(|| format!("#{number} has no `base`"))?;
        Ok(Some(ChangeRequest {
            number,
            title: text(self.itself, "title").unwrap_or("").to_owned(),
            url: text(self.itself, "html_url").unwrap_or(&forge.remote.url).to_owned(),
            state: state(self.itself)?,
            target: target.to_owned(),
            retargeted: self.retargeted()?,
            head,
            author: self.itself.get("user").and_then(|user| identity(forge, user)),
            reviews: self.opinions(forge)?,
            unmet: Vec::new(),
            checks: self.checks()?,
            accounts: self.accounts(forge)?,
        }))
    }

    /// Oldest first. Gitea numbers a review when it is begun, and nobody has two that
    /// are not sent.
    fn opinions(&self, forge: &Forge) -> Result<Vec<Review>, String> {
        let mut found = Vec::new();
        for review in self.reviews.as_array().ok_or("no list of reviews")? {
            let is = |name: &str| review.get(name).and_then(Value::as_bool) == Some(true);
            let opinion = match text(review, "state") {
                Some("APPROVED" | "REQUEST_CHANGES") if is("dismissed") => Opinion::Dismissed,
                Some("APPROVED") => Opinion::Approved,
                Some("REQUEST_CHANGES") => Opinion::ChangesRequested,
                Some("COMMENT" | "PENDING" | "REQUEST_REVIEW" | "") => continue,
                _ => return Err("a review in no state that we know".to_owned()),
            };
            let id = number(review, "id").ok_or("a review without `id`")?;
            let of = commit(review, "commit_id")?.map_or(
                Reviewed::Unknown("the forge has lost the commit that was reviewed"),
                Reviewed::Commit,
            );
            let review = Review {
                by: review.get("user").and_then(|user| identity(forge, user)),
                opinion,
                at: Some(time(review, "submitted_at")?),
                // Not `stale`: that is set after a push, when the server gets round to it.
                of,
                // It counts for the branch: whoever gave it stands in its list of approvers,
                // or may write where there is no list. Only the last one of each.
                access: if is("official") { Access::Write } else { Access::Read },
                // The interface tells machines from people nowhere.
                kind: AccountKind::Person,
            };
            found.push((id, review));
        }
        found.sort_by_key(|(id, _)| *id);
        Ok(found.into_iter().map(|(_, review)| review).collect())
    }

    /// When it was last given another branch to be merged into.
    fn retargeted(&self) -> Result<Option<Timestamp>, String> {
        let Some(timeline) = self.timeline else { return Ok(None) };
        let events = timeline.as_array().ok_or("no list of what happened")?.iter();
        let changes = events.filter(|event| text(event, "type") == Some("change_target_branch"));
        let times = changes.map(|event| time(event, "created_at"));
        Ok(times.collect::<Result<Vec<_>, _>>()?.into_iter().max())
    }

    /// The newest status of each name.
    fn checks(&self) -> Result<BTreeMap<String, CheckState>, String> {
        let Some(statuses) = self.statuses else { return Ok(BTreeMap::new()) };
        let mut newest: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for status in statuses.as_array().ok_or("no list of statuses")? {
            let name = text(status, "context").ok_or("a status without `context`")?;
            let id = number(status, "id").ok_or("a status without `id`")?;
            let state = text(status, "status").ok_or("a status without `status`")?;
            if newest.get(name).is_none_or(|(known, _)| *known < id) {
                newest.insert(name, (id, state));
            }
        }
        let check = |state: &str| match state {
            "success" => CheckState::Success,
            other => CheckState::Other(other.to_owned()),
        };
        Ok(newest.into_iter().map(|(name, (_, state))| (name.to_owned(), check(state))).collect())
    }

    /// Whom Gitea knows by the addresses in the commits; and by those that it shows,
    /// of which the hidden ones stand in commits that were made in the browser.
    fn accounts(&self, forge: &Forge) -> Result<BTreeMap<String, Identity>, String> {
        let mut accounts = BTreeMap::new();
        let mut add = |email: Option<&str>, user: Option<&Value>| {
            let who = user.and_then(|user| identity(forge, user));
            if let (Some(email), Some(who)) = (email.filter(|email| email.contains('@')), who) {
                accounts.insert(email.to_lowercase(), who);
            }
        };
        let reviews = self.reviews.as_array().into_iter().flatten();
        for of in reviews.chain([self.itself]) {
            let user = of.get("user");
            add(user.and_then(|user| text(user, "email")), user);
        }
        for commit in self.commits.as_array().ok_or("no list of commits")? {
            for role in ["author", "committer"] {
                let signed = commit.get("commit").and_then(|commit| commit.get(role));
                add(signed.and_then(|signed| text(signed, "email")), commit.get(role));
            }
        }
        Ok(accounts)
    }
}

/// Whose account it is; nobody's where it was deleted: the ghost has the number -1, and
/// the server's own accounts those below.
fn identity(forge: &Forge, user: &Value) -> Option<Identity> {
    number(user, "id").filter(|id| *id > 0)?;
    let name = text(user, "login").filter(|name| !name.is_empty())?;
    let hidden = |email: &&str| email.rsplit('@').next().is_some_and(|d| d.contains("noreply"));
    Some(account(forge, name, text(user, "email").filter(|email| !hidden(email))))
}

fn state(request: &Value) -> Result<RequestState, String> {
    let is = |name: &str| request.get(name).and_then(Value::as_bool) == Some(true);
    match text(request, "state") {
        _ if is("merged") => Ok(RequestState::Merged),
        Some("open") if is("draft") => Ok(RequestState::Draft),
        Some("open") => Ok(RequestState::Open),
        Some("closed") => Ok(RequestState::Closed),
        _ => Err("a pull request in no state that we know".to_owned()),
    }
}
