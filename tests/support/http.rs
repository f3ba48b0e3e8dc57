//! A small HTTP server for trackers that a test plays: it answers, lingers, or misbehaves.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

/// What the server does about it.
pub(crate) enum Reply {
    /// A status, a content type, more headers, a body.
    Text(u16, &'static str, Vec<(&'static str, String)>, String),
    /// These bytes, as they stand; then the connection ends.
    Raw(Vec<u8>),
    /// One byte at a time, with this pause.
    Drip(Duration),
    /// Nothing, for ever.
    Silence,
}

impl Reply {
    pub(crate) fn json(status: u16, json: &serde_json::Value) -> Self {
        Self::Text(status, "application/json;charset=UTF-8", vec![], json.to_string())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::json(status, &serde_json::json!({"errorMessages": ["as the test says"]}))
    }
}

/// A server on this machine's loopback, until the test ends.
pub(crate) struct HttpServer {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl HttpServer {
    /// Answers each request by the function, after a pause.
    pub(crate) fn start(
        pause: Duration,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, pause, &log, answer.as_ref()));
            }
        });
        Self { url, asked }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests there were to paths that begin like this.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path.starts_with(path)).count()
    }
}

/// Until the client hangs up, which it may do at any time.
fn serve(
    stream: &TcpStream,
    pause: Duration,
    log: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        log.lock().unwrap().push(asked.clone());
        std::thread::sleep(pause);
        let mut out = stream;
        let sent = match answer(&asked) {
            Reply::Text(status, kind, headers, body) => {
                let mut text = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    text.push_str(&format!("{name}: {value}\r\n"));
                }
                out.write_all(format!("{text}\r\n{body}").as_bytes())
            }
            Reply::Raw(bytes) => {
                let _gone = out.write_all(&bytes);
                return;
            }
            Reply::Drip(pause) => {
                let head = "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n";
                let mut sent = out.write_all(head.as_bytes());
                while sent.is_ok() {
                    std::thread::sleep(pause);
                    sent = out.write_all(b" ");
                }
                sent
            }
            Reply::Silence => loop {
                std::thread::sleep(Duration::from_secs(60));
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Asked { method, path, authorization, body })
}
