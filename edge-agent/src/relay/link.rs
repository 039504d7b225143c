//! The WebSocket to the relay: opened, kept alive, opened again.
//!
//! It carries hints only. After every connect the inbox is pulled, so that what was missed in between is found: the
//! relay stores first and then looks for a connection, the agent connects first and then looks into the store.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::{Method, header};
use relay_contract::call::Call;
use relay_contract::inbox::{Hint, Inbox, ToRelay};
use relay_contract::route;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use url::Url;

use super::backoff::Backoff;
use super::call::{Client, RelayError, now, refusal};
use super::enrolment::Enrolment;
use super::instance::random;
use super::shared::Shared;

/// A connection that is not up by then is tried anew.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// Finds out that a NAT has forgotten the connection; control frames cost nothing at the relay.
const PROBE_INTERVAL: Duration = Duration::from_secs(20);
/// Two probes and a bit without any sign of life.
const SILENCE: Duration = Duration::from_secs(50);
/// Gateways cut what carries no message for ten minutes; probes do not count there.
const KEEP_ALIVE: Duration = Duration::from_secs(8 * 60);
/// A connection that has lasted this long has worked, and the next failure is the first again.
const WORKED: Duration = Duration::from_secs(10);
/// Far above any hint; what is larger is no relay of ours.
const MAX_MESSAGE: usize = 128 << 10;

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}
type Socket = WebSocketStream<Box<dyn Io>>;

#[derive(Debug, thiserror::Error)]
enum LinkError {
    #[error(transparent)]
    Relay(RelayError),
    #[error("connect to the relay at {address}; does the firewall let this machine out there?")]
    Tcp {
        address: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the relay's certificate or TLS is not accepted; is something between here and {host} reading along?"
    )]
    Tls {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the relay's address cannot be used")]
    Address,
    #[error("the connection to the relay broke")]
    Broke(#[source] tungstenite::Error),
    #[error("the relay closed the connection")]
    Closed,
    #[error("the relay has not been heard of for {} s", SILENCE.as_secs())]
    Silent,
    #[error("the relay took longer than {} s to open a connection", OPEN_TIMEOUT.as_secs())]
    Slow,
}

/// Keeps the link up until `stop`.
pub(super) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let mut enrolments = shared.follow_enrolment();
    let mut backoff = Backoff::default();
    loop {
        let current = enrolments.borrow_and_update().clone();
        let changed = enrolments.changed();
        let work = async {
            match current {
                Some(enrolment) => keep_up(&shared, &enrolment, &mut backoff).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changed => backoff.reset(),
            () = work => {
                // Passive: nothing more to do until the admin enrols again.
                tokio::select! {
                    () = stop.cancelled() => return,
                    _ = enrolments.changed() => backoff.reset(),
                }
            }
        }
    }
}

/// Connects again and again; returns when another copy of this agent has taken over.
async fn keep_up(shared: &Shared, enrolment: &Enrolment, backoff: &mut Backoff) {
    loop {
        let started = Instant::now();
        let error = session(shared, enrolment).await;
        let passive = matches!(&error, LinkError::Relay(e) if e.means_passive());
        let words = chain(&error);
        if passive {
            warn!(
                error = words,
                "another copy of this agent has taken over; this one stops"
            );
        } else {
            info!(error = words, "no connection to the relay");
        }
        shared.set_status(|status| {
            status.connected_since = None;
            status.passive = passive;
            status.last_error = Some(words);
        });
        if passive {
            return;
        }
        if started.elapsed() > WORKED {
            backoff.reset();
        }
        sleep(backoff.next(u32::from_be_bytes(random()))).await;
    }
}

/// One connection, from opening to the error that ended it.
async fn session(shared: &Shared, enrolment: &Enrolment) -> LinkError {
    let mut socket = match timeout(OPEN_TIMEOUT, open(&shared.client, enrolment)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return error,
        Err(_) => return LinkError::Slow,
    };
    info!(agent = %enrolment.agent_id(), "connected to the relay");
    shared.set_status(|status| {
        status.connected_since = Some(now());
        status.last_error = None;
        status.passive = false;
    });
    shared.pull_now.notify_one();
    match follow(shared, enrolment, &mut socket).await {
        Ok(()) => LinkError::Closed,
        Err(error) => error,
    }
}

async fn follow(
    shared: &Shared,
    enrolment: &Enrolment,
    socket: &mut Socket,
) -> Result<(), LinkError> {
    let mut probe = interval(PROBE_INTERVAL);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keep_alive = interval(KEEP_ALIVE);
    let mut heard = Instant::now();
    // Beside the hints, not before them: a slow call must not delay the first one.
    let mut register = pin!(async {
        if let Err(error) = shared.register_origins(enrolment).await {
            warn!(
                error = chain(&error),
                "the relay does not know the portal's addresses yet"
            );
        }
        std::future::pending::<()>().await;
    });
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    heard = Instant::now();
                    take(shared, text.as_str());
                }
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => heard = Instant::now(),
                Some(Err(error)) => return Err(LinkError::Broke(error)),
            },
            _ = probe.tick() => {
                if heard.elapsed() > SILENCE {
                    return Err(LinkError::Silent);
                }
                socket.send(Message::Ping(Vec::new().into())).await.map_err(LinkError::Broke)?;
            }
            _ = keep_alive.tick() => {
                let ping = serde_json::to_string(&ToRelay::Ping).expect("a plain word");
                socket.send(Message::text(ping)).await.map_err(LinkError::Broke)?;
            }
            () = &mut register => {}
        }
    }
}

fn take(shared: &Shared, text: &str) {
    match serde_json::from_str(text) {
        Ok(Hint::Calendar {
            channel,
            number,
            received_at,
        }) => shared.forward(channel, number, received_at),
        Ok(Hint::Oauth { .. } | Hint::Unknown) => shared.pull_now.notify_one(),
        Ok(Hint::Pong) => {}
        Err(error) => {
            debug!(%error, "a message of the relay cannot be read; pulling instead");
            shared.pull_now.notify_one();
        }
    }
}

async fn open(client: &Client, enrolment: &Enrolment) -> Result<Socket, LinkError> {
    let url = Url::parse(enrolment.ws_url()).map_err(|_| LinkError::Address)?;
    let host = url.host_str().ok_or(LinkError::Address)?.to_owned();
    let port = url.port_or_known_default().ok_or(LinkError::Address)?;
    let call = Call {
        method: "GET",
        path_and_query: route::CONNECT,
        body: b"",
    };
    let mut request = enrolment
        .ws_url()
        .into_client_request()
        .map_err(|_| LinkError::Address)?;
    let authorisation = client
        .authorisation(enrolment, &call)
        .parse()
        .map_err(|_| LinkError::Address)?;
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, authorisation);

    let bare = host.trim_matches(['[', ']']);
    let tcp = match client.http().resolve(bare) {
        Some(address) => TcpStream::connect((address, port)).await,
        None => TcpStream::connect((bare, port)).await,
    };
    let tcp = tcp.map_err(|source| LinkError::Tcp {
        address: format!("{host}:{port}"),
        source,
    })?;
    tcp.set_nodelay(true).map_err(|source| LinkError::Tcp {
        address: format!("{host}:{port}"),
        source,
    })?;
    let io: Box<dyn Io> = if url.scheme() == "wss" {
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| LinkError::Address)?;
        let tls = TlsConnector::from(client.http().tls())
            .connect(name, tcp)
            .await;
        Box::new(tls.map_err(|source| LinkError::Tls {
            host: host.clone(),
            source,
        })?)
    } else {
        Box::new(tcp)
    };
    let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE));
    match client_async_with_config(request, io, Some(config)).await {
        Ok((socket, answer)) => {
            client.observe_date(answer.headers());
            Ok(socket)
        }
        Err(tungstenite::Error::Http(answer)) => {
            client.observe_date(answer.headers());
            let body = answer.body().as_deref().unwrap_or_default();
            let refused = refusal(answer.status(), body);
            Err(LinkError::Relay(explain(client, enrolment, refused).await))
        }
        Err(error) => Err(LinkError::Broke(error)),
    }
}

/// A gateway may keep to itself why it refuses a WebSocket; an ordinary call is told.
async fn explain(client: &Client, enrolment: &Enrolment, refused: RelayError) -> RelayError {
    if !matches!(refused, RelayError::Unreadable { .. }) {
        return refused;
    }
    let asked = client
        .call::<(), Inbox>(enrolment, Method::GET, route::INBOX, None)
        .await;
    match asked {
        Err(explained @ RelayError::Refused { .. }) => explained,
        _ => refused,
    }
}

/// An error with its causes, for the log and the portal.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
