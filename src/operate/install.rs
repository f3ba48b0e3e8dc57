//! Putting the hooks into repositories, beside those that were there, and taking them out again.

use std::fs::{File, Metadata, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::push_options;
use super::shim::{self, Shim};
use super::take_in::{TakenIn, take_in_now};
use super::trust::trust;
use crate::gather::git::Repo;
use crate::gather::{config, host};
use crate::policy::{Host, Policy, Tracker};
use crate::text::{count, quoted};

const KEPT: &str = ".kept-by-sockembot";

/// Installs the hooks into each repository. Doing it again changes nothing but the
/// paths.
///
/// # Errors
/// Where the config has a mistake, or a repository can't take a hook; the ones
/// before it have theirs then.
pub fn install(
    repositories: &[PathBuf],
    config: &Path,
    binary: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let policy = config::load(config)?;
    warn(&policy, out)?;
    for repository in repositories {
        for shim in Shim::ALL {
            put(shim, &place(repository, shim, &policy.host)?, config, binary, out)?;
        }
        say_taken_in(&policy, repository, out)?;
        say_trust(&policy, repository, out)?;
        if push_options::are_wanted(&policy) && push_options::take(repository)? {
            writeln!(out, "  it takes push options now, for emergencies")?;
        }
    }
    Ok(())
}

fn say_taken_in(policy: &Policy, repository: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    match take_in_now(policy, repository)? {
        TakenIn::Now(refs) => {
            writeln!(out, "  {} on record as found, unjudged", count(refs, "ref"))?;
        }
        TakenIn::Before(unrecorded) => {
            for name in unrecorded {
                writeln!(
                    out,
                    "  no record is about {name}: accept what it holds by `sockembot baseline {} {} \
                     --reason WHY`",
                    quoted(&repository.display().to_string()),
                    quoted(name.as_str())
                )?;
            }
        }
        TakenIn::Later(why) => writeln!(out, "  claims start with its first push: {why}")?,
    }
    Ok(())
}

fn say_trust(policy: &Policy, repository: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let Host::Plain { root, .. } = &policy.host else { return Ok(()) };
    let repo = Repo::open_clone(repository)?;
    let name = host::name_of(repo.directory(), root.as_deref())?;
    for trust in trust(policy, &name, repo.head_branch()?.as_ref()) {
        if let Some(advice) = trust.advice() {
            writeln!(out, "  warning: {advice}")?;
        }
    }
    Ok(())
}

fn put(
    shim: Shim,
    hook: &Path,
    config: &Path,
    binary: &Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let installing = || format!("installing the hook {}", hook.display());
    let kept = keep(hook).with_context(installing)?;
    let runs = match kept.as_deref() {
        Some(kept) if is_executable(kept)? => Some(kept),
        _ => None,
    };
    write(hook, &shim.with(binary, config, runs)?).with_context(installing)?;
    writeln!(out, "installed {}", hook.display())?;
    match (&kept, runs) {
        (Some(kept), Some(_)) => writeln!(out, "  it runs {} after it", kept.display())?,
        (Some(kept), None) => {
            writeln!(out, "  {} is not executable, and so not run", kept.display())?;
        }
        (None, _) => {}
    }
    Ok(())
}

/// What would make every push fail, while somebody who can mend it is looking.
fn warn(policy: &Policy, out: &mut dyn Write) -> anyhow::Result<()> {
    let directory = policy.evidence.parent().unwrap_or(Path::new("/"));
    if !directory.is_dir() {
        let shown = directory.display();
        writeln!(out, "warning: {shown} is missing; make it, owned by the user who runs git")?;
    }
    if let Tracker::File { path } = &policy.tracker
        && !path.exists()
    {
        writeln!(out, "warning: there are no tickets in {}", path.display())?;
    }
    Ok(())
}

/// Takes the hooks out of each repository, and puts back what was there before.
///
/// # Errors
/// Where a hook can't be removed.
pub fn uninstall(repositories: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<()> {
    for repository in repositories {
        let mut found = false;
        for hook in all_places(repository)? {
            if !is_ours(&hook)? {
                continue;
            }
            found = true;
            let kept = kept_beside(&hook);
            let removing = || format!("removing the hook {}", hook.display());
            if there(&kept)?.is_some() {
                std::fs::rename(&kept, &hook).with_context(removing)?;
                writeln!(out, "restored {}", hook.display())?;
            } else {
                std::fs::remove_file(&hook).with_context(removing)?;
                writeln!(out, "removed {}", hook.display())?;
            }
        }
        if push_options::restore(repository)? {
            writeln!(out, "  it takes push options as it did before")?;
        }
        if !found {
            writeln!(out, "{} has no hook of ours", repository.display())?;
        }
    }
    Ok(())
}

/// The hooks of ours that git would not run in a repository.
///
/// # Errors
/// Where that can't be found out.
pub(super) fn lacking(repository: &Path, host: &Host) -> anyhow::Result<Vec<&'static str>> {
    let mut lacking = Vec::new();
    for shim in Shim::ALL {
        let hook = place(repository, shim, host)?;
        if !is_ours(&hook)? || !is_executable(&hook)? {
            lacking.push(shim.name());
        }
    }
    Ok(lacking)
}

/// Where a host looks for our hook in a repository.
fn place(repository: &Path, shim: Shim, host: &Host) -> anyhow::Result<PathBuf> {
    let [plain, gitea, gitlab] = places(repository, shim)?;
    // Gitaly runs what is in `custom_hooks` (GitLab documentation, "Git server
    // hooks"); Gitea's own `pre-receive` runs what is in `pre-receive.d`;
    // and so for `post-receive`.
    Ok(match host {
        Host::Gitlab => gitlab,
        _ if ["gitea", "forgejo"].iter().any(|name| gitea.with_file_name(name).exists()) => gitea,
        _ => plain,
    })
}

fn all_places(repository: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for shim in Shim::ALL {
        all.extend(places(repository, shim)?);
    }
    Ok(all)
}

fn places(repository: &Path, shim: Shim) -> anyhow::Result<[PathBuf; 3]> {
    let git_dir = rev_parse(repository, &["--git-common-dir"])?;
    let hooks = rev_parse(repository, &["--git-path", "hooks"])?;
    if !hooks.starts_with(&git_dir) {
        bail!(
            "git runs the hooks of {} out of {} (core.hooksPath), for all repositories alike; \
             unset that, or call `sockembot pre-receive` from there",
            repository.display(),
            hooks.display()
        );
    }
    let name = shim.name();
    Ok([
        hooks.join(name),
        hooks.join(format!("{name}.d/sockembot")),
        git_dir.join(format!("custom_hooks/{name}.d/sockembot")),
    ])
}

fn rev_parse(repository: &Path, args: &[&str]) -> anyhow::Result<PathBuf> {
    let shown = repository.display();
    let here = repository.canonicalize().with_context(|| format!("there is no {shown}"))?;
    let ceiling = here.parent().unwrap_or(&here);
    let output = Command::new("git")
        .arg("-C")
        .arg(repository)
        // A directory inside a repository is not that repository.
        .env("GIT_CEILING_DIRECTORIES", ceiling)
        .args(["rev-parse", "--path-format=absolute"])
        .args(args)
        .env_remove("GIT_DIR")
        .output()
        .context("running git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("dubious ownership") {
            bail!("{shown} belongs to another user; run this as that user, who runs git");
        }
        bail!("{shown} is no git repository: {}", said.lines().next().unwrap_or("").trim());
    }
    let path = String::from_utf8(output.stdout).with_context(|| format!("reading {shown}"))?;
    Ok(PathBuf::from(path.trim_end_matches('\n')))
}

/// Sets a hook aside that is not ours. It has two names until ours takes its first
/// one, so there is no moment at which it is lost.
fn keep(hook: &Path) -> anyhow::Result<Option<PathBuf>> {
    let kept = kept_beside(hook);
    let before = there(&kept)?;
    let (Some(there), false) = (there(hook)?, is_ours(hook)?) else {
        return Ok(before.map(|_| kept));
    };
    if hook.file_name() == Some("sockembot".as_ref()) {
        // In such a directory the host runs everything, what we set aside as well.
        bail!("another hook has our name; give it another one");
    }
    match std::fs::hard_link(hook, &kept) {
        Ok(()) => Ok(Some(kept)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let same =
                |before: &Metadata| (before.dev(), before.ino()) == (there.dev(), there.ino());
            if !before.is_some_and(|before| same(&before)) {
                bail!("{} is there as well; keep one of the two", kept.display());
            }
            Ok(Some(kept))
        }
        Err(error) => Err(error).context("setting aside the hook that is there"),
    }
}

/// What stands at a path, links not followed.
fn there(path: &Path) -> anyhow::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

fn kept_beside(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(KEPT);
    PathBuf::from(name)
}

fn is_ours(hook: &Path) -> anyhow::Result<bool> {
    match std::fs::read(hook) {
        Ok(text) => Ok(shim::is_ours(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("reading {}", hook.display())),
    }
}

/// Git runs no hook that is not executable, nor a link that leads nowhere.
fn is_executable(hook: &Path) -> anyhow::Result<bool> {
    match hook.metadata() {
        Ok(data) => Ok(data.is_file() && data.permissions().mode() & 0o111 != 0),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("reading {}", hook.display())),
    }
}

fn write(hook: &Path, text: &str) -> anyhow::Result<()> {
    let directory = hook.parent().context("a hook has a directory")?;
    if !directory.is_dir() {
        std::fs::create_dir_all(directory)?;
        // Whatever the umask: git passes over a hook that its account can't reach.
        std::fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    }
    let mut file = tempfile::Builder::new()
        .prefix(".sockembot-")
        .permissions(Permissions::from_mode(0o755))
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(Permissions::from_mode(0o755))?;
    file.as_file().sync_all()?;
    file.persist(hook)?;
    File::open(directory)?.sync_all()?;
    Ok(())
}
