//! A company's proxy between the agent and the world, set in the portal.

use anyhow::{Result, ensure};
use placard_tests::connect_proxy::{ConnectProxy, Manner};
use placard_tests::setting_up::{CLIENT_ID, CLIENT_SECRET};
use placard_tests::signs::link_displays;
use placard_tests::{Admin, World, WorldPlan};
use reqwest::Method;
use serde_json::{Value, json};

async fn set_proxy(admin: &mut Admin, proxy: &ConnectProxy, password: Option<&str>) -> Result<()> {
    let mut body = json!({ "address": proxy.address.to_string() });
    if let Some((user, password)) = password.and_then(|p| p.split_once(':')) {
        body["user"] = user.into();
        body["password"] = password.into();
    }
    admin
        .must(Method::PUT, "outbound/proxy", Some(&body))
        .await?;
    Ok(())
}

/// Waits until the relay page says `words`, and returns what it says to do about it.
async fn relay_says(admin: &Admin, words: &str) -> Result<String> {
    let says = |relay: &Value| relay["problem"].as_str().is_some_and(|p| p.contains(words));
    let relay = admin.relay_is(&format!("saying `{words}`"), says).await?;
    Ok(relay["action"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn everything_goes_through_the_proxy_from_the_first_enrolment_to_the_glass() -> Result<()> {
    let mut world = World::start(WorldPlan::small()).await?;
    let proxy = ConnectProxy::start().await?;
    proxy.set(Manner::Asks("ada:correct horse".into()));
    let mut admin = world.admin_at(&world.portal)?;
    admin.claim(&world.setup_token().await?).await?;
    set_proxy(&mut admin, &proxy, Some("ada:correct horse")).await?;
    admin
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    world
        .register_client(&[admin.redirect_uri().await?])
        .await?;
    admin.save_google_app(CLIENT_ID, CLIENT_SECRET).await?;
    admin.connect_google().await?;
    let signs = link_displays(&mut world, &mut admin).await?;
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Through the proxy")
        .await?;
    signs[0].is_right(&world.calendar).await?;

    let asked = proxy.asked_for();
    for host in ["relay.localhost", "google.localhost"] {
        ensure!(
            asked.iter().any(|asked| asked == host),
            "never asked for {host}: {asked:?}"
        );
    }
    // The password survives a restart, and shows nowhere.
    let outbound = admin.get("outbound").await?;
    ensure!(outbound["proxy"]["user"] == "ada" && !outbound.to_string().contains("correct horse"));
    world.kill_agent().await?;
    world.start_agent().await?;
    admin.relay_connects().await?;
    ensure!(
        proxy.asked_for().len() > asked.len(),
        "the restarted agent went another way"
    );
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Through the proxy again")
        .await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_with_what_to_do_and_without_it_all_is_well() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.connected_admin().await?;
    admin.relay_connects().await?;
    let proxy = ConnectProxy::start().await?;
    let named = proxy.address.to_string();

    proxy.set(Manner::Asks("ada:right".into()));
    set_proxy(&mut admin, &proxy, None).await?;
    let todo = relay_says(&admin, "asks for a user name and a password (407)").await?;
    ensure!(todo.contains("Settings > Relay"), "{todo}");
    set_proxy(&mut admin, &proxy, Some("ada:wrong")).await?;
    relay_says(&admin, "does not accept the user name and password (407)").await?;
    proxy.set(Manner::Refuses("HTTP/1.1 403 Forbidden"));
    let todo = relay_says(
        &admin,
        "does not let this agent through to relay.localhost (403)",
    )
    .await?;
    ensure!(todo.contains("allow relay.localhost"), "{todo}");
    let repairs = admin.get("repairs").await?;
    ensure!(repairs.to_string().contains("(403)"), "{repairs}");

    // Google as well: a sign-in cannot be finished, and says why. The test of the way out names both.
    let trials = admin.must(Method::POST, "outbound/test", None).await?;
    let told = |trial: &Value| {
        let (problem, action) = (trial["problem"].as_str(), trial["action"].as_str());
        trial["through_proxy"] == true
            && problem.is_some_and(|p| p.contains("(403)") && p.contains(&named))
            && action.is_some_and(|a| a.contains("allow"))
    };
    let trials = trials["trials"].as_array().cloned().unwrap_or_default();
    ensure!(trials.len() == 2 && trials.iter().all(told), "{trials:?}");

    drop(proxy);
    relay_says(&admin, &format!("he proxy {named} cannot be reached")).await?;
    admin.must(Method::DELETE, "outbound/proxy", None).await?;
    admin.relay_connects().await?;
    let trials = admin.must(Method::POST, "outbound/test", None).await?;
    let reached = |trial: &Value| trial["problem"].is_null() && trial["through_proxy"] == false;
    ensure!(
        trials["trials"]
            .as_array()
            .is_some_and(|all| all.iter().all(reached)),
        "{trials}"
    );
    world.stop().await
}

#[tokio::test]
async fn what_is_no_proxy_and_no_authority_is_refused_by_name() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.admin_at(&world.portal)?;
    admin.claim(&world.setup_token().await?).await?;
    for address in [
        "",
        "http://u:p@proxy:1",
        "socks5://proxy:1",
        "proxy:1/x",
        "a b:1",
    ] {
        let body = json!({ "address": address });
        let answer = admin
            .call(Method::PUT, "outbound/proxy", Some(&body))
            .await?;
        ensure!(answer.code() == "proxy_invalid", "{address}: {answer:?}");
    }
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----";
    for pem in [
        "",
        "hello",
        key,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        let body = json!({ "pem": pem });
        let answer = admin
            .call(Method::PUT, "outbound/authorities", Some(&body))
            .await?;
        ensure!(answer.code() == "authorities_invalid", "{pem}: {answer:?}");
    }
    let outbound = admin.get("outbound").await?;
    ensure!(outbound["authorities"] == json!([]), "{outbound}");
    world.stop().await
}
