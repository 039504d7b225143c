use edge_api::activity::Action;
use jiff::{SignedDuration, Timestamp};

use super::{Alive, Deed, NewSession};
use crate::store::Store;

const START: Timestamp = Timestamp::UNIX_EPOCH;

fn session(byte: u8, now: Timestamp) -> NewSession {
    NewSession {
        token_hash: [byte; 32],
        now,
        address: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
    }
}

fn alive_at(now: Timestamp) -> Alive {
    Alive {
        created_after: now - SignedDuration::from_hours(100),
        seen_after: now - SignedDuration::from_hours(10),
    }
}

async fn claimed() -> (tempfile::TempDir, Store) {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path()).unwrap();
    assert!(!store.is_claimed().await.unwrap());
    assert!(
        store
            .claim("Ada".into(), "hash".into(), session(1, START))
            .await
            .unwrap()
    );
    (data, store)
}

#[tokio::test]
async fn only_the_first_claim_counts() {
    let (_data, store) = claimed().await;
    assert!(store.is_claimed().await.unwrap());
    assert!(
        !store
            .claim("Eve".into(), "hash".into(), session(2, START))
            .await
            .unwrap()
    );
    assert!(store.user_by_name("eve".into()).await.unwrap().is_none());
    assert_eq!(
        store
            .user_by_name("ADA".into())
            .await
            .unwrap()
            .unwrap()
            .name,
        "Ada"
    );
    assert!(
        store
            .session([2; 32], alive_at(START))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_or_old() {
    let (_data, store) = claimed().await;
    let hours = |n| START + SignedDuration::from_hours(n);
    assert!(
        store
            .session([1; 32], alive_at(hours(9)))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .session([1; 32], alive_at(hours(11)))
            .await
            .unwrap()
            .is_none()
    );
    for n in 1..=11 {
        store.touch_session([1; 32], hours(n * 9)).await.unwrap();
    }
    assert!(
        store
            .session([1; 32], alive_at(hours(99)))
            .await
            .unwrap()
            .is_some()
    );
    store.touch_session([1; 32], hours(100)).await.unwrap();
    assert!(
        store
            .session([1; 32], alive_at(hours(101)))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_reset_ends_every_session_and_is_recorded() {
    let (_data, store) = claimed().await;
    assert_eq!(store.reset_admins(START).await.unwrap(), 1);
    assert!(!store.is_claimed().await.unwrap());
    assert!(store.sessions(alive_at(START)).await.unwrap().is_empty());
    let activity = store.activity(10).await.unwrap();
    assert_eq!(activity.deeds[0].action, Action::AdminReset);
    assert_eq!(activity.deeds[0].who, "console");
    assert_eq!(activity.deeds[1].action, Action::Claimed);
    assert!(activity.intact);
}

#[tokio::test]
async fn a_row_changed_by_hand_is_noticed() {
    let (_data, store) = claimed().await;
    let deed = Deed {
        at: START,
        who: "Ada".into(),
        action: Action::DisplayLinked,
        subject: "north-1".into(),
        address: None,
        was: Some("Birch".into()),
        became: Some("Alder".into()),
    };
    store.record(deed).await.unwrap();
    assert!(store.activity(10).await.unwrap().intact);
    store
        .write(|tx| Ok(tx.execute("UPDATE activity SET who = 'Eve' WHERE id = 1", [])?))
        .await
        .unwrap();
    assert!(!store.activity(10).await.unwrap().intact);
}

#[tokio::test]
async fn the_port_is_settled_once() {
    let (_data, store) = claimed().await;
    assert_eq!(store.https_port().await.unwrap(), None);
    store.settle_https_port(8443).await.unwrap();
    store.settle_https_port(443).await.unwrap();
    assert_eq!(store.https_port().await.unwrap(), Some(8443));
}
