//! Google's answer to a sign-in, as the relay seals it to the flow's key.
//!
//! HPKE base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; info is [`INFO`], the additional data are
//! the bytes of the state. What is sealed is [`OAuthAnswer`] as JSON; what travels is [`join`]ed: encapsulated key, then
//! ciphertext.

use serde::{Deserialize, Serialize};

/// HPKE's `info`.
pub const INFO: &[u8] = b"placard-oauth-1";
/// Bytes of an encapsulated X25519 key.
pub const ENCAPSULATED: usize = 32;

/// A code or an error.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// To be redeemed, once.
    Code(String),
    /// Google's word for what went wrong, such as `access_denied`.
    Error(String),
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(_) => f.write_str("Code(..)"),
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}

/// What Google put into the callback's query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthAnswer {
    /// Stands as `code` or `error` in the JSON.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The scopes that the user ticked, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The state that came back.
    pub state: String,
}

/// Encapsulated key and ciphertext as they travel.
pub fn join(encapsulated: &[u8; ENCAPSULATED], ciphertext: &[u8]) -> Vec<u8> {
    [encapsulated.as_slice(), ciphertext].concat()
}

/// The two parts again; `None` if there are too few bytes.
pub fn split(sealed: &[u8]) -> Option<(&[u8; ENCAPSULATED], &[u8])> {
    sealed.split_first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_golden() {
        let code = OAuthAnswer {
            outcome: Outcome::Code("4/x".into()),
            scope: Some("a b".into()),
            state: "s".into(),
        };
        let json = r#"{"code":"4/x","scope":"a b","state":"s"}"#;
        assert_eq!(serde_json::to_string(&code).unwrap(), json);
        assert_eq!(serde_json::from_str::<OAuthAnswer>(json).unwrap(), code);
        let error = OAuthAnswer {
            outcome: Outcome::Error("access_denied".into()),
            scope: None,
            state: "s".into(),
        };
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"error":"access_denied","state":"s"}"#
        );
        assert!(!format!("{code:?}").contains("4/x"));
    }

    #[test]
    fn the_two_parts_of_a_sealed_answer_are_told_apart() {
        assert_eq!(
            split(&join(&[1; 32], &[2, 3])),
            Some((&[1; 32], &[2, 3][..]))
        );
        assert_eq!(split(&[0; 31]), None);
    }
}
