//! The tasks of sync as a whole, against a relay and a Google in memory.

mod calendars;
mod grants;
mod other_keys;
mod people;
mod running;

use serde_json::json;

use self::running::{ALDER, Running, event, eventually};
use crate::google::AccountState;
use crate::google::testing::Bench;
use crate::news::{News, Trace};

#[tokio::test]
async fn calendars_become_rooms_and_a_linked_one_is_listed_at_once() {
    let mut running = Running::start().await;
    let room = running.room().await;
    assert_eq!(room.name, "alder");
    assert_eq!(room.verified_at, None);
    assert_eq!(
        running.lists(),
        0,
        "only rooms that displays show are listed"
    );
    let room = running.linked().await;
    assert_eq!(running.event_ids(&room).await, ["first"]);
    running.stop().await;
}

#[tokio::test]
async fn an_announced_change_is_listed_committed_told_and_acknowledged() {
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    running
        .bench
        .fake
        .script()
        .events
        .insert(ALDER.to_owned(), vec![event("renamed")]);
    let signal = running.announce(&channel.id, 7).await;
    let news = running
        .hear_if(
            |news| matches!(news, News::RoomChanged { trace, .. } if *trace != Trace::default()),
        )
        .await;
    let News::RoomChanged { trace, .. } = news else {
        unreachable!()
    };
    assert_eq!(trace.webhook_at, Some(signal.received_at));
    assert_eq!(trace.hint_at, Some(signal.heard_at));
    assert!(trace.listed_at.unwrap() > signal.heard_at);
    assert_eq!(running.event_ids(&room).await, ["renamed"]);
    running.acknowledged(&[(&channel.id, 7)]).await;
    running.stop().await;
}

#[tokio::test]
async fn a_change_announced_while_a_list_runs_is_listed_again_before_it_is_acknowledged() {
    let mut running = Running::start().await;
    running.linked().await;
    let channel = running.channel("/calendar/a").await;
    let before = running.lists();
    running.bench.fake.hold_lists();
    running.announce(&channel.id, 7).await;
    running.lists_reach(before + 1).await;
    running.announce(&channel.id, 9).await;
    // That 9 was taken is seen by its being taken from the channel; then the first list may end.
    eventually("the signal is taken", || async {
        (running.signals.capacity() == 64).then_some(())
    })
    .await;
    running.bench.fake.release_lists(1);
    running.lists_reach(before + 2).await;
    running.acknowledged(&[(&channel.id, 7)]).await;
    running.bench.fake.release_lists(100);
    running
        .acknowledged(&[(&channel.id, 7), (&channel.id, 9)])
        .await;
    running.stop().await;
}

#[tokio::test]
async fn an_announcement_on_a_channel_that_is_not_ours_is_dropped() {
    let mut running = Running::start().await;
    running.linked().await;
    running.channel("/calendar/a").await;
    running.announce("of-another-life", 3).await;
    running.acknowledged(&[("of-another-life", 3)]).await;
    running.stop().await;
}

#[tokio::test]
async fn a_list_that_fails_is_tried_again_and_only_then_acknowledged() {
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    running.bench.fake.script().faults = vec![(503, String::new())];
    running
        .bench
        .fake
        .script()
        .events
        .insert(ALDER.to_owned(), vec![event("later")]);
    running.announce(&channel.id, 7).await;
    eventually("the problem is told", || async {
        running
            .bench
            .store
            .room(&room)
            .await
            .unwrap()
            .unwrap()
            .problem
    })
    .await;
    assert_eq!(
        running.event_ids(&room).await,
        ["first"],
        "what was known stays"
    );
    assert_eq!(running.calendar_acknowledgements(), []);
    running.acknowledged(&[(&channel.id, 7)]).await;
    assert_eq!(running.event_ids(&room).await, ["later"]);
    assert_eq!(
        running
            .bench
            .store
            .room(&room)
            .await
            .unwrap()
            .unwrap()
            .problem,
        None
    );
    running.stop().await;
}

#[tokio::test]
async fn events_that_cannot_be_understood_are_counted_and_the_rest_is_shown() {
    let mut running = Running::start().await;
    let mut year_zero = event("zero");
    year_zero["start"] = json!({"dateTime": "0000-01-01T00:00:00Z"});
    let mut untitled = event("untitled");
    untitled.as_object_mut().unwrap().remove("summary");
    running
        .bench
        .fake
        .script()
        .events
        .insert(ALDER.to_owned(), vec![year_zero, untitled]);
    let room = running.linked().await;
    let stored = running.bench.store.room(&room).await.unwrap().unwrap();
    assert_eq!(stored.skipped.count, 1);
    assert!(stored.skipped.example.unwrap().contains("0000-01-01"));
    let events = running.bench.store.room_events(&room).await.unwrap();
    assert_eq!((events.len(), events[0].summary.as_deref()), (1, None));
    running.stop().await;
}

#[tokio::test]
async fn an_unchanged_room_is_verified_without_news_of_a_change() {
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    let before = running
        .bench
        .store
        .room(&room)
        .await
        .unwrap()
        .unwrap()
        .verified_at
        .unwrap();
    running.announce(&channel.id, 7).await;
    let next = running
        .hear_if(|news| matches!(news, News::RoomVerified { .. } | News::RoomChanged { .. }))
        .await;
    assert_eq!(next, News::RoomVerified { room: room.clone() });
    let after = running
        .bench
        .store
        .room(&room)
        .await
        .unwrap()
        .unwrap()
        .verified_at
        .unwrap();
    assert!(after > before);
    running.stop().await;
}

#[tokio::test]
async fn a_token_that_google_does_not_take_any_more_is_renewed_once() {
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    let tokens_before = running.bench.fake.asked("POST", "/token");
    running.bench.fake.script().access_token = Some("fresh".to_owned());
    running.announce(&channel.id, 7).await;
    running.acknowledged(&[(&channel.id, 7)]).await;
    assert_eq!(
        running.bench.fake.asked("POST", "/token"),
        tokens_before + 1
    );
    assert_eq!(
        running
            .bench
            .store
            .room(&room)
            .await
            .unwrap()
            .unwrap()
            .problem,
        None
    );
    running.stop().await;
}

#[tokio::test]
async fn a_dead_grant_asks_for_a_new_sign_in_and_keeps_what_was_known() {
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    {
        let mut script = running.bench.fake.script();
        script.revoked = true;
        script.access_token = Some("none".to_owned());
    }
    running.announce(&channel.id, 7).await;
    let why = eventually("the account is to be connected again", || async {
        match running
            .bench
            .google
            .accounts()
            .await
            .unwrap()
            .remove(0)
            .state
        {
            AccountState::Reconnect { why } => Some(why),
            AccountState::Connected => None,
        }
    })
    .await;
    assert!(why.contains("Press Connect"), "{why}");
    assert_eq!(running.event_ids(&room).await, ["first"]);
    assert_eq!(running.calendar_acknowledgements(), []);
    // The same person signs in again, and what was announced meanwhile is listed.
    {
        let mut script = running.bench.fake.script();
        script.revoked = false;
        script.access_token = None;
        script.events.insert(ALDER.to_owned(), vec![event("after")]);
    }
    assert_eq!(running.bench.connect().await, running.account);
    running.acknowledged(&[(&channel.id, 7)]).await;
    assert_eq!(running.event_ids(&room).await, ["after"]);
    running.stop().await;
}

#[tokio::test]
async fn a_new_address_of_the_relay_opens_new_channels_and_then_stops_the_old() {
    let mut running = Running::start().await;
    running.linked().await;
    let old = running.channel("/calendar/a").await;
    let opened = running.bench.fake.script().channels[0]["watch"].clone();
    assert_eq!(
        opened["address"],
        "https://relay.example.com/google/calendar/a"
    );
    assert_eq!(opened["token"], format!("token-of-{}", old.id));
    running
        .bench
        .relay
        .move_to("https://new.example.com/google/calendar/b");
    running.bench.bus.send(News::RelayChanged);
    let new = running.channel("/calendar/b").await;
    assert_ne!(new.id, old.id);
    eventually("the old channel is stopped", || async {
        let channels = running.bench.store.channels().await.unwrap();
        (channels.len() == 1).then_some(())
    })
    .await;
    let script_channels = running.bench.fake.script().channels.clone();
    assert_eq!(script_channels.len(), 3, "{script_channels:?}");
    assert_eq!(script_channels[2]["stop"]["id"], old.id.as_str());
    assert_eq!(
        script_channels[2]["stop"]["resourceId"],
        old.resource_id.unwrap().as_str()
    );
    running.stop().await;
}

#[tokio::test]
async fn a_room_that_no_display_shows_is_not_watched_any_more() {
    let mut running = Running::start().await;
    running.linked().await;
    running.channel("/calendar/a").await;
    running.link(None).await;
    eventually("the channel is stopped", || async {
        running
            .bench
            .store
            .channels()
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
    assert_eq!(running.bench.fake.asked("POST", "/channels/stop"), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_relay_domain_that_google_refuses_is_not_asked_for_again_and_again() {
    let mut running = Running::start().await;
    let refusal =
        json!({"error": {"code": 401, "errors": [{"reason": "push.webhookUrlUnauthorized"}]}});
    running.bench.fake.script().watch_fault = Some((401, refusal.to_string()));
    let room = running.linked().await;
    eventually("Google is asked", || async {
        (running.bench.fake.asked("POST", "events/watch") >= 1).then_some(())
    })
    .await;
    for _ in 0..5 {
        running.bench.bus.send(News::RelayChanged);
    }
    // Each round renews tokens and looks at links; a room that is listed again proves that one has passed.
    running.bench.bus.send(News::IntegrationChanged);
    running
        .hear(&News::RoomVerified { room: room.clone() })
        .await;
    assert_eq!(running.bench.fake.asked("POST", "events/watch"), 1);
    assert_eq!(running.bench.store.channels().await.unwrap(), []);
    let problem = eventually("the room says why", || async {
        let room = running.bench.store.room(&room).await.unwrap().unwrap();
        assert_eq!(room.pushes.channel, None);
        room.pushes.problem
    })
    .await;
    assert!(problem.contains("relay's domain"), "{problem}");
    running.stop().await;
}

#[tokio::test]
async fn many_callers_at_once_renew_a_token_once() {
    let bench = Bench::new().await;
    let account = bench.connect().await;
    let tokens =
        super::tokens::Tokens::new(bench.store.clone(), bench.google.clone(), bench.bus.clone());
    bench.fake.script().access_token = Some("fresh".to_owned());
    let before = bench.fake.asked("POST", "/token");
    let calendar = bench.google.calendar();
    let calls = (0..10).map(|_| {
        tokens.call(&account, |token| {
            let calendar = calendar.clone();
            async move { calendar.list_calendars(&token).await }
        })
    });
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(bench.fake.asked("POST", "/token"), before + 1);
}

#[tokio::test]
async fn calendars_that_are_taken_away_go_unless_a_display_shows_them() {
    let mut running = Running::start().await;
    let birch = "birch@resource.calendar.google.com";
    running
        .bench
        .fake
        .script()
        .events
        .insert(birch.to_owned(), Vec::new());
    let room = running.linked().await;
    running.bench.bus.send(News::IntegrationChanged);
    let rooms = |count: usize| {
        let store = &running.bench.store;
        eventually("rooms", move || async move {
            (store.rooms().await.unwrap().len() == count).then_some(())
        })
    };
    rooms(2).await;
    running.bench.fake.script().events.clear();
    running.bench.bus.send(News::IntegrationChanged);
    rooms(1).await;
    assert_eq!(running.room().await.id, room, "a display shows it");
    running.stop().await;
}
