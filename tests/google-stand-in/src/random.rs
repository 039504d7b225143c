//! Random identifiers, in the shapes Google's have.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Characters Google allows in event ids (base32hex).
const BASE32HEX: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// 26 characters, like the ids Google draws.
pub(crate) fn event_id() -> String {
    base32hex(&bytes::<26>())
}

/// `N` random bytes after a prefix, for codes, tokens and secrets.
pub(crate) fn secret(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes::<32>()))
}

/// A number in `1..=max`.
pub(crate) fn up_to(max: u8) -> u64 {
    u64::from(bytes::<1>()[0] % max) + 1
}

/// A decimal number with twelve digits, like Google's project numbers.
pub(crate) fn project_number() -> String {
    let n = u64::from_le_bytes(bytes::<8>());
    (100_000_000_000 + n % 900_000_000_000).to_string()
}

/// One character per byte: not an encoding that can be undone, but the right alphabet.
pub(crate) fn base32hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|b| char::from(BASE32HEX[usize::from(b % 32)]))
        .collect()
}
