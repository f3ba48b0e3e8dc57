//! The directory of the package: all of it appears at once, or nothing.

use std::fs::{File, Permissions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use crate::hash::{hex, sha256};
use crate::report::html;
use crate::report::model::{Report, Slice};
use crate::report::tables::{self, Sums};

/// A package in the making, in a directory beside its place.
pub(super) struct Package {
    place: PathBuf,
    making: tempfile::TempDir,
}

/// Bytes that are copied at a time.
const BLOCK: usize = 64 * 1024;

impl Package {
    /// Finds out whether the place is free, before any work is done.
    ///
    /// # Errors
    /// Where it is not, or nothing can be written beside it.
    pub(super) fn begin(place: &Path) -> anyhow::Result<Self> {
        let place = std::path::absolute(place).context("finding the directory")?;
        let shown = place.display();
        match std::fs::read_dir(&place) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    bail!("the directory {shown} is not empty; name one that is not there");
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{shown} can't be written to"));
            }
        }
        let parent = place.parent().context("finding the place beside the directory")?;
        let making = tempfile::Builder::new()
            .prefix(".sockembot-report-")
            .tempdir_in(parent)
            .with_context(|| format!("making a directory in {}", parent.display()))?;
        Ok(Self { place, making })
    }

    /// Writes the files, and moves the directory to its place.
    ///
    /// # Errors
    /// Where that fails; then nothing is left.
    pub(super) fn finish(self, report: &Report, evidence: &Path) -> anyhow::Result<()> {
        let changes = self.write("changes.csv", &tables::changes(report)?)?;
        let exceptions = self.write("exceptions.csv", &tables::exceptions(report)?)?;
        let evidence = self.copy("evidence.jsonl", evidence, report.chain.slice.as_ref())?;
        let sums = Sums { changes, exceptions, evidence };
        let page = self.write("report.html", &html::page(report, &sums))?;
        let list: String = [
            ("changes.csv", &sums.changes),
            ("evidence.jsonl", &sums.evidence),
            ("exceptions.csv", &sums.exceptions),
            ("report.html", &page),
        ]
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
        self.write("SHA256SUMS", &list)?;
        let making = self.making.path();
        let placing = || format!("moving the package to {}", self.place.display());
        std::fs::set_permissions(making, Permissions::from_mode(0o750)).with_context(placing)?;
        File::open(making).and_then(|dir| dir.sync_all()).with_context(placing)?;
        // Over an empty directory as well; never over one that was filled meanwhile.
        std::fs::rename(making, &self.place).with_context(placing)?;
        // Nothing is left to be removed.
        let _moved = self.making.keep();
        Ok(())
    }

    /// Writes one file; its SHA-256.
    fn write(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let mut file = self.create(name)?;
        let writing = || format!("writing {name}");
        file.write_all(text.as_bytes()).with_context(writing)?;
        file.sync_all().with_context(writing)?;
        Ok(sha256(text.as_bytes()))
    }

    /// Copies a stretch of the evidence, byte by byte; its SHA-256.
    fn copy(&self, name: &str, from: &Path, slice: Option<&Slice>) -> anyhow::Result<String> {
        let mut file = self.create(name)?;
        let copying = || format!("copying {} to {name}", from.display());
        let mut hash = Sha256::new();
        if let Some(slice) = slice {
            let mut source = File::open(from).with_context(copying)?;
            source.seek(SeekFrom::Start(slice.start)).with_context(copying)?;
            let mut rest = source.take(slice.end - slice.start);
            let mut block = vec![0; BLOCK];
            loop {
                let read = rest.read(&mut block).with_context(copying)?;
                let Some(bytes) = block.get(..read).filter(|bytes| !bytes.is_empty()) else {
                    break;
                };
                hash.update(bytes);
                file.write_all(bytes).with_context(copying)?;
            }
            if rest.limit() != 0 {
                bail!("{} became shorter while it was copied", from.display());
            }
        }
        file.sync_all().with_context(copying)?;
        Ok(hex(&hash.finalize()))
    }

    fn create(&self, name: &str) -> anyhow::Result<File> {
        File::create_new(self.making.path().join(name)).with_context(|| format!("creating {name}"))
    }
}
