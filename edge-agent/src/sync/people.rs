//! The task that asks the directory for the names of organisers whom Google tells only by their address.
//!
//! A sign does not wait for a name: it is drawn with one made from the address, and again once the name is known. Where
//! the directory cannot be read that is said once, with the account, and tried again the next day.

use std::collections::HashMap;
use std::time::Duration;

use edge_api::id::RoomId;
use google_calendar::Error;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::google::RelaySide;
use crate::news::{News, Trace};
use crate::store::{Room, StoreError};

use super::room::Lister;
use super::tokens::CallError;

/// Between two searches: the People API allows ninety a minute for one person.
const PACE: Duration = Duration::from_millis(700);

/// A directory that refuses is asked again after this long.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_hours(24);

/// One that limits the rate, or does not answer. Every list of a room is a reason to ask: without a pause, five hundred
/// rooms would go on asking.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn run<R: RelaySide>(
    lister: Lister<R>,
    mut news: broadcast::Receiver<News>,
    stop: CancellationToken,
) {
    let mut names = Names {
        lister,
        paused: HashMap::new(),
    };
    loop {
        let heard = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            heard = news.recv() => heard,
        };
        let asked = async {
            match heard {
                Ok(News::RoomVerified { room }) => names.of_room(&room).await,
                Ok(News::IntegrationChanged) => {
                    names.paused.clear();
                    names.of_every_room().await
                }
                Err(RecvError::Lagged(_)) => names.of_every_room().await,
                Ok(_) | Err(RecvError::Closed) => Ok(()),
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            asked = asked => if let Err(error) = asked {
                warn!(%error, "names of organisers cannot be stored");
            }
        }
    }
}

struct Names<R> {
    lister: Lister<R>,
    /// Accounts whose directory is left alone: until when.
    paused: HashMap<String, Timestamp>,
}

impl<R: RelaySide> Names<R> {
    async fn of_every_room(&mut self) -> Result<(), StoreError> {
        for room in self.lister.store.rooms().await? {
            self.of_room(&room.id).await?;
        }
        Ok(())
    }

    async fn of_room(&mut self, room: &RoomId) -> Result<(), StoreError> {
        let Some(room) = self
            .lister
            .store
            .room(room)
            .await?
            .filter(|room| room.linked)
        else {
            return Ok(());
        };
        let Some(account) = room.account.clone() else {
            return Ok(());
        };
        if self
            .paused
            .get(&account)
            .is_some_and(|until| now() < *until)
        {
            return Ok(());
        }
        let events = self.lister.store.room_events(&room.id).await?;
        let addresses = events
            .into_iter()
            .filter_map(|event| event.organiser_address);
        let unknown = self
            .lister
            .store
            .unknown_people(addresses.collect(), now())
            .await?;
        if self.look_up(&room, &account, unknown).await? {
            self.lister.bus.send(News::RoomChanged {
                room: room.id,
                trace: Trace::default(),
            });
        }
        Ok(())
    }

    /// Answers whether a name was found.
    async fn look_up(
        &mut self,
        room: &Room,
        account: &str,
        addresses: Vec<String>,
    ) -> Result<bool, StoreError> {
        let mut found = false;
        for address in addresses {
            match self.search(account, &address).await {
                Ok(name) => {
                    found |= name.is_some();
                    let store = &self.lister.store;
                    store.save_person(&address, name.as_deref(), now()).await?;
                    store.directory_problem(account, None).await?;
                }
                Err(error) => {
                    self.refused_or_failed(account, &error).await?;
                    debug!(room.id = %room.id, %error, "the name of an organiser was not found out");
                    break;
                }
            }
            sleep(PACE).await;
        }
        Ok(found)
    }

    async fn search(&self, account: &str, address: &str) -> Result<Option<String>, CallError> {
        let calendar = self.lister.google.calendar();
        self.lister
            .tokens
            .call(account, |token| {
                let calendar = calendar.clone();
                async move { calendar.directory_name(&token, address).await }
            })
            .await
    }

    /// What only a person can mend is asked again the next day; anything else with the first list after a pause.
    async fn refused_or_failed(
        &mut self,
        account: &str,
        error: &CallError,
    ) -> Result<(), StoreError> {
        let told = match error {
            CallError::Google(error) => error.retry_after(),
            _ => None,
        };
        let told = told.and_then(|wait| SignedDuration::try_from(wait).ok());
        let mut pause = AFTER_FAILURE.max(told.unwrap_or_default());
        if let CallError::Google(
            Error::NotPermitted { .. }
            | Error::ApiDisabled { .. }
            | Error::Gone { .. }
            | Error::Other { .. },
        ) = error
        {
            info!(account, %error, "organisers are named by their addresses: the directory cannot be read");
            pause = AFTER_REFUSAL;
            self.lister
                .store
                .directory_problem(account, Some(&error.to_string()))
                .await?;
        }
        let until = now().saturating_add(pause).unwrap_or(Timestamp::MAX);
        self.paused.insert(account.to_owned(), until);
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old a name is, is a fact of the wall clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
