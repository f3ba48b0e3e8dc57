//! What people run by hand.

use insta::assert_snapshot;

use crate::support::{BINARY, Clone, Server, Shown, hermetic};

/// Runs the binary in a clone.
fn check(clone: &Clone, server: &Server, args: &[&str]) -> Shown {
    let config = server.at("config.toml");
    let all = [&["check", "--config", &config][..], args].concat();
    let output = hermetic(BINARY, clone.path()).args(all).output().unwrap();
    Shown::of(&output, clone.server())
}

#[test]
fn check_judges_in_a_clone_what_a_push_would_bring() {
    let server = Server::new();
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let id = ana.commit("PAY-1: x");
    let before = check(&ana, &server, &[]);
    assert_eq!(before.code, Some(1));
    assert_snapshot!(before.answer(), @r"
         .-------.
        / .-----. \
       | / -   _ \ |
       |(o)     (o)|   A push to main would be refused.
       | |   .   | |
       | '  '--  | '   1 of 1 commit needs a fix. Nothing was pushed.
        \       /
         '-----'

    error[missing-approval]: nobody has approved
      769f4e2e PAY-1: x
    hint: show it on a side branch; a reviewer runs
    hint:   `git fetch origin && git push origin +769f4e2eb531c5dc570b9ba88d0630c06b868753:refs/approvals/main/LOGIN`

    policy HASH, no evidence, pushed by ana (user.email)
    ");
    ana.show();
    bob.approve(&id);
    ana.git(&["fetch", "-q", "origin", "+refs/approvals/*:refs/approvals/*"]);
    let after = check(&ana, &server, &[]);
    assert_eq!(after.code, Some(0), "{}", after.stdout);
    assert!(after.stdout.contains("complies, about to ship"), "{}", after.stdout);
    ana.push(&["main"]).accepted();
}

#[test]
fn check_takes_a_range_a_ref_and_a_pusher() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("PAY-1: x");
    ana.commit("no ticket");
    let range = check(&ana, &server, &["HEAD~1..HEAD", "--ref", "release/1", "--pusher", "bob"]);
    assert_eq!(range.code, Some(1));
    assert!(range.stdout.contains("no ticket key of PAY or OPS"), "{}", range.stdout);
    assert!(range.stdout.contains("pushed by bob (--pusher)"), "{}", range.stdout);
    assert!(!range.stdout.contains("PAY-1: x"), "{}", range.stdout);
    // From a branch that is not governed, the way leads to origin's default branch.
    ana.git(&["remote", "set-head", "origin", "main"]);
    ana.git(&["checkout", "-q", "-b", "feature"]);
    assert!(check(&ana, &server, &[]).stdout.contains("A push to main would be refused."));
    let feature = check(&ana, &server, &["--ref", "feature"]);
    assert_eq!(feature.code, Some(0));
    assert!(feature.stdout.contains("nothing to judge"), "{}", feature.stdout);
    for (args, words) in [
        (&["HEAD"][..], "is no range"),
        (&["HEAD~1...HEAD"], "symmetric difference"),
        (&["nowhere..HEAD"], "looking for the commit `nowhere`"),
    ] {
        let wrong = check(&ana, &server, args);
        assert_eq!(wrong.code, Some(70));
        assert!(wrong.stderr.contains(words), "{}", wrong.stderr);
    }
}

#[test]
fn check_answers_machines_in_json() {
    let server = Server::new();
    let ana = server.clone_for("ana");
    ana.commit("PAY-7: x");
    let shown = check(&ana, &server, &["--format", "json"]);
    assert_eq!(shown.code, Some(1));
    let answer: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((&answer["version"], &answer["decision"]), (&1.into(), &"refuse".into()));
    let found = &answer["refs"][0];
    assert_eq!(
        (&found["ref"], &found["finding"]),
        (&"refs/heads/main".into(), &"violation".into())
    );
    let failed: Vec<&str> = found["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["result"] == "fail")
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["closed-ticket", "missing-approval"]);
    assert_eq!(found["tickets"][0]["closed"], true);
    assert!(server.records("change").is_empty());
}

#[test]
fn init_prints_a_config_that_works() {
    let server = Server::new();
    let printed = server.sockembot(&["init"]);
    assert!(printed.status.success());
    server.write("new.toml", &String::from_utf8_lossy(&printed.stdout));
    let installed =
        server.sockembot(&["install", "--config", &server.at("new.toml"), &server.repo()]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
}

#[test]
fn a_baseline_is_for_a_governed_ref_and_a_commit_by_its_whole_name() {
    let server = Server::new();
    let config = server.at("config.toml");
    for (args, words) in [
        (&["app", "refs/heads/feature"][..], "governs refs/heads/feature"),
        (&["app", "main"], "reading the ref name `main`"),
        (&["app", "refs/heads/main", "abc"], "write the id in full"),
        (&["nowhere", "refs/heads/main"], "no repository nowhere"),
        (&["app", "refs/heads/release/9"], "name the commit"),
    ] {
        let all = [&["baseline", "--reason", "x", "--config", &config][..], args].concat();
        let said = server.sockembot(&all);
        assert_eq!(said.status.code(), Some(70));
        let stderr = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(
            stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(words),
            "{stderr}"
        );
    }
    let said = server.sockembot(&[
        "baseline",
        "--reason",
        "imported",
        "--config",
        &config,
        "app",
        "refs/heads/main",
    ]);
    assert!(said.status.success());
    let record = &server.records("baseline")[1];
    assert_eq!((&record["repo"], &record["by"]), (&"app".into(), &"admin".into()));
    assert_eq!(record["reason"], "imported");
    assert!(record["account"].as_str().unwrap().contains("(user "), "{record}");
}

/// All of them; the empty one is the list.
const COMMANDS: &[&str] = &[
    "",
    "pre-receive",
    "post-receive",
    "check",
    "init",
    "install",
    "uninstall",
    "baseline",
    "report",
    "show",
    "followup",
    "verify",
    "checkpoint",
    "doctor",
    "demo",
];

#[test]
fn the_help_of_every_command_reads_well() {
    let server = Server::new();
    let mut all = String::new();
    for command in COMMANDS {
        let args: Vec<&str> =
            [*command, "--help"].into_iter().filter(|arg| !arg.is_empty()).collect();
        let said = server.sockembot(&args);
        assert!(said.status.success());
        all.push_str(&format!(
            "$ sockembot {}\n{}\n",
            args.join(" "),
            String::from_utf8_lossy(&said.stdout)
        ));
    }
    assert!(all.lines().all(|line| line.len() <= 100));
    assert_snapshot!(all, @"
    $ sockembot --help
    Keeps every change to a ticket and a second pair of eyes: a git pre-receive
    hook.

    On a push to a protected branch it finds the new commits, the tickets they name
    and who approved them, and refuses what does not comply.

    Usage: sockembot <COMMAND>

    Commands:
      pre-receive   Judge a push; git runs this through the installed hook
      post-receive  Record what landed; git runs this through the installed hook
      check         Judge commits by hand, in a clone or in CI
      init          Print a commented config with every key and its default
      install       Install the hooks into repositories
      uninstall     Remove the hooks from repositories, and put back what was there
                    before
      baseline      Accept a ref's history up to a commit without judging it, and
                    record that
      restore       Go on with evidence that was set back or lost, and record the
                    loss
      report        Write the auditor's package: a page, two tables, and the records
                    of a period
      show          Show all that is on record about one record, commit or ticket
      followup      Follow up emergencies, unverified changes and tickets; for cron
      verify        Check the evidence: its chain, and every commit of git against
                    it
      checkpoint    Print what the evidence is now, for somebody elsewhere to keep
      doctor        Find what is wrong on this server, and how to mend it
      demo          Watch it work: a throw-away server and real pushes, no network
      help          Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Exit codes:
      0   accepted, or done
      1   refused by the rules; doctor: something to mend; verify: findings;
          show: nothing on record; followup: something is overdue or broken
      2   the command line is wrong; verify: could not check
      70  could not decide, or could not do it

    $ sockembot pre-receive --help
    Judge a push; git runs this through the installed hook

    Usage: sockembot pre-receive [OPTIONS]

    Options:
          --config <FILE>  The config file [default: /etc/sockembot/config.toml]
          --then <HOOK>    A hook to run as well, after this one; not after a
                           refusal
      -h, --help           Print help

    $ sockembot post-receive --help
    Record what landed; git runs this through the installed hook

    Usage: sockembot post-receive [OPTIONS]

    Options:
          --config <FILE>  The config file [default: /etc/sockembot/config.toml]
          --then <HOOK>    A hook to run as well, after this one; not after a
                           refusal
      -h, --help           Print help

    $ sockembot check --help
    Judge commits by hand, in a clone or in CI

    Nothing is recorded. Approvals are read from refs/approvals/; in a clone, fetch
    them first: git fetch origin '+refs/approvals/*:refs/approvals/*'

    Usage: sockembot check [OPTIONS] [RANGE]

    Arguments:
      [RANGE]
              The commits, as OLD..NEW; by default what HEAD has and origin's REF
              has not

    Options:
          --ref <REF>
              Where they are to go; by default the current branch or, where that is
              not governed, origin's default branch

          --repo <NAME>
              The repository's name at the host, as [[protect]] repos names it

          --pusher <LOGIN>
              Who will push; by default whom [people] knows by user.email

          --format <FORMAT>
              For people or for machines

              Possible values:
              - text: As a person reads it
              - json: One JSON object; the README documents it
              
              [default: text]

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot init --help
    Print a commented config with every key and its default

    Usage: sockembot init

    Options:
      -h, --help  Print help

    $ sockembot install --help
    Install the hooks into repositories

    Usage: sockembot install [OPTIONS] <REPO>...

    Arguments:
      <REPO>...  Bare repositories, as paths

    Options:
          --config <FILE>  The config file [default: /etc/sockembot/config.toml]
      -h, --help           Print help

    $ sockembot uninstall --help
    Remove the hooks from repositories, and put back what was there before

    Usage: sockembot uninstall <REPO>...

    Arguments:
      <REPO>...  Bare repositories, as paths

    Options:
      -h, --help  Print help

    $ sockembot baseline --help
    Accept a ref's history up to a commit without judging it, and record that

    Usage: sockembot baseline [OPTIONS] --reason <WHY> <REPO> <REF> [COMMIT]

    Arguments:
      <REPO>    The repository: a path, or a name below [host] root
      <REF>     The ref, such as refs/heads/main
      [COMMIT]  Where claims start; by default where the ref is now

    Options:
          --reason <WHY>   Why what came before is accepted unjudged; it stands on
                           record
          --name <NAME>    The repository's name at the host, where the host is not
                           plain
          --config <FILE>  The config file [default: /etc/sockembot/config.toml]
      -h, --help           Print help

    $ sockembot report --help
    Write the auditor's package: a page, two tables, and the records of a period

    The evidence is held against itself and against all repositories below --root or
    [host] root, as `verify` does it; what that finds stands in the report.

    Usage: sockembot report [OPTIONS] --from <DATE> --to <DATE> --output <DIR>

    Options:
          --from <DATE>
              The first day, by UTC

          --to <DATE>
              The last day, which belongs to the period

          --repo <GLOB>
              Only these repositories

      -o, --output <DIR>
              The directory to write: one that is not there, or empty

          --root <DIR>
              A directory that holds all repositories

          --checkpoint <FILE>
              What `sockembot checkpoint` printed once; may be given again

          --allowed-signers <FILE>
              Whose signatures on checkpoints are good, as in ssh-keygen(1); may be
              given again

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot show --help
    Show all that is on record about one record, commit or ticket

    Usage: sockembot show [OPTIONS] <SEQ|COMMIT|TICKET>

    Arguments:
      <SEQ|COMMIT|TICKET>
              The number of a record, the id of a commit or its beginning, or a
              ticket's key

    Options:
          --format <FORMAT>
              For people or for machines

              Possible values:
              - text: As a person reads it
              - json: One JSON object; the README documents it
              
              [default: text]

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot followup --help
    Follow up emergencies, unverified changes and tickets; for cron

    What has become of them is put on record. What is overdue or broken is printed
    each time, and then the exit code is 1.

    Usage: sockembot followup [OPTIONS] [REPO]...

    Arguments:
      [REPO]...
              Repositories: paths, or NAME=PATH where the host names them otherwise;
              by default all that the evidence knows

    Options:
          --root <DIR>
              Below which directory the host keeps them; by default [host] root

          --dismiss <SEQ>
              Take one change off the list, by the number of its record, because of
              REASON

          --reason <REASON>
              Why nobody will look at it any more

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot verify --help
    Check the evidence: its chain, and every commit of git against it

    Commits that came in around the hook, changes that are gone, refs that were
    moved or deleted, approvals that nobody gave. Without REPO and --root, all
    repositories below [host] root are compared.

    Usage: sockembot verify [OPTIONS] [REPO]...

    Arguments:
      [REPO]...
              Repositories: paths, or NAME=PATH where the host names them otherwise

    Options:
          --root <DIR>
              A directory that holds all repositories; one with records that is not
              there is a finding

          --checkpoint <FILE>
              What `sockembot checkpoint` printed once; may be given again

          --allowed-signers <FILE>
              Whose signatures on checkpoints are good, as in ssh-keygen(1); may be
              given again

          --evidence <FILE>
              The evidence file; then no config is needed, and the one on record is
              taken

          --format <FORMAT>
              For people or for machines

              Possible values:
              - text: For people
              - json: One JSON object; the README documents it
              
              [default: text]

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot checkpoint --help
    Print what the evidence is now, for somebody elsewhere to keep

    Mail it, log it, push it to another server: whoever cuts off or rewrites the
    evidence later can't change that one. `verify --checkpoint` holds the two
    together.

    Usage: sockembot checkpoint [OPTIONS]

    Options:
          --sign <KEY>
              Sign it with this SSH key

          --config <FILE>
              The config file
              
              [default: /etc/sockembot/config.toml]

      -h, --help
              Print help (see a summary with '-h')

    $ sockembot doctor --help
    Find what is wrong on this server, and how to mend it

    Usage: sockembot doctor [OPTIONS] [REPO]...

    Arguments:
      [REPO]...  Repositories to look at as well

    Options:
          --config <FILE>  The config file [default: /etc/sockembot/config.toml]
      -h, --help           Print help

    $ sockembot demo --help
    Watch it work: a throw-away server and real pushes, no network

    Usage: sockembot demo [OPTIONS]

    Options:
          --keep  Keep the server and the clones for exploring
      -h, --help  Print help
    ");
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let server = Server::new();
    assert_eq!(server.sockembot(&["instal"]).status.code(), Some(2));
    assert_eq!(server.sockembot(&["install"]).status.code(), Some(2));
}

#[test]
fn the_demo_plays_every_scene_and_leaves_nothing_behind() {
    let server = Server::new();
    let tmp = server.path("tmp");
    std::fs::create_dir(&tmp).unwrap();
    let played = hermetic(BINARY, &tmp).arg("demo").env("TMPDIR", &tmp).output().unwrap();
    let said = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success(), "{said}\n{}", String::from_utf8_lossy(&played.stderr));
    assert!(said.contains("23 records of evidence"), "{said}");
    assert_eq!(std::fs::read_dir(&tmp).unwrap().count(), 0);
    let kept =
        hermetic(BINARY, &tmp).args(["demo", "--keep"]).env("TMPDIR", &tmp).output().unwrap();
    assert!(kept.status.success());
    assert_eq!(std::fs::read_dir(&tmp).unwrap().count(), 1);
}
