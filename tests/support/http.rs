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
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// One more than the latest round of which an answer had gone out when this came. What
    /// a client asks at once is of one round; what it could only ask after, of the next.
    pub(crate) round: usize,
}

impl Asked {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }
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
    /// JSON that never ends.
    Flood,
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
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    asked: Vec<Asked>,
    /// The latest round of which an answer has gone out.
    answered: usize,
    waiting: usize,
    most_waiting: usize,
}

impl Log {
    fn begin(&mut self, asked: &mut Asked) {
        asked.round = self.answered + 1;
        self.waiting += 1;
        self.most_waiting = self.most_waiting.max(self.waiting);
        self.asked.push(asked.clone());
    }

    fn end(&mut self, round: usize) {
        self.answered = self.answered.max(round);
        self.waiting = self.waiting.saturating_sub(1);
    }
}

impl HttpServer {
    /// Answers each request by the function, after a pause.
    pub(crate) fn start(
        pause: Duration,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Log::default()));
        let (shared, answer) = (Arc::clone(&log), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, pause, &log, answer.as_ref()));
            }
        });
        Self { url, log }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().asked.clone()
    }

    /// How many requests there were to paths that begin like this.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path.starts_with(path)).count()
    }

    /// How many times in a row the client had to wait for an answer before it could ask on.
    pub(crate) fn rounds(&self) -> usize {
        self.asked().iter().map(|asked| asked.round).max().unwrap_or(0)
    }

    /// How many requests waited for their answer at the same time, at most.
    pub(crate) fn at_once(&self) -> usize {
        self.log.lock().unwrap().most_waiting
    }

    /// Counts from here.
    pub(crate) fn forget(&self) {
        *self.log.lock().unwrap() = Log::default();
    }
}

/// Until the client hangs up, which it may do at any time.
fn serve(
    stream: &TcpStream,
    pause: Duration,
    log: &Mutex<Log>,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
) {
    let mut reader = BufReader::new(stream);
    while let Some(mut asked) = read(&mut reader) {
        log.lock().unwrap().begin(&mut asked);
        std::thread::sleep(pause);
        let mut out = stream;
        let reply = answer(&asked);
        log.lock().unwrap().end(asked.round);
        let sent = match reply {
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
            Reply::Flood => {
                let head = "HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n[1";
                let mut sent = out.write_all(head.as_bytes());
                while sent.is_ok() {
                    sent = out.write_all(&[b' '; 65_536]);
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
    let (mut length, mut authorization, mut headers) = (0, String::new(), Vec::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = value.to_owned(),
            _ => {}
        }
        headers.push((name, value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Asked { method, path, authorization, headers, body, round: 0 })
}
