//! What GitLab is asked, in which round, and what it may leave unanswered.

use std::collections::BTreeSet;

use serde_json::Value;

use super::request::Told;
use crate::gather::forge::{commit, escaped, pages_if_there};
use crate::gather::remote::{Fault, Http, Request, number, text};
use crate::gather::reviews::Wanted;
use crate::gather::reviews::rounds::{self, Answers};
use crate::model::ObjectId;

/// Numbers about which everything is asked at once. Where there are more, most come
/// from the texts of commits and name issues: then a list tells which are requests.
const FEW: usize = 4;

/// Numbers in one such list: the most that a page shows.
const BATCH: usize = 100;

/// One request to the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// The newest open requests for the branch.
    Open,
    /// Whether a push takes approvals away. Not for every account, nor in every edition.
    Settings,
    /// Which of these numbers are requests.
    Named(Vec<u64>),
    /// The requests that hold a commit. It may be in quarantine still.
    Holding(ObjectId),
    /// The jobs and statuses of a commit.
    Jobs(ObjectId),
    /// What people may do in the project: the first hundred of them.
    Members,
    /// What somebody may do who is not among those, by the account's id.
    Member(u64),
    /// A request, or something about it.
    About(u64, Part),
}

/// A developer's access level, the least with which one may push (GitLab REST API,
/// "Roles").
const DEVELOPER: u64 = 30;

/// What there is about one merge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The request.
    Itself,
    /// Who approved.
    Approvals,
    /// The approval rules. The free edition has none.
    Rules,
    /// Every head that it had, and since when.
    Versions,
    /// Who was asked for a review, and how it ended. Came with 13.
    Reviewers,
}

impl Part {
    const ALL: [Self; 5] =
        [Self::Itself, Self::Approvals, Self::Rules, Self::Versions, Self::Reviewers];

    fn path(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Approvals => "/approvals",
            Self::Rules => "/approval_state",
            Self::Versions => "/versions?per_page=100",
            Self::Reviewers => "/reviewers",
        }
    }
}

impl Question {
    /// From the project on.
    pub(super) fn path(&self, branch: &str) -> String {
        match self {
            Self::Open => format!(
                "/merge_requests?state=opened&target_branch={}&order_by=created_at&sort=desc\
                 &per_page=100",
                escaped(branch)
            ),
            Self::Settings => "/approvals".to_owned(),
            Self::Named(numbers) => {
                let iids: String = numbers.iter().map(|n| format!("&iids%5B%5D={n}")).collect();
                format!("/merge_requests?state=all&per_page={BATCH}{iids}")
            }
            Self::Holding(id) => format!("/repository/commits/{id}/merge_requests?per_page=100"),
            Self::Jobs(id) => format!("/repository/commits/{id}/statuses?per_page=100"),
            Self::Members => format!("/members/all?per_page={BATCH}"),
            Self::Member(id) => format!("/members/all/{id}"),
            Self::About(number, part) => format!("/merge_requests/{number}{}", part.path()),
        }
    }
}

impl rounds::Question for Question {
    fn ask(&self, http: &Http, project: &str, branch: &str) -> Result<Option<Value>, Fault> {
        let request = Request::get(format!("{project}{}", self.path(branch)));
        match self {
            Self::Settings => match http.ask_if_there(&request) {
                Err(Fault::Forbidden(_)) => Ok(None),
                answer => answer,
            },
            // What is cut could be what decides. Of the open ones the newest are enough.
            Self::Named(_) | Self::Holding(_) | Self::Jobs(_) | Self::About(_, Part::Versions) => {
                Ok(pages_if_there(http, request)?.map(Value::Array))
            }
            Self::Open | Self::Members | Self::Member(_) | Self::About(..) => {
                http.ask_if_there(&request)
            }
        }
    }

    fn is_always_there(&self) -> bool {
        *self == Self::Open
    }
}

/// What can be asked from the start.
pub(super) fn first_round(wanted: &Wanted) -> Vec<Question> {
    let numbers: Vec<u64> = wanted.numbers.iter().copied().collect();
    let mut questions = vec![Question::Open, Question::Settings, Question::Members];
    if numbers.len() <= FEW {
        questions.extend(numbers.into_iter().flat_map(whole));
    } else {
        questions.extend(numbers.chunks(BATCH).map(|some| Question::Named(some.to_vec())));
    }
    questions.extend(wanted.heads.iter().cloned().map(Question::Holding));
    if wanted.checks {
        questions.extend(wanted.heads.iter().cloned().map(Question::Jobs));
    }
    questions
}

/// What follows from the first answers.
///
/// # Errors
/// Where they have another shape than GitLab's.
pub(super) fn second_round(
    wanted: &Wanted,
    answers: &Answers<Question>,
) -> Result<Vec<Question>, String> {
    let mut numbers = BTreeSet::new();
    let mut heads = BTreeSet::new();
    for (question, answer) in answers.iter() {
        let is_wanted = |listed: &Listed| match question {
            Question::Named(_) => wanted.numbers.contains(&listed.number),
            Question::Holding(_) => listed.target == wanted.branch || listed.is_at(&wanted.heads),
            Question::Open => listed.is_at(&wanted.heads),
            Question::Settings
            | Question::Jobs(_)
            | Question::Members
            | Question::Member(_)
            | Question::About(..) => false,
        };
        match question {
            Question::Open | Question::Named(_) | Question::Holding(_) => {
                for listed in listed(answer)? {
                    if is_wanted(&listed) {
                        numbers.insert(listed.number);
                        heads.extend(listed.head);
                    } else if let Question::Named(_) = question {
                        // A server that passes over the numbers may leave out others.
                        return Err(format!("!{}, which nobody asked for", listed.number));
                    }
                }
            }
            Question::About(_, Part::Itself) => heads.extend(commit(answer, "sha")?),
            Question::Settings
            | Question::Jobs(_)
            | Question::Members
            | Question::Member(_)
            | Question::About(..) => {}
        }
    }
    numbers.retain(|number| !answers.has(&Question::About(*number, Part::Itself)));
    let mut questions: Vec<Question> = numbers.into_iter().flat_map(whole).collect();
    if wanted.checks {
        questions.extend(heads.difference(&wanted.heads).cloned().map(Question::Jobs));
    }
    questions.extend(members(answers));
    Ok(questions)
}

/// Whether those who approved may write, as far as the list of members does not tell:
/// GitLab takes an approval of those only who may, and keeps it when they no longer do.
pub(super) fn members(answers: &Answers<Question>) -> Vec<Question> {
    let approvals = answers.iter().filter_map(|(question, answer)| match question {
        Question::About(_, Part::Approvals) => answer.get("approved_by")?.as_array(),
        _ => None,
    });
    let users = approvals.flatten().filter_map(|approval| approval.get("user"));
    let ids: BTreeSet<u64> = users.filter_map(|user| number(user, "id")).collect();
    let listed: Vec<&Value> =
        answers.get(&Question::Members).and_then(Value::as_array).into_iter().flatten().collect();
    // Whoever is not on a list that is whole is no member.
    let is_whole = answers.has(&Question::Members) && listed.len() < BATCH;
    let is_told = |id: &u64| listed.iter().any(|member| number(member, "id") == Some(*id));
    let unknown = ids.into_iter().filter(|id| !is_whole && !is_told(id));
    unknown.map(Question::Member).filter(|question| !answers.has(question)).collect()
}

fn whole(number: u64) -> impl Iterator<Item = Question> {
    Part::ALL.into_iter().map(move |part| Question::About(number, part))
}

impl Answers<Question> {
    /// The open requests for the branch and their heads, newest first.
    pub(super) fn open(&self) -> Result<Vec<(u64, ObjectId)>, String> {
        let open = self.get(&Question::Open).map_or(Ok(Vec::new()), listed)?;
        // Without a head there is nothing to merge.
        Ok(open.into_iter().filter_map(|open| Some((open.number, open.head?))).collect())
    }

    /// The numbers under which there is a request.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let number = |question: &Question| match question {
            Question::About(number, Part::Itself) => Some(*number),
            _ => None,
        };
        self.iter().filter_map(|(question, _)| number(question)).collect()
    }

    /// The ids of those who may write.
    fn writers(&self) -> BTreeSet<u64> {
        let told = self.iter().flat_map(|(question, answer)| match (question, answer) {
            (Question::Members, Value::Array(list)) => list.iter().collect(),
            (Question::Member(_), member) => vec![member],
            _ => Vec::new(),
        });
        let may = |member: &&Value| number(member, "access_level") >= Some(DEVELOPER);
        told.filter(may).filter_map(|member| number(member, "id")).collect()
    }

    /// All that was said about one of them.
    pub(super) fn told(&self, number: u64) -> Result<Told<'_>, String> {
        let part = |part: Part| self.get(&Question::About(number, part));
        let lacks = |what: &str| format!("!{number} has no {what}");
        let itself = part(Part::Itself).ok_or_else(|| lacks("details"))?;
        let head = commit(itself, "sha")?;
        Ok(Told {
            number,
            itself,
            approvals: part(Part::Approvals).ok_or_else(|| lacks("approvals"))?,
            versions: part(Part::Versions).ok_or_else(|| lacks("versions"))?,
            rules: part(Part::Rules),
            reviewers: part(Part::Reviewers),
            settings: self.get(&Question::Settings),
            writers: self.writers(),
            jobs: head.as_ref().and_then(|head| self.get(&Question::Jobs(head.clone()))),
            head,
        })
    }
}

/// A request as lists show it.
struct Listed {
    number: u64,
    head: Option<ObjectId>,
    target: String,
}

impl Listed {
    fn is_at(&self, heads: &BTreeSet<ObjectId>) -> bool {
        self.head.as_ref().is_some_and(|head| heads.contains(head))
    }
}

fn listed(list: &Value) -> Result<Vec<Listed>, String> {
    let list = list.as_array().ok_or("no list of merge requests")?;
    list.iter()
        .map(|request| {
            Ok(Listed {
                number: number(request, "iid").ok_or("a merge request without `iid`")?,
                head: commit(request, "sha")?,
                target: text(request, "target_branch").unwrap_or("").to_owned(),
            })
        })
        .collect()
}
