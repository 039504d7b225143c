//! One suite for every store: what `SQLite` promises, `DynamoDB` promises, too.

use cloud_relay::store::sqlite::SqliteStore;
use cloud_relay::store::{Answer, Change, EnrolOutcome, NewAgent, Operator, Store};
use jiff::{SignedDuration, Timestamp};
use relay_contract::encoding::Base64Bytes;
use relay_contract::id::{AgentId, Instance, OriginId};
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use relay_contract::origin::PortalOrigin;

use crate::dynoxide::Dynoxide;

mod enrolment;
mod operator;

#[tokio::test]
async fn sqlite_keeps_every_promise_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    suite(&SqliteStore::open(folder.path()).unwrap()).await;
}

#[tokio::test]
async fn dynamo_keeps_every_promise_of_a_store() {
    let (_dynoxide, store) = Dynoxide::start().await;
    suite(&store).await;
}

/// Another's idea of `DynamoDB`: what both accept is more likely to be AWS's.
#[tokio::test]
async fn dynamo_keeps_every_promise_as_ministack_plays_it() {
    let (_ministack, store) = Dynoxide::ministack().await;
    suite(&store).await;
}

pub(crate) async fn suite<S: Store + Operator>(store: &S) {
    an_invite_makes_one_agent(store).await;
    the_last_host_owner_speaks_for_the_domain(store).await;
    an_epoch_is_claimed_once(store).await;
    origins_keep_their_numbers(store).await;
    changes_of_a_channel_coalesce(store).await;
    an_acknowledged_change_that_moved_on_stays(store).await;
    an_answer_is_kept_once(store).await;
    what_has_expired_is_not_seen(store).await;
    an_inbox_is_read_in_pages(store).await;
    the_newest_connection_counts(store).await;
    concurrent_changes_leave_the_highest_number(store).await;
    enrolment::suite(store).await;
    operator::suite(store).await;
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn newcomer(seed: u8) -> NewAgent {
    NewAgent {
        candidate: AgentId::from_random([seed; 10]),
        former: None,
        invite: [seed; 16],
        host_owner: false,
        public_key: [seed; 32],
        epoch: 1,
        instance: Instance::from_random([seed; 16]),
    }
}

pub(crate) async fn enrolled<S: Store>(store: &S, seed: u8) -> AgentId {
    match store.enrol(&newcomer(seed)).await.unwrap() {
        EnrolOutcome::Agent(agent) => agent,
        EnrolOutcome::InviteUsed => panic!("seeds are used once"),
    }
}

pub(crate) fn change(channel: &str, number: u64) -> Change {
    let received_at = at(i64::try_from(number).unwrap());
    let expires = received_at + SignedDuration::from_hours(1);
    Change {
        channel: channel.into(),
        number,
        received_at,
        expires,
    }
}

pub(crate) fn calendar(channel: &str, number: u64) -> Acknowledgement {
    Acknowledgement::Calendar {
        channel: channel.into(),
        number,
    }
}

/// The agent's connection; outer `None`: no such agent.
async fn connection<S: Store>(store: &S, agent: &AgentId) -> Option<Option<String>> {
    let listening = store.listening(agent).await.unwrap()?;
    Some(listening.connection.map(|(id, _)| id))
}

pub(crate) async fn signals<S: Store>(store: &S, agent: &AgentId) -> Vec<Signal> {
    store
        .pending(agent, None, 100, at(0))
        .await
        .unwrap()
        .signals
}

async fn an_invite_makes_one_agent<S: Store>(store: &S) {
    let new = newcomer(1);
    let first = store.enrol(&new).await.unwrap();
    assert_eq!(first, EnrolOutcome::Agent(new.candidate.clone()));
    let again = NewAgent {
        candidate: AgentId::from_random([99; 10]),
        ..new.clone()
    };
    assert_eq!(store.enrol(&again).await.unwrap(), first);
    let thief = NewAgent {
        public_key: [98; 32],
        ..again
    };
    assert_eq!(store.enrol(&thief).await.unwrap(), EnrolOutcome::InviteUsed);
    assert_eq!(store.agent(&thief.candidate).await.unwrap(), None);
    let record = store.agent(&new.candidate).await.unwrap().unwrap();
    assert_eq!(
        (record.public_key, record.epoch, record.instance),
        ([1; 32], 1, new.instance)
    );
    assert_eq!(record.origins, vec![]);
}

async fn the_last_host_owner_speaks_for_the_domain<S: Store>(store: &S) {
    assert_eq!(store.host_owner().await.unwrap(), None);
    for seed in [2, 3] {
        let owner = NewAgent {
            host_owner: true,
            ..newcomer(seed)
        };
        store.enrol(&owner).await.unwrap();
        assert_eq!(store.host_owner().await.unwrap(), Some(owner.candidate));
    }
}

async fn an_epoch_is_claimed_once<S: Store>(store: &S) {
    let agent = enrolled(store, 4).await;
    let (a, b) = (
        Instance::from_random([40; 16]),
        Instance::from_random([41; 16]),
    );
    assert!(store.claim_epoch(&agent, 1, 2, &a).await.unwrap());
    assert!(!store.claim_epoch(&agent, 1, 2, &b).await.unwrap());
    // The same claim, whose answer was lost.
    assert!(store.claim_epoch(&agent, 1, 2, &a).await.unwrap());
    let record = store.agent(&agent).await.unwrap().unwrap();
    assert_eq!((record.epoch, record.instance), (2, a.clone()));
    let nobody = AgentId::from_random([97; 10]);
    assert!(!store.claim_epoch(&nobody, 1, 2, &a).await.unwrap());
}

async fn origins_keep_their_numbers<S: Store>(store: &S) {
    let agent = enrolled(store, 5).await;
    let origin = |text: &str| text.parse::<PortalOrigin>().unwrap();
    let (name, address, other) = (
        origin("https://p.localhost"),
        origin("https://10.0.0.1"),
        origin("https://q.localhost"),
    );
    let numbers = async |wanted: &[PortalOrigin]| -> Vec<OriginId> {
        let origins = store.set_origins(&agent, wanted).await.unwrap().unwrap();
        assert_eq!(store.agent(&agent).await.unwrap().unwrap().origins, origins);
        origins.into_iter().map(|o| o.id).collect()
    };
    assert_eq!(
        numbers(&[name.clone(), address.clone()]).await,
        [OriginId(1), OriginId(2)]
    );
    assert_eq!(
        numbers(&[address.clone(), address.clone()]).await,
        [OriginId(2)]
    );
    assert_eq!(
        numbers(&[name, address, other]).await,
        [OriginId(3), OriginId(2), OriginId(4)]
    );
    assert_eq!(
        store
            .set_origins(&AgentId::from_random([97; 10]), &[])
            .await
            .unwrap(),
        None
    );
}

async fn changes_of_a_channel_coalesce<S: Store>(store: &S) {
    let agent = enrolled(store, 6).await;
    for number in [3, 7, 5, 7] {
        let first = store.note_change(&agent, &change("c", number)).await;
        assert_eq!(first.unwrap(), at(3), "nothing was acknowledged since");
    }
    let expected = Signal::Calendar {
        channel: "c".into(),
        number: 7,
        received_at: at(7),
    };
    assert_eq!(signals(store, &agent).await, vec![expected]);
}

async fn an_acknowledged_change_that_moved_on_stays<S: Store>(store: &S) {
    let agent = enrolled(store, 7).await;
    store.note_change(&agent, &change("a", 4)).await.unwrap();
    store.note_change(&agent, &change("b", 4)).await.unwrap();
    let items = [
        calendar("a", 3),
        calendar("b", 4),
        calendar("c", 1),
        calendar("b", 4),
    ];
    let results = store.acknowledge(&agent, &items, at(0)).await.unwrap();
    use Acknowledged::{Absent, Done, MovedOn};
    // The same item twice in one call: one of the two finds it, whichever is first.
    assert_eq!((results[0], results[2]), (MovedOn, Absent));
    assert!(
        matches!((results[1], results[3]), (Done, Absent) | (Absent, Done)),
        "{results:?}"
    );
    assert_eq!(signals(store, &agent).await.len(), 1);
    assert_eq!(
        store
            .acknowledge(&agent, &[calendar("a", 9)], at(0))
            .await
            .unwrap(),
        [Done]
    );
    assert_eq!(signals(store, &agent).await, vec![]);
    let stranger = enrolled(store, 8).await;
    store.note_change(&agent, &change("a", 5)).await.unwrap();
    assert_eq!(
        store
            .acknowledge(&stranger, &[calendar("a", 9)], at(0))
            .await
            .unwrap(),
        [Absent]
    );
}

pub(crate) fn answer(id: &str) -> Answer {
    Answer {
        id: id.into(),
        state: format!("state of {id}"),
        sealed: vec![1, 2, 3],
        received_at: at(1),
        expires: at(600),
    }
}

async fn an_answer_is_kept_once<S: Store>(store: &S) {
    let agent = enrolled(store, 9).await;
    assert!(store.keep_answer(&agent, &answer("x")).await.unwrap());
    // The same write, whose answer was lost; and another of Google's answers to the same sign-in.
    assert!(store.keep_answer(&agent, &answer("x")).await.unwrap());
    let other = Answer {
        sealed: vec![9],
        ..answer("x")
    };
    assert!(!store.keep_answer(&agent, &other).await.unwrap());
    let expected = Signal::Oauth {
        id: "x".into(),
        state: "state of x".into(),
        sealed: Base64Bytes(vec![1, 2, 3]),
        received_at: at(1),
    };
    assert_eq!(signals(store, &agent).await, vec![expected]);
    let used = [Acknowledgement::Oauth { id: "x".into() }];
    assert_eq!(
        store.acknowledge(&agent, &used, at(0)).await.unwrap(),
        [Acknowledged::Done]
    );
    assert_eq!(
        store.acknowledge(&agent, &used, at(0)).await.unwrap(),
        [Acknowledged::Absent]
    );
    assert_eq!(signals(store, &agent).await, vec![]);
    // Acknowledged, and still not to be used again.
    assert!(!store.keep_answer(&agent, &answer("x")).await.unwrap());
    assert_eq!(signals(store, &agent).await, vec![]);
}

async fn what_has_expired_is_not_seen<S: Store>(store: &S) {
    let agent = enrolled(store, 10).await;
    store.keep_answer(&agent, &answer("x")).await.unwrap();
    store.note_change(&agent, &change("c", 5)).await.unwrap();
    let seen = async |now| {
        store
            .pending(&agent, None, 100, now)
            .await
            .unwrap()
            .signals
            .len()
    };
    assert_eq!(seen(at(599)).await, 2);
    assert_eq!(seen(at(600)).await, 1);
    assert_eq!(seen(at(5 + 3600)).await, 0);
    // Still on disk perhaps, and gone all the same.
    let items = [
        calendar("c", 5),
        calendar("c", 4),
        Acknowledgement::Oauth { id: "x".into() },
    ];
    let results = store.acknowledge(&agent, &items, at(5 + 3600)).await;
    assert_eq!(results.unwrap(), [Acknowledged::Absent; 3]);
    // A channel that comes back with a lower number after its item has expired is seen again.
    let late = Change {
        received_at: at(5000),
        expires: at(9000),
        ..change("c", 1)
    };
    store.note_change(&agent, &late).await.unwrap();
    assert_eq!(seen(at(5000)).await, 1);
}

async fn an_inbox_is_read_in_pages<S: Store>(store: &S) {
    let agent = enrolled(store, 11).await;
    for number in 1..=7 {
        store
            .note_change(&agent, &change(&format!("channel-{number}"), number))
            .await
            .unwrap();
    }
    store.keep_answer(&agent, &answer("x")).await.unwrap();
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..20 {
        let page = store
            .pending(&agent, after.as_deref(), 3, at(0))
            .await
            .unwrap();
        assert!(page.signals.len() <= 3);
        found.extend(page.signals);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(after, None);
    assert_eq!(found.len(), 8);
}

async fn the_newest_connection_counts<S: Store>(store: &S) {
    let agent = enrolled(store, 12).await;
    assert_eq!(connection(store, &agent).await, Some(None));
    assert_eq!(
        store.connected(&agent, "one", 1, at(0)).await.unwrap(),
        None
    );
    let before = store.connected(&agent, "two", 2, at(1)).await.unwrap();
    assert_eq!(before.as_deref(), Some("one"));
    assert_eq!(
        store.connection_owner("two").await.unwrap(),
        Some(agent.clone())
    );
    // A late goodbye of the old connection, and a late hello of the old incarnation, change nothing.
    store.disconnected(&agent, "one").await.unwrap();
    store.connected(&agent, "old", 1, at(2)).await.unwrap();
    assert_eq!(connection(store, &agent).await, Some(Some("two".into())));
    store.disconnected(&agent, "two").await.unwrap();
    assert_eq!(connection(store, &agent).await, Some(None));
    let nobody = AgentId::from_random([97; 10]);
    assert_eq!(connection(store, &nobody).await, None);
    store.connected(&nobody, "three", 1, at(0)).await.unwrap();
    assert_eq!(connection(store, &nobody).await, None);
    assert_eq!(store.connection_owner("four").await.unwrap(), None);
}

async fn concurrent_changes_leave_the_highest_number<S: Store>(store: &S) {
    let agent = enrolled(store, 13).await;
    let changes: Vec<Change> = (1..=40).map(|number| change("c", number)).collect();
    let noted = changes
        .iter()
        .rev()
        .map(|change| store.note_change(&agent, change));
    for noted in futures_util::future::join_all(noted).await {
        noted.unwrap();
    }
    let expected = Signal::Calendar {
        channel: "c".into(),
        number: 40,
        received_at: at(40),
    };
    assert_eq!(signals(store, &agent).await, vec![expected]);
}
