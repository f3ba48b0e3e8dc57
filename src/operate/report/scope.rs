//! What stands at the head of a report: what was asked, on which server, by whom.

use jiff::Timestamp;

use super::Request;
use crate::evidence;
use crate::operate::account::account;
use crate::policy::Policy;
use crate::report::clean::Clean;
use crate::report::model::Scope;

/// What made the package.
const VERSION: &str = concat!("sockembot ", env!("CARGO_PKG_VERSION"));

pub(super) fn scope(request: &Request, policy: &Policy, now: Timestamp) -> anyhow::Result<Scope> {
    Ok(Scope {
        period: request.period,
        repo: request.repo.as_ref().map(Clean::of),
        command: Clean::of(command(std::env::args())),
        version: VERSION,
        host: Clean::of(evidence::host()),
        account: Clean::of(account()?),
        made_at: now,
        file: Clean::of(policy.evidence.display().to_string()),
    })
}

/// The command as a shell would take it again.
fn command(args: impl Iterator<Item = String>) -> String {
    let quoted = |arg: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
        let is_plain = !arg.is_empty() && arg.chars().all(plain);
        if is_plain { arg } else { format!("'{}'", arg.replace('\'', r"'\''")) }
    };
    args.map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_again() {
        let args = ["sockembot", "report", "--repo", "team/*", "-o", "it's", ""];
        assert_eq!(
            command(args.iter().map(|arg| (*arg).to_owned())),
            r"sockembot report --repo 'team/*' -o 'it'\''s' ''"
        );
    }
}
