//! Reviews at a GitHub that others wrote, by REST alone: real pushes against its state.

use crate::support::Server;
use crate::support::emulate::{Emulate, Event};

#[test]
fn a_mirrored_request_has_the_head_that_the_repository_has() {
    let emulate = Emulate::start(&["ana", "bob", "eve"]);
    let server = Server::new();
    let eve = server.clone_for("eve");
    let head = eve.commit("PAY-1: round half up\n\nMore of it.\n");
    eve.show();
    emulate.mirror(&server, &server.tip("refs/heads/main"), "main");
    emulate.mirror(&server, &head, "side/eve");
    let number = emulate.open("eve", "side/eve", "Round half up");
    let review = emulate.review(number, "ana", Event::Approve, None);
    emulate.review(number, "bob", Event::RequestChanges, Some(&head));
    emulate.dismiss(number, review);
    let path = format!("/pulls/{number}");
    let null = serde_json::Value::Null;
    assert_eq!(emulate.ask("ana", "GET", &path, &null).good()["head"]["sha"], head);
    let reviews = emulate.ask("ana", "GET", &format!("{path}/reviews"), &null).good();
    assert_eq!(
        (&reviews[0]["state"], &reviews[1]["state"]),
        (&"DISMISSED".into(), &"CHANGES_REQUESTED".into())
    );
    assert_eq!(
        (&reviews[0]["commit_id"], &reviews[1]["commit_id"]),
        (&head.clone().into(), &head.into())
    );
}
