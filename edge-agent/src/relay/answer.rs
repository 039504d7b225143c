//! Opening what the relay has sealed: Google's answer to a sign-in.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use relay_contract::answer::{INFO, OAuthAnswer, split};

/// A sealed answer as it lay in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedAnswer {
    /// For the acknowledgement.
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) sealed: Vec<u8>,
}

/// Why a sealed answer does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenAnswerError {
    #[error("Google's answer was not sealed for this sign-in; connect again")]
    WrongKey,
    #[error(
        "Google's answer cannot be read; connect again, and update the relay and the agent if it happens once more"
    )]
    Unreadable,
}

/// Opens an answer with the secret of its flow; `state` must be the one that the flow began with.
pub(crate) fn open_answer(
    flow_secret: &[u8; 32],
    state: &str,
    sealed: &[u8],
) -> Result<OAuthAnswer, OpenAnswerError> {
    let (encapsulated, ciphertext) = split(sealed).ok_or(OpenAnswerError::Unreadable)?;
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(flow_secret)
        .map_err(|_| OpenAnswerError::WrongKey)?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
        .map_err(|_| OpenAnswerError::Unreadable)?;
    let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        INFO,
        ciphertext,
        state.as_bytes(),
    )
    .map_err(|_| OpenAnswerError::WrongKey)?;
    let answer: OAuthAnswer =
        serde_json::from_slice(&plain).map_err(|_| OpenAnswerError::Unreadable)?;
    if answer.state == state {
        Ok(answer)
    } else {
        Err(OpenAnswerError::WrongKey)
    }
}

/// A key pair for one sign-in: the secret stays (sealed) with the flow, the public half goes into the state.
pub(crate) fn new_flow_key() -> ([u8; 32], [u8; 32]) {
    let (secret, public) = X25519HkdfSha256::gen_keypair();
    (secret.to_bytes().into(), public.to_bytes().into())
}

#[cfg(test)]
mod tests {
    use relay_contract::answer::{Outcome, join};

    use super::*;

    fn seal(public: &[u8; 32], aad: &str, answer: &OAuthAnswer) -> Vec<u8> {
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public).unwrap();
        let plain = serde_json::to_vec(answer).unwrap();
        let (encapsulated, ciphertext) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &hpke::OpModeS::Base,
                &public,
                INFO,
                &plain,
                aad.as_bytes(),
            )
            .unwrap();
        join(&encapsulated.to_bytes().into(), &ciphertext)
    }

    fn answer(state: &str) -> OAuthAnswer {
        OAuthAnswer {
            outcome: Outcome::Code("4/x".into()),
            scope: Some("s".into()),
            state: state.into(),
        }
    }

    #[test]
    fn an_answer_opens_for_its_flow_only() {
        let (secret, public) = new_flow_key();
        let sealed = seal(&public, "state-1", &answer("state-1"));
        assert_eq!(
            open_answer(&secret, "state-1", &sealed),
            Ok(answer("state-1"))
        );
        assert_eq!(
            open_answer(&secret, "state-2", &sealed),
            Err(OpenAnswerError::WrongKey)
        );
        assert_eq!(
            open_answer(&new_flow_key().0, "state-1", &sealed),
            Err(OpenAnswerError::WrongKey)
        );
        let smuggled = seal(&public, "state-1", &answer("state-2"));
        assert_eq!(
            open_answer(&secret, "state-1", &smuggled),
            Err(OpenAnswerError::WrongKey)
        );
    }

    #[test]
    fn cut_off_and_altered_answers_are_refused() {
        let (secret, public) = new_flow_key();
        let sealed = seal(&public, "s", &answer("s"));
        for length in 0..sealed.len() {
            assert!(open_answer(&secret, "s", &sealed[..length]).is_err());
        }
        let mut altered = sealed;
        altered[40] ^= 1;
        assert!(open_answer(&secret, "s", &altered).is_err());
    }
}
