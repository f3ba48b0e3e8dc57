//! What a write leaves behind that did not come to its end.

use crate::evidence::format::VERSION;

/// Whether a line is the beginning of the record that was due. A write that closes
/// a torn line can be torn right behind its line feed, and leaves a whole line that
/// is no record. Any other such line was put there by somebody else.
///
/// Whoever cuts a record down to its beginning could cut it off as well: a chain
/// never shows what its end has lost.
pub(super) fn is_beginning(line: &[u8], seq: u64, prev: &str) -> bool {
    let due = format!(r#"{{"v":{VERSION},"seq":{seq},"prev":"{prev}","time":""#);
    let length = line.len().min(due.len());
    length > 0 && line.get(..length) == due.as_bytes().get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_record_that_was_due_can_have_been_torn_off() {
        let whole = br#"{"v":1,"seq":7,"prev":"ab","time":"2026"#;
        for end in 1..whole.len() {
            assert!(is_beginning(&whole[..end], 7, "ab"), "{end}");
        }
        assert!(!is_beginning(b"", 7, "ab"));
        assert!(!is_beginning(whole, 8, "ab"));
        assert!(!is_beginning(whole, 7, "cd"));
        assert!(!is_beginning(b"nothing to see here", 7, "ab"));
    }
}
