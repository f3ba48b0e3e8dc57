//! Tickets in Redmine: the real one, as Debian has it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Server, Setup};

/// Where Debian puts it; tests/run installs it.
const HOME: &str = "/usr/share/redmine";
const DATABASE: &str = "/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default";

/// Users, two projects of which the bot sees one, and tickets of every kind.
const SEED: &str = r"
Setting.rest_api_enabled = '1'
def person(login)
  user = User.new(firstname: login.capitalize, lastname: 'Example', mail: login + '@example.com')
  user.login = login
  user.password = 'secret-password'
  user.save!
  user
end
bot, bob = person('bot'), person('bob')
role = Role.givable.first
ops, hidden = %w[ops hidden].map do |name|
  Project.create!(name: name, identifier: name, is_public: false, trackers: Tracker.all)
end
[bot, bob].each { |user| Member.create!(project: ops, user: user, roles: [role]) }
field = IssueCustomField.create!(name: 'Approvers', field_format: 'user', multiple: true,
  is_for_all: true, trackers: Tracker.all)
make = lambda do |project, subject, state|
  issue = Issue.create!(project: project, author: bob, subject: subject,
    tracker: project.trackers.first, priority: IssuePriority.first,
    status: IssueStatus.find_by_name('New'))
  if state != 'New'
    issue.reload
    issue.init_journal(bob)
    issue.status = IssueStatus.find_by_name(state)
    issue.save!(validate: false)
  end
  issue.update_column(:created_on, Time.utc(2026, 1, 5, 9))
  Journal.where(journalized_id: issue.id).update_all(created_on: Time.now.utc + 3600)
  issue
end
make.call(ops, 'Round half up', 'In Progress')
make.call(ops, 'Nobody approved', 'New')
make.call(ops, 'All done', 'Closed')
make.call(hidden, 'Not for the bot', 'In Progress')
named = make.call(ops, 'Approved by a field', 'New')
named.reload
named.init_journal(bot)
named.custom_field_values = { field.id.to_s => [bob.id.to_s] }
named.save!(validate: false)
Journal.where(journalized_id: named.id).update_all(created_on: Time.now.utc + 3600)
puts [bot.api_key, bob.id].join(' ')
";

/// A Redmine with a database of its own.
struct Redmine {
    daemon: Child,
    url: String,
    key: String,
    bob: String,
}

impl Drop for Redmine {
    fn drop(&mut self) {
        let _gone = self.daemon.kill();
        let _reaped = self.daemon.wait();
    }
}

fn rails(database: &str) -> Command {
    assert!(Path::new(HOME).exists(), "there is no Redmine; tests/run installs it");
    let mut bundle = Command::new("bundle");
    bundle
        .current_dir(HOME)
        .arg("exec")
        .env("RAILS_ENV", "production")
        .env("X_DEBIAN_SITEID", "default")
        .env("LANG", "C.UTF-8")
        .env("DATABASE_URL", format!("sqlite3:{database}"));
    bundle
}

fn start(dir: &Path) -> Redmine {
    let database = dir.join("redmine.db");
    std::fs::copy(DATABASE, &database).unwrap();
    let database = database.to_str().unwrap();
    let seed = dir.join("seed.rb");
    std::fs::write(&seed, SEED).unwrap();
    let seeded = rails(database).args(["rails", "runner"]).arg(&seed).output().unwrap();
    let said = String::from_utf8_lossy(&seeded.stdout).into_owned();
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    let (key, bob) = said.lines().last().unwrap().split_once(' ').unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let daemon = rails(database)
        .args(["thin", "start", "-e", "production", "-a", "127.0.0.1", "-R", "config.ru", "-p"])
        .arg(port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let redmine = Redmine {
        daemon,
        url: format!("http://127.0.0.1:{port}"),
        key: key.to_owned(),
        bob: bob.to_owned(),
    };
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "thin did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    redmine
}

fn server(redmine: &Redmine) -> Server {
    let tracker = format!(
        "[tracker.redmine]\nurl = \"{}\"\ntoken_file = \"ROOT/token\"\n\
         approved_states = [\"In Progress\"]\napprover_field = \"Approvers\"",
        redmine.url
    );
    let person = format!(
        "[[people.person]]\nname = \"Bob\"\nlogins = [\"bob\", \"redmine:{}\"]\n",
        redmine.bob
    );
    let server = Server::with(Setup {
        config: vec![
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", tracker),
            ("projects = [\"PAY\", \"OPS\"]", "projects = [\"#\", \"RM\"]".to_owned()),
            ("states = [\"In Progress\", \"Approved\"]", "states = []".to_owned()),
            ("from = [\"refs\"]", "from = [\"ticket\"]".to_owned()),
        ],
        more: person,
        secret: true,
        ..Setup::default()
    });
    server.write("token", &redmine.key);
    server
}

/// One server for all, since it takes seconds to start.
#[test]
fn a_real_redmine_tells_its_tickets_its_approvals_and_who_we_are() {
    let dir = tempfile::tempdir().unwrap();
    let redmine = start(dir.path());
    let server = server(&redmine);
    let ana = server.clone_for("ana");
    let push = |message: &str| {
        ana.renew();
        ana.commit(message);
        ana.push(&["main"])
    };

    // Bob moved #1 into progress, after the commit was shown; and its name is shown.
    let pushed = push("Round half up (#1)");
    pushed.accepted();
    assert!(pushed.digest().contains("#1  Round half up  In Progress  Bob"), "{}", pushed.seen());
    // The field of #5 names him.
    push("RM-5: x").accepted();
    push("refs #2").refused_for(&["missing-approval"]);
    push("refs #3").refused_for(&["closed-ticket", "missing-approval"]);
    // One that the bot may not see is not there for it, like one that never was.
    push("refs #4").refused_for(&["no-such-ticket", "missing-approval"]);
    push("refs #1, #99").refused_for(&["no-such-ticket"]);

    let found = server.records("change")[0]["tickets"][0].clone();
    assert_eq!(found["url"], format!("{}/issues/1", redmine.url));

    // A wrong key is answered with 200 and an empty list: nothing follows from it.
    server.write("token", "wrong");
    let pushed = push("refs #1");
    pushed.refused_for(&["tracker-unavailable"]);
    assert!(pushed.seen().contains("401"), "{}", pushed.seen());
}
