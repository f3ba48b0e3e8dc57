//! What keeps a server from answering: each with a sentence of its own, none of them a pass.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

/// Why a request has no answer. Displayed as a fragment after "because"; no token
/// and no address with a password stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name of the host is not known.
    Name(String),
    /// Nobody listens there.
    Refused(String),
    /// The certificate is not one to trust, or no TLS is spoken.
    Tls {
        /// The host.
        host: String,
        /// What it says.
        why: String,
    },
    /// No whole answer in time.
    TimeOut {
        /// The host.
        host: String,
        /// How long that was.
        after: Duration,
    },
    /// 401: the token is wrong or has run out.
    Unauthorized(String),
    /// 403 with the mark of Jira's CAPTCHA lock.
    Captcha(String),
    /// 403: the account may not ask this.
    Forbidden(String),
    /// 404 or 410 of the endpoint itself.
    NoEndpoint {
        /// The host.
        host: String,
        /// Which one.
        path: String,
    },
    /// 429: too many requests, and when to come back.
    TooMany {
        /// The host.
        host: String,
        /// When to come back.
        wait: Option<Duration>,
    },
    /// 5xx, after all the tries.
    Broken {
        /// The host.
        host: String,
        /// Its number.
        status: u16,
    },
    /// Any other status, with what the server said of it.
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// What the server said of it.
        said: String,
    },
    /// A redirect to another host: the token does not go along.
    Elsewhere {
        /// The host.
        host: String,
        /// Where to.
        to: String,
    },
    /// No JSON: a login page, or a proxy's.
    NotJson {
        /// The host.
        host: String,
        /// What came.
        kind: String,
    },
    /// JSON of another shape than the interface has.
    Shape {
        /// The host.
        host: String,
        /// What came.
        what: String,
    },
    /// More bytes than any answer has.
    TooLarge(String),
    /// What everything else is in is not shown to us.
    Unseen {
        /// The host.
        host: String,
        /// What it is.
        what: String,
    },
    /// A list that goes on for more pages than any has.
    TooLong(String),
    /// The connection ended in the middle.
    Cut(String),
    /// It leaves out of a query what it does not know.
    Ignored(String),
    /// It answered with what nobody asked for.
    Unasked {
        /// The host.
        host: String,
        /// Which one.
        key: String,
    },
    /// Our side: a token that can't be read, a certificate that is none.
    Ours(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(host) => write!(f, "the name {host} is not known (DNS)"),
            Self::Refused(host) => write!(f, "{host} does not take the connection"),
            Self::Tls { host, why } => write!(f, "the TLS of {host} can't be trusted: {why}"),
            Self::TimeOut { host, after } => {
                write!(f, "{host} did not answer within {:.1} seconds", after.as_secs_f64())
            }
            Self::Unauthorized(host) => write!(f, "{host} does not take our token (401)"),
            Self::Captcha(host) => write!(
                f,
                "{host} has locked our account until somebody solves its CAPTCHA in a browser"
            ),
            Self::Forbidden(host) => write!(f, "{host} does not let our account ask that (403)"),
            Self::NoEndpoint { host, path } => write!(
                f,
                "{host} has no {path} (404): the `url` in the config is wrong, or is of another kind of server"
            ),
            Self::TooMany { host, wait: Some(wait) } => {
                write!(f, "{host} has had too many requests, and wants {wait:?} of peace (429)")
            }
            Self::TooMany { host, wait: None } => {
                write!(f, "{host} has had too many requests (429)")
            }
            Self::Broken { host, status } => write!(f, "{host} is broken ({status})"),
            Self::Status { host, status, said } if said.is_empty() => {
                write!(f, "{host} answered with status {status}")
            }
            Self::Status { host, status, said } => {
                write!(f, "{host} answered with status {status}: {said}")
            }
            Self::Elsewhere { host, to } => {
                write!(f, "{host} sends us to {to}, where our token does not go")
            }
            Self::NotJson { host, kind } => {
                write!(f, "{host} answered with {kind} instead of JSON: a login page, or a proxy's")
            }
            Self::Shape { host, what } => {
                write!(f, "{host} answered with JSON of another shape: {what}")
            }
            Self::Unseen { host, what } => {
                write!(
                    f,
                    "{host} does not show us {what}: it is not there, or our token may not see it"
                )
            }
            Self::TooLong(host) => write!(f, "{host} has a list of more than 20 pages"),
            Self::TooLarge(host) => write!(f, "{host} answered with more than 32 MiB"),
            Self::Cut(host) => write!(f, "{host} ended the connection in the middle"),
            Self::Ignored(host) => {
                write!(f, "{host} does not understand the query of the config, and ignores it")
            }
            Self::Unasked { host, key } => {
                write!(f, "{host} answered with {key}, which nobody asked for")
            }
            Self::Ours(why) => f.write_str(why),
        }
    }
}

impl Fault {
    /// An answer to another question.
    pub(in crate::gather) fn unasked(host: &str, key: &str) -> Self {
        Self::Unasked { host: host.to_owned(), key: key.to_owned() }
    }

    /// JSON of another shape.
    pub(in crate::gather) fn shape(host: &str, what: impl Into<String>) -> Self {
        Self::Shape { host: host.to_owned(), what: what.into() }
    }

    /// A repository that we are not shown.
    pub(in crate::gather) fn unseen(host: &str, repository: &str) -> Self {
        Self::Unseen { host: host.to_owned(), what: format!("the repository {repository}") }
    }

    /// A bug of ours in a thread that looks something up.
    pub(in crate::gather) fn broken() -> Self {
        Self::Ours("a look-up ended in a panic".to_owned())
    }

    /// Whether the same request may well be answered in a moment.
    pub(in crate::gather) fn may_pass(&self) -> bool {
        match self {
            Self::Broken { status, .. } => matches!(status, 500 | 502 | 503 | 504),
            Self::TooMany { .. } | Self::Cut(_) => true,
            _ => false,
        }
    }

    /// What kept a request from being sent or its answer from being read. `after`
    /// is the time that it was given.
    pub(in crate::gather) fn of(error: &reqwest::Error, host: &str, after: Duration) -> Self {
        let host = host.to_owned();
        if error.is_timeout() {
            return Self::TimeOut { host, after };
        }
        let mut source = error.source();
        let mut said = String::new();
        while let Some(cause) = source {
            if let Some(Elsewhere(to)) = cause.downcast_ref() {
                return Self::Elsewhere { host, to: to.clone() };
            }
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                match error.kind() {
                    io::ErrorKind::ConnectionRefused => return Self::Refused(host),
                    io::ErrorKind::TimedOut => return Self::TimeOut { host, after },
                    _ => {}
                }
            }
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                return Self::Tls { host, why: error.to_string() };
            }
            said = cause.to_string();
            if said.contains("dns error") || said.contains("failed to lookup address") {
                return Self::Name(host);
            }
            source = cause.source();
        }
        if said.contains("certificate") || said.contains("tls") || said.contains("TLS") {
            return Self::Tls { host, why: said };
        }
        if error.is_connect() { Self::Refused(host) } else { Self::Cut(host) }
    }
}

/// The error by which a redirect to another host is stopped.
#[derive(Debug)]
pub(in crate::gather) struct Elsewhere(pub(in crate::gather) String);

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a redirect to {}", self.0)
    }
}

impl std::error::Error for Elsewhere {}
