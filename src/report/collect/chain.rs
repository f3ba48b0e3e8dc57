//! The chain, and the stretch of it that belongs to the period.

use jiff::Timestamp;

use super::{Stretch, stamp};
use crate::evidence::{Body, Record};
use crate::report::clean::Clean;
use crate::report::model::{Chain, Slice};
use crate::verify::{Code, Finding};

/// What was seen of the chain so far.
#[derive(Debug, Default)]
pub(super) struct Links {
    chain: Chain,
    before: Option<Timestamp>,
    /// With the place of its first record in the file, from 1.
    slice: Option<(usize, Slice)>,
}

impl Links {
    pub(super) fn add(&mut self, record: &Record, at: Stretch, is_in: bool) {
        let chain = &mut self.chain;
        chain.records += 1;
        chain.first.get_or_insert_with(|| stamp(record));
        chain.last = Some(stamp(record));
        chain.log.get_or_insert_with(|| Clean::of(&record.log));
        if let Body::Genesis(genesis) = &record.body {
            chain.begun_on.get_or_insert_with(|| Clean::of(&genesis.host));
        }
        let is_back = self.before.replace(record.time).is_some_and(|before| record.time < before);
        if !is_in {
            return;
        }
        if is_back {
            chain.set_back.push(stamp(record));
        }
        if let Body::Recovery(_) = record.body {
            chain.torn.push(stamp(record));
        }
        let place = chain.records;
        let (first_place, slice) = self.slice.get_or_insert_with(|| {
            let (first, last) = (stamp(record), stamp(record));
            let (before, Stretch { start, end }) = (record.prev.clone(), at);
            (place, Slice { first, before, last, records: 0, start, end })
        });
        slice.last = stamp(record);
        slice.end = at.end;
        // Those in between belong to it whatever their time: only so is it a chain.
        slice.records = place + 1 - *first_place;
    }

    pub(super) fn finish(self, findings: &[Finding]) -> Chain {
        let slice = self.slice.map(|(_, slice)| slice);
        let is_flaw = |found: &&Finding| found.repo.is_none() && found.code != Code::ClockSetBack;
        let flaws = findings.iter().filter(is_flaw).map(|found| Clean::of(&found.what)).collect();
        Chain { slice, flaws, ..self.chain }
    }
}
