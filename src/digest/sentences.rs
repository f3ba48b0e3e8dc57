//! Every sentence about a broken rule, and what to do about it, in one place.

use std::collections::BTreeSet;

use super::{emergency, whom};
use crate::model::approval::Void;
use crate::model::review::Proven;
use crate::model::verdict::Part;
use crate::model::{
    MergeContent, Movement, ObjectId, Outcome, Pusher, RefVerdict, Role, Rule, Source, Start,
    Verdict, Violation,
};
use crate::policy::{ApprovalSource, Policy};
use crate::text::{clean, count, fit, list_and, list_or};

/// What the sentences need to know of the push around a violation.
pub(super) struct Scene<'a> {
    policy: &'a Policy,
    repository: &'a str,
    pusher: Option<&'a str>,
    update: Option<&'a RefVerdict>,
}

impl<'a> Scene<'a> {
    /// A violation of the push as a whole.
    pub(super) fn whole_push(policy: &'a Policy) -> Self {
        Self { policy, repository: "", pusher: None, update: None }
    }

    /// A violation of one ref.
    pub(super) fn of(verdict: &'a Verdict, of_ref: &'a RefVerdict, policy: &'a Policy) -> Self {
        let pusher = match &verdict.pusher {
            Pusher::Person { login, .. } => Some(login.as_str()),
            Pusher::Machine { .. } | Pusher::Unknown { .. } => None,
        };
        Self { policy, repository: &verdict.repository, pusher, update: Some(of_ref) }
    }

    fn name(&self) -> String {
        self.update
            .map_or_else(|| "the ref".to_owned(), |of_ref| fit(of_ref.update.line.name.short(), 60))
    }

    pub(super) fn contact(&self) -> String {
        whom(self.policy.contact.as_deref())
    }

    /// The name of the branch in approval refs, which is the one that is written.
    pub(super) fn branch(&self) -> String {
        let branch = self.update.and_then(|of_ref| of_ref.update.branch());
        fit(&branch.unwrap_or_else(|| self.name()), 100)
    }

    fn new_id(&self) -> Option<&ObjectId> {
        self.update.and_then(|of_ref| of_ref.update.line.change.new_id())
    }

    fn start(&self) -> Option<&Start> {
        match self.update.map(|of_ref| &of_ref.update.role) {
            Some(Role::Branch { start, movement: Movement::Created, .. }) => Some(start),
            _ => None,
        }
    }

    /// Whether another fault can only be mended by other commits, which an approval
    /// of these would not cover.
    fn must_be_made_again(&self) -> bool {
        let checks = self.update.map_or(&[][..], |of_ref| of_ref.checks.as_slice());
        checks.iter().any(|check| {
            let is_broken = matches!(check.outcome, Outcome::Broken(_));
            let rules = [
                Rule::RewrittenBranch,
                Rule::MalformedCommit,
                Rule::MissingTicket,
                Rule::NoSuchTicket,
                Rule::LateTicket,
            ];
            is_broken && rules.contains(&check.rule) && self.start() != Some(&Start::Root)
        })
    }

    /// Where approvals are looked for.
    pub(super) fn sources(&self) -> Option<&BTreeSet<ApprovalSource>> {
        let table = self.update.and_then(|of_ref| of_ref.update.role.table());
        table.and_then(|index| self.policy.tables.get(index)).map(|table| &table.approval.from)
    }

    fn commits(&self) -> usize {
        self.update.map_or(0, |of_ref| of_ref.update.role.commits().len())
    }
}

/// What is wrong, as one clause.
pub(super) fn what(violation: &Violation, scene: &Scene<'_>) -> String {
    let name = scene.name();
    match violation {
        Violation::MalformedPush { line, why } => {
            format!("line {line} of the push: {}", clean(why))
        }
        Violation::DuplicateRef { name } => {
            format!("`{}` stands twice in this push", fit(name.as_str(), 60))
        }
        Violation::OutdatedPush { name } => {
            format!("`{}` is not where this push says it is", fit(name.as_str(), 60))
        }
        Violation::ShallowPush => "this push brings its own shallow boundary".to_owned(),
        Violation::ReplacementRef => {
            format!("`{name}` would make git show another object than the one judged")
        }
        Violation::ShadowingRef { branch, shadow } => format!(
            "git would take `{}` for the branch `{}`",
            fit(shadow.as_str(), 60),
            fit(branch.short(), 60)
        ),
        Violation::RewrittenBranch { old, new } => {
            format!("{} does not contain {}, where {name} is now", new.short(), old.short())
        }
        Violation::DeletedRef => format!("{name} is protected and can't be deleted"),
        Violation::MovedTag => format!("{name} is protected and can't be moved"),
        Violation::StrayTag => format!("{name} is not on a commit of a protected branch"),
        Violation::NoCommit => format!("{name} would not point at a commit"),
        Violation::MisnamedApproval => {
            format!("`{name}` is not named `refs/approvals/BRANCH/LOGIN`")
        }
        Violation::ForgedApproval { login, pusher } => format!(
            "`{}` can be pushed by {} alone, and {} pushed it",
            name,
            fit(login, 40),
            pusher.as_deref().map_or_else(|| "somebody unknown".to_owned(), |p| fit(p, 40))
        ),
        Violation::UnknownPusher { why } => {
            format!("the server did not say who pushes: {}", clean(why))
        }
        Violation::MalformedEmergency { why } => clean(why),
        Violation::UnlistedEmergency { pusher, ticket } => {
            emergency::unlisted(pusher.as_deref(), ticket.as_ref(), scene.policy)
        }
        Violation::OverdueReview { earlier } => emergency::overdue(earlier),
        Violation::MalformedCommit(defect) => clean(&defect.to_string()),
        Violation::MissingTicket { projects, merge } => {
            let projects = list_or(&projects.iter().map(|p| fit(p, 20)).collect::<Vec<_>>());
            match merge {
                MergeContent::Own => {
                    format!("a merge with changes of its own, and no ticket of {projects}")
                }
                MergeContent::NotAMerge | MergeContent::Clean => {
                    format!("no ticket key of {projects} in the subject or a trailer")
                }
            }
        }
        Violation::NoSuchTicket { key } => format!("there is no ticket {key}"),
        Violation::ClosedTicket { key, state } => format!("{key} is closed ({})", fit(state, 40)),
        Violation::WrongState { key, state, allowed } => format!(
            "{key} is {}; {name} takes {}",
            fit(state, 40),
            list_or(&allowed.iter().map(|s| fit(s, 30)).collect::<Vec<_>>())
        ),
        Violation::WrongType { key, kind, allowed } => format!(
            "{key} is of type {}; {name} takes {}",
            kind.as_deref().map_or_else(|| "(none)".to_owned(), |kind| fit(kind, 30)),
            list_or(&allowed.iter().map(|s| fit(s, 30)).collect::<Vec<_>>())
        ),
        Violation::UnmatchedQuery { key, query } => {
            format!("{key} does not match `{}`", fit(query, 200))
        }
        Violation::LateTicket { key, created, .. } => {
            format!("{key} was opened at {created:.0}, after the work on it was done")
        }
        Violation::MissingApproval { have: 0, need: 1 } => "nobody has approved".to_owned(),
        Violation::MissingApproval { have, need } => {
            format!("{have} of {} that {name} needs", count(*need, "approval"))
        }
        Violation::StaleApproval { by, source } => match source {
            Source::Ref { commit, .. } => {
                format!(
                    "{} approved {}, which this push does not bring",
                    fit(by, 40),
                    commit.short()
                )
            }
            Source::Review { number, commit, .. } => format!(
                "{} approved {} in request {number}, and this push brings something else",
                fit(by, 40),
                commit.as_ref().map_or("another version", ObjectId::short)
            ),
            Source::Ticket { key } => {
                format!("{} approved on {key} before the last commit for it", fit(by, 40))
            }
        },
        Violation::SelfApproval { by, part } => match part {
            Part::Pusher => format!("{} approved, but also pushes this", fit(by, 40)),
            Part::Author => format!("{} approved, but also opened the request", fit(by, 40)),
            Part::Contributor(commit) => {
                format!("{} approved, but has a part in {}", fit(by, 40), commit.short())
            }
        },
        Violation::UnmatchedApprover { by, missing } => format!(
            "{} approved, but might be the contributor {}",
            fit(by, 40),
            fit(missing.as_str(), 60)
        ),
        Violation::VoidApproval { by, number, why } => format!(
            "{} approved in request {number}, which does not count: {}",
            fit(by, 40),
            void(why)
        ),
        Violation::UnreviewedContent { number } => {
            format!("not what was approved in request {number}")
        }
        Violation::ChangesRequested { by, number } => {
            format!("{} asks for changes in request {number}", fit(by, 40))
        }
        Violation::UnmetReviewRule { number, rules } => format!(
            "request {number} does not meet {} of the forge",
            list_and(&rules.iter().map(|rule| format!("`{}`", fit(rule, 40))).collect::<Vec<_>>())
        ),
        Violation::FailedCheck { name, state } => match state {
            Some(state) => format!("the check `{}` is {}", fit(name, 60), fit(state, 30)),
            None => format!("no request with this commit has the check `{}`", fit(name, 60)),
        },
    }
}

/// Why an approval does not count, whoever gave it.
pub(super) fn void(why: &Void) -> String {
    match why {
        Void::Dismissed => "it was dismissed".to_owned(),
        Void::Superseded => "they have asked for changes since".to_owned(),
        Void::Machine => "it is a machine's".to_owned(),
        Void::NoWriteAccess => "they may not write to the repository".to_owned(),
        Void::Gone => "the account is gone".to_owned(),
        Void::OtherBranch(branch) => format!("the request is for {}", fit(branch, 60)),
        Void::Draft => "the request is a draft".to_owned(),
        Void::Closed => "the request was closed".to_owned(),
        Void::Merged => "the request was merged before this push".to_owned(),
        Void::Unknowable(why) => format!("nobody can tell of what it is, because {}", clean(why)),
    }
}

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
        Violation::RewrittenBranch { .. } => vec![
            format!("run `git pull --rebase origin {}`, then push without --force", scene.branch()),
            "to take a change back, push a commit that reverts it".to_owned(),
        ],
        Violation::DeletedRef | Violation::MovedTag => {
            vec![format!("ask {} if it must be", scene.contact())]
        }
        Violation::StrayTag => {
            vec!["push the commit to a protected branch first, then tag it".to_owned()]
        }
        Violation::NoCommit => vec!["push a commit".to_owned()],
        Violation::MisnamedApproval => vec![approve(scene, "BRANCH", "LOGIN")],
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
        Violation::MissingApproval { .. } | Violation::StaleApproval { .. } => {
            missing_approval(scene)
        }
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
    let mut hints = vec![format!("add a line such as `Ticket: {example}` to the commit message")];
    if scene.start() == Some(&Start::Root) {
        hints.push(baseline(scene));
    } else if scene.commits() == 1 {
        hints.push("reword with `git commit --amend`, then push again".to_owned());
    } else if let Some(old) = scene.update.and_then(|of_ref| of_ref.update.line.change.old_id()) {
        hints.push(format!("reword with `git rebase -i {}`, then push again", old.short()));
    } else {
        hints.push("reword with `git rebase -i`, then push again".to_owned());
    }
    hints
}

fn missing_approval(scene: &Scene<'_>) -> Vec<String> {
    let from = scene.sources();
    if scene.must_be_made_again() {
        return vec!["mend the other faults first, then have the new commits approved".to_owned()];
    }
    let mut hints = Vec::new();
    if from.is_none_or(|from| from.contains(&ApprovalSource::Refs)) {
        let approve = approve(scene, &scene.branch(), "LOGIN");
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

fn approve(scene: &Scene<'_>, branch: &str, login: &str) -> String {
    let commit = scene.new_id().map_or("COMMIT", ObjectId::short);
    format!("a reviewer runs `git push origin +{commit}:refs/approvals/{branch}/{login}`")
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
    format!("`sockembot baseline {} {} {commit}`", fit(repository, 200), fit(name, 200))
}

fn unknown_pusher(scene: &Scene<'_>) -> String {
    format!("ask {} to have the server name the pusher: see [host] in the config", scene.contact())
}
