//! What a hub reports, taken down.

use std::collections::HashMap;

use edge_api::id::{DisplayId, HubId};
use hub_link::agent_end;
use hub_link::control::Inbox;
use hub_link::quinn::Connection;
use hub_link::wire::{self, FailureCode, Generation, Hello, ToAgent, to_agent};
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::fleet::Fleet;
use crate::news::{Bus, News};
use crate::store::{Shown, Store, StoreError};

/// Why nobody listens to a hub any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    #[error("take down what the hub reported")]
    Store(#[from] StoreError),
    #[error("read from the hub")]
    Read(#[from] hub_link::codec::ReadMessageError),
    #[error("the hub could not use a frame; it is asked to start over")]
    BadFrame,
}

/// What the listener passes on to whoever sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Receipt {
    /// A plan is on the hub's disk.
    Stored {
        /// The hub's name for the display.
        key: String,
        generation: Generation,
    },
    /// A press of a button was taken down.
    Pressed { boot: Vec<u8>, sequence: u64 },
}

/// Takes down what the hub reports.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) store: Store,
    pub(super) bus: Bus,
    pub(super) fleet: Fleet,
    pub(super) hub: HubId,
    /// By the hub's names for them.
    pub(super) displays: HashMap<String, DisplayId>,
    /// For whoever sends.
    pub(super) receipts: UnboundedSender<Receipt>,
}

impl Listener {
    /// Until the hub finishes its stream.
    pub(super) async fn run(
        &self,
        hello: Hello,
        mut reports: Inbox<ToAgent>,
    ) -> Result<(), ListenError> {
        if let Some(keys) = hello.pinned {
            self.pinned(keys).await?;
        }
        for shown in hello
            .displays
            .into_iter()
            .filter_map(|display| display.shown)
        {
            self.displayed(shown).await?;
        }
        while let Some(report) = reports.next().await? {
            match report.kind {
                Some(to_agent::Kind::Displayed(displayed)) => self.displayed(displayed).await?,
                Some(to_agent::Kind::Stored(stored)) => self.stored(stored),
                Some(to_agent::Kind::Failed(failed)) => self.failed(failed).await?,
                Some(to_agent::Kind::Button(button)) => self.pressed(button).await?,
                Some(to_agent::Kind::Log(log)) => self.fleet.log(&self.hub, log.lines),
                Some(to_agent::Kind::Pinned(pinned)) => {
                    self.pinned(pinned.keys.unwrap_or_default()).await?;
                }
                // A step on the way, which Displayed includes; and kinds of a newer hub.
                Some(to_agent::Kind::Refreshing(_) | to_agent::Kind::Hello(_)) | None => {}
            }
        }
        Ok(())
    }

    /// Takes down what the hub measures, until the connection ends.
    pub(super) async fn measure(&self, connection: &Connection) -> Result<(), ListenError> {
        while let Ok(telemetry) = agent_end::next_telemetry(connection).await {
            let powers = self.fleet.measured(&self.hub, telemetry, now());
            let powers: Vec<(DisplayId, u32)> = powers
                .into_iter()
                .filter_map(|(key, percent)| Some((self.displays.get(&key)?.clone(), percent)))
                .collect();
            if powers.is_empty() {
                continue;
            }
            for display in self.store.power(powers, now()).await? {
                self.bus.send(News::BatteryTurned { display });
            }
        }
        Ok(())
    }

    fn stored(&self, report: wire::Stored) {
        if let Some(generation) = report.generation {
            // Whoever sends ends together with us.
            let _ = self.receipts.send(Receipt::Stored {
                key: report.display,
                generation,
            });
        }
    }

    async fn displayed(&self, report: wire::Displayed) -> Result<(), ListenError> {
        let (Some(id), Ok(frame), Ok(at)) = (
            self.displays.get(&report.display),
            wire::frame_hash(&report.frame),
            Timestamp::from_microsecond(report.at_us),
        ) else {
            tracing::warn!(
                display.key = report.display,
                "a report that makes no sense is ignored"
            );
            return Ok(());
        };
        let shown = Shown {
            frame,
            at,
            marked_since: report
                .marked_since_us
                .and_then(|us| Timestamp::from_microsecond(us).ok()),
        };
        let stored_at = Some(report.stored_at_us).filter(|us| *us != 0);
        let stored_at = stored_at.and_then(|us| Timestamp::from_microsecond(us).ok());
        let generation = report.generation.unwrap_or_default();
        let outcome = self
            .store
            .display_shown(id, shown, generation, stored_at)
            .await?;
        if outcome.changed {
            self.bus.send(News::DisplayChanged {
                display: id.clone(),
            });
        }
        if outcome.closed {
            self.bus.send(News::ReceiptClosed {
                display: id.clone(),
            });
        }
        Ok(())
    }

    async fn failed(&self, report: wire::Failed) -> Result<(), ListenError> {
        let code = report.code();
        tracing::warn!(
            hub.id = %self.hub,
            display.key = report.display,
            ?code,
            detail = report.detail,
            "a hub could not do what it was told"
        );
        let problem = match code {
            FailureCode::Panel => "The panel does not obey its hub. Check its cable and power.",
            FailureCode::Storage => {
                "The hub cannot write to its disk. Check whether it is full or worn out."
            }
            FailureCode::PlanTime => {
                "The hub refused a plan because of its times. Check this machine's clock."
            }
            FailureCode::Clock => {
                let what = format!(
                    "The hub does not believe this machine's clock: {}.",
                    report.detail
                );
                self.fleet.problem(&self.hub, what);
                self.bus.send(News::HubsChanged);
                return Ok(());
            }
            FailureCode::BadFrame => return Err(ListenError::BadFrame),
            _ => return Ok(()),
        };
        if let Some(id) = self.displays.get(&report.display) {
            self.store.display_problem(id, problem).await?;
            self.bus.send(News::DisplayChanged {
                display: id.clone(),
            });
        }
        Ok(())
    }

    /// Takes down a press, then acknowledges it: whichever side dies in between, it counts once.
    async fn pressed(&self, press: wire::Button) -> Result<(), ListenError> {
        let boot = press.boot.to_vec();
        let new = self
            .store
            .press(&self.hub, boot.clone(), press.sequence, now())
            .await?;
        if new && let Some(id) = self.displays.get(&press.display) {
            tracing::info!(display.id = %id, button = press.button, "a button was pressed");
            self.bus.send(News::ButtonPressed {
                display: id.clone(),
                button: press.button,
            });
        }
        let _ = self.receipts.send(Receipt::Pressed {
            boot,
            sequence: press.sequence,
        });
        Ok(())
    }

    async fn pinned(&self, keys: wire::AgentKeys) -> Result<(), ListenError> {
        let (active, standby) = (keys.active.to_vec(), keys.standby.to_vec());
        Ok(self.store.hub_pinned(&self.hub, active, standby).await?)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a hub says is taken down with its time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
