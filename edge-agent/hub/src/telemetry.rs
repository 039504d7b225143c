//! What the hub measures, sent about once a minute; the newest is all that counts.

use std::convert::Infallible;
use std::time::Duration;

use hub_link::hub_end;
use hub_link::quinn::Connection;
use hub_link::wire::{DisplayTelemetry, Telemetry};
use jiff::Timestamp;
use prost::Message;

use crate::clock::Clock;
use crate::sign::SignHandle;

/// Batteries last months and people look at the page now and then.
const EVERY: Duration = Duration::from_secs(60);

/// What fits into one datagram on any path that QUIC uses.
const MAX_BYTES: usize = 1100;

/// Measures and sends until dropped.
pub(crate) async fn send(
    connection: &Connection,
    signs: &[SignHandle],
    clock: &Clock,
) -> Infallible {
    let mut sequence = 0;
    loop {
        let mut displays = Vec::with_capacity(signs.len());
        for sign in signs {
            displays.extend(sign.measure().await);
        }
        let now = clock.now();
        for displays in in_datagrams(displays) {
            sequence += 1;
            let telemetry = Telemetry {
                sent_at_us: now.map_or(0, Timestamp::as_microsecond),
                sequence,
                system_clock_ahead_us: now
                    .map(|now| system_clock().as_microsecond() - now.as_microsecond()),
                displays,
            };
            hub_end::send_telemetry(connection, &telemetry);
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The displays, so many at a time that each part fits; one part when there are none.
fn in_datagrams(displays: Vec<DisplayTelemetry>) -> Vec<Vec<DisplayTelemetry>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = 0;
    for display in displays {
        let length = display.encoded_len() + 4;
        if bytes + length > MAX_BYTES {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += length;
        parts.last_mut().expect("there is always one").push(display);
    }
    parts
}

#[expect(
    clippy::disallowed_methods,
    reason = "how far the system's clock is off is what is measured"
)]
fn system_clock() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_displays_go_into_several_datagrams() {
        let display = |n: usize| DisplayTelemetry {
            display: format!("{n:064}"),
            battery_mv: Some(3000),
            ..DisplayTelemetry::default()
        };
        let parts = in_datagrams((0..64).map(display).collect());
        assert!(parts.len() > 1);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 64);
        for part in parts {
            let telemetry = Telemetry {
                displays: part,
                ..Telemetry::default()
            };
            assert!(telemetry.encoded_len() <= MAX_BYTES);
        }
        assert_eq!(
            in_datagrams(Vec::new()),
            [vec![]],
            "the clock is worth telling too"
        );
    }
}
