//! Tokens for scripts: what a request brings, and what the store keeps of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::random;

/// So that people and secret scanners know one when they see it.
const PREFIX: &str = "placard_";

/// What goes after `Bearer`: 256 random bits.
#[derive(Clone)]
pub(crate) struct ApiSecret(String);

impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiSecret(..)")
    }
}

impl ApiSecret {
    /// A new one.
    pub(crate) fn draw() -> Self {
        Self(format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(random::<32>())
        ))
    }

    /// What a request's `Authorization` header says; none if it speaks of something else.
    pub(crate) fn from_header(value: &str) -> Option<Self> {
        let (scheme, secret) = value.split_once(' ')?;
        let ours = scheme.eq_ignore_ascii_case("bearer") && secret.trim().starts_with(PREFIX);
        ours.then(|| Self(secret.trim().to_owned()))
    }

    /// For whoever asked for it, once.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// For the store.
    pub(crate) fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.0.as_bytes()).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_its_header_and_does_not_show() {
        let secret = ApiSecret::draw();
        let read = ApiSecret::from_header(&format!("bearer  {}", secret.as_str())).unwrap();
        assert_eq!(read.hash(), secret.hash());
        assert!(!format!("{secret:?}").contains(&secret.as_str()[8..]));
        for header in ["", "Bearer", "Bearer x", "Basic placard_x", "placard_x"] {
            assert!(ApiSecret::from_header(header).is_none(), "{header}");
        }
    }
}
