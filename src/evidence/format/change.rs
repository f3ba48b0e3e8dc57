//! A change: a governed ref was pushed; what moved, who wrote, asked for and approved it, what followed.

use jiff::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use super::Ids;
use super::items::{Approved, Commits, More, Request, Rule, Ticket};
use super::words::{Class, Decision, Finding, Mode, Operation, PusherKind, Role, Start};
use crate::model::{ObjectId, RefName};

/// A governed ref was pushed. Where it could not be judged, [`Change::error`] or
/// [`Change::fault`] stand for all that a judgement would have brought.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Change {
    /// One id for all refs of a push.
    #[serde(default)]
    pub push: Option<String>,
    /// The repository as the host names it.
    pub repo: String,
    /// The ref as the client named it.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// The ref that was written, where the client named another one: read it by
    /// [`Change::target`].
    #[serde(default)]
    pub target: Option<RefName>,
    /// Why it was judged; `None` where it was not.
    #[serde(default)]
    pub role: Option<Role>,
    /// What the client asked for.
    pub op: Operation,
    /// Where the ref was.
    #[serde(default)]
    pub old: Option<ObjectId>,
    /// Where it went, or would have gone.
    #[serde(default)]
    pub new: Option<ObjectId>,
    /// Whether it was rewritten.
    #[serde(default)]
    pub forced: bool,
    /// From where the commits of a branch were counted.
    #[serde(default)]
    pub start: Option<Start>,
    /// The commits whose histories were taken as known.
    #[serde(default)]
    pub base: Option<Ids>,
    /// The branch had been moved around the hook before.
    #[serde(default)]
    pub lapse: Option<Lapse>,
    /// Refs that this one trusts, and that are where no record explains.
    #[serde(default)]
    pub unexplained: Vec<UnexplainedRef>,
    /// Who pushed, by the server's word.
    pub pusher: Pusher,
    /// The new commits.
    #[serde(default)]
    pub commits: Commits,
    /// Everybody with a part in them, each under one name.
    #[serde(default)]
    pub contributors: Vec<String>,
    /// The tickets that they name, as they were then.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
    /// The approvals that were found, whether or not they counted.
    #[serde(default)]
    pub approvals: Vec<Approved>,
    /// The commits that as many people as were needed approved as they stand: once landed,
    /// each is a state that was reviewed.
    #[serde(default)]
    pub heads: Vec<ObjectId>,
    /// The pull and merge requests that were found.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// Every rule that was applied.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Which of the lists go on beyond what is written out.
    #[serde(default)]
    pub more: More,
    /// The kind of change; `None` where it was not judged.
    #[serde(default)]
    pub class: Option<Class>,
    /// Of an emergency: why, and until when it has to be reviewed.
    #[serde(default)]
    pub emergency: Option<Emergency>,
    /// What became of the push.
    pub decision: Decision,
    /// What the rules say about this ref.
    pub finding: Finding,
    /// What a broken rule did; `None` where it was not judged.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// How long the hook had run, in milliseconds.
    #[serde(default)]
    pub ms: Option<u64>,
    /// The push as a whole was refused.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// We broke.
    #[serde(default)]
    pub error: Option<Mishap>,
}

impl Change {
    /// The ref that was written.
    pub fn target(&self) -> &RefName {
        self.target.as_ref().unwrap_or(&self.name)
    }

    /// Whether the push was let in. It may still not have landed.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}

/// A push that was not judged has none of what a judgement brings; one that was has all of
/// it, even where it is nothing.
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_judged = self.fault.is_none() && self.error.is_none();
        let mut out = serializer.serialize_map(None)?;
        if let Some(push) = &self.push {
            out.serialize_entry("push", push)?;
        }
        out.serialize_entry("repo", &self.repo)?;
        out.serialize_entry("ref", &self.name)?;
        out.serialize_entry("target", &self.target)?;
        if is_judged {
            out.serialize_entry("role", &self.role)?;
        }
        out.serialize_entry("op", &self.op)?;
        out.serialize_entry("old", &self.old)?;
        out.serialize_entry("new", &self.new)?;
        if is_judged {
            out.serialize_entry("forced", &self.forced)?;
            out.serialize_entry("start", &self.start)?;
            out.serialize_entry("base", &self.base)?;
            out.serialize_entry("lapse", &self.lapse)?;
            if !self.unexplained.is_empty() {
                out.serialize_entry("unexplained", &self.unexplained)?;
            }
        }
        out.serialize_entry("pusher", &self.pusher)?;
        if is_judged {
            out.serialize_entry("commits", &self.commits)?;
            out.serialize_entry("contributors", &self.contributors)?;
            out.serialize_entry("tickets", &self.tickets)?;
            out.serialize_entry("approvals", &self.approvals)?;
            if !self.heads.is_empty() {
                out.serialize_entry("heads", &self.heads)?;
            }
            if !self.requests.is_empty() {
                out.serialize_entry("requests", &self.requests)?;
            }
            out.serialize_entry("rules", &self.rules)?;
            if !self.more.is_nothing() {
                out.serialize_entry("more", &self.more)?;
            }
            out.serialize_entry("class", &self.class)?;
            out.serialize_entry("emergency", &self.emergency)?;
        }
        out.serialize_entry("decision", &self.decision)?;
        out.serialize_entry("finding", &self.finding)?;
        if is_judged {
            out.serialize_entry("mode", &self.mode)?;
            out.serialize_entry("ms", &self.ms)?;
        }
        if let Some(fault) = &self.fault {
            out.serialize_entry("fault", fault)?;
        }
        if let Some(error) = &self.error {
            out.serialize_entry("error", error)?;
        }
        out.end()
    }
}

/// Who pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pusher {
    /// The login; `None` where the server named nobody.
    #[serde(default)]
    pub name: Option<String>,
    /// What kind of account it is.
    pub kind: PusherKind,
    /// The variable that named it.
    #[serde(default)]
    pub source: Option<String>,
}

/// A branch that was not where the last record had left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapse {
    /// Where that was.
    pub recorded: ObjectId,
    /// Where it was found.
    pub found: ObjectId,
}

/// A ref whose present value no record explains: it was put there around the hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnexplainedRef {
    /// The ref.
    #[serde(rename = "ref")]
    pub name: RefName,
    /// Where the last record left it; `None` where there is none.
    #[serde(default)]
    pub recorded: Option<ObjectId>,
    /// Where it was found.
    pub found: ObjectId,
}

/// An emergency: let in without approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// Why, in the words of whoever declared it.
    pub reason: String,
    /// The incident, where one is named.
    #[serde(default)]
    pub incident: Option<String>,
    /// Until when somebody else has to have reviewed it, by the server's clock.
    #[serde(serialize_with = "super::milliseconds")]
    pub due: Timestamp,
    /// `option`, or the ticket that made it an emergency.
    #[serde(default)]
    pub ground: Option<Ground>,
}

/// What made a push an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The pusher said so.
    Option,
    /// This ticket, by its type.
    Ticket(String),
}

/// Why a push was refused before any ref of it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The code of the rule.
    pub rule: String,
    /// What the pusher was told.
    pub what: String,
}

/// What broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mishap {
    /// Eight hex digits that the pusher was shown.
    pub incident: String,
    /// What was being done.
    pub doing: String,
    /// What broke, in one sentence.
    pub message: String,
    /// The chain of causes, outermost first.
    #[serde(default)]
    pub chain: Vec<String>,
}
