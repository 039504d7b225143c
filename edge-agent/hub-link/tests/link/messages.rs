//! What every message survives, and what no bytes may do.

use hub_link::codec::{self, MAX_MESSAGE_BYTES, ReadMessageError, WriteMessageError};
use hub_link::wire::{
    self, Button, Generation, Hello, Plan, Press, Step, Telemetry, ToAgent, ToHub, to_agent, to_hub,
};
use proptest::prelude::*;
use prost::Message;

#[test]
fn a_newer_generation_is_greater() {
    let generation = |epoch, counter| Generation { epoch, counter };
    assert!(generation(1, 9) < generation(1, 10));
    assert!(generation(1, 10) < generation(2, 0));
}

#[test]
fn a_message_beyond_the_limit_is_neither_written_nor_read() {
    let long = Hello {
        name: "x".repeat(MAX_MESSAGE_BYTES),
        ..Hello::default()
    };
    assert!(matches!(
        codec::encode(&long),
        Err(WriteMessageError::TooLong(_))
    ));
    let announced = codec::decode::<Hello>(&[0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(announced, Err(ReadMessageError::TooLong(_))));
}

#[test]
fn a_field_of_a_newer_version_is_ignored() {
    // Stored with an unknown field 15.
    let bytes = [0, 0, 0, 8, 0x12, 0x06, 0x0a, 0x02, b'n', b'1', 0x78, 0x01];
    let message: ToAgent = codec::decode(&bytes).unwrap();
    assert!(matches!(message.kind, Some(to_agent::Kind::Stored(stored)) if stored.display == "n1"));
}

#[test]
fn a_hash_has_32_bytes() {
    assert!(wire::frame_hash(&[0; 32]).is_ok());
    assert!(wire::frame_hash(&[0; 31]).is_err());
    assert!(wire::frame_hash(&[]).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
        let _ = codec::decode::<ToHub>(&bytes);
        let _ = codec::decode::<ToAgent>(&bytes);
        let _ = codec::decode::<wire::FrameHeader>(&bytes);
        let _ = Telemetry::decode(bytes.as_slice());
        let _ = codec::decode::<wire::PairCall>(&bytes);
        let _ = codec::decode::<wire::AgentProof>(&bytes);
        let _ = codec::decode::<wire::HubProof>(&bytes);
        let mut whole = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
        whole.extend(bytes);
        let _ = codec::decode::<ToHub>(&whole);
        let _ = codec::decode::<ToAgent>(&whole);
    }

    #[test]
    fn a_plan_comes_back(
        display in "[a-z0-9-]{1,20}",
        epoch: u64,
        counter: u64,
        steps in prop::collection::vec((any::<i64>(), any::<[u8; 32]>()), 0..20),
        sent_at_us: i64,
        full_every: u32,
    ) {
        let plan = Plan {
            display,
            generation: Some(Generation { epoch, counter }),
            steps: steps.into_iter().map(|(from_us, frame)| Step { from_us, frame: frame.to_vec().into(), refresh: 1 }).collect(),
            freshness: None,
            full_every,
        };
        let message = ToHub { sent_at_us, kind: Some(to_hub::Kind::Plan(plan)) };
        let bytes = codec::encode(&message).unwrap();
        prop_assert_eq!(codec::decode::<ToHub>(&bytes).unwrap(), message);
    }

    #[test]
    fn a_hello_comes_back(name in ".{0,40}", boot: [u8; 16], keys in prop::collection::vec("[a-z0-9-]{1,9}", 0..9)) {
        let hello = Hello {
            name,
            version: "1".to_owned(),
            boot: boot.to_vec().into(),
            displays: keys.into_iter().map(|key| wire::Display { key, ..Default::default() }).collect(),
            ..Hello::default()
        };
        let message = ToAgent::from(to_agent::Kind::Hello(hello));
        prop_assert_eq!(codec::decode::<ToAgent>(&codec::encode(&message).unwrap()).unwrap(), message);
    }

    #[test]
    fn a_button_comes_back(display in "[a-z0-9-]{1,20}", button: u32, boot: [u8; 16], sequence: u64, at_us: i64) {
        let pressed = Button { display, button, press: Press::Double.into(), boot: boot.to_vec().into(), sequence, at_us };
        let message = ToAgent::from(to_agent::Kind::Button(pressed));
        prop_assert_eq!(codec::decode::<ToAgent>(&codec::encode(&message).unwrap()).unwrap(), message);
    }

    #[test]
    fn telemetry_comes_back(
        sent_at_us: i64,
        sequence: u64,
        system_clock_ahead_us: Option<i64>,
        displays in prop::collection::vec(("[a-z]{1,9}", any::<Option<u32>>(), any::<Option<i32>>(), any::<u64>()), 0..9),
    ) {
        let displays = displays.into_iter().map(|(display, battery_mv, temperature_decidegrees, refreshes)| {
            wire::DisplayTelemetry { display, battery_mv, temperature_decidegrees, refreshes, ..Default::default() }
        });
        let telemetry = Telemetry { sent_at_us, sequence, system_clock_ahead_us, displays: displays.collect() };
        prop_assert_eq!(Telemetry::decode(telemetry.encode_to_vec().as_slice()).unwrap(), telemetry);
    }
}
