//! Messages as bytes.

use hub_link::codec::{self, MAX_MESSAGE_BYTES, ReadMessageError, WriteMessageError};
use hub_link::wire::{
    self, DisplayFreshness, Displayed, FreshnessUpdate, Generation, Hello, Identify, Plan, Step,
    Stored, ToAgent, ToHub, to_agent, to_hub,
};
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `golden` may be spaced as a person likes it.
fn assert_golden(bytes: &[u8], golden: &str) {
    let golden: String = golden.split_whitespace().collect();
    assert_eq!(hex(bytes), golden);
}

#[test]
fn stored_bytes() {
    let message = ToAgent::from(to_agent::Kind::Stored(Stored {
        display: "n1".to_owned(),
        generation: Some(Generation {
            epoch: 1,
            counter: 300,
        }),
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Stored  display n1  generation: epoch 1, counter 300
        "0000000d  120b    0a02 6e31   1205 0801 10ac02",
    );
}

#[test]
fn displayed_bytes() {
    let message = ToAgent::from(to_agent::Kind::Displayed(Displayed {
        display: "n1".to_owned(),
        generation: None,
        frame: vec![0xaa; 2].into(),
        at_us: 1,
        marked_since_us: Some(0),
        stored_at_us: 2,
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Displayed  display    frame      at    marked since 0  stored
        "00000010  220e       0a02 6e31  1a02 aaaa  2002  2800            3004",
    );
}

#[test]
fn plan_bytes() {
    let mut message = ToHub::from(to_hub::Kind::Plan(Plan {
        display: "n1".to_owned(),
        generation: Some(Generation {
            epoch: 0,
            counter: 1,
        }),
        steps: vec![Step {
            from_us: 3,
            frame: vec![0xbb].into(),
        }],
        freshness: None,
    }));
    message.sent_at_us = 5;
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  sent at  Plan   display    generation  step: from 3, frame
        "00000013  080a     1a0f   0a02 6e31  1202 1001   1a05 0806 1201bb",
    );
}

#[test]
fn identify_and_freshness_bytes() {
    let identify = ToHub::from(to_hub::Kind::Identify(Identify {
        display: "n1".to_owned(),
        frame: vec![0xcc].into(),
        for_ms: 7,
    }));
    assert_golden(
        &codec::encode(&identify).unwrap(),
        "0000000b 2a09 0a026e31 1201cc 1807",
    );
    let freshness = ToHub::from(to_hub::Kind::Freshness(FreshnessUpdate {
        displays: vec![DisplayFreshness {
            display: "n1".to_owned(),
            freshness: Some(wire::Freshness {
                verified_at_us: 1,
                stale_after_ms: 2,
                mark: None,
            }),
        }],
    }));
    assert_golden(
        &codec::encode(&freshness).unwrap(),
        "0000000e 220c 0a0a 0a026e31 1204 0802 1002",
    );
}

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
    ) {
        let plan = Plan {
            display,
            generation: Some(Generation { epoch, counter }),
            steps: steps.into_iter().map(|(from_us, frame)| Step { from_us, frame: frame.to_vec().into() }).collect(),
            freshness: None,
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
            highest: None,
            displays: keys.into_iter().map(|key| wire::Display { key, ..Default::default() }).collect(),
        };
        let message = ToAgent::from(to_agent::Kind::Hello(hello));
        prop_assert_eq!(codec::decode::<ToAgent>(&codec::encode(&message).unwrap()).unwrap(), message);
    }
}
