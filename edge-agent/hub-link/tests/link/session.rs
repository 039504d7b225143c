//! The hub protocol over QUIC.

use std::net::UdpSocket;

use hub_link::agent_end::{self, Arrival};
use hub_link::close::CloseReason;
use hub_link::hub_end::{self, DialError, Frame};
use hub_link::identity::Pin;
use hub_link::wire::{
    Encoding, FrameHeader, Stored, Telemetry, ToAgent, Welcome, to_agent, to_hub,
};

use crate::world::{World, hello};

#[tokio::test]
async fn a_paired_hub_is_welcomed_and_both_know_each_others_key() {
    let world = World::new();
    let hub = world.hub("hub");
    let agent = async {
        let Arrival::Hub(call) = world.arrival().await else {
            panic!("not the hub protocol")
        };
        assert_eq!(call.pin(), world.hub_identity("hub").pin());
        let (hello, mut link) = call.hello().await.unwrap();
        assert_eq!(hello.name, "North");
        let welcome = to_hub::Kind::Welcome(Welcome {
            version: "1".to_owned(),
            ..Welcome::default()
        });
        link.orders.order(welcome, 42).await.unwrap();
        let header = FrameHeader {
            display: "n1".to_owned(),
            encoding: Encoding::Raw.into(),
            ..FrameHeader::default()
        };
        let _sent = agent_end::send_frame(&link.connection, &header, vec![7; 60_000].into())
            .await
            .unwrap();
        let report = link.reports.next().await.unwrap();
        assert!(matches!(
            report,
            Some(ToAgent {
                kind: Some(to_agent::Kind::Stored(_))
            })
        ));
        CloseReason::Done.close(&link.connection);
    };
    let hub = async {
        let mut link = hub
            .connect(world.address, &[world.identity.pin()], hello())
            .await
            .unwrap();
        assert_eq!(
            (link.welcome.version.as_str(), link.welcomed_at_us),
            ("1", 42)
        );
        let frame = hub_end::next_frame(&link.connection).await.unwrap();
        let Frame::Whole(header, payload) = frame else {
            panic!("{frame:?}")
        };
        assert_eq!((header.display.as_str(), payload.len()), ("n1", 60_000));
        link.reports
            .send(&to_agent::Kind::Stored(Stored::default()).into())
            .await
            .unwrap();
        // The agent closes when it has read the report.
        assert_eq!(
            CloseReason::of(&link.connection.closed().await),
            Some(CloseReason::Done)
        );
    };
    tokio::join!(agent, hub);
}

#[tokio::test]
async fn a_hub_that_is_not_paired_hears_why_it_is_sent_away() {
    let world = World::new();
    let hub = world.hub("stranger");
    let agent = async {
        let Arrival::Hub(call) = world.arrival().await else {
            panic!("not the hub protocol")
        };
        call.refuse(CloseReason::NotPaired);
    };
    let pins = [world.identity.pin()];
    let call = hub.connect(world.address, &pins, hello());
    let ((), refused) = tokio::join!(agent, call);
    assert!(
        matches!(refused, Err(DialError::Refused(CloseReason::NotPaired))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_hub_does_not_talk_to_an_agent_of_another_key() {
    let world = World::new();
    let hub = world.hub("hub");
    let agent = async {
        let incoming = world.agent.accept().await.unwrap();
        assert!(world.agent.admit(incoming).await.is_err());
    };
    let pins = [Pin::of_spki(b"another agent")];
    let call = hub.connect(world.address, &pins, hello());
    let ((), refused) = tokio::join!(agent, call);
    assert!(
        matches!(refused, Err(DialError::Connection(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn garbage_on_the_port_disturbs_nobody() {
    let world = World::new();
    let noise = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in [0_usize, 1, 20, 100, 1200, 1400] {
        for seed in 0..50_u8 {
            // Some look like QUIC's long and short headers.
            let datagram: Vec<u8> = (0..length)
                .map(|i| seed.wrapping_mul(31).wrapping_add(i as u8) | 0x40)
                .collect();
            noise.send_to(&datagram, world.address).unwrap();
        }
    }
    let hub = world.hub("hub");
    let agent = async {
        loop {
            let incoming = world.agent.accept().await.unwrap();
            // What looked like a handshake may come first, and fails.
            let Ok(Arrival::Hub(call)) = world.agent.admit(incoming).await else {
                continue;
            };
            let (_, mut link) = call.hello().await.unwrap();
            link.orders
                .order(to_hub::Kind::Welcome(Welcome::default()), 1)
                .await
                .unwrap();
            link.connection.closed().await;
            return;
        }
    };
    let hub = async {
        hub.connect(world.address, &[world.identity.pin()], hello())
            .await
            .unwrap();
        hub.close().await;
    };
    tokio::join!(agent, hub);
}

#[tokio::test]
async fn a_key_on_one_protocol_gets_nothing_of_the_other() {
    let world = World::new();
    let hub = world.hub("hub");
    let agent = async {
        let Arrival::Pairing(call) = world.arrival().await else {
            panic!("not the pairing protocol")
        };
        // A hub's key on the pairing protocol gets a pairing call, never a session.
        call.refuse(CloseReason::NoPairingWindow);
        let Arrival::Hub(call) = world.arrival().await else {
            panic!("not the hub protocol")
        };
        // And the other way round: a key on the hub protocol is never asked for a code.
        call.refuse(CloseReason::NotPaired);
    };
    let hub = async {
        let code = hub_link::code::PairingCode::draw();
        let keep = |_| panic!("nobody proved anything");
        let refused = hub
            .pair(world.address, &crate::world::pair_call(), &code, keep)
            .await;
        assert!(
            matches!(
                refused,
                Err(DialError::Refused(CloseReason::NoPairingWindow))
            ),
            "{refused:?}"
        );
        let refused = hub
            .connect(world.address, &[world.identity.pin()], hello())
            .await;
        assert!(
            matches!(refused, Err(DialError::Refused(CloseReason::NotPaired))),
            "{refused:?}"
        );
    };
    tokio::join!(agent, hub);
}

#[tokio::test]
async fn a_superseded_frame_is_passed_over_and_telemetry_arrives() {
    let world = World::new();
    let hub = world.hub("hub");
    let agent = async {
        let Arrival::Hub(call) = world.arrival().await else {
            panic!("not the hub protocol")
        };
        let (_, mut link) = call.hello().await.unwrap();
        link.orders
            .order(to_hub::Kind::Welcome(Welcome::default()), 1)
            .await
            .unwrap();
        // More than the hub takes before it reads, so that not all of it can have arrived.
        let payload = vec![7; 400_000];
        let header = FrameHeader::default();
        let old = agent_end::send_frame(&link.connection, &header, payload.into());
        old.await.unwrap().supersede();
        let header = FrameHeader {
            display: "new".to_owned(),
            ..FrameHeader::default()
        };
        let _new = agent_end::send_frame(&link.connection, &header, vec![8; 10].into())
            .await
            .unwrap();
        let telemetry = agent_end::next_telemetry(&link.connection).await.unwrap();
        assert_eq!(telemetry.sequence, 3);
        CloseReason::Done.close(&link.connection);
    };
    let hub = async {
        let link = hub
            .connect(world.address, &[world.identity.pin()], hello())
            .await
            .unwrap();
        assert_eq!(link.agent, world.identity.pin());
        let first = hub_end::next_frame(&link.connection).await.unwrap();
        assert_eq!(first, Frame::Superseded);
        let second = hub_end::next_frame(&link.connection).await.unwrap();
        assert!(matches!(second, Frame::Whole(header, _) if header.display == "new"));
        let telemetry = Telemetry {
            sequence: 3,
            ..Telemetry::default()
        };
        hub_end::send_telemetry(&link.connection, &telemetry);
        link.connection.closed().await;
    };
    tokio::join!(agent, hub);
}

#[tokio::test]
async fn an_agent_with_several_keys_answers_by_the_one_that_the_hub_asks_for() {
    let world = World::new();
    let hub = world.hub("hub");
    let newer = world.hub_identity("newer");
    let keys = [newer.clone(), world.identity.clone()];
    world.agent.known_by(&keys).unwrap();
    let stranger = Pin::of_spki(b"lost");
    for (pins, answers) in [
        (vec![world.identity.pin()], world.identity.pin()),
        (vec![newer.pin()], newer.pin()),
        (vec![stranger, newer.pin()], newer.pin()),
    ] {
        let agent = async {
            let Arrival::Hub(call) = world.arrival().await else {
                panic!("not the hub protocol")
            };
            let (_, mut link) = call.hello().await.unwrap();
            let welcome = to_hub::Kind::Welcome(Welcome::default());
            link.orders.order(welcome, 1).await.unwrap();
            link.connection.closed().await;
        };
        let hub = async {
            let link = hub.connect(world.address, &pins, hello()).await.unwrap();
            assert_eq!(link.agent, answers);
            CloseReason::Done.close(&link.connection);
        };
        tokio::join!(agent, hub);
    }
}
