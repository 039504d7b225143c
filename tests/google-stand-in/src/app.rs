//! What every handler shares, and the one way to change a calendar.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::channels::{Channels, Topic};
use crate::clock;
use crate::data::calendar::{Calendar, Stamp};
use crate::data::calendars::Calendars;
use crate::directory::Directory;
use crate::error::ApiError;
use crate::faults::Faults;
use crate::log::Log;
use crate::oauth::grants::{Grants, Lifetimes};
use crate::oauth::keys::SigningKey;
use crate::push::Pusher;
use crate::quota::Quota;

/// A handle to the whole stand-in.
#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: String,
    accounts: Vec<String>,
    lifetimes: Lifetimes,
    key: SigningKey,
    calendars: Mutex<Calendars>,
    grants: Mutex<Grants>,
    channels: Mutex<Channels>,
    directory: Directory,
    faults: Arc<Faults>,
    requests: Log,
    quota: Quota,
    pusher: Pusher,
}

/// What a change returned and the moment it was in the store, before anybody was told.
#[derive(Debug)]
pub(crate) struct Committed<T> {
    pub(crate) value: T,
    pub(crate) at: Timestamp,
}

/// What an [`App`] is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) base: String,
    pub(crate) accounts: Vec<String>,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) key: SigningKey,
    pub(crate) calendars: Calendars,
    pub(crate) directory: Directory,
    pub(crate) faults: Arc<Faults>,
    pub(crate) pusher: Pusher,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            base: parts.base,
            accounts: parts.accounts,
            lifetimes: parts.lifetimes,
            key: parts.key,
            calendars: Mutex::new(parts.calendars),
            grants: Mutex::default(),
            channels: Mutex::default(),
            directory: parts.directory,
            faults: parts.faults,
            requests: Log::default(),
            quota: Quota::default(),
            pusher: parts.pusher,
        }))
    }

    /// `https://google.localhost:PORT`, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// Addresses that can sign in; the first is the administrator's.
    pub(crate) fn accounts(&self) -> &[String] {
        &self.0.accounts
    }

    pub(crate) fn lifetimes(&self) -> &Lifetimes {
        &self.0.lifetimes
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.0.key
    }

    pub(crate) fn calendars(&self) -> MutexGuard<'_, Calendars> {
        self.0
            .calendars
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.0.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn channels(&self) -> MutexGuard<'_, Channels> {
        self.0
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.0.faults
    }

    pub(crate) fn requests(&self) -> &Log {
        &self.0.requests
    }

    pub(crate) fn quota(&self) -> &Quota {
        &self.0.quota
    }

    pub(crate) fn pusher(&self) -> &Pusher {
        &self.0.pusher
    }

    /// Changes events of a calendar, then tells its channels.
    ///
    /// # Errors
    ///
    /// 404 when there is no such calendar, or what `change` says; then nobody is told.
    pub(crate) fn commit<T>(
        &self,
        calendar: &str,
        actor: &str,
        trusted: bool,
        change: impl FnOnce(&mut Calendar, &Stamp) -> Result<T, ApiError>,
    ) -> Result<Committed<T>, ApiError> {
        let stamp = Stamp {
            now: clock::now(),
            revision: 0,
            actor: actor.to_owned(),
            trusted,
        };
        let value = self.calendars().change(calendar, stamp, change)?;
        let at = clock::now();
        self.announce(&Topic::Events(calendar.to_owned()));
        Ok(Committed { value, at })
    }

    /// Pushes to every channel on `topic`.
    pub(crate) fn announce(&self, topic: &Topic) {
        let notices = self.channels().notices(topic, clock::now());
        for notice in notices {
            self.pusher().send(notice);
        }
    }
}
