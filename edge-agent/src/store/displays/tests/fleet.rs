//! Presses, batteries, replaced hubs and copies of the agent in a real database.

use super::*;

fn hub(digits: &str) -> HubId {
    digits.repeat(32).parse().unwrap()
}

#[tokio::test]
async fn a_press_is_new_once_for_each_program_of_the_hub() {
    let scene = Scene::new().await;
    let press = async |boot: u8, sequence| {
        let hub = hub("ab");
        scene
            .store
            .press(&hub, vec![boot; 16], sequence, at(i64::from(boot)))
            .await
            .unwrap()
    };
    assert!(press(1, 1).await);
    assert!(!press(1, 1).await, "sent again");
    assert!(press(1, 3).await);
    assert!(!press(1, 2).await, "an older one that comes late");
    assert!(press(2, 1).await, "the hub was started again");
    for boot in 3..40 {
        assert!(press(boot, 1).await);
    }
    let rows: u32 = scene
        .store
        .read(|c| Ok(c.query_row("SELECT count(*) FROM hub_presses", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert!(rows <= 9, "{rows} programs are remembered");
}

#[tokio::test]
async fn a_battery_is_taken_down_every_six_hours_and_when_it_was_changed() {
    let scene = Scene::new().await;
    for (hours, percent) in [(0, 50), (1, 49), (5, 48), (6, 47), (7, 100)] {
        let reading = vec![(scene.display.clone(), percent)];
        scene.store.power(reading, at(hours * 3600)).await.unwrap();
    }
    let history = scene.store.power_history().await.unwrap();
    let percents: Vec<u32> = history.iter().map(|(_, power)| power.percent).collect();
    assert_eq!(percents, [50, 47, 100]);
    let later = vec![(scene.display.clone(), 99)];
    scene.store.power(later, at(200 * 86_400)).await.unwrap();
    assert_eq!(
        scene.store.power_history().await.unwrap().len(),
        1,
        "old rows go"
    );
}

#[tokio::test]
async fn a_sign_says_that_its_battery_is_low_until_it_is_changed_and_does_not_waver() {
    let scene = Scene::new().await;
    let is_low = async || {
        let display = scene.store.display(&scene.display).await.unwrap();
        display.unwrap().battery_low
    };
    assert!(!is_low().await, "nothing is known of it");
    let mut was = false;
    // All within the six hours in which the history takes no new row.
    for (minutes, percent, low) in [
        (0, 15, false),
        (1, 14, true),
        (2, 15, true),
        (3, 19, true),
        (4, 14, true),
        (5, 20, false),
        (6, 15, false),
        (7, 14, true),
        (8, 100, false),
    ] {
        let reading = vec![(scene.display.clone(), percent)];
        let turned = scene.store.power(reading, at(minutes * 60)).await.unwrap();
        assert_eq!(is_low().await, low, "{percent} % in minute {minutes}");
        assert_eq!(!turned.is_empty(), low != was, "news only when it turns");
        was = low;
    }
    let gone = format!("disp_{}", "0".repeat(26));
    let gone = vec![(gone.parse().unwrap(), 1)];
    assert_eq!(scene.store.power(gone, at(600)).await.unwrap(), []);
}

#[tokio::test]
async fn a_new_hub_takes_the_place_of_a_broken_one_with_its_displays() {
    let scene = Scene::new().await;
    let stored = scene.replaced(1).await.unwrap();
    let (broken, new) = (hub("ab"), hub("cd"));
    assert!(
        !scene
            .store
            .replace_hub(&hub("ef"), &new, "", at(2))
            .await
            .unwrap()
    );
    assert_eq!(
        scene.store.hub(&new).await.unwrap(),
        None,
        "nothing was changed"
    );
    assert!(
        scene
            .store
            .replace_hub(&broken, &new, "", at(2))
            .await
            .unwrap()
    );
    assert_eq!(scene.store.hub(&broken).await.unwrap(), None);
    assert_eq!(scene.store.hub(&new).await.unwrap().unwrap().name, "North");
    let display = scene.store.display(&scene.display).await.unwrap().unwrap();
    assert_eq!(display.hub, new);
    let generations = scene.store.generations(&new).await.unwrap();
    assert_eq!(generations, [(scene.display.clone(), stored)]);
    assert_eq!(
        scene.store.forget_hub(&new).await.unwrap().as_deref(),
        Some("North")
    );
    assert_eq!(scene.store.display(&scene.display).await.unwrap(), None);
    assert_eq!(scene.store.forget_hub(&new).await.unwrap(), None);
    let gone = scene
        .store
        .hub_arrived(&new, "1", "", vec![], at(3))
        .await
        .unwrap();
    assert_eq!(gone, None, "it said Hello while it was forgotten");
}

#[tokio::test]
async fn a_database_that_another_machine_has_served_gets_a_new_epoch() {
    let scene = Scene::new().await;
    let first = scene.store.begin_copy(vec![1]).await.unwrap();
    assert!(first.may_claim && first.passive_since.is_none());
    let before = scene.replaced(1).await.unwrap();
    scene.store.has_served().await.unwrap();
    assert!(
        !scene.store.begin_copy(vec![1]).await.unwrap().may_claim,
        "started again"
    );
    let restored = scene.store.begin_copy(vec![2]).await.unwrap();
    assert!(restored.may_claim);
    let (_, newest) = scene.store.copy().await.unwrap();
    assert_eq!(newest.epoch, before.epoch + 1);
    let outline = scene.store.desired(&scene.display).await.unwrap().unwrap();
    assert!(outline.generation > before, "every plan is offered again");
    scene.store.give_way(at(9)).await.unwrap();
    scene.store.give_way(at(10)).await.unwrap();
    assert_eq!(
        scene.store.copy().await.unwrap().0.passive_since,
        Some(at(9))
    );
    scene.store.take_over().await.unwrap();
    let (copy, newest) = scene.store.copy().await.unwrap();
    assert!(copy.may_claim && copy.passive_since.is_none());
    assert_eq!(newest.epoch, before.epoch + 2);
}
