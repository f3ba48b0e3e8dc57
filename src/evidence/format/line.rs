//! One line of the file: the fields that all records have, `type`, and what the type has.

use std::fmt;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Body;

/// A line as it is written.
#[derive(Serialize)]
pub(in crate::evidence) struct Line<'a> {
    pub(in crate::evidence) v: u32,
    pub(in crate::evidence) seq: u64,
    pub(in crate::evidence) prev: &'a str,
    #[serde(serialize_with = "super::milliseconds")]
    pub(in crate::evidence) time: Timestamp,
    pub(in crate::evidence) log: &'a str,
    pub(in crate::evidence) policy: Option<&'a str>,
    pub(in crate::evidence) tool: &'a str,
    #[serde(flatten)]
    pub(in crate::evidence) body: &'a Body,
}

/// What all lines have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub v: u32,
    /// The place in the file, from 0.
    pub seq: u64,
    /// SHA-256 of the line before.
    pub prev: String,
    /// When it was written, by the server's clock.
    pub time: Timestamp,
    /// The id of the file.
    pub log: String,
    /// SHA-256 of the config that was in force.
    pub policy: Option<String>,
    /// The program that wrote it.
    pub tool: String,
}

/// Reads a line in one pass: what stands before `type`, then the rest as the type wants it.
/// The head is told as soon as it is known, so that a record which holds nonsense can still
/// be held against the chain; none where the line is no record at all.
pub(in crate::evidence) fn parse(line: &[u8]) -> (Option<Head>, serde_json::Result<Body>) {
    let mut head = None;
    let mut json = serde_json::Deserializer::from_slice(line);
    let body = Seed(&mut head).deserialize(&mut json);
    let body = body.and_then(|body| json.end().map(|()| body));
    (head, body)
}

struct Seed<'a>(&'a mut Option<Head>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Body;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Body, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut known = Known::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "v" => once(&mut known.v, "v", &mut map)?,
                "seq" => once(&mut known.seq, "seq", &mut map)?,
                "prev" => once(&mut known.prev, "prev", &mut map)?,
                "time" => once(&mut known.time, "time", &mut map)?,
                "log" => once(&mut known.log, "log", &mut map)?,
                "policy" => once(&mut known.policy, "policy", &mut map)?,
                "tool" => once(&mut known.tool, "tool", &mut map)?,
                "type" => {
                    let kind: String = map.next_value()?;
                    *self.0 = Some(known.head()?);
                    return body(kind, map);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Err(A::Error::missing_field("type"))
    }
}

#[derive(Default)]
struct Known {
    v: Option<u32>,
    seq: Option<u64>,
    prev: Option<String>,
    time: Option<Timestamp>,
    log: Option<String>,
    policy: Option<Option<String>>,
    tool: Option<String>,
}

impl Known {
    fn head<E: serde::de::Error>(self) -> Result<Head, E> {
        let missing = E::missing_field;
        Ok(Head {
            v: self.v.ok_or_else(|| missing("v"))?,
            seq: self.seq.ok_or_else(|| missing("seq"))?,
            prev: self.prev.ok_or_else(|| missing("prev"))?,
            time: self.time.ok_or_else(|| missing("time"))?,
            log: self.log.ok_or_else(|| missing("log"))?,
            policy: self.policy.flatten(),
            tool: self.tool.ok_or_else(|| missing("tool"))?,
        })
    }
}

/// Readers differ in which of two fields of one name they believe.
fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    match slot {
        Some(_) => Err(A::Error::duplicate_field(name)),
        None => {
            *slot = Some(map.next_value()?);
            Ok(())
        }
    }
}

fn body<'de, A: MapAccess<'de>>(kind: String, mut map: A) -> Result<Body, A::Error> {
    fn of<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
    Ok(match kind.as_str() {
        "genesis" => Body::Genesis(of(map)?),
        "policy" => Body::Policy(of(map)?),
        "baseline" => Body::Baseline(of(map)?),
        "change" => Body::Change(of(map)?),
        "approval" => Body::Approval(of(map)?),
        "landed" => Body::Landed(of(map)?),
        "followup" => Body::Followup(of(map)?),
        "recovery" => Body::Recovery(of(map)?),
        "restored" => Body::Restored(of(map)?),
        _ => {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Body::Other { kind }
        }
    })
}
