//! All commits that some tips contain, for whoever needs the whole of it at once.

use anyhow::{Context as _, bail};

use super::Repo;
use crate::model::ObjectId;

impl Repo {
    /// Every commit that the tips contain, each with its parents; in git's own order,
    /// the newest first.
    ///
    /// # Errors
    /// Where any of them can't be read, or the history is cut short.
    pub fn history(
        &self,
        tips: impl IntoIterator<Item = ObjectId>,
    ) -> anyhow::Result<Vec<(ObjectId, Vec<ObjectId>)>> {
        if self.inner.is_shallow() {
            bail!("its history is cut short (a shallow clone); run `git fetch --unshallow` there");
        }
        let input: String = tips.into_iter().map(|tip| format!("{tip}\n")).collect();
        if input.is_empty() {
            return Ok(Vec::new());
        }
        let lines = self.git_lines(&["rev-list", "--parents", "--stdin"], &input)?;
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

fn entry(line: &[u8]) -> anyhow::Result<(ObjectId, Vec<ObjectId>)> {
    let parse = |id: &[u8]| {
        let odd = || format!("`git rev-list` answered {:?}", String::from_utf8_lossy(line));
        ObjectId::parse(id).with_context(odd)
    };
    let mut ids = line.split(|byte| *byte == b' ').map(parse);
    let commit = ids.next().context("`git rev-list` answered nothing")??;
    Ok((commit, ids.collect::<anyhow::Result<_>>()?))
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
        assert_eq!(history, [(two.clone(), vec![one.clone()]), (one, vec![])]);
        assert!(repo.history([]).unwrap().is_empty());
        std::fs::write(repo.directory().join("shallow"), format!("{two}\n")).unwrap();
        assert!(lab.repo().history([two]).is_err());
    }
}
