//! Walks a query's selections over the things that they lead to.

use std::collections::BTreeMap;

use graphql_parser::Pos;
use graphql_parser::query::{
    Field, FragmentDefinition, Selection, SelectionSet, TypeCondition, Value as Literal,
};
use serde_json::{Map, Value, json};

use super::thing::{Answer, Thing};
use crate::support::fake_forge::State;

/// Arguments by name; what a query leaves out or sets to null is not there.
pub(super) type Arguments = BTreeMap<String, Value>;

/// One query on its way.
pub(super) struct Run<'a, 'q> {
    pub(super) state: &'a State,
    fragments: Vec<&'q FragmentDefinition<'q, String>>,
    variables: &'q Value,
    /// What went wrong on the way, each with its path.
    pub(super) errors: Vec<Value>,
}

impl<'a, 'q> Run<'a, 'q> {
    pub(super) fn new(
        state: &'a State,
        fragments: Vec<&'q FragmentDefinition<'q, String>>,
        variables: &'q Value,
    ) -> Self {
        Self { state, fragments, variables, errors: Vec::new() }
    }

    /// The data, or why the whole query is invalid.
    pub(super) fn query(&mut self, set: &SelectionSet<'q, String>) -> Result<Value, Value> {
        let mut data = Map::new();
        self.object(&Thing::Query, set, &mut Vec::new(), &mut data)?;
        Ok(Value::Object(data))
    }

    pub(super) fn fragment(&self, name: &str) -> Option<&'q FragmentDefinition<'q, String>> {
        self.fragments.iter().copied().find(|fragment| fragment.name == name)
    }

    fn object(
        &mut self,
        thing: &Thing<'a>,
        set: &SelectionSet<'q, String>,
        path: &mut Vec<Value>,
        into: &mut Map<String, Value>,
    ) -> Result<(), Value> {
        let about = |condition: &TypeCondition<'q, String>| {
            let TypeCondition::On(name) = condition;
            thing.is(name)
        };
        for item in &set.items {
            match item {
                Selection::Field(field) => self.field(thing, field, path, into)?,
                Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(about) {
                        self.object(thing, &fragment.selection_set, path, into)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let Some(fragment) = self.fragment(name) else {
                        return Err(
                            json!({"message": format!("Fragment {name} was used on {}, but \
                            not defined", thing.type_name())}),
                        );
                    };
                    if about(&fragment.type_condition) {
                        self.object(thing, &fragment.selection_set, path, into)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        thing: &Thing<'a>,
        field: &Field<'q, String>,
        path: &mut Vec<Value>,
        into: &mut Map<String, Value>,
    ) -> Result<(), Value> {
        let key = field.alias.as_ref().unwrap_or(&field.name);
        path.push(json!(key));
        let arguments = self.arguments(&field.arguments);
        let leaf = field.selection_set.items.is_empty();
        let value = match thing.field(self.state, &field.name, &arguments) {
            _ if self.state.habits.github.failing_fields.contains(&field.name) => {
                self.errors.push(json!({"path": path, "message": "Something went wrong while \
                    executing your query. Please include `C0FF:EE` when reporting this issue."}));
                Value::Null
            }
            Answer::Leaf(value) if leaf => value,
            Answer::One(thing) if !leaf => self.below(&thing, field, path)?,
            Answer::Many(things) if !leaf => {
                let mut values = Vec::new();
                for (number, thing) in things.iter().enumerate() {
                    path.push(json!(number));
                    values.push(self.below(thing, field, path)?);
                    path.pop();
                }
                Value::from(values)
            }
            Answer::Null => Value::Null,
            Answer::Failed(kind, message) => {
                self.errors.push(json!({"type": kind, "path": path, "message": message,
                    "locations": [location(field.position)]}));
                Value::Null
            }
            Answer::NoField => return Err(undefined(thing, field, path)),
            _ => {
                return Err(
                    json!({"message": format!("Field '{}' has the wrong kind of selections",
                    field.name), "path": path, "locations": [location(field.position)]}),
                );
            }
        };
        path.pop();
        merge(into.entry(key.clone()).or_insert(Value::Null), value);
        Ok(())
    }

    fn below(
        &mut self,
        thing: &Thing<'a>,
        field: &Field<'q, String>,
        path: &mut Vec<Value>,
    ) -> Result<Value, Value> {
        let mut object = Map::new();
        self.object(thing, &field.selection_set, path, &mut object)?;
        Ok(Value::Object(object))
    }

    pub(super) fn arguments(&self, written: &[(String, Literal<'_, String>)]) -> Arguments {
        let values = written.iter().map(|(name, literal)| (name.clone(), self.value(literal)));
        values.filter(|(_, value)| !value.is_null()).collect()
    }

    fn value(&self, literal: &Literal<'_, String>) -> Value {
        match literal {
            Literal::Variable(name) => self.variables[name].clone(),
            Literal::Int(number) => json!(number.as_i64()),
            Literal::Float(number) => json!(number),
            Literal::String(text) | Literal::Enum(text) => json!(text),
            Literal::Boolean(value) => json!(value),
            Literal::Null => Value::Null,
            Literal::List(items) => items.iter().map(|item| self.value(item)).collect(),
            Literal::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
            }
        }
    }
}

/// The same field may be asked for in several places.
fn merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                merge(old.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (old, new) in old.iter_mut().zip(new) {
                merge(old, new);
            }
        }
        (old, new) => *old = new,
    }
}

fn location(at: Pos) -> Value {
    json!({"line": at.line, "column": at.column})
}

fn undefined(thing: &Thing<'_>, field: &Field<'_, String>, path: &[Value]) -> Value {
    let (kind, name) = (thing.type_name(), &field.name);
    json!({"path": path, "locations": [location(field.position)],
        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": name},
        "message": format!("Field '{name}' doesn't exist on type '{kind}'")})
}
