//! Instants as the agent writes them: `2026-11-23T13:00:00Z`.
//!
//! Every instant of the contract is read and written by this module: `#[serde(with = "crate::instant")]`, or
//! [`maybe`] for one that may be absent. On the agent it is jiff, which reads whatever RFC 3339 allows. In browsers it is
//! the few lines below: jiff's words for all that a text could be instead are a twentieth of what a browser downloads.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Writes an instant.
///
/// # Errors
///
/// Fails as the serialiser does.
pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    Wire(*at).serialize(serializer)
}

/// Reads an instant.
///
/// # Errors
///
/// Fails on what is none.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    Wire::deserialize(deserializer).map(|wire| wire.0)
}

/// Instants that may be absent: `#[serde(default, with = "crate::instant::maybe")]`.
pub mod maybe {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp, Wire};

    /// Writes an instant, or `null`.
    ///
    /// # Errors
    ///
    /// Fails as the serialiser does.
    pub fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Wire).serialize(serializer)
    }

    /// Reads an instant, or `null`.
    ///
    /// # Errors
    ///
    /// Fails on what is neither.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let read = Option::<Wire>::deserialize(deserializer)?;
        Ok(read.map(|wire| wire.0))
    }
}

/// What an instant is on the wire, for the description of the API.
#[cfg(feature = "openapi")]
#[derive(Debug)]
pub struct Instant;

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

struct Wire(Timestamp);

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if cfg!(target_family = "wasm") {
            serializer.collect_str(&Written(self.0))
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if cfg!(target_family = "wasm") {
            deserializer.deserialize_str(Reader).map(Self)
        } else {
            Timestamp::deserialize(deserializer).map(Self)
        }
    }
}

struct Reader;

impl de::Visitor<'_> for Reader {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant such as 2026-11-23T13:00:00Z")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        read(text.as_bytes()).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

const DAY: i64 = 86_400;

/// Days from 0000-03-01, where years begin that end with the leap day, to 1970-01-01.
const TO_1970: i64 = 719_468;

/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// `2026-11-23T13:00:00Z`, with a fraction of up to nine digits.
fn read(text: &[u8]) -> Option<Timestamp> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        let value = |all: i64, digit: &u8| {
            (*digit)
                .is_ascii_digit()
                .then(|| all * 10 + i64::from(digit - b'0'))
        };
        digits.iter().try_fold(0, value)
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let between = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let (b'Z', rest) = text.get(19..)?.split_last()? else {
        return None;
    };
    let nanosecond = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(20, 20 + digits.len())? * 10_i64.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let sound = between.iter().all(|(at, byte)| text[*at] == *byte)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !sound {
        return None;
    }
    // From March on, the months before a day have 153 days for every five of them.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days =
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
            - TO_1970;
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    Timestamp::new(seconds, i32::try_from(nanosecond).ok()?).ok()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// An instant as text; years from 0 to 9999.
struct Written(Timestamp);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded down, so that the fraction counts forward before 1970, too.
        let nanosecond = self.0.as_nanosecond();
        let second = i64::try_from(nanosecond.div_euclid(1_000_000_000)).map_err(|_| fmt::Error)?;
        let fraction = nanosecond.rem_euclid(1_000_000_000);
        let days = second.div_euclid(DAY) + TO_1970;
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        let year = era * 400 + year + next;
        let time = second.rem_euclid(DAY);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if fraction > 0 {
            let digits = format!("{fraction:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn browsers_read_and_write_as_the_agent_does(
            second in -62_167_219_200_i64..253_402_207_200, nanosecond in 0..1_000_000_000_i32, places in 0..10_u32,
        ) {
            let at = Timestamp::new(second, nanosecond / 10_i32.pow(9 - places) * 10_i32.pow(9 - places)).unwrap();
            prop_assert_eq!(Written(at).to_string(), at.to_string());
            prop_assert_eq!(read(at.to_string().as_bytes()), Some(at));
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,40}") {
            if let Some(at) = read(text.as_bytes()) {
                prop_assert_eq!(text.parse::<Timestamp>().unwrap(), at);
            }
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2026-11-23T13:00:00",
            "2026-11-23 13:00:00Z",
            "2026-13-23T13:00:00Z",
            "2026-02-29T13:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T13:00:00.Z",
            "2026-11-23T13:00:00.0123456789Z",
            "٢026-11-23T13:00:00Z",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    /// One that is forgotten would bring all of jiff's words to the browser again.
    #[test]
    fn every_instant_of_the_contract_is_read_here() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut instants = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for (index, line) in lines.iter().enumerate() {
                let attribute = match line.split_once(": ") {
                    Some((_, "Timestamp,")) => r#"#[serde(with = "crate::instant")]"#,
                    Some((_, "Option<Timestamp>,")) => {
                        r#"#[serde(default, with = "crate::instant::maybe")]"#
                    }
                    _ => continue,
                };
                instants += 1;
                assert_eq!(lines[index - 1], attribute, "{}: {line}", path.display());
            }
        }
        assert!(instants > 30, "{instants}");
    }
}
