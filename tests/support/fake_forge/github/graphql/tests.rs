//! What a query of this server leads to.

use super::*;
use crate::support::fake_forge::state::Opinion;
use crate::support::fake_forge::{Access, Forge};

const HEAD: &str = "1111111111111111111111111111111111111111";
const GONE: &str = "2222222222222222222222222222222222222222";

fn forge() -> Forge {
    let forge = Forge::github();
    forge.change(|state| state.commits.make_up(HEAD, "zoe@home.example"));
    forge.person("zoe").may(Access::Read);
    forge
        .open(7, HEAD, "main")
        .by("eve")
        .approved("ana", HEAD)
        .approved("zoe", HEAD)
        .reviewed("bob", Opinion::ChangesRequested, HEAD)
        .commented("bob", HEAD);
    forge
}

fn asked(forge: &Forge, query: &str, variables: &Value) -> Value {
    forge.change(|state| executed(state, query, variables))
}

#[test]
fn aliases_variables_and_fragments_select_what_is_answered() {
    let forge = forge();
    let query = "query($o:String!,$r:String!,$n:Int!){ viewer{login} repository(owner:$o,name:$r){
        a: object(oid:\"1111111111111111111111111111111111111111\"){ ...on Commit{ oid
           associatedPullRequests(first:10){nodes{...P}} } ...on Tree{id} }
        b: object(oid:\"2222222222222222222222222222222222222222\"){ oid }
        c: pullRequest(number:$n){ ...P isDraft } } }
        fragment P on PullRequest{ number author{__typename login} headRefOid
        latestOpinionatedReviews(first:10,writersOnly:true){nodes{state author{login}}} }";
    let pull = json!({"number": 7, "author": {"__typename": "User", "login": "eve"},
        "headRefOid": HEAD, "latestOpinionatedReviews": {"nodes": [
            {"state": "APPROVED", "author": {"login": "ana"}},
            {"state": "CHANGES_REQUESTED", "author": {"login": "bob"}}]}});
    let mut whole = pull.clone();
    whole["isDraft"] = json!(false);
    assert_eq!(
        asked(&forge, query, &json!({"o": "acme", "r": "app", "n": 7})),
        json!({"data": {"viewer": {"login": "sockembot"}, "repository": {
            "a": {"oid": HEAD, "associatedPullRequests": {"nodes": [pull]}}, "b": null, "c": whole}}})
    );
}

#[test]
fn what_is_not_there_is_null_with_an_error_beside_what_is() {
    let forge = forge();
    let query = "{ repository(owner:\"acme\",name:\"app\"){ a: pullRequest(number:7){number}
        b: pullRequest(number:8){number} } }";
    let answer = asked(&forge, query, &Value::Null);
    assert_eq!(answer["data"]["repository"], json!({"a": {"number": 7}, "b": null}));
    assert_eq!(answer["errors"][0]["type"], "NOT_FOUND");
    assert_eq!(answer["errors"][0]["path"], json!(["repository", "b"]));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);

    forge.change(|state| state.hidden = true);
    let answer = asked(&forge, query, &Value::Null);
    assert_eq!(answer["data"], json!({"repository": null}));
    assert_eq!(answer["errors"][0]["type"], "NOT_FOUND");
}

#[test]
fn a_field_that_fails_leaves_the_others() {
    let forge = forge();
    forge.change(|state| state.habits.github.failing_fields.push("author".to_owned()));
    let query = "{ repository(owner:\"acme\",name:\"app\"){ pullRequest(number:7){number author{login}} } }";
    let answer = asked(&forge, query, &Value::Null);
    assert_eq!(answer["data"]["repository"]["pullRequest"], json!({"number": 7, "author": null}));
    assert_eq!(answer["errors"][0]["path"], json!(["repository", "pullRequest", "author"]));
}

#[test]
fn lists_come_in_pages_and_only_with_a_size() {
    let forge = forge();
    let ask = |args: &str| {
        let query = format!("{{ repository(owner:\"acme\",name:\"app\"){{ pullRequest(number:7){{
            reviews({args}){{ totalCount nodes{{state}} pageInfo{{hasNextPage endCursor}} }} }} }} }}");
        asked(&forge, &query, &Value::Null)
    };
    let reviews = |args: &str| ask(args)["data"]["repository"]["pullRequest"]["reviews"].clone();
    assert_eq!(
        reviews("first: 3"),
        json!({"totalCount": 4, "pageInfo": {"hasNextPage": true, "endCursor": "cursor:3"},
            "nodes": [{"state": "APPROVED"}, {"state": "APPROVED"}, {"state": "CHANGES_REQUESTED"}]})
    );
    assert_eq!(
        reviews("first: 3, after: \"cursor:3\""),
        json!({"totalCount": 4, "pageInfo": {"hasNextPage": false, "endCursor": "cursor:4"},
            "nodes": [{"state": "COMMENTED"}]})
    );
    assert_eq!(ask("after: null")["errors"][0]["type"], "MISSING_PAGINATION_BOUNDARIES");
    assert_eq!(ask("first: 101")["errors"][0]["type"], "EXCESSIVE_PAGINATION");
}

#[test]
fn a_query_for_too_much_or_for_what_no_schema_has_is_refused_whole() {
    let forge = forge();
    let pulls = "associatedPullRequests(first:100){nodes{commits(first:100){nodes{commit{
        authors(first:100){nodes{email}}}}}}}";
    let query = format!(
        "{{ repository(owner:\"acme\",name:\"app\"){{
        object(oid:\"{GONE}\"){{ ...on Commit{{ {pulls} }} }} }} }}"
    );
    let answer = asked(&forge, &query, &Value::Null);
    assert_eq!(answer["errors"][0]["type"], "MAX_NODE_LIMIT_EXCEEDED");
    assert_eq!(answer["data"], Value::Null);

    let query = "{ repository(owner:\"acme\",name:\"app\"){ pullRequest(number:7){ approvals } } }";
    let answer = asked(&forge, query, &Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "undefinedField");
    assert_eq!(answer["data"], Value::Null);
    assert!(asked(&forge, "{ viewer{", &Value::Null)["errors"][0]["message"].is_string());
}

#[test]
fn a_list_can_be_read_from_its_end() {
    let forge = forge();
    let reviews = |args: &str| {
        let query = format!("{{ repository(owner:\"acme\",name:\"app\"){{ pullRequest(number:7){{
            reviews({args}){{ nodes{{author{{login}}}} pageInfo{{hasPreviousPage startCursor}} }} }} }} }}");
        asked(&forge, &query, &Value::Null)["data"]["repository"]["pullRequest"]["reviews"].clone()
    };
    let by = |login: &str| json!({"author": {"login": login}});
    assert_eq!(
        reviews("last: 3"),
        json!({"nodes": [by("zoe"), by("bob"), by("bob")],
            "pageInfo": {"hasPreviousPage": true, "startCursor": "cursor:1"}})
    );
    assert_eq!(
        reviews("last: 3, before: \"cursor:1\""),
        json!({"nodes": [by("ana")],
            "pageInfo": {"hasPreviousPage": false, "startCursor": "cursor:0"}})
    );
}
