//! Reading the JSON of others: every field may be missing.

use jiff::Timestamp;
use serde_json::Value;

/// A text field.
pub(in crate::gather) fn text<'a>(json: &'a Value, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Value::as_str)
}

/// A number that counts something.
pub(in crate::gather) fn number(json: &Value, name: &str) -> Option<u64> {
    json.get(name).and_then(Value::as_u64)
}

/// A time that has to be there, as RFC 3339.
pub(in crate::gather) fn time(json: &Value, name: &str) -> Result<Timestamp, String> {
    let text = text(json, name).ok_or_else(|| format!("no `{name}`"))?;
    text.parse().map_err(|_| format!("`{name}` is no time: {text}"))
}
