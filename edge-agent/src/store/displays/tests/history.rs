//! What a glass showed, and that it is forgotten.

use super::*;
use crate::store::Deed;
use crate::store::displays::history::ShownOnce;
use edge_api::activity::Action;

const DAY: i64 = 24 * 3600;

fn deed() -> Deed {
    Deed {
        at: at(0),
        who: "Ada".to_owned(),
        action: Action::HistorySet,
        subject: String::new(),
        address: None,
        was: None,
        became: None,
    }
}

impl Scene {
    /// What the glass showed, by the pictures' numbers, the newest first.
    async fn showed(&self, now: i64) -> Vec<Option<u32>> {
        let history = self.store.history(&self.display, None, 99, at(now)).await;
        let number = |one: &ShownOnce| (0..9).find(|x| picture(*x).hash == one.shown.frame);
        history.unwrap().iter().map(number).collect()
    }
}

#[tokio::test]
async fn what_a_glass_showed_stays_with_its_pictures_until_it_is_too_old() {
    let scene = Scene::new().await;
    for x in [1, 2, 2, 3] {
        let generation = scene.replaced(x).await.unwrap();
        scene.shown(x, generation).await;
    }
    assert_eq!(scene.showed(10).await, [Some(3), Some(2), Some(1)]);
    scene.store.sweep_frames(at(10)).await.unwrap();
    let first = scene.store.frame(picture(1).hash).await.unwrap();
    assert_eq!(first.as_ref(), Some(&*picture(1)), "its picture is kept");
    assert!(
        scene
            .store
            .has_shown(&scene.display, picture(1).hash, at(10))
            .await
            .unwrap()
    );
    assert!(
        !scene
            .store
            .has_shown(&scene.display, picture(7).hash, at(10))
            .await
            .unwrap()
    );
    let page = scene
        .store
        .history(&scene.display, None, 1, at(10))
        .await
        .unwrap();
    let rest = scene
        .store
        .history(&scene.display, Some(page[0].id), 9, at(10))
        .await;
    assert_eq!(rest.unwrap().len(), 2);

    let later = 9 + 7 * DAY;
    assert_eq!(
        scene.showed(later).await,
        [],
        "nobody reads it any more, swept or not"
    );
    assert_eq!(scene.store.sweep_frames(at(later)).await.unwrap(), 2);
    assert_eq!(scene.store.frame(picture(1).hash).await.unwrap(), None);
    assert!(
        scene.store.frame(picture(3).hash).await.unwrap().is_some(),
        "on the glass"
    );
}

#[tokio::test]
async fn no_days_keep_nothing_and_forget_at_once() {
    let scene = Scene::new().await;
    for x in [1, 2] {
        let generation = scene.replaced(x).await.unwrap();
        scene.shown(x, generation).await;
    }
    assert_eq!(scene.store.history_days().await.unwrap(), 7);
    scene
        .store
        .set_history_days(0, at(10), deed())
        .await
        .unwrap();
    assert_eq!(scene.store.history_days().await.unwrap(), 0);
    assert_eq!(
        scene.store.frame(picture(1).hash).await.unwrap(),
        None,
        "at once"
    );
    let generation = scene.replaced(3).await.unwrap();
    scene.shown(3, generation).await;
    let rows = |sql: &'static str| {
        scene
            .store
            .read(move |c| Ok(c.query_row(sql, [], |row| row.get::<_, u32>(0))?))
    };
    assert_eq!(rows("SELECT count(*) FROM history").await.unwrap(), 0);
    scene
        .store
        .set_history_days(90, at(10), deed())
        .await
        .unwrap();
    assert_eq!(
        scene.showed(10).await,
        [],
        "what was forgotten stays forgotten"
    );
}
