//! How a test tells the forge what happened, in the order in which it did.

use super::state::{
    Access, Check, CheckKind, Issue, Kind, Opinion, Outcome, Person, Request, Review, Stage, State,
};
use super::{Dialect, Forge, OnPush};
use crate::support::Server;

impl Forge {
    /// Somebody; again the same one.
    pub(crate) fn person(&self, login: &str) -> PersonAt<'_> {
        self.change(|state| {
            state.person(login);
        });
        PersonAt { forge: self, login: login.to_owned() }
    }

    /// A new request of ana's for a branch.
    pub(crate) fn open(&self, number: u64, head: &str, base: &str) -> RequestAt<'_> {
        self.change(|state| {
            let (id, at) = (state.next_id(), state.now());
            let commits = state.commits.between(base, head);
            let request = Request {
                id,
                number,
                title: format!("PAY-1: request {number}"),
                branch: format!("side/{number}"),
                base: base.to_owned(),
                fork: None,
                heads: vec![(head.to_owned(), at.clone())],
                commits,
                author: Some("ana".to_owned()),
                stage: Stage::Open,
                draft: false,
                reviews: Vec::new(),
                retargeted: Vec::new(),
                created: at.clone(),
                updated: at,
            };
            assert!(state.requests.insert(number, request).is_none(), "there is one already");
        });
        self.request(number)
    }

    /// One that is there.
    pub(crate) fn request(&self, number: u64) -> RequestAt<'_> {
        RequestAt { forge: self, number }
    }

    /// A new issue of ana's.
    pub(crate) fn issue(&self, number: u64, title: &str) -> IssueAt<'_> {
        self.change(|state| {
            let id = state.next_id();
            let issue = Issue {
                id,
                number,
                title: title.to_owned(),
                labels: Vec::new(),
                milestone: None,
                assignees: Vec::new(),
                author: Some("ana".to_owned()),
                created: "2026-01-05T09:00:00Z".to_owned(),
                closed: None,
            };
            state.issues.insert(number, issue);
        });
        IssueAt { forge: self, number }
    }

    /// What a robot found out about a commit.
    pub(crate) fn check(&self, commit: &str, name: &str, outcome: Outcome) {
        self.check_of(CheckKind::Status, commit, name, outcome);
    }

    pub(crate) fn check_of(&self, kind: CheckKind, commit: &str, name: &str, outcome: Outcome) {
        self.change(|state| {
            let (id, at) = (state.next_id(), state.now());
            let check = Check { id, name: name.to_owned(), kind, outcome, at };
            state.checks.entry(commit.to_owned()).or_default().push(check);
        });
    }

    /// Writes the refs that it would have, such as `refs/pull/7/head`, into the repository.
    pub(crate) fn publish(&self, server: &Server) {
        let heads = self.change(|state| {
            let requests = state.requests.values();
            requests.map(|request| (request.number, request.head().to_owned())).collect::<Vec<_>>()
        });
        for (number, head) in heads {
            server.git(&["update-ref", &self.dialect.head_ref(number), &head]);
        }
    }
}

/// A person that a test speaks of.
#[derive(Clone)]
pub(crate) struct PersonAt<'a> {
    forge: &'a Forge,
    login: String,
}

impl PersonAt<'_> {
    fn change(self, change: impl FnOnce(&mut Person)) -> Self {
        self.forge.change(|state| change(state.person(&self.login)));
        self
    }

    pub(crate) fn may(self, access: Access) -> Self {
        self.change(|person| person.access = access)
    }

    pub(crate) fn bot(self) -> Self {
        self.change(|person| person.kind = Kind::Bot)
    }

    /// These, and no others, are the addresses that the forge knows.
    pub(crate) fn emails(self, emails: &[&str]) -> Self {
        self.change(|person| person.emails = emails.iter().map(|&email| email.to_owned()).collect())
    }

    pub(crate) fn shows(self, email: &str) -> Self {
        self.change(|person| person.public_email = Some(email.to_owned()))
    }
}

/// A request that a test speaks of.
#[derive(Clone, Copy)]
pub(crate) struct RequestAt<'a> {
    forge: &'a Forge,
    pub(crate) number: u64,
}

impl RequestAt<'_> {
    fn change(self, change: impl FnOnce(&mut Request, String)) -> Self {
        self.forge.change(|state| {
            let at = state.now();
            change(state.requests.get_mut(&self.number).unwrap(), at);
        });
        self
    }

    pub(crate) fn by(self, login: &str) -> Self {
        self.forge.person(login);
        self.change(|request, _| request.author = Some(login.to_owned()))
    }

    /// Its author's account is deleted.
    pub(crate) fn by_a_ghost(self) -> Self {
        self.change(|request, _| request.author = None)
    }

    pub(crate) fn titled(self, title: &str) -> Self {
        self.change(|request, _| request.title = title.to_owned())
    }

    pub(crate) fn from(self, branch: &str) -> Self {
        self.change(|request, _| request.branch = branch.to_owned())
    }

    pub(crate) fn draft(self) -> Self {
        self.change(|request, _| request.draft = true)
    }

    pub(crate) fn closed(self) -> Self {
        self.change(|request, _| request.stage = Stage::Closed)
    }

    pub(crate) fn reopened(self) -> Self {
        self.change(|request, _| request.stage = Stage::Open)
    }

    pub(crate) fn merged(self, commit: &str) -> Self {
        self.change(|request, _| request.stage = Stage::Merged(commit.to_owned()))
    }

    /// It was never one of ours, but of a fork, and all that was said of it stands there.
    pub(crate) fn of_fork(self, full_name: &str) {
        self.forge.change(|state| {
            let mut request = state.requests.remove(&self.number).unwrap();
            request.fork = Some(full_name.to_owned());
            state.foreign.push(request);
        });
    }

    /// For another branch from now on.
    pub(crate) fn into(self, base: &str) -> Self {
        self.change(|request, at| {
            request.base = base.to_owned();
            request.retargeted.push(at);
        })
    }

    /// A new head. Where GitLab is to reset approvals on a push, they are gone; that of a
    /// closed request it forgets to.
    pub(crate) fn pushed(self, head: &str) -> Self {
        self.forge.change(|state| {
            let at = state.now();
            let request = &state.requests[&self.number];
            let commits = state.commits.between(&request.base, head);
            let reset = self.forge.dialect == Dialect::GitLab
                && state.habits.gitlab.on_push == OnPush::Reset
                && request.stage == Stage::Open;
            let request = state.requests.get_mut(&self.number).unwrap();
            request.heads.push((head.to_owned(), at.clone()));
            request.commits = commits;
            request.updated = at;
            for review in &mut request.reviews {
                review.dismissed |= reset && review.opinion == Opinion::Approved;
            }
        });
        self
    }

    pub(crate) fn approved(self, by: &str, commit: &str) -> Self {
        self.reviewed(by, Opinion::Approved, commit)
    }

    pub(crate) fn changes_requested(self, by: &str, commit: &str) -> Self {
        self.reviewed(by, Opinion::ChangesRequested, commit)
    }

    pub(crate) fn commented(self, by: &str, commit: &str) -> Self {
        self.reviewed(by, Opinion::Commented, commit)
    }

    pub(crate) fn reviewed(self, by: &str, opinion: Opinion, commit: &str) -> Self {
        self.forge.person(by);
        self.add(|review| {
            review.by = Some(by.to_owned());
            review.opinion = opinion;
            review.commit = Some(commit.to_owned());
        })
    }

    /// By somebody whose account is deleted.
    pub(crate) fn approved_by_a_ghost(self, commit: &str) -> Self {
        self.add(|review| review.commit = Some(commit.to_owned()))
    }

    /// For a commit that the forge has lost.
    pub(crate) fn approved_something(self, by: &str) -> Self {
        self.forge.person(by);
        self.add(|review| review.by = Some(by.to_owned()))
    }

    /// In the name of a team, without a person.
    pub(crate) fn approved_by_team(self, team: &str, commit: &str) -> Self {
        self.add(|review| {
            review.team = Some(team.to_owned());
            review.commit = Some(commit.to_owned());
        })
    }

    /// An approval of nobody, until the change says whose.
    fn add(self, change: impl FnOnce(&mut Review)) -> Self {
        let id = self.forge.change(State::next_id);
        self.change(|request, at| {
            let mut review = Review {
                id,
                by: None,
                team: None,
                opinion: Opinion::Approved,
                commit: None,
                at: at.clone(),
                dismissed: false,
            };
            change(&mut review);
            request.reviews.push(review);
            request.updated = at;
        })
    }

    /// Everything that somebody said is dismissed.
    pub(crate) fn dismissed(self, by: &str) -> Self {
        self.change(|request, _| {
            for review in &mut request.reviews {
                review.dismissed |= review.by.as_deref() == Some(by);
            }
        })
    }

    /// The approval is taken back by whom it was of.
    pub(crate) fn unapproved(self, by: &str) -> Self {
        self.change(|request, _| {
            request.reviews.retain(|review| review.by.as_deref() != Some(by));
        })
    }

    /// When the last review was given.
    pub(crate) fn at(self, time: &str) -> Self {
        self.change(|request, _| request.reviews.last_mut().unwrap().at = time.to_owned())
    }
}

/// An issue that a test speaks of.
#[derive(Clone, Copy)]
pub(crate) struct IssueAt<'a> {
    forge: &'a Forge,
    number: u64,
}

impl IssueAt<'_> {
    fn change(self, change: impl FnOnce(&mut Issue)) -> Self {
        self.forge.change(|state| change(state.issues.get_mut(&self.number).unwrap()));
        self
    }

    pub(crate) fn labelled(self, label: &str) -> Self {
        self.change(|issue| issue.labels.push(label.to_owned()))
    }

    pub(crate) fn assigned(self, login: &str) -> Self {
        self.forge.person(login);
        self.change(|issue| issue.assignees.push(login.to_owned()))
    }

    pub(crate) fn due_in(self, milestone: &str) -> Self {
        self.change(|issue| issue.milestone = Some(milestone.to_owned()))
    }

    pub(crate) fn created(self, time: &str) -> Self {
        self.change(|issue| issue.created = time.to_owned())
    }

    pub(crate) fn closed(self) -> Self {
        self.change(|issue| issue.closed = Some("2026-01-07T09:00:00Z".to_owned()))
    }
}
