//! The agent dies between a change's first frame and the rest of its day: the hub flips on by what it got.
//!
//! The moment is made to last: the drawing of what nobody waits for is held up, then the agent stops.

use hub_link::wire;

use super::*;
use crate::store::{Desired, FrameHash, PlanStep};

/// A linked display whose hub has the plan of a whole day.
struct Scene {
    world: World,
    hub: TestHub,
    display: DisplayId,
    serving: Serving,
}

impl Scene {
    async fn new(meetings: &[(&str, i64, i64)]) -> Self {
        let world = World::new().await;
        let (hub, serving) = world.served_hub().await;
        let display = world.display().await;
        world.meetings(meetings).await;
        world
            .hubs
            .link(&display, Some(&world.room()))
            .await
            .unwrap();
        let scene = Self {
            world,
            hub,
            display,
            serving,
        };
        scene.hub_has(2 * meetings.len()).await;
        scene
    }

    fn drawer(&self) -> &Drawer {
        &self.world.hubs.0.rooms.drawer
    }

    async fn stored(&self) -> Desired {
        let desired = self.world.store.desired(&self.display).await;
        desired.unwrap().unwrap()
    }

    /// Waits until the hub has the stored plan, and that has at least so many steps.
    async fn hub_has(&self, steps: usize) -> Desired {
        eventually("the hub has the plan", async || {
            let stored = self.world.store.desired(&self.display).await.unwrap()?;
            let same = self.hub.plan()?.generation == Some(stored.generation);
            (same && stored.steps.len() >= steps).then_some(stored)
        })
        .await
    }

    /// The change's first plan has come to the hub, nothing more ever will.
    async fn dies_after_the_first_step_of(&self, meetings: &[(&str, i64, i64)]) -> wire::Plan {
        let before = self.stored().await.generation;
        self.drawer().hold_later(true);
        self.world.meetings(meetings).await;
        eventually("the change is on the glass", async || {
            (self.hub.plan()?.generation > Some(before)).then_some(())
        })
        .await;
        self.world.stop.cancel();
        self.world.tasks.close();
        self.world.tasks.wait().await;
        self.serving.stop();
        self.hub.plan().unwrap()
    }

    /// What the sign should show from when, drawn after the fact.
    async fn right(self) -> (Vec<PlanStep>, Vec<FrameHash>) {
        let display = self
            .world
            .store
            .display(&self.display)
            .await
            .unwrap()
            .unwrap();
        let mut rooms = listed::Rooms::default();
        let subject = Subject::load(&self.world.store, &display, &mut rooms)
            .await
            .unwrap();
        let drawer = Drawer::start(SignFonts::default()).unwrap();
        let world = self.world.restarted().await;
        let stored = eventually("the whole day is planned", async || {
            let stored = world.store.desired(&self.display).await.unwrap()?;
            let old = self.hub.plan()?.generation.unwrap();
            (stored.generation > old).then_some(stored)
        })
        .await;
        let mut nothing = Vec::new();
        for day in 0..3 {
            let at = now() + SignedDuration::from_hours(24 * day);
            let drawing = subject.unknown(at).drawing;
            let drawn = drawer.draw(Urgency::Now, drawing, subject.panel).await;
            nothing.push(drawn.unwrap().hash);
        }
        (stored.steps, nothing)
    }
}

fn due(steps: &[(Timestamp, FrameHash)], at: Timestamp) -> FrameHash {
    let begun = steps.iter().rev().find(|(from, _)| *from <= at);
    begun.unwrap_or(&steps[0]).1
}

fn received(plan: &wire::Plan) -> Vec<(Timestamp, FrameHash)> {
    let step = |step: &wire::Step| {
        let from = Timestamp::from_microsecond(step.from_us).unwrap();
        (from, wire::frame_hash(&step.frame).unwrap())
    };
    plan.steps.iter().map(step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_meeting_still_ends_on_time_although_the_agent_died_after_its_first_frame() {
    let meetings = [("Planning", -5, 55), ("Review", 120, 180)];
    let scene = Scene::new(&meetings).await;
    let planned = received(&scene.hub.plan().unwrap());
    let sent = scene.hub.frames_received();
    let renamed = [("Retrospective", -5, 55), ("Review", 120, 180)];
    let plan = received(&scene.dies_after_the_first_step_of(&renamed).await);
    assert_ne!(plan[0].1, planned[0].1, "the new title is shown");
    let (coming, before): (Vec<_>, Vec<_>) = (
        plan[1..].iter().map(|step| step.1).collect(),
        planned[1..].iter().map(|step| step.1).collect(),
    );
    assert_eq!(coming, before, "the rest of the day is the same, and there");
    assert_eq!(
        scene.hub.frames_received(),
        sent + 1,
        "only the new picture travelled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_never_flips_to_what_has_become_wrong_when_the_agent_died_after_a_first_frame() {
    let scene = Scene::new(&[("Planning", -5, 55), ("Review", 120, 180)]).await;
    // The room is booked earlier and longer than the old plan says: every frame until its end is another one.
    let moved = [("Planning", -5, 55), ("Review", 90, 200)];
    let plan = received(&scene.dies_after_the_first_step_of(&moved).await);
    let (right, nothing) = scene.right().await;
    let right: Vec<_> = right.iter().map(|step| (step.from, step.frame)).collect();
    let (mut honest, mut told) = (0, 0);
    for (from, frame) in &plan[1..] {
        match nothing.contains(frame) {
            true => honest += 1,
            false => {
                assert_eq!(*frame, due(&right, *from), "from {from}");
                told += 1;
            }
        }
    }
    // It says that it knows nothing at 55, 90 and 200 minutes, and is right again from the next day on.
    assert!(honest > 0 && told > 0, "honest {honest}, told {told}");
    let (end, _) = right.iter().find(|(from, _)| *from > now()).unwrap();
    assert!(
        nothing.contains(&due(&plan, *end)),
        "at the end of the meeting it flips"
    );
}
