//! Limits on what a record holds, none of which a pusher can reach: what is beyond them is counted.

use std::io;

use serde::Serialize;

use crate::evidence::format::{ITEMS, Rest, hash_of};

/// Bytes of one foreign text.
pub(super) const TEXT: usize = 4096;

/// Foreign text, whole up to a limit. JSON escapes what is odd in it.
pub(super) fn text(text: &str) -> String {
    let mut end = text.len().min(TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text).to_owned()
}

/// A list that goes into a record as far as it fits.
pub(super) struct List<T> {
    /// Those that are to stand first where not all fit.
    pub(super) items: Vec<T>,
    /// What each is called, in the same order, to count and hash those that do not fit.
    pub(super) names: Vec<String>,
    /// Bytes of JSON that there is room for.
    pub(super) room: usize,
}

/// The first items, as many as there is room for; `rest` tells of all where there are more.
pub(super) fn all_of<T: Serialize>(list: List<T>, rest: &mut Option<Rest>) -> Vec<T> {
    let List { mut items, names, room } = list;
    let fitting = fitting(&items, room);
    if fitting < names.len() {
        *rest = Some(Rest { count: names.len() as u64, sha256: hash_of(&names) });
    }
    items.truncate(fitting);
    items
}

/// How many of the first items fit: at most [`ITEMS`], and within so many bytes of JSON.
pub(super) fn fitting<T: Serialize>(items: &[T], room: usize) -> usize {
    let mut left = room;
    let fits = |item: &&T| match left.checked_sub(size_of_json(item)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    items.iter().take(ITEMS).take_while(fits).count()
}

fn size_of_json(item: &impl Serialize) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, item) {
        Ok(()) => counter.0,
        // What can't be written takes no room: the append says why.
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_hashed() {
        let list = |n: usize, room| List {
            items: (0..n).collect(),
            names: (0..n).map(|n| n.to_string()).collect(),
            room,
        };
        let mut rest = None;
        assert_eq!(all_of(list(3, 100), &mut rest), [0, 1, 2]);
        assert_eq!(rest, None);
        assert_eq!(all_of(list(3, 2), &mut rest), [0, 1]);
        assert_eq!(rest.take().unwrap().count, 3);
        assert_eq!(all_of(list(ITEMS + 1, 1 << 20), &mut rest).len(), ITEMS);
        assert_eq!(rest.unwrap().sha256, hash_of(&(0..=ITEMS).collect::<Vec<_>>()));
    }
}
