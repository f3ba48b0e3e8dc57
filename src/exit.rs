//! The exit codes. Git treats all but 0 alike; CI and monitoring do not.

use std::process::{ExitCode, Termination};

use crate::model::Decision;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: accepted, or there was nothing to do.
    Accepted,
    /// 1: refused by the rules; the doctor found something to mend; or the
    /// follow-up found something overdue or broken.
    Refused,
    /// 2: the command line is wrong (clap's own code).
    Usage,
    /// 2: `verify` could not check everything, and found nothing where it could.
    Unchecked,
    /// 70: could not decide, or could not do it: outage, deadline, bad config, own
    /// bug (`EX_SOFTWARE` of sysexits(3)).
    Undecided,
    /// The code of a hook that was there before ours and ran after it.
    OtherHook(u8),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::Refused => 1,
            Self::Usage | Self::Unchecked => 2,
            Self::Undecided => 70,
            Self::OtherHook(code) => code,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

impl From<Decision> for Exit {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accept => Self::Accepted,
            Decision::Undecided => Self::Undecided,
            Decision::Refuse => Self::Refused,
        }
    }
}
