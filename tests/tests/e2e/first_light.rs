//! One room, one rename, glass; and the ways in.

use anyhow::Result;
use placard_tests::changes::{Changes, Kind};
use placard_tests::readers;
use placard_tests::setting_up::{CLIENT_ID, CLIENT_SECRET};
use placard_tests::signs::link_all;
use placard_tests::{World, WorldPlan};

#[tokio::test]
async fn a_rename_in_google_reaches_the_glass() -> Result<()> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (admin, signs) = link_all(&mut world).await?;
    let mut changes = Changes::new(&admin, &world.calendar, &signs);
    let put_in = changes.make(0).await?;
    assert_eq!(
        put_in.hops.len(),
        1,
        "a talk in an empty room changes its one sign"
    );
    for (index, kind) in [
        (4, Kind::Rename),
        (1, Kind::Move),
        (2, Kind::Add),
        (3, Kind::Cancel),
    ] {
        let arrived = changes.make(index).await?;
        assert_eq!((arrived.kind, arrived.hops.len()), (kind, 1));
    }
    world.stop().await
}

#[tokio::test]
async fn the_qr_code_on_the_glass_opens_a_new_event_with_the_room_as_guest() -> Result<()> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (_, signs) = link_all(&mut world).await?;
    signs[0].is_right(&world.calendar).await?;
    let code = readers::qr_code(signs[0].glass.picture()).await?;
    assert!(code.starts_with("https://calendar.google.com/"), "{code}");
    assert!(
        code.contains(&signs[0].room.calendar.replace('@', "%40"))
            || code.contains(&signs[0].room.calendar),
        "{code}"
    );
    world.stop().await
}

#[tokio::test]
async fn signing_in_with_google_returns_to_the_origin_it_began_at_by_name_and_by_lan_address()
-> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut by_name = world.admin_at(&world.portal)?;
    by_name.claim(&world.setup_token().await?).await?;
    by_name
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    world
        .register_client(&[by_name.redirect_uri().await?])
        .await?;
    by_name.save_google_app(CLIENT_ID, CLIENT_SECRET).await?;
    // `connect_google` fails when the browser is led anywhere but to the origin that it began at.
    by_name.connect_google().await?;

    let mut by_address = world.admin_at(&world.portal_lan()?)?;
    by_address.sign_in().await?;
    by_address.connect_google().await?;
    let accounts = by_address.get("integration").await?["accounts"]
        .as_array()
        .map(Vec::len);
    assert_eq!(accounts, Some(1), "the same account twice is one account");
    world.stop().await
}
