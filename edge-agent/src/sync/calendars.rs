//! Which calendars an account sees: every one becomes a room that a display can be linked to.

use edge_api::id::RoomId;
use google_calendar::ListedCalendar;
use tracing::{info, warn};
use ulid::Ulid;

use crate::google::RelaySide;
use crate::news::{News, Trace};
use crate::store::SeenCalendar;

use super::room::Lister;
use super::tokens::CallError;

impl<R: RelaySide> Lister<R> {
    /// Lists the calendars of every account that works. Answers whether all of them were listed.
    pub(super) async fn list_calendars(&self) -> bool {
        let accounts = match self.store.google_accounts().await {
            Ok(accounts) => accounts,
            Err(error) => {
                warn!(%error, "the accounts cannot be read");
                return false;
            }
        };
        let mut all = true;
        for account in accounts
            .iter()
            .filter(|account| account.reconnect.is_none())
        {
            if let Err(error) = self.list_calendars_of(&account.id).await {
                warn!(account = account.id, %error, "the calendars of an account were not listed");
                // A dead grant is dealt with by signing in, which brings us here again.
                all &= matches!(
                    error,
                    CallError::Reconnect(_) | CallError::NoAccount | CallError::NoApp
                );
            }
        }
        all
    }

    async fn list_calendars_of(&self, account: &str) -> Result<(), CallError> {
        let calendar = self.google.calendar();
        let calendars = self
            .tokens
            .call(account, |token| {
                let calendar = calendar.clone();
                async move { calendar.list_calendars(&token).await }
            })
            .await?;
        let seen = calendars.into_iter().map(seen_calendar).collect();
        let changed = self.store.save_calendars(account, seen).await?;
        if !changed.is_empty() {
            info!(
                account,
                rooms = changed.len(),
                "rooms are new or have another name or zone"
            );
        }
        for room in changed {
            self.bus.send(News::RoomChanged {
                room,
                trace: Trace::default(),
            });
        }
        Ok(())
    }
}

fn seen_calendar(calendar: ListedCalendar) -> SeenCalendar {
    SeenCalendar {
        new_id: RoomId::new(&Ulid::new().to_string()).expect("a ULID is one"),
        calendar_id: calendar.id,
        name: calendar.name,
        zone: calendar.zone.unwrap_or_else(|| "UTC".to_owned()),
    }
}
