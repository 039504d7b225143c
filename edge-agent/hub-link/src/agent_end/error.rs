//! Why a caller was not let in, or its call failed.

use quinn::ConnectionError;

use crate::codec::{ReadMessageError, WriteMessageError};
use crate::transport::HANDSHAKE_TIMEOUT;

/// Why a caller did not become a hub or a pairing call. The connection is closed.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    #[error("the caller must first show that it receives at its address; it will call again")]
    AddressUnproven,
    #[error("too many callers, at all or from this address")]
    Crowded,
    #[error("the connection failed")]
    Connection(#[from] ConnectionError),
    #[error("the caller took longer than {HANDSHAKE_TIMEOUT:?}")]
    TooSlow,
    #[error("the caller speaks neither of this agent's protocols")]
    Protocol,
}

/// Why a call on an admitted connection failed. The connection is closed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("the connection failed")]
    Connection(#[from] ConnectionError),
    #[error("read the hub's message")]
    Read(#[from] ReadMessageError),
    #[error("write to the hub")]
    Write(#[from] WriteMessageError),
    #[error("the hub sent something else than what must come first")]
    Unexpected,
    #[error("the hub took too long")]
    TooSlow,
    #[error("the code that was typed is not the one that this hub shows")]
    OtherCode,
    #[error("the hub's proof of the code is wrong")]
    WrongProof,
}
