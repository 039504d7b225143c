//! The two halves of a control stream, each of which carries one kind of message.

use std::marker::PhantomData;

use prost::Message;
use quinn::{RecvStream, SendStream};

use crate::codec::{self, ReadMessageError, WriteMessageError};

/// Where messages of one kind are written.
#[derive(Debug)]
pub struct Outbox<M> {
    stream: SendStream,
    kind: PhantomData<fn(M)>,
}

impl<M: Message> Outbox<M> {
    pub(crate) fn new(stream: SendStream) -> Self {
        Self {
            stream,
            kind: PhantomData,
        }
    }

    /// Hands a message to QUIC.
    ///
    /// # Errors
    ///
    /// Fails when the message is too long or the connection is gone.
    pub async fn send(&mut self, message: &M) -> Result<(), WriteMessageError> {
        codec::write(&mut self.stream, message).await
    }
}

/// Where messages of one kind are read.
#[derive(Debug)]
pub struct Inbox<M> {
    stream: RecvStream,
    kind: PhantomData<fn() -> M>,
}

impl<M: Message + Default> Inbox<M> {
    pub(crate) fn new(stream: RecvStream) -> Self {
        Self {
            stream,
            kind: PhantomData,
        }
    }

    /// The next message; `None` when the other side has finished. Not safe to cancel: what was read in part is lost.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone or what comes is no message of this kind.
    pub async fn next(&mut self) -> Result<Option<M>, ReadMessageError> {
        codec::read(&mut self.stream).await
    }
}
