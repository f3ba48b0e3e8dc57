//! How much a query may ask for: <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>.

use graphql_parser::query::{Selection, SelectionSet};
use serde_json::{Value, json};

use super::run::Run;

/// The most nodes that a query can lead to.
const NODES: u64 = 500_000;

impl Run<'_, '_> {
    /// Why a query is not run at all.
    pub(super) fn refused(&self, set: &SelectionSet<'_, String>) -> Option<Value> {
        if let Some(number) = self.too_large(set) {
            return Some(json!({"message": format!(
                "Argument 'number' on Field 'pullRequest' has an invalid value ({number}). Expected \
                 type 'Int!'."), "extensions": {"code": "argumentLiteralsIncompatible"}}));
        }
        let nodes = self.nodes(set, 1);
        (nodes > NODES).then(|| {
            json!({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": format!(
                "This query requests up to {nodes} possible nodes which exceeds the maximum limit \
                 of {NODES}.")})
        })
    }

    /// An `Int` has 32 bits.
    fn too_large(&self, set: &SelectionSet<'_, String>) -> Option<i64> {
        set.items.iter().find_map(|item| match item {
            Selection::Field(field) => {
                let args = self.arguments(&field.arguments);
                let mut numbers = args.values().filter_map(Value::as_i64);
                let large = numbers.find(|number| i32::try_from(*number).is_err());
                large.or_else(|| self.too_large(&field.selection_set))
            }
            Selection::InlineFragment(fragment) => self.too_large(&fragment.selection_set),
            Selection::FragmentSpread(_) => None,
        })
    }

    /// Each list multiplies what is in it.
    fn nodes(&self, set: &SelectionSet<'_, String>, times: u64) -> u64 {
        let items = set.items.iter();
        let count = items.map(|item| match item {
            Selection::Field(field) => {
                let args = self.arguments(&field.arguments);
                match args.get("first").or_else(|| args.get("last")).and_then(Value::as_u64) {
                    Some(size) => times * size + self.nodes(&field.selection_set, times * size),
                    None => self.nodes(&field.selection_set, times),
                }
            }
            Selection::InlineFragment(fragment) => self.nodes(&fragment.selection_set, times),
            Selection::FragmentSpread(spread) => self
                .fragment(&spread.fragment_name)
                .map_or(0, |fragment| self.nodes(&fragment.selection_set, times)),
        });
        count.sum()
    }
}
