//! The file itself: appended under a lock, linked line by line, read back first to last or last to first.

mod append;
mod backwards;
mod file;
mod flaw;
mod reader;
mod torn;

pub(super) use append::append;
pub(crate) use append::host;
pub use append::never_before;
pub(super) use backwards::Backwards;
pub use file::Busy;
pub use flaw::Flaw;
pub use reader::{Mark, Records, read, read_from, read_kept, state};
