//! A server that gives prepared answers in order (the last one again and again) and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use google_calendar::Endpoints;
use tokio::task::JoinSet;

/// One prepared answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    body: String,
    headers: Vec<(&'static str, String)>,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Whole,
    Truncated,
    Never,
}

/// One request, as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) authorisation: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: String,
    query: Vec<(String, String)>,
}

#[derive(Default)]
struct Script {
    replies: Vec<Reply>,
    seen: Vec<Seen>,
}

/// The server; stops when dropped.
pub(crate) struct Scripted {
    base: String,
    script: Arc<Mutex<Script>>,
    _tasks: JoinSet<()>,
}

impl Reply {
    pub(crate) fn json(body: &str) -> Self {
        Self::error(200, body)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::error(status, "")
    }

    pub(crate) fn error(status: u16, body: &str) -> Self {
        Self {
            status,
            body: body.to_owned(),
            headers: Vec::new(),
            ending: Ending::Whole,
        }
    }

    pub(crate) fn endless() -> Self {
        Self {
            ending: Ending::Never,
            ..Self::json("[")
        }
    }

    /// Announces its whole length and hangs up half-way.
    pub(crate) fn truncated(mut self) -> Self {
        self.ending = Ending::Truncated;
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn into_response(self) -> Response {
        let mut response = Response::builder()
            .status(self.status)
            .header("content-type", "application/json");
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let body = match self.ending {
            Ending::Whole => Body::from(self.body),
            Ending::Truncated => {
                response = response.header("content-length", self.body.len());
                let half = self.body[..self.body.len() / 2].to_owned();
                let broken = Err(std::io::Error::other("hung up"));
                Body::from_stream(futures_util::stream::iter([Ok(Bytes::from(half)), broken]))
            }
            Ending::Never => {
                let chunk = Bytes::from(vec![b' '; 1 << 20]);
                Body::from_stream(futures_util::stream::repeat_with(move || {
                    Ok::<_, std::io::Error>(chunk.clone())
                }))
            }
        };
        response.body(body).unwrap()
    }
}

impl Seen {
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Scripted {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            replies,
            seen: Vec::new(),
        }));
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            base,
            script,
            _tasks: tasks,
        }
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        let url = |path: &str| format!("{}{path}", self.base).parse().unwrap();
        Endpoints {
            authorise: url("/auth"),
            token: url("/token"),
            revoke: url("/revoke"),
            certs: url("/certs"),
            calendar: url(""),
            people: url("/people"),
            admin: url("/admin"),
        }
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let query = parts.uri.query().unwrap_or_default();
    let mut script = script.lock().unwrap();
    script.seen.push(Seen {
        path: parts.uri.path().to_owned(),
        authorisation: header("authorization"),
        if_none_match: header("if-none-match"),
        body: String::from_utf8(body.to_vec()).unwrap(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
    });
    let reply = if script.replies.len() > 1 {
        script.replies.remove(0)
    } else {
        script
            .replies
            .first()
            .cloned()
            .unwrap_or_else(|| Reply::status(500))
    };
    reply.into_response()
}

/// A client as the agent makes it: no redirects.
pub(crate) fn client() -> reqwest::Client {
    // Fails when another test was first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// A page of events as Google writes it.
pub(crate) fn page(items: &[String], next: Option<&str>, etag: &str) -> String {
    let next = next.map_or(String::new(), |token| {
        format!(r#""nextPageToken":"{token}","#)
    });
    let etag = etag.replace('"', "\\\"");
    format!(
        r#"{{"kind":"calendar#events","etag":"{etag}","timeZone":"UTC",{next}"items":[{}]}}"#,
        items.join(",")
    )
}

/// An event of one hour on 23 November 2026.
pub(crate) fn event(id: &str, hour: u8) -> String {
    format!(
        r#"{{"id":"{id}","status":"confirmed","summary":"{id}",
            "start":{{"dateTime":"2026-11-23T{hour:02}:00:00Z"}},"end":{{"dateTime":"2026-11-23T{:02}:00:00Z"}}}}"#,
        hour + 1
    )
}
