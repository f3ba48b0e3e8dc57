//! GitHub's GraphQL interface, as far as a query is answered from its text: aliases, variables,
//! fragments, pages, limits and errors are those of any query; the fields are the ones that
//! `fields.rs` knows, and whoever asks for another is told so.

mod fields;
mod limits;
mod run;
mod thing;

use graphql_parser::query::{Definition, FragmentDefinition, OperationDefinition, parse_query};
use serde_json::{Value, json};

use super::super::state::State;
use super::{RESET, rate};
use crate::support::http::{Asked, Reply};
use run::Run;

pub(super) fn answer(state: &mut State, asked: &Asked) -> Reply {
    if asked.method != "POST" {
        return super::said(404, "Not Found");
    }
    let Ok(body) = serde_json::from_str::<Value>(&asked.body) else {
        return super::said(400, "Problems parsing JSON");
    };
    let Some(text) = body["query"].as_str() else {
        return super::said(400, "A query attribute must be specified and must be a string.");
    };
    state.habits.github.points -= 1;
    sent(state, &executed(state, text, &body["variables"]))
}

fn sent(state: &State, body: &Value) -> Reply {
    let headers = rate(state.habits.github.points, RESET);
    Reply::Text(200, "application/json; charset=utf-8", headers, body.to_string())
}

/// The whole answer: `data`, `errors`, or both.
fn executed(state: &State, text: &str, variables: &Value) -> Value {
    let document = match parse_query::<String>(text) {
        Ok(document) => document,
        Err(error) => return json!({"errors": [{"message": format!("Parse error on {error}")}]}),
    };
    let mut fragments: Vec<&FragmentDefinition<'_, String>> = Vec::new();
    let mut sets = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::Fragment(fragment) => fragments.push(fragment),
            Definition::Operation(OperationDefinition::Query(query)) => {
                sets.push(&query.selection_set);
            }
            Definition::Operation(OperationDefinition::SelectionSet(set)) => sets.push(set),
            Definition::Operation(_) => {}
        }
    }
    let [set] = sets[..] else {
        return json!({"errors": [{"message": "An operation name is required"}]});
    };
    let mut run = Run::new(state, fragments, variables);
    if let Some(error) = run.refused(set) {
        return json!({"errors": [error]});
    }
    match run.query(set) {
        Ok(data) if run.errors.is_empty() => json!({"data": data}),
        Ok(data) => json!({"data": data, "errors": run.errors}),
        Err(error) => json!({"errors": [error]}),
    }
}

#[cfg(test)]
mod tests;
