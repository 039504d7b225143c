//! Which calendars an account sees: every one becomes a room that a display can be linked to.

use edge_api::id::RoomId;
use google_calendar::ListedCalendar;
use jiff::Timestamp;
use tracing::{debug, info, warn};
use ulid::Ulid;

use crate::google::RelaySide;
use crate::news::{News, Trace};
use crate::store::{Place, SeenCalendar, StoredAccount};

use super::budget::Share;
use super::room::Lister;
use super::tokens::CallError;

/// As many as Google gives on one page.
const CALENDARS_PER_PAGE: usize = 250;

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
            if let Err(error) = self.list_calendars_of(account).await {
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

    async fn list_calendars_of(&self, account: &StoredAccount) -> Result<(), CallError> {
        let id = account.id.as_str();
        let calendar = self.google.calendar();
        let calendars = self
            .call_calendar(id, |token| {
                let calendar = calendar.clone();
                async move { calendar.list_calendars(&token).await }
            })
            .await?;
        // Not waited for: it comes once an hour, and when Google says that the list has changed.
        let pages = u32::try_from(calendars.len() / CALENDARS_PER_PAGE).unwrap_or(0) + 1;
        self.quota.lock().charge(id, pages, now());
        let mut seen: Vec<SeenCalendar> = calendars
            .into_iter()
            .map(|listed| seen_calendar(listed, None))
            .collect();
        if account.may_list_rooms() {
            self.add_rooms_of_the_organisation(id, &mut seen).await?;
        }
        let changed = self.store.save_calendars(id, seen).await?;
        if !changed.is_empty() {
            info!(
                account = id,
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

    /// Adds what the organisation's administrators know: where the rooms are, and rooms that are not on the list. A
    /// directory that cannot be read leaves the list as it is.
    async fn add_rooms_of_the_organisation(
        &self,
        account: &str,
        seen: &mut Vec<SeenCalendar>,
    ) -> Result<(), CallError> {
        let calendar = self.google.calendar();
        let listed = self
            .tokens
            .call(account, |token| {
                let calendar = calendar.clone();
                async move { calendar.list_directory_rooms(&token).await }
            })
            .await;
        let rooms = match listed {
            Ok(rooms) => rooms,
            Err(CallError::Google(error)) => {
                warn!(account, %error, "the organisation's rooms cannot be listed");
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        let known = self.store.rooms().await?;
        for room in rooms {
            let place = Some(Place {
                building: room.building,
                floor: room.floor,
                capacity: room.capacity,
            });
            if let Some(seen) = seen.iter_mut().find(|seen| seen.calendar_id == room.email) {
                seen.place = place;
            } else if let Some(known) = known.iter().find(|known| known.calendar_id == room.email) {
                let zone = known.zone.iana_name().map(str::to_owned);
                let listed = ListedCalendar {
                    name: room.name.unwrap_or_else(|| known.name.clone()),
                    id: room.email,
                    zone,
                };
                seen.push(seen_calendar(listed, place));
            } else if let Some(mut listed) = self.look_at(account, &room.email).await? {
                listed.name = room.name.unwrap_or(listed.name);
                seen.push(seen_calendar(listed, place));
            }
        }
        Ok(())
    }

    /// A calendar that is on no list, for its zone; `None` where the account cannot see it, or not now.
    async fn look_at(&self, account: &str, id: &str) -> Result<Option<ListedCalendar>, CallError> {
        if self.may_ask(account, Share::Background).is_err() {
            return Ok(None);
        }
        let calendar = self.google.calendar();
        let found = self
            .call_calendar(account, |token| {
                let calendar = calendar.clone();
                async move { calendar.calendar(&token, id).await }
            })
            .await;
        match found {
            Ok(listed) => Ok(Some(listed)),
            Err(CallError::Google(error)) => {
                debug!(account, %error, "a room of the organisation cannot be read");
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

fn seen_calendar(calendar: ListedCalendar, place: Option<Place>) -> SeenCalendar {
    SeenCalendar {
        new_id: RoomId::new(&Ulid::new().to_string()).expect("a ULID is one"),
        calendar_id: calendar.id,
        name: calendar.name,
        zone: calendar.zone.unwrap_or_else(|| "UTC".to_owned()),
        place,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "requests are counted by the clock of the wall"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
