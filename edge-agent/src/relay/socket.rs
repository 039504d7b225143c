//! Opening the WebSocket to the relay.

use http::{Method, header};
use relay_contract::call::Call;
use relay_contract::inbox::Inbox;
use relay_contract::route;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use super::call::{Client, RelayError, refusal};
use super::enrolment::Enrolment;
use crate::outbound::{DialError, Io};

/// Far above any hint; what is larger is no relay of ours.
const MAX_MESSAGE: usize = 128 << 10;

/// An open WebSocket.
pub(super) type Socket = WebSocketStream<Box<dyn Io>>;

/// Why there is no connection, or not any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error(transparent)]
    Relay(RelayError),
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error("the relay's address cannot be used; enrol again with a new invite")]
    Address,
    #[error("the connection to the relay broke")]
    Broke(#[source] tungstenite::Error),
    #[error("the relay closed the connection")]
    Closed,
    #[error("the relay has not been heard of for {seconds} s")]
    Silent { seconds: u64 },
    #[error("the relay took longer than {seconds} s to open a connection")]
    Slow { seconds: u64 },
}

/// Opens a connection; when this returns, the relay knows it.
pub(super) async fn open(client: &Client, enrolment: &Enrolment) -> Result<Socket, LinkError> {
    let url = Url::parse(enrolment.ws_url()).map_err(|_| LinkError::Address)?;
    let host = url.host_str().ok_or(LinkError::Address)?;
    let port = url.port_or_known_default().ok_or(LinkError::Address)?;
    let call = Call {
        method: "GET",
        path_and_query: route::CONNECT,
        body: b"",
    };
    let io = client
        .http()
        .dial(host, port, url.scheme() == "wss")
        .await?;
    // Signed once there is a connection: a slow proxy must not use up the token's minute.
    let authorisation = client
        .authorisation(enrolment, &call)
        .parse()
        .map_err(|_| LinkError::Address)?;
    let mut request = enrolment
        .ws_url()
        .into_client_request()
        .map_err(|_| LinkError::Address)?;
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, authorisation);
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
