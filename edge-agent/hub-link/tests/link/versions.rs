//! Hubs and agents of the first release, which knew no capabilities, and those to come.

use hub_link::codec;
use hub_link::wire::{
    self, Capability, Hello, Incarnation, Reboot, ToAgent, ToHub, Welcome, to_agent, to_hub,
};
use prost::Message;

/// Hello as the first release had it.
#[derive(Clone, PartialEq, Message)]
struct FirstHello {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(bytes = "vec", tag = "3")]
    boot: Vec<u8>,
    #[prost(message, repeated, tag = "5")]
    displays: Vec<FirstDisplay>,
}

#[derive(Clone, PartialEq, Message)]
struct FirstDisplay {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    panel: String,
}

/// What the first release made of an order: of the kinds that it knew, one is enough here.
#[derive(Clone, PartialEq, Message)]
struct FirstToHub {
    #[prost(sint64, tag = "1")]
    sent_at_us: i64,
    #[prost(message, optional, tag = "2")]
    welcome: Option<FirstWelcome>,
}

#[derive(Clone, PartialEq, Message)]
struct FirstWelcome {
    #[prost(string, tag = "1")]
    version: String,
}

/// What a hub to come may say: a kind that nobody knows yet.
#[derive(Clone, PartialEq, Message)]
struct LaterToAgent {
    #[prost(message, optional, tag = "99")]
    news: Option<FirstWelcome>,
}

#[test]
fn a_hub_of_the_first_release_is_understood_and_has_no_additions() {
    let first = FirstHello {
        name: "North".to_owned(),
        version: "0.1.0".to_owned(),
        boot: vec![7; 16],
        displays: vec![FirstDisplay {
            key: "n1".to_owned(),
            panel: "800x480".to_owned(),
        }],
    };
    let hello = Hello::decode(first.encode_to_vec().as_slice()).unwrap();
    assert_eq!((hello.name.as_str(), hello.displays.len()), ("North", 1));
    assert!(
        Capability::ALL
            .iter()
            .all(|one| !one.is_in(hello.capabilities))
    );
    assert_eq!((hello.seen, hello.pinned), (None, None));
}

#[test]
fn a_hub_of_the_first_release_understands_todays_welcome_and_passes_over_what_is_new() {
    let mut welcome = ToHub::from(to_hub::Kind::Welcome(Welcome {
        version: "2".to_owned(),
        capabilities: Capability::bits(Capability::ALL),
        incarnation: Some(Incarnation::default()),
        addresses: vec!["192.0.2.1:7443".to_owned()],
        ..Welcome::default()
    }));
    welcome.sent_at_us = 5;
    let heard = FirstToHub::decode(welcome.encode_to_vec().as_slice()).unwrap();
    assert_eq!(heard.sent_at_us, 5);
    assert_eq!(heard.welcome.unwrap().version, "2");
    let reboot = ToHub::from(to_hub::Kind::Reboot(Reboot {}));
    let heard = FirstToHub::decode(reboot.encode_to_vec().as_slice()).unwrap();
    assert_eq!(heard, FirstToHub::default(), "an order without a kind");
}

#[test]
fn a_hub_to_come_is_understood_as_far_as_it_goes() {
    let later = LaterToAgent {
        news: Some(FirstWelcome::default()),
    };
    let bytes = codec::encode(&later).unwrap();
    assert_eq!(codec::decode::<ToAgent>(&bytes).unwrap().kind, None);
    let hello = Hello {
        capabilities: u64::MAX,
        ..Hello::default()
    };
    let message = ToAgent::from(to_agent::Kind::Hello(hello));
    let heard = codec::decode::<ToAgent>(&codec::encode(&message).unwrap()).unwrap();
    assert!(
        matches!(heard.kind, Some(to_agent::Kind::Hello(hello)) if Capability::Log.is_in(hello.capabilities))
    );
    // An enum value that nobody knows yet is the first one.
    let failed = wire::Failed {
        code: 1000,
        ..wire::Failed::default()
    };
    assert_eq!(failed.code(), wire::FailureCode::Unspecified);
}
