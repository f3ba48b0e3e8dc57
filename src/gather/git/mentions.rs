//! Numbers in a commit's text that may be those of requests: pointers to verify, no proof.

use std::collections::BTreeSet;

use super::objects::Raw;
use super::{Repo, header};
use crate::model::ObjectId;

/// Numbers of one commit that are followed; a forge writes one or two.
const MOST: usize = 10;

/// Before the number, in what forges write: `(#7)`, `See merge request team/app!7`,
/// `Reviewed-on: https://forge/team/app/pulls/7`.
const MARKS: [&str; 5] = ["#", "!", "/pull/", "/pulls/", "/merge_requests/"];

impl Repo {
    /// The numbers of requests that a commit mentions; none where it is malformed.
    ///
    /// # Errors
    /// Where it is missing or no commit.
    pub fn requests_mentioned(&self, id: &ObjectId) -> anyhow::Result<BTreeSet<u64>> {
        let Raw::Bytes(raw) = self.raw_commit(id)? else { return Ok(BTreeSet::new()) };
        let Ok(header) = header::parse(&raw) else { return Ok(BTreeSet::new()) };
        Ok(mentioned(&String::from_utf8_lossy(header.message)))
    }
}

fn mentioned(message: &str) -> BTreeSet<u64> {
    let after = MARKS.iter().flat_map(|mark| message.split(mark).skip(1));
    let numbers = after.filter_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..digits)?.parse().ok().filter(|number| *number > 0)
    });
    numbers.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forges_write_names_the_request() {
        for (message, number) in [
            ("PAY-1: round (#7)", 7),
            ("Merge pull request #7 from ana/fix\n\nPAY-1", 7),
            ("Merge branch 'fix'\n\nSee merge request team/app!7", 7),
            ("PAY-1\n\nReviewed-on: https://forge.example/team/app/pulls/7", 7),
            ("x\n\nhttps://gl.example/team/app/-/merge_requests/7.", 7),
        ] {
            assert_eq!(mentioned(message), [number].into(), "{message}");
        }
        assert!(mentioned("# ! #x !0 #99999999999999999999999 pull/7").is_empty());
        let many: String = (1..99).map(|n| format!("#{n} ")).collect();
        assert_eq!(mentioned(&many).len(), MOST);
    }
}
