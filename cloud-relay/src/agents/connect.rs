//! The WebSocket of an agent: what it may say, and its opening where this process holds it itself.

use jiff::Timestamp;
use relay_contract::inbox::{Hint, ToRelay};

use crate::bucket::Bucket;

/// Agents send a ping now and then; who sends this many has something else in mind.
const MESSAGES_PER_MINUTE: u32 = 120;

/// What to do about a message of an agent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Say(String),
    Nothing,
    /// It says more than agents do.
    Close,
}

/// One connection's messages.
#[derive(Debug)]
pub(crate) struct Conversation(Bucket);

impl Conversation {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Bucket::full(now))
    }

    /// Takes a message; anything unknown is let pass, for agents that are newer.
    pub(crate) fn take(&mut self, text: &str, now: Timestamp) -> Reply {
        if !self.0.take(MESSAGES_PER_MINUTE, now) {
            return Reply::Close;
        }
        match serde_json::from_str(text) {
            Ok(ToRelay::Ping) => {
                Reply::Say(serde_json::to_string(&Hint::Pong).expect("a plain word"))
            }
            Err(_) => Reply::Nothing,
        }
    }

    /// Whether forgetting it makes no difference.
    #[cfg(feature = "lambda")]
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        self.0.is_full(now)
    }
}

#[cfg(feature = "local")]
pub(crate) use self::here::connect;

#[cfg(feature = "local")]
mod here {
    use std::sync::Arc;

    use axum::RequestPartsExt;
    use axum::extract::ws::WebSocketUpgrade;
    use axum::extract::{Request, State};
    use axum::response::{IntoResponse, Response};
    use relay_contract::call::Call;
    use relay_contract::error::ErrorCode;
    use relay_contract::route;
    use tracing::{info, warn};

    use super::{Conversation, Reply};
    use crate::caller::authenticate;
    use crate::downlink::Downlink;
    use crate::downlink::local::{LocalDownlink, TooMuch};
    use crate::machine::now;
    use crate::relay::Relay;
    use crate::respond::Refusal;
    use crate::store::Store;

    /// Agents send nothing but pings.
    const MAX_MESSAGE: usize = 4 << 10;
    /// Allocated for each connected agent for as long as it is connected; 128 KiB if nothing is said.
    const READ_BUFFER: usize = 4 << 10;

    pub(crate) async fn connect<S: Store>(
        State(relay): State<Arc<Relay<S, LocalDownlink>>>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let (mut parts, _) = request.into_parts();
        let call = Call {
            method: "GET",
            path_and_query: route::CONNECT,
            body: b"",
        };
        let caller = authenticate(&relay, &parts.headers, &call).await?;
        let upgrade = parts.extract::<WebSocketUpgrade>().await.map_err(|_| {
            Refusal::new(ErrorCode::Malformed, "this address speaks WebSocket only; something on the way may have removed the upgrade")
        })?;
        // Registered before it is stored, so that a hint finds the connection as soon as the store names it.
        let registration = relay.downlink.register();
        let connection = registration.id().to_owned();
        let store = &relay.store;
        let before = store
            .connected(caller.id(), &connection, caller.epoch(), now())
            .await?;
        if let Some(before) = before.filter(|before| *before != connection) {
            relay.downlink.close(&before).await;
        }
        info!(agent = %caller.id(), "connected");
        let relay = Arc::clone(&relay);
        let upgrade = upgrade
            .max_message_size(MAX_MESSAGE)
            .read_buffer_size(READ_BUFFER);
        let carry = upgrade.on_upgrade(async move |socket| {
            let mut conversation = Conversation::new(now());
            let answer = |text: &str| match conversation.take(text, now()) {
                Reply::Say(text) => Ok(Some(text)),
                Reply::Nothing => Ok(None),
                Reply::Close => Err(TooMuch),
            };
            registration.carry(socket, answer).await;
            info!(agent = %caller.id(), "disconnected");
            if let Err(error) = relay.store.disconnected(caller.id(), &connection).await {
                warn!(agent = %caller.id(), %error, "the closed connection is still on record; hints to it are lost, as they would be anyway");
            }
        });
        Ok(carry.into_response())
    }
}
