//! What the follow-up found: what goes on record, what is shown, and what has to be done.

use super::Reader;
use crate::evidence::Followup;
use crate::exit::Exit;
use crate::text::wrap;

/// Everything that was found in one run.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) records: Vec<Followup>,
    lines: Vec<Line>,
}

/// What a line is about, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// A review is late.
    Overdue,
    /// A change that was let in unverified breaks a rule.
    Broken,
    /// A ref was moved or made around the hook, or a repository has no hook.
    Lapse,
    /// It could not be found out.
    Unclear,
    /// Worth a look, and that is all.
    Note,
    /// Somebody else has approved.
    Reviewed,
    /// Every rule is kept.
    Verified,
    /// There is time left.
    Waiting,
}

struct Line {
    word: Word,
    what: String,
    hint: Option<String>,
}

impl Word {
    fn text(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Broken => "broken",
            Self::Lapse => "lapse",
            Self::Unclear => "unclear",
            Self::Note => "note",
            Self::Reviewed => "reviewed",
            Self::Verified => "verified",
            Self::Waiting => "waiting",
        }
    }
}

impl Findings {
    pub(super) fn say(&mut self, word: Word, what: String) {
        self.lines.push(Line { word, what, hint: None });
    }

    pub(super) fn say_with(&mut self, word: Word, what: String, hint: String) {
        self.lines.push(Line { word, what, hint: Some(hint) });
    }

    /// The lines, worst first. What still has time is for people who look, and not for
    /// a job that runs every hour.
    pub(super) fn text(&mut self, reader: Reader) -> String {
        self.lines.sort_by_key(|line| line.word);
        let shown =
            self.lines.iter().filter(|line| reader == Reader::Person || line.word != Word::Waiting);
        shown
            .map(|line| {
                let mut text = wrap(&line.what, &format!("{:<10}", line.word.text()), INDENT);
                if let Some(hint) = &line.hint {
                    text.push_str(&wrap(hint, INDENT, INDENT));
                }
                text
            })
            .collect()
    }

    /// What is known to be late or broken is certain, whatever else is unclear.
    pub(super) fn exit(&self) -> Exit {
        match self.lines.iter().map(|line| line.word).min() {
            Some(Word::Overdue | Word::Broken | Word::Lapse) => Exit::Refused,
            Some(Word::Unclear) => Exit::Undecided,
            _ => Exit::Accepted,
        }
    }
}

const INDENT: &str = "          ";
