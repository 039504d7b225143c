//! Watch channels: one open at Google for every room that is listed, the next one opened before the last ends.
//!
//! The channel is stored before Google is asked for it, since Google may post before it answers. What is replaced is
//! stopped only once its successor is open; the overlap brings a few announcements twice, which costs a list that says
//! "not modified".

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use edge_api::id::RoomId;
use google_calendar::{Error, Watch};
use jiff::{SignedDuration, Timestamp};
use relay_contract::key::KeyVersion;
use relay_contract::rotate::{ChannelsOfKey, KeyUse, MAX_KEY_VERSIONS};
use tracing::{info, warn};
use ulid::Ulid;

use crate::google::RelaySide;
use crate::store::{Room, StoreError, StoredChannel};

use super::room::Lister;
use super::tokens::CallError;

/// What Google gives when nothing is asked for; it may give less.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A channel is replaced this often, long before it ends: Google posts to a new one at once, so that every room proves
/// its way once a day.
const RENEWAL: SignedDuration = SignedDuration::from_hours(24);

/// Up to so much earlier, so that the channels of many rooms spread over the day.
const SPREAD: SignedDuration = SignedDuration::from_hours(2);

/// After a refusal (the relay's domain is not accepted, the calendar cannot be watched) a room is tried again this
/// much later: meanwhile the rounds find its changes.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_hours(1);

/// After a failure of the way.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(30);

/// What the keeper remembers between two rounds.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    /// Rooms whose channel could not be opened: for which address, and when to try again.
    refused: BTreeMap<RoomId, (String, Timestamp)>,
}

/// What a round of the keeper came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tended {
    pub(super) opened: usize,
    pub(super) stopped: usize,
}

impl Keeper {
    /// Opens what is missing or ends soon, stops what is not needed any more.
    pub(super) async fn tend<R: RelaySide>(
        &mut self,
        lister: &Lister<R>,
        now: Timestamp,
    ) -> Result<Tended, StoreError> {
        // The channels are those of the copy that acts; what this one knows of them grows old.
        if !lister.google.relay().acts() {
            return Ok(Tended::default());
        }
        let rooms = watchable(lister).await?;
        self.refused
            .retain(|room, _| rooms.iter().any(|kept| kept.id == *room));
        let mut tended = Tended::default();
        let address = lister.google.relay().webhook_address();
        if let Some(address) = &address {
            let channels = lister.store.channels().await?;
            let keys = lister.google.relay().key_version();
            for room in &rooms {
                if !needs_channel(room, &channels, (address, keys), now)
                    || self.is_waiting(room, address, now)
                {
                    continue;
                }
                match open(lister, room, address, now).await {
                    Ok(()) => {
                        self.refused.remove(&room.id);
                        tended.opened += 1;
                    }
                    Err(error) => self.put_off(lister, room, address, &error, now).await?,
                }
            }
        }
        let wanted: HashSet<&RoomId> = rooms.iter().map(|room| &room.id).collect();
        for channel in lister.store.channels().await? {
            let of_use = address.is_some() && wanted.contains(&channel.room);
            if channel.retired || channel.expires_at <= now || !of_use {
                tended.stopped += usize::from(stop(lister, &channel, now).await?);
            }
        }
        tell_key_use(lister, now).await?;
        Ok(tended)
    }

    fn is_waiting(&self, room: &Room, address: &str, now: Timestamp) -> bool {
        let refused = self.refused.get(&room.id);
        refused.is_some_and(|(refused, until)| refused == address && now < *until)
    }

    async fn put_off<R: RelaySide>(
        &mut self,
        lister: &Lister<R>,
        room: &Room,
        address: &str,
        error: &CallError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let hopeless = match error {
            CallError::Google(error) => !error.is_worth_retrying(),
            _ => false,
        };
        let wait = if hopeless {
            AFTER_REFUSAL
        } else {
            AFTER_FAILURE
        };
        warn!(room.id = %room.id, %error, "Google does not announce changes of a room; they are found by asking");
        let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        self.refused
            .insert(room.id.clone(), (address.to_owned(), until));
        lister
            .store
            .watch_problem(&room.id, &error.to_string())
            .await
    }
}

/// Tells the relay which of its keys are still needed.
async fn tell_key_use<R: RelaySide>(lister: &Lister<R>, now: Timestamp) -> Result<(), StoreError> {
    let relay = lister.google.relay();
    let Some(address) = relay.webhook_address() else {
        return Ok(());
    };
    let mut counts = BTreeMap::<u16, u32>::new();
    for channel in lister.store.channels().await? {
        if channel.address == address && now < channel.expires_at {
            *counts.entry(channel.key_version).or_default() += 1;
        }
    }
    let channels = counts.into_iter().rev().take(MAX_KEY_VERSIONS);
    let channels = channels.map(|(version, count)| ChannelsOfKey {
        version: KeyVersion(version),
        count,
    });
    relay
        .tell_key_use(KeyUse {
            channels: channels.collect(),
        })
        .await;
    Ok(())
}

/// The rooms that displays show and that an account which works can read.
async fn watchable<R: RelaySide>(lister: &Lister<R>) -> Result<Vec<Room>, StoreError> {
    let accounts = lister.store.google_accounts().await?;
    let works = |id: &str| accounts.iter().any(|a| a.id == id && a.reconnect.is_none());
    let mut rooms = lister.store.rooms().await?;
    rooms.retain(|room| room.linked && room.account.as_deref().is_some_and(works));
    Ok(rooms)
}

/// `relay` is where Google has to post to today, and the version of the keys that its tokens are made with.
fn needs_channel(
    room: &Room,
    channels: &[StoredChannel],
    relay: (&str, u16),
    now: Timestamp,
) -> bool {
    !channels.iter().any(|channel| {
        channel.room == room.id
            && !channel.retired
            && channel.resource_id.is_some()
            && (channel.address.as_str(), channel.key_version) == relay
            && Some(&channel.account) == room.account.as_ref()
            && now < channel.renew_at
    })
}

async fn open<R: RelaySide>(
    lister: &Lister<R>,
    room: &Room,
    address: &str,
    now: Timestamp,
) -> Result<(), CallError> {
    let account = room.account.clone().ok_or(CallError::NoAccount)?;
    let ulid = Ulid::new();
    let id = ulid.to_string().to_ascii_lowercase();
    // The relay is gone since we looked: the next round sees it.
    let Some((token, key_version)) = lister.google.relay().webhook_token(&id) else {
        return Ok(());
    };
    let asked_end = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let channel = StoredChannel {
        id: id.clone(),
        room: room.id.clone(),
        account: account.clone(),
        address: address.to_owned(),
        key_version,
        resource_id: None,
        expires_at: asked_end,
        renew_at: renewal(now, asked_end, ulid.random()),
        retired: false,
    };
    lister.store.save_channel(channel).await?;
    let calendar = lister.google.calendar();
    let opened = lister
        .tokens
        .call(&account, |access| {
            let (calendar, id, token) = (calendar.clone(), id.as_str(), token.as_str());
            async move {
                let watch = Watch {
                    calendar_id: &room.calendar_id,
                    channel_id: id,
                    address,
                    token,
                    lifetime: LIFETIME,
                };
                calendar.watch(&access, &watch).await
            }
        })
        .await;
    match opened {
        Ok(opened) => {
            let end = opened.expires.unwrap_or(asked_end);
            lister
                .store
                .channel_opened(
                    &id,
                    &opened.resource_id,
                    end,
                    renewal(now, end, ulid.random()),
                )
                .await?;
            info!(room.id = %room.id, channel.id = id, until = %end, "Google announces changes of a room");
            Ok(())
        }
        Err(error) => {
            lister.store.delete_channel(&id).await?;
            Err(error)
        }
    }
}

/// Stops a channel and forgets it. True when that is done.
async fn stop<R: RelaySide>(
    lister: &Lister<R>,
    channel: &StoredChannel,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if let Some(resource) = &channel.resource_id
        && now < channel.expires_at
    {
        let calendar = lister.google.calendar();
        let stopped = lister
            .tokens
            .call(&channel.account, |access| {
                let (calendar, channel) = (calendar.clone(), &channel);
                async move { calendar.stop(&access, &channel.id, resource).await }
            })
            .await;
        match stopped {
            Err(CallError::Google(
                error @ (Error::Transient { .. } | Error::RateLimited { .. }),
            )) => {
                info!(channel.id, %error, "a watch channel is to be stopped later");
                return Ok(false);
            }
            Err(error) => {
                info!(channel.id, %error, "a watch channel cannot be stopped; it ends by itself")
            }
            Ok(()) => {}
        }
    }
    lister.store.delete_channel(&channel.id).await?;
    Ok(true)
}

/// When to open the next one: a day later, or at three quarters of a short life. `dice` is any number.
fn renewal(now: Timestamp, end: Timestamp, dice: u128) -> Timestamp {
    let early = SignedDuration::from_secs((dice % SPREAD.as_secs() as u128) as i64);
    let three_quarters = end.duration_since(now) / 4 * 3;
    let wait = (RENEWAL - early).min(three_quarters);
    now.saturating_add(wait.max(SignedDuration::ZERO))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_channel_is_opened_after_a_day_or_at_three_quarters_and_not_all_at_once() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let after = |hours| now + SignedDuration::from_hours(hours);
        assert_eq!(renewal(now, after(168), 0), after(24));
        assert_eq!(renewal(now, after(168), 3600), after(23));
        assert_eq!(renewal(now, after(4), 0), after(3));
        assert_eq!(renewal(now, now, 0), now);
        assert_eq!(renewal(now, after(-5), 0), now);
    }
}
