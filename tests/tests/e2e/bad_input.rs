//! What must be refused, is, in words; and what was there before stays.

use anyhow::{Context, Result, ensure};
use placard_tests::consent;
use placard_tests::plan::{HubPlan, Programme};
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::{Admin, World, WorldPlan, eventually};
use reqwest::Method;
use serde_json::json;

async fn linked() -> Result<(World, Admin, Vec<Sign>)> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (admin, signs) = link_all(&mut world).await?;
    signs[0].is_right(&world.calendar).await?;
    Ok((world, admin, signs))
}

#[tokio::test]
async fn a_wrong_setup_token_claims_nothing_and_the_right_one_still_does() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut stranger = world.admin_at(&world.portal)?;
    let body = json!({ "setup_token": "0000-0000-0000-0000-0000-0000-00", "name": "eve", "password": "a good long password" });
    let refused = stranger.call(Method::POST, "setup", Some(&body)).await?;
    assert!(refused.status.is_client_error(), "{refused:?}");
    assert!(
        !refused.body["hint"].as_str().unwrap_or_default().is_empty(),
        "a refusal says what to do: {refused:?}"
    );
    assert!(stranger.get("signs").await.is_err(), "nobody is signed in");
    world
        .admin_at(&world.portal)?
        .claim(&world.setup_token().await?)
        .await?;
    world.stop().await
}

#[tokio::test]
async fn a_malformed_client_secret_json_is_refused_and_the_saved_app_stays() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.connected_admin().await?;
    let before = admin.get("integration").await?;
    for malformed in [
        json!({ "installed": { "client_id": "x" } }),
        json!({ "web": { "client_id": 7 } }),
        json!([]),
    ] {
        let refused = admin
            .call(
                Method::POST,
                "integration/google-app/file",
                Some(&malformed),
            )
            .await?;
        assert!(refused.status.is_client_error(), "{malformed}: {refused:?}");
        assert!(
            !refused.body["hint"].as_str().unwrap_or_default().is_empty(),
            "{refused:?}"
        );
    }
    let empty = json!({ "client_id": "", "client_secret": "" });
    let refused = admin
        .call(Method::PUT, "integration/google-app", Some(&empty))
        .await?;
    assert!(refused.status.is_client_error(), "{refused:?}");
    assert_eq!(admin.get("integration").await?, before);
    world.stop().await
}

#[tokio::test]
async fn a_forged_webhook_is_refused_and_changes_nothing() -> Result<()> {
    let (world, admin, signs) = linked().await?;
    let webhook = admin.get("relay").await?["enrolment"]["webhook_address"]
        .as_str()
        .context("a webhook address")?
        .to_owned();
    let listings = world.listings().await?;
    for token in ["", "v1.1.AAAA", "a completely different thing"] {
        let answer = world
            .post_webhook(&webhook, "some-channel", token, 7)
            .await?;
        assert!(
            answer.is_client_error(),
            "a forged token was answered {answer}"
        );
    }
    // A real change afterwards goes through as ever, and is the only one that was listed.
    world
        .calendar
        .add_now(&signs[0].room.calendar, "After the forgeries")
        .await?;
    signs[0].is_right(&world.calendar).await?;
    assert!(world.listings().await? > listings);
    world.stop().await
}

#[tokio::test]
async fn a_replayed_callback_leads_nowhere_and_the_account_stays_connected() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.connected_admin().await?;
    let begun = admin
        .must(Method::POST, "integration/google/flows", None)
        .await?;
    let authorise = begun["authorise_url"]
        .as_str()
        .context("an address to go to")?;
    let callback = consent::allow(admin.http(), authorise, &world.relay_base).await?;
    let first = admin.http().get(callback.clone()).send().await?;
    ensure!(
        first.status().is_redirection(),
        "the callback itself was answered {}",
        first.status()
    );
    let flow = begun["flow"].as_str().context("a flow")?;
    let finish = format!("integration/google/flows/{flow}/finish");
    admin.must(Method::POST, &finish, None).await?;

    admin.http().get(callback).send().await?;
    let again = admin.call(Method::POST, &finish, None).await?;
    assert!(again.status.is_client_error(), "{again:?}");
    let accounts = admin.get("integration").await?["accounts"].clone();
    assert_eq!(accounts[0]["state"]["state"], "connected", "{accounts}");
    world.stop().await
}

#[tokio::test]
async fn a_callback_finished_from_another_browser_is_refused_and_the_first_browser_can_still_finish()
-> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.admin_at(&world.portal)?;
    admin.claim(&world.setup_token().await?).await?;
    admin
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    world
        .register_client(&[admin.redirect_uri().await?])
        .await?;
    admin
        .save_google_app(
            placard_tests::setting_up::CLIENT_ID,
            placard_tests::setting_up::CLIENT_SECRET,
        )
        .await?;
    let flow = admin.go_to_google_and_back().await?;
    let finish = format!("integration/google/flows/{flow}/finish");

    let mut other = world.admin_at(&world.portal)?;
    let stranger = other.call(Method::POST, &finish, None).await?;
    assert!(
        stranger.status.is_client_error(),
        "without a session: {stranger:?}"
    );
    other.sign_in().await?;
    let signed_in = other.call(Method::POST, &finish, None).await?;
    assert!(
        signed_in.status.is_client_error(),
        "another browser of the same admin: {signed_in:?}"
    );
    assert!(
        !signed_in.body["hint"]
            .as_str()
            .unwrap_or_default()
            .is_empty(),
        "{signed_in:?}"
    );

    admin.must(Method::POST, &finish, None).await?;
    world.stop().await
}

#[tokio::test]
async fn a_hub_that_is_not_paired_gets_nothing() -> Result<()> {
    let hubs = vec![
        HubPlan::new("North", &["800x480"]),
        HubPlan::new("Stranger", &["800x480"]),
    ];
    let mut world = World::start(WorldPlan {
        programme: Programme::Rooms(vec!["Alder".into()]),
        hubs,
        ..WorldPlan::small()
    })
    .await?;
    let mut admin = world.connected_admin().await?;
    let code = world.pairing_code("North").await?;
    admin.pair(&code, "North").await?;
    admin.link("north-1", "Alder").await?;
    world.pairing_code("Stranger").await?;

    let paired = world.glass("North", "north-1").pixels()?;
    let stranger = world.glass("Stranger", "stranger-1").pixels()?;
    assert_ne!(
        paired.hash(),
        stranger.hash(),
        "the stranger shows its own pairing code and nothing else"
    );
    let signs = admin.get("signs").await?;
    assert_eq!(signs["signs"].as_array().map(Vec::len), Some(1), "{signs}");
    let wrong = admin
        .call(
            Method::POST,
            "hubs/pairing",
            Some(&json!({ "code": "not a code", "name": "x" })),
        )
        .await?;
    assert!(wrong.status.is_client_error(), "{wrong:?}");
    world.stop().await
}

#[tokio::test]
async fn garbage_on_the_quic_port_disturbs_no_sign() -> Result<()> {
    let (world, _, signs) = linked().await?;
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
    let mut noise: u64 = 0x9e37_79b9_7f4a_7c15;
    for length in (0..200).map(|i| 1 + i * 7) {
        let datagram: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            noise.to_be_bytes()[0]
        })
        .take(length)
        .collect();
        socket.send_to(&datagram, &world.hub_address).await?;
    }
    world
        .calendar
        .add_now(&signs[0].room.calendar, "After the garbage")
        .await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn an_event_without_a_summary_shows_busy_and_one_of_the_year_0000_is_skipped_with_a_note()
-> Result<()> {
    let (world, admin, signs) = linked().await?;
    let calendar = &signs[0].room.calendar;
    let year_zero = json!({
        "summary": "Nonsense", "status": "confirmed",
        "start": { "dateTime": "0000-12-31T10:00:00Z" }, "end": { "dateTime": "9998-12-31T11:00:00Z" },
    });
    world.calendar.add_raw(calendar, &year_zero).await?;
    let id = world
        .calendar
        .add_now(calendar, "Will lose its title")
        .await?;
    world.calendar.untitle(calendar, &id).await?;
    signs[0].is_right(&world.calendar).await?;
    eventually("the skipped event is noted", || async {
        let repairs = admin.get("repairs").await?.to_string();
        Ok(repairs.contains("skipped").then_some(()))
    })
    .await?;
    world.stop().await
}
