//! Where the evidence last left each ref: an index beside the file, which can always be made anew.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::chain::{self, Entry};
use super::hash::sha256;
use crate::model::{ObjectId, RefName};

/// Values that are kept of each ref. An accepted push may fail to land, so the
/// branch may stand at any of the last few.
const KEPT: usize = 16;

/// The index for one repository.
#[derive(Clone, Debug)]
pub struct Tips {
    evidence: PathBuf,
    repository: String,
}

impl Tips {
    /// The index beside an evidence file.
    pub fn beside(evidence: &Path, repository: &str) -> Self {
        Self { evidence: evidence.to_path_buf(), repository: repository.to_owned() }
    }

    /// The values at which records left the ref, newest last. From the index, where
    /// there is one: it may be behind the chain, never ahead of it.
    ///
    /// # Errors
    /// Where neither can be read.
    pub fn recorded(&self, name: &RefName) -> anyhow::Result<Vec<ObjectId>> {
        match std::fs::read_to_string(self.file(name)) {
            Ok(text) => match parse(&text) {
                Some(tips) => Ok(tips),
                None => self.reread(name),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => self.reread(name),
            Err(error) => {
                Err(error).with_context(|| format!("reading {}", self.file(name).display()))
            }
        }
    }

    /// The same from the whole chain, which is checked on the way; the index is
    /// written anew.
    ///
    /// # Errors
    /// Where the chain is broken or can't be read, or the index can't be written.
    pub fn reread(&self, name: &RefName) -> anyhow::Result<Vec<ObjectId>> {
        let mut tips = Vec::new();
        for entry in chain::read(&self.evidence)? {
            self.apply(&entry?, name, &mut tips)?;
        }
        let reading = || format!("reading {}", self.evidence.display());
        if self.evidence.try_exists().with_context(reading)? {
            self.write(name, &tips)?;
        }
        Ok(tips)
    }

    /// Adds where a record left the ref; `None` where it went away.
    ///
    /// # Errors
    /// Where the index can't be read or written.
    pub fn remember(&self, name: &RefName, value: Option<&ObjectId>) -> anyhow::Result<()> {
        let mut tips = match value {
            Some(_) => self.recorded(name)?,
            None => Vec::new(),
        };
        push(&mut tips, value.cloned());
        self.write(name, &tips)
    }

    fn apply(&self, entry: &Entry, name: &RefName, tips: &mut Vec<ObjectId>) -> anyhow::Result<()> {
        let text = |field: &str| entry.fields.get(field).and_then(Value::as_str);
        let written = text("target").or(text("ref"));
        if text("repo") != Some(self.repository.as_str()) || written != Some(name.as_str()) {
            return Ok(());
        }
        let id = |field| {
            let text = text(field).unwrap_or("");
            let odd = || format!("record {}: `{field}` is no id: {text:?}", entry.seq);
            ObjectId::parse(text.as_bytes()).with_context(odd)
        };
        match (entry.kind.as_str(), text("decision"), text("op")) {
            ("baseline", _, _) => push(tips, Some(id("commit")?)),
            ("change", Some("allow"), Some("delete")) => tips.clear(),
            ("change", Some("allow"), _) => push(tips, Some(id("new")?)),
            _ => {}
        }
        Ok(())
    }

    fn write(&self, name: &RefName, tips: &[ObjectId]) -> anyhow::Result<()> {
        let path = self.file(name);
        let writing = || format!("writing {}", path.display());
        let directory = self.directory();
        std::fs::create_dir_all(&directory).with_context(writing)?;
        let mut file = tempfile::NamedTempFile::new_in(&directory).with_context(writing)?;
        let text: String = tips.iter().map(|id| format!("{id}\n")).collect();
        // The last line tells a whole file from one that a crash cut short.
        file.write_all(format!("{text}end\n").as_bytes()).with_context(writing)?;
        file.persist(&path).with_context(writing)?;
        Ok(())
    }

    fn directory(&self) -> PathBuf {
        let mut name = self.evidence.clone().into_os_string();
        name.push(".tips");
        PathBuf::from(name)
    }

    fn file(&self, name: &RefName) -> PathBuf {
        self.directory().join(sha256(format!("{}\0{name}", self.repository).as_bytes()))
    }
}

fn push(tips: &mut Vec<ObjectId>, value: Option<ObjectId>) {
    let Some(value) = value else { return };
    tips.retain(|known| *known != value);
    tips.push(value);
    let excess = tips.len().saturating_sub(KEPT);
    tips.drain(..excess);
}

fn parse(text: &str) -> Option<Vec<ObjectId>> {
    let body = text.strip_suffix("end\n")?;
    body.lines().map(|line| ObjectId::parse(line.as_bytes()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ObjectId {
        ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
    }

    fn tips() -> (tempfile::TempDir, Tips, RefName) {
        let dir = tempfile::tempdir().unwrap();
        let tips = Tips::beside(&dir.path().join("evidence.jsonl"), "team/app");
        (dir, tips, RefName::parse(b"refs/heads/main").unwrap())
    }

    #[test]
    fn the_last_values_are_remembered() {
        let (_dir, tips, main) = tips();
        assert!(tips.recorded(&main).unwrap().is_empty());
        for n in 0..20 {
            tips.remember(&main, Some(&id(n))).unwrap();
        }
        let known = tips.recorded(&main).unwrap();
        assert_eq!((known.len(), known.last()), (KEPT, Some(&id(19))));
        tips.remember(&main, None).unwrap();
        assert!(tips.recorded(&main).unwrap().is_empty());
    }

    #[test]
    fn a_damaged_index_is_made_anew_from_the_chain() {
        let (_dir, tips, main) = tips();
        tips.remember(&main, Some(&id(1))).unwrap();
        std::fs::write(tips.file(&main), "cut sho").unwrap();
        assert!(tips.recorded(&main).unwrap().is_empty());
    }
}
