//! All commits that some tips contain, for whoever needs the whole of it at once.

use anyhow::{Context as _, bail};

use super::Repo;
use crate::model::{LogEntry, ObjectId};

impl Repo {
    /// Every commit that the tips contain, each with its parents and the addresses of who
    /// made it; in git's own order, the newest first.
    ///
    /// # Errors
    /// Where any of them can't be read, or the history is cut short.
    pub fn history(
        &self,
        tips: impl IntoIterator<Item = ObjectId>,
    ) -> anyhow::Result<Vec<(ObjectId, LogEntry)>> {
        if self.inner.is_shallow() {
            bail!("its history is cut short (a shallow clone); run `git fetch --unshallow` there");
        }
        let input: String = tips.into_iter().map(|tip| format!("{tip}\n")).collect();
        if input.is_empty() {
            return Ok(Vec::new());
        }
        let format = "--format=%H%x00%P%x00%ae%x00%ce";
        let args = ["-c", "log.showSignature=false", "log", "--no-decorate", format, "--stdin"];
        let lines = self.git_lines(&args, &input)?;
        lines.iter().map(|line| entry(line)).collect()
    }
}

impl Repo {
    /// A commit, its first parent, the first parent of that, and so on.
    ///
    /// # Errors
    /// Where any of them can't be read.
    pub fn first_parents(&self, tip: &ObjectId) -> anyhow::Result<Vec<ObjectId>> {
        let lines = self.git_lines(&["rev-list", "--first-parent", tip.as_str()], "")?;
        lines.iter().map(|line| Ok(ObjectId::parse(line)?)).collect()
    }
}

fn entry(line: &[u8]) -> anyhow::Result<(ObjectId, LogEntry)> {
    let odd = || format!("`git log` answered {:?}", String::from_utf8_lossy(line));
    let mut parts = line.split(|byte| *byte == 0);
    let mut part = || parts.next().with_context(odd);
    let commit = ObjectId::parse(part()?).with_context(odd)?;
    let parents = part()?.split(|byte| *byte == b' ').filter(|id| !id.is_empty());
    let parents = parents.map(ObjectId::parse).collect::<Result<_, _>>().with_context(odd)?;
    let address = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (author, committer) = (address(part()?), address(part()?));
    Ok((commit, LogEntry { parents, author, committer }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;

    #[test]
    fn a_history_is_whole_or_an_error() {
        let lab = Lab::new();
        let one = lab.commit("one", &[]);
        let two = lab.commit("two", &[&one]);
        let repo = lab.repo();
        let history = repo.history([two.clone()]).unwrap();
        let told: Vec<_> =
            history.iter().map(|(id, entry)| (id.clone(), entry.parents.clone())).collect();
        assert_eq!(told, [(two.clone(), vec![one.clone()]), (one, vec![])]);
        assert!(history.iter().all(|(_, entry)| entry.author.contains('@')));
        assert!(repo.history([]).unwrap().is_empty());
        std::fs::write(repo.directory().join("shallow"), format!("{two}\n")).unwrap();
        assert!(lab.repo().history([two]).is_err());
    }
}
