//! The pairing protocol over QUIC.

use std::sync::Mutex;

use hub_link::agent_end::{Arrival, CallError, PairingCall};
use hub_link::close::CloseReason;
use hub_link::code::PairingCode;
use hub_link::hub_end::DialError;
use hub_link::identity::Pin;

use crate::world::{World, pair_call};

impl World {
    async fn pairing_call(&self) -> PairingCall {
        match self.arrival().await {
            Arrival::Pairing(call) => call,
            Arrival::Hub(_) => panic!("not the pairing protocol"),
        }
    }
}

#[tokio::test]
async fn with_the_same_code_both_pin_each_other() {
    let world = World::new();
    let hub = world.hub("hub");
    let code = PairingCode::draw();
    let agent = async {
        let proven = world.pairing_call().await.challenge(&code).await.unwrap();
        let (pin, name) = (proven.pin, proven.name.clone());
        proven.confirm(None).await.unwrap();
        (pin, name)
    };
    let kept = Mutex::new(None);
    let keep = |pin: Pin| {
        *kept.lock().unwrap() = Some(pin);
        Ok(())
    };
    let call = pair_call();
    let ((hub_pin, name), agent_pin) =
        tokio::join!(agent, hub.pair(world.address, &call, &code, keep));
    assert_eq!(agent_pin.unwrap(), (world.identity.pin(), None));
    assert_eq!(*kept.lock().unwrap(), Some(world.identity.pin()));
    assert_eq!(
        (hub_pin, name.as_str()),
        (world.hub_identity("hub").pin(), "North")
    );
}

#[tokio::test]
async fn a_hub_with_another_code_says_so_and_gives_nothing_away() {
    let world = World::new();
    let hub = world.hub("hub");
    let (typed, shown) = (PairingCode::draw(), PairingCode::draw());
    let agent = async { world.pairing_call().await.challenge(&typed).await };
    let call = pair_call();
    let keep = |_| panic!("the agent proved nothing");
    let (agent, hub) = tokio::join!(agent, hub.pair(world.address, &call, &shown, keep));
    assert!(matches!(agent, Err(CallError::OtherCode)), "{agent:?}");
    assert!(matches!(hub, Err(DialError::OtherCode)), "{hub:?}");
}

#[tokio::test]
async fn a_hub_that_cannot_keep_the_pin_is_not_paired() {
    let world = World::new();
    let hub = world.hub("hub");
    let code = PairingCode::draw();
    let agent = async { world.pairing_call().await.challenge(&code).await };
    let call = pair_call();
    let keep = |_| Err(std::io::Error::other("disk full"));
    let (agent, hub) = tokio::join!(agent, hub.pair(world.address, &call, &code, keep));
    assert!(agent.is_err());
    assert!(matches!(hub, Err(DialError::Keep(_))), "{hub:?}");
}

#[tokio::test]
async fn a_pin_that_was_kept_is_worth_nothing_without_the_agents_word() {
    let world = World::new();
    let hub = world.hub("hub");
    let code = PairingCode::draw();
    let agent = async {
        let proven = world.pairing_call().await.challenge(&code).await.unwrap();
        proven.refuse(CloseReason::PairingOver);
    };
    let call = pair_call();
    let ((), hub) = tokio::join!(agent, hub.pair(world.address, &call, &code, |_| Ok(())));
    assert!(
        matches!(hub, Err(DialError::Refused(CloseReason::PairingOver))),
        "{hub:?}"
    );
}
