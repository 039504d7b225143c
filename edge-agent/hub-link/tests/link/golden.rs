//! Messages as bytes that a person can read. Whoever writes a hub in another language can check it against these.

use hub_link::codec;
use hub_link::wire::{
    self, AgentKeys, Button, ButtonsSeen, Capability, DisplayFreshness, DisplayTelemetry,
    Displayed, Encoding, FrameHeader, FreshnessUpdate, Generation, Hello, Identify, Incarnation,
    Level, Log, LogLine, Pinned, Plan, Press, Reboot, Rectangle, Refresh, Step, Stored, Telemetry,
    Time, ToAgent, ToHub, Welcome, to_agent, to_hub,
};
use prost::Message;

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
        refresh: Refresh::Full.into(),
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Displayed  display    frame      at    marked since 0  stored  full refresh
        "00000012  2210       0a02 6e31  1a02 aaaa  2002  2800            3004    3801",
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
            refresh: Refresh::Partial.into(),
        }],
        freshness: None,
        full_every: 20,
    }));
    message.sent_at_us = 5;
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  sent at  Plan   display    generation  step: from 3, frame, partial  a full one every 20
        "00000017  080a     1a13   0a02 6e31  1202 1001   1a07 0806     1201bb 1803     2814",
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
fn hello_bytes() {
    let message = ToAgent::from(to_agent::Kind::Hello(Hello {
        version: "1".to_owned(),
        boot: vec![0xdd].into(),
        displays: vec![wire::Display {
            key: "n1".to_owned(),
            panel: "8x8".to_owned(),
            capacity: 5,
            ..wire::Display::default()
        }],
        capabilities: 1 << Capability::Supersede as u64,
        seen: Some(Incarnation {
            epoch: 1,
            instance: vec![0xee].into(),
        }),
        ..Hello::default()
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Hello version boot   display: key, panel, capacity         bits  seen: epoch 1, instance
        "0000001e  0a1c  120131  1a01dd 2a0b 0a026e31 1203387838 3005         3002  3a05 0801 1201ee",
    );
}

#[test]
fn welcome_bytes() {
    let message = ToHub::from(to_hub::Kind::Welcome(Welcome {
        version: "1".to_owned(),
        capabilities: Capability::bits(Capability::ALL),
        incarnation: Some(Incarnation {
            epoch: 2,
            instance: vec![0xcc].into(),
        }),
        keys: None,
        addresses: vec!["h:1".to_owned()],
        spread_ms: 300,
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Welcome version bits    incarnation: 2, instance  address     spread
        "00000017  1215    0a0131  10fe03  1a05 0802 1201cc          2a03683a31  30ac02",
    );
}

#[test]
fn button_bytes() {
    let pressed = ToAgent::from(to_agent::Kind::Button(Button {
        display: "n1".to_owned(),
        button: 1,
        press: Press::Short.into(),
        boot: vec![0xbb; 2].into(),
        sequence: 3,
        at_us: 1,
    }));
    assert_golden(
        &codec::encode(&pressed).unwrap(),
        // length  Button display    button short boot      sequence at
        "00000012  3210   0a02 6e31  1001   1801  2202bbbb  2803     3002",
    );
    let seen = ToHub::from(to_hub::Kind::ButtonsSeen(ButtonsSeen {
        boot: vec![0xbb; 2].into(),
        sequence: 3,
    }));
    assert_golden(
        &codec::encode(&seen).unwrap(),
        "00000008 3206 0a02bbbb 1003",
    );
}

#[test]
fn log_bytes() {
    let message = ToAgent::from(to_agent::Kind::Log(Log {
        lines: vec![LogLine {
            at_us: 1,
            level: Level::Warn.into(),
            text: "x".to_owned(),
        }],
    }));
    assert_golden(
        &codec::encode(&message).unwrap(),
        // length  Log  line at   warn text
        "0000000b  3a09 0a07 0802 1002 1a0178",
    );
}

#[test]
fn telemetry_bytes() {
    let telemetry = Telemetry {
        sent_at_us: 1,
        sequence: 2,
        system_clock_ahead_us: Some(-1),
        displays: vec![DisplayTelemetry {
            display: "n1".to_owned(),
            battery_mv: Some(3700),
            battery_percent: Some(50),
            temperature_decidegrees: Some(-5),
            signal_percent: Some(80),
            refreshes: 9,
        }],
    };
    assert_golden(
        &telemetry.encode_to_vec(),
        // sent  sequence behind  display: key  3700 mV 50 %  -0.5 °C 80 %  9 refreshes; no length: it is a datagram
        "  0802  1002     1801    220f 0a026e31  10f41c  1832  2009    2850  3009",
    );
}

#[test]
fn keys_reboot_and_time_bytes() {
    let keys = AgentKeys {
        active: vec![0xaa].into(),
        standby: vec![0xbb].into(),
    };
    let pinned = ToAgent::from(to_agent::Kind::Pinned(Pinned {
        keys: Some(keys.clone()),
    }));
    assert_golden(
        &codec::encode(&pinned).unwrap(),
        "0000000a 4208 0a06 0a01aa 1201bb",
    );
    let told = ToHub::from(to_hub::Kind::Keys(keys));
    assert_golden(
        &codec::encode(&told).unwrap(),
        "00000008 4a06 0a01aa 1201bb",
    );
    let reboot = ToHub::from(to_hub::Kind::Reboot(Reboot {}));
    assert_golden(&codec::encode(&reboot).unwrap(), "00000002 3a00");
    let mut time = ToHub::from(to_hub::Kind::Time(Time {}));
    time.sent_at_us = 5;
    assert_golden(&codec::encode(&time).unwrap(), "00000004 080a 4200");
}

#[test]
fn frame_header_bytes() {
    let header = FrameHeader {
        display: "n1".to_owned(),
        frame: vec![0xbb].into(),
        width: 8,
        height: 8,
        encoding: Encoding::ZstdOnBase.into(),
        base: vec![0xaa].into(),
        raw_length: 8,
        dirty: Some(Rectangle {
            x: 1,
            y: 2,
            width: 3,
            height: 4,
        }),
    };
    assert_golden(
        &codec::encode(&header).unwrap(),
        // length  display    frame   8x8       zstd base    raw  dirty: x 1, y 2, 3x4
        "0000001c  0a026e31   1201bb  1808 2008 2803 3201aa  3808 4208 0801 1002 1803 2004",
    );
}
