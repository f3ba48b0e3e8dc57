//! The commented config that `sockembot init` prints.

/// Every key with its default, or an example where it has none.
pub const TEMPLATE: &str = include_str!("template.toml");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::policy::{Flavour, ForgeKind, Jira, Policy, TicketRules, Tracker};

    fn parse(text: &str) -> Policy {
        Policy::parse(Path::new("template.toml"), text).unwrap()
    }

    /// A line without its comment sign, where it is a key or a table.
    fn real(line: &str) -> &str {
        let rest = line.strip_prefix("# ").filter(|rest| {
            let key = rest.split(" = ").next().unwrap_or("");
            let is_key = key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            (is_key && rest.contains(" = ")) || rest.starts_with('[')
        });
        rest.unwrap_or(line)
    }

    /// The template with this tracker, and all its other keys made real.
    fn with(tracker: &str) -> String {
        let (head, rest) = TEMPLATE.split_once("[tracker.file]").unwrap();
        let (trackers, tail) = rest.split_once("[[protect]]").unwrap();
        let (trackers, _) = trackers.split_once("# Where pull or merge").unwrap();
        let all: String = format!("[tracker.file]{trackers}")
            .lines()
            .map(|line| format!("{}\n", real(line)))
            .collect();
        let (_, block) = all.split_once(&format!("[tracker.{tracker}]\n")).unwrap();
        let block = block.split("[tracker.").next().unwrap();
        // Two ways to say one thing; a config takes one of them.
        let block = block.replace("token_env = \"JIRA_TOKEN\"\n", "");
        let others =
            |text: &str| text.lines().map(|line| format!("{}\n", real(line))).collect::<String>();
        format!("{}[tracker.{tracker}]\n{block}[[protect]]{}", others(head), others(tail))
    }

    #[test]
    fn the_template_is_a_config_as_it_stands() {
        parse(TEMPLATE);
    }

    #[test]
    fn the_defaults_in_the_template_are_the_real_ones() {
        let (silent, said) = (parse(TEMPLATE), parse(&with("file")));
        assert_eq!(said.deadline, silent.deadline);
        assert_eq!(said.clip, silent.clip);
        assert_eq!(said.evidence, silent.evidence);
        assert_eq!(said.follow_up, silent.follow_up);
        assert_eq!(silent.emergencies, None);
        let least = format!("{TEMPLATE}\n[emergency]\npeople = [\"ana\"]\n");
        assert_eq!(said.emergencies, parse(&least).emergencies);
        let ([silent], [said]) = (silent.tables.as_slice(), said.tables.as_slice()) else {
            panic!()
        };
        assert_eq!(said.mode, silent.mode);
        assert_eq!(said.automation, silent.automation);
        assert_eq!(said.outage, silent.outage);
        let without_example = TicketRules { query: None, ..said.ticket.clone() };
        assert_eq!(without_example, silent.ticket);
        assert_eq!(said.approval, silent.approval);
    }

    #[test]
    fn each_tracker_of_the_template_is_a_config() {
        let jira = parse(&with("jira")).tracker;
        assert!(matches!(jira, Tracker::Jira(Jira { flavour: Flavour::Cloud, .. })), "{jira:?}");
        assert!(matches!(parse(&with("redmine")).tracker, Tracker::Redmine(_)));
        for (table, kind) in [
            ("github", ForgeKind::Github),
            ("gitlab", ForgeKind::Gitlab),
            ("gitea", ForgeKind::Gitea),
        ] {
            let issues = with(table).replace(r#"["PAY", "OPS"]"#, r##"["#"]"##);
            let Tracker::Forge(forge) = parse(&issues).tracker else { panic!("{table}") };
            assert_eq!(forge.kind, kind);
        }
    }

    #[test]
    fn the_reviews_of_the_template_are_a_config() {
        let (_, block) = TEMPLATE.split_once("# [reviews.github]").unwrap();
        let (block, _) = block.split_once("# The first table").unwrap();
        let block: String = block.lines().map(|line| format!("{}\n", real(line))).collect();
        let text = TEMPLATE.replace(r#"# from = ["refs"]"#, r#"from = ["refs", "reviews"]"#);
        let policy = parse(&format!("{text}\n[reviews.github]{block}"));
        assert_eq!(policy.reviews.unwrap().kind, ForgeKind::Github);
    }

    #[test]
    fn every_key_of_the_config_stands_in_the_template() {
        // What the parser takes is what it offers when a key is wrong.
        for table in [
            "",
            "[host]\n",
            "[evidence]\n",
            "[digest]\n",
            "[tracker]\n",
            "[tracker.file]\n",
            "[tracker.jira]\n",
            "[tracker.redmine]\n",
            "[tracker.github]\n",
            "[reviews]\n",
            "[reviews.gitlab]\n",
            "[[protect]]\n",
            "[protect.ticket]\n",
            "[protect.approval]\n",
            "[people]\n",
            "[[people.person]]\n",
            "[emergency]\n",
            "[followup]\n",
        ] {
            let header = if table.starts_with("[protect.") {
                format!("[[protect]]\n{table}")
            } else {
                table.to_owned()
            };
            let error = Policy::parse(Path::new("x"), &format!("{header}zzz = 1\n"))
                .unwrap_err()
                .to_string();
            let offered: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
            assert!(!offered.is_empty(), "{error}");
            let text: String = TEMPLATE.lines().map(|line| format!("{}\n", real(line))).collect();
            for key in offered {
                let is_there = text.lines().any(|line| {
                    line.starts_with(&format!("{key} = "))
                        || line.contains(&format!("[{key}]"))
                        || line.contains(&format!("[{key}."))
                        || line.contains(&format!(".{key}]"))
                });
                assert!(is_there, "the template lacks {key}");
            }
        }
    }
}
