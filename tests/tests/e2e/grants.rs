//! A permission that Google ends after seven days, as of every app that is External and in testing.

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use placard_tests::clock::clock;
use placard_tests::setting_up::{CLIENT_ID, CLIENT_SECRET};
use serde_json::json;

use crate::faults::linked;
use crate::refusals::repair;

/// The stand-in's account.
const ACCOUNT: &str = "admin@example.com";

#[tokio::test]
async fn an_app_in_testing_is_told_from_the_first_day_and_connecting_again_after_the_last_mends_it()
-> Result<()> {
    let (world, mut admin, sign) = linked().await?;
    let app = |testing: bool, redirect: &str| json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [redirect], "testing": testing });
    let redirect = admin.redirect_uri().await?;
    let calendar = &world.calendar;
    calendar.register_client(&app(true, &redirect)).await?;
    admin.connect_google().await?;
    let account = admin.get("integration").await?["accounts"][0].clone();
    let end: Timestamp = account["ends_at"].as_str().context("an end")?.parse()?;
    let left = end.duration_since(clock()).as_hours();
    ensure!((167..=168).contains(&left), "{left} hours are left");
    let told = repair(&admin, "account_ends").await?;
    ensure!(told["what"].to_string().contains("in 7 days"), "{told}");
    ensure!(
        told["action"].to_string().contains("Publish the app"),
        "{told}"
    );

    // The seventh day has passed: to the agent that is a grant that is dead.
    let shown = sign.glass.pixels()?;
    calendar.end_grants(ACCOUNT).await?;
    calendar
        .add_now(&sign.room.calendar, "After seven days")
        .await?;
    let named = repair(&admin, "account_reconnect").await?;
    ensure!(named["page"] == "/settings/integration", "{named}");
    ensure!(sign.glass.pixels()? == shown, "what was shown stays");

    // The app is published, and the account is connected again.
    calendar.register_client(&app(false, &redirect)).await?;
    admin.connect_google().await?;
    sign.is_right(calendar).await?;
    let account = admin.get("integration").await?["accounts"][0].clone();
    ensure!(account["ends_at"].is_null(), "{account}");
    let repairs = admin.get("repairs").await?.to_string();
    ensure!(!repairs.contains("account_"), "{repairs}");
    world.stop().await
}
