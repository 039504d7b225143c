//! Signals: "something changed on channel C" and "here is a sealed OAuth answer"; pulled, hinted, acknowledged.
//!
//! The inbox is state: at most one signal per channel, with the highest message number seen. A hint over the WebSocket
//! is a copy that may be lost; what is not acknowledged is in the next pull.

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use crate::encoding::{Base64Bytes, micros};

/// At most so many signals come in one pull; the rest is fetched with `after`.
pub const PAGE: usize = 500;
/// At most so many acknowledgements go in one call.
pub const MAX_ACKNOWLEDGEMENTS: usize = 500;

/// One unacknowledged signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Signal {
    /// Google has notified this channel.
    Calendar {
        /// The channel id that the agent gave to Google.
        channel: String,
        /// The highest message number seen.
        number: u64,
        /// When that notification arrived, by the relay's clock.
        #[serde(with = "micros")]
        received_at: Timestamp,
    },
    /// Google has answered a sign-in.
    Oauth {
        /// Names the signal.
        id: String,
        /// The state that the agent made: says which flow, and is authenticated by the seal.
        state: String,
        /// [`crate::answer::OAuthAnswer`], sealed to the flow's key.
        sealed: Base64Bytes,
        /// When the answer arrived, by the relay's clock.
        #[serde(with = "micros")]
        received_at: Timestamp,
    },
}

/// Answer to `GET /inbox` and `GET /inbox?after=…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// In an order of the relay's choice; kinds that only a newer relay has are let pass.
    #[serde(deserialize_with = "known_kinds")]
    pub signals: Vec<Signal>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Reads what this version knows. A signal that it does not stays in the relay's inbox until it expires there.
fn known_kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Signal>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Known(Signal),
        Newer(IgnoredAny),
    }
    let entries = Vec::<Entry>::deserialize(deserializer)?;
    let known = entries.into_iter().filter_map(|entry| match entry {
        Entry::Known(signal) => Some(signal),
        Entry::Newer(_) => None,
    });
    Ok(known.collect())
}

/// A text message from the relay over the WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hint {
    /// A calendar signal; all of it.
    Calendar {
        /// The channel id.
        channel: String,
        /// The message number of this notification.
        number: u64,
        /// When it arrived, by the relay's clock.
        #[serde(with = "micros")]
        received_at: Timestamp,
        /// Google's name for what is watched, with which a channel that nobody knows any more can be stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resource: Option<String>,
    },
    /// An OAuth answer is in the inbox: pull.
    Oauth {
        /// The signal's id.
        id: String,
    },
    /// Answer to [`ToRelay::Ping`].
    Pong,
    /// Written by a newer relay: pull.
    #[serde(other)]
    Unknown,
}

/// A text message from the agent over the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToRelay {
    /// Keeps the connection: gateways cut what is silent for ten minutes.
    Ping,
}

/// One signal that has been dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Acknowledgement {
    /// Everything up to this message number of a channel.
    Calendar {
        /// The channel id.
        channel: String,
        /// The number that was known before the calendar was read.
        number: u64,
    },
    /// An OAuth answer was used, or is of no use.
    Oauth {
        /// The signal's id.
        id: String,
    },
}

/// Body of `POST /inbox/acknowledge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// At most [`MAX_ACKNOWLEDGEMENTS`]; each stands for itself.
    pub items: Vec<Acknowledgement>,
}

/// What became of one acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledged {
    /// The signal is gone.
    Done,
    /// A higher number has arrived since; the signal stays.
    MovedOn,
    /// There was no such signal (any more).
    Absent,
    /// The relay could not do it now; the signal may come again.
    Failed,
}

/// Answer to [`Acknowledge`]: one result per item, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcknowledgeResults {
    /// In the order of the items.
    pub results: Vec<Acknowledged>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    use super::*;

    fn golden<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
        value: &T,
        json: &str,
    ) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }

    fn at() -> Timestamp {
        "2026-03-01T10:00:00.000120Z".parse().unwrap()
    }

    #[test]
    fn inbox_golden() {
        let inbox = Inbox {
            signals: vec![
                Signal::Calendar {
                    channel: "c1".into(),
                    number: 7,
                    received_at: at(),
                },
                Signal::Oauth {
                    id: "i".into(),
                    state: "s".into(),
                    sealed: Base64Bytes(vec![1, 2, 3]),
                    received_at: at(),
                },
            ],
            next: None,
        };
        golden(
            &inbox,
            r#"{"signals":[{"kind":"calendar","channel":"c1","number":7,"received_at":"2026-03-01T10:00:00.000120Z"},{"kind":"oauth","id":"i","state":"s","sealed":"AQID","received_at":"2026-03-01T10:00:00.000120Z"}]}"#,
        );
        golden(
            &Inbox {
                signals: vec![],
                next: Some("x".into()),
            },
            r#"{"signals":[],"next":"x"}"#,
        );
    }

    #[test]
    fn an_inbox_of_a_newer_relay_is_read_without_what_is_new() {
        let json = r#"{"signals":[{"kind":"weather","at":1},{"kind":"calendar","channel":"c1","number":7,"received_at":"2026-03-01T10:00:00.000120Z","resource":"r"}],"more":true}"#;
        let expected = Signal::Calendar {
            channel: "c1".into(),
            number: 7,
            received_at: at(),
        };
        let inbox: Inbox = serde_json::from_str(json).unwrap();
        assert_eq!(inbox.signals, [expected]);
    }

    #[test]
    fn hints_golden() {
        let mut calendar = Hint::Calendar {
            channel: "c1".into(),
            number: 7,
            received_at: at(),
            resource: None,
        };
        golden(
            &calendar,
            r#"{"kind":"calendar","channel":"c1","number":7,"received_at":"2026-03-01T10:00:00.000120Z"}"#,
        );
        if let Hint::Calendar { resource, .. } = &mut calendar {
            *resource = Some("r".into());
        }
        golden(
            &calendar,
            r#"{"kind":"calendar","channel":"c1","number":7,"received_at":"2026-03-01T10:00:00.000120Z","resource":"r"}"#,
        );
        golden(
            &Hint::Oauth { id: "i".into() },
            r#"{"kind":"oauth","id":"i"}"#,
        );
        golden(&Hint::Pong, r#"{"kind":"pong"}"#);
        golden(&ToRelay::Ping, r#"{"kind":"ping"}"#);
        let newer: Hint = serde_json::from_str(r#"{"kind":"rotate","to":2}"#).unwrap();
        assert_eq!(newer, Hint::Unknown);
    }

    #[test]
    fn acknowledge_golden() {
        let acknowledge = Acknowledge {
            items: vec![
                Acknowledgement::Calendar {
                    channel: "c1".into(),
                    number: 7,
                },
                Acknowledgement::Oauth { id: "i".into() },
            ],
        };
        golden(
            &acknowledge,
            r#"{"items":[{"kind":"calendar","channel":"c1","number":7},{"kind":"oauth","id":"i"}]}"#,
        );
        let results = AcknowledgeResults {
            results: vec![
                Acknowledged::Done,
                Acknowledged::MovedOn,
                Acknowledged::Absent,
                Acknowledged::Failed,
            ],
        };
        golden(
            &results,
            r#"{"results":["done","moved_on","absent","failed"]}"#,
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "(\\{\"kind\":\"(calendar|oauth|pong)\",?)?\\PC{0,80}") {
            let _ = serde_json::from_str::<Hint>(&text);
            let _ = serde_json::from_str::<Inbox>(&text);
            let _ = serde_json::from_str::<Acknowledge>(&text);
        }

        #[test]
        fn a_hint_survives_the_round_trip(channel: String, number: u64, second in 0i64..4_000_000_000, micro in 0i32..1_000_000) {
            let received_at = Timestamp::new(second, micro * 1000).unwrap();
            let hint = Hint::Calendar { channel, number, received_at, resource: None };
            let json = serde_json::to_string(&hint).unwrap();
            prop_assert_eq!(serde_json::from_str::<Hint>(&json).unwrap(), hint);
        }
    }
}
