//! What to do about each broken rule: something to type, or somewhere to go.

use super::emergency;
use crate::model::review::Proven;
use crate::model::{MergeContent, ObjectId, Start, Violation};
use crate::policy::ApprovalSource;
use crate::sentences::Scene;
use crate::text::{fit, list_or, quoted};

/// What to do now: something to type or somewhere to go; two at most.
pub(super) fn hints(violation: &Violation, scene: &Scene<'_>) -> Vec<String> {
    match violation {
        Violation::MalformedPush { .. } => {
            vec!["push one ref at a time to find the one that is meant".to_owned()]
        }
        Violation::DuplicateRef { .. } => vec!["push each ref once".to_owned()],
        Violation::OutdatedPush { .. } => {
            vec!["somebody pushed meanwhile; run `git pull --rebase`, then push again".to_owned()]
        }
        Violation::ShallowPush => vec!["run `git fetch --unshallow`, then push again".to_owned()],
        Violation::ReplacementRef => {
            vec!["keep replacements in your own clone; push the commits themselves".to_owned()]
        }
        Violation::ShadowingRef { .. } => vec!["choose another name".to_owned()],
        Violation::NestedRepository { .. } => vec!["choose another name".to_owned()],
        Violation::OddCaseRef { meant } => {
            vec![format!("push `{}`, if that is meant", quoted(meant))]
        }
        Violation::BlockedRef { by } => vec![match &by.removable_by {
            Some(login) => format!(
                "{} created it and can clear the way: `git push origin {}`",
                fit(login, 40),
                quoted(&format!(":{}", by.name))
            ),
            None => format!("ask {} to clear the way", scene.contact()),
        }],
        Violation::RewrittenBranch { .. } => vec![
            format!(
                "run `git pull --rebase origin {}`, then push without --force",
                quoted(&scene.branch())
            ),
            "to take a change back, push a commit that reverts it".to_owned(),
        ],
        Violation::DeletedRef { removable_by: Some(login) } => vec![format!(
            "it has brought nothing: {}, who created it, can delete it, or {}",
            fit(login, 40),
            scene.contact()
        )],
        Violation::DeletedRef { removable_by: None } | Violation::MovedTag => {
            vec![format!("ask {} if it must be", scene.contact())]
        }
        Violation::StrayTag { .. } => stray_tag(scene),
        Violation::NoCommit => vec!["push a commit".to_owned()],
        Violation::MisnamedApproval => vec![approve(new(scene), "BRANCH")],
        Violation::NoSuchBranch { nearest, .. } => match nearest {
            Some(nearest) => vec![format!("did you mean `{}`?", fit(nearest, 60))],
            None => vec!["create the branch first, where a protected branch is or was".to_owned()],
        },
        Violation::ForgedApproval { login, .. } => match scene.pusher {
            Some(pusher) => vec![format!(
                "only {} can give that approval; yours is `{}`",
                fit(login, 40),
                scene.name().replace(&format!("/{login}"), &format!("/{}", fit(pusher, 40)))
            )],
            None => vec![unknown_pusher(scene)],
        },
        Violation::UnknownPusher { .. } => vec![unknown_pusher(scene)],
        Violation::MalformedEmergency { .. } => {
            vec!["say it once, as in `git push -o emergency=\"INC-7: why\"`".to_owned()]
        }
        Violation::UnlistedEmergency { ticket, .. } => {
            emergency::those_listed(ticket.as_ref(), scene.policy)
        }
        Violation::OverdueReview { earlier } => vec![
            emergency::review_of(
                &earlier.commit,
                earlier.target.without_namespace().short(),
                scene.sources(),
            ),
            format!("then ask {} to run `sockembot followup`", scene.contact()),
        ],
        Violation::MalformedCommit(_) => {
            vec!["make the commit again with `git commit --amend`, then push".to_owned()]
        }
        Violation::MissingTicket { projects, merge } => missing_ticket(projects, *merge, scene),
        Violation::NoSuchTicket { key } => {
            vec![format!("correct the key, or ask who runs the tracker to show us {key}")]
        }
        Violation::ClosedTicket { key, .. } => {
            vec![format!("reopen {key} or name an open ticket, then push again")]
        }
        Violation::WrongState { key, allowed, .. } => {
            let states: Vec<String> = allowed.iter().map(|s| fit(s, 30)).collect();
            vec![format!("move {key} to {}, then push again", list_or(&states))]
        }
        Violation::WrongType { .. } => vec!["name a ticket of an allowed type".to_owned()],
        Violation::UnmatchedQuery { key, .. } => {
            vec![format!("change {key} so that it matches, or name another ticket")]
        }
        Violation::LateTicket { .. } => {
            vec!["open the ticket first; name one that was open when the work began".to_owned()]
        }
        Violation::MissingApproval { .. }
        | Violation::StaleApproval { .. }
        | Violation::ApprovalBeforeRemoval { .. } => missing_approval(scene),
        Violation::SelfApproval { .. } => {
            let mut hints = missing_approval(scene);
            hints.insert(0, "somebody who neither wrote nor pushes this must approve".to_owned());
            hints.truncate(2);
            hints
        }
        Violation::UnmatchedApprover { missing, .. } => vec![format!(
            "ask {} to add `{}` to its person under [people] in the config",
            scene.contact(),
            fit(missing.as_str(), 80)
        )],
        Violation::VoidApproval { .. } => missing_approval(scene),
        Violation::UnreviewedContent { number } => vec![
            format!("merge request {number} as it was approved, with no change beside it"),
            "or push the change to the request and have it approved again".to_owned(),
        ],
        Violation::ChangesRequested { by, number } => vec![format!(
            "make the changes, have {} approve request {number}, then merge again",
            fit(by, 40)
        )],
        Violation::UnmetReviewRule { number, .. } => {
            vec![format!("have request {number} approved as its rules want, then merge again")]
        }
        Violation::FailedCheck { .. } => {
            vec!["run it again on the request's last commit, then merge again".to_owned()]
        }
    }
}

fn missing_ticket(projects: &[String], merge: MergeContent, scene: &Scene<'_>) -> Vec<String> {
    let example = format!("{}-123", projects.first().map_or("KEY", String::as_str));
    if merge == MergeContent::Own {
        let ticket = format!("or, for a conflict that you solved, add `Ticket: {example}` to it");
        return vec!["merge again, with no change beside the merge".to_owned(), ticket];
    }
    if scene.lapsed().is_some() {
        return vec![format!(
            "it is on the server already, so it can't be reworded: {} accepts it, as above, or takes \
             it back",
            scene.contact()
        )];
    }
    let mut hints = vec![format!("add a line such as `Ticket: {example}` to the commit message")];
    if scene.start() == Some(&Start::Root) {
        hints.push(baseline(scene));
    } else if scene.commits() == 1 {
        hints.push("reword with `git commit --amend`, then push again".to_owned());
    } else if let Some(old) = scene.update.and_then(|of_ref| of_ref.update.line.change.old_id()) {
        hints.push(format!("reword with `git rebase -i {old}`, then push again"));
    } else {
        hints.push("reword with `git rebase -i`, then push again".to_owned());
    }
    hints
}

fn missing_approval(scene: &Scene<'_>) -> Vec<String> {
    let from = scene.sources();
    if let Some(found) = scene.lapsed() {
        return vec![approve(found.as_str(), &scene.branch())];
    }
    if scene.must_be_made_again() {
        return vec!["mend the other faults first, then have the new commits approved".to_owned()];
    }
    let mut hints = Vec::new();
    if from.is_none_or(|from| from.contains(&ApprovalSource::Refs)) {
        let approve = approve(new(scene), &scene.branch());
        hints.push(format!("show it on a side branch; {approve}"));
    }
    if from.is_some_and(|from| from.contains(&ApprovalSource::Reviews)) {
        hints.push(reviewed(scene));
    }
    if from.is_some_and(|from| from.contains(&ApprovalSource::Ticket)) {
        hints.push("or a reviewer approves on the ticket, after the last commit".to_owned());
    }
    if scene.start() == Some(&Start::Root) {
        hints.truncate(1);
        hints.push(baseline(scene));
    }
    hints
}

/// The request that holds the push, or how to open one.
fn reviewed(scene: &Scene<'_>) -> String {
    let requests = scene.update.map_or(&[][..], |of_ref| of_ref.requests.as_slice());
    let holds = |proven: &&Proven| proven.all().next().is_some();
    match requests.iter().find(holds).map(|proven| &proven.request) {
        Some(request) => format!("a reviewer approves request {}", request.number),
        None => format!(
            "open a request for {} with these commits, have it approved, and merge it",
            scene.branch()
        ),
    }
}

fn new<'a>(scene: &'a Scene<'_>) -> &'a str {
    scene.new_id().map_or("COMMIT", ObjectId::as_str)
}

/// All of the id: a tag may be named like the beginning of it, and then git would take that.
fn approve(commit: &str, branch: &str) -> String {
    let refspec = quoted(&format!("+{commit}:refs/approvals/{branch}/LOGIN"));
    format!("a reviewer runs `git fetch origin && git push origin {refspec}`")
}

/// Where a tag may stand, and how it may stand elsewhere.
fn stray_tag(scene: &Scene<'_>) -> Vec<String> {
    let mut hints =
        vec!["push the commit to a protected branch first, then tag what that is at".to_owned()];
    let from = scene.sources();
    if from.is_none_or(|from| from.contains(&ApprovalSource::Refs)) {
        let approve = approve(new(scene), "BRANCH");
        hints.push(format!("or have it approved as it stands: {approve}"));
    }
    hints
}

/// History from before the control is not judged, once an admin says where it ends.
fn baseline(scene: &Scene<'_>) -> String {
    let name = scene.update.map_or("REF", |of_ref| of_ref.update.line.name.as_str());
    let commit = scene.new_id().map_or("COMMIT", ObjectId::as_str);
    format!(
        "for history from before the control, ask {} to run {}",
        scene.contact(),
        baseline_command(scene.repository, name, commit)
    )
}

/// What an admin types to leave what is there unjudged, on record.
pub(super) fn baseline_command(repository: &str, name: &str, commit: &str) -> String {
    format!("`sockembot baseline {} {} {commit} --reason WHY`", quoted(repository), quoted(name))
}

fn unknown_pusher(scene: &Scene<'_>) -> String {
    format!("ask {} to have the server name the pusher: see [host] in the config", scene.contact())
}
