//! A room that is on nobody's list of calendars, added by its address.
//!
//! Nothing is subscribed to at Google, which would need the permission to change the list: a calendar that an account may
//! see can be read without.

use edge_api::id::RoomId;
use google_calendar::Error;
use jiff::{SignedDuration, Timestamp};
use tracing::info;
use ulid::Ulid;

use super::{Google, RelaySide};
use crate::news::{News, Trace};
use crate::store::{SeenCalendar, StoreError};

/// Longer than any address.
const LONGEST: usize = 254;

/// A token that ends sooner is about to be renewed.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// Why a room was not added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddRoomError {
    #[error(
        "that is not the address of a calendar; copy the resource's e-mail address from admin.google.com, under Buildings and resources"
    )]
    NotAnAddress,
    #[error("no Google account is connected; connect one under Settings > Integration")]
    NoAccount,
    #[error(
        "no connected account sees this calendar; share it with {accounts}, with all event details, and try again"
    )]
    NotSeen { accounts: String },
    #[error("Google did not answer ({0}); try again in a moment")]
    Google(Error),
    #[error("the room could not be stored; is the disk full?")]
    Store(#[from] StoreError),
}

impl<R: RelaySide> Google<R> {
    /// Adds the calendar of that address to the rooms, read with the first account that sees it. One that is there
    /// already is kept from now on.
    pub(crate) async fn add_room(
        &self,
        address: &str,
        now: Timestamp,
    ) -> Result<RoomId, AddRoomError> {
        let address = address.trim().to_ascii_lowercase();
        let sound = address.len() <= LONGEST
            && !address.contains(char::is_whitespace)
            && address
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !sound {
            return Err(AddRoomError::NotAnAddress);
        }
        let mut accounts = self.inner.store.google_accounts().await?;
        accounts.retain(|account| account.reconnect.is_none());
        if accounts.is_empty() {
            return Err(AddRoomError::NoAccount);
        }
        let mut failed = None;
        for account in &accounts {
            let tokens = self.inner.store.google_tokens(&account.id).await?;
            let access = tokens.and_then(|tokens| tokens.access);
            let Some(access) = access.filter(|a| a.expires.duration_since(now) > MARGIN) else {
                failed = Some(Error::TokenRejected);
                continue;
            };
            match self.calendar().calendar(&access.token, &address).await {
                Ok(found) => {
                    let seen = SeenCalendar {
                        new_id: RoomId::new(&Ulid::new().to_string()).expect("a ULID is one"),
                        calendar_id: found.id,
                        name: found.name,
                        zone: found.zone.unwrap_or_else(|| "UTC".to_owned()),
                        place: None,
                    };
                    let room = self.inner.store.add_calendar(&account.id, seen).await?;
                    info!(room.id = %room, account = account.id, "a room was added by its address");
                    self.inner.bus.send(News::RoomChanged {
                        room: room.clone(),
                        trace: Trace::default(),
                    });
                    return Ok(room);
                }
                Err(Error::Gone { .. } | Error::NotPermitted { .. }) => {}
                Err(other) => failed = Some(other),
            }
        }
        if let Some(error) = failed {
            return Err(AddRoomError::Google(error));
        }
        let accounts: Vec<_> = accounts.into_iter().map(|account| account.email).collect();
        Err(AddRoomError::NotSeen {
            accounts: accounts.join(" or "),
        })
    }
}
