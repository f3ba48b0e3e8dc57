//! What the evidence file holds whatever happens to a write.

use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::evidence::{Baseline, Reason, Record, read};
use crate::model::{ObjectId, RefName};
use crate::policy::TEMPLATE;

fn policy(more: &str) -> Policy {
    Policy::parse(Path::new("c.toml"), &format!("{TEMPLATE}{more}")).unwrap()
}

fn body() -> Body {
    let name = RefName::parse(b"refs/heads/main").unwrap();
    let tip = ObjectId::parse("a".repeat(40).as_bytes()).unwrap();
    Body::Baseline(Baseline::of("\n\0\u{2028}\"}{", &name, &tip, Reason::Admin))
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

fn records(path: &Path) -> Vec<Record> {
    read(path).unwrap().map(Result::unwrap).collect()
}

fn kind(line: &str) -> String {
    let fields: serde_json::Value = serde_json::from_str(line).unwrap();
    fields["type"].as_str().unwrap().to_owned()
}

fn types(path: &Path) -> Vec<String> {
    records(path).iter().map(|record| kind(&record.line)).collect()
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
fn many_pushes_at_once_make_one_unbroken_chain_whose_time_goes_on() {
    let (_dir, path) = fresh();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    append(&path, &policy(""), Timestamp::now(), &[body()], soon()).unwrap();
                }
            });
        }
    });
    let times: Vec<Timestamp> = records(&path).iter().map(|record| record.time).collect();
    assert_eq!(times.len(), 2 + 400);
    assert!(times.is_sorted());
}

#[test]
fn a_clock_that_was_set_back_stays_on_record() {
    let (_dir, path) = fresh();
    for time in ["2026-01-06T09:00:01Z", "2026-01-06T09:00:00.5Z", "2026-01-06T08:00:00Z"] {
        append(&path, &policy(""), time.parse().unwrap(), &[body()], soon()).unwrap();
    }
    let all: Vec<String> =
        records(&path).iter().map(|record| format!("{:.3}", record.time)).collect();
    let minutes: Vec<&str> = all.iter().map(|time| &time[..16]).collect();
    assert_eq!(minutes[2..], ["2026-01-06T09:00", "2026-01-06T09:00", "2026-01-06T08:00"]);
    assert!(all[3] >= all[2]);
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
    for edit in ["{\"v\":1,\"seq\":9", "\n", "{\"v\":1,\"seq\":3,\"prev\":\"zz"] {
        let (_dir, path) = fresh();
        put(&path, &[body()]).unwrap();
        let mut edited = std::fs::read(&path).unwrap();
        edited.extend(format!("{edit}\n").into_bytes());
        std::fs::write(&path, &edited).unwrap();
        assert!(put(&path, &[body()]).unwrap_err().to_string().contains("was edited"));
        let read = read(&path).unwrap().collect::<Result<Vec<_>, _>>();
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
