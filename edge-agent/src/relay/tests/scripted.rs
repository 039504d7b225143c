//! A relay that checks every signature and does as its script says.

mod identity;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use ed25519_dalek::VerifyingKey;
use jiff::{SignedDuration, Timestamp};
use relay_contract::call::{Call, CallError, Unchecked};
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::{ErrorBody, ErrorCode};
use relay_contract::id::{AgentId, Instance, OriginId};
use relay_contract::inbox::{
    Acknowledge, AcknowledgeResults, Acknowledged, Acknowledgement, Hint, Inbox, Signal,
};
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::origin::{Origins, RegisteredOrigin, SetOrigins};
use relay_contract::rotate::{KEY_VERSION_HEADER, KeyUse};
use relay_contract::route;
use relay_contract::site::SiteVerification;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::relay::call::now;

/// What the relay shall do, and what it has seen.
#[derive(Default)]
pub(super) struct Script {
    pub(super) inbox: Vec<Signal>,
    pub(super) lose_answers: usize,
    pub(super) refuse_connect: Option<ErrorCode>,
    pub(super) clock_ahead: SignedDuration,
    pub(super) enrolments: Vec<EnrolRequest>,
    pub(super) connects: usize,
    pub(super) pings: usize,
    pub(super) origin_calls: usize,
    pub(super) acknowledged: Vec<Acknowledgement>,
    /// Closes the old connection before the new one is answered, as a relay does that wants one at a time.
    pub(super) closes_old_first: bool,
    /// What a new key was announced with, and the answers to lose on the way back.
    pub(super) announced_keys: usize,
    pub(super) lose_key_answers: usize,
    /// Rises when the operator changes the master.
    pub(super) key_version: u16,
    pub(super) key_use: Vec<KeyUse>,
    pub(super) leaves: usize,
    /// Does not know the calls about keys.
    pub(super) is_old: bool,
    pub(super) site: SiteVerification,
    /// The one key, and the one that was announced to take its place.
    pub(super) key: Option<VerifyingKey>,
    next_key: Option<VerifyingKey>,
    /// Who may act.
    pub(super) holder: Option<(u64, Instance)>,
    origins: Vec<RegisteredOrigin>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Mutex<Script>>,
    /// `None` cuts all connections.
    down: broadcast::Sender<Option<String>>,
    /// The number of the newest connection.
    newest: watch::Sender<usize>,
    url: Arc<str>,
}

pub(super) struct Scripted {
    shared: Shared,
    _stop: DropGuard,
}

type Refused = (StatusCode, Json<ErrorBody>);

fn refuse(status: StatusCode, code: ErrorCode) -> Refused {
    (
        status,
        Json(ErrorBody {
            code,
            message: format!("{code:?}"),
        }),
    )
}

impl Scripted {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).into();
        let shared = Shared {
            script: Arc::default(),
            down: broadcast::Sender::new(4096),
            newest: watch::Sender::new(0),
            url,
        };
        let agents = Router::new()
            .route(route::ENROL, post(enrol))
            .route(route::CONNECT, get(connect))
            .route(route::INBOX, get(inbox))
            .route(route::ACKNOWLEDGE, post(acknowledge))
            .route(route::ORIGINS, put(origins))
            .route(route::ENROLMENT, get(identity::enrolment))
            .route(route::KEY, post(identity::new_key))
            .route(route::KEY_USE, put(identity::key_use))
            .route(route::LEAVE, post(identity::leave))
            .route(
                route::SITE_VERIFICATION,
                get(identity::site).put(identity::set_site),
            );
        let router = Router::new()
            .nest(route::AGENTS, agents)
            .layer(from_fn_with_state(shared.clone(), set_date))
            .with_state(shared.clone());
        let stop = CancellationToken::new();
        TaskTracker::new().spawn(stop.clone().run_until_cancelled_owned(async {
            axum::serve(listener, router).await.unwrap();
        }));
        Self {
            shared,
            _stop: stop.drop_guard(),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.shared.url
    }

    pub(super) fn state(&self) -> MutexGuard<'_, Script> {
        self.shared.script.lock().unwrap()
    }

    pub(super) fn say(&self, text: &str) {
        self.shared.down.send(Some(text.to_owned())).unwrap();
    }

    pub(super) fn hint(&self, hint: &Hint) {
        self.say(&serde_json::to_string(hint).unwrap());
    }

    pub(super) fn cut(&self) {
        // That nobody is connected just now is as good.
        let _ = self.shared.down.send(None);
    }
}

impl Shared {
    fn now(&self) -> Timestamp {
        now() + self.script.lock().unwrap().clock_ahead
    }

    fn check(
        &self,
        headers: &HeaderMap,
        method: &Method,
        uri: &Uri,
        body: &[u8],
    ) -> Result<(), Refused> {
        let mut script = self.script.lock().unwrap();
        let jwt = headers["authorization"]
            .to_str()
            .unwrap()
            .strip_prefix("Bearer ")
            .unwrap();
        let path_and_query = uri.path_and_query().unwrap().as_str();
        let call = Call {
            method: method.as_str(),
            path_and_query,
            body,
        };
        let now = now() + script.clock_ahead;
        let unchecked = Unchecked::parse(jwt).unwrap();
        let verify = |key: &VerifyingKey| {
            let unchecked = unchecked.clone();
            unchecked.verify(key, "127.0.0.1", &call, now)
        };
        let stranger = || refuse(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised);
        let mut verified = verify(&script.key.ok_or_else(stranger)?);
        if let (Err(CallError::Signature), Some(next)) = (&verified, script.next_key) {
            verified = verify(&next);
            if verified.is_ok() {
                script.key = script.next_key.take();
            }
        }
        let claims = match verified {
            Ok(claims) => claims,
            Err(CallError::Signature) => return Err(stranger()),
            Err(CallError::Time) => {
                return Err(refuse(StatusCode::UNAUTHORIZED, ErrorCode::ClockSkew));
            }
            Err(error) => panic!("the agent signs wrongly: {error}"),
        };
        let caller = (claims.epoch, claims.instance);
        let holder = script.holder.get_or_insert_with(|| caller.clone());
        if caller.0 < holder.0 {
            return Err(refuse(StatusCode::CONFLICT, ErrorCode::Superseded));
        }
        if caller.0 == holder.0 && caller.1 != holder.1 {
            return Err(refuse(StatusCode::CONFLICT, ErrorCode::OtherInstance));
        }
        *holder = caller;
        Ok(())
    }

    fn enrolled(&self, script: &Script) -> Enrolled {
        let agent = AgentId::from_random([1; 10]);
        let version = KeyVersion(1 + script.key_version);
        let masters = MasterKeys::new(version, MasterKey::from_bytes([7; 32]), None);
        let url = &self.url;
        Enrolled {
            keys: masters.agent_keys(&agent),
            agent,
            api_base: format!("{url}{}", route::AGENTS),
            ws_url: format!(
                "{}{}{}",
                url.replace("http", "ws"),
                route::AGENTS,
                route::CONNECT
            ),
            public_base: url.to_string(),
            host_owner: true,
        }
    }
}

async fn set_date(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&shared.now())
        .unwrap();
    response.headers_mut().insert("date", date.parse().unwrap());
    let version = 1 + shared.script.lock().unwrap().key_version;
    response
        .headers_mut()
        .insert(KEY_VERSION_HEADER, version.into());
    response
}

async fn enrol(
    State(shared): State<Shared>,
    Json(request): Json<EnrolRequest>,
) -> Result<Response, Refused> {
    let key = request.proven_key("127.0.0.1").unwrap();
    if request.invite == "used" {
        return Err(refuse(StatusCode::CONFLICT, ErrorCode::InviteUsed));
    }
    let mut script = shared.script.lock().unwrap();
    script.key = Some(key);
    script.next_key = None;
    script.holder = Some((request.epoch, request.instance.clone()));
    script.enrolments.push(request);
    if script.lose_answers > 0 {
        script.lose_answers -= 1;
        return Ok(StatusCode::BAD_GATEWAY.into_response());
    }
    let enrolled = shared.enrolled(&script);
    Ok(Json(enrolled).into_response())
}

async fn connect(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    shared.check(&headers, &method, &uri, b"")?;
    let refused = {
        let mut script = shared.script.lock().unwrap();
        script.connects += 1;
        script.refuse_connect
    };
    if let Some(code) = refused {
        return Err(refuse(StatusCode::CONFLICT, code));
    }
    let mut down = shared.down.subscribe();
    let mine = *shared.newest.borrow() + 1;
    let mut newest = shared.newest.subscribe();
    if shared.script.lock().unwrap().closes_old_first {
        shared.newest.send_replace(mine);
        // Long enough for the other end to see the old one closed before the new one is there.
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    let tell_newest = shared.newest.clone();
    let pings = Arc::clone(&shared.script);
    Ok(upgrade.on_upgrade(async move |mut socket| {
        tell_newest.send_replace(mine);
        loop {
            tokio::select! {
                () = async { drop(newest.wait_for(|newest| *newest > mine).await) } => return,
                text = down.recv() => match text {
                    Ok(Some(text)) => socket.send(Message::text(text)).await.unwrap(),
                    _ => return,
                },
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) if text.contains("ping") => {
                        pings.lock().unwrap().pings += 1;
                    }
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    }))
}

async fn inbox(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
) -> Result<Json<Inbox>, Refused> {
    shared.check(&headers, &method, &uri, b"")?;
    let signals = shared.script.lock().unwrap().inbox.clone();
    // Two pages, to see that the second is fetched.
    let half = signals.len().div_ceil(2);
    Ok(Json(match uri.query() {
        None => Inbox {
            signals: signals[..half].to_vec(),
            next: Some("half".into()),
        },
        Some(_) => Inbox {
            signals: signals[half..].to_vec(),
            next: None,
        },
    }))
}

async fn acknowledge(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Result<Json<AcknowledgeResults>, Refused> {
    shared.check(&headers, &method, &uri, &body)?;
    let items = serde_json::from_slice::<Acknowledge>(&body).unwrap().items;
    let results = vec![Acknowledged::Done; items.len()];
    shared.script.lock().unwrap().acknowledged.extend(items);
    Ok(Json(AcknowledgeResults { results }))
}

async fn origins(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Result<Json<Origins>, Refused> {
    shared.check(&headers, &method, &uri, &body)?;
    let wanted = serde_json::from_slice::<SetOrigins>(&body).unwrap().origins;
    let mut script = shared.script.lock().unwrap();
    script.origin_calls += 1;
    script.origins = (1..)
        .zip(wanted)
        .map(|(id, origin)| RegisteredOrigin {
            id: OriginId(id),
            origin,
        })
        .collect();
    Ok(Json(Origins {
        origins: script.origins.clone(),
    }))
}
