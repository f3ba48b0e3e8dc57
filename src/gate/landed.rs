//! After a push: what git wrote is put on record. Nothing can be refused any more.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::evidence;
use crate::gather::host::{self, Call, Variable};
use crate::gather::push::governed::Governed;
use crate::gather::push::{judged, targets};
use crate::gather::{config, git::Repo, ref_lines};
use crate::model::{Change, RefName};

/// How long other pushes may hold the evidence: the client waits for us meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// Records which governed refs landed: `input` is what git wrote to the hook's
/// standard input.
///
/// # Errors
/// Where anything is in the way. The push has landed all the same.
pub fn post_receive(config: &Path, input: &[u8], variable: Variable<'_>) -> anyhow::Result<()> {
    let policy = config::load(config)?;
    let repo = Repo::open_in_hook(variable)?;
    let Call::Code { repository, .. } = host::call(&policy.host, variable, repo.directory())?
    else {
        return Ok(());
    };
    let lines = ref_lines::parse(input, repo.id_length())
        .map_err(|_| anyhow::anyhow!("git's own lines are malformed"))?;
    let targets = targets(&repo, variable("GIT_NAMESPACE").as_deref(), lines)?;
    let moves: Vec<(RefName, Change)> = judged(&policy, &repo, &repository, &targets)?
        .into_iter()
        .filter(|(_, why)| !matches!(why, Governed::MisnamedApproval))
        .map(|(target, _)| (target.name, target.line.change))
        .collect();
    if moves.is_empty() {
        return Ok(());
    }
    evidence::landed(&policy, &repository, &moves, Instant::now() + PATIENCE)
}
