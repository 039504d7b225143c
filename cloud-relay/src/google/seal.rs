//! Seals Google's answer to the key of its flow, so that the relay keeps nothing that it could use.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use relay_contract::answer::{INFO, OAuthAnswer, join};

/// `None` when the flow key is not a usable X25519 key.
pub(super) fn seal(flow_key: &[u8; 32], answer: &OAuthAnswer) -> Option<Vec<u8>> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(flow_key).ok()?;
    let plain = serde_json::to_vec(answer).ok()?;
    let (encapsulated, ciphertext) = hpke::single_shot_seal::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(
        &OpModeS::Base, &key, INFO, &plain, answer.state.as_bytes()
    )
    .ok()?;
    Some(join(&encapsulated.to_bytes().into(), &ciphertext))
}

#[cfg(test)]
mod tests {
    use hpke::OpModeR;
    use relay_contract::answer::{Outcome, split};

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_flow_secret_and_shows_nothing_without() {
        let (secret, public) = X25519HkdfSha256::gen_keypair();
        let answer = OAuthAnswer {
            outcome: Outcome::Code("canary".into()),
            scope: None,
            state: "s".into(),
        };
        let sealed = seal(&public.to_bytes().into(), &answer).unwrap();
        assert!(!sealed.windows(6).any(|w| w == b"canary"));
        let (encapsulated, ciphertext) = split(&sealed).unwrap();
        let encapsulated =
            <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).unwrap();
        let open = |aad: &[u8]| {
            hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeR::Base,
                &secret,
                &encapsulated,
                INFO,
                ciphertext,
                aad,
            )
        };
        assert_eq!(
            serde_json::from_slice::<OAuthAnswer>(&open(b"s").unwrap()).unwrap(),
            answer
        );
        assert!(open(b"another state").is_err());
    }

    #[test]
    fn a_key_of_no_use_is_refused() {
        let answer = OAuthAnswer {
            outcome: Outcome::Code("c".into()),
            scope: None,
            state: "s".into(),
        };
        assert_eq!(seal(&[0; 32], &answer), None);
    }
}
