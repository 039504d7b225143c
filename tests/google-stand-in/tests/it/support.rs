//! A stand-in with a signed-in client, and a receiver of pushes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::{any, get};
use google_stand_in::{Config, StandIn};
use http::{HeaderMap, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use url::Url;

pub(crate) const CALENDAR: &str = "https://www.googleapis.com/auth/calendar";
pub(crate) const READ_ONLY: &str = "https://www.googleapis.com/auth/calendar.readonly";
pub(crate) const REDIRECT: &str = "https://relay.example.com/oauth/google/callback/abc";
/// RFC 7636's example.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A running stand-in and a client without cookies or redirects.
pub(crate) struct Google {
    pub(crate) http: Client,
    pub(crate) base: String,
    token: String,
    stand_in: StandIn,
}

/// Status and JSON body (`null` when there is none).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The reason that clients decide by.
    pub(crate) fn reason(&self) -> &str {
        self.body["error"]["errors"][0]["reason"]
            .as_str()
            .unwrap_or("")
    }

    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }
}

impl Google {
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    /// Signed in for the whole calendar and the directory.
    pub(crate) async fn with(config: Config) -> Self {
        let stand_in = StandIn::start(config).await.unwrap();
        let http = Client::builder()
            .tls_certs_only([])
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let base = stand_in.base().to_owned();
        let mut google = Self {
            http,
            base,
            token: String::new(),
            stand_in,
        };
        google.register(false).await;
        let scopes =
            format!("openid email {CALENDAR} https://www.googleapis.com/auth/directory.readonly");
        let tokens = google.sign_in(&scopes).await;
        google.token = tokens["access_token"].as_str().unwrap().to_owned();
        google
    }

    pub(crate) async fn register(&self, testing: bool) {
        let client = json!({"client_id": "c", "client_secret": "s", "redirect_uris": [REDIRECT], "testing": testing});
        self.control(Method::POST, "clients", client).await.ok();
    }

    /// Uses another access token from now on.
    pub(crate) fn use_token(&mut self, token: &Value) {
        self.token = token.as_str().unwrap().to_owned();
    }

    pub(crate) async fn stop(self) {
        self.stand_in.shutdown().await;
    }

    /// The address of the consent page, with changes to its usual parameters (`""` leaves one out).
    pub(crate) fn consent_url(&self, scope: &str, changes: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("client_id", "c"),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", scope),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ];
        for (name, value) in changes {
            pairs.retain(|(n, _)| n != name);
            pairs.push((name, value));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Url::parse_with_params(&format!("{}/o/oauth2/v2/auth", self.base), pairs)
            .unwrap()
            .into()
    }

    /// Presses a button on the consent page. Returns where the browser is sent.
    pub(crate) async fn decide(&self, url: &str, decision: &str, ticked: &str) -> Url {
        let mut form = vec![("decision", decision), ("email", "admin@example.com")];
        form.extend(ticked.split(' ').map(|scope| ("scope", scope)));
        let answer = self.http.post(url).form(&form).send().await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::FOUND,
            "{}",
            answer.text().await.unwrap()
        );
        let location = answer.headers()["location"].to_str().unwrap();
        Url::parse(location).unwrap()
    }

    /// Allows everything. Returns the code.
    pub(crate) async fn code(&self, scope: &str) -> String {
        let back = self
            .decide(&self.consent_url(scope, &[]), "allow", scope)
            .await;
        query(&back, "code").unwrap()
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("client_id", "c"), ("client_secret", "s")];
        for (name, value) in form {
            pairs.retain(|(n, _)| n != name);
            pairs.push((name, value));
        }
        let request = self.http.post(format!("{}/token", self.base)).form(&pairs);
        answer(request).await
    }

    pub(crate) async fn redeem(&self, code: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        self.token(&form).await
    }

    pub(crate) async fn sign_in(&self, scope: &str) -> Value {
        let code = self.code(scope).await;
        self.redeem(&code, VERIFIER).await.ok()
    }

    /// Calls a Google API with the access token.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        self.call_with(method, path, query, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .query(query)
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        answer(request).await
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.call(Method::GET, path, query, Value::Null).await
    }

    /// `events.list` of a room.
    pub(crate) async fn events(&self, room: &str, query: &[(&str, &str)]) -> Answer {
        self.get(&format!("/calendar/v3/calendars/{room}/events"), query)
            .await
    }

    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}/_stand-in/{path}", self.base));
        if !body.is_null() {
            request = request.json(&body);
        }
        answer(request).await
    }

    pub(crate) async fn faults(&self, switches: Value) {
        self.control(Method::PUT, "faults", switches).await.ok();
    }

    /// The ids of the rooms, in the order of the list.
    pub(crate) async fn rooms(&self) -> Vec<String> {
        let rooms = self.control(Method::GET, "rooms", Value::Null).await.ok();
        let id = |room: &Value| room["id"].as_str().unwrap().to_owned();
        rooms.as_array().unwrap().iter().map(id).collect()
    }

    /// Adds an event in the short form. Returns its id.
    pub(crate) async fn add(&self, room: &str, event: Value) -> String {
        let made = self
            .control(Method::POST, &format!("events/{room}"), event)
            .await
            .ok();
        made["event"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn watch(&self, room: &str, id: &str, address: &str) -> Answer {
        let path = format!("/calendar/v3/calendars/{room}/events/watch");
        let channel = json!({"id": id, "type": "web_hook", "address": address, "token": "secret"});
        self.call(Method::POST, &path, &[], channel).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer {
        status,
        headers,
        body,
    }
}

pub(crate) fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.into_owned())
}

/// The `summary` of every item.
pub(crate) fn summaries(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["summary"].as_str())
        .collect()
}

/// A push as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) headers: HeaderMap,
    pub(crate) body: usize,
}

impl Push {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn number(&self) -> u64 {
        self.header("x-goog-message-number").parse().unwrap()
    }
}

#[derive(Clone, Default)]
struct Seen {
    pushes: Arc<Mutex<Vec<Push>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    robots: &'static str,
}

/// Receives pushes on a loopback port.
pub(crate) struct Hook {
    pub(crate) port: u16,
    pub(crate) router: axum::Router,
    seen: Seen,
    _tasks: TaskTracker,
}

impl Hook {
    /// Answers pushes with `answers`, then 200.
    pub(crate) async fn start(answers: &[u16], robots: &'static str) -> Self {
        let seen = Seen {
            robots,
            ..Seen::default()
        };
        seen.answers.lock().unwrap().extend(answers);
        let router = axum::Router::new()
            .route(
                "/robots.txt",
                get(|State(seen): State<Seen>| async move { seen.robots }),
            )
            .route("/hook", any(receive))
            .with_state(seen.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tasks = TaskTracker::new();
        let serving = router.clone();
        tasks.spawn(async move { axum::serve(listener, serving).await });
        Self {
            port,
            router,
            seen,
            _tasks: tasks,
        }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub(crate) fn pushes(&self) -> Vec<Push> {
        self.seen.pushes.lock().unwrap().clone()
    }

    /// Waits until `n` pushes have come.
    pub(crate) async fn wait(&self, n: usize) -> Vec<Push> {
        eventually(&format!("{n} pushes"), async || self.pushes().len() >= n).await;
        self.pushes()
    }
}

async fn receive(
    State(seen): State<Seen>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> StatusCode {
    seen.pushes.lock().unwrap().push(Push {
        headers,
        body: body.len(),
    });
    let code = seen.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(code).unwrap()
}

/// Polls until `done`, or fails after ten seconds saying what was awaited.
pub(crate) async fn eventually(what: &str, done: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done().await {
        assert!(Instant::now() < deadline, "waited ten seconds for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
