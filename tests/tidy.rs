//! The house itself: who may import whom, and how a file opens.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// All source files, each with its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// The lines of a drawing: the block of `text` in a module's documentation that has this
/// line in it. Each line holds the names of rooms; the first is the topmost.
fn drawing(file: &str, with: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let doc: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let doc = doc.join("\n");
    let blocks = doc.split("```").skip(1).step_by(2);
    let block = blocks.map(str::trim).find(|block| block.lines().any(|line| line.trim() == with));
    let block = block.unwrap_or_else(|| panic!("{file} draws no line `{with}`"));
    let names = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    block.lines().skip(1).map(names).collect()
}

/// The code of a file, without comments and without its tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names behind each `crate::` of some code, and within `crate::{...}`.
fn imported(code: &str, prefix: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for part in code.split(prefix).skip(1) {
        let Some(list) = part.strip_prefix('{') else {
            found.push(name(part));
            continue;
        };
        // The names of a list stand before commas that are in no list of their own.
        let mut depth = 0;
        let is_end = |c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0 || (depth == 0 && c == ',')
        };
        let items = list.split(';').next().unwrap().split(is_end);
        found.extend(items.map(name));
    }
    found
}

/// The room of a file: the first part of its path below a folder.
fn room(path: &Path, folder: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let first = path.strip_prefix(root).ok()?.iter().next()?.to_str()?;
    Some(first.trim_end_matches(".rs").to_owned())
}

fn hold(drawing: &[Vec<String>], folder: &str, prefix: &str) {
    let levels = drawing.iter().enumerate();
    let levels: BTreeMap<&str, usize> = levels
        .flat_map(|(level, names)| names.iter().map(move |name| (name.as_str(), level)))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let is_test =
            path.iter().any(|part| part == "tests.rs" || part == "testing.rs" || part == "tests");
        let Some(room) = room(&path, folder).filter(|_| !is_test) else { continue };
        if ["lib", "main", "mod"].contains(&room.as_str()) {
            continue;
        }
        let level = *levels.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not drawn"));
        for name in imported(&code(&text), prefix) {
            let Some(other) = levels.get(name.as_str()) else { continue };
            if name != room && *other <= level {
                wrong.push(format!("{}: {room} imports {name}", path.display()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_room_imports_only_what_is_drawn_below_it() {
    hold(&drawing("src/lib.rs", "text hash"), "src", "crate::");
    hold(&drawing("src/evidence/mod.rs", "format"), "src/evidence", "evidence::");
}

#[test]
fn every_file_opens_with_one_sentence_that_says_what_it_is() {
    for (path, text) in sources() {
        let first = text.lines().next().unwrap();
        let is_sentence = first.starts_with("//! ") && first.len() > 12;
        assert!(is_sentence, "{} opens with {first:?}", path.display());
    }
}
