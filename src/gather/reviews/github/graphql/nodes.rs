//! What the queries ask for, as GraphQL answers it.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) nodes: Vec<Option<T>>,
}

impl<T> List<T> {
    /// What is not null: GitHub hides an item that way.
    pub(super) fn all(self) -> impl Iterator<Item = T> {
        self.nodes.into_iter().flatten()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestNode {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) url: String,
    pub(super) state: String,
    pub(super) is_draft: bool,
    pub(super) base_ref_name: String,
    pub(super) base_repository: Option<RepositoryNode>,
    pub(super) head_ref_oid: String,
    pub(super) author: Option<Actor>,
    pub(super) reviews: Option<ReviewList>,
    pub(super) commits: List<RequestCommit>,
    pub(super) tip: Option<List<RequestCommit>>,
    pub(super) retargeted: Moves,
}

/// How a request came to be for its branch. None of it may be hidden.
#[derive(Deserialize)]
pub(super) struct Moves {
    pub(super) nodes: Vec<Moved>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Moved {
    pub(super) created_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryNode {
    pub(super) name_with_owner: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    #[serde(rename = "__typename")]
    pub(super) kind: String,
    pub(super) login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewList {
    pub(super) page_info: PageInfo,
    pub(super) nodes: Vec<Option<ReviewNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_previous_page: bool,
    pub(super) start_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewNode {
    pub(super) state: String,
    pub(super) submitted_at: Option<Timestamp>,
    pub(super) author_can_push_to_repository: bool,
    pub(super) commit: Option<Oid>,
    pub(super) author: Option<Actor>,
}

#[derive(Deserialize)]
pub(super) struct Oid {
    pub(super) oid: String,
}

#[derive(Deserialize)]
pub(super) struct RequestCommit {
    pub(super) commit: CommitNode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitNode {
    pub(super) oid: Option<String>,
    pub(super) authors: Option<List<GitActor>>,
    pub(super) committer: Option<GitActor>,
    pub(super) status_check_rollup: Option<Rollup>,
}

#[derive(Deserialize)]
pub(super) struct GitActor {
    pub(super) email: Option<String>,
    pub(super) user: Option<Login>,
}

#[derive(Deserialize)]
pub(super) struct Login {
    pub(super) login: String,
}

#[derive(Deserialize)]
pub(super) struct Rollup {
    pub(super) contexts: ContextList,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContextList {
    pub(super) page_info: NextPage,
    pub(super) nodes: Vec<Option<Context>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NextPage {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Context {
    pub(super) name: Option<String>,
    pub(super) context: Option<String>,
    pub(super) state: Option<String>,
    pub(super) status: Option<String>,
    pub(super) conclusion: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct HeadNode {
    pub(super) number: u64,
    #[serde(rename = "headRefOid")]
    pub(super) head: String,
}

/// Under one alias: a request, a list of them, or a commit with those it is in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Branch {
    pub(super) associated_pull_requests: Option<List<RequestNode>>,
}
