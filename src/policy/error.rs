//! What is wrong with the config: where, the line itself, and what would be right.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One mistake, as a block of lines for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    path: PathBuf,
    line: usize,
    column: usize,
    excerpt: String,
    width: usize,
    what: String,
    help: Option<String>,
}

impl PolicyError {
    /// A mistake at a span of bytes of the text.
    pub(super) fn at(path: &Path, text: &str, span: Range<usize>, what: &str) -> Self {
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let excerpt = text.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
        let column = before.get(line_start..).unwrap_or("").chars().count();
        let marked = text.get(start..span.end.min(text.len())).unwrap_or("");
        let width = marked.lines().next().unwrap_or("").chars().count();
        Self {
            path: path.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: column + 1,
            excerpt: excerpt.to_owned(),
            width: width.max(1),
            what: what.trim_end().to_owned(),
            help: closest(what).map(|word| format!("did you mean `{word}`?")),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, excerpt, width, what, help } = self;
        let gutter = " ".repeat(line.to_string().len());
        let indent = " ".repeat(column - 1);
        let carets = "^".repeat(*width);
        writeln!(f, "{}:{line}:{column}: {what}", path.display())?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{line} | {excerpt}")?;
        write!(f, "{gutter} | {indent}{carets}")?;
        if let Some(help) = help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}

/// Of "unknown field `tickt`, expected one of `ticket`, `approval`": the expected
/// word that is nearest to the unknown one.
fn closest(what: &str) -> Option<&str> {
    let known = what.starts_with("unknown field") || what.starts_with("unknown variant");
    let mut words = what.split('`').skip(1).step_by(2).filter(|_| known);
    let unknown = words.next()?;
    let distance = |word: &&str| edits(unknown, word);
    words.min_by_key(distance).filter(|word| edits(unknown, word) <= unknown.len() / 3 + 1)
}

/// Levenshtein's distance, in characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let changed = diagonal + usize::from(x != *y);
            left = changed.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_meant() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(
            closest("unknown field `tickt`, expected `ticket` or `approval`"),
            Some("ticket")
        );
        assert_eq!(closest("unknown field `zzzzz`, expected `ticket` or `approval`"), None);
        assert_eq!(closest("`x` is no pattern: `y`"), None);
    }
}
