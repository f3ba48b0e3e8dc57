//! Two sets of eyes: which approvals count, and whether each commit has enough of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::branch::Change;
use super::reviews;
use crate::model::approval::Vouched;
use crate::model::review::{Answer, Proven};
use crate::model::verdict::{Asked, JudgedApproval, Standing};
use crate::model::violation::Part;
use crate::model::{
    Approval, Basis, Check, Commit, Content, Identity, Lookup, ObjectId, Outcome, Pusher,
    RefUpdate, Rule, Source, Subject, Violation,
};
use crate::policy::{ApprovalSource, People, Policy, Sameness};

/// All approvals of a branch, and whether each counts.
///
/// Contributors are those of the whole update, not of one commit: else two people
/// could wave each other's commits through in one push.
pub(super) fn standing(
    change: &Change<'_>,
    update: &RefUpdate,
    from_refs: &[Approval],
) -> Vec<JudgedApproval> {
    let requests = reviews::known(change);
    let mut wrote: BTreeMap<Option<u64>, Vec<(Identity, ObjectId)>> = BTreeMap::new();
    let on_tickets = on_tickets(change, update);
    let lapsed = update.lapsed();
    from_refs
        .iter()
        .cloned()
        .chain(on_tickets)
        .chain(reviews::approvals(change))
        .map(|approval| without_lapse(approval, &lapsed))
        .map(|approval| without_taken_back(approval, taken_back(update)))
        .map(|approval| {
            let of = match approval.source {
                Source::Review { number, .. } => Some(number),
                Source::Ref { .. } | Source::Ticket { .. } => None,
            };
            let contributors =
                wrote.entry(of).or_insert_with(|| contributors(update, requests, of));
            let standing = match &approval.void {
                Some(why) => Standing::Void(why.clone()),
                None => stands(change, contributors, &approval),
            };
            let person = change.policy.people.name(&approval.by);
            JudgedApproval { approval, person, standing }
        })
        .collect()
}

/// What came in around the hook was shown to nobody, unless the approved commit itself did.
fn without_lapse(mut approval: Approval, lapsed: &BTreeSet<ObjectId>) -> Approval {
    if approval.source.commit().is_none_or(|commit| !lapsed.contains(commit)) {
        approval.covers.retain(|id| !lapsed.contains(id));
    }
    approval
}

fn taken_back(update: &RefUpdate) -> Option<&BTreeMap<ObjectId, Timestamp>> {
    update.role.incoming().map(|incoming| &incoming.taken_back)
}

/// What was taken back from a branch was approved once, and that is over.
fn without_taken_back(
    mut approval: Approval,
    taken_back: Option<&BTreeMap<ObjectId, Timestamp>>,
) -> Approval {
    for (id, last) in taken_back.into_iter().flatten() {
        if approval.at.is_none_or(|at| at <= *last) && approval.covers.remove(id) {
            approval.outdated_for.insert(id.clone());
        }
    }
    approval
}

/// The new commits that as many different people as are needed approved as they stand.
/// Whoever approved a later one saw where it ends up, and not this one by itself.
pub(super) fn heads(
    change: &Change<'_>,
    update: &RefUpdate,
    judged: &[JudgedApproval],
) -> Vec<ObjectId> {
    let need = change.table.approval.required;
    let mut named: BTreeMap<&ObjectId, BTreeMap<&str, &Identity>> = BTreeMap::new();
    for judged in judged.iter().filter(|judged| judged.standing == Standing::Counts) {
        if let Some(commit) = judged.approval.source.commit()
            && judged.approval.covers.contains(commit)
        {
            let by = &judged.approval.by;
            named.entry(commit).or_default().insert(&judged.person, by);
        }
    }
    let is_enough = |counting: &BTreeMap<&str, &Identity>| {
        need > 0 && different(&change.policy.people, counting).len() >= need
    };
    let new = update.role.commits().iter().map(|commit| &commit.id);
    new.filter(|id| named.get(id).is_some_and(is_enough)).cloned().collect()
}

/// Whether one commit has enough approvals, or what is in the way.
pub(super) fn check(
    change: &Change<'_>,
    update: &RefUpdate,
    commit: &Commit,
    judged: &[JudgedApproval],
) -> Option<Check> {
    let need = change.table.approval.required;
    if need == 0 {
        return None;
    }
    let covering = || judged.iter().filter(|judged| judged.approval.covers.contains(&commit.id));
    let counting: BTreeMap<&str, &Identity> = covering()
        .filter(|judged| judged.standing == Standing::Counts)
        .map(|judged| (judged.person.as_str(), &judged.approval.by))
        .collect();
    let counting = different(&change.policy.people, &counting);
    let on = Subject::Commit(commit.id.clone());
    if counting.len() >= need {
        let by = counting.into_iter().map(str::to_owned).collect();
        return Some(Check::met(Rule::MissingApproval, on, Basis::Approvers(by)));
    }
    if let Some(outcome) = unanswered(change, commit) {
        return Some(Check { rule: Rule::MissingApproval, on, outcome });
    }
    let violation = covering()
        .find_map(in_the_way)
        .or_else(|| judged.iter().find_map(|judged| stale(judged, &commit.id, update)))
        .or_else(|| reviews::left_out(change, &commit.id))
        .unwrap_or(Violation::MissingApproval { have: counting.len(), need });
    Some(Check::broken(on, violation))
}

/// As many approvers as are different people for sure: a login of the server and an
/// account elsewhere that nobody has mapped may be one person's. Those who can be told
/// apart from most are taken first.
fn different<'a>(people: &People, counting: &BTreeMap<&'a str, &Identity>) -> Vec<&'a str> {
    let are_two = |a: &Identity, b: &Identity| people.sameness(a, b) == Sameness::Different;
    let mut all: Vec<(&str, &Identity)> = counting.iter().map(|(name, by)| (*name, *by)).collect();
    all.sort_by_cached_key(|(_, by)| counting.values().filter(|other| !are_two(by, other)).count());
    let mut taken: Vec<(&str, &Identity)> = Vec::new();
    for (name, by) in all {
        if taken.iter().all(|(_, other)| are_two(by, other)) {
            taken.push((name, by));
        }
    }
    taken.into_iter().map(|(name, _)| name).collect()
}

/// Where approvals stand on tickets or at a forge, one that did not answer may hold them.
fn unanswered(change: &Change<'_>, commit: &Commit) -> Option<Outcome> {
    if let Some(Answer::Unknown(why)) = change.reviews {
        return Some(Outcome::Unknown { asked: Asked::Reviews, why: why.clone() });
    }
    if !change.table.approval.from.contains(&ApprovalSource::Ticket) {
        return None;
    }
    let content = commit.content.as_ref().ok()?;
    change.table.ticket.keys(content).into_iter().find_map(|key| match change.tickets.get(&key) {
        Lookup::Unknown { why } => Some(Outcome::Unknown { asked: Asked::Ticket(key), why }),
        Lookup::Found(_) | Lookup::Absent => None,
    })
}

/// Why a covering approval does not count; the first such reason is what the
/// pusher is told, since it is nearest to what he tried.
fn in_the_way(judged: &JudgedApproval) -> Option<Violation> {
    let by = judged.person.clone();
    match &judged.standing {
        Standing::Counts | Standing::Machine => None,
        Standing::Void(why) => match judged.approval.source {
            Source::Review { number, .. } => {
                Some(Violation::VoidApproval { by, number, why: why.clone() })
            }
            Source::Ref { .. } | Source::Ticket { .. } => None,
        },
        Standing::HasPart(part) => Some(Violation::SelfApproval { by, part: part.clone() }),
        Standing::Unmatched { missing } => {
            Some(Violation::UnmatchedApprover { by, missing: missing.clone() })
        }
    }
}

/// An approval by somebody independent that was given for another version of the
/// commit: it was then amended or rebased, or the ticket was approved before it.
fn stale(judged: &JudgedApproval, commit: &ObjectId, update: &RefUpdate) -> Option<Violation> {
    let is_stale =
        judged.approval.outdated_for.contains(commit) && judged.standing == Standing::Counts;
    let by = judged.person.clone();
    let is_taken_back = taken_back(update).is_some_and(|of| of.contains_key(commit));
    match is_stale {
        false => None,
        true if is_taken_back => Some(Violation::ApprovalBeforeRemoval { by }),
        true => Some(Violation::StaleApproval { by, source: judged.approval.source.clone() }),
    }
}

/// Whether the approver is somebody else than all who have a part in the change. A
/// pusher who only merges what the forge knows to be somebody else's has none.
fn stands(
    change: &Change<'_>,
    contributors: &[(Identity, ObjectId)],
    approval: &Approval,
) -> Standing {
    let people = &change.policy.people;
    let approver = &approval.by;
    let login = |login: &String| Identity::Login(login.clone());
    let is = |name: &String| people.sameness(approver, &login(name));
    if change.table.automation.iter().any(|login| is(login) == Sameness::Same) {
        return Standing::Machine;
    }
    let vouched = approval.vouched.as_ref();
    let author = vouched.and_then(|vouched| vouched.author.as_ref());
    let author = author.map(|author| people.sameness(approver, author));
    let mut unmatched = None;
    match &author {
        Some(Sameness::Same) => return Standing::HasPart(Part::Author),
        Some(Sameness::Unknown { missing }) => unmatched = Some(missing.clone()),
        Some(Sameness::Different) | None => {}
    }
    if let (Pusher::Person { login: name, .. }, false) =
        (change.pusher, author == Some(Sameness::Different))
    {
        match people.sameness(approver, &login(name)) {
            Sameness::Same => return Standing::HasPart(Part::Pusher),
            Sameness::Different => {}
            Sameness::Unknown { missing } => unmatched = unmatched.or(Some(missing)),
        }
    }
    for (contributor, commit) in contributors {
        match apart(people, approver, contributor, vouched) {
            Sameness::Same => return Standing::HasPart(Part::Contributor(commit.clone())),
            Sameness::Different => {}
            Sameness::Unknown { missing } => unmatched = unmatched.or(Some(missing)),
        }
    }
    unmatched.map_or(Standing::Counts, |missing| Standing::Unmatched { missing })
}

/// Whether approver and contributor are one person: by the names themselves, and by
/// the account that the forge knows for the contributor's address.
fn apart(
    people: &People,
    approver: &Identity,
    contributor: &Identity,
    vouched: Option<&Vouched>,
) -> Sameness {
    let by_name = people.sameness(approver, contributor);
    let account =
        vouched.and_then(|vouched| vouched.accounts.get(&contributor.as_str().to_lowercase()));
    let Some(account) = account else { return by_name };
    match (by_name, people.sameness(approver, account)) {
        (Sameness::Same, _) | (_, Sameness::Same) => Sameness::Same,
        (Sameness::Different, _) | (_, Sameness::Different) => Sameness::Different,
        (unknown, _) => unknown,
    }
}

/// The people with a part in any of the new commits, each by one name, sorted.
pub(super) fn contributors_by_name(
    policy: &Policy,
    update: &RefUpdate,
    requests: &[Proven],
) -> Vec<String> {
    let all = contributors(update, requests, None);
    let names: BTreeSet<String> = all.iter().map(|(who, _)| policy.people.name(who)).collect();
    names.into_iter().collect()
}

/// Authors, co-authors and committers. A clean merge makes nobody a contributor:
/// whoever merges what others wrote adds nothing that needs a second pair of eyes. Nor
/// does whoever squashes or rebases it, if nothing else is in it: those who wrote the
/// originals stand in the committer's place. Those of the request that was approved
/// count before those of others: anybody can open one with the same content, and write
/// into it who has made it.
fn contributors(
    update: &RefUpdate,
    requests: &[Proven],
    approved: Option<u64>,
) -> Vec<(Identity, ObjectId)> {
    let is_approved = |proven: &&Proven| Some(proven.request.number) == approved;
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for commit in update.role.commits() {
        let Ok(content) = &commit.content else { continue };
        if commit.is_clean_merge() {
            continue;
        }
        let writers = |proven: &'_ Proven| proven.writers_of(&commit.id).cloned();
        let of_it = requests.iter().filter(is_approved).find_map(writers);
        let mut of_all = requests.iter().filter_map(writers).flatten().peekable();
        let others: BTreeSet<String> = match of_it {
            Some(writers) => writers,
            None if of_all.peek().is_some() => of_all.collect(),
            None => [content.committer.email.clone()].into(),
        };
        for email in others.iter().chain([&content.author.email]).chain(&content.co_authors) {
            if seen.insert(email.to_lowercase()) {
                all.push((Identity::Email(email.clone()), commit.id.clone()));
            }
        }
    }
    all
}

/// The approvals that stand on tickets: each covers the commits that name the
/// ticket, and only where it is no older than the last of them.
fn on_tickets(change: &Change<'_>, update: &RefUpdate) -> Vec<Approval> {
    if !change.table.approval.from.contains(&ApprovalSource::Ticket) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, answer) in change.tickets.iter() {
        let Lookup::Found(ticket) = answer else { continue };
        let readable = update
            .role
            .commits()
            .iter()
            .flat_map(|commit| commit.content.iter().map(move |content| (commit, content)));
        let naming: Vec<_> = readable
            .filter(|(_, content)| change.table.ticket.keys(content).contains(key))
            .collect();
        // The committer's date is a claim; when a commit came to the server is known.
        let since = |(commit, content): &(&Commit, &Content)| match &commit.brought {
            Some(brought) => brought.at,
            None => content.committer.time,
        };
        let Some(last) = naming.iter().map(since).max() else { continue };
        for approval in &ticket.approvals {
            let naming: BTreeSet<ObjectId> =
                naming.iter().map(|(commit, _)| commit.id.clone()).collect();
            let (covers, outdated_for) = if approval.at >= last {
                (naming, BTreeSet::new())
            } else {
                (BTreeSet::new(), naming)
            };
            found.push(Approval {
                by: approval.by.clone(),
                at: Some(approval.at),
                source: Source::Ticket { key: key.clone() },
                covers,
                outdated_for,
                void: None,
                vouched: None,
            });
        }
    }
    found
}
