//! A forge of our own: one state that tests change, served as GitHub, GitLab or Gitea would.
//!
//! ```ignore
//! let forge = Forge::github();
//! forge.person("zoe").may(Access::Read);
//! forge.open(7, &head, "main").by("eve").approved("ana", &head);
//! forge.request(7).dismissed("ana");
//! forge.fault("/reviews", Fault::Html);
//! ```

mod asked;
mod commits;
mod faults;
mod gitea;
mod github;
mod gitlab;
mod habits;
mod page;
mod state;
mod told;

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

pub(crate) use faults::Fault;
pub(crate) use habits::{ApprovalTimes, Edition, GraphQl, OnPush, StaleFlag};
pub(crate) use state::{Access, CheckKind, Opinion, Outcome, Stage, State};
pub(crate) use told::RequestAt;

use super::Server;
use super::http::{Asked, HttpServer, Reply};
use faults::{Faults, Gate};

/// The running server.
pub(crate) struct Forge {
    pub(crate) http: HttpServer,
    pub(crate) dialect: Dialect,
    state: Arc<Mutex<State>>,
    faults: Arc<Mutex<Faults>>,
    gate: Arc<(Mutex<Gate>, Condvar)>,
    pause: Arc<Mutex<Duration>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    GitHub,
    GitLab,
    Gitea,
}

impl Dialect {
    fn answer(self, state: &mut State, asked: &Asked) -> Reply {
        match self {
            Self::GitHub => github::answer(state, asked),
            Self::GitLab => gitlab::answer(state, asked),
            Self::Gitea => gitea::answer(state, asked),
        }
    }

    fn limited(self, asked: &Asked, fault: &Fault) -> Reply {
        match self {
            Self::GitHub => github::limited(asked, fault),
            Self::GitLab => gitlab::limited(fault),
            Self::Gitea => gitea::limited(fault),
        }
    }

    /// Where the server keeps a request's head.
    fn head_ref(self, number: u64) -> String {
        match self {
            Self::GitHub | Self::Gitea => format!("refs/pull/{number}/head"),
            Self::GitLab => format!("refs/merge-requests/{number}/head"),
        }
    }
}

impl Forge {
    /// Its REST interface is under `/api/v3`, its GraphQL one under `/api/graphql`, as on an
    /// Enterprise Server.
    pub(crate) fn github() -> Self {
        Self::start(Dialect::GitHub)
    }

    /// Under `/api/v4`.
    pub(crate) fn gitlab() -> Self {
        Self::start(Dialect::GitLab)
    }

    /// Under `/api/v1`; Forgejo by its version.
    pub(crate) fn gitea() -> Self {
        Self::start(Dialect::Gitea)
    }

    fn start(dialect: Dialect) -> Self {
        let state = Arc::new(Mutex::new(State::new()));
        let faults = Arc::new(Mutex::new(Faults::default()));
        let gate = Arc::new((Mutex::new(Gate::default()), Condvar::new()));
        let pause = Arc::new(Mutex::new(Duration::ZERO));
        let (shared, scripted, held, wait) =
            (Arc::clone(&state), Arc::clone(&faults), Arc::clone(&gate), Arc::clone(&pause));
        let http = HttpServer::start(Duration::ZERO, move |asked| {
            let wait = *wait.lock().unwrap();
            std::thread::sleep(wait);
            faults::pass(&held, asked);
            let fault = scripted.lock().unwrap().next(asked);
            match fault {
                Some(fault) if fault.is_a_limit() => dialect.limited(asked, &fault),
                Some(fault) => fault.reply(),
                None => dialect.answer(&mut shared.lock().unwrap(), asked),
            }
        });
        state.lock().unwrap().url = http.url.clone();
        Self { http, dialect, state, faults, gate, pause }
    }

    /// What its repository is in: it sees what is there, and nothing that is in quarantine.
    pub(crate) fn serves(&self, server: &Server) {
        self.change(|state| state.commits.repository = Some(server.path("app.git")));
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    pub(crate) fn url(&self) -> &str {
        &self.http.url
    }

    /// How long each answer takes.
    pub(crate) fn takes(&self, pause: Duration) {
        *self.pause.lock().unwrap() = pause;
    }

    /// From now on, requests whose path contains this fail so.
    pub(crate) fn fault(&self, path: &str, fault: Fault) {
        self.faults.lock().unwrap().add(path, fault, None);
    }

    /// The next one does; those after it are answered.
    pub(crate) fn fault_once(&self, path: &str, fault: Fault) {
        self.faults.lock().unwrap().add(path, fault, Some(1));
    }

    /// All goes well again.
    pub(crate) fn heal(&self) {
        *self.faults.lock().unwrap() = Faults::default();
        self.change(|state| state.habits.github.failing_fields.clear());
    }

    /// Answers none of the requests whose path contains this before so many of them wait. A
    /// client that asks for one after the other never gets an answer.
    pub(crate) fn together(&self, path: &str, how_many: usize) {
        *self.gate.0.lock().unwrap() = Gate::closed(path, how_many);
    }
}
