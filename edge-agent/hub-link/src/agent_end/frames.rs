//! A frame on its way to a hub.

use bytes::Bytes;
use quinn::{Connection, SendStream, VarInt};

use crate::codec::{self, WriteMessageError};
use crate::picture::SUPERSEDED;
use crate::wire::FrameHeader;

/// A stream for one frame, which the hub is ready to take.
#[derive(Debug)]
#[must_use = "dropping it sends an empty frame, which ends the connection"]
pub struct FrameStream(SendStream);

/// A frame that QUIC has taken over; it may not have arrived yet.
#[derive(Debug)]
pub struct SentFrame(SendStream);

impl FrameStream {
    /// Waits until the hub takes one more frame; may be cancelled.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone.
    pub async fn open(connection: &Connection) -> Result<Self, WriteMessageError> {
        let stream = connection.open_uni().await;
        Ok(Self(stream.map_err(quinn::WriteError::from)?))
    }

    /// Gives the stream up: there is nothing to send any more.
    pub fn abandon(mut self) {
        // Only fails when the connection is gone.
        let _ = self.0.reset(VarInt::from_u32(SUPERSEDED));
    }

    /// Sends the frame; returns when QUIC has all of it.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone.
    pub async fn send(
        mut self,
        header: &FrameHeader,
        payload: Bytes,
    ) -> Result<SentFrame, WriteMessageError> {
        codec::write(&mut self.0, header).await?;
        self.0.write_chunk(payload).await?;
        // Only fails when the stream was already finished or reset, which nobody but us could have done.
        let _ = self.0.finish();
        Ok(SentFrame(self.0))
    }
}

impl SentFrame {
    /// Takes back what has not arrived: nobody needs the frame any more, nor any that builds on it. Only for a hub that
    /// announced [`Capability::Supersede`](crate::wire::Capability::Supersede).
    pub fn supersede(mut self) {
        // Only fails when all of it has arrived.
        let _ = self.0.reset(VarInt::from_u32(SUPERSEDED));
    }
}

/// Sends a frame on a stream of its own; returns when QUIC has all of it.
///
/// # Errors
///
/// Fails when the connection is gone.
pub async fn send_frame(
    connection: &Connection,
    header: &FrameHeader,
    payload: Bytes,
) -> Result<SentFrame, WriteMessageError> {
    FrameStream::open(connection)
        .await?
        .send(header, payload)
        .await
}
