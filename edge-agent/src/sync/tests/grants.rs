//! Grants that Google has set an end.

use super::running::{ALDER, Running, event, eventually};
use crate::google::AccountState;

#[tokio::test]
async fn a_permission_that_ended_says_why_and_connecting_again_reads_what_was_announced_meanwhile()
{
    let mut running = Running::start().await;
    let room = running.linked().await;
    let channel = running.channel("/calendar/a").await;
    // As an app in testing, in the last minute of its week.
    running.bench.fake.script().refresh_expires_in = Some(60);
    assert_eq!(running.bench.connect().await, running.account);
    {
        let mut script = running.bench.fake.script();
        script.revoked = true;
        script.access_token = Some("none".to_owned());
        script
            .events
            .insert(ALDER.to_owned(), vec![event("meanwhile")]);
    }
    running.announce(&channel.id, 7).await;
    let account = async || running.bench.google.accounts().await.unwrap().remove(0);
    let why = eventually("the account is to be connected again", || async {
        match account().await.state {
            AccountState::Reconnect { why } => Some(why),
            AccountState::Connected => None,
        }
    })
    .await;
    assert!(
        why.contains("as Google had said") && why.contains("Publish the app"),
        "{why}"
    );
    assert_eq!(
        running.event_ids(&room).await,
        ["first"],
        "what was known stays"
    );
    {
        let mut script = running.bench.fake.script();
        script.revoked = false;
        script.access_token = None;
        script.refresh_expires_in = None;
    }
    assert_eq!(running.bench.connect().await, running.account);
    running.acknowledged(&[(&channel.id, 7)]).await;
    assert_eq!(running.event_ids(&room).await, ["meanwhile"]);
    let mended = account().await;
    assert_eq!(
        (mended.state, mended.ends_at),
        (AccountState::Connected, None)
    );
    running.stop().await;
}

#[tokio::test]
async fn a_refresh_that_tells_an_end_moves_it() {
    let mut running = Running::start().await;
    running.linked().await;
    let channel = running.channel("/calendar/a").await;
    {
        let mut script = running.bench.fake.script();
        script.access_token = Some("fresh".to_owned());
        script.refresh_expires_in = Some(3600);
    }
    running.announce(&channel.id, 7).await;
    running.acknowledged(&[(&channel.id, 7)]).await;
    let accounts = running.bench.google.accounts().await.unwrap();
    let left = accounts[0]
        .ends_at
        .unwrap()
        .duration_since(crate::google::testing::now());
    assert!((3500..=3600).contains(&left.as_secs()), "{left}");
    running.stop().await;
}
