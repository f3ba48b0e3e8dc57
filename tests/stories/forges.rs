//! What GitLab and Gitea have in common: the same story at each of them.

use crate::support::fake_forge::Forge;
use crate::support::reviewed::Reviewed;

#[test]
fn the_doctor_tells_which_forge_it_is_and_whether_its_reviews_can_be_read() {
    for (forge, table, version, reviews) in [
        (Forge::gitlab(), "gitlab", "(18.4.1-ee)", "the approvals of a request there: there"),
        (Forge::gitea(), "gitea", "(1.24.6)", "the reviews of a request there: there"),
    ] {
        let url = forge.url();
        let tracker = format!("[tracker.{table}]\nurl = \"{url}\"\ntoken_file = \"ROOT/token\"");
        let projects = "projects = [\"#\", \"acme/app\", \"acme/no\"]";
        let replaced = [
            ("[tracker.file]\npath = \"ROOT/tickets.toml\"", tracker.as_str()),
            ("projects = [\"PAY\", \"OPS\"]", projects),
        ];
        let Reviewed { forge, server } = Reviewed::configured(forge, &replaced);
        forge.change(|state| state.commits.make_up(&"1".repeat(40), "eve@example.com"));
        forge.open(7, &"1".repeat(40), "main");
        let doctor = || {
            let output = server.sockembot(&["doctor", "--config", &server.at("config.toml")]);
            String::from_utf8(output.stdout).unwrap()
        };
        let said = doctor();
        for words in [
            version,
            "we are sockembot",
            "the repository acme/app: there",
            reviews,
            "the issues of acme/app: there",
            "- the issues of acme/no is not there, or our account may not see it",
        ] {
            assert!(said.contains(words), "{words:?} is not in:\n{said}");
        }
        forge.change(|state| state.hidden = true);
        let said = doctor();
        let hidden = "a repository that our account is a member of is not there";
        assert!(said.contains(hidden), "{said}");
        forge.change(|state| state.token = "another".to_owned());
        assert!(doctor().contains("does not take our token (401)"));
    }
}

#[test]
fn an_approval_from_before_the_request_came_to_be_for_the_branch_does_not_count() {
    for forge in [Forge::gitlab(), Forge::gitea()] {
        let at = Reviewed::at(forge);
        let head = at.branch(&["PAY-1: round half up"]);
        at.open(&head).into("side/base").approved("ana", &head).into("main");
        at.press("bob", &head).refused_for(&["void-approval"]);
        at.forge.request(7).unapproved("ana").approved("ana", &head);
        at.press("bob", &head).accepted();
    }
}
