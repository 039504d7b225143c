//! What the operator sees and decides.

use cloud_relay::store::{AgentSummary, Operator, Status, Store};
use relay_contract::id::AgentId;
use relay_contract::key::KeyVersion;
use relay_contract::rotate::{ChannelsOfKey, KeyUse};

use super::{answer, at, calendar, change, enrolled};
use relay_contract::inbox::Acknowledgement;

pub(super) async fn suite<S: Store + Operator>(store: &S) {
    a_suspension_is_seen_by_webhooks_and_calls(store).await;
    a_summary_counts_what_waits(store).await;
}

async fn a_suspension_is_seen_by_webhooks_and_calls<S: Store + Operator>(store: &S) {
    let agent = enrolled(store, 30).await;
    store.connected(&agent, "on-30", 1, at(0)).await.unwrap();
    for status in [Status::Suspended, Status::Suspended, Status::Active] {
        let connection = store.set_status(&agent, status).await.unwrap();
        assert_eq!(connection, Some(Some("on-30".into())));
        let listening = store.listening(&agent).await.unwrap().unwrap();
        assert_eq!((listening.status, listening.quota), (status, None));
        assert_eq!(store.agent(&agent).await.unwrap().unwrap().status, status);
    }
    store.set_status(&agent, Status::Suspended).await.unwrap();
    // Neither a goodbye nor a new connection lifts it.
    store.disconnected(&agent, "on-30").await.unwrap();
    store.connected(&agent, "on-31", 1, at(1)).await.unwrap();
    let listening = store.listening(&agent).await.unwrap().unwrap();
    assert_eq!(listening.status, Status::Suspended);
    assert_eq!(listening.connection, Some(("on-31".into(), at(1))));

    assert!(store.set_quota(&agent, Some(90)).await.unwrap());
    assert_eq!(
        store.listening(&agent).await.unwrap().unwrap().quota,
        Some(90)
    );
    assert!(store.set_quota(&agent, None).await.unwrap());
    assert_eq!(store.listening(&agent).await.unwrap().unwrap().quota, None);
    let nobody = AgentId::from_random([97; 10]);
    assert_eq!(
        store.set_status(&nobody, Status::Suspended).await.unwrap(),
        None
    );
    assert!(!store.set_quota(&nobody, Some(1)).await.unwrap());
    assert_eq!(store.agent(&nobody).await.unwrap(), None);
}

async fn a_summary_counts_what_waits<S: Store + Operator>(store: &S) {
    let agent = enrolled(store, 32).await;
    let of = async || -> AgentSummary {
        let all = store.summaries(at(100)).await.unwrap();
        assert!(all.is_sorted_by(|a, b| a.agent < b.agent));
        all.into_iter().find(|s| s.agent == agent).unwrap()
    };
    let fresh = AgentSummary {
        agent: agent.clone(),
        status: Status::Active,
        quota: None,
        epoch: 1,
        seen: None,
        connected: None,
        backlog: 0,
        oldest: None,
        webhooks: 0,
        key_use: None,
    };
    assert_eq!(of().await, fresh);
    for number in [9, 7, 8] {
        let change = change(&format!("channel-{number}"), number);
        store.note_change(&agent, &change).await.unwrap();
    }
    store.keep_answer(&agent, &answer("used")).await.unwrap();
    let items = [
        calendar("channel-7", 7),
        Acknowledgement::Oauth { id: "used".into() },
    ];
    store.acknowledge(&agent, &items, at(50)).await.unwrap();
    store.connected(&agent, "on-32", 1, at(60)).await.unwrap();
    store.note_seen(&agent, at(70)).await.unwrap();
    store.set_quota(&agent, Some(5)).await.unwrap();
    let key_use = KeyUse {
        channels: vec![ChannelsOfKey {
            version: KeyVersion(1),
            count: 2,
        }],
    };
    store.note_key_use(&agent, &key_use).await.unwrap();
    let hour = at(100).as_second() / 3600;
    for (hour, count) in [(hour, 3), (hour, 4), (hour - 1, 20), (hour - 2, 100)] {
        store.count_webhooks(&agent, hour, count).await.unwrap();
    }
    let expected = AgentSummary {
        quota: Some(5),
        seen: Some(at(70)),
        connected: Some(at(60)),
        backlog: 2,
        oldest: Some(at(8)),
        webhooks: 27,
        key_use: Some(key_use),
        ..fresh
    };
    assert_eq!(of().await, expected);
    let later = store.summaries(at(100_000)).await.unwrap();
    let expired = later.into_iter().find(|s| s.agent == agent).unwrap();
    assert_eq!((expired.backlog, expired.oldest), (0, None));
}
