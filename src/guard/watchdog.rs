//! The watchdog: at the deadline it answers for a run that can't, and ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::Shared;
use crate::digest::Remedy;
use crate::exit::Exit;

/// How long the report itself may take: the evidence may be locked, and the
/// pusher may not be reading.
const GRACE: Duration = Duration::from_secs(2);

/// Starts the thread, which ends with the guard.
pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<()> {
    let name = std::thread::Builder::new().name("watchdog".to_owned());
    name.spawn(move || {
        let Some(deadline) = wait(&shared) else { return };
        shared.take_the_floor();
        // A panic here must not leave the run waiting for the floor for ever.
        let _panic = catch_unwind(AssertUnwindSafe(|| report(shared, deadline)));
        end();
    })?;
    Ok(())
}

/// Waits for the deadline, which may move meanwhile; `None` when there is none
/// any more.
fn wait(shared: &Shared) -> Option<Duration> {
    let mut state = shared.state();
    loop {
        let deadline = state.deadline?;
        let left = deadline.saturating_sub(shared.started.elapsed());
        if left.is_zero() {
            return Some(deadline);
        }
        let woken = shared.changed.wait_timeout(state, left);
        state = woken.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Reports from a thread of its own, so that neither a locked evidence file nor a
/// pusher who does not read can keep the process alive.
fn report(shared: Arc<Shared>, deadline: Duration) {
    let cause = format!("the deadline of {deadline:?} for the whole hook has passed");
    let failure = shared.failure(vec![cause], None, Remedy::PushAgain);
    let (done, finished) = mpsc::channel();
    let lock_until = Instant::now() + GRACE / 2;
    let reporter = std::thread::Builder::new().spawn(move || {
        shared.report(failure, lock_until);
        // The receiver waits for this, or has given up on it: both are fine.
        let _late = done.send(());
    });
    if reporter.is_ok() {
        let _timeout = finished.recv_timeout(GRACE);
    }
}

/// Not `exit`: it would run libgit2's clean-up under the thread that hangs in it.
fn end() -> ! {
    #[expect(unsafe_code, reason = "the standard library has no `_exit`")]
    // SAFETY: `_exit` takes any code and never comes back.
    unsafe {
        libc::_exit(Exit::Undecided.code().into())
    }
}
