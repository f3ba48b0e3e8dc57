//! Where the evidence last left each ref: an index beside the file, which can always be made anew.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::evidence::beside::{beside, replace};
use crate::evidence::{Body, read};
use crate::hash::sha256;
use crate::model::{ObjectId, Recorded, RefName};

/// The index for one repository.
#[derive(Clone, Debug)]
pub struct Tips {
    evidence: PathBuf,
    repository: String,
    /// What was read in this push already: without an index that is the whole chain.
    known: RefCell<BTreeMap<RefName, Recorded>>,
}

impl Tips {
    /// The index beside an evidence file.
    pub fn beside(evidence: &Path, repository: &str) -> Self {
        let known = RefCell::default();
        Self { evidence: evidence.to_path_buf(), repository: repository.to_owned(), known }
    }

    /// What is on record about a ref. From the index, where there is one: it may be
    /// behind the chain, never ahead of it.
    ///
    /// # Errors
    /// Where neither can be read.
    pub fn recorded(&self, name: &RefName) -> anyhow::Result<Recorded> {
        if let Some(known) = self.known.borrow().get(name) {
            return Ok(known.clone());
        }
        let indexed = match std::fs::read_to_string(self.file(name)) {
            Ok(text) => parse(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("reading {}", self.file(name).display()));
            }
        };
        match indexed {
            Some(recorded) if !recorded.is_empty() => {
                self.known.borrow_mut().insert(name.clone(), recorded.clone());
                Ok(recorded)
            }
            // An empty one may be from before a hook that died behind its record.
            _ => self.reread(name),
        }
    }

    /// The same from the whole chain, which is checked on the way; the index is
    /// written anew.
    ///
    /// # Errors
    /// Where the chain is broken or can't be read, or the index can't be written.
    pub fn reread(&self, name: &RefName) -> anyhow::Result<Recorded> {
        let mut recorded = Recorded::default();
        for record in read(&self.evidence)? {
            let broken = || format!("reading the evidence {}", self.evidence.display());
            self.apply(record.with_context(broken)?.body, name, &mut recorded);
        }
        if !recorded.is_empty() {
            self.write(name, &recorded)?;
        }
        self.known.borrow_mut().insert(name.clone(), recorded.clone());
        Ok(recorded)
    }

    /// Adds where a ref was found.
    ///
    /// # Errors
    /// Where the index can't be read or written.
    pub fn found(&self, name: &RefName, at: &ObjectId) -> anyhow::Result<()> {
        let mut recorded = self.recorded(name)?;
        recorded.found(at.clone());
        self.keep(name, recorded)
    }

    /// Adds that a push was let in, from where to where.
    ///
    /// # Errors
    /// Where the index can't be read or written.
    pub fn allowed(
        &self,
        name: &RefName,
        old: Option<&ObjectId>,
        new: Option<&ObjectId>,
    ) -> anyhow::Result<()> {
        let mut recorded = self.recorded(name)?;
        recorded.moved(old.cloned(), new.cloned());
        self.keep(name, recorded)
    }

    /// Adds that git wrote a ref, as a record had let it.
    ///
    /// # Errors
    /// Where the index can't be read or written.
    pub fn landed(&self, name: &RefName, new: &ObjectId) -> anyhow::Result<()> {
        let mut recorded = self.recorded(name)?;
        recorded.landed(new.clone());
        self.keep(name, recorded)
    }

    fn keep(&self, name: &RefName, recorded: Recorded) -> anyhow::Result<()> {
        self.write(name, &recorded)?;
        self.known.borrow_mut().insert(name.clone(), recorded);
        Ok(())
    }

    fn apply(&self, body: Body, name: &RefName, recorded: &mut Recorded) {
        match body {
            Body::Baseline(baseline) if baseline.repo == self.repository => {
                let mine = baseline.starts().filter(|(start, _)| *start == name);
                mine.for_each(|(_, tip)| recorded.found(tip.clone()));
            }
            Body::Landed(record)
                if record.change.is_some()
                    && record.repo == self.repository
                    && record.name == *name =>
            {
                if let Some(new) = record.new {
                    recorded.landed(new);
                }
            }
            Body::Change(change)
                if change.is_allowed()
                    && change.repo == self.repository
                    && change.target() == name =>
            {
                recorded.moved(change.old, change.new);
            }
            _ => {}
        }
    }

    fn write(&self, name: &RefName, recorded: &Recorded) -> anyhow::Result<()> {
        let path = self.file(name);
        let writing = || format!("writing {}", path.display());
        std::fs::create_dir_all(Self::directory(&self.evidence)).with_context(writing)?;
        let lines = |word: &str, ids: &[ObjectId]| -> String {
            ids.iter().map(|id| format!("{word} {id}\n")).collect()
        };
        let text = lines("found", &recorded.found)
            + &lines("allowed", &recorded.allowed)
            + &lines("landed", recorded.landed.as_slice());
        // The last line tells a whole file from one that a crash cut short.
        replace(&path, format!("{text}end\n").as_bytes())
    }

    /// Where all indexes of an evidence file are.
    pub(super) fn directory(evidence: &Path) -> PathBuf {
        beside(evidence, ".tips")
    }

    fn file(&self, name: &RefName) -> PathBuf {
        Self::directory(&self.evidence)
            .join(sha256(format!("{}\0{name}", self.repository).as_bytes()))
    }
}

fn parse(text: &str) -> Option<Recorded> {
    let mut recorded = Recorded::default();
    for line in text.strip_suffix("end\n")?.lines() {
        let (word, id) = line.split_once(' ')?;
        let id = ObjectId::parse(id.as_bytes()).ok()?;
        match word {
            "found" => recorded.found.push(id),
            "allowed" => recorded.allowed.push(id),
            "landed" => recorded.landed = Some(id),
            _ => return None,
        }
    }
    Some(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recorded::KEPT;

    fn id(n: usize) -> ObjectId {
        ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
    }

    fn tips() -> (tempfile::TempDir, Tips, RefName) {
        let dir = tempfile::tempdir().unwrap();
        let tips = Tips::beside(&dir.path().join("evidence.jsonl"), "team/app");
        (dir, tips, RefName::parse(b"refs/heads/main").unwrap())
    }

    #[test]
    fn what_was_found_is_kept_apart_from_what_was_allowed() {
        let (_dir, tips, main) = tips();
        assert_eq!(tips.recorded(&main).unwrap(), Recorded::default());
        // Twenty pushes that git then fails to write do not push out where it was.
        for n in 1..20 {
            tips.allowed(&main, Some(&id(0)), Some(&id(n))).unwrap();
        }
        let known = tips.recorded(&main).unwrap();
        assert_eq!(known.found, [id(0)]);
        assert_eq!((known.allowed.len(), known.allowed.last()), (KEPT, Some(&id(19))));
        tips.allowed(&main, Some(&id(19)), None).unwrap();
        assert_eq!(tips.recorded(&main).unwrap(), Recorded::default());
    }

    #[test]
    fn what_landed_is_where_a_ref_is_whatever_came_before() {
        let (_dir, tips, main) = tips();
        tips.allowed(&main, Some(&id(0)), Some(&id(1))).unwrap();
        tips.allowed(&main, Some(&id(1)), Some(&id(2))).unwrap();
        // The second push tells before the first does.
        tips.landed(&main, &id(2)).unwrap();
        tips.landed(&main, &id(1)).unwrap();
        let known = tips.recorded(&main).unwrap();
        assert_eq!((&known.landed, &known.allowed), (&Some(id(2)), &vec![]));
        assert_eq!(parse(&std::fs::read_to_string(tips.file(&main)).unwrap()), Some(known));
        // A value that nobody let in is none that the branch may be at.
        tips.landed(&main, &id(9)).unwrap();
        assert_eq!(tips.recorded(&main).unwrap().landed, Some(id(2)));
        tips.found(&main, &id(9)).unwrap();
        assert_eq!(tips.recorded(&main).unwrap().allowed, [id(9)]);
    }

    #[test]
    fn a_damaged_index_is_made_anew_from_the_chain() {
        let (_dir, tips, main) = tips();
        tips.found(&main, &id(1)).unwrap();
        std::fs::write(tips.file(&main), "cut sho").unwrap();
        let next_push = Tips::beside(&tips.evidence, &tips.repository);
        assert_eq!(next_push.recorded(&main).unwrap(), Recorded::default());
    }
}
