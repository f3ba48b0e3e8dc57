//! The first parents of what a ref was taken in with: where it had been before the control.

use std::rc::Rc;

use super::Sources;
use crate::model::ObjectId;

/// A sorted list of ids, each on a line of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IdList {
    text: Vec<u8>,
    width: usize,
}

impl IdList {
    /// Of these.
    pub(super) fn of(mut ids: Vec<ObjectId>) -> Self {
        ids.sort();
        let width = ids.first().map_or(0, |id| id.as_str().len() + 1);
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        Self { text: text.into_bytes(), width }
    }

    /// One that was kept; none where a crash cut it short.
    pub(super) fn kept(text: Vec<u8>) -> Option<Self> {
        let width = text.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let is_whole = match width {
            0 => text.is_empty(),
            _ => text.len().is_multiple_of(width) && text.ends_with(b"\n"),
        };
        is_whole.then_some(Self { text, width })
    }

    /// The lines.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Whether an id is among them.
    pub(super) fn contains(&self, id: &ObjectId) -> bool {
        let line = |at: usize| {
            let from = at * self.width;
            self.text.get(from..from + self.width - 1)
        };
        let (mut low, mut high) = (0, self.text.len().checked_div(self.width).unwrap_or(0));
        while low < high {
            let middle = low + (high - low) / 2;
            match line(middle).map(|found| found.cmp(id.as_str().as_bytes())) {
                Some(std::cmp::Ordering::Equal) => return true,
                Some(std::cmp::Ordering::Less) => low = middle + 1,
                Some(std::cmp::Ordering::Greater) | None => high = middle,
            }
        }
        false
    }
}

impl Sources<'_> {
    /// The first parents on the way down from `tip`, and `tip` itself.
    pub(super) fn line(&self, tip: &ObjectId) -> anyhow::Result<Rc<IdList>> {
        if let Some(known) = self.lines.borrow().get(tip) {
            return Ok(Rc::clone(known));
        }
        let kept = self.records.line(tip)?.and_then(IdList::kept);
        let list = match kept {
            Some(list) => list,
            // An admin may name a commit that is still to be pushed.
            None if !self.has(tip)? => IdList::default(),
            None => {
                let list = IdList::of(self.repo.first_parents(tip)?);
                self.records.keep_line(tip, list.as_bytes())?;
                list
            }
        };
        let list = Rc::new(list);
        self.lines.borrow_mut().insert(tip.clone(), Rc::clone(&list));
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ObjectId {
        ObjectId::parse(format!("{:040x}", n + 1).as_bytes()).unwrap()
    }

    #[test]
    fn exactly_those_that_were_put_in_are_found() {
        for many in [0, 1, 2, 3, 100] {
            let list = IdList::of((0..many).rev().map(|n| id(n * 3)).collect());
            assert_eq!(IdList::kept(list.as_bytes().to_vec()).as_ref(), Some(&list));
            for n in 0..many * 3 + 2 {
                assert_eq!(list.contains(&id(n)), n % 3 == 0 && n / 3 < many, "{n} of {many}");
            }
        }
    }

    #[test]
    fn what_a_crash_cut_short_is_none() {
        let list = IdList::of(vec![id(1), id(2)]);
        let text = list.as_bytes();
        for end in 1..text.len() {
            let is_whole = end == 41;
            assert_eq!(IdList::kept(text[..end].to_vec()).is_some(), is_whole, "{end}");
        }
    }
}
