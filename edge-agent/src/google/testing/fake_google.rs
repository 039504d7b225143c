//! A Google that grants, lists and watches as the test says, and counts what it is asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use google_calendar::Endpoints;
use google_calendar::oauth::CALENDAR_SCOPE;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::fake_identity::{certs, id_token};

pub(crate) const CLIENT_ID: &str = "7-app.apps.googleusercontent.com";
pub(crate) const CLIENT_SECRET: &str = "GOCSPX-secret";
pub(crate) const REFRESH_TOKEN: &str = "1//refresh-token";

/// What the test sets and reads.
#[derive(Default)]
pub(crate) struct Script {
    /// What the person ticks; everything when absent.
    pub(crate) scope: Option<String>,
    /// The scope is not told, as RFC 6749 allows when it is what was asked for.
    pub(crate) hides_scope: bool,
    /// Google's clock minus ours, in seconds.
    pub(crate) clock_ahead: i64,
    /// Google forgets the nonce that it was given.
    pub(crate) wrong_nonce: bool,
    /// The grant is dead: refreshing answers `invalid_grant`.
    pub(crate) revoked: bool,
    /// Google gives none, as to somebody who has allowed it before.
    pub(crate) no_refresh_token: bool,
    /// How many seconds the grant lasts; for ever when absent.
    pub(crate) refresh_expires_in: Option<u64>,
    /// The only access token that is accepted; any when absent.
    pub(crate) access_token: Option<String>,
    /// Answers to lists of events instead of the events: status and body, each once.
    pub(crate) faults: Vec<(u16, String)>,
    /// Answers to requests to watch: status and body, as long as it is there.
    pub(crate) watch_fault: Option<(u16, String)>,
    /// The directory: names by address; refused when absent.
    pub(crate) people: Option<BTreeMap<String, String>>,
    /// Answers to searches of the directory: status and body, as long as it is there.
    pub(crate) people_fault: Option<(u16, String)>,
    /// What the relay's public host would answer at `/hook`: to a token that is forged, and to one that is genuine.
    pub(crate) hook: (u16, u16),
    /// Where the consent page sends a browser, if anywhere.
    pub(crate) consent_location: Option<String>,
    /// The API is not enabled.
    pub(crate) api_disabled: bool,
    /// Names of calendars that are on no list, by id.
    pub(crate) off_list: BTreeMap<String, String>,
    /// The Admin SDK's rooms.
    pub(crate) organisation: Vec<Value>,
    /// Lists of calendars can be watched.
    pub(crate) watch_lists: bool,
    /// Events as JSON, by calendar.
    pub(crate) events: BTreeMap<String, Vec<Value>>,
    /// Every request: method and path.
    pub(crate) log: Vec<String>,
    /// Bodies of requests to watch and to stop.
    pub(crate) channels: Vec<Value>,
    nonces: HashMap<String, String>,
    granted: u32,
}

struct Shared {
    script: Mutex<Script>,
    /// A list of events takes one; tests take them away to hold lists back.
    gate: Semaphore,
}

pub(crate) struct FakeGoogle {
    shared: Arc<Shared>,
    base: String,
    _tasks: JoinSet<()>,
}

impl FakeGoogle {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            shared,
            base,
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
            calendar: url("/calendar"),
            people: url("/people"),
            admin: url("/admin"),
        }
    }

    /// An address here that stands for the relay's public host.
    pub(crate) fn hook(&self) -> String {
        format!("{}/hook", self.base)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.shared.script.lock().unwrap()
    }

    /// The person says yes on Google's page; answers the code.
    pub(crate) fn consent(&self, authorise_url: &str) -> String {
        let url: url::Url = authorise_url.parse().unwrap();
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let mut script = self.script();
        let code = format!("4/code-{}", script.nonces.len());
        script.nonces.insert(code.clone(), query["nonce"].clone());
        code
    }

    /// Lists of events wait from now on.
    pub(crate) fn hold_lists(&self) {
        self.shared.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets so many lists through.
    pub(crate) fn release_lists(&self, lists: usize) {
        self.shared.gate.add_permits(lists);
    }

    /// How often something was asked: a method and the end of a path.
    pub(crate) fn asked(&self, method: &str, ending: &str) -> usize {
        let log = &self.script().log;
        log.iter()
            .filter(|line| line.starts_with(method) && line.ends_with(ending))
            .count()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = parts.uri.path().to_owned();
    let bearer = parts
        .headers
        .get("authorization")
        .map(|v| v.to_str().unwrap().to_owned());
    let tag = parts
        .headers
        .get("if-none-match")
        .map(|v| v.to_str().unwrap().to_owned());
    let is_list = path.ends_with("/events");
    shared
        .script
        .lock()
        .unwrap()
        .log
        .push(format!("{} {path}", parts.method));
    if is_list {
        shared.gate.acquire().await.unwrap().forget();
    }
    let mut script = shared.script.lock().unwrap();
    let calls_api = path.starts_with("/calendar/");
    if calls_api
        && let Some(good) = &script.access_token
        && bearer != Some(format!("Bearer {good}"))
    {
        return reply(
            401,
            &json!({"error": {"code": 401, "errors": [{"reason": "authError"}]}}),
        );
    }
    if calls_api && script.api_disabled {
        return reply(
            403,
            &json!({"error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "accessNotConfigured"}]}}),
        );
    }
    match path.as_str() {
        "/hook" => {
            let token = parts.headers["x-goog-channel-token"].to_str().unwrap();
            let channel = parts.headers["x-goog-channel-id"].to_str().unwrap();
            let genuine = token == format!("token-of-{channel}");
            let (forged, right) = script.hook;
            reply(if genuine { right } else { forged }, &Value::Null)
        }
        "/auth" => match &script.consent_location {
            Some(location) => Response::builder()
                .status(302)
                .header("location", location)
                .body(Body::empty())
                .unwrap(),
            None => reply(200, &json!({})),
        },
        "/token" => token(&mut script, &body),
        "/certs" => reply(200, &certs()),
        "/revoke" => reply(200, &json!({})),
        "/calendar/users/me/calendarList" => {
            let calendars = script.events.keys();
            let items = calendars
                .map(|id| json!({"id": id, "summary": id.split('@').next(), "timeZone": "UTC"}));
            reply(200, &json!({"items": items.collect::<Vec<_>>()}))
        }
        "/calendar/channels/stop" => {
            script
                .channels
                .push(json!({"stop": serde_json::from_slice::<Value>(&body).unwrap()}));
            reply(204, &Value::Null)
        }
        "/people/people:searchDirectoryPeople" => people(&script, parts.uri.query()),
        "/admin/directory/v1/customer/my_customer/resources/calendars" => {
            reply(200, &json!({"items": script.organisation.clone()}))
        }
        "/calendar/users/me/calendarList/watch" if !script.watch_lists => reply(404, &json!({})),
        path if path.ends_with("/watch") => watch(&mut script, &body),
        _ if is_list => list(&mut script, &path, tag.as_deref()),
        path if path.starts_with("/calendar/calendars/") => {
            let id = path.trim_start_matches("/calendar/calendars/");
            match script.off_list.get(id) {
                Some(name) => reply(
                    200,
                    &json!({"id": id, "summary": name, "timeZone": "Europe/Oslo"}),
                ),
                None => reply(404, &json!({})),
            }
        }
        _ => reply(404, &json!({})),
    }
}

/// By prefix, as the People API searches.
fn people(script: &Script, query: Option<&str>) -> Response {
    if let Some((status, body)) = script.people_fault.clone() {
        return Response::builder()
            .status(status)
            .body(Body::from(body))
            .unwrap();
    }
    let Some(people) = &script.people else {
        return reply(
            403,
            &json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Must be a G Suite domain user."}}),
        );
    };
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let found = people
        .iter()
        .filter(|(address, _)| address.starts_with(&query["query"]));
    let found = found.map(|(address, name)| {
        json!({"names": [{"displayName": name}], "emailAddresses": [{"value": address}]})
    });
    reply(200, &json!({"people": found.collect::<Vec<_>>()}))
}

fn list(script: &mut Script, path: &str, tag: Option<&str>) -> Response {
    if !script.faults.is_empty() {
        let (status, body) = script.faults.remove(0);
        return Response::builder()
            .status(status)
            .body(Body::from(body))
            .unwrap();
    }
    let calendar = path
        .trim_start_matches("/calendar/calendars/")
        .trim_end_matches("/events");
    let events = script.events.get(calendar).cloned().unwrap_or_default();
    let etag = format!(
        "\"{}\"",
        blake3::hash(Value::from(events.clone()).to_string().as_bytes()).to_hex()
    );
    if tag == Some(etag.as_str()) {
        return reply(304, &Value::Null);
    }
    reply(200, &json!({"etag": etag, "items": events}))
}

fn watch(script: &mut Script, body: &[u8]) -> Response {
    let body: Value = serde_json::from_slice(body).unwrap();
    if let Some((status, answer)) = script.watch_fault.clone() {
        return Response::builder()
            .status(status)
            .body(Body::from(answer))
            .unwrap();
    }
    let answer = json!({
        "id": body["id"],
        "resourceId": format!("resource-of-{}", body["id"].as_str().unwrap()),
        "expiration": (super::now().as_millisecond() + 604_800_000).to_string(),
    });
    script.channels.push(json!({"watch": body}));
    reply(200, &answer)
}

fn token(script: &mut Script, body: &[u8]) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    if form["client_id"] != CLIENT_ID || form["client_secret"] != CLIENT_SECRET {
        return reply(401, &json!({"error": "invalid_client"}));
    }
    if form["grant_type"] == "refresh_token" {
        if script.revoked || form["refresh_token"] != REFRESH_TOKEN {
            return reply(
                400,
                &json!({"error": "invalid_grant", "error_description": "Token has been revoked."}),
            );
        }
        return granted(script, None);
    }
    // A code works once.
    match script.nonces.remove(&form["code"]) {
        Some(nonce) if form["code_verifier"].len() >= 43 => granted(script, Some(nonce)),
        _ => reply(400, &json!({"error": "invalid_grant"})),
    }
}

fn granted(script: &mut Script, nonce: Option<String>) -> Response {
    script.granted += 1;
    let token = script
        .access_token
        .clone()
        .unwrap_or_else(|| format!("access-{}", script.granted));
    let scope = script
        .scope
        .clone()
        .unwrap_or_else(|| format!("openid email {CALENDAR_SCOPE}"));
    let mut answer =
        json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer", "scope": scope});
    if let Some(seconds) = script.refresh_expires_in {
        answer["refresh_token_expires_in"] = json!(seconds);
    }
    if let Some(nonce) = nonce {
        let nonce = if script.wrong_nonce {
            "another".to_owned()
        } else {
            nonce
        };
        if !script.no_refresh_token {
            answer["refresh_token"] = json!(REFRESH_TOKEN);
        }
        let now = super::now().as_second() + script.clock_ahead;
        answer["id_token"] = json!(id_token(CLIENT_ID, &nonce, now));
    }
    if script.hides_scope {
        answer.as_object_mut().unwrap().remove("scope");
    }
    reply(200, &answer)
}

fn reply(status: u16, body: &Value) -> Response {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap()
}
