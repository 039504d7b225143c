//! How pictures on the glass are named.

use crate::store;

/// Names the picture on the glass, mark included: the frame's hash does not cover the mark.
pub(super) fn version(shown: &store::Shown) -> String {
    match shown.marked_since {
        None => hex(shown.frame),
        Some(since) => format!("{}-{}", hex(shown.frame), since.as_second()),
    }
}

/// A hash as it is written.
pub(super) fn hex(hash: store::FrameHash) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}
