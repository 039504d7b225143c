//! A hash of anything that can be hashed, which no two different things share.

use std::hash::Hasher;

/// Collects what is hashed.
///
/// The number is good within one version of this program only: what `Hash` feeds may change with the next.
#[derive(Debug, Default)]
pub(crate) struct Digest(blake3::Hasher);

impl Digest {
    /// What has been collected, in one number.
    pub(crate) fn name(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.name();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
