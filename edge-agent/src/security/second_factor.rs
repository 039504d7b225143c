//! One-time codes of an authenticator (RFC 6238), and recovery codes for the day when it is lost.

use std::fmt;

use edge_api::users::{CODE_DIGITS, RECOVERY_CODES};
use jiff::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq;
use ulid::Ulid;

use super::random;

/// Bytes of a secret: as many as the hash has, as RFC 4226 asks.
const SECRET_BYTES: usize = 20;

/// What every authenticator takes for granted.
const STEP_SECONDS: i64 = 30;

/// Steps before and after the present one that are taken, too: clocks differ, and people type slowly.
const TOLERANCE: i64 = 1;

/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator and the agent share.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FactorSecret([u8; SECRET_BYTES]);

impl fmt::Debug for FactorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FactorSecret(..)")
    }
}

impl FactorSecret {
    /// A new one.
    pub(crate) fn draw() -> Self {
        Self(random())
    }

    /// As it was stored.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// For the store, sealed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For an authenticator.
    pub(crate) fn to_base32(&self) -> String {
        let mut text = String::new();
        let (mut held, mut bits) = (0_u32, 0);
        for byte in self.0 {
            held = (held << 8) | u32::from(byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                text.push(char::from(BASE32[(held >> bits) as usize & 31]));
            }
        }
        text
    }

    /// Reads what [`Self::to_base32`] wrote.
    pub(crate) fn from_base32(text: &str) -> Option<Self> {
        let mut bytes = Vec::new();
        let (mut held, mut bits) = (0_u32, 0);
        for letter in text.bytes() {
            let value = BASE32.iter().position(|b| *b == letter)?;
            held = (held << 5) | u32::try_from(value).ok()?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
            }
        }
        Self::from_bytes(&bytes)
    }

    /// The address that authenticators read from a QR code; `issuer` and `user` are what they show.
    pub(crate) fn url(&self, issuer: &str, user: &str) -> String {
        let escape = |text: &str| {
            url::form_urlencoded::byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        let (issuer, user) = (escape(issuer), escape(user));
        format!(
            "otpauth://totp/{issuer}:{user}?secret={}&issuer={issuer}",
            self.to_base32()
        )
    }

    /// The step that `typed` is the code of, if it is one that counts at `now`.
    pub(crate) fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let present = now.as_second().div_euclid(STEP_SECONDS);
        (present - TOLERANCE..=present + TOLERANCE)
            .find(|step| bool::from(self.code(*step).as_bytes().ct_eq(typed.as_bytes())))
    }

    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let mac = hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[mac.len() - 1] & 15);
        let word = [
            mac[offset],
            mac[offset + 1],
            mac[offset + 2],
            mac[offset + 3],
        ];
        let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(CODE_DIGITS as u32);
        format!("{number:0width$}", width = CODE_DIGITS)
    }

    /// The code that an authenticator shows at `now`.
    #[cfg(test)]
    pub(crate) fn code_at(&self, now: Timestamp) -> String {
        self.code(now.as_second().div_euclid(STEP_SECONDS))
    }
}

/// New recovery codes: 80 random bits each, in Crockford's alphabet, in groups.
pub(crate) fn draw_recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES)
        .map(|_| {
            // The last 16 of a ULID's characters are its 80 random bits.
            let text = Ulid::from(u128::from_be_bytes(random())).to_string();
            let groups: Vec<&str> = (10..26).step_by(4).map(|at| &text[at..at + 4]).collect();
            groups.join("-")
        })
        .collect()
}

/// What the store keeps of a recovery code; a fast hash will do, since nobody guesses 80 bits.
pub(crate) fn recovery_hash(typed: &str) -> [u8; 32] {
    let normal: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    *blake3::hash(normal.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = FactorSecret::from_bytes(b"12345678901234567890").unwrap();
        // RFC 6238, appendix B, the last six of its eight digits.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at(second)), code);
        }
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.url("Placard signs", "Ada & Co"),
            "otpauth://totp/Placard%20signs:Ada%20%26%20Co?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Placard%20signs"
        );
    }

    #[test]
    fn a_code_counts_for_a_step_around_its_own() {
        let secret = FactorSecret::draw();
        let code = secret.code_at(at(60_000));
        let step = Some(2000);
        assert_eq!(secret.step_of(&code, at(60_000)), step);
        assert_eq!(
            secret.step_of(&format!(" {} {}", &code[..3], &code[3..]), at(60_059)),
            step
        );
        assert_eq!(secret.step_of(&code, at(59_970)), step);
        assert_eq!(secret.step_of(&code, at(60_060 + 30)), None);
        assert_eq!(secret.step_of("", at(60_000)), None);
        assert_eq!(secret.step_of(&code[1..], at(60_000)), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_written() {
        let secret = FactorSecret::draw();
        assert_eq!(FactorSecret::from_base32(&secret.to_base32()), Some(secret));
        for text in ["", "GEZD", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "0"] {
            assert_eq!(FactorSecret::from_base32(text), None, "{text}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_may_be_typed_carelessly() {
        let codes = draw_recovery_codes();
        assert_eq!(codes.len(), RECOVERY_CODES);
        assert_eq!(codes[0].len(), 19);
        assert_ne!(codes[0], codes[1]);
        let careless = codes[0].to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(recovery_hash(&careless), recovery_hash(&codes[0]));
        assert_ne!(recovery_hash(&codes[0]), recovery_hash(&codes[1]));
    }
}
