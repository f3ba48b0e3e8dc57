//! Whatever happens, an answer: the deadline, the panic and the error all end in one failure report.

mod backtrace;
mod watchdog;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::digest::{self, Failure, Remedy};
use crate::evidence::Busy;
use crate::exit::Exit;
use crate::model::Receipt;
use crate::policy::DEADLINE;

/// Writes a failure to the evidence. `until` bounds the wait for the file's lock.
pub type Witness = Arc<dyn Fn(&Failure, Instant) -> anyhow::Result<Vec<Receipt>> + Send + Sync>;

/// Watches over one run of a hook.
pub struct Guard {
    shared: Arc<Shared>,
}

/// What the watchdog has to know when it ends the run in the middle of anything.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Whoever takes the floor gives the one answer: the run, or the watchdog.
    floor: Mutex<Option<ThreadId>>,
    started: Instant,
}

struct State {
    doing: String,
    deadline: Option<Duration>,
    contact: Option<String>,
    prefix: &'static str,
    witness: Option<Witness>,
}

impl Guard {
    /// Starts the clock and the watchdog, and has panics caught with their place.
    ///
    /// # Errors
    /// Where no thread can be started: without a watchdog a broken object could
    /// hold the push for ever.
    pub fn start() -> anyhow::Result<Self> {
        let state = State {
            doing: "starting".to_owned(),
            // Until the config is read and says otherwise.
            deadline: Some(DEADLINE),
            contact: None,
            prefix: "",
            witness: None,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            floor: Mutex::new(None),
            started: Instant::now(),
        });
        backtrace::catch_panics();
        watchdog::start(Arc::clone(&shared)).context("starting the watchdog")?;
        Ok(Self { shared })
    }

    /// Says what is being done from now on, as a fragment after "while".
    pub fn doing(&self, what: impl Into<String>) {
        self.shared.state().doing = what.into();
    }

    /// Takes over what the policy says about failures.
    pub fn heed(&self, deadline: Duration, contact: Option<String>) {
        let mut state = self.shared.state();
        state.deadline = Some(deadline);
        state.contact = contact;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// What each line to the pusher begins with.
    pub fn begin_lines_with(&self, prefix: &'static str) {
        self.shared.state().prefix = prefix;
    }

    /// From here on a failure concerns governed refs, and is put on record.
    pub fn record_failures_by(&self, witness: Witness) {
        self.shared.state().witness = Some(witness);
    }

    /// How long the run has taken.
    pub fn elapsed(&self) -> Duration {
        self.shared.started.elapsed()
    }

    /// When the run must be over.
    pub fn ends(&self) -> Instant {
        let deadline = self.shared.state().deadline.unwrap_or(DEADLINE);
        self.shared.started + deadline
    }

    /// Ends the watch: what follows is not ours to bound.
    pub fn stand_down(&self) {
        self.shared.state().deadline = None;
        self.shared.changed.notify_all();
    }

    /// Shows the one answer. A pusher who hung up can't read it, which changes
    /// nothing about what was decided.
    pub fn answer(&self, text: &str) {
        self.shared.take_the_floor();
        self.shared.show(text);
    }

    /// Runs the hook; an error or a panic in it becomes the failure report.
    pub fn run(&self, hook: impl FnOnce() -> anyhow::Result<Exit>) -> Exit {
        let failure = match catch_unwind(AssertUnwindSafe(hook)) {
            Ok(Ok(exit)) => return exit,
            Ok(Err(error)) => self.shared.failure(
                error.chain().map(ToString::to_string).collect(),
                backtrace::of_error(&error),
                if error.is::<Busy>() { Remedy::PushAgain } else { Remedy::Repair },
            ),
            Err(_) => {
                let (message, trace) = backtrace::of_panic();
                self.shared.failure(vec![message], trace, Remedy::Repair)
            }
        };
        self.shared.take_the_floor();
        self.shared.report(failure, Instant::now() + Duration::from_secs(2));
        Exit::Undecided
    }
}

/// A run that is over needs no watchdog, which would end the whole process.
impl Drop for Guard {
    fn drop(&mut self) {
        self.stand_down();
    }
}

impl Shared {
    /// A panic under the lock leaves the state whole: each field is set at once.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Comes back only to the thread that asks first; the other one waits for the
    /// end of the process, which the first brings about.
    fn take_the_floor(&self) {
        let me = std::thread::current().id();
        let mut floor = self.floor.lock().unwrap_or_else(PoisonError::into_inner);
        let holder = *floor.get_or_insert(me);
        drop(floor);
        if holder != me {
            loop {
                std::thread::park();
            }
        }
    }

    fn failure(&self, chain: Vec<String>, backtrace: Option<String>, remedy: Remedy) -> Failure {
        let state = self.state();
        let incident = uuid::Uuid::new_v4().simple().to_string();
        Failure {
            doing: state.doing.clone(),
            chain,
            backtrace,
            remedy,
            incident: incident.get(..8).unwrap_or(&incident).to_owned(),
            contact: state.contact.clone(),
            recorded: Vec::new(),
        }
    }

    /// Puts the failure on record, where it concerns governed refs, and shows it.
    fn report(&self, mut failure: Failure, until: Instant) {
        let witness = self.state().witness.clone();
        match witness.map(|witness| witness(&failure, until)) {
            None => {}
            Some(Ok(receipts)) => failure.recorded = receipts,
            // What is in the way of the evidence is said already.
            Some(Err(error)) if failure.chain.first() == Some(&error.to_string()) => {}
            Some(Err(error)) => {
                failure.chain.push(format!("this failure is not in the evidence: {error:#}"));
            }
        }
        self.show(&digest::failure(&failure));
    }

    fn show(&self, text: &str) {
        let prefix = self.state().prefix;
        let lines: String = text.lines().map(|line| format!("{prefix}{line}\n")).collect();
        // The pusher may be gone; there is nobody left to tell about it.
        let _gone = std::io::stderr().lock().write_all(lines.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ends_well_is_left_alone() {
        let guard = Guard::start().unwrap();
        assert_eq!(guard.run(|| Ok(Exit::Refused)), Exit::Refused);
    }

    #[test]
    fn a_guard_that_is_gone_ends_nothing() {
        let guard = Guard::start().unwrap();
        let shared = Arc::clone(&guard.shared);
        drop(guard);
        assert_eq!(shared.state().deadline, None);
    }

    #[test]
    fn an_error_and_a_panic_both_refuse() {
        for hook in [|| anyhow::bail!("no"), || panic!("a bug of ours")]
            as [fn() -> anyhow::Result<Exit>; 2]
        {
            assert_eq!(Guard::start().unwrap().run(hook), Exit::Undecided);
        }
    }

    #[test]
    fn a_failure_is_put_on_record_once_it_concerns_governed_refs() {
        let guard = Guard::start().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        guard.doing("asking the tracker");
        guard.record_failures_by(Arc::new(move |failure: &Failure, _| {
            record.lock().unwrap().push((failure.doing.clone(), failure.chain.clone()));
            Ok(Vec::new())
        }));
        guard.run(|| Err(anyhow::anyhow!("cause").context("effect")));
        let expected =
            ("asking the tracker".to_owned(), vec!["effect".to_owned(), "cause".to_owned()]);
        assert_eq!(*seen.lock().unwrap(), [expected]);
    }
}
