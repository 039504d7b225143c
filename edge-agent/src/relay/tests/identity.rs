//! Who the agent is: its key changes, its data are restored, the relay forgets it, it leaves.

use relay_contract::key::KeyVersion;
use relay_contract::rotate::{ChannelsOfKey, KeyUse};

use super::*;

async fn connected(side: &Side) {
    eventually("connected", async || {
        side.relay.status().connected_since.is_some()
    })
    .await;
}

/// Another machine with the data of the first: a backup without `instance`.
async fn restored(from: &Path) -> (tempfile::TempDir, Side) {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir(data.path().join("keys")).unwrap();
    for file in ["agent.db", "agent.db-wal", "keys/seal.key"] {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), data.path().join(file)).unwrap();
        }
    }
    let side = Side::start(data.path()).await;
    (data, side)
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_old_one() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let old = scripted.state().key;
    side.relay.rotate_key().await.unwrap();
    connected(&side).await;
    assert_ne!(scripted.state().key, old);
    let new = scripted.state().key;
    side.stop().await;
    let side = Side::start(data.path()).await;
    connected(&side).await;
    assert_eq!(scripted.state().key, new);
    assert_eq!(scripted.state().announced_keys, 1);
    side.stop().await;
}

#[tokio::test]
async fn a_change_of_key_survives_a_kill_before_the_relay_heard_of_it() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    side.stop().await;
    let old = scripted.state().key;
    // On disk, and nothing more: the moment before the call.
    let store = Store::open(data.path()).unwrap();
    store.begin_key_rotation([9; 32]).await.unwrap();
    drop(store);
    let side = Side::start(data.path()).await;
    connected(&side).await;
    assert_ne!(
        scripted.state().key,
        old,
        "what was begun is brought to its end"
    );
    assert_eq!(scripted.state().announced_keys, 1);
    side.stop().await;
}

#[tokio::test]
async fn a_change_of_key_survives_a_kill_after_the_relay_heard_of_it() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().lose_key_answers = 1;
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let lost = side.relay.rotate_key().await.unwrap_err();
    assert!(matches!(lost, RelayError::Unreadable { .. }), "{lost:?}");
    side.stop().await;
    let side = Side::start(data.path()).await;
    connected(&side).await;
    assert_eq!(
        scripted.state().announced_keys,
        1,
        "the new key was tried first"
    );
    // And once more, now that it is over.
    side.relay.rotate_key().await.unwrap();
    connected(&side).await;
    assert_eq!(scripted.state().announced_keys, 2);
    side.stop().await;
}

#[tokio::test]
async fn a_relay_that_is_too_old_for_new_keys_keeps_the_old_one_and_the_link() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().is_old = true;
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let refused = side.relay.rotate_key().await.unwrap_err();
    assert!(refused.is_unknown_call(), "{refused:?}");
    scripted.cut();
    connected(&side).await;
    side.stop().await;
    let side = Side::start(data.path()).await;
    connected(&side).await;
    side.stop().await;
}

#[tokio::test]
async fn a_restored_copy_takes_over_and_the_old_machine_goes_passive() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let old = Side::start(data.path()).await;
    old.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&old).await;
    let (_data, new) = restored(data.path()).await;
    connected(&new).await;
    scripted.cut();
    eventually("the old one is passive", async || {
        old.relay.status().passive()
    })
    .await;
    connected(&new).await;
    // A restart does not make it forget which of the two it is.
    old.stop().await;
    let old = Side::start(data.path()).await;
    eventually("still passive", async || old.relay.status().passive()).await;
    old.stop().await;
    new.stop().await;
}

#[tokio::test]
async fn of_one_backup_restored_twice_the_second_goes_passive_until_it_is_told_to_take_over() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let old = Side::start(data.path()).await;
    old.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&old).await;
    old.stop().await;
    let (_first_data, first) = restored(data.path()).await;
    connected(&first).await;
    let (second_data, second) = restored(data.path()).await;
    eventually("the second is passive", async || {
        second.relay.status().passive()
    })
    .await;
    connected(&first).await;
    assert_eq!(scripted.state().holder.as_ref().unwrap().0, 2);

    second.relay.take_over().await.unwrap();
    connected(&second).await;
    scripted.cut();
    eventually("the first is passive", async || {
        first.relay.status().passive()
    })
    .await;
    second.stop().await;
    let second = Side::start(second_data.path()).await;
    connected(&second).await;
    // However far the others have come meanwhile.
    for _ in 0..5 {
        first.relay.take_over().await.unwrap();
        second.relay.take_over().await.unwrap();
    }
    assert!(scripted.state().holder.as_ref().unwrap().0 > 10);
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn an_agent_that_the_relay_forgot_says_so_and_shows_who_it_was_when_it_enrols_again() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "first").await.unwrap();
    connected(&side).await;
    scripted.state().key = None;
    scripted.cut();
    eventually("forgotten", async || {
        side.relay.status().barred == Some(Barred::Forgotten)
    })
    .await;
    side.relay.enrol(scripted.url(), "second").await.unwrap();
    connected(&side).await;
    let enrolments = scripted.state().enrolments.clone();
    assert!(enrolments[0].former.is_none(), "nobody before");
    let former = enrolments[1].former.as_ref().unwrap();
    assert_eq!(&former.agent, side.relay.enrolment().unwrap().agent_id());
    assert_ne!(enrolments[0].public_key, enrolments[1].public_key);
    side.stop().await;
}

#[tokio::test]
async fn new_keys_of_the_relay_are_fetched_when_an_answer_names_them() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let timing = Timing {
        pull: (Duration::from_millis(30), Duration::from_millis(60)),
        ..Timing::default()
    };
    let side = Side::start_with(data.path(), timing).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let before = side.relay.webhook_token("c").unwrap();
    assert_eq!(before.1, 1);
    scripted.state().key_version = 1;
    eventually("new tokens", async || {
        side.relay.webhook_token("c").unwrap().1 == 2
    })
    .await;
    assert_ne!(side.relay.webhook_token("c").unwrap().0, before.0);
    side.stop().await;
    let side = Side::start(data.path()).await;
    assert_eq!(side.relay.webhook_token("c").unwrap().1, 2, "and kept");
    side.stop().await;
}

#[tokio::test]
async fn the_relay_is_told_once_which_of_its_keys_are_in_use() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let used = |count| KeyUse {
        channels: vec![ChannelsOfKey {
            version: KeyVersion(1),
            count,
        }],
    };
    for count in [1, 1, 2] {
        side.relay.tell_key_use(used(count)).await;
    }
    assert_eq!(scripted.state().key_use, [used(1), used(2)]);
    side.stop().await;
}

#[tokio::test]
async fn leaving_is_told_to_the_relay_or_at_least_done_here() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let nowhere = side.relay.leave(false).await.unwrap_err();
    assert!(matches!(nowhere, RelayError::NotEnrolled));
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    side.relay.leave(false).await.unwrap();
    assert!(side.relay.enrolment().is_none() && side.relay.status().connected_since.is_none());
    assert_eq!(scripted.state().leaves, 1);
    assert!(side.http.client().get(scripted.url()).send().await.is_ok());

    side.relay.enrol(scripted.url(), "again").await.unwrap();
    let url = scripted.url().to_owned();
    drop(scripted);
    let unheard = side.relay.leave(false).await.unwrap_err();
    assert!(
        matches!(unheard, RelayError::Unreachable(_)),
        "{url}: {unheard:?}"
    );
    assert!(side.relay.enrolment().is_some());
    side.relay.leave(true).await.unwrap();
    assert!(side.relay.enrolment().is_none());
    side.stop().await;
    let side = Side::start(data.path()).await;
    assert!(side.relay.enrolment().is_none());
    side.stop().await;
}
