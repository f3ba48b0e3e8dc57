//! Which answer belongs to which question: tickets are moved, and servers ignore what they are asked.

use std::collections::BTreeMap;

use super::issue::Issue;
use super::{Batch, api};
use crate::gather::remote::{Fault, Http, Request, text};
use crate::model::TicketKey;
use crate::policy::Flavour;

impl Batch {
    /// Gives each returned issue to the key that was asked for. One under another key
    /// was moved, which the server is asked to confirm; one that stays without a
    /// question shows that the server does not answer what it is asked.
    pub(super) fn pair(
        &mut self,
        http: &Http,
        flavour: Flavour,
        mut returned: BTreeMap<TicketKey, Issue>,
        keys: &[TicketKey],
    ) -> Result<(), Fault> {
        let unasked = |key: &TicketKey| Fault::unasked(http.host(), key.as_str());
        let mut left = Vec::new();
        for key in keys {
            if self.unknown.contains_key(key) || self.absent.contains(key) {
                continue;
            }
            match returned.remove(key) {
                Some(issue) => {
                    self.found.insert(key.clone(), issue);
                }
                None => left.push(key),
            }
        }
        if let Some(excess) = returned.keys().nth(left.len()) {
            return Err(unasked(excess));
        }
        let any_moved = !returned.is_empty();
        for key in left {
            let now = if any_moved { current_key(http, flavour, key)? } else { None };
            match now.and_then(|now| returned.remove(&now)) {
                Some(issue) => {
                    self.found.insert(key.clone(), issue);
                }
                None => {
                    self.absent.insert(key.clone());
                }
            }
        }
        returned.keys().next().map_or(Ok(()), |key| Err(unasked(key)))
    }
}

fn current_key(http: &Http, flavour: Flavour, key: &TicketKey) -> Result<Option<TicketKey>, Fault> {
    let request = Request::get(format!("{}/issue/{key}?fields=status", api(flavour)));
    let answer = http.send(&request)?;
    if answer.status == 404 {
        return Ok(None);
    }
    let json = http.success(answer, &request)?;
    Ok(text(&json, "key").and_then(TicketKey::parse))
}
