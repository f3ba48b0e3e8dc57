//! A checkpoint: what somebody elsewhere keeps, so that an end that was cut off shows.

use std::fmt;

use jiff::Timestamp;

use crate::model::Receipt;

/// What the file was, at one moment. Four lines: the file's id, the number of the last
/// record, its hash, the time; each ends with a line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The program's name and the id of the file.
    pub origin: String,
    /// The number of the last record.
    pub seq: u64,
    /// SHA-256 of its line.
    pub head: String,
    /// When that was.
    pub time: Timestamp,
}

/// A checkpoint out of a file, with the signature that stood behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The four lines, as they were signed.
    pub text: String,
    /// What they say.
    pub checkpoint: Checkpoint,
    /// The signature in OpenSSH's armour, where there is one.
    pub signature: Option<String>,
}

/// A file that is no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCheckpoint;

/// What the origin of an evidence file begins with.
const ORIGIN: &str = "sockembot ";

const ARMOUR: &str = "-----BEGIN SSH SIGNATURE-----\n";

impl Checkpoint {
    /// Of the file with this id, whose head this is.
    pub fn of(log: &str, head: &Receipt, time: Timestamp) -> Self {
        let origin = format!("{ORIGIN}{log}");
        Self { origin, seq: head.seq, head: head.sha256.clone(), time }
    }

    /// Whether it is of the file with this id.
    pub fn is_of(&self, log: &str) -> bool {
        self.origin.strip_prefix(ORIGIN) == Some(log)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, seq, head, time) =
            (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let is_hash = head.len() == 64 && head.bytes().all(|b| b.is_ascii_hexdigit());
        if lines.next().is_some() || !origin.starts_with(ORIGIN) || !is_hash {
            return None;
        }
        let (seq, time) = (seq.parse().ok()?, time.parse().ok()?);
        Some(Self { origin: origin.to_owned(), seq, head: head.to_owned(), time })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, seq, head, time } = self;
        write!(f, "{origin}\n{seq}\n{head}\n{time:.3}\n")
    }
}

impl Signed {
    /// Reads what `sockembot checkpoint` printed.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn parse(file: &str) -> Result<Self, BadCheckpoint> {
        let (text, signature) = match file.find(ARMOUR) {
            Some(at) => file.split_at(at),
            None => (file, ""),
        };
        let checkpoint = Checkpoint::parse(text).ok_or(BadCheckpoint)?;
        let signature = (!signature.is_empty()).then(|| signature.to_owned());
        Ok(Self { text: text.to_owned(), checkpoint, signature })
    }
}

impl fmt::Display for BadCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is no checkpoint: one has four lines, and perhaps a signature behind them")
    }
}

impl std::error::Error for BadCheckpoint {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_reads_back_with_and_without_a_signature() {
        let head = Receipt { seq: 7, sha256: "ab".repeat(32) };
        let checkpoint = Checkpoint::of("a-b-c", &head, "2026-01-06T09:00:00Z".parse().unwrap());
        let text = checkpoint.to_string();
        assert!(checkpoint.is_of("a-b-c") && !checkpoint.is_of("a-b"));
        let bare = Signed::parse(&text).unwrap();
        assert_eq!((&bare.text, bare.signature), (&text, None));
        assert_eq!(bare.checkpoint, checkpoint);
        let armour = format!("{ARMOUR}AAAA\n-----END SSH SIGNATURE-----\n");
        let signed = Signed::parse(&format!("{text}{armour}")).unwrap();
        assert_eq!((signed.text, signed.signature), (text.clone(), Some(armour)));
        for wrong in ["", "x", text.trim_end(), &format!("{text}\n"), &text.replace("ab", "xy")] {
            assert_eq!(Signed::parse(wrong), Err(BadCheckpoint), "{wrong:?}");
        }
    }
}
