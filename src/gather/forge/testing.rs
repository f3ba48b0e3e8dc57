//! What the tests of the forges' clients share: a forge of any kind, and answers gone wrong.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::policy::{Forge, ForgeKind, Logins, Remote, RepositoryTemplate, TokenSource};

/// A forge with logins of its own.
pub(in crate::gather) fn forge(kind: ForgeKind) -> Forge {
    Forge {
        kind,
        remote: Remote {
            url: "https://forge.example".to_owned(),
            user: None,
            token: TokenSource::Variable("TOKEN".to_owned()),
            ca_file: None,
            proxy: None,
        },
        repository: RepositoryTemplate::try_from("{repo}/app".to_owned()).unwrap(),
        logins: Logins::Foreign,
    }
}

/// An answer in which one thing, somewhere, is something else.
pub(in crate::gather) fn gone_wrong(answer: &Value) -> impl Strategy<Value = Value> + use<> {
    let answer = answer.clone();
    let anything = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{}], "x", null])),
    ];
    (any::<prop::sample::Index>(), anything).prop_map(move |(place, thing)| {
        let mut answer = answer.clone();
        let mut left = place.index(size(&answer));
        replace(&mut answer, &mut left, &thing);
        answer
    })
}

fn size(json: &Value) -> usize {
    1 + match json {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

/// Puts a thing in the place that is so many steps away.
fn replace(json: &mut Value, left: &mut usize, thing: &Value) -> bool {
    if *left == 0 {
        *json = thing.clone();
        return true;
    }
    *left -= 1;
    match json {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, left, thing)),
        Value::Object(fields) => fields.values_mut().any(|field| replace(field, left, thing)),
        _ => false,
    }
}
