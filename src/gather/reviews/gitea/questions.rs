//! What Gitea is asked, in which round, and what it may leave unanswered.

use std::collections::BTreeSet;

use serde_json::Value;

use super::request::{Told, head, target};
use crate::gather::forge::{escaped, pages_if_there};
use crate::gather::remote::{Fault, Http, Request, number};
use crate::gather::reviews::Wanted;
use crate::gather::reviews::rounds::{self, Answers};
use crate::model::ObjectId;

/// Numbers about which everything is asked at once. Where there are more, most come
/// from the texts of commits and name issues: then it is found out first which are
/// requests.
const FEW: usize = 4;

/// One request to the server, or one list of several pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// The open requests, newest first. There is no search by commit: what Gitea finds
    /// by one was merged before.
    Open,
    /// The statuses of a commit, which may be in quarantine still.
    Statuses(ObjectId),
    /// A request, or something about it.
    About(u64, Part),
}

/// What there is about one pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The request.
    Itself,
    /// Its reviews.
    Reviews,
    /// Its commits, with the accounts of their authors.
    Commits,
    /// What happened to it. Came with 1.17.
    Timeline,
}

impl Part {
    const ALL: [Self; 4] = [Self::Itself, Self::Reviews, Self::Commits, Self::Timeline];

    fn path(self, number: u64) -> String {
        match self {
            Self::Itself => format!("/pulls/{number}"),
            Self::Reviews => format!("/pulls/{number}/reviews?limit=50"),
            // Neither is read, and both cost the server time.
            Self::Commits => {
                format!("/pulls/{number}/commits?limit=50&verification=false&files=false")
            }
            Self::Timeline => format!("/issues/{number}/timeline?limit=50"),
        }
    }
}

impl Question {
    /// From the repository on.
    pub(super) fn path(&self, branch: &str) -> String {
        match self {
            // Forgejo knows the filter by branch, Gitea passes over it.
            Self::Open => format!("/pulls?state=open&limit=50&base={}", escaped(branch)),
            // Not `commits/ID/statuses`: there a branch that is called like the commit
            // would come first.
            Self::Statuses(id) => format!("/statuses/{id}?limit=50"),
            Self::About(number, part) => part.path(*number),
        }
    }
}

impl rounds::Question for Question {
    fn ask(&self, http: &Http, repository: &str, branch: &str) -> Result<Option<Value>, Fault> {
        let request = Request::get(format!("{repository}{}", self.path(branch)));
        match self {
            Self::About(_, Part::Itself) => http.ask_if_there(&request),
            Self::Open
            | Self::Statuses(_)
            | Self::About(_, Part::Reviews)
            | Self::About(_, Part::Commits | Part::Timeline) => {
                Ok(pages_if_there(http, request)?.map(Value::Array))
            }
        }
    }

    fn is_always_there(&self) -> bool {
        *self == Self::Open
    }
}

/// What can be asked from the start.
pub(super) fn first_round(wanted: &Wanted) -> Vec<Question> {
    let mut questions = vec![Question::Open];
    for number in &wanted.numbers {
        if wanted.numbers.len() <= FEW {
            questions.extend(whole(*number));
        } else {
            questions.push(Question::About(*number, Part::Itself));
        }
    }
    if wanted.checks {
        questions.extend(wanted.heads.iter().cloned().map(Question::Statuses));
    }
    questions
}

/// What follows from the first answers. `merging` is the id, which is no number, of the
/// request that the host says it merges.
///
/// # Errors
/// Where they have another shape than Gitea's.
pub(super) fn second_round(
    wanted: &Wanted,
    merging: Option<u64>,
    answers: &Answers<Question>,
) -> Result<Vec<Question>, String> {
    let mut found = BTreeSet::new();
    let mut heads = BTreeSet::new();
    for number in answers.numbers() {
        found.insert(number);
        let itself = answers.get(&Question::About(number, Part::Itself));
        heads.extend(itself.map_or(Ok(None), head)?);
    }
    for request in answers.listed()? {
        let head = head(request)?;
        let is_merged = merging.is_some() && number(request, "id") == merging;
        if is_merged || head.as_ref().is_some_and(|head| wanted.heads.contains(head)) {
            found.insert(numbered(request)?);
            heads.extend(head);
        }
    }
    let new = found.into_iter().flat_map(whole);
    let mut questions: Vec<Question> = new.filter(|question| !answers.has(question)).collect();
    if wanted.checks {
        questions.extend(heads.difference(&wanted.heads).cloned().map(Question::Statuses));
    }
    Ok(questions)
}

fn whole(number: u64) -> impl Iterator<Item = Question> {
    Part::ALL.into_iter().map(move |part| Question::About(number, part))
}

impl Answers<Question> {
    fn listed(&self) -> Result<&[Value], String> {
        match self.get(&Question::Open) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err("no list of pull requests".to_owned()),
        }
    }

    /// The open requests for the branch and their heads, newest first.
    pub(super) fn open(&self, branch: &str) -> Result<Vec<(u64, ObjectId)>, String> {
        let mut open = Vec::new();
        for request in self.listed()? {
            // Without a head there is nothing to merge.
            if let (Some(head), true) = (head(request)?, target(request) == Some(branch)) {
                open.push((numbered(request)?, head));
            }
        }
        Ok(open)
    }

    /// The numbers under which there is a request.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let number = |question: &Question| match question {
            Question::About(number, Part::Itself) => Some(*number),
            _ => None,
        };
        self.iter().filter_map(|(question, _)| number(question)).collect()
    }

    /// All that was said about one of them.
    pub(super) fn told(&self, number: u64) -> Result<Told<'_>, String> {
        let part = |part: Part, name: &str| {
            let answer = self.get(&Question::About(number, part));
            answer.ok_or_else(|| format!("#{number} has no {name}"))
        };
        let itself = part(Part::Itself, "details")?;
        let head = head(itself)?;
        Ok(Told {
            number,
            itself,
            reviews: part(Part::Reviews, "reviews")?,
            commits: part(Part::Commits, "commits")?,
            timeline: self.get(&Question::About(number, Part::Timeline)),
            statuses: head.as_ref().and_then(|head| self.get(&Question::Statuses(head.clone()))),
            head,
        })
    }
}

fn numbered(request: &Value) -> Result<u64, String> {
    number(request, "number").ok_or_else(|| "a pull request without `number`".to_owned())
}
