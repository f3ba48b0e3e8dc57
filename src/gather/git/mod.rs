//! The repository, as a hook must read it: new objects included, and nothing that the pusher controls.

mod alternates;
mod commit;
mod header;
mod history;
mod mentions;
mod merge;
mod objects;
mod open;
mod options;
mod quarantine;
mod refs;
mod since;
mod subprocess;
#[cfg(test)]
mod testing;
mod walk;

pub use open::Repo;
pub use since::Since;
