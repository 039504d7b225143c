//! The messages, made from `proto/hub.proto`, and the checks that the format itself cannot express.

#[expect(
    clippy::doc_markdown,
    reason = "the comments are those of the .proto, which does not know Markdown"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/placard.hub.v1.rs"));
}

pub use self::generated::*;

/// Bytes of a frame's hash.
pub const HASH_BYTES: usize = 32;

/// A message whose parts do not make sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the other side sent a message without a usable {0}; both sides should run the same version"
)]
pub struct Malformed(pub &'static str);

/// The hash of a frame, out of a message.
///
/// # Errors
///
/// Fails when it is not 32 bytes long.
pub fn frame_hash(bytes: &[u8]) -> Result<[u8; HASH_BYTES], Malformed> {
    <[u8; HASH_BYTES]>::try_from(bytes).map_err(|_| Malformed("frame hash"))
}

impl From<to_hub::Kind> for ToHub {
    /// Without the time: whoever sends the message sets it last.
    fn from(kind: to_hub::Kind) -> Self {
        Self {
            sent_at_us: 0,
            kind: Some(kind),
        }
    }
}

impl From<to_agent::Kind> for ToAgent {
    fn from(kind: to_agent::Kind) -> Self {
        Self { kind: Some(kind) }
    }
}
