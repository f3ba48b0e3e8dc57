//! libgit2's global options: set once, before anything is opened.
#![expect(unsafe_code, reason = "libgit2 keeps these as process globals")]

use std::sync::Once;

use anyhow::Context as _;
use git2::{ConfigLevel, opts};

static ONCE: Once = Once::new();

/// Opens repositories whatever their owner: git checks that before it runs a hook,
/// with settings that libgit2 can't see. Knows the extensions that leave objects
/// readable; their refs are read by git itself.
///
/// # Errors
/// Where libgit2 does not take an option.
pub(super) fn set() -> anyhow::Result<()> {
    let mut done = Ok(());
    ONCE.call_once(|| {
        // SAFETY: `Once` keeps two threads from doing this together, and every
        // opening of a repository passes here first.
        done = unsafe {
            opts::set_verify_owner_validation(false)
                .and_then(|()| opts::set_extensions(&["partialclone", "refstorage"]))
        };
    });
    done.context("setting the options of libgit2")
}

/// Reads no config but the repository's: the user's could be broken, and decides
/// nothing here.
///
/// # Errors
/// Where libgit2 does not take the option.
pub(super) fn ignore_user_config() -> anyhow::Result<()> {
    use ConfigLevel::{Global, ProgramData, System, XDG};
    for level in [ProgramData, System, XDG, Global] {
        // SAFETY: called by the one thread of a hook, before it opens the repository.
        unsafe { opts::set_search_path(level, "/nonexistent") }
            .context("setting where libgit2 looks for config")?;
    }
    Ok(())
}
