//! Keys that an administrator changes while the agent runs.

use super::*;
use crate::hubs::keys::{make_standby, promote_standby, rotate};

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_is_told_at_once_and_both_keys_are_answered_by() {
    let world = World::new().await;
    let (mut hub, _serving) = world.served_hub().await;
    let old = hub.agent.unwrap();
    let new = rotate(&world.folder.path().join("keys"), 0).unwrap();
    let told = eventually("the hub hears of the key", async || hub.keys_told()).await;
    assert_eq!(told.active, new.to_bytes());
    assert_eq!(
        hub.connect().await.unwrap().agent,
        old,
        "a hub that was away still finds the key that it knows"
    );
    hub.agent = Some(new);
    assert_eq!(hub.connect().await.unwrap().agent, new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_standby_key_ends_every_connection_of_the_key_before_it() {
    let world = World::new().await;
    let keys = world.folder.path().join("keys");
    let (mut hub, serving) = world.served_hub().await;
    let phrase = make_standby(&keys, false).unwrap();
    let told = eventually("the hub hears of the standby key", async || hub.keys_told()).await;
    drop(serving);
    let link = hub.connect().await.unwrap();

    let promoted = promote_standby(&keys, &phrase).unwrap();
    assert_eq!(told.standby, promoted.to_bytes());
    let closed = link.connection.closed().await;
    assert_eq!(CloseReason::of(&closed), Some(CloseReason::KeyChanged));
    assert!(
        hub.connect().await.is_err(),
        "nobody answers by the key that was given up"
    );
    hub.agent = Some(promoted);
    assert_eq!(hub.connect().await.unwrap().agent, promoted);
    let welcomed = hub.welcome().keys.unwrap();
    assert_eq!(welcomed.active, promoted.to_bytes());
    assert_ne!(
        welcomed.standby,
        promoted.to_bytes(),
        "there is another standby key"
    );
}
