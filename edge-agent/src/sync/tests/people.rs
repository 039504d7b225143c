//! Names of organisers, from a directory in memory.

use serde_json::json;

use super::running::{ALDER, Running, event, eventually};
use crate::news::News;

/// An event whose organiser Google tells only by address.
fn invited_by(address: &str) -> serde_json::Value {
    let mut event = event("first");
    event["organizer"] = json!({"email": address});
    event
}

#[tokio::test]
async fn an_organiser_is_named_as_the_directory_has_them() {
    let mut running = Running::start().await;
    {
        let mut script = running.bench.fake.script();
        let people = [
            ("ann.lee@example.com", "Ann Lee-Young"),
            ("ann.lee@example.com.au", "Another Ann"),
        ];
        script.people = Some(people.map(|(a, n)| (a.to_owned(), n.to_owned())).into());
        script
            .events
            .insert(ALDER.to_owned(), vec![invited_by("Ann.Lee@example.com")]);
    }
    let room = running.linked().await;
    let organiser = async || {
        running.bench.store.room_events(&room).await.unwrap()[0]
            .organiser
            .clone()
    };
    eventually("the directory's name", || async {
        (organiser().await.as_deref() == Some("Ann Lee-Young")).then_some(())
    })
    .await;
    let accounts = running.bench.store.google_accounts().await.unwrap();
    assert_eq!(accounts[0].directory_problem, None);
    running.stop().await;
}

#[tokio::test]
async fn without_a_directory_the_address_has_to_do_and_the_account_says_why() {
    let mut running = Running::start().await;
    running
        .bench
        .fake
        .script()
        .events
        .insert(ALDER.to_owned(), vec![invited_by("ann.lee@example.com")]);
    let room = running.linked().await;
    eventually("the refusal is kept", || async {
        let accounts = running.bench.store.google_accounts().await.unwrap();
        accounts[0].directory_problem.clone()
    })
    .await;
    let events = running.bench.store.room_events(&room).await.unwrap();
    assert_eq!(events[0].organiser.as_deref(), Some("Ann Lee"));
    running.stop().await;
}

#[tokio::test]
async fn a_directory_that_limits_the_rate_is_left_alone_for_a_while_and_nothing_is_said() {
    let mut running = Running::start().await;
    {
        let mut script = running.bench.fake.script();
        script.people_fault = Some((429, String::new()));
        script
            .events
            .insert(ALDER.to_owned(), vec![invited_by("ann.lee@example.com")]);
    }
    let room = running.linked().await;
    let asked = || running.bench.fake.asked("GET", "searchDirectoryPeople");
    eventually("the directory is asked", || async {
        (asked() > 0).then_some(())
    })
    .await;
    let channel = running.channel("/calendar/a").await;
    for number in 2..6 {
        running.announce(&channel.id, number).await;
        let verified = News::RoomVerified { room: room.clone() };
        running.hear(&verified).await;
    }
    assert_eq!(running.bench.fake.asked("GET", "searchDirectoryPeople"), 1);
    let accounts = running.bench.store.google_accounts().await.unwrap();
    assert_eq!(accounts[0].directory_problem, None, "it passes by itself");
    running.stop().await;
}

#[tokio::test]
async fn many_names_are_asked_for_one_after_the_other_and_each_once() {
    let mut running = Running::start().await;
    let people: Vec<String> = (0..3).map(|n| format!("guest.{n}@example.com")).collect();
    {
        let mut script = running.bench.fake.script();
        let named = people.iter().map(|a| (a.clone(), format!("The {a}")));
        script.people = Some(named.collect());
        let events = people.iter().enumerate().map(|(n, address)| {
            let mut event = invited_by(address);
            event["id"] = json!(n.to_string());
            event
        });
        script.events.insert(ALDER.to_owned(), events.collect());
    }
    let began = std::time::Instant::now();
    let room = running.linked().await;
    eventually("every name", || async {
        let events = running.bench.store.room_events(&room).await.unwrap();
        let named = |name: Option<String>| name.is_some_and(|name| name.starts_with("The "));
        let all = events.into_iter().all(|event| named(event.organiser));
        all.then_some(())
    })
    .await;
    // Two pauses between three searches; the People API allows ninety a minute.
    assert!(began.elapsed() >= std::time::Duration::from_millis(1400));
    let channel = running.channel("/calendar/a").await;
    running.announce(&channel.id, 7).await;
    running.acknowledged(&[(&channel.id, 7)]).await;
    assert_eq!(running.bench.fake.asked("GET", "searchDirectoryPeople"), 3);
    running.stop().await;
}
