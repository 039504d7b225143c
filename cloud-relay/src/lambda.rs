//! The relay on Lambda: HTTP events go to the same router, WebSocket events to the same store.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use relay_contract::call::Call;
use relay_contract::route;
use tower::ServiceExt as _;
use tracing::{info, warn};

use crate::agents::connect::{Conversation, Reply};
use crate::caller::authenticate;
use crate::downlink::Downlink;
use crate::machine::now;
use crate::relay::Relay;
use crate::respond::Refusal;
use crate::router::{Role, router};
use crate::store::Store;

/// Beyond so many connections, those that are quiet are forgotten.
const MAX_CONVERSATIONS: usize = 10_000;

/// Answers every event of both APIs.
#[derive(Debug)]
pub struct Lambda<S, D> {
    relay: Arc<Relay<S, D>>,
    router: Router,
    conversations: Mutex<HashMap<String, Conversation>>,
}

impl<S: Store, D: Downlink> Lambda<S, D> {
    /// For one function of the stack.
    pub fn new(relay: Arc<Relay<S, D>>, role: Role) -> Self {
        Self {
            router: router(Arc::clone(&relay), role),
            relay,
            conversations: Mutex::default(),
        }
    }

    /// Answers one event; a failure is an answer, too.
    pub async fn handle(&self, request: Request) -> Result<Response, Infallible> {
        let socket = match request.request_context_ref() {
            Some(RequestContext::WebSocket(context)) => {
                context.route_key.clone().zip(context.connection_id.clone())
            }
            _ => None,
        };
        if let Some((event, connection)) = socket {
            return Ok(self
                .socket(&event, &connection, &request)
                .await
                .into_response());
        }
        let request = request.map(|body| match body {
            lambda_http::Body::Text(text) => Body::from(text),
            lambda_http::Body::Binary(bytes) => Body::from(bytes),
            _ => Body::empty(),
        });
        self.router.clone().oneshot(request).await
    }

    /// Each instance counts what it hears of a connection: enough against a flood, which every instance hears.
    fn reply_to(&self, connection: &str, text: &str) -> Reply {
        let now = now();
        // A panic elsewhere leaves the map whole.
        let conversations = self.conversations.lock();
        let mut conversations = conversations.unwrap_or_else(PoisonError::into_inner);
        if conversations.len() >= MAX_CONVERSATIONS {
            conversations.retain(|_, conversation| !conversation.is_quiet(now));
        }
        conversations
            .entry(connection.to_owned())
            .or_insert_with(|| Conversation::new(now))
            .take(text, now)
    }

    async fn socket(
        &self,
        event: &str,
        connection: &str,
        request: &Request,
    ) -> Result<StatusCode, Refusal> {
        match event {
            "$connect" => {
                let call = Call {
                    method: "GET",
                    path_and_query: route::CONNECT,
                    body: b"",
                };
                let caller = authenticate(&self.relay, request.headers(), &call).await?;
                let store = &self.relay.store;
                // Never closed here: an agent that changes connections makes the new one before it breaks the old.
                store
                    .connected(caller.id(), connection, caller.epoch(), now())
                    .await?;
                info!(agent = %caller.id(), "connected");
            }
            "$disconnect" => {
                if let Some(agent) = self.relay.store.connection_owner(connection).await? {
                    self.relay.store.disconnected(&agent, connection).await?;
                    info!(%agent, "disconnected");
                }
            }
            _ => {
                let text = match request.body() {
                    lambda_http::Body::Text(text) => text.as_str(),
                    _ => "",
                };
                match self.reply_to(connection, text) {
                    Reply::Say(reply) => {
                        if let Err(error) = self.relay.downlink.post(connection, reply).await {
                            warn!(%error, "a ping stays without answer");
                        }
                    }
                    Reply::Nothing => {}
                    Reply::Close => {
                        warn!("a connection that says more than agents do is closed");
                        self.relay.downlink.close(connection).await;
                    }
                }
            }
        }
        Ok(StatusCode::OK)
    }
}
