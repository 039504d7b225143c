//! Keys, leaving, coming back, and the domain.

use cloud_relay::store::{AgentRecord, EnrolOutcome, NewAgent, Store};
use relay_contract::id::AgentId;
use relay_contract::rotate::KeyUse;
use relay_contract::site::SiteVerification;

use super::{at, calendar, change, enrolled, newcomer, signals};

pub(super) async fn suite<S: Store>(store: &S) {
    a_new_key_counts_from_its_first_use(store).await;
    who_comes_back_gets_its_id_again(store).await;
    nothing_is_left_of_who_has_left(store).await;
    the_host_owner_alone_sets_the_site_verification(store).await;
    what_is_said_of_nobody_changes_nothing(store).await;
}

async fn record<S: Store>(store: &S, agent: &AgentId) -> AgentRecord {
    store.agent(agent).await.unwrap().unwrap()
}

async fn a_new_key_counts_from_its_first_use<S: Store>(store: &S) {
    let agent = enrolled(store, 20).await;
    assert!(!store.use_key(&agent, &[99; 32]).await.unwrap());
    assert!(store.announce_key(&agent, &[98; 32]).await.unwrap());
    // The last announcement counts.
    assert!(store.announce_key(&agent, &[99; 32]).await.unwrap());
    let both = record(store, &agent).await;
    assert_eq!((both.public_key, both.next_key), ([20; 32], Some([99; 32])));
    assert!(!store.use_key(&agent, &[98; 32]).await.unwrap());
    for _ in 0..2 {
        // The second time is the same use, whose answer was lost.
        assert!(store.use_key(&agent, &[99; 32]).await.unwrap());
        let one = record(store, &agent).await;
        assert_eq!((one.public_key, one.next_key), ([99; 32], None));
    }
    assert!(!store.use_key(&agent, &[20; 32]).await.unwrap());
    // Announcing the key in use withdraws another.
    assert!(store.announce_key(&agent, &[97; 32]).await.unwrap());
    assert!(store.announce_key(&agent, &[99; 32]).await.unwrap());
    assert_eq!(record(store, &agent).await.next_key, None);
}

async fn who_comes_back_gets_its_id_again<S: Store>(store: &S) {
    let former = AgentId::from_random([121; 10]);
    let back = NewAgent {
        former: Some(former.clone()),
        ..newcomer(21)
    };
    let expected = EnrolOutcome::Agent(former.clone());
    assert_eq!(store.enrol(&back).await.unwrap(), expected);
    assert_eq!(store.enrol(&back).await.unwrap(), expected);
    // With a fresh invite and the same key it is still that agent, and keeps what it has.
    store.note_change(&former, &change("c", 5)).await.unwrap();
    let again = NewAgent {
        invite: [122; 16],
        ..back.clone()
    };
    assert_eq!(store.enrol(&again).await.unwrap(), expected);
    assert_eq!(signals(store, &former).await.len(), 1);
    // Who has another key does not become somebody who is here.
    let thief = NewAgent {
        former: Some(former.clone()),
        ..newcomer(23)
    };
    let own = EnrolOutcome::Agent(thief.candidate.clone());
    assert_eq!(store.enrol(&thief).await.unwrap(), own);
    assert_eq!(record(store, &former).await.public_key, [21; 32]);
}

async fn nothing_is_left_of_who_has_left<S: Store>(store: &S) {
    let (agent, other) = (enrolled(store, 24).await, enrolled(store, 25).await);
    for number in 1..=60 {
        let change = change(&format!("channel-{number}"), number);
        store.note_change(&agent, &change).await.unwrap();
    }
    store.note_change(&other, &change("c", 5)).await.unwrap();
    store.connected(&agent, "leaving", 1, at(0)).await.unwrap();
    let left = store.remove(&agent).await.unwrap();
    assert_eq!(left, Some(Some("leaving".into())));
    assert_eq!(store.remove(&agent).await.unwrap(), None);
    assert_eq!(store.agent(&agent).await.unwrap(), None);
    assert_eq!(store.listening(&agent).await.unwrap(), None);
    assert_eq!(signals(store, &agent).await, vec![]);
    assert_eq!(signals(store, &other).await.len(), 1);
    // Its invite stays used, also for its own key.
    let outcome = store.enrol(&newcomer(24)).await.unwrap();
    assert_eq!(outcome, EnrolOutcome::InviteUsed);
}

async fn the_host_owner_alone_sets_the_site_verification<S: Store>(store: &S) {
    let owner = NewAgent {
        host_owner: true,
        ..newcomer(26)
    };
    store.enrol(&owner).await.unwrap();
    let site = SiteVerification {
        files: vec!["google0123456789abcdef.html".parse().unwrap()],
        tokens: vec![],
    };
    let other = enrolled(store, 27).await;
    let set = async |agent: &AgentId| store.set_site_verification(agent, &site).await.unwrap();
    assert!(!set(&other).await);
    assert_eq!(
        store.site_verification().await.unwrap(),
        SiteVerification::default()
    );
    assert!(set(&owner.candidate).await);
    assert_eq!(store.site_verification().await.unwrap(), site);
    // It is the domain's: whoever owns it next finds it.
    let next = NewAgent {
        host_owner: true,
        ..newcomer(28)
    };
    store.enrol(&next).await.unwrap();
    assert!(!set(&owner.candidate).await);
    assert_eq!(store.site_verification().await.unwrap(), site);
    // Who leaves takes it along, if it was the owner.
    store.remove(&owner.candidate).await.unwrap();
    assert_eq!(
        store.host_owner().await.unwrap(),
        Some(next.candidate.clone())
    );
    assert_eq!(store.site_verification().await.unwrap(), site);
    store.remove(&next.candidate).await.unwrap();
    assert_eq!(store.host_owner().await.unwrap(), None);
    assert_eq!(
        store.site_verification().await.unwrap(),
        SiteVerification::default()
    );
}

async fn what_is_said_of_nobody_changes_nothing<S: Store>(store: &S) {
    let nobody = AgentId::from_random([97; 10]);
    assert!(!store.announce_key(&nobody, &[1; 32]).await.unwrap());
    assert!(!store.use_key(&nobody, &[1; 32]).await.unwrap());
    store.note_seen(&nobody, at(0)).await.unwrap();
    store
        .note_key_use(&nobody, &KeyUse::default())
        .await
        .unwrap();
    let acknowledged = store.acknowledge(&nobody, &[calendar("c", 1)], at(0)).await;
    assert_eq!(acknowledged.unwrap().len(), 1);
    assert_eq!(store.agent(&nobody).await.unwrap(), None);
    assert_eq!(store.listening(&nobody).await.unwrap(), None);
}
