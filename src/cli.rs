//! The command line: parse it, run one command, and say how it ended.

use std::io::{self, IsTerminal as _, Write};
use std::panic::catch_unwind;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use crate::exit::Exit;
use crate::gather::ref_lines;
use crate::guard::Guard;
use crate::operate::followup::{self, Reader};
use crate::operate::{self, baseline, check, other_hook, verify};
use crate::report::period::{self, Period};
use crate::report::show::Wanted;
use crate::{digest, gate, text};

/// Keeps every change to a ticket and a second pair of eyes: a git pre-receive hook.
///
/// On a push to a protected branch it finds the new commits, the tickets they
/// name and who approved them, and refuses what does not comply.
#[derive(Debug, Parser)]
#[command(name = "sockembot", version, max_term_width = 80, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where `install.sh` puts the template.
const DEFAULT_CONFIG: &str = "/etc/sockembot/config.toml";

const EXIT_CODES: &str = "\
Exit codes:
  0   accepted, or done
  1   refused by the rules; doctor: something to mend; verify: findings;
      show: nothing on record; followup: something is overdue or broken
  2   the command line is wrong; verify: could not check
  70  could not decide, or could not do it";

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a push; git runs this through the installed hook
    PreReceive(Hook),
    /// Record what landed; git runs this through the installed hook
    PostReceive(Hook),
    /// Judge commits by hand, in a clone or in CI
    ///
    /// Nothing is recorded. Approvals are read from refs/approvals/; in a clone,
    /// fetch them first: git fetch origin '+refs/approvals/*:refs/approvals/*'
    Check(Check),
    /// Print a commented config with every key and its default
    Init,
    /// Install the hooks into repositories
    Install(Install),
    /// Remove the hooks from repositories, and put back what was there before
    Uninstall(Repositories),
    /// Accept a ref's history up to a commit without judging it, and record that
    Baseline(Baseline),
    /// Go on with evidence that was set back or lost, and record the loss
    Restore(Restore),
    /// Write the auditor's package: a page, two tables, and the records of a period
    ///
    /// The evidence is held against itself and against all repositories below --root or
    /// [host] root, as `verify` does it; what that finds stands in the report.
    Report(Report),
    /// Show all that is on record about one record, commit or ticket
    Show(Show),
    /// Follow up emergencies, unverified changes and tickets; for cron
    ///
    /// What has become of them is put on record. What is overdue or broken is printed
    /// each time, and then the exit code is 1.
    Followup(Followup),
    /// Check the evidence: its chain, and every commit of git against it
    ///
    /// Commits that came in around the hook, changes that are gone, refs that were
    /// moved or deleted, approvals that nobody gave. Without REPO and --root, all
    /// repositories below [host] root are compared.
    Verify(Verify),
    /// Print what the evidence is now, for somebody elsewhere to keep
    ///
    /// Mail it, log it, push it to another server: whoever cuts off or rewrites the
    /// evidence later can't change that one. `verify --checkpoint` holds the two together.
    Checkpoint(Checkpoint),
    /// Find what is wrong on this server, and how to mend it
    Doctor(Doctor),
    /// Watch it work: a throw-away server and real pushes, no network
    Demo(Demo),
}

#[derive(Debug, Args)]
struct Config {
    /// The config file
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
}

#[derive(Debug, Args)]
struct Hook {
    #[command(flatten)]
    config: Config,
    /// A hook to run as well, after this one; not after a refusal
    #[arg(long, value_name = "HOOK")]
    then: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Repositories {
    /// Bare repositories, as paths
    #[arg(required = true, value_name = "REPO")]
    repositories: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct Install {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    repositories: Repositories,
}

#[derive(Debug, Args)]
struct Check {
    /// The commits, as OLD..NEW; by default what HEAD has and origin's REF has not
    range: Option<String>,
    /// Where they are to go; by default the current branch or, where that is not
    /// governed, origin's default branch
    #[arg(long = "ref", value_name = "REF")]
    name: Option<String>,
    /// The repository's name at the host, as [[protect]] repos names it
    #[arg(long = "repo", value_name = "NAME")]
    repository: Option<String>,
    /// Who will push; by default whom [people] knows by user.email
    #[arg(long, value_name = "LOGIN")]
    pusher: Option<String>,
    /// For people or for machines
    #[arg(long, value_enum, default_value_t = check::Format::Text)]
    format: check::Format,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Baseline {
    /// The repository: a path, or a name below [host] root
    #[arg(value_name = "REPO")]
    repository: PathBuf,
    /// The ref, such as refs/heads/main
    #[arg(value_name = "REF")]
    name: String,
    /// Where claims start; by default where the ref is now
    commit: Option<String>,
    /// Why what came before is accepted unjudged; it stands on record
    #[arg(long, value_name = "WHY")]
    reason: String,
    /// The repository's name at the host, where the host is not plain
    #[arg(long = "name", value_name = "NAME")]
    host_name: Option<String>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Restore {
    /// How records came to be lost; it stands on record
    #[arg(long, value_name = "WHY")]
    reason: String,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Report {
    /// The first day, by UTC
    #[arg(long, value_name = "DATE", value_parser = period::parse_day)]
    from: Date,
    /// The last day, which belongs to the period
    #[arg(long, value_name = "DATE", value_parser = period::parse_day)]
    to: Date,
    /// Only these repositories
    #[arg(long, value_name = "GLOB")]
    repo: Option<String>,
    /// The directory to write: one that is not there, or empty
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// A directory that holds all repositories
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// What `sockembot checkpoint` printed once; may be given again
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// Whose signatures on checkpoints are good, as in ssh-keygen(1); may be given again
    #[arg(long, value_name = "FILE", requires = "checkpoints")]
    allowed_signers: Vec<PathBuf>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Show {
    /// The number of a record, the id of a commit or its beginning, or a ticket's key
    #[arg(value_name = "SEQ|COMMIT|TICKET", value_parser = Wanted::parse)]
    wanted: Wanted,
    /// For people or for machines
    #[arg(long, value_enum, default_value_t = check::Format::Text)]
    format: check::Format,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Doctor {
    /// Repositories to look at as well
    #[arg(value_name = "REPO")]
    repositories: Vec<PathBuf>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Followup {
    /// Repositories: paths, or NAME=PATH where the host names them otherwise; by default
    /// all that the evidence knows
    #[arg(value_name = "REPO")]
    repositories: Vec<String>,
    /// Below which directory the host keeps them; by default [host] root
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Take one change off the list, by the number of its record, because of REASON
    #[arg(long, value_name = "SEQ", requires = "reason", conflicts_with_all = ["repositories", "root"])]
    dismiss: Option<u64>,
    /// Why nobody will look at it any more
    #[arg(long, value_name = "REASON", requires = "dismiss")]
    reason: Option<String>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Verify {
    /// Repositories: paths, or NAME=PATH where the host names them otherwise
    #[arg(value_name = "REPO")]
    repositories: Vec<String>,
    /// A directory that holds all repositories; one with records that is not there is a
    /// finding
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// What `sockembot checkpoint` printed once; may be given again
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// Whose signatures on checkpoints are good, as in ssh-keygen(1); may be given again
    #[arg(long, value_name = "FILE", requires = "checkpoints")]
    allowed_signers: Vec<PathBuf>,
    /// The evidence file; then no config is needed, and the one on record is taken
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// For people or for machines
    #[arg(long, value_enum, default_value_t = verify::Format::Text)]
    format: verify::Format,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Checkpoint {
    /// Sign it with this SSH key
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Args)]
struct Demo {
    /// Keep the server and the clones for exploring
    #[arg(long)]
    keep: bool,
}

/// Runs one command.
pub fn run(cli: Cli) -> Exit {
    let done = match cli.command {
        Command::PreReceive(args) => return pre_receive(&args),
        Command::PostReceive(args) => return post_receive(&args),
        Command::Check(args) => check(args),
        Command::Init => operate::init::init(&mut io::stdout().lock()).map(|()| Exit::Accepted),
        Command::Install(args) => install(&args),
        Command::Uninstall(args) => {
            operate::install::uninstall(&args.repositories, &mut io::stdout().lock())
                .map(|()| Exit::Accepted)
        }
        Command::Baseline(args) => baseline(args),
        Command::Restore(args) => {
            operate::restore::restore(&args.config.config, &args.reason, &mut io::stdout().lock())
                .map(|()| Exit::Accepted)
        }
        Command::Report(args) => return report(args),
        Command::Show(args) => show(&args),
        Command::Followup(args) => followup(args),
        Command::Doctor(args) => operate::doctor::doctor(
            &args.config.config,
            &args.repositories,
            &mut io::stdout().lock(),
        ),
        Command::Verify(args) => return verify(args),
        Command::Checkpoint(args) => {
            let (config, key) = (&args.config.config, args.sign.as_ref());
            operate::checkpoint::checkpoint(config, key, &mut io::stdout().lock())
                .map(|()| Exit::Accepted)
        }
        Command::Demo(args) => operate::demo::demo(args.keep).map(|()| Exit::Accepted),
    };
    ended(done)
}

fn ended(done: anyhow::Result<Exit>) -> Exit {
    done.unwrap_or_else(|error| {
        complain(&error);
        Exit::Undecided
    })
}

fn pre_receive(args: &Hook) -> Exit {
    let guard = match Guard::start() {
        Ok(guard) => guard,
        Err(error) => {
            complain(&error.context("sockembot could not start, so this push was refused"));
            return Exit::Undecided;
        }
    };
    guard.run(|| {
        guard.doing("reading the push");
        let input = ref_lines::read(io::stdin().lock())?;
        let answer = gate::pre_receive(&guard, &args.config.config, &input, &variable)?;
        guard.answer(&answer.text);
        match &args.then {
            Some(hook) if answer.exit == Exit::Accepted => {
                guard.doing("running the hook that was here before");
                guard.stand_down();
                other_hook::run(hook, &input)
            }
            _ => Ok(answer.exit),
        }
    })
}

/// The push has landed: what goes wrong is told, and stops nobody.
fn post_receive(args: &Hook) -> Exit {
    let landed = || {
        let input = ref_lines::read(io::stdin().lock())?;
        let recorded = catch_unwind(|| gate::post_receive(&args.config.config, &input, &variable));
        warn_of(recorded.unwrap_or_else(|_| Err(anyhow!("sockembot has a bug here"))));
        match &args.then {
            Some(hook) => other_hook::run(hook, &input),
            None => Ok(Exit::Accepted),
        }
    };
    landed().unwrap_or_else(|error| {
        warn_of(Err(error));
        Exit::Accepted
    })
}

fn warn_of(recorded: anyhow::Result<()>) {
    if let Err(error) = recorded {
        let line = format!("warning: this landed, but that is not on record: {error:#}");
        let _gone = writeln!(io::stderr().lock(), "{}", text::clean(&line));
    }
}

fn check(args: Check) -> anyhow::Result<Exit> {
    let question = check::Question {
        range: args.range,
        name: args.name,
        repository: args.repository,
        pusher: args.pusher,
        config: args.config.config,
    };
    let (text, exit) = check::check(&question, args.format)?;
    io::stdout().lock().write_all(text.as_bytes()).context("writing the answer")?;
    Ok(exit)
}

fn install(args: &Install) -> anyhow::Result<Exit> {
    let binary = std::env::current_exe().context("finding this binary")?;
    let config = std::path::absolute(&args.config.config).context("finding the config")?;
    let repositories = &args.repositories.repositories;
    operate::install::install(repositories, &config, &binary, &mut io::stdout().lock())?;
    Ok(Exit::Accepted)
}

fn baseline(args: Baseline) -> anyhow::Result<Exit> {
    let request = baseline::Request {
        repository: args.repository,
        host_name: args.host_name,
        name: args.name,
        commit: args.commit,
        reason: args.reason,
        config: args.config.config,
    };
    baseline::baseline(&request, &mut io::stdout().lock())?;
    Ok(Exit::Accepted)
}

fn report(args: Report) -> Exit {
    let period = match Period::new(args.from, args.to) {
        Ok(period) => period,
        Err(why) => {
            complain(&anyhow::Error::msg(why));
            return Exit::Usage;
        }
    };
    let request = operate::report::Request {
        period,
        repo: args.repo,
        root: args.root,
        checkpoints: args.checkpoints,
        allowed_signers: args.allowed_signers,
        output: args.output,
        config: args.config.config,
    };
    ended(operate::report::report(&request, &mut io::stdout().lock()).map(|()| Exit::Accepted))
}

fn show(args: &Show) -> anyhow::Result<Exit> {
    let (text, exit) = operate::show::show(&args.wanted, args.format, &args.config.config)?;
    io::stdout().lock().write_all(text.as_bytes()).context("writing the answer")?;
    Ok(exit)
}

fn followup(args: Followup) -> anyhow::Result<Exit> {
    let stdout = io::stdout();
    if let (Some(of), Some(reason)) = (args.dismiss, args.reason) {
        let dismissal = followup::Dismissal { of, reason };
        followup::dismiss(&args.config.config, &dismissal, &mut stdout.lock())?;
        return Ok(Exit::Accepted);
    }
    let request = followup::Request {
        repositories: args.repositories,
        root: args.root,
        config: args.config.config,
        reader: if stdout.is_terminal() { Reader::Person } else { Reader::Job },
    };
    followup::followup(&request, &mut stdout.lock())
}

fn verify(args: Verify) -> Exit {
    let request = verify::Request {
        config: args.config.config,
        evidence: args.evidence,
        repositories: args.repositories,
        root: args.root,
        checkpoints: args.checkpoints,
        allowed_signers: args.allowed_signers,
    };
    let answered = verify::examine(&request).and_then(|examined| {
        let text = examined.answer(args.format)?;
        io::stdout().lock().write_all(text.as_bytes()).context("writing the answer")?;
        Ok(examined.exit())
    });
    answered.unwrap_or_else(|error| {
        complain(&error);
        Exit::Unchecked
    })
}

/// One environment variable. Bytes that are no UTF-8 are marked, and so equal no
/// name that anybody has.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn complain(error: &anyhow::Error) {
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Whoever closed our standard error still reads the exit code.
    let _gone = io::stderr().lock().write_all(digest::complaint(&chain).as_bytes());
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
