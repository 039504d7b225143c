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

impl Capability {
    /// Every addition that this version knows.
    pub const ALL: &[Self] = &[
        Self::Supersede,
        Self::Refresh,
        Self::Telemetry,
        Self::Buttons,
        Self::Log,
        Self::Reboot,
        Self::Keys,
        Self::Incarnation,
    ];

    /// The bits of `some`, for Hello and Welcome.
    pub fn bits(some: &[Self]) -> u64 {
        some.iter().fold(0, |bits, one| bits | one.bit())
    }

    /// Whether the other side, which announced `bits`, has this.
    pub fn is_in(self, bits: u64) -> bool {
        bits & self.bit() != 0
    }

    fn bit(self) -> u64 {
        1 << self as i32
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_is_announced() {
        let known = (1..64).filter_map(|n| Capability::try_from(n).ok());
        assert_eq!(known.collect::<Vec<_>>(), Capability::ALL);
        assert_eq!(Capability::bits(Capability::ALL), 0b1_1111_1110);
        assert!(Capability::Supersede.is_in(2) && !Capability::Refresh.is_in(2));
    }
}
