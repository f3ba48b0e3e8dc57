//! The paperclip: it stands left of the verdict on a refusal, and nowhere else.

use crate::text::{WIDTH, fit};

const CLIP: [&str; 8] = [
    "     .-------.",
    "    / .-----. \\",
    "   | / -   _ \\ |",
    "   |(o)     (o)|",
    "   | |   .   | |",
    "   | '  '--  | '",
    "    \\       /",
    "     '-----'",
];

/// Columns of the clip and the gap beside it.
const MARGIN: usize = 19;

/// The clip with one sentence at its eyes and one at its mouth.
pub(super) fn beside(verdict: &str, sum: &str) -> String {
    let mut out = String::new();
    for (row, wire) in CLIP.iter().enumerate() {
        let words = match row {
            3 => verdict,
            5 => sum,
            _ => "",
        };
        let line = format!("{wire:MARGIN$}{}", fit(words, WIDTH - MARGIN));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
