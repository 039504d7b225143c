//! Names of organisers, from a directory in memory.

use serde_json::json;

use super::running::{ALDER, Running, event, eventually};

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
