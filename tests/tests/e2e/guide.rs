//! The relay on one host behind a web server that is set up as the guide says.

use anyhow::{Result, ensure};
use canary::{Canary, search};
use placard_tests::kept::files;
use placard_tests::plan::WebServer;
use placard_tests::signs::link_all;
use placard_tests::{World, WorldPlan};
use reqwest::Method;
use serde_json::json;

const FILE: &str = "google0123456789abcdef.html";

#[tokio::test]
async fn everything_works_behind_nginx_as_the_guide_says() -> Result<()> {
    works_behind(WebServer::Nginx).await
}

#[tokio::test]
async fn everything_works_behind_caddy_as_the_guide_says() -> Result<()> {
    works_behind(WebServer::Caddy).await
}

/// Enrolment, sign-in, WebSocket, webhook to glass, Google's file to the byte; and a dead relay makes no web server write
/// down what it could not deliver.
async fn works_behind(server: WebServer) -> Result<()> {
    let mut world = World::start(WorldPlan {
        web_server: Some(server),
        ..WorldPlan::small()
    })
    .await?;
    let (mut admin, signs) = link_all(&mut world).await?;
    admin.relay_connects().await?;
    let (sign, calendar) = (&signs[0], &signs[0].room.calendar);
    world
        .calendar
        .add_now(calendar, "Behind a web server")
        .await?;
    sign.is_right(&world.calendar).await?;

    let entries = json!({ "entries": [format!("google-site-verification: {FILE}")] });
    admin
        .must(Method::PUT, "relay/site-verification", Some(&entries))
        .await?;
    let served = admin
        .http()
        .get(format!("{}/{FILE}", world.relay_base))
        .send()
        .await?
        .bytes()
        .await?;
    ensure!(
        served == format!("google-site-verification: {FILE}"),
        "{served:?}"
    );

    world.kill_relay().await?;
    let code = Canary::new("a code that nobody took", "4/0Ab-canary-of-the-web-server")?;
    let redirect = admin.redirect_uri().await?;
    let answer = admin
        .http()
        .get(redirect)
        .query(&[("state", "state"), ("code", &code.word)])
        .send()
        .await?;
    ensure!(answer.status().is_server_error(), "{answer:?}");
    let written = files(&world.logs())?;
    ensure!(written.len() > 4, "the web server writes somewhere else");
    let found = search(&[code], &written);
    ensure!(found.is_empty(), "{}", found[0]);

    world.start_relay().await?;
    admin.relay_connects().await?;
    world.calendar.add_now(calendar, "And again").await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}
