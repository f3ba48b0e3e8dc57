//! A progress bar: on a terminal only, and gone when the work is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One piece of long work.
pub struct Progress(ProgressBar);

impl Progress {
    /// So much work, in units of which the reader needs to know nothing.
    pub fn of(doing: &str, total: u64) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(Some(total), target).with_message(doing.to_owned());
        // A template of ours that is wrong costs the look and nothing else.
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}% {eta:>4}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("##-"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// How much of it is done.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// One more is done.
    pub fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
