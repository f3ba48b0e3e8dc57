//! The hook's standard input: what the client asks for, line by line, parsed strictly.

use std::collections::BTreeSet;
use std::io::Read;

use anyhow::{Context as _, bail};

use crate::model::{Change, ObjectId, RefLine, RefName, Violation};

/// More than 400,000 ref lines; a push beyond it is no push that a person made.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Reads all of standard input, as bytes: a ref name may hold any.
///
/// # Errors
/// Where it can't be read, is empty (git always sends a line; whoever called us
/// has lost them) or is larger than 64 MiB.
pub fn read(stdin: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = stdin.take(LIMIT + 1).read_to_end(&mut bytes);
    read.context("reading the ref lines from standard input")?;
    if bytes.is_empty() {
        bail!(
            "standard input holds no ref line: git, or a hook that calls this one, did not pass them on"
        );
    }
    if bytes.len() as u64 > LIMIT {
        bail!("standard input holds more than 64 MiB of ref lines");
    }
    Ok(bytes)
}

/// Parses `OLD SP NEW SP NAME LF`, githooks(5). git checks none of the three
/// fields before the hook runs, and a name may hold a line feed, which forges a
/// line; so one malformed line, or a name that stands twice, refuses the push.
///
/// # Errors
/// The violation that refuses the whole push.
pub fn parse(bytes: &[u8], id_length: usize) -> Result<Vec<RefLine>, Violation> {
    let mut lines = Vec::new();
    let mut names = BTreeSet::new();
    let Some(body) = bytes.strip_suffix(b"\n") else {
        let line = bytes.split(|b| *b == b'\n').count();
        return Err(malformed(line, "the last line is cut short"));
    };
    for (index, line) in body.split(|b| *b == b'\n').enumerate() {
        let line = parse_line(line, id_length).map_err(|why| malformed(index + 1, &why))?;
        if !names.insert(line.name.clone()) {
            return Err(Violation::DuplicateRef { name: line.name });
        }
        lines.push(line);
    }
    Ok(lines)
}

fn malformed(line: usize, why: &str) -> Violation {
    Violation::MalformedPush { line, why: why.to_owned() }
}

fn parse_line(line: &[u8], id_length: usize) -> Result<RefLine, String> {
    let mut fields = line.splitn(3, |b| *b == b' ');
    let (Some(old), Some(new), Some(name)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("a line has an old id, a new id and a ref name".to_owned());
    };
    let ids = (parse_id(old, id_length)?, parse_id(new, id_length)?);
    let name = RefName::parse(name).map_err(|bad| bad.to_string())?;
    let change = match ids {
        (None, Some(new)) => Change::Create { new },
        (Some(old), Some(new)) => Change::Update { old, new },
        (Some(old), None) => Change::Delete { old },
        (None, None) => return Err("the old and the new id are both zero".to_owned()),
    };
    Ok(RefLine { name, change })
}

/// The all-zero id, git's "no such ref", becomes `None` here and never travels.
fn parse_id(text: &[u8], id_length: usize) -> Result<Option<ObjectId>, String> {
    if text.len() != id_length {
        return Err(format!("an object id has {id_length} hex digits in this repository"));
    }
    if text.iter().all(|b| *b == b'0') {
        return Ok(None);
    }
    ObjectId::parse(text).map(Some).map_err(|bad| bad.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn fault(text: &str) -> String {
        match parse(text.as_bytes(), 40) {
            Err(Violation::MalformedPush { line, why }) => format!("line {line}: {why}"),
            Err(Violation::DuplicateRef { name }) => format!("twice: {name}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn zeros_make_a_creation_or_a_deletion() {
        let (a, b, zero) = (id('a'), id('b'), id('0'));
        let text = format!(
            "{zero} {a} refs/heads/new\n{a} {b} refs/heads/main\n{b} {zero} refs/heads/gone\n"
        );
        let lines = parse(text.as_bytes(), 40).unwrap();
        let [new, main, gone] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(matches!(new.change, Change::Create { .. }));
        assert!(matches!(main.change, Change::Update { .. }));
        assert!(matches!(gone.change, Change::Delete { .. }));
    }

    #[test]
    fn a_line_that_is_not_exactly_right_refuses_the_push() {
        let (a, b, zero) = (id('a'), id('b'), id('0'));
        for (text, expected) in [
            (format!("{a} {b}\n"), "line 1: a line has an old id, a new id and a ref name"),
            (format!("{a} {b} refs/heads/main"), "line 1: the last line is cut short"),
            (
                format!("{a} {b} refs/heads/main\n\n"),
                "line 2: a line has an old id, a new id and a ref name",
            ),
            (
                format!("{a} abc refs/heads/main\n"),
                "line 1: an object id has 40 hex digits in this repository",
            ),
            (
                format!("{a} {} refs/heads/main\n", "B".repeat(40)),
                "line 1: an object id has only the digits 0-9 and a-f",
            ),
            (
                format!("{zero} {zero} refs/heads/main\n"),
                "line 1: the old and the new id are both zero",
            ),
            (format!("{a} {b} HEAD\n"), "line 1: a ref name begins with `refs/`"),
            (
                format!("{a}  {b} refs/heads/main\n"),
                "line 1: an object id has 40 hex digits in this repository",
            ),
        ] {
            let seen = fault(&text);
            assert!(
                seen == expected || seen.starts_with("line 1: the ref name breaks"),
                "{text:?}: {seen}"
            );
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn a_ref_named_twice_refuses_the_push() {
        let (a, b) = (id('a'), id('b'));
        let text = format!("{a} {b} refs/heads/main\n{b} {a} refs/heads/main\n");
        assert_eq!(fault(&text), "twice: refs/heads/main");
    }

    #[test]
    fn no_line_at_all_is_no_answer() {
        assert!(read(std::io::empty()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, 40);
        }

        /// However lines are cut, what parses says exactly what was sent.
        #[test]
        fn what_parses_is_what_was_sent(names in prop::collection::btree_set("[a-z]{1,8}", 1..5)) {
            let text: String = names
                .iter()
                .map(|name| format!("{} {} refs/heads/{name}\n", id('a'), id('b')))
                .collect();
            let lines = parse(text.as_bytes(), 40).unwrap();
            let again: Vec<String> =
                lines.iter().map(|line| line.name.short().to_owned()).collect();
            prop_assert_eq!(again, names.into_iter().collect::<Vec<_>>());
        }
    }
}
