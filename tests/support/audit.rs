//! What an auditor finds on a server: the findings of `verify`, and the exceptions of the report.

use std::collections::BTreeMap;

use super::{Server, Shown};

/// The codes of all findings, of everything below the root.
pub(crate) fn findings(server: &Server) -> Vec<String> {
    let said = verified(server);
    let code = |line: &str| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned());
    let codes: Vec<String> = said.stdout.lines().filter_map(code).collect();
    assert_eq!(said.code, Some(i32::from(!codes.is_empty())), "{}{}", said.stdout, said.stderr);
    codes
}

/// What `verify` says of everything below the root.
pub(crate) fn verified(server: &Server) -> Shown {
    let args = ["verify", "--config", &server.at("config.toml"), "--root", &server.root()];
    Shown::of(&server.sockembot(&args), server.home())
}

/// The rows of a report of today.
pub(crate) struct Package {
    pub(crate) changes: Vec<BTreeMap<String, String>>,
    pub(crate) exceptions: Vec<BTreeMap<String, String>>,
}

impl Package {
    pub(crate) fn of(server: &Server) -> Self {
        let output = tempfile::tempdir().unwrap();
        let config = server.at("config.toml");
        let day = jiff::Timestamp::now();
        let [from, to] = [-24, 24].map(|hours| {
            let day = day + jiff::SignedDuration::from_hours(hours);
            day.strftime("%Y-%m-%d").to_string()
        });
        let place = output.path().join("package");
        let place = place.to_str().unwrap();
        let args = ["report", "--config", &config, "--from", &from, "--to", &to, "-o", place];
        let said = server.sockembot(&args);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let rows = |name: &str| {
            let mut table = csv::Reader::from_path(format!("{place}/{name}")).unwrap();
            table.deserialize().map(Result::unwrap).collect()
        };
        Self { changes: rows("changes.csv"), exceptions: rows("exceptions.csv") }
    }

    /// The kinds of the exceptions, but for where claims start.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let kinds = self.exceptions.iter().map(|row| row["kind"].as_str());
        kinds.filter(|kind| !["baseline", "not-covered"].contains(kind)).collect()
    }
}
