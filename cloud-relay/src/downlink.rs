//! How a hint gets to a connected agent. A hint may be lost; the inbox may not.

#[cfg(feature = "lambda")]
pub mod api_gateway;
#[cfg(feature = "local")]
pub mod local;

use std::future::Future;

/// Why a hint was not posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The connection is closed, or not open yet.
    #[error("the connection is gone")]
    Gone,
    /// The gateway refused; the agent finds the signal with its next pull.
    #[error("the gateway failed: {0}")]
    Failed(String),
}

/// Posts to connections.
pub trait Downlink: Send + Sync + 'static {
    /// Hands a text message to the gateway; that it returns does not mean that the agent has it.
    fn post(
        &self,
        connection: &str,
        text: String,
    ) -> impl Future<Output = Result<(), PostError>> + Send;

    /// Closes a connection that another has replaced.
    fn close(&self, connection: &str) -> impl Future<Output = ()> + Send;
}
