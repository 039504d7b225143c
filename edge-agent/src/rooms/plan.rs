//! Who shows what and when: follows the news, and keeps every display's plan right.
//!
//! A change takes two steps. First the frame that is due now: drawn, stored and sent, for every display of the room in
//! one transaction. Then, in the background, the rest of the day and more. A background plan that was overtaken by a
//! newer change is thrown away when it tries to be stored, and made again.

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

use self::steps::{Subject, same_from_now_on};
use super::drawer::{DrawError, Drawer, Urgency};
use super::freshness;
use crate::hubs::registry::{Registry, SessionOrder};
use crate::news::{Bus, News, Trace};
use crate::store::{
    Desired, Display, NewPlan, NewReceipt, PlanOutline, PlanStep, Replaces, Store, StoreError,
};

/// How often plans are made longer. A plan reaches 24 hours from its last extension.
const EXTEND_EVERY: Duration = Duration::from_secs(60 * 60);

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
        let now = now();
        let mut plans = Vec::with_capacity(displays.len());
        for display in &displays {
            match self.plan_now(display, &subject, trace.as_ref(), now).await {
                Ok(plan) => plans.extend(plan),
                // One that cannot be drawn must not hold up the others.
                Err(error) => log(Err(error)),
            }
        }
        if !plans.is_empty() {
            let stored = self.store.replace_plans(plans).await?;
            self.push(&displays, &subject, stored).await?;
        }
        for display in displays {
            // Only fails at shutdown.
            let _ = self.rest.send(display.id);
        }
        Ok(())
    }

    /// The plan that has the frame which is due at `now` and nothing else; `None` when that is what is due already.
    async fn plan_now(
        &self,
        display: &Display,
        subject: &Subject,
        trace: Option<&Trace>,
        now: Timestamp,
    ) -> Result<Option<NewPlan>, PlanError> {
        let panel = display.panel.parse()?;
        let drawing = subject.drawing(display, now);
        let picture = self.drawer.draw(Urgency::Now, drawing, panel).await?;
        let outline = self.store.plan_outline(&display.id).await?;
        let shows_it = |outline: PlanOutline| {
            outline.room == display.room && outline.due(now) == Some(picture.hash)
        };
        if outline.is_some_and(shows_it) {
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
        Ok(Some(NewPlan {
            display: display.id.clone(),
            room: display.room.clone(),
            steps: vec![PlanStep { from: now, picture }],
            replaces: Replaces::Any,
            receipt,
        }))
    }

    /// Sends what has been stored to the hubs that are connected.
    async fn push(
        &self,
        displays: &[Display],
        subject: &Subject,
        stored: Vec<Desired>,
    ) -> Result<(), PlanError> {
        let by_id: HashMap<&DisplayId, &Display> = displays
            .iter()
            .map(|display| (&display.id, display))
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
        let outline = self.store.plan_outline(id).await?;
        let Some(display) = self.store.display(id).await? else {
            return Ok(());
        };
        let panel = display.panel.parse()?;
        let subject = Subject::load(&self.store, &display).await?;
        let now = now();
        let mut steps: Vec<PlanStep> = Vec::new();
        for (from, drawing) in subject.day(&display, now) {
            let picture = self.drawer.draw(Urgency::Later, drawing, panel).await?;
            if steps
                .last()
                .is_none_or(|last| last.picture.hash != picture.hash)
            {
                steps.push(PlanStep { from, picture });
            }
        }
        if outline
            .as_ref()
            .is_some_and(|outline| same_from_now_on(outline, &display.room, &steps, now))
        {
            return Ok(());
        }
        let plan = NewPlan {
            display: id.clone(),
            room: display.room.clone(),
            steps,
            replaces: Replaces::Only(outline.map(|outline| outline.generation)),
            receipt: None,
        };
        let stored = self.store.replace_plans(vec![plan]).await?;
        if stored.is_empty() {
            // Something newer came in between.
            let _ = self.rest.send(id.clone());
        }
        self.push(&[display], &subject, stored).await
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
