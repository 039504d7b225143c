//! How bytes and instants are written: base64url without padding, RFC 3339 with microseconds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes bytes as base64url without padding.
pub fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; `None` for anything else, non-canonical last characters included.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads exactly `N` bytes of base64url without padding.
pub fn array_from_base64url<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64url(text)?.try_into().ok()
}

/// Reads an unsigned number written the one usual way: digits only, no sign, no leading zero.
pub(crate) fn canonical_number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// Joins fields so that no two different lists give the same bytes: each is preceded by its length (32 bit, big endian).
pub(crate) fn length_prefixed(fields: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(fields.iter().map(|f| f.len() + 4).sum());
    for field in fields {
        let length = u32::try_from(field.len()).expect("fields are a few hundred bytes long");
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(field);
    }
    joined
}

/// Bytes that stand as base64url in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Base64Bytes(pub Vec<u8>);

impl Serialize for Base64Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_base64url(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_base64url(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected base64url without padding"))
    }
}

/// `#[serde(with = "encoding::fixed")]` for `[u8; N]` as base64url.
pub mod fixed {
    use super::{Base64Bytes, Deserialize, Deserializer, Serializer, to_base64url};

    /// Writes the array.
    ///
    /// # Errors
    ///
    /// Only what the serializer itself fails with.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_base64url(bytes))
    }

    /// Reads the array.
    ///
    /// # Errors
    ///
    /// Fails when the text is not base64url of exactly `N` bytes.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let bytes = Base64Bytes::deserialize(deserializer)?.0;
        <[u8; N]>::try_from(bytes)
            .map_err(|b| serde::de::Error::invalid_length(b.len(), &"another number of bytes"))
    }
}

/// `#[serde(with = "encoding::micros")]` for instants: RFC 3339 with exactly six digits of second.
pub mod micros {
    use jiff::Timestamp;

    use super::{Deserialize, Deserializer, Serializer};

    /// Writes the instant, cut to microseconds.
    ///
    /// # Errors
    ///
    /// Only what the serializer itself fails with.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{at:.6}"))
    }

    /// Reads any RFC 3339 instant.
    ///
    /// # Errors
    ///
    /// Fails when the text is not one.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_survive_the_round_trip(bytes: Vec<u8>) {
            prop_assert_eq!(from_base64url(&to_base64url(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text: String) {
            if let Some(bytes) = from_base64url(&text) {
                prop_assert_eq!(to_base64url(&bytes), text);
            }
        }

        #[test]
        fn different_fields_never_join_alike(a: Vec<Vec<u8>>, b: Vec<Vec<u8>>) {
            let join = |fields: &[Vec<u8>]| {
                length_prefixed(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>())
            };
            prop_assert_eq!(a == b, join(&a) == join(&b));
        }

        #[test]
        fn a_number_has_one_way_to_be_written(text in "[0-9+-]{0,6}") {
            if let Some(number) = canonical_number::<u64>(&text) {
                prop_assert_eq!(number.to_string(), text);
            }
        }
    }
}
