//! The code that a hub shows and a person types at the agent: 80 bits as four groups of four characters.

use std::fmt;
use std::str::FromStr;

/// Crockford's alphabet: no I, L, O, U, so that what is read aloud or from a poor panel is not misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const CODE_BYTES: usize = 10;
const CHARACTERS: usize = 16;
const BITS_PER_CHARACTER: usize = 5;

/// A pairing code. Too long to guess, even by one who has recorded a proof of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCode([u8; CODE_BYTES]);

impl PairingCode {
    /// Draws a new one.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness.
    pub fn draw() -> Self {
        let mut bytes = [0; CODE_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system has randomness");
        Self(bytes)
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode(..)")
    }
}

impl fmt::Display for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self
            .0
            .iter()
            .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        for place in 0..CHARACTERS {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let shift = (CHARACTERS - 1 - place) * BITS_PER_CHARACTER;
            let index = (bits >> shift & 0x1f) as usize;
            write!(f, "{}", char::from(ALPHABET[index]))?;
        }
        Ok(())
    }
}

/// A text that is not a pairing code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a pairing code has 16 letters and digits in four groups, such as 0123-4567-89AB-CDEF; read it from the hub's display again"
)]
pub struct NotACode;

impl FromStr for PairingCode {
    type Err = NotACode;

    /// Takes small letters, missing or odd separators, and O, I, L for 0, 1, 1.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let mut bits = 0_u128;
        let mut seen = 0;
        for character in text
            .chars()
            .filter(|c| !matches!(c, '-' | ' ' | '–' | '\u{a0}'))
        {
            let value = match character.to_ascii_uppercase() {
                'O' => 0,
                'I' | 'L' => 1,
                other => ALPHABET
                    .iter()
                    .position(|known| char::from(*known) == other)
                    .ok_or(NotACode)?,
            };
            bits = bits << BITS_PER_CHARACTER | value as u128;
            seen += 1;
            if seen > CHARACTERS {
                return Err(NotACode);
            }
        }
        if seen != CHARACTERS {
            return Err(NotACode);
        }
        let bytes = bits.to_be_bytes();
        Ok(Self(*bytes.last_chunk().expect("16 bytes hold 10")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_reads_as_four_groups() {
        let code = PairingCode([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code.to_string(), "0123-4567-89AB-CDEF");
        assert_eq!("o123 4567 89ab cdef".parse(), Ok(code.clone()));
        assert_eq!("OL23456789ABCDEF".parse(), Ok(code));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "0123",
            "0123-4567-89AB-CDEFG",
            "0123-4567-89AB-CDEU",
            "ÄÄÄÄ-ÄÄÄÄ-ÄÄÄÄ-ÄÄÄÄ",
        ] {
            assert_eq!(text.parse::<PairingCode>(), Err(NotACode), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_code_survives_being_typed(bytes: [u8; CODE_BYTES]) {
            let code = PairingCode(bytes);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn nothing_typed_panics(text in ".{0,40}") {
            let _ = text.parse::<PairingCode>();
        }
    }
}
