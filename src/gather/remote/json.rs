//! Reading the JSON of others: every field may be missing.

use serde_json::Value;

/// A text field.
pub(in crate::gather) fn text<'a>(json: &'a Value, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Value::as_str)
}
