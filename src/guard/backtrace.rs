//! Where something broke in our own code: our frames of a backtrace, and no others.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};

use crate::policy::PolicyError;

/// The message and the backtrace of the last panic.
static PANIC: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Keeps the place of a panic instead of printing it: the failure report shows it.
pub(super) fn catch_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_else(String::new);
        let said = words(info.payload());
        let message = format!("a bug in sockembot: {said}, at {}", short(&place));
        let trace = Backtrace::force_capture().to_string();
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some((message, trace));
    }));
}

/// `panic!` carries its words in one of two types.
fn words(payload: &dyn std::any::Any) -> &str {
    let formatted = payload.downcast_ref::<String>().map(String::as_str);
    formatted.or(payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}

/// What the last panic said, and where.
pub(super) fn of_panic() -> (String, Option<String>) {
    let last = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    match last {
        Some((message, trace)) => (message, Some(ours(&trace))),
        None => ("a bug in sockembot: a panic without a place".to_owned(), None),
    }
}

/// Where an error arose, if the hook's shim asked for it (`RUST_LIB_BACKTRACE`). A
/// mistake in the config has a place of its own, and it is not in our code.
pub(super) fn of_error(error: &anyhow::Error) -> Option<String> {
    if error.is::<PolicyError>() {
        return None;
    }
    let trace = error.backtrace();
    (trace.status() == BacktraceStatus::Captured).then(|| ours(&trace.to_string()))
}

/// Each of our own frames as `function at file:line`; all lines where none is
/// ours, since a strange backtrace is better than none.
fn ours(trace: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = trace.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, function)) = line.split_once(": ") else { continue };
        let at = lines.next_if(|next| next.trim_start().starts_with("at "));
        let is_guard =
            function.contains("::guard::Guard::") || function.contains("::guard::backtrace::");
        if function.contains("sockembot::") && !is_guard {
            let place = at.map_or("", str::trim);
            kept.push(format!("{} {}", function.trim(), short(place)).trim_end().to_owned());
        }
    }
    if kept.is_empty() { trace.to_owned() } else { kept.join("\n") }
}

/// `at src/gate.rs:33:5` of a path on the machine that built us.
fn short(place: &str) -> String {
    match place.rfind("src/") {
        Some(at) if place.starts_with("at ") => format!("at {}", place.get(at..).unwrap_or(place)),
        Some(at) => place.get(at..).unwrap_or(place).to_owned(),
        None => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_frames_are_shown() {
        let trace = "   0: std::backtrace::Backtrace::create\n             at /rustc/x/library/std/src/backtrace.rs:331:13\n   \
                     4: sockembot::gate::pre_receive\n             at /home/build/sockembot/src/gate.rs:33:5\n   \
                     5: sockembot::guard::Guard::run\n             at /home/build/sockembot/src/guard.rs:9:1\n   \
                     6: main\n";
        assert_eq!(ours(trace), "sockembot::gate::pre_receive at src/gate.rs:33:5");
    }

    #[test]
    fn a_strange_backtrace_is_shown_whole() {
        assert_eq!(ours("<unknown>"), "<unknown>");
    }
}
