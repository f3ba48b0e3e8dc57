//! Which commits a push brings to the server: those that are in its quarantine.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use git2::{ObjectType, Odb};

use super::Repo;
use super::objects::to_id;
use crate::gather::host::Variable;
use crate::model::ObjectId;

impl Repo {
    /// The commits that these values lead to and that stand in the push's own directory of
    /// objects (git-receive-pack(1), "Quarantine environment"). One that the server has
    /// already may be among them: a client sends what it thinks is needed.
    ///
    /// # Errors
    /// Where an object can't be read.
    pub fn brought<'a>(
        &self,
        variable: Variable<'_>,
        values: impl IntoIterator<Item = &'a ObjectId>,
    ) -> anyhow::Result<Vec<ObjectId>> {
        let Some(directory) = variable("GIT_OBJECT_DIRECTORY") else { return Ok(Vec::new()) };
        if is_own(&directory, &self.directory) {
            return Ok(Vec::new());
        }
        let reading = || format!("reading the objects of the push in {directory}");
        let format = self.inner.object_format();
        let quarantine = Odb::new_ext(format).with_context(reading)?;
        quarantine.add_disk_alternate(&directory).with_context(reading)?;
        let mut open: Vec<ObjectId> = values.into_iter().cloned().collect();
        let mut seen: BTreeSet<ObjectId> = open.iter().cloned().collect();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            let oid = self.oid(&id)?;
            if !quarantine.exists(oid) {
                continue;
            }
            let (_, kind) = quarantine.read_header(oid).with_context(reading)?;
            let next = match kind {
                ObjectType::Commit => {
                    let parents = self.parents_by_any(&id)?;
                    found.push(id);
                    parents
                }
                ObjectType::Tag => self.commit_behind(&id)?.into_iter().collect(),
                _ => Vec::new(),
            };
            open.extend(next.into_iter().filter(|id| seen.insert(id.clone())));
        }
        Ok(found)
    }

    /// Parents, also of a commit that is malformed: nothing may hide behind one.
    fn parents_by_any(&self, id: &ObjectId) -> anyhow::Result<Vec<ObjectId>> {
        if let Ok(commit) = self.inner.find_commit(self.oid(id)?) {
            return commit.parent_ids().map(to_id).collect();
        }
        let lines = self.git_lines(&["cat-file", "commit", id.as_str()], "")?;
        let headers = lines.iter().take_while(|line| !line.is_empty());
        let parents = headers.filter_map(|line| line.strip_prefix(b"parent "));
        parents.map(|id| Ok(ObjectId::parse(id)?)).collect()
    }
}

fn is_own(directory: &str, repository: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real(Path::new(directory)) == real(&repository.join("objects"))
}
