//! Watch channels: one open at Google for every room that is listed and for every account's list of calendars, the next
//! one opened before the last ends.
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
use crate::store::{StoreError, StoredChannel};

use super::budget::Share;
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

/// What a channel is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    /// `None` for the account's list of calendars.
    room: Option<RoomId>,
    account: String,
}

/// Something to be watched.
#[derive(Clone, Debug)]
struct Wanted {
    subject: Subject,
    /// Google's id of the room's calendar.
    calendar_id: Option<String>,
}

/// What the keeper remembers between two rounds.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    /// What no channel could be opened for: for which address, and when to try again.
    refused: BTreeMap<Subject, (String, Timestamp)>,
}

/// What a round of the keeper came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tended {
    pub(super) opened: usize,
    pub(super) stopped: usize,
    /// Not all could be asked for within Google's limits: when to go on.
    pub(super) later: Option<Timestamp>,
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
        let wanted = wanted(lister).await?;
        self.refused
            .retain(|subject, _| wanted.iter().any(|kept| kept.subject == *subject));
        let mut tended = Tended::default();
        let address = lister.google.relay().webhook_address();
        if let Some(address) = &address {
            let channels = lister.store.channels().await?;
            let keys = lister.google.relay().key_version();
            for wanted in &wanted {
                let subject = &wanted.subject;
                if !needs_channel(subject, &channels, (address, keys), now)
                    || self.is_waiting(subject, address, now)
                {
                    continue;
                }
                if let Err(free) = lister.may_ask(&subject.account, Share::Background) {
                    tended.later = Some(tended.later.map_or(free, |later| later.min(free)));
                    continue;
                }
                match open(lister, wanted, address, now).await {
                    Ok(()) => {
                        self.refused.remove(subject);
                        tended.opened += 1;
                    }
                    Err(error) => self.put_off(lister, subject, address, &error, now).await?,
                }
            }
        }
        let subjects: HashSet<(Option<&RoomId>, Option<&str>)> = wanted
            .iter()
            .map(|wanted| about(&wanted.subject.room, &wanted.subject.account))
            .collect();
        for channel in lister.store.channels().await? {
            let of_use =
                address.is_some() && subjects.contains(&about(&channel.room, &channel.account));
            if channel.retired || channel.expires_at <= now || !of_use {
                tended.stopped += usize::from(stop(lister, &channel, now).await?);
            }
        }
        tell_key_use(lister, now).await?;
        Ok(tended)
    }

    fn is_waiting(&self, subject: &Subject, address: &str, now: Timestamp) -> bool {
        let refused = self.refused.get(subject);
        refused.is_some_and(|(refused, until)| refused == address && now < *until)
    }

    async fn put_off<R: RelaySide>(
        &mut self,
        lister: &Lister<R>,
        subject: &Subject,
        address: &str,
        error: &CallError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let hopeless = match error {
            CallError::Google(error) => !error.is_worth_retrying(),
            _ => false,
        };
        let wait = match error {
            // All of the account wait, for as long as the budget says.
            CallError::Google(Error::RateLimited { .. }) => SignedDuration::ZERO,
            _ if hopeless => AFTER_REFUSAL,
            _ => AFTER_FAILURE,
        };
        let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        self.refused
            .insert(subject.clone(), (address.to_owned(), until));
        let Some(room) = &subject.room else {
            info!(account = subject.account, %error, "Google does not announce new rooms; they are found by asking");
            return Ok(());
        };
        warn!(room.id = %room, %error, "Google does not announce changes of a room; they are found by asking");
        lister.store.watch_problem(room, &error.to_string()).await
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

/// The rooms that displays show and that an account which works can read, then the lists of these accounts.
async fn wanted<R: RelaySide>(lister: &Lister<R>) -> Result<Vec<Wanted>, StoreError> {
    let mut accounts = lister.store.google_accounts().await?;
    accounts.retain(|account| account.reconnect.is_none());
    let rooms = lister.store.rooms().await?.into_iter();
    let rooms = rooms.filter(|room| room.linked).filter_map(|room| {
        let account = room
            .account
            .filter(|id| accounts.iter().any(|a| a.id == *id))?;
        Some(Wanted {
            subject: Subject {
                room: Some(room.id),
                account,
            },
            calendar_id: Some(room.calendar_id),
        })
    });
    let lists = accounts.iter().map(|account| Wanted {
        subject: Subject {
            room: None,
            account: account.id.clone(),
        },
        calendar_id: None,
    });
    Ok(rooms.chain(lists).collect())
}

/// A room is the same whoever reads it; a list is its account's.
fn about<'a>(room: &'a Option<RoomId>, account: &'a str) -> (Option<&'a RoomId>, Option<&'a str>) {
    (room.as_ref(), room.is_none().then_some(account))
}

/// `relay` is where Google has to post to today, and the version of the keys that its tokens are made with.
fn needs_channel(
    subject: &Subject,
    channels: &[StoredChannel],
    relay: (&str, u16),
    now: Timestamp,
) -> bool {
    !channels.iter().any(|channel| {
        channel.room == subject.room
            && !channel.retired
            && channel.resource_id.is_some()
            && (channel.address.as_str(), channel.key_version) == relay
            && channel.account == subject.account
            && now < channel.renew_at
    })
}

async fn open<R: RelaySide>(
    lister: &Lister<R>,
    wanted: &Wanted,
    address: &str,
    now: Timestamp,
) -> Result<(), CallError> {
    let Subject { room, account } = &wanted.subject;
    let ulid = Ulid::new();
    let id = ulid.to_string().to_ascii_lowercase();
    // The relay is gone since we looked: the next round sees it.
    let Some((token, key_version)) = lister.google.relay().webhook_token(&id) else {
        return Ok(());
    };
    let asked_end = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let channel = StoredChannel {
        id: id.clone(),
        room: room.clone(),
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
        .call_calendar(account, |access| {
            let (calendar, id, token) = (calendar.clone(), id.as_str(), token.as_str());
            async move {
                let watch = Watch {
                    calendar_id: wanted.calendar_id.as_deref(),
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
            let room = room.as_ref().map(RoomId::as_str);
            info!(room.id = room, channel.id = id, until = %end, "Google announces changes");
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
        if lister.may_ask(&channel.account, Share::Background).is_err() {
            return Ok(false);
        }
        let calendar = lister.google.calendar();
        let stopped = lister
            .call_calendar(&channel.account, |access| {
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
