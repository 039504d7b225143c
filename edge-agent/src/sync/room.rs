//! One list of one room: ask Google, commit, tell the others.

use std::future::Future;

use edge_api::id::RoomId;
use google_calendar::{Error, Listed, Listing, Window};
use jiff::Timestamp;
use tracing::{debug, info, warn};

use crate::google::{Google, RelaySide};
use crate::news::{Bus, News, Trace};
use crate::store::{ListedWindow, Replaced, Room, Skipped, Store};

use super::budget::{Limited, Share};
use super::chance::dice;
use super::progress::Ended;
use super::quota::Quota;
use super::schedule::Job;
use super::tokens::{CallError, Tokens};

/// What a list needs; cheap to clone.
#[derive(Debug)]
pub(super) struct Lister<R> {
    pub(super) store: Store,
    pub(super) google: Google<R>,
    pub(super) tokens: Tokens<R>,
    pub(super) bus: Bus,
    /// What Google lets us ask.
    pub(super) quota: Quota,
}

impl<R> Clone for Lister<R> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            google: self.google.clone(),
            tokens: self.tokens.clone(),
            bus: self.bus.clone(),
            quota: self.quota.clone(),
        }
    }
}

impl<R: RelaySide> Lister<R> {
    /// Lists a room and answers how that ended; a failure is kept with the room, in words.
    pub(super) async fn list(&self, job: Job) -> Ended {
        let room = job.room.clone();
        match self.try_list(job).await {
            Ok(changed) => Ended::Listed { changed },
            Err(error) => self.failed(&room, &error).await,
        }
    }

    /// Answers whether the events of the same days have changed.
    async fn try_list(&self, job: Job) -> Result<bool, CallError> {
        let Some(room) = self.store.room(&job.room).await? else {
            return Ok(false);
        };
        let account = room.account.clone().ok_or(CallError::NoAccount)?;
        // Begun, not ended: what changed while the answer was under way is not known to be in it.
        let begun = now();
        let window = Window::around(begun, &room.zone);
        let etag = self.store.listing_etag(&room.id, window).await?;
        let calendar = self.google.calendar();
        let listing = self
            .call_calendar(&account, |token| {
                let (calendar, room, etag) = (calendar.clone(), &room, etag.as_deref());
                async move {
                    calendar
                        .list_window(&token, &room.calendar_id, window, &room.zone, etag)
                        .await
                }
            })
            .await?;
        let replaced = match listing {
            Listing::NotModified => {
                let pushed_at = job.trace.hint_at;
                self.store.room_verified(&room.id, begun, pushed_at).await?;
                Replaced::Same
            }
            Listing::Changed(listed) => {
                // The first page was counted when the list was begun.
                let further = listed.pages.saturating_sub(1);
                self.quota.lock().charge(&account, further, now());
                self.commit(&room, window, listed, begun, job.trace).await?
            }
        };
        self.bus.send(News::RoomVerified { room: room.id });
        Ok(replaced == Replaced::Changed)
    }

    /// Counts a request that is to be sent now; an error, not counted, is when to ask again.
    pub(super) fn may_ask(&self, account: &str, share: Share) -> Result<(), Timestamp> {
        let (now, mut budget) = (now(), self.quota.lock());
        if budget.take(account, share, now) {
            return Ok(());
        }
        Err(budget.free_at(account, share, now))
    }

    /// Calls the Calendar API for `account`, and remembers when it limits the rate. The request itself was counted
    /// before.
    pub(super) async fn call_calendar<T, Answer>(
        &self,
        account: &str,
        call: impl Fn(String) -> Answer,
    ) -> Result<T, CallError>
    where
        Answer: Future<Output = Result<T, Error>>,
    {
        let called = self.tokens.call(account, call).await;
        match &called {
            Ok(_) => self.quota.lock().answered(account, now()),
            Err(CallError::Google(Error::RateLimited {
                retry_after,
                reason,
            })) => {
                let limited = Limited::by(reason);
                let mut budget = self.quota.lock();
                let until = budget.refused(account, limited, *retry_after, now(), dice());
                warn!(account, reason, %until, "Google limits the rate of requests");
            }
            Err(_) => {}
        }
        called
    }

    async fn commit(
        &self,
        room: &Room,
        window: Window,
        listed: Listed,
        begun: Timestamp,
        trace: Trace,
    ) -> Result<Replaced, CallError> {
        let events = listed.events.len();
        if listed.skipped > 0 && listed.skipped != room.skipped.count {
            warn!(
                room.id = %room.id,
                skipped = listed.skipped,
                example = listed.skipped_example,
                "events that cannot be understood are not shown"
            );
        }
        let listed = ListedWindow {
            window,
            etag: listed.etag,
            events: listed.events,
            skipped: Skipped {
                count: listed.skipped,
                example: listed.skipped_example,
            },
            verified_at: begun,
            pushed_at: trace.hint_at,
        };
        let replaced = self.store.replace_window(&room.id, listed).await?;
        if replaced != Replaced::Same {
            let listed_at = now();
            debug!(room.id = %room.id, events, "a room has changed");
            self.bus.send(News::RoomChanged {
                room: room.id.clone(),
                trace: Trace {
                    listed_at: Some(listed_at),
                    ..trace
                },
            });
        }
        Ok(replaced)
    }

    async fn failed(&self, room: &RoomId, error: &CallError) -> Ended {
        let ended = how_it_ended(error);
        info!(room.id = %room, %error, ?ended, "a room was not listed");
        if let Err(error) = self.store.room_problem(room, &error.to_string()).await {
            warn!(room.id = %room, %error, "the problem of a room was not stored");
        }
        ended
    }
}

fn how_it_ended(error: &CallError) -> Ended {
    match error {
        CallError::NoApp | CallError::NoAccount | CallError::Reconnect(_) => Ended::Refused,
        CallError::Store(_) => Ended::Failed { retry_after: None },
        CallError::Google(google) => match google {
            Error::RateLimited { .. } => Ended::Limited,
            Error::Transient { .. } | Error::Unreadable { .. } | Error::Other { .. }
            // A token that is rejected twice is worth another look: clocks and caches settle.
            | Error::TokenRejected => Ended::Failed { retry_after: google.retry_after() },
            Error::Reauthorise { .. }
            | Error::WrongClient { .. }
            | Error::NotPermitted { .. }
            | Error::ApiDisabled { .. }
            | Error::Gone { .. } => Ended::Refused,
        },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "when a list was begun and committed is a fact of the wall clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
