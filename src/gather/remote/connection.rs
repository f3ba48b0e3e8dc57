//! A tracker's client, made ready while the commits are still being walked.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::Value;

use super::credentials::Scheme;
use super::fault::Fault;
use super::http::{Http, Request};
use crate::policy::Remote;

type Opening = JoinHandle<Result<(Arc<Http>, JoinHandle<Result<Value, Fault>>), Fault>>;

/// The client, and who it is for the tracker.
pub(in crate::gather) struct Connection {
    state: Mutex<State>,
}

enum State {
    Opening(Opening),
    Open(Arc<Http>, Who),
    Failed(Fault),
}

enum Who {
    Asked(JoinHandle<Result<Value, Fault>>),
    Known(Result<Value, Fault>),
}

impl Connection {
    /// Starts to connect: reads token and certificates, and asks who we are, since
    /// an answer that shows nothing is only to be believed by somebody known.
    pub(in crate::gather) fn start(
        remote: Remote,
        scheme: Scheme,
        whoami: impl Into<String>,
        until: Instant,
    ) -> Self {
        let whoami = whoami.into();
        let opening = std::thread::spawn(move || {
            let http = Arc::new(Http::open(&remote, scheme, until)?);
            let asker = Arc::clone(&http);
            let who = std::thread::spawn(move || asker.ask(&Request::get(whoami)));
            Ok((http, who))
        });
        Self { state: Mutex::new(State::Opening(opening)) }
    }

    /// The client.
    pub(in crate::gather) fn http(&self) -> Result<Arc<Http>, Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = || Fault::Ours("preparing the HTTP client ended in a panic".to_owned());
        if matches!(*state, State::Opening(_)) {
            let opening = std::mem::replace(&mut *state, State::Failed(broken()));
            if let State::Opening(opening) = opening {
                *state = match opening.join() {
                    Ok(Ok((http, who))) => State::Open(http, Who::Asked(who)),
                    Ok(Err(fault)) => State::Failed(fault),
                    Err(_) => State::Failed(broken()),
                };
            }
        }
        match &*state {
            State::Open(http, _) => Ok(Arc::clone(http)),
            State::Failed(fault) => Err(fault.clone()),
            State::Opening(_) => Err(broken()),
        }
    }

    /// What the tracker says about our account.
    pub(in crate::gather) fn who(&self) -> Result<Value, Fault> {
        self.http()?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let broken = || Fault::Ours("asking who we are ended in a panic".to_owned());
        let State::Open(_, who) = &mut *state else { return Err(broken()) };
        if let Who::Asked(_) = who
            && let Who::Asked(asked) = std::mem::replace(who, Who::Known(Err(broken())))
        {
            *who = Who::Known(asked.join().unwrap_or_else(|_| Err(broken())));
        }
        match who {
            Who::Known(known) => known.clone(),
            Who::Asked(_) => Err(broken()),
        }
    }
}
