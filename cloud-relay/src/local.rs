//! The relay on one host: its own TLS, its own `WebSockets`, `SQLite`.

mod master;
mod serve;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use relay_contract::route;

use crate::agents::connect::connect;
use crate::downlink::local::LocalDownlink;
use crate::relay::Relay;
use crate::router::{Role, finish, key_version, router};
use crate::store::Store;

pub use self::master::{MasterKeyError, load_or_create, retire, rotate};
pub use self::serve::{Server, TlsError, tls_config};

/// All routes, with the WebSocket.
pub fn local_router<S: Store>(relay: Arc<Relay<S, LocalDownlink>>) -> Router {
    let address = format!("{}{}", route::AGENTS, route::CONNECT);
    let socket = Router::new()
        .route(&address, get(connect::<S>))
        .layer(key_version(&relay))
        .with_state(Arc::clone(&relay));
    router(relay, Role::All).merge(finish(socket))
}
