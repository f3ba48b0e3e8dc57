//! Rounds of questions: all of one at the same time, the next where an answer leads on.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::gather::forge::at_once;
use crate::gather::remote::{Fault, Http};

/// One request to a forge, or one list of several pages.
pub(super) trait Question: Ord + Sync {
    /// Asks it; nothing where the server has no such thing, or none that we may see.
    fn ask(&self, http: &Http, repository: &str, branch: &str) -> Result<Option<Value>, Fault>;

    /// Whether it is about the one thing that every repository has, so that without an
    /// answer we are not shown the repository.
    fn is_always_there(&self) -> bool;
}

/// What the server said.
#[derive(Clone, Debug)]
pub(super) struct Answers<Q>(BTreeMap<Q, Value>);

impl<Q> Default for Answers<Q> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<Q: Question> Answers<Q> {
    /// Asks all of one round. `name` is what people call the repository.
    pub(super) fn round(
        &mut self,
        http: &Http,
        (repository, name): (&str, &str),
        branch: &str,
        questions: Vec<Q>,
    ) -> Result<(), Fault> {
        let told = at_once(&questions, |question| question.ask(http, repository, branch));
        for (question, answer) in questions.into_iter().zip(told) {
            match answer? {
                Some(answer) => self.add(question, answer),
                None if question.is_always_there() => {
                    return Err(Fault::unseen(http.host(), name));
                }
                None => {}
            }
        }
        Ok(())
    }

    pub(super) fn add(&mut self, question: Q, answer: Value) {
        self.0.insert(question, answer);
    }

    pub(super) fn get(&self, question: &Q) -> Option<&Value> {
        self.0.get(question)
    }

    pub(super) fn has(&self, question: &Q) -> bool {
        self.0.contains_key(question)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Q, &Value)> {
        self.0.iter()
    }
}
