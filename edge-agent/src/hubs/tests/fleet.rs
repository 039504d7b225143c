//! Hubs that come, go, are forgotten, replaced, copied, or press a button; and copies of the agent.

use hub_link::hub_end::{self, AgentLink};
use hub_link::wire::{self, Capability, Telemetry, to_agent::Kind};

use super::*;

/// Why the agent closed the connection.
async fn closed(link: &AgentLink) -> Option<CloseReason> {
    CloseReason::of(&link.connection.closed().await)
}

/// Why a call was refused.
async fn refused(hub: &mut TestHub) -> CloseReason {
    match hub.connect().await {
        Err(DialError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_forgotten_is_cut_off_at_once_and_can_be_paired_again() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    assert_eq!(world.hubs.forget(&hub.id()).await.unwrap(), "North");
    assert_eq!(closed(&link).await, Some(CloseReason::Revoked));
    assert_eq!(refused(&mut hub).await, CloseReason::NotPaired);
    assert!(world.hubs.hubs().await.unwrap().is_empty());
    let again = world.hubs.forget(&hub.id()).await;
    assert!(matches!(again, Err(DisplayError::UnknownHub)));
    let mut hub = world.paired_hub().await;
    assert!(hub.connect().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_was_started_with_the_agents_code_is_paired_once() {
    let world = World::new().await;
    world.hubs.pair(None, None, None).await.unwrap();
    let Pairing::Waiting { code, .. } = world.hubs.pairing_state() else {
        panic!("no window")
    };
    let code: PairingCode = code.unwrap().parse().unwrap();
    let mut hub = world.hub();
    hub.pair(&code).await.unwrap();
    assert!(hub.connect().await.is_ok());
    let mut other = TestHub::of_key(
        &world.folder.path().join("other.key"),
        world.hubs.local_addr(),
    );
    let again = other.pair(&code).await;
    assert!(
        matches!(again, Err(DialError::Refused(CloseReason::NoPairingWindow))),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_hub_in_the_place_of_a_broken_one_shows_what_that_showed() {
    let world = World::new().await;
    let (broken, serving) = world.served_hub().await;
    let display = world.planned(&broken).await;
    let shown = broken.glass().unwrap();
    drop(serving);
    let code = PairingCode::draw();
    let replaces = Some(broken.id());
    let code_typed = code.to_string();
    world
        .hubs
        .pair(Some(&code_typed), None, replaces)
        .await
        .unwrap();
    let mut new = TestHub::of_key(
        &world.folder.path().join("new.key"),
        world.hubs.local_addr(),
    );
    new.pair(&code).await.unwrap();
    let _serving = new.served().await;
    eventually("the new hub shows the same", async || {
        (new.glass()? == shown).then_some(())
    })
    .await;
    let hubs = world.hubs.hubs().await.unwrap();
    assert_eq!(
        (hubs.len(), hubs[0].name.as_str(), &hubs[0].id),
        (1, "North", &new.id())
    );
    let displays = world.hubs.displays().await.unwrap();
    assert_eq!(
        (&displays[0].id, displays[0].room.as_ref()),
        (&display, Some(&world.room()))
    );
    let unknown = world
        .hubs
        .pair(Some(&code_typed), None, Some(broken.id()))
        .await;
    assert!(matches!(unknown, Err(PairError::UnknownHub)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_machines_with_one_key_one_is_sent_away_by_name_and_the_other_is_not_disturbed() {
    let world = World::new().await;
    let mut first = world.paired_hub().await;
    let mut copy = first.clone();
    first.pretend(|hello| hello.boot = vec![1; 16].into());
    copy.pretend(|hello| hello.boot = vec![2; 16].into());
    let _older = first.connect().await.unwrap();
    let newer = copy.connect().await.unwrap();
    assert_eq!(refused(&mut first).await, CloseReason::Cloned);
    assert!(newer.connection.close_reason().is_none());
    assert!(world.hubs.hubs().await.unwrap()[0].cloned_since.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_describes_nonsense_is_refused_by_name_and_others_are_not_disturbed() {
    let world = World::new().await;
    let (good, _serving) = world.served_hub().await;
    let code = PairingCode::draw();
    let mut bad = TestHub::of_key(
        &world.folder.path().join("bad.key"),
        world.hubs.local_addr(),
    );
    world.expect(&code.to_string()).await;
    bad.pair(&code).await.unwrap();
    bad.pretend(|hello| {
        let display = hello.displays[0].clone();
        hello.displays.push(display);
    });
    assert_eq!(refused(&mut bad).await, CloseReason::BadDisplays);
    bad.pretend(|hello| {
        let many = (0..65).map(|n| wire::Display {
            key: n.to_string(),
            ..wire::Display::default()
        });
        hello.displays = many.collect();
    });
    assert_eq!(refused(&mut bad).await, CloseReason::BadDisplays);
    world.planned(&good).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_counts_once_however_often_it_is_sent() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let mut news = world.bus.follow();
    let press = |sequence| {
        let boot = vec![7; 16].into();
        Kind::Button(wire::Button {
            display: "n1".to_owned(),
            button: 1,
            boot,
            sequence,
            ..wire::Button::default()
        })
    };
    for (connection, sequences) in [vec![1, 1, 2], vec![1, 2, 3]].into_iter().enumerate() {
        let mut link = hub.connect().await.unwrap();
        let count = sequences.len();
        for sequence in sequences {
            link.reports.send(&press(sequence).into()).await.unwrap();
        }
        let _serving = hub.start(link);
        let all = count + 3 * connection;
        eventually("every one is acknowledged", async || {
            (hub.presses_seen().len() >= all).then_some(())
        })
        .await;
    }
    let mut presses = 0;
    while let Ok(piece) = news.try_recv() {
        presses += usize::from(matches!(piece, News::ButtonPressed { button: 1, .. }));
    }
    assert_eq!(presses, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hub_measures_and_notices_can_be_looked_at() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let mut link = hub.connect().await.unwrap();
    let welcome = hub.welcome();
    assert!(Capability::Telemetry.is_in(welcome.capabilities));
    assert_eq!(welcome.addresses, ["second.example:7443"]);
    let log = wire::Log {
        lines: vec![wire::LogLine {
            text: "the card is slow".to_owned(),
            ..wire::LogLine::default()
        }],
    };
    link.reports.send(&Kind::Log(log).into()).await.unwrap();
    let telemetry = Telemetry {
        sequence: 1,
        displays: vec![wire::DisplayTelemetry {
            display: "n1".to_owned(),
            battery_percent: Some(12),
            signal_percent: Some(80),
            ..wire::DisplayTelemetry::default()
        }],
        ..Telemetry::default()
    };
    let battery = eventually("the measurements are there", async || {
        // A datagram may be lost; the next one comes in a minute, or here at once.
        hub_end::send_telemetry(&link.connection, &telemetry);
        world.hubs.hubs().await.unwrap()[0]
            .displays
            .first()?
            .battery_percent
    })
    .await;
    assert_eq!(battery, 12);
    let line = eventually("the line is there", async || {
        world.hubs.log(&hub.id()).await.unwrap()?.pop()
    })
    .await;
    assert_eq!((line.text.as_str(), line.at), ("the card is slow", None));
    let history = eventually("the battery is taken down", async || {
        world.store.power_history().await.unwrap().pop()
    })
    .await;
    assert_eq!(history.1.percent, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_battery_that_becomes_low_is_on_the_glass_at_once_until_it_is_changed() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    let connection = link.connection.clone();
    let _serving = hub.start(link);
    world.planned(&hub).await;
    let sound = hub.glass().unwrap().hash();
    let mut sequence = 0;
    let mut measure = |percent| {
        sequence += 1;
        let telemetry = Telemetry {
            sequence,
            displays: vec![wire::DisplayTelemetry {
                display: "n1".to_owned(),
                battery_percent: Some(percent),
                ..wire::DisplayTelemetry::default()
            }],
            ..Telemetry::default()
        };
        // A datagram may be lost: the next one tells the same.
        hub_end::send_telemetry(&connection, &telemetry);
    };
    let low = eventually("the sign says that its battery is low", async || {
        measure(12);
        let shown = hub.glass()?.hash();
        (shown != sound).then_some(shown)
    })
    .await;
    eventually("it was changed, and the sign is as it was", async || {
        measure(95);
        let shown = hub.glass()?.hash();
        assert!(shown == low || shown == sound, "nothing else is shown");
        (shown == sound).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_restored_machine_goes_on_and_the_old_one_gives_way() {
    let world = World::new().await;
    let (mut hub, serving) = world.served_hub().await;
    world.planned(&hub).await;
    drop(serving);
    // Yesterday's backup, restored on another machine, while today went on.
    let restored = world.copied().await;
    world.meeting("Retrospective").await;
    let serving = hub.served().await;
    let before = hub.plan().unwrap().generation;
    drop(serving);
    hub.move_to(restored.hubs.local_addr());
    let _serving = hub.served().await;
    restored.meeting("Planning again").await;
    let epoch = eventually("the restored machine drives the sign", async || {
        let generation = hub.plan()?.generation;
        (generation > before).then_some(generation?.epoch)
    })
    .await;
    assert_eq!(epoch, 2);
    // The old machine is started too: the hub that finds it is sent elsewhere, and the old one serves nobody.
    hub.move_to(world.hubs.local_addr());
    assert_eq!(refused(&mut hub).await, CloseReason::Passive);
    assert!(world.hubs.passive_since().await.unwrap().is_some());
    let world = world.restarted().await;
    hub.move_to(world.hubs.local_addr());
    assert_eq!(refused(&mut hub).await, CloseReason::Passive, "it stays so");
    hub.move_to(restored.hubs.local_addr());
    let _serving = hub.served().await;
    let before = hub.plan().unwrap().generation;
    restored.meeting("And again").await;
    eventually("no sign is frozen", async || {
        (hub.plan()?.generation > before).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_turns_an_old_copy_away_makes_it_give_way() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    CloseReason::OutdatedAgent.close(&link.connection);
    eventually("the agent gives way", async || {
        world.hubs.passive_since().await.unwrap()
    })
    .await;
    assert_eq!(refused(&mut hub).await, CloseReason::Passive);
    world.store.take_over().await.unwrap();
    let world = world.restarted().await;
    hub.move_to(world.hubs.local_addr());
    assert!(hub.connect().await.is_ok());
    assert_eq!(hub.welcome().incarnation.unwrap().epoch, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_burst_of_changes_the_glass_shows_the_last_one() {
    let world = World::new().await;
    let (hub, _serving) = world.served_hub().await;
    let display = world.planned(&hub).await;
    for n in 0..10 {
        world.meeting(&format!("Change {n}")).await;
    }
    eventually("the last change is on the glass", async || {
        let outline = world.store.desired(&display).await.unwrap()?;
        let glass = hub.glass()?.hash().0;
        let whole = hub.plan()?.generation == Some(outline.generation);
        (whole && outline.steps.len() > 2 && outline.due(now()) == Some(glass)).then_some(())
    })
    .await;
}
