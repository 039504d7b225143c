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

mod handled;
mod steps;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use edge_api::id::{DisplayId, RoomId};
use frame::{NotAPanel, Panel};
use jiff::Timestamp;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::handled::Handled;
use self::steps::{Subject, add_step, same_from_now_on, whole_microseconds};
use super::drawer::{DrawError, Drawer, Drawing, Urgency};
use super::freshness;
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
    #[error("the hub describes a panel that this version does not know")]
    Panel(#[from] NotAPanel),
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
                    Ok(News::LinksChanged { display }) => log(self.link_changed(&display).await),
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
                    log(self.show_now(vec![display], None).await);
                }
            }
            Err(error) => log(Err(error.into())),
        }
    }

    async fn room_changed(&self, room: &RoomId, trace: Trace) -> Result<(), PlanError> {
        let displays = self.store.displays_of_room(room).await?;
        self.show_now(displays, Some(trace)).await
    }

    async fn link_changed(&self, display: &DisplayId) -> Result<(), PlanError> {
        let display = self.store.display(display).await?;
        self.show_now(display.into_iter().collect(), None).await
    }

    /// Brings displays, which all show the same, to the frame that is due now, and has their day planned afterwards.
    async fn show_now(
        &self,
        displays: Vec<Display>,
        trace: Option<Trace>,
    ) -> Result<(), PlanError> {
        let Some(first) = displays.first() else {
            return Ok(());
        };
        let subject = Subject::load(&self.store, first).await?;
        let mut waiting: Vec<&Display> = displays.iter().collect();
        for _ in 0..TRIES {
            waiting = self.try_now(waiting, &subject, trace.as_ref()).await?;
            if waiting.is_empty() {
                break;
            }
        }
        if let Some((room, meetings)) = subject.meetings() {
            self.handled.remember(room, meetings);
        }
        for display in displays {
            // Only fails at shutdown.
            let _ = self.rest.send(display.id);
        }
        Ok(())
    }

    /// Brings displays to the frame that is due now. Answers those whose plan was overtaken meanwhile.
    async fn try_now<'a>(
        &self,
        displays: Vec<&'a Display>,
        subject: &Subject,
        trace: Option<&Trace>,
    ) -> Result<Vec<&'a Display>, PlanError> {
        let now = now();
        let mut plans = Vec::with_capacity(displays.len());
        for display in &displays {
            match self.plan_now(display, subject, trace, now).await {
                Ok(plan) => plans.extend(plan),
                // One that cannot be drawn must not hold up the others.
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
        self.push(&displays, subject, stored).await?;
        Ok(displays
            .into_iter()
            .filter(|display| overtaken.contains(&display.id))
            .collect())
    }

    /// The plan that can be had at once: the frame that is due at `now`, then what holds until the day is drawn. `None`
    /// when that frame is due already.
    async fn plan_now(
        &self,
        display: &Display,
        subject: &Subject,
        trace: Option<&Trace>,
        now: Timestamp,
    ) -> Result<Option<NewPlan>, PlanError> {
        let panel: Panel = display.panel.parse()?;
        let drawing = subject.drawing(display, now);
        let name = drawing.name(&panel);
        let (picture, ground) = tokio::join!(
            self.drawer.draw(Urgency::Now, drawing, panel),
            // While the other thread draws.
            async {
                let before = self.store.desired(&display.id).await?;
                Ok::<_, StoreError>((before, subject.coming(display, now)))
            },
        );
        let (picture, (before, coming)) = (picture?, ground?);
        let shows_it =
            |plan: &Desired| plan.room == display.room && plan.due(now) == Some(picture.hash);
        if before.as_ref().is_some_and(shows_it) {
            return Ok(None);
        }
        let receipt = trace
            .zip(display.room.as_ref())
            .map(|(trace, room)| NewReceipt {
                room: room.clone(),
                trace: trace.clone(),
                frame: picture.hash,
                rendered_at: self::now(),
            });
        let mut steps = vec![PlanStep::drawn(whole_microseconds(now), name, picture)];
        for (from, drawing) in coming {
            let step = match taken_over(before.as_ref(), from, &drawing, &panel) {
                Some(step) => step,
                None => {
                    self.draw_step(Urgency::Now, from, subject.no_information(from), panel)
                        .await?
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
        from: Timestamp,
        drawing: Drawing,
        panel: Panel,
    ) -> Result<PlanStep, DrawError> {
        let name = drawing.name(&panel);
        let picture = self.drawer.draw(urgency, drawing, panel).await?;
        Ok(PlanStep::drawn(from, name, picture))
    }

    /// Sends what has been stored to the hubs that are connected.
    async fn push(
        &self,
        displays: &[&Display],
        subject: &Subject,
        stored: Vec<Desired>,
    ) -> Result<(), PlanError> {
        let by_id: HashMap<&DisplayId, &Display> = displays
            .iter()
            .map(|display| (&display.id, *display))
            .collect();
        for desired in stored {
            let Some(display) = by_id.get(&desired.display) else {
                continue;
            };
            let panel: Panel = display.panel.parse()?;
            let freshness = match subject.room() {
                Some(room) => freshness::of_room(&self.drawer, room, panel).await?,
                None => None,
            };
            let order = SessionOrder::Show {
                key: display.key.clone(),
                desired: Arc::new(desired),
                freshness,
            };
            self.registry.tell(&display.hub, order);
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
            if let Err(error) = self.store.sweep_frames().await {
                log(Err(error.into()));
            }
        }
    }

    async fn plan_day(&self, id: &DisplayId) -> Result<(), PlanError> {
        let before = self.store.desired(id).await?;
        let Some(display) = self.store.display(id).await? else {
            return Ok(());
        };
        let panel: Panel = display.panel.parse()?;
        let subject = Subject::load(&self.store, &display).await?;
        if let Some((room, meetings)) = subject.meetings()
            && !self.handled.covers(room, meetings)
        {
            return Ok(());
        }
        let now = now();
        let mut day = vec![(whole_microseconds(now), subject.drawing(&display, now))];
        day.extend(subject.coming(&display, now));
        let mut steps: Vec<PlanStep> = Vec::with_capacity(day.len());
        for (from, drawing) in day {
            let step = match taken_over(before.as_ref(), from, &drawing, &panel) {
                Some(step) => step,
                None => self.draw_step(Urgency::Later, from, drawing, panel).await?,
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
        self.push(&[&display], &subject, stored).await
    }
}

/// The step for `drawing`, if the plan before has its frame.
fn taken_over(
    before: Option<&Desired>,
    from: Timestamp,
    drawing: &Drawing,
    panel: &Panel,
) -> Option<PlanStep> {
    let name = drawing.name(panel);
    let frame = before?.frame_of(&name)?;
    Some(PlanStep {
        from,
        frame,
        drawing: Some(name),
        picture: None,
    })
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
