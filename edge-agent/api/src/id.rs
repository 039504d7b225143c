//! Names of things, as they stand in addresses and answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnId {
    /// What an id of this kind begins with, or its shape in words.
    pub expected: &'static str,
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id of the form {}", self.expected)
    }
}

impl std::error::Error for NotAnId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;

            fn try_from(text: String) -> Result<Self, NotAnId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(NotAnId { expected: $expected })
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(
    /// A room: a Google resource calendar, or any calendar. `room_` and a ULID.
    RoomId,
    "room_ULID",
    |text| text.strip_prefix("room_").is_some_and(is_ulid)
);
id!(
    /// One e-paper panel. `disp_` and a ULID; it stays the same when the display moves to another hub.
    DisplayId,
    "disp_ULID",
    |text| text.strip_prefix("disp_").is_some_and(is_ulid)
);
id!(
    /// A layout of the building's own. `lay_` and a ULID.
    LayoutId,
    "lay_ULID",
    |text| text.strip_prefix("lay_").is_some_and(is_ulid)
);
id!(
    /// An announcement. `ann_` and a ULID.
    AnnouncementId,
    "ann_ULID",
    |text| text.strip_prefix("ann_").is_some_and(is_ulid)
);
id!(
    /// A hub: the BLAKE3 hash of its public key (SPKI), 64 lowercase hex digits.
    HubId,
    "64 hex digits",
    |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

impl RoomId {
    /// From a ULID in its usual text form.
    ///
    /// # Errors
    ///
    /// Fails when `ulid` is not one.
    pub fn new(ulid: &str) -> Result<Self, NotAnId> {
        format!("room_{ulid}").parse()
    }
}

impl DisplayId {
    /// From a ULID in its usual text form.
    ///
    /// # Errors
    ///
    /// Fails when `ulid` is not one.
    pub fn new(ulid: &str) -> Result<Self, NotAnId> {
        format!("disp_{ulid}").parse()
    }
}

impl LayoutId {
    /// From a ULID in its usual text form.
    ///
    /// # Errors
    ///
    /// Fails when `ulid` is not one.
    pub fn new(ulid: &str) -> Result<Self, NotAnId> {
        format!("lay_{ulid}").parse()
    }
}

impl AnnouncementId {
    /// From a ULID in its usual text form.
    ///
    /// # Errors
    ///
    /// Fails when `ulid` is not one.
    pub fn new(ulid: &str) -> Result<Self, NotAnId> {
        format!("ann_{ulid}").parse()
    }
}

fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let room = RoomId::new(ulid).unwrap();
        assert_eq!(room.as_str(), "room_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert!(room.as_str().parse::<DisplayId>().is_err());
        assert!(serde_json::from_str::<RoomId>("\"room_x\"").is_err());
        assert!("zz".parse::<HubId>().is_err());
        assert!("ab".repeat(32).parse::<HubId>().is_ok());
    }
}
