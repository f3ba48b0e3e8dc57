//! Where the records have left a ref, and where it may be by them.

use serde::{Deserialize, Serialize};

use super::ObjectId;

/// Values that are kept of each ref. A push that was let in may fail to land, so the
/// branch may stand at any of the last few.
pub const KEPT: usize = 16;

/// Where a ref was, by the records; newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Where a later push found it, or an admin's baseline put it: it was there.
    pub found: Vec<ObjectId>,
    /// Where a push was let go to. Git may have failed to write it, and anybody can
    /// bring that about: so it says that the ref may be there, and no more.
    pub allowed: Vec<ObjectId>,
    /// Where git last said it had written it. What was allowed before that is gone.
    pub landed: Option<ObjectId>,
}

impl Recorded {
    /// Whether nothing is on record.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.allowed.is_empty()
    }

    /// Whether the ref may be here without having been moved around the hook.
    pub fn has(&self, id: &ObjectId) -> bool {
        let before = match &self.landed {
            Some(landed) => landed == id,
            None => self.found.contains(id),
        };
        before || self.allowed.contains(id)
    }

    /// Where the last record left it.
    pub fn last(&self) -> Option<&ObjectId> {
        self.allowed.last().or(self.landed.as_ref()).or(self.found.last())
    }

    /// A push was let in. The start was compared with the ref, so the ref was there;
    /// where it went is what was allowed.
    pub fn moved(&mut self, old: Option<ObjectId>, new: Option<ObjectId>) {
        if let Some(old) = old {
            push(&mut self.found, old);
        }
        match new {
            Some(new) => push(&mut self.allowed, new),
            // A branch that went away leaves nothing to go on from.
            None => *self = Self::default(),
        }
    }

    /// Git says that the ref was written, so it is there, or where a later push was
    /// let go: never again where it was before. Two pushes may tell of it in any order.
    pub fn landed(&mut self, new: ObjectId) {
        if let Some(at) = self.allowed.iter().rposition(|id| *id == new) {
            self.allowed.drain(..=at);
            push(&mut self.found, new.clone());
            self.landed = Some(new);
        }
    }

    /// An admin's word, or what the first record found: the ref may be there.
    pub fn found(&mut self, at: ObjectId) {
        push(&mut self.found, at.clone());
        if self.landed.is_some() {
            push(&mut self.allowed, at);
        }
    }
}

fn push(ids: &mut Vec<ObjectId>, id: ObjectId) {
    ids.retain(|known| *known != id);
    ids.push(id);
    let excess = ids.len().saturating_sub(KEPT);
    ids.drain(..excess);
}
