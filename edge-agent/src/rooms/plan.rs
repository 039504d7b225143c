//! Who shows what and when: follows the news, and keeps every display's plan right.
//!
//! A change takes two steps. First the frame that is due now: drawn, stored and sent, for every display of the room in
//! one transaction. Then, in the background, the rest of the day and more.
//!
//! The agent can die between the two, and what the hub has then holds for the whole day: the first plan takes over
//! every later frame of the plan before that is still right, which costs neither drawing nor sending, and where the
//! frame for an instant is not drawn yet, the sign will say that it knows nothing. So it flips on time, and never to
//! what has become wrong.
//!
//! A plan builds on the one before, so it may take only that one's place. One that was overtaken meanwhile is thrown
//! away when it is to be stored, and made again.
//!
//! Only the first step opens a receipt. So the second never shows a change before the first did: a room may have been
//! listed again while its news is still on its way, and that news plans the day.

mod steps;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use edge_api::id::{DisplayId, RoomId};
use frame::Panel;
use jiff::Timestamp;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::steps::{add_step, goes_on, same_from_now_on, taken_over};
use super::drawer::{DrawError, Drawer, Urgency};
use super::freshness;
use super::handled::Handled;
use super::listed::Rooms;
use super::subject::{Scene, Subject, SubjectError};
use crate::hubs::registry::{Registry, SessionOrder};
use crate::news::{Bus, News, Trace};
use crate::store::{Desired, Display, NewPlan, NewReceipt, PlanStep, Store, StoreError};

/// How often plans are made longer. A plan reaches 24 hours from its last extension.
const EXTEND_EVERY: Duration = Duration::from_secs(60 * 60);

/// How often a plan that was overtaken is made again at once; afterwards the planning of its day, which overtook it,
/// shows the change.
const TRIES: usize = 3;

/// Why a display was not planned; its sign stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("read or write the plan")]
    Store(#[from] StoreError),
    #[error("draw the sign")]
    Draw(#[from] DrawError),
    #[error(transparent)]
    Subject(#[from] SubjectError),
}

/// Why a display is looked at.
#[derive(Clone, Debug)]
enum Cause {
    /// Its room's calendar changed.
    Change { room: RoomId, trace: Trace },
    /// Somebody has set it, and looks.
    Set,
    /// Nothing in particular.
    Round,
}

/// A display with what it is about.
#[derive(Debug)]
struct Place {
    display: Display,
    subject: Subject,
}

/// Keeps plans right. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct Planner {
    store: Store,
    drawer: Drawer,
    registry: Registry,
    handled: Handled,
    /// Displays whose day is to be planned again.
    rest: UnboundedSender<DisplayId>,
}

impl Planner {
    /// Starts following the news; every display is planned once at the beginning.
    pub(crate) fn start(
        store: Store,
        bus: &Bus,
        drawer: Drawer,
        registry: Registry,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) {
        let (rest, rests) = unbounded_channel();
        let planner = Self {
            store,
            drawer,
            registry,
            handled: Handled::default(),
            rest,
        };
        let news = bus.follow();
        tasks.spawn(
            stop.clone()
                .run_until_cancelled_owned(planner.clone().follow(news)),
        );
        tasks.spawn(stop.run_until_cancelled_owned(planner.plan_days(rests)));
    }

    async fn follow(self, mut news: tokio::sync::broadcast::Receiver<News>) {
        self.plan_everything().await;
        let mut extend = tokio::time::interval(EXTEND_EVERY);
        // The first tick is at once; everything has just been planned.
        extend.tick().await;
        loop {
            tokio::select! {
                piece = news.recv() => match piece {
                    Ok(News::RoomChanged { room, trace }) => log(self.room_changed(&room, trace).await),
                    Ok(News::LinksChanged { display } | News::BatteryTurned { display }) => {
                        log(self.display_changed(&display).await);
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => self.plan_everything().await,
                    Err(RecvError::Closed) => return,
                },
                _ = extend.tick() => self.plan_everything().await,
            }
        }
    }

    async fn plan_everything(&self) {
        match self.store.displays().await {
            Ok(displays) => {
                for display in displays {
                    log(self.show_now(vec![display], Cause::Round).await);
                }
            }
            Err(error) => log(Err(error.into())),
        }
    }

    async fn room_changed(&self, room: &RoomId, trace: Trace) -> Result<(), PlanError> {
        let displays = self.store.displays_of_room(room).await?;
        let room = room.clone();
        self.show_now(displays, Cause::Change { room, trace }).await
    }

    async fn display_changed(&self, display: &DisplayId) -> Result<(), PlanError> {
        let display = self.store.display(display).await?;
        self.show_now(display.into_iter().collect(), Cause::Set)
            .await
    }

    /// Brings displays to the frame that is due now, and has their day planned afterwards.
    async fn show_now(&self, displays: Vec<Display>, cause: Cause) -> Result<(), PlanError> {
        let mut rooms = Rooms::default();
        let mut places = Vec::with_capacity(displays.len());
        for display in displays {
            match Subject::load(&self.store, &display, &mut rooms).await {
                Ok(subject) => places.push(Place { display, subject }),
                // One that is not understood must not hold up the others.
                Err(error) => log(Err(error.into())),
            }
        }
        let mut waiting: Vec<&Place> = places.iter().collect();
        for _ in 0..TRIES {
            waiting = self.try_now(waiting, &cause).await?;
            if waiting.is_empty() {
                break;
            }
        }
        let changed = match &cause {
            Cause::Change { room, .. } => Some(room),
            Cause::Set | Cause::Round => None,
        };
        for place in places {
            for (room, meetings) in place.subject.meetings() {
                if changed.is_none_or(|changed| changed == room) {
                    self.handled.remember(room, meetings);
                }
            }
            // Only fails at shutdown.
            let _ = self.rest.send(place.display.id);
        }
        Ok(())
    }

    /// Brings displays to the frame that is due now. Answers those whose plan was overtaken meanwhile.
    async fn try_now<'a>(
        &self,
        places: Vec<&'a Place>,
        cause: &Cause,
    ) -> Result<Vec<&'a Place>, PlanError> {
        let now = now();
        let mut plans = Vec::with_capacity(places.len());
        for place in &places {
            match self.plan_now(place, cause, now).await {
                Ok(plan) => plans.extend(plan),
                Err(error) => log(Err(error)),
            }
        }
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        let mut overtaken: BTreeSet<DisplayId> =
            plans.iter().map(|plan| plan.display.clone()).collect();
        let stored = self.store.replace_plans(plans).await?;
        for desired in &stored {
            overtaken.remove(&desired.display);
        }
        self.push(&places, stored).await?;
        Ok(places
            .into_iter()
            .filter(|place| overtaken.contains(&place.display.id))
            .collect())
    }

    /// The plan that can be had at once: the frame that is due at `now`, then what holds until the day is drawn. `None`
    /// when that frame is due already, or not worth a refresh at this hour.
    async fn plan_now(
        &self,
        Place { display, subject }: &Place,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<Option<NewPlan>, PlanError> {
        let panel = subject.panel;
        let scene = subject.now(now);
        let name = self.drawer.name(&scene.drawing, &panel);
        let (picture, ground) = tokio::join!(
            self.drawer.draw(Urgency::Now, scene.drawing, panel),
            // While the other thread draws.
            async {
                let before = self.store.desired(&display.id).await?;
                Ok::<_, StoreError>((before, subject.coming(now)))
            },
        );
        let (picture, (before, coming)) = (picture?, ground?);
        let waits = |step: &PlanStep| {
            step.frame == picture.hash
                || (!matches!(cause, Cause::Set)
                    && subject.is_quiet(now)
                    && step.gist == Some(scene.gist))
        };
        if before
            .as_ref()
            .is_some_and(|plan| plan.room == display.room && plan.due_step(now).is_some_and(waits))
        {
            return Ok(None);
        }
        let receipt = match cause {
            Cause::Change { room, trace } => Some(NewReceipt {
                room: room.clone(),
                trace: trace.clone(),
                frame: picture.hash,
                rendered_at: self::now(),
            }),
            Cause::Set | Cause::Round => None,
        };
        let mut steps = vec![PlanStep::drawn(scene.from, name, scene.gist, picture)];
        for scene in coming {
            let name = self.drawer.name(&scene.drawing, &panel);
            let step = match taken_over(before.as_ref(), &scene, name) {
                Some(step) => step,
                None => {
                    let unknown = subject.unknown(scene.from);
                    self.draw_step(Urgency::Now, unknown, panel).await?
                }
            };
            add_step(&mut steps, step);
        }
        Ok(Some(NewPlan {
            display: display.id.clone(),
            room: display.room.clone(),
            steps,
            replaces: before.map(|plan| plan.generation),
            receipt,
        }))
    }

    async fn draw_step(
        &self,
        urgency: Urgency,
        scene: Scene,
        panel: Panel,
    ) -> Result<PlanStep, DrawError> {
        let name = self.drawer.name(&scene.drawing, &panel);
        let picture = self.drawer.draw(urgency, scene.drawing, panel).await?;
        Ok(PlanStep::drawn(scene.from, name, scene.gist, picture))
    }

    /// Sends what has been stored to the hubs that are connected.
    async fn push(&self, places: &[&Place], stored: Vec<Desired>) -> Result<(), PlanError> {
        let by_id: HashMap<&DisplayId, &Place> = places
            .iter()
            .map(|place| (&place.display.id, *place))
            .collect();
        for desired in stored {
            let Some(place) = by_id.get(&desired.display) else {
                continue;
            };
            let order = SessionOrder::Show {
                key: place.display.key.clone(),
                desired: Arc::new(desired),
                freshness: freshness::of_subject(&self.drawer, &place.subject).await?,
            };
            self.registry.tell(&place.display.hub, order);
        }
        Ok(())
    }

    /// Plans the days of displays, each as often as needed.
    async fn plan_days(self, mut rests: UnboundedReceiver<DisplayId>) {
        while let Some(first) = rests.recv().await {
            let mut waiting = BTreeSet::from([first]);
            while let Ok(display) = rests.try_recv() {
                waiting.insert(display);
            }
            for display in waiting {
                log(self.plan_day(&display).await);
            }
            if let Err(error) = self.store.sweep_frames(now()).await {
                log(Err(error.into()));
            }
        }
    }

    async fn plan_day(&self, id: &DisplayId) -> Result<(), PlanError> {
        let before = self.store.desired(id).await?;
        let Some(display) = self.store.display(id).await? else {
            return Ok(());
        };
        let subject = Subject::load(&self.store, &display, &mut Rooms::default()).await?;
        let panel = subject.panel;
        let handled = |(room, meetings)| self.handled.covers(room, meetings);
        if !subject.meetings().all(handled) {
            return Ok(());
        }
        let now = now();
        let mut scenes = vec![subject.now(now)];
        scenes.extend(subject.coming(now));
        let mut steps: Vec<PlanStep> = Vec::with_capacity(scenes.len());
        for (index, scene) in scenes.into_iter().enumerate() {
            let waits = before
                .as_ref()
                .filter(|_| index == 0 && subject.is_quiet(now));
            let name = self.drawer.name(&scene.drawing, &panel);
            let step = match waits.and_then(|plan| goes_on(plan, &display.room, &scene)) {
                Some(step) => step,
                None => match taken_over(before.as_ref(), &scene, name) {
                    Some(step) => step,
                    None => self.draw_step(Urgency::Later, scene, panel).await?,
                },
            };
            add_step(&mut steps, step);
        }
        if before
            .as_ref()
            .is_some_and(|before| same_from_now_on(before, &display.room, &steps, now))
        {
            return Ok(());
        }
        let plan = NewPlan {
            display: id.clone(),
            room: display.room.clone(),
            steps,
            replaces: before.map(|plan| plan.generation),
            receipt: None,
        };
        let stored = self.store.replace_plans(vec![plan]).await?;
        if stored.is_empty() {
            // Something newer came in between.
            let _ = self.rest.send(id.clone());
        }
        self.push(&[&Place { display, subject }], stored).await
    }
}

fn log(outcome: Result<(), PlanError>) {
    if let Err(error) = outcome {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a display was not planned"
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the planner decides what is due now"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests;
