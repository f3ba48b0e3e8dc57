//! The receipt for one evidence record.

/// What was written: the record's number, and the hash that the next one will name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the file, from 0.
    pub seq: u64,
    /// SHA-256 of its line without the line feed, 64 lower-case hex digits.
    pub sha256: String,
}

impl Receipt {
    /// The first eight digits of the hash, as a person compares them.
    pub fn short(&self) -> &str {
        self.sha256.get(..8).unwrap_or(&self.sha256)
    }
}
