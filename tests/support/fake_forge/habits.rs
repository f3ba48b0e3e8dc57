//! In what the servers of one kind differ, by edition, version and settings.

/// The usual server, until a test says otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub(crate) github: GitHub,
    pub(crate) gitlab: GitLab,
    pub(crate) gitea: Gitea,
}

#[derive(Clone, Debug)]
pub(crate) struct GitHub {
    /// What is under `/graphql`.
    pub(crate) graphql: GraphQl,
    /// Fields that fail on their own, by name.
    pub(crate) failing_fields: Vec<String>,
    /// Points that are left in this hour.
    pub(crate) points: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphQl {
    Answers,
    /// Page not found, as with servers that others wrote.
    Absent,
}

#[derive(Clone, Debug)]
pub(crate) struct GitLab {
    /// Approval rules and their state are known to the paid editions only.
    pub(crate) edition: Edition,
    pub(crate) on_push: OnPush,
    /// `approved_at` came late.
    pub(crate) approval_times: ApprovalTimes,
    /// Rules of the paid editions: name, how many are needed, who may.
    pub(crate) rules: Vec<(String, u64, Vec<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    Free,
    Premium,
}

/// What becomes of approvals when somebody pushes to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnPush {
    Keep,
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApprovalTimes {
    Shown,
    Missing,
}

#[derive(Clone, Debug)]
pub(crate) struct Gitea {
    pub(crate) version: String,
    /// Logins on the whitelist of the protected branch; none where there is no whitelist.
    pub(crate) whitelist: Option<Vec<String>>,
    pub(crate) stale: StaleFlag,
}

/// Reviews are marked some time after a push, and not where the content stayed the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaleFlag {
    Kept,
    Late,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            github: GitHub { graphql: GraphQl::Answers, failing_fields: Vec::new(), points: 4_900 },
            gitlab: GitLab {
                edition: Edition::Free,
                on_push: OnPush::Reset,
                approval_times: ApprovalTimes::Shown,
                rules: Vec::new(),
            },
            gitea: Gitea { version: "1.24.6".to_owned(), whitelist: None, stale: StaleFlag::Kept },
        }
    }
}
