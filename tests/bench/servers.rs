//! A Jira that has every ticket, and a GitHub where bob has approved every head; each answer takes 50 ms.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// The address of both.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || while answer(&stream).is_some() {});
        }
    });
    url
}

fn answer(stream: &TcpStream) -> Option<()> {
    let mut reader = std::io::BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().ok()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    std::thread::sleep(Duration::from_millis(50));
    let json =
        if body.contains("associatedPullRequests") { reviewed(&body) } else { issues(&body) };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    let mut out = stream;
    out.write_all(format!("{head}{}\r\n\r\n{json}", json.len()).as_bytes()).ok()
}

fn issues(body: &str) -> String {
    let keys = body.split('"').filter(|word| word.starts_with("PAY-"));
    let issues: Vec<String> = keys
        .map(|key| {
            format!(
                r#"{{"id":"{}","key":"{key}","fields":{{"summary":"x","created":"2020-01-01T00:00:00.000+0000",
                "status":{{"name":"Open","statusCategory":{{"key":"new"}}}}}}}}"#,
                &key[4..]
            )
        })
        .collect();
    format!(r#"{{"issues":[{}],"issueErrors":[]}}"#, issues.join(","))
}

/// The head that is asked about is that of request 7.
fn reviewed(body: &str) -> String {
    let head = body.split(r#"oid: \""#).nth(1).and_then(|rest| rest.get(..40)).unwrap();
    format!(
        r#"{{"data":{{"repository":{{"nameWithOwner":"acme/app","open":{{"nodes":[]}},
        "h0":{{"associatedPullRequests":{{"nodes":[{{"number":7,"title":"x","url":"https://x",
        "state":"OPEN","isDraft":false,"baseRefName":"main",
        "baseRepository":{{"nameWithOwner":"acme/app"}},"headRefOid":"{head}",
        "author":{{"__typename":"User","login":"ana"}},"commits":{{"nodes":[]}},
        "retargeted":{{"nodes":[]}},
        "reviews":{{"pageInfo":{{"hasPreviousPage":false,"startCursor":null}},"nodes":[
        {{"state":"APPROVED","submittedAt":"2026-01-01T00:00:00Z",
        "authorCanPushToRepository":true,"commit":{{"oid":"{head}"}},
        "author":{{"__typename":"User","login":"bob"}}}}]}}}}]}}}}}}}}}}"#
    )
}
