//! SHA-256 in lower-case hex, as `sha256sum` prints it.

use sha2::{Digest as _, Sha256};

/// What the first record names as the one before it.
pub(crate) const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of all these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A hash, once it is worked out.
pub(crate) fn hex(hash: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('?');
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
