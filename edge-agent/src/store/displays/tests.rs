//! Plans, generations and receipts in a real database.

use std::sync::Arc;

use frame::Bitmap;
use hub_link::wire::Generation;
use tempfile::TempDir;

use super::*;
use crate::news::Trace;
use crate::store::NewReceipt;

mod fleet;
mod history;

struct Scene {
    _folder: TempDir,
    store: Store,
    display: DisplayId,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn picture(x: u32) -> Arc<Picture> {
    let mut bitmap = Bitmap::new_white(64, 64);
    bitmap.set(x, 0, true);
    Arc::new(bitmap.into())
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        store.pair_hub(&hub, "North", at(0)).await.unwrap();
        let seen = SeenDisplay {
            new_id: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            key: "n1".to_owned(),
            panel: "64x64".to_owned(),
        };
        let arrived = store
            .hub_arrived(&hub, "1", "[::1]:1", vec![seen], at(1))
            .await
            .unwrap()
            .unwrap();
        let display = arrived.displays[0].id.clone();
        assert_eq!(arrived.changed, std::slice::from_ref(&display));
        Self {
            _folder: folder,
            store,
            display,
        }
    }

    fn plan(&self, x: u32, replaces: Option<Generation>) -> NewPlan {
        NewPlan {
            display: self.display.clone(),
            room: None,
            steps: vec![PlanStep::drawn(at(0), [0; 32], [0; 32], picture(x))],
            replaces,
            receipt: Some(NewReceipt {
                room: "room_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
                trace: Trace::default(),
                frame: picture(x).hash,
                rendered_at: at(5),
            }),
        }
    }

    /// Stores a plan in the place of whichever there is.
    async fn replaced(&self, x: u32) -> Option<Generation> {
        let before = self.store.desired(&self.display).await.unwrap();
        self.stored(x, before.map(|plan| plan.generation)).await
    }

    async fn stored(&self, x: u32, replaces: Option<Generation>) -> Option<Generation> {
        let stored = self
            .store
            .replace_plans(vec![self.plan(x, replaces)])
            .await
            .unwrap();
        stored.first().map(|desired| desired.generation)
    }

    async fn shown(&self, x: u32, generation: Generation) -> crate::store::ShownOutcome {
        let shown = Shown {
            frame: picture(x).hash,
            at: at(9),
            marked_since: None,
        };
        self.store
            .display_shown(&self.display, shown, generation, Some(at(8)))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn what_was_thought_out_on_old_ground_does_not_replace_a_newer_plan() {
    let scene = Scene::new().await;
    let first = scene.stored(1, None).await.unwrap();
    let second = scene.stored(2, Some(first)).await.unwrap();
    assert!(second > first);
    assert_eq!(scene.stored(3, Some(first)).await, None);
    assert_eq!(scene.stored(3, None).await, None);
    let desired = scene.store.desired(&scene.display).await.unwrap().unwrap();
    assert_eq!(
        (desired.generation, desired.due(at(1))),
        (second, Some(picture(2).hash))
    );
    let third = scene.stored(3, Some(second)).await.unwrap();
    assert!(third > second);
}

#[tokio::test]
async fn a_plan_takes_over_frames_of_the_one_before_without_their_pixels() {
    let scene = Scene::new().await;
    let first = scene.stored(1, None).await.unwrap();
    let before = scene.store.desired(&scene.display).await.unwrap().unwrap();
    assert_eq!(before.frame_of(&[0; 32]), Some(picture(1).hash));
    assert_eq!(before.frame_of(&[9; 32]), None);
    let mut plan = scene.plan(2, Some(first));
    plan.steps.push(PlanStep {
        from: at(60),
        ..before.steps[0].clone()
    });
    assert_eq!(before.steps[0].picture, None, "read without pixels");
    scene.store.replace_plans(vec![plan]).await.unwrap();
    let after = scene.store.desired(&scene.display).await.unwrap().unwrap();
    assert_eq!(after.due(at(61)), Some(picture(1).hash));
    scene.store.sweep_frames(at(9)).await.unwrap();
    let kept = scene.store.frame(picture(1).hash).await.unwrap();
    assert_eq!(kept.as_ref(), Some(&*picture(1)), "its pixels are here");
    let gone = scene.store.frame(picture(7).hash).await.unwrap();
    assert_eq!(gone, None, "nobody names it");
}

#[tokio::test]
async fn a_plan_for_a_room_that_is_no_longer_linked_is_left_out() {
    let scene = Scene::new().await;
    let mut plan = scene.plan(1, None);
    plan.room = Some("room_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap());
    assert_eq!(scene.store.replace_plans(vec![plan]).await.unwrap(), []);
}

#[tokio::test]
async fn a_receipt_closes_when_its_frame_is_shown_and_goes_when_it_is_overtaken() {
    let scene = Scene::new().await;
    let overtaken = scene.replaced(1).await.unwrap();
    let newest = scene.replaced(2).await.unwrap();
    assert!(overtaken < newest);
    let outcome = scene.shown(2, newest).await;
    assert!(outcome.changed && outcome.closed);
    let receipts = scene.store.receipts(9).await.unwrap();
    assert_eq!(
        receipts.len(),
        1,
        "what was never on the glass has no receipt"
    );
    assert_eq!(receipts[0].frame, picture(2).hash);
    assert_eq!(
        (receipts[0].stored_at, receipts[0].displayed_at),
        (Some(at(8)), at(9))
    );
    let again = scene.shown(2, newest).await;
    assert!(!again.changed && !again.closed, "the same report again");
    let earlier = scene.shown(1, overtaken).await;
    assert!(!earlier.closed, "an older frame closes nothing");
}

#[tokio::test]
async fn a_change_to_a_picture_that_is_there_already_takes_no_longer_than_until_it_was_known_to_be_there()
 {
    let scene = Scene::new().await;
    let before = scene.replaced(1).await;
    let mut back = scene.plan(1, before);
    if let Some(receipt) = &mut back.receipt {
        receipt.rendered_at = at(20);
    }
    let stored = scene.store.replace_plans(vec![back]).await.unwrap();
    // On the hub since the eighth second and on the glass since the ninth, long before it was asked for again.
    scene.shown(1, stored[0].generation).await;
    let receipts = scene.store.receipts(9).await.unwrap();
    let newest = receipts.iter().find(|r| r.rendered_at == at(20)).unwrap();
    assert_eq!(
        (newest.stored_at, newest.displayed_at),
        (Some(at(20)), at(20))
    );
}

#[tokio::test]
async fn frames_that_nobody_names_go() {
    let scene = Scene::new().await;
    let shown = scene.replaced(1).await.unwrap();
    scene.shown(1, shown).await;
    scene.replaced(2).await.unwrap();
    scene.replaced(3).await.unwrap();
    assert_eq!(scene.store.sweep_frames(at(9)).await.unwrap(), 1);
    assert_eq!(
        scene.store.frame(picture(1).hash).await.unwrap().as_ref(),
        Some(&*picture(1)),
        "on the glass"
    );
    assert_eq!(scene.store.frame(picture(2).hash).await.unwrap(), None);
    assert!(
        scene.store.frame(picture(3).hash).await.unwrap().is_some(),
        "planned"
    );
}

#[tokio::test]
async fn an_agent_that_is_behind_overtakes_with_a_new_epoch() {
    let scene = Scene::new().await;
    let first = scene.replaced(1).await.unwrap();
    assert!(!scene.store.raise_epoch(first.epoch).await.unwrap());
    let seen = Generation {
        epoch: 7,
        counter: 99,
    };
    assert!(scene.store.raise_epoch(8).await.unwrap());
    let plan = scene.store.desired(&scene.display).await.unwrap().unwrap();
    assert!(plan.generation > seen, "its plan is offered again");
    assert!(scene.replaced(2).await.unwrap() > plan.generation);
}
