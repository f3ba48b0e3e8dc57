//! Appending: lock, look at the end, mend a torn one, write once, unlock, sync.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};

use super::file::{End, LONGEST, Place, Rest, next};
use crate::evidence::beside::beside;
use crate::evidence::format::{
    Body, Genesis, Head, Line, Policy as PolicyRecord, Recovery, VERSION,
};
use crate::hash::sha256;
use crate::model::Receipt;
use crate::policy::Policy;

/// What wrote a record.
const TOOL: &str = concat!("sockembot ", env!("CARGO_PKG_VERSION"));

/// How long a push may be overtaken on its way to the lock.
const OVERTAKEN: SignedDuration = SignedDuration::from_secs(1);

/// The chain as it grows under the lock, before anything of it is written.
struct Chain<'a> {
    bytes: Vec<u8>,
    next: u64,
    prev: String,
    log: String,
    policy: Option<&'a str>,
    time: Timestamp,
}

/// Appends the records, with a genesis and a policy record before them where those
/// are due, and comes back when they are on the disk. One receipt for each body.
///
/// `time` is the time of the call. The wait for the lock is added to it, so that the
/// times of a chain go back only where the server's clock was set back: that stays
/// on record as it was.
///
/// # Errors
/// Where anything is in the way. What was written before a fault stays, and the
/// next append mends the end.
pub(in crate::evidence) fn append(
    path: &Path,
    policy: &Policy,
    time: Timestamp,
    bodies: &[Body],
    until: Instant,
) -> anyhow::Result<Vec<Receipt>> {
    let called = Instant::now();
    let mut place = Place::lock(path, until)?;
    let time = time.checked_add(called.elapsed()).context("adding the wait to the time")?;
    if place.is_new {
        never_before(path)?;
    }
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

/// Says that evidence without a record never had one. A file that was lost must not begin
/// anew, or look clean, in silence: what stands beside it since the first change tells.
///
/// # Errors
/// Where there was one.
pub fn never_before(path: &Path) -> anyhow::Result<()> {
    // The first is of before 0.2.
    for end in [".tips", ".index/head"] {
        let beside = beside(path, end);
        if beside.try_exists().with_context(|| format!("looking for {}", beside.display()))? {
            let path = path.display();
            bail!(
                "the evidence {path} is gone or empty, and there was one: put it back, or put the \
                 loss on record by `sockembot restore --reason WHY`"
            );
        }
    }
    Ok(())
}

impl<'a> Chain<'a> {
    fn after(end: &End, policy: &'a Policy, time: Timestamp) -> anyhow::Result<Self> {
        let last = end.last.as_ref();
        let (next, prev) = next(last.map(|(head, line)| (head, line.as_slice())))?;
        let time = in_order(time, last.map(|(head, _)| head));
        let log = match last {
            Some((head, _)) => head.log.clone(),
            None => uuid::Uuid::new_v4().to_string(),
        };
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
                self.add(&Body::Recovery(Recovery { torn, before }))?;
            }
        }
        Ok(())
    }

    /// The whole config is on record once, and again when it or the program changes:
    /// so each change is under a policy that can be read.
    fn open(&mut self, place: &Place, end: &End, policy: &Policy) -> anyhow::Result<()> {
        if end.last.is_none() {
            let uid = place.file.metadata().context("reading who owns the evidence")?.uid();
            self.add(&Body::Genesis(Genesis { host: host(), created_by: uid }))?;
        }
        let known = end.last.as_ref().is_some_and(|(head, _)| {
            head.policy.as_deref() == Some(&policy.sha256) && head.tool == TOOL
        });
        if !known {
            let (sha256, text) = (policy.sha256.clone(), policy.text.clone());
            self.add(&Body::Policy(PolicyRecord { sha256, text }))?;
        }
        Ok(())
    }

    fn add(&mut self, body: &Body) -> anyhow::Result<Receipt> {
        let seq = self.next;
        let line = serde_json::to_vec(&Line {
            v: VERSION,
            seq,
            prev: &self.prev,
            time: self.time,
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

/// The scheduler may let another push through between reading the clock and coming
/// for the lock. That is no step of the clock, and must not look like one.
fn in_order(time: Timestamp, last: Option<&Head>) -> Timestamp {
    let Some(head) = last else { return time };
    let is_overtaken = head.time > time && head.time.duration_since(time) < OVERTAKEN;
    if is_overtaken { head.time } else { time }
}

/// The kernel's name for this host; a record without it is worth as much.
pub(crate) fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "unknown".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests;
