//! The recovery phrase: the secret half of the backup key, on paper and nowhere else.
//!
//! 160 bits, written as eight groups of four characters. What is sealed to the public half (HPKE: X25519, HKDF-SHA256,
//! ChaCha20-Poly1305) can be opened by whoever has the phrase, and not by whoever has the agent's disk.

use std::fmt;
use std::str::FromStr;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

/// What is sealed here is of no use anywhere else.
const INFO: &[u8] = b"placard-backup-1";

/// Crockford's alphabet: no I, L, O, U, so that what is written by hand is not misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const SECRET_BYTES: usize = 20;
const CHARACTERS: usize = 32;
const ENCAPSULATED_BYTES: usize = 32;

/// Why something sealed does not open, or a phrase is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PhraseError {
    #[error(
        "a recovery phrase has 32 letters and digits in eight groups of four; read it from the paper again"
    )]
    NotAPhrase,
    #[error(
        "this recovery phrase does not belong to this agent; look for the paper that was written when it was set up"
    )]
    OtherPhrase,
    #[error("the backup key is damaged")]
    Key,
}

/// The secret that a person keeps.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RecoveryPhrase([u8; SECRET_BYTES]);

/// The public half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackupKey([u8; 32]);

impl RecoveryPhrase {
    /// Draws a new one.
    pub(crate) fn draw() -> Self {
        Self(crate::relay::random())
    }

    /// What can be given to anybody.
    pub(crate) fn backup_key(&self) -> BackupKey {
        let (_, public) = self.pair();
        BackupKey(public.to_bytes().into())
    }

    /// Opens what [`BackupKey::seal`] made for the same `aad`.
    pub(crate) fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, PhraseError> {
        let (encapsulated, ciphertext) = sealed
            .split_at_checked(ENCAPSULATED_BYTES)
            .ok_or(PhraseError::OtherPhrase)?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
            .map_err(|_| PhraseError::OtherPhrase)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.pair().0,
            &encapsulated,
            INFO,
            ciphertext,
            aad,
        )
        .map_err(|_| PhraseError::OtherPhrase)
    }

    fn pair(
        &self,
    ) -> (
        <X25519HkdfSha256 as Kem>::PrivateKey,
        <X25519HkdfSha256 as Kem>::PublicKey,
    ) {
        // HPKE wants as many bytes as the key has; the secret has fewer, so that it can be written by hand.
        let material = blake3::derive_key("placard backup-1 recovery phrase", &self.0);
        X25519HkdfSha256::derive_keypair(&material)
    }
}

impl BackupKey {
    /// Seals something for whoever has the phrase.
    pub(crate) fn seal(&self, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, PhraseError> {
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.0)
            .map_err(|_| PhraseError::Key)?;
        let (encapsulated, ciphertext) = hpke::single_shot_seal::<
            ChaCha20Poly1305,
            HkdfSha256,
            X25519HkdfSha256,
        >(&OpModeS::Base, &public, INFO, plain, aad)
        .map_err(|_| PhraseError::Key)?;
        Ok([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
    }
}

impl fmt::Display for BackupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryPhrase(..)")
    }
}

impl fmt::Display for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Five bytes are eight characters.
        for (group, bytes) in self.0.chunks(5).enumerate() {
            let bits = bytes
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in 0..8 {
                if place % 4 == 0 && (group, place) != (0, 0) {
                    f.write_str("-")?;
                }
                let index = (bits >> ((7 - place) * 5) & 0x1f) as usize;
                write!(f, "{}", char::from(ALPHABET[index]))?;
            }
        }
        Ok(())
    }
}

impl FromStr for RecoveryPhrase {
    type Err = PhraseError;

    /// Takes small letters, missing or odd separators, and O, I, L for 0, 1, 1.
    fn from_str(text: &str) -> Result<Self, PhraseError> {
        let separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '–');
        let values = text.chars().filter(|c| !separator(c)).map(|character| {
            match character.to_ascii_uppercase() {
                'O' => Some(0),
                'I' | 'L' => Some(1),
                other => ALPHABET
                    .iter()
                    .position(|known| char::from(*known) == other),
            }
        });
        let values: Option<Vec<usize>> = values.take(CHARACTERS + 1).collect();
        let values = values.filter(|values| values.len() == CHARACTERS);
        let values = values.ok_or(PhraseError::NotAPhrase)?;
        let mut secret = [0; SECRET_BYTES];
        for (bytes, group) in secret.chunks_mut(5).zip(values.chunks(8)) {
            let bits = group
                .iter()
                .fold(0_u64, |bits, value| bits << 5 | *value as u64);
            bytes.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        Ok(Self(secret))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_phrase_and_the_same_name_only() {
        let phrase = RecoveryPhrase::draw();
        let sealed = phrase.backup_key().seal(b"secret", b"name").unwrap();
        assert_eq!(phrase.open(&sealed, b"name").unwrap(), b"secret");
        let refused = Err(PhraseError::OtherPhrase);
        assert_eq!(phrase.open(&sealed, b"other"), refused);
        assert_eq!(RecoveryPhrase::draw().open(&sealed, b"name"), refused);
        assert_eq!(phrase.open(&sealed[..20], b"name"), refused);
    }

    #[test]
    fn what_is_no_phrase_is_refused() {
        for text in ["", "0123", "U123-0123-0123-0123-0123-0123-0123-0123"] {
            assert_eq!(
                text.parse::<RecoveryPhrase>(),
                Err(PhraseError::NotAPhrase),
                "{text}"
            );
        }
        let long = "0123-".repeat(9);
        assert_eq!(long.parse::<RecoveryPhrase>(), Err(PhraseError::NotAPhrase));
    }

    proptest! {
        #[test]
        fn every_phrase_survives_being_written_down(secret: [u8; SECRET_BYTES]) {
            let phrase = RecoveryPhrase(secret);
            let text = phrase.to_string();
            prop_assert_eq!(text.len(), 39);
            prop_assert_eq!(text.to_lowercase().replace('-', " ").parse(), Ok(phrase));
        }
    }
}
