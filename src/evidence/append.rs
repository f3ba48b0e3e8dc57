//! Appending: lock, look at the end, mend a torn one, write once, unlock, sync.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::hash::sha256;
use super::place::{End, LONGEST, Place, Rest, next};
use super::record::{Body, Line, VERSION};
use crate::model::Receipt;
use crate::policy::Policy;

/// What wrote a record.
const TOOL: &str = concat!("sockembot ", env!("CARGO_PKG_VERSION"));

/// The chain as it grows under the lock, before anything of it is written.
struct Chain<'a> {
    bytes: Vec<u8>,
    next: u64,
    prev: String,
    log: String,
    policy: Option<&'a str>,
    time: String,
}

/// Appends the records, with a genesis and a policy record before them where those
/// are due, and comes back when they are on the disk. One receipt for each body.
///
/// # Errors
/// Where anything is in the way. What was written before a fault stays, and the
/// next append mends the end.
pub fn append(
    path: &Path,
    policy: &Policy,
    time: Timestamp,
    bodies: &[Body],
    until: Instant,
) -> anyhow::Result<Vec<Receipt>> {
    let mut place = Place::lock(path, until)?;
    let end = place.end(path)?;
    let mut chain = Chain::after(&end, policy, time)?;
    chain.mend(&end)?;
    chain.open(&place, &end, policy)?;
    let receipts = bodies.iter().map(|body| chain.add(body)).collect::<anyhow::Result<Vec<_>>>()?;
    let writing = || format!("writing the evidence {}", path.display());
    place.file.write_all(&chain.bytes).with_context(writing)?;
    place.file.unlock().with_context(writing)?;
    place.file.sync_data().with_context(writing)?;
    if place.is_new {
        let directory = path.parent().unwrap_or(Path::new("/"));
        File::open(directory).and_then(|dir| dir.sync_all()).with_context(writing)?;
    }
    Ok(receipts)
}

impl<'a> Chain<'a> {
    fn after(end: &End, policy: &'a Policy, time: Timestamp) -> anyhow::Result<Self> {
        let last = end.last.as_ref();
        let (next, prev) = next(last.map(|(head, line)| (head, line.as_slice())))?;
        let log = match last {
            Some((head, _)) => head.log.clone(),
            None => uuid::Uuid::new_v4().to_string(),
        };
        let time = format!("{time:.3}");
        Ok(Self { bytes: Vec::new(), next, prev, log, policy: Some(&policy.sha256), time })
    }

    /// A torn write is closed with a line feed and attested by a record: its bytes
    /// are never deleted. It is no link of the chain, since it may have lost its own.
    fn mend(&mut self, end: &End) -> anyhow::Result<()> {
        match &end.rest {
            Rest::Nothing => {}
            Rest::LineFeed => self.bytes.push(b'\n'),
            Rest::Torn { fragments, is_open } => {
                if *is_open {
                    self.bytes.push(b'\n');
                }
                let (torn, before) = fragments.split_last().context("attesting a torn write")?;
                let (torn, before) = (torn.clone(), before.to_vec());
                self.add(&Body::Recovery { torn, before })?;
            }
        }
        Ok(())
    }

    /// The whole config is on record once, and again when it or the program changes:
    /// so each change is under a policy that can be read.
    fn open(&mut self, place: &Place, end: &End, policy: &Policy) -> anyhow::Result<()> {
        if end.last.is_none() {
            let uid = place.file.metadata().context("reading who owns the evidence")?.uid();
            self.add(&Body::Genesis { host: host(), uid })?;
        }
        let known = end.last.as_ref().is_some_and(|(head, _)| {
            head.policy.as_deref() == Some(&policy.sha256) && head.tool == TOOL
        });
        if !known {
            let (sha256, text) = (policy.sha256.clone(), policy.text.clone());
            self.add(&Body::Policy { sha256, text })?;
        }
        Ok(())
    }

    fn add(&mut self, body: &Body) -> anyhow::Result<Receipt> {
        let seq = self.next;
        let line = serde_json::to_vec(&Line {
            v: VERSION,
            seq,
            prev: &self.prev,
            time: self.time.clone(),
            log: &self.log,
            policy: self.policy,
            tool: TOOL,
            body,
        })
        .context("putting a record into JSON")?;
        if line.len() > LONGEST {
            bail!("an evidence record would have {} bytes", line.len());
        }
        self.prev = sha256(&line);
        self.next += 1;
        self.bytes.extend(&line);
        self.bytes.push(b'\n');
        Ok(Receipt { seq, sha256: self.prev.clone() })
    }
}

/// The kernel's name for this host; a record without it is worth as much.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::evidence::{Reason, chain};
    use crate::model::{ObjectId, RefName};
    use crate::policy::TEMPLATE;

    fn policy(more: &str) -> Policy {
        Policy::parse(Path::new("c.toml"), &format!("{TEMPLATE}{more}")).unwrap()
    }

    fn body() -> Body {
        Body::Baseline {
            repo: "\n\0\u{2028}\"}{".to_owned(),
            name: RefName::parse(b"refs/heads/main").unwrap(),
            commit: ObjectId::parse("a".repeat(40).as_bytes()).unwrap(),
            by: Reason::Admin,
        }
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    fn put(path: &Path, bodies: &[Body]) -> anyhow::Result<Vec<Receipt>> {
        append(path, &policy(""), Timestamp::UNIX_EPOCH, bodies, soon())
    }

    fn fresh() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("evidence.jsonl");
        (dir, path)
    }

    fn types(path: &Path) -> Vec<String> {
        chain::read(path).unwrap().map(|entry| entry.unwrap().kind).collect()
    }

    #[test]
    fn a_file_begins_with_a_genesis_and_the_policy_and_says_each_once() {
        let (_dir, path) = fresh();
        let first = put(&path, &[body()]).unwrap();
        let second = put(&path, &[body(), body()]).unwrap();
        assert_eq!(first.iter().chain(&second).map(|r| r.seq).collect::<Vec<_>>(), [2, 3, 4]);
        append(&path, &policy("#"), Timestamp::UNIX_EPOCH, &[body()], soon()).unwrap();
        assert_eq!(
            types(&path),
            ["genesis", "policy", "baseline", "baseline", "baseline", "policy", "baseline"]
        );
    }

    #[test]
    fn many_pushes_at_once_make_one_unbroken_chain() {
        let (_dir, path) = fresh();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        put(&path, &[body()]).unwrap();
                    }
                });
            }
        });
        assert_eq!(types(&path).len(), 2 + 160);
    }

    #[test]
    fn a_torn_end_is_kept_and_attested() {
        let (_dir, path) = fresh();
        put(&path, &[body()]).unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"{\"v\":1,\"seq\":3,\"pre");
        std::fs::write(&path, &torn).unwrap();
        put(&path, &[body()]).unwrap();
        let healed = std::fs::read(&path).unwrap();
        assert!(healed.starts_with(&torn));
        assert_eq!(types(&path), ["genesis", "policy", "baseline", "recovery", "baseline"]);
    }

    #[test]
    fn a_mending_that_is_torn_in_turn_is_mended() {
        let (_dir, path) = fresh();
        put(&path, &[body()]).unwrap();
        let whole = std::fs::read(&path).unwrap().len();
        put(&path, &[body()]).unwrap();
        for keep in [0, 1, 40, 200] {
            // First a record is torn off, then what was to attest it: on a disk that
            // is full, each try leaves a little more.
            let torn = &std::fs::read(&path).unwrap()[..whole + 30];
            std::fs::write(&path, torn).unwrap();
            put(&path, &[body()]).unwrap();
            let mended = std::fs::read(&path).unwrap();
            std::fs::write(&path, &mended[..torn.len() + 1 + keep]).unwrap();
            put(&path, &[body()]).unwrap();
            assert_eq!(types(&path), ["genesis", "policy", "baseline", "recovery", "baseline"]);
        }
    }

    #[test]
    fn a_record_that_is_cut_to_other_words_is_no_torn_write() {
        for edit in ["{\"v\":1,\"seq\":9", "\n", "{\"v\":1,\"seq\":3,\"prev\":\"00"] {
            let (_dir, path) = fresh();
            put(&path, &[body()]).unwrap();
            let mut edited = std::fs::read(&path).unwrap();
            edited.extend(format!("{edit}\n").into_bytes());
            std::fs::write(&path, &edited).unwrap();
            assert!(put(&path, &[body()]).unwrap_err().to_string().contains("was edited"));
            let read = chain::read(&path).unwrap().collect::<anyhow::Result<Vec<_>>>();
            assert!(read.is_err(), "{edit:?} was read as if it were nothing");
        }
    }

    #[test]
    fn an_edited_end_stops_everything() {
        let (_dir, path) = fresh();
        put(&path, &[body()]).unwrap();
        let mut edited = std::fs::read(&path).unwrap();
        edited.extend(b"nothing to see here\n");
        std::fs::write(&path, &edited).unwrap();
        let error = put(&path, &[body()]).unwrap_err().to_string();
        assert!(error.contains("was edited"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), edited);
    }

    #[test]
    fn what_can_t_be_written_to_says_what_to_do() {
        let (dir, path) = fresh();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for (path, help) in [
            (dir.path().join("no/such/file"), "create its directory"),
            (link, "symbolic link"),
            (dir.path().to_path_buf(), "has to be a file"),
        ] {
            let error = put(&path, &[body()]).unwrap_err().to_string();
            assert!(error.contains(help), "{error}");
        }
    }

    #[test]
    fn a_lock_that_is_never_given_back_ends_the_wait() {
        let (_dir, path) = fresh();
        put(&path, &[body()]).unwrap();
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        let soon = Instant::now() + Duration::from_millis(30);
        let error = append(&path, &policy(""), Timestamp::UNIX_EPOCH, &[body()], soon);
        assert!(error.unwrap_err().to_string().contains("hold the lock"));
    }

    /// The file when the last write ended after a share of its bytes; never after
    /// all of them.
    fn tear(path: &Path, written: &[u8], share: usize) {
        let more = std::fs::read(path).unwrap();
        let at = written.len() + (more.len() - written.len() - 1) * share / 100;
        std::fs::write(path, &more[..at]).unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn wherever_writes_are_torn_the_next_one_goes_on(
            shares in prop::collection::vec(0..=100_usize, 1..4),
            whole in any::<bool>(),
        ) {
            let (_dir, path) = fresh();
            if whole {
                put(&path, &[body()]).unwrap();
            }
            for share in shares {
                let written = std::fs::read(&path).unwrap_or_else(|_| Vec::new());
                put(&path, &[body(), body()]).unwrap();
                tear(&path, &written, share);
            }
            let torn = std::fs::read(&path).unwrap();
            put(&path, &[body()]).unwrap();
            prop_assert!(std::fs::read(&path).unwrap().starts_with(&torn));
            prop_assert!(types(&path).len() >= 3);
        }
    }
}
