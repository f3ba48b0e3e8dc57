//! One request and its answer, within the deadline: the only part of a tracker that sends.

use std::fs;
use std::io::Read as _;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, LINK, RETRY_AFTER};
use reqwest::redirect::Policy as Redirects;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::credentials::{Credentials, Scheme, token};
use super::fault::{Elsewhere, Fault};
use crate::policy::Remote;

/// Bytes of the largest answer.
const LIMIT: u64 = 32 * 1024 * 1024;

/// How often a request is sent at the most.
const TRIES: u32 = 3;

/// What to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gather) struct Request {
    /// Path and query, from the tracker's URL on.
    pub(in crate::gather) path: String,
    /// JSON to post; a plain question without.
    pub(in crate::gather) body: Option<Value>,
    /// An end of the server's URL that this path takes the place of.
    instead_of: &'static str,
}

impl Request {
    pub(in crate::gather) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), body: None, instead_of: "" }
    }

    pub(in crate::gather) fn post(path: &str, body: Value) -> Self {
        Self { path: path.to_owned(), body: Some(body), instead_of: "" }
    }

    /// The same request beside the end of the server's URL, where it has that: GitHub's
    /// `/api/graphql` is beside `/api/v3`.
    pub(in crate::gather) fn beside(self, end: &'static str) -> Self {
        Self { instead_of: end, ..self }
    }
}

/// An answer in JSON, of whatever status.
#[derive(Clone, Debug)]
pub(in crate::gather) struct Answer {
    pub(in crate::gather) status: u16,
    pub(in crate::gather) json: Value,
    /// The server's clock.
    pub(in crate::gather) date: Option<String>,
    /// The path of the next page of a list (RFC 8288, `rel="next"`).
    pub(in crate::gather) next: Option<String>,
    /// The path of its last page, where the server counts them.
    pub(in crate::gather) last: Option<String>,
}

/// A connection to one tracker.
pub(in crate::gather) struct Http {
    client: Client,
    base: String,
    host: String,
    credentials: Credentials,
    deadline: Instant,
}

impl Http {
    /// Prepares the client: reads token and certificates, and connects nowhere.
    pub(in crate::gather) fn open(
        remote: &Remote,
        scheme: Scheme,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        // Another thread may have set the same one.
        let _same = rustls::crypto::ring::default_provider().install_default();
        let base = remote.url.clone();
        let host = base.split('/').nth(2).unwrap_or(&base).to_owned();
        let ours = |what: &str, why: &dyn std::fmt::Display| Fault::Ours(format!("{what}: {why}"));
        let mut builder = Client::builder()
            .user_agent(concat!("sockembot/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(same_host(host.clone()));
        if let Some(path) = &remote.ca_file {
            let what = format!("the certificates {}", path.display());
            let pem = fs::read(path).map_err(|why| ours(&what, &why))?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem);
            for authority in authorities.map_err(|why| ours(&what, &why))? {
                builder = builder.add_root_certificate(authority);
            }
        }
        if let Some(proxy) = &remote.proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|why| ours("the proxy", &why))?;
            builder = builder.proxy(proxy);
        }
        let client = builder.build().map_err(|why| ours("preparing the HTTP client", &why))?;
        let credentials = scheme.credentials(remote.user.as_deref(), token(&remote.token)?);
        Ok(Self { client, base, host, credentials, deadline })
    }

    /// The host that is asked.
    pub(in crate::gather) fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request, again where that may help and there is time. Statuses that
    /// are answers of the interface (400, 404 of one ticket) are the caller's.
    pub(in crate::gather) fn send(&self, request: &Request) -> Result<Answer, Fault> {
        let mut tries = 0;
        loop {
            let fault = match self.send_once(request) {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            tries += 1;
            let wait = match &fault {
                Fault::TooMany { wait: Some(wait), .. } => *wait,
                _ => jitter(tries),
            };
            if tries >= TRIES || !fault.may_pass() || Instant::now() + wait >= self.deadline {
                return Err(fault);
            }
            std::thread::sleep(wait);
        }
    }

    fn send_once(&self, request: &Request) -> Result<Answer, Fault> {
        let began = Instant::now();
        let left = self.deadline.saturating_duration_since(began);
        if left.is_zero() {
            return Err(Fault::TimeOut { host: self.host.clone(), after: left });
        }
        let base = self.base.strip_suffix(request.instead_of).unwrap_or(&self.base);
        let url = format!("{base}{}", request.path);
        let mut builder = match &request.body {
            None => self.client.get(url),
            Some(body) => self
                .client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string()),
        };
        builder = match &self.credentials {
            Credentials::Basic { user, password } => builder.basic_auth(user, Some(password)),
            Credentials::Bearer(token) => builder.bearer_auth(token),
        };
        builder = builder.header(ACCEPT, "application/json").timeout(left);
        let response = builder.send().map_err(|error| Fault::of(&error, &self.host, left))?;
        self.answer(response, &request.path, left)
    }

    fn answer(&self, response: Response, path: &str, left: Duration) -> Result<Answer, Fault> {
        let host = || self.host.clone();
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let status = response.status().as_u16();
        let captcha = header("x-seraph-loginreason")
            .is_some_and(|reason| reason.contains("AUTHENTICATION_DENIED"));
        let kind = header(CONTENT_TYPE.as_str()).unwrap_or_else(|| "nothing".to_owned());
        let date = header(DATE.as_str());
        let links = header(LINK.as_str()).unwrap_or_else(String::new);
        let (next, last) = (self.linked(&links, "next"), self.linked(&links, "last"));
        let wait = || header(RETRY_AFTER.as_str()).and_then(|wait| wait.parse().ok());
        let wait = || wait().map(Duration::from_secs);
        // GitHub's answer to too many requests (REST API, "Rate limits").
        let is_limit = header("x-ratelimit-remaining").as_deref() == Some("0")
            || header(RETRY_AFTER.as_str()).is_some();
        match status {
            401 | 403 if captcha => return Err(Fault::Captcha(host())),
            401 => return Err(Fault::Unauthorized(host())),
            429 => return Err(Fault::TooMany { host: host(), wait: wait() }),
            403 if is_limit => return Err(Fault::TooMany { host: host(), wait: wait() }),
            500..=599 => return Err(Fault::Broken { host: host(), status }),
            _ => {}
        }
        let mut bytes = Vec::new();
        let read = response.take(LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.reading(&error, left))?;
        if bytes.len() as u64 > LIMIT {
            return Err(Fault::TooLarge(host()));
        }
        // Redmine's refusals have no body at all.
        if bytes.is_empty() && matches!(status, 403 | 404) {
            return Ok(Answer { status, json: Value::Null, date, next: next?, last: last? });
        }
        if !kind.starts_with("application/json") {
            return Err(match status {
                403 => Fault::Forbidden(host()),
                404 | 410 => Fault::NoEndpoint { host: host(), path: endpoint(path) },
                _ => Fault::NotJson { host: host(), kind: kind.chars().take(40).collect() },
            });
        }
        let json = serde_json::from_slice(&bytes)
            .map_err(|error| Fault::Shape { host: host(), what: error.to_string() })?;
        Ok(Answer { status, json, date, next: next?, last: last? })
    }

    /// Path and query of another page. The host in it is not looked at: a server behind
    /// a proxy may know itself by another name, and we go on where we are.
    fn linked(&self, links: &str, relation: &str) -> Result<Option<String>, Fault> {
        let relation = format!("rel=\"{relation}\"");
        let Some(link) = links.split(',').find(|link| link.contains(&relation)) else {
            return Ok(None);
        };
        let url = link.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let url = url.and_then(|(url, _)| url::Url::parse(url).ok());
        let base = url::Url::parse(&self.base).ok();
        let path = url.zip(base).and_then(|(url, base)| {
            let path = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
            Some(format!("{path}?{}", url.query()?))
        });
        let what = || "another page that is no address".to_owned();
        path.map(Some).ok_or_else(|| Fault::Shape { host: self.host.clone(), what: what() })
    }

    fn reading(&self, error: &std::io::Error, left: Duration) -> Fault {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>()) {
            Some(error) => Fault::of(error, &self.host, left),
            None if error.kind() == std::io::ErrorKind::TimedOut => {
                Fault::TimeOut { host: self.host.clone(), after: left }
            }
            None => Fault::Cut(self.host.clone()),
        }
    }

    /// The JSON of a request that has to succeed.
    pub(in crate::gather) fn ask(&self, request: &Request) -> Result<Value, Fault> {
        let answer = self.send(request)?;
        self.success(answer, request)
    }

    /// The JSON of something that need not be there.
    pub(in crate::gather) fn ask_if_there(
        &self,
        request: &Request,
    ) -> Result<Option<Value>, Fault> {
        let answer = self.send(request)?;
        if answer.status == 404 {
            return Ok(None);
        }
        self.success(answer, request).map(Some)
    }

    /// What the JSON says, as a type.
    pub(in crate::gather) fn parsed<T: DeserializeOwned>(&self, json: Value) -> Result<T, Fault> {
        serde_json::from_value(json).map_err(|error| Fault::shape(&self.host, error.to_string()))
    }

    /// The JSON of an answer that has to be a success.
    pub(in crate::gather) fn success(
        &self,
        answer: Answer,
        request: &Request,
    ) -> Result<Value, Fault> {
        let host = self.host.clone();
        match answer.status {
            200..=299 => Ok(answer.json),
            403 => Err(Fault::Forbidden(host)),
            404 | 410 => Err(Fault::NoEndpoint { host, path: endpoint(&request.path) }),
            status => Err(Fault::Status { host, status, said: messages(&answer.json) }),
        }
    }
}

/// The path without its query, which may hold keys.
fn endpoint(path: &str) -> String {
    path.split('?').next().unwrap_or(path).to_owned()
}

/// What a server says about an error.
pub(in crate::gather) fn messages(json: &Value) -> String {
    let list = json.get("errorMessages").or_else(|| json.get("errors")).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    let said = json.get("message").and_then(Value::as_str);
    let text = texts.chain(said).collect::<Vec<_>>().join("; ");
    text.chars().take(300).collect()
}

fn same_host(host: String) -> Redirects {
    Redirects::custom(move |attempt| {
        let to = attempt.url().host_str().unwrap_or("nowhere").to_owned();
        let same = host.split(':').next() == Some(to.as_str());
        match (same, attempt.previous().len()) {
            (true, 0..=3) => attempt.follow(),
            (true, _) => attempt.error(Elsewhere(format!("{to} and round in circles"))),
            (false, _) => attempt.error(Elsewhere(to)),
        }
    })
}

/// A tenth of a second, doubled with each try, and up to as much again by chance.
fn jitter(tries: u32) -> Duration {
    let base = Duration::from_millis(50 * 2_u64.pow(tries));
    let chance = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    base + base * chance / 255
}
