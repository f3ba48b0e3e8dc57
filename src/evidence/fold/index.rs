//! The history of each repository beside the file: an index that can be made anew, and that knows when the file was set back.
//!
//! ```text
//! evidence.jsonl.index/head          how far the file has been read, and what was there
//! evidence.jsonl.index/REPO.json     the history of one repository, up to a record
//! evidence.jsonl.index/REPO.log      what later records say of it, one a line
//! ```
//!
//! REPO is the SHA-256 of the repository's name. Whoever needs a history first reads what
//! has been appended since, for all repositories, so nobody has much to read.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::ref_history::{About, event};
use crate::evidence::beside::{beside, make_directory, replace, replace_durably};
use crate::evidence::{Mark, Record, chain, read_from, read_kept};
use crate::hash::sha256;
use crate::model::history::{Event, Open};
use crate::model::{History, ObjectId};

/// The format of the index; another one is made anew.
const VERSION: u32 = 1;

/// Later records of one repository before its history is written anew.
const MANY: usize = 256;

/// The index of one evidence file.
#[derive(Clone, Debug)]
pub struct Index {
    evidence: PathBuf,
    directory: PathBuf,
}

/// How far the file has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    version: u32,
    /// The id of the file.
    log: String,
    /// The last record that was read, and where it stands; none before the first.
    mark: Option<Mark>,
    /// The repositories of changes that are still to be settled.
    open: BTreeMap<u64, String>,
}

/// The history of one repository, up to a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    repository: String,
    /// The record; none where nothing is on record.
    seq: Option<u64>,
    history: History,
}

/// What a later record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Later {
    seq: u64,
    event: Event,
}

/// The first line of later records: up to which one the history must go that they follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct After {
    after: Option<u64>,
}

/// The evidence is not what the index has read of it: it was set back, or is another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// The evidence file.
    pub evidence: PathBuf,
    /// The id of the file that was read.
    pub log: String,
    /// The last record that was read.
    pub seq: u64,
    /// Its hash.
    pub sha256: String,
}

impl fmt::Display for SetBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the evidence {} is gone, was set back, or is another file: record #{} {} had been read \
             of it, and is not there; put the file back that holds it, or put the loss on record by \
             `sockembot restore --reason WHY`",
            self.evidence.display(),
            self.seq,
            self.sha256.get(..8).unwrap_or(&self.sha256)
        )
    }
}

impl std::error::Error for SetBack {}

impl Index {
    /// The index beside an evidence file.
    pub fn beside(evidence: &Path) -> Self {
        Self { evidence: evidence.to_path_buf(), directory: directory(evidence) }
    }

    /// Whether anything is on record about a repository, as far as the index has read.
    ///
    /// # Errors
    /// Where that can't be found out.
    pub fn knows(&self, repository: &str) -> anyhow::Result<bool> {
        let exists = |end| {
            let path = self.file(repository, end);
            path.try_exists().with_context(|| format!("looking for {}", path.display()))
        };
        Ok(exists("log")? || exists("json")?)
    }

    /// What is on record about a repository, up to the last record.
    ///
    /// # Errors
    /// [`SetBack`], where the file does not hold what has been read of it; and where the
    /// chain is broken, or file or index can't be read or written.
    pub fn history(&self, repository: &str) -> anyhow::Result<History> {
        let _alone = self.lock()?;
        self.read_on()?;
        let (mut snapshot, later) = match self.load(repository)? {
            Some(found) => found,
            None => {
                self.clear()?;
                self.read_on()?;
                let found = self.load(repository)?;
                found.with_context(|| format!("making {} anew", self.directory.display()))?
            }
        };
        let many = later.len() > MANY;
        snapshot = snapshot.with(later);
        if many {
            self.renew(&snapshot)?;
        }
        Ok(snapshot.history)
    }

    /// The same from the whole chain, whatever the index holds; that is made anew.
    ///
    /// # Errors
    /// Those of [`Self::history`].
    pub fn history_by_chain(&self, repository: &str) -> anyhow::Result<History> {
        {
            let _alone = self.lock()?;
            // What was set back must not look like new.
            self.check()?;
            self.clear()?;
            self.read_on()?;
        }
        self.history(repository)
    }

    /// Reads what has been appended since.
    ///
    /// # Errors
    /// Those of [`Self::history`].
    pub fn catch_up(&self) -> anyhow::Result<()> {
        let _alone = self.lock()?;
        self.read_on()
    }

    /// Reads the whole chain, and makes the index anew where it does not say the same; the
    /// repositories of which it did not.
    ///
    /// # Errors
    /// Those of [`Self::history`].
    pub fn mended(&self) -> anyhow::Result<Vec<String>> {
        let alone = self.lock()?;
        self.read_on()?;
        let Some(until) = self.head()?.and_then(|head| head.mark) else { return Ok(Vec::new()) };
        let mut by_chain: BTreeMap<String, History> = BTreeMap::new();
        let mut head = Head::default();
        for record in read_kept(&self.evidence)? {
            let record = record.context("reading the evidence")?;
            if let Some((repository, event)) = head.event(&record) {
                by_chain.entry(repository).or_default().apply(record.seq, event);
            }
            if record.seq == until.receipt().seq {
                break;
            }
        }
        let mut differing = Vec::new();
        for (repository, history) in by_chain {
            let known = self.load(&repository)?.map(|(snapshot, later)| snapshot.with(later));
            if known.is_none_or(|known| known.history != history) {
                differing.push(repository);
            }
        }
        if !differing.is_empty() {
            self.clear()?;
            drop(alone);
            self.catch_up()?;
        }
        Ok(differing)
    }

    /// Forgets what was read: the file is taken as it is from now on.
    ///
    /// # Errors
    /// Where the index can't be removed.
    pub(in crate::evidence) fn forget(&self) -> anyhow::Result<()> {
        let _alone = self.lock()?;
        self.clear()?;
        // That of before 0.2, which tells of a file that was lost.
        let old = beside(&self.evidence, ".tips");
        match std::fs::remove_dir_all(&old) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", old.display()))
            }
            _ => Ok(()),
        }
    }

    /// The first parents of a commit, as [`Self::keep_line`] kept them.
    ///
    /// # Errors
    /// Where they can't be read.
    pub fn line(&self, tip: &ObjectId) -> anyhow::Result<Option<Vec<u8>>> {
        read(&self.directory.join(format!("{tip}.line")))
    }

    /// Keeps the first parents of a commit, which are costly to list.
    ///
    /// # Errors
    /// Where they can't be written.
    pub fn keep_line(&self, tip: &ObjectId, ids: &[u8]) -> anyhow::Result<()> {
        make_directory(&self.directory)?;
        replace_durably(&self.directory.join(format!("{tip}.line")), ids)
    }

    /// Whether the file still holds what has been read of it.
    ///
    /// # Errors
    /// [`SetBack`], where it does not.
    pub fn check(&self) -> anyhow::Result<()> {
        let Some(head) = self.head()? else { return Ok(()) };
        match read_from(&self.evidence, head.mark.as_ref()) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.set_back(&head).map_or(error, Into::into)),
        }
    }

    /// How far the file has been read; none where a crash cut that short, or another
    /// version wrote it.
    fn head(&self) -> anyhow::Result<Option<Head>> {
        let text = read(&self.directory.join("head"))?;
        let head = text.map(|text| serde_json::from_slice::<Head>(&text));
        Ok(match head {
            Some(Ok(head)) if head.version == VERSION => Some(head),
            Some(_) | None => None,
        })
    }

    fn read_on(&self) -> anyhow::Result<()> {
        let (mut head, is_new) = match self.head()? {
            Some(head) => (head, false),
            None => {
                self.clear()?;
                (Head { version: VERSION, ..Head::default() }, true)
            }
        };
        let mut found: BTreeMap<String, Vec<Later>> = BTreeMap::new();
        let before = head.mark.clone();
        let mut records = match read_from(&self.evidence, before.as_ref()) {
            Ok(records) => records,
            Err(error) => return Err(self.set_back(&head).map_or(error, Into::into)),
        };
        while let Some(record) = records.next() {
            let broken = || format!("reading the evidence {}", self.evidence.display());
            let record = record.with_context(broken)?;
            head.log.clone_from(&record.log);
            if let Some((repository, event)) = head.event(&record) {
                found.entry(repository).or_default().push(Later { seq: record.seq, event });
            }
            head.mark = Some(records.mark(&record));
        }
        if head.mark.is_none() {
            return chain::never_before(&self.evidence);
        }
        if is_new || head.mark != before {
            for (repository, later) in &found {
                self.append(repository, later)?;
            }
            let text = serde_json::to_vec(&head).context("putting the index into JSON")?;
            replace(&self.directory.join("head"), &text)?;
        }
        Ok(())
    }

    fn set_back(&self, head: &Head) -> Option<SetBack> {
        let receipt = head.mark.as_ref()?.receipt();
        let evidence = self.evidence.clone();
        let (log, seq, sha256) = (head.log.clone(), receipt.seq, receipt.sha256);
        Some(SetBack { evidence, log, seq, sha256 })
    }

    /// What stands in the index of one repository; none where a part of it is lost.
    fn load(&self, repository: &str) -> anyhow::Result<Option<(Snapshot, Vec<Later>)>> {
        let (mut lines, is_gone) = match read(&self.file(repository, "log"))? {
            Some(text) => (text, false),
            None => (Vec::new(), true),
        };
        // A line that a crash cut short is that of a record that will be read again.
        lines.truncate(whole(&lines));
        let mut lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let after = match lines.next().map(serde_json::from_slice::<After>) {
            Some(Ok(After { after })) => after,
            Some(Err(_)) => return Ok(None),
            None => None,
        };
        let snapshot = match read(&self.file(repository, "json"))? {
            Some(_) if is_gone => return Ok(None),
            Some(text) => match serde_json::from_slice::<Snapshot>(&text) {
                Ok(snapshot) => snapshot,
                Err(_) => return Ok(None),
            },
            None => Snapshot { repository: repository.to_owned(), ..Snapshot::default() },
        };
        let later = lines.map(serde_json::from_slice).collect::<Result<Vec<Later>, _>>();
        match later {
            Ok(later) if snapshot.seq >= after => Ok(Some((snapshot, later))),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    fn append(&self, repository: &str, later: &[Later]) -> anyhow::Result<()> {
        let path = self.file(repository, "log");
        let writing = || format!("writing {}", path.display());
        let known = read(&path)?;
        let mut file = open(&path).with_context(writing)?;
        let mut bytes = Vec::new();
        match known.as_deref().map(|known| (known.len(), whole(known))) {
            None | Some((_, 0)) => {
                file.set_len(0).with_context(writing)?;
                line(&After { after: None }, &mut bytes)?;
            }
            Some((all, whole)) if whole < all => {
                file.set_len(whole as u64).with_context(writing)?;
            }
            Some(_) => {}
        }
        for one in later {
            line(one, &mut bytes)?;
        }
        file.write_all(&bytes).with_context(writing)?;
        // The head must not be on the disk before what it says has been read.
        file.sync_data().with_context(writing)?;
        if known.is_none() {
            let directory = File::open(&self.directory).with_context(writing)?;
            directory.sync_all().with_context(writing)?;
        }
        Ok(())
    }

    /// Writes a history anew, and what has become a part of it away.
    fn renew(&self, snapshot: &Snapshot) -> anyhow::Result<()> {
        let text = serde_json::to_vec(snapshot).context("putting the index into JSON")?;
        replace_durably(&self.file(&snapshot.repository, "json"), &text)?;
        let mut begun = Vec::new();
        line(&After { after: snapshot.seq }, &mut begun)?;
        replace_durably(&self.file(&snapshot.repository, "log"), &begun)
    }

    fn clear(&self) -> anyhow::Result<()> {
        let clearing = || format!("clearing {}", self.directory.display());
        for entry in std::fs::read_dir(&self.directory).with_context(clearing)? {
            let path = entry.with_context(clearing)?.path();
            if path.file_name().is_some_and(|name| name != "lock") {
                std::fs::remove_file(&path).with_context(clearing)?;
            }
        }
        Ok(())
    }

    fn file(&self, repository: &str, end: &str) -> PathBuf {
        self.directory.join(format!("{}.{end}", sha256(repository.as_bytes())))
    }

    /// Held by whoever reads on; a push waits for another one, which does not take long.
    fn lock(&self) -> anyhow::Result<File> {
        let locking = || format!("locking the index {}", self.directory.display());
        make_directory(&self.directory)?;
        let file = open(&self.directory.join("lock")).with_context(locking)?;
        file.lock().with_context(locking)?;
        Ok(file)
    }
}

impl Snapshot {
    /// The history with what later records say.
    fn with(mut self, later: Vec<Later>) -> Self {
        for Later { seq, event } in later {
            if self.seq.is_none_or(|known| known < seq) {
                self.history.apply(seq, event);
                self.seq = Some(seq);
            }
        }
        self
    }
}

impl Head {
    /// What a record says, and of which repository.
    fn event(&mut self, record: &Record) -> Option<(String, Event)> {
        let (about, event) = event(record)?;
        let repository = match about {
            About::Repository(repository) => repository.to_owned(),
            About::Change(seq) => self.open.get(&seq)?.clone(),
        };
        if let Event::Allowed(allowed) = &event
            && allowed.open.iter().any(|open| !matches!(open, Open::Broken))
        {
            self.open.insert(record.seq, repository.clone());
        }
        Some((repository, event))
    }
}

/// Where the index of an evidence file is.
pub(in crate::evidence) fn directory(evidence: &Path) -> PathBuf {
    beside(evidence, ".index")
}

/// All of a file; none where it is missing.
fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// How many of the bytes are whole lines.
fn whole(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

fn line(item: &impl Serialize, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *bytes, item).context("putting the index into JSON")?;
    bytes.push(b'\n');
    Ok(())
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o640)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK)
        .open(path)
}
