//! Messages on a stream: four bytes of length, big-endian, then the protobuf.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use quinn::{ReadExactError, RecvStream, SendStream, WriteError};

/// The longest message anyone may send.
///
/// A hub's Hello with thirty displays and a hundred frames each is about 100 KiB; nothing else comes near. Whatever
/// claims to be longer is refused before a byte of it is read.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

const LENGTH_BYTES: usize = 4;

/// Why no message could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadMessageError {
    #[error("the other side announced a message of {0} bytes; the limit is {MAX_MESSAGE_BYTES}")]
    TooLong(usize),
    #[error("the other side sent bytes that are no message of this protocol")]
    Decode(#[from] prost::DecodeError),
    #[error("the stream ended inside a message")]
    Truncated,
    #[error("read from the stream")]
    Stream(#[from] quinn::ReadError),
}

/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteMessageError {
    #[error("a message of {0} bytes is longer than the limit of {MAX_MESSAGE_BYTES}")]
    TooLong(usize),
    #[error("write to the stream")]
    Stream(#[from] WriteError),
}

/// The message with its length in front.
///
/// # Errors
///
/// Fails when it is longer than [`MAX_MESSAGE_BYTES`].
pub fn encode<M: Message>(message: &M) -> Result<Bytes, WriteMessageError> {
    let length = message.encoded_len();
    if length > MAX_MESSAGE_BYTES {
        return Err(WriteMessageError::TooLong(length));
    }
    let mut bytes = BytesMut::with_capacity(LENGTH_BYTES + length);
    bytes.put_u32(u32::try_from(length).expect("the limit fits into 32 bits"));
    message
        .encode(&mut bytes)
        .expect("the buffer has room for what encoded_len said");
    Ok(bytes.freeze())
}

/// The message in `bytes`, which hold exactly one with its length in front.
///
/// # Errors
///
/// Fails when the length is wrong or above the limit, or the rest is no such message.
pub fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, ReadMessageError> {
    let (length, body) = bytes
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or(ReadMessageError::Truncated)?;
    let length = checked_length(*length)?;
    if body.len() != length {
        return Err(ReadMessageError::Truncated);
    }
    Ok(M::decode(body)?)
}

/// Writes one message; when this returns, QUIC has it, not yet the other side.
///
/// # Errors
///
/// Fails when the message is too long or the stream is closed.
pub async fn write<M: Message>(
    stream: &mut SendStream,
    message: &M,
) -> Result<(), WriteMessageError> {
    Ok(stream.write_chunk(encode(message)?).await?)
}

/// Reads one message; `None` when the other side finished the stream between two messages.
///
/// # Errors
///
/// Fails when the stream breaks or what comes is no message of this kind. Nothing can be read afterwards.
pub async fn read<M: Message + Default>(
    stream: &mut RecvStream,
) -> Result<Option<M>, ReadMessageError> {
    let mut length = [0; LENGTH_BYTES];
    match stream.read_exact(&mut length).await {
        Ok(()) => {}
        Err(ReadExactError::FinishedEarly(0)) => return Ok(None),
        Err(error) => return Err(broken(error)),
    }
    let mut body = vec![0; checked_length(length)?];
    stream.read_exact(&mut body).await.map_err(broken)?;
    Ok(Some(M::decode(body.as_slice())?))
}

fn checked_length(bytes: [u8; LENGTH_BYTES]) -> Result<usize, ReadMessageError> {
    let length = u32::from_be_bytes(bytes) as usize;
    if length > MAX_MESSAGE_BYTES {
        return Err(ReadMessageError::TooLong(length));
    }
    Ok(length)
}

fn broken(error: ReadExactError) -> ReadMessageError {
    match error {
        ReadExactError::FinishedEarly(_) => ReadMessageError::Truncated,
        ReadExactError::ReadError(error) => ReadMessageError::Stream(error),
    }
}
