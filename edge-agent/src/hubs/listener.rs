//! What a hub reports, taken down.

use std::collections::HashMap;

use edge_api::id::DisplayId;
use hub_link::control::Inbox;
use hub_link::wire::{self, FailureCode, Hello, ToAgent, to_agent};
use jiff::Timestamp;

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

/// Takes down what the hub reports.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) store: Store,
    pub(super) bus: Bus,
    /// By the hub's names for them.
    pub(super) displays: HashMap<String, DisplayId>,
}

impl Listener {
    /// Until the hub finishes its stream.
    pub(super) async fn run(
        &self,
        hello: Hello,
        mut reports: Inbox<ToAgent>,
    ) -> Result<(), ListenError> {
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
                Some(to_agent::Kind::Failed(failed)) => self.failed(failed).await?,
                // Steps on the way, which Displayed includes; and kinds of a newer hub.
                Some(
                    to_agent::Kind::Stored(_)
                    | to_agent::Kind::Refreshing(_)
                    | to_agent::Kind::Hello(_),
                )
                | None => {}
            }
        }
        Ok(())
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
}
