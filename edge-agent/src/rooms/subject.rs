//! What a display is about, and everything that it shall say from now on.

use std::collections::BTreeSet;
use std::sync::Arc;

use edge_api::id::RoomId;
use edge_api::settings::{Announce, ClockStyle, DisplaySettings, Privacy, QuietHours, Shows};
use frame::{
    Announcement, Clock, Directory, NotAPanel, OutOfOrder, Panel, Pictures, Rect, SignState,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::drawer::Drawing;
use super::handled::MeetingsHash;
use super::listed::{ListedRoom, Rooms};
use super::look::Look;
use super::quiet;
use crate::store::{Display, Gist, Room, Store, StoreError};

/// How far a plan reaches at least when it is made or extended; extended every hour, it never falls below a day.
const HORIZON: SignedDuration = SignedDuration::from_hours(25);

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The name by which the shipped layout calls the picture of a display that shows one.
const PICTURE: &str = "picture";

/// Why it is not known what a display is about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubjectError {
    #[error("read what the display shows")]
    Store(#[from] StoreError),
    #[error("the hub describes a panel that this version does not know")]
    Panel(#[from] NotAPanel),
}

#[derive(Debug)]
enum About {
    Room(Arc<ListedRoom>),
    Directory {
        title: String,
        rooms: Vec<Arc<ListedRoom>>,
    },
    Picture,
    /// Nobody has linked it to a room; it says how to find it in the portal.
    Nothing {
        hub_name: String,
        key: String,
    },
}

/// What a display is about: everything but the instant.
#[derive(Debug)]
pub(crate) struct Subject {
    about: About,
    pub(crate) panel: Panel,
    pub(crate) look: Look,
    privacy: Privacy,
    quiet: Option<QuietHours>,
    out_of_order: Option<edge_api::settings::OutOfOrder>,
    /// The newest first.
    announcements: Vec<Announce>,
    battery_low: bool,
    locale: String,
    clock: Clock,
    zone: TimeZone,
    pictures: Pictures,
}

/// What is drawn from an instant on.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) from: Timestamp,
    pub(crate) drawing: Drawing,
    pub(crate) gist: Gist,
}

impl Subject {
    pub(crate) async fn load(
        store: &Store,
        display: &Display,
        rooms: &mut Rooms,
    ) -> Result<Self, SubjectError> {
        let panel: Panel = display.panel.parse()?;
        let settings = &display.settings;
        let about = load_about(store, display, rooms).await?;
        let (fallback, shown) = match &about {
            About::Room(room) => (None, Some(room)),
            About::Directory { rooms, .. } => (Some("lobby"), rooms.first()),
            About::Picture => (Some("picture"), None),
            About::Nothing { .. } => (None, None),
        };
        let look = Look::of_display(store, settings, &panel, fallback).await?;
        let mut pictures = super::images::of_layout(store, &look).await?;
        if matches!(about, About::Picture)
            && let Some(file) = store.picture(&display.id).await?
        {
            pictures.insert(PICTURE, file);
        }
        let room = shown.map(|listed| &listed.room);
        let announcements = store.announcements_on(&display.id).await?;
        Ok(Self {
            panel,
            look,
            privacy: settings.privacy,
            quiet: settings.quiet,
            out_of_order: settings.out_of_order.clone(),
            announcements: announcements.into_iter().map(|one| one.says).collect(),
            battery_low: display.battery_low,
            locale: locale(settings, room),
            clock: clock(settings.clock.or(room.and_then(|room| room.settings.clock))),
            zone: match room {
                Some(room) => room.zone.clone(),
                None => store.house_zone().await?,
            },
            pictures,
            about,
        })
    }

    /// The rooms that it shows, whose age is the sign's age.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &Room> {
        self.listed().iter().map(|listed| &listed.room)
    }

    /// Those rooms, and which meetings each has.
    pub(crate) fn meetings(&self) -> impl Iterator<Item = (&RoomId, MeetingsHash)> {
        let listed = self.listed().iter();
        listed.map(|listed| (&listed.room.id, listed.meetings))
    }

    fn listed(&self) -> &[Arc<ListedRoom>] {
        match &self.about {
            About::Room(room) => std::slice::from_ref(room),
            About::Directory { rooms, .. } => rooms,
            About::Picture | About::Nothing { .. } => &[],
        }
    }

    /// The wall clock that the sign goes by.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The sign's language as a tag; empty is English.
    pub(crate) fn locale(&self) -> &str {
        &self.locale
    }

    /// Where the stale mark goes, as the reader sees it and as the panel has its pixels.
    pub(crate) fn stale_block(&self) -> (Rect, Rect) {
        self.look.stale_block(&self.panel, &self.locale)
    }

    /// Whether only what the sign says about now is worth a refresh.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        let time = self.zone.to_datetime(now).time();
        self.quiet.is_some_and(|hours| quiet::covers(hours, time))
    }

    /// What is due at `now`.
    pub(crate) fn now(&self, now: Timestamp) -> Scene {
        self.scene(now, true)
    }

    /// What to say at an instant for which there is nothing right to say about the rooms.
    pub(crate) fn unknown(&self, at: Timestamp) -> Scene {
        self.scene(at, false)
    }

    /// Everything after `now` to the horizon, in order; two that follow each other may look the same. Times are whole
    /// microseconds, as they are stored and sent: else no stored plan would ever equal a new one.
    pub(crate) fn coming(&self, now: Timestamp) -> Vec<Scene> {
        let end = horizon(now);
        let rooms = self.rooms().next().is_some();
        let mut said = self.gist(now);
        let mut coming = Vec::new();
        for at in self.changes(now, end) {
            let scene = self.scene(at, true);
            if self.is_quiet(at) && scene.gist == said {
                continue;
            }
            said = scene.gist;
            coming.push(scene);
        }
        if rooms {
            coming.push(self.unknown(end));
        }
        coming
    }

    /// What the sign says about now, in one number.
    pub(crate) fn gist(&self, now: Timestamp) -> Gist {
        quiet::gist(&self.state(now, true))
    }

    /// Every instant in `(now, end)` at which something else may be said. Computed, so that nothing has to be polled.
    fn changes(&self, now: Timestamp, end: Timestamp) -> BTreeSet<Timestamp> {
        let mut changes = BTreeSet::new();
        if let About::Directory { .. } = &self.about {
            let first = hour_of(now).saturating_add(HOUR).unwrap_or(end);
            let hours = first.series(jiff::Span::new().hours(1));
            changes.extend(hours.take_while(|at| *at < end));
        }
        for listed in self.listed() {
            changes.extend(listed.changes(now, end));
        }
        changes.extend(self.announcements.iter().map(|one| one.until));
        changes.extend(self.out_of_order.iter().filter_map(|one| one.until));
        if let Some(hours) = self.quiet {
            changes.extend(quiet::ends(hours, &self.zone, now, end));
        }
        changes
            .into_iter()
            .filter(|at| now < *at && *at < end)
            .collect()
    }

    fn scene(&self, at: Timestamp, known: bool) -> Scene {
        let state = self.state(at, known);
        let gist = quiet::gist(&state);
        let says_nothing = state.announcement.is_none() && state.out_of_order.is_none();
        let drawing = match &self.about {
            About::Nothing { hub_name, key } if says_nothing => Drawing::Notice {
                title: "Not linked yet".to_owned(),
                lines: vec![
                    format!("{hub_name} · {key}"),
                    "Choose its room in the portal under Signs".to_owned(),
                ],
                rotation: self.look.rotation,
            },
            _ => Drawing::Sign {
                state: Box::new(state),
                look: self.look.clone(),
            },
        };
        Scene {
            from: whole_microseconds(at),
            drawing,
            gist,
        }
    }

    /// Everything that the sign can say at `now`; of its rooms nothing unless they are `known`.
    fn state(&self, now: Timestamp, known: bool) -> SignState {
        let local = |at: Timestamp| self.zone.to_datetime(at);
        let announcement = self.announcements.iter().find(|one| now < one.until);
        let out_of_order = self
            .out_of_order
            .as_ref()
            .filter(|one| one.until.is_none_or(|until| now < until));
        let mut state = SignState {
            date: local(now).date(),
            announcement: announcement.map(|one| Announcement {
                title: one.title.clone(),
                text: one.text.clone(),
                until: Some(local(one.until)),
            }),
            out_of_order: out_of_order.map(|one| OutOfOrder {
                reason: one.reason.clone(),
                until: one.until.map(local),
            }),
            battery_low: self.battery_low,
            locale: self.locale.clone(),
            clock: self.clock,
            pictures: self.pictures.clone(),
            ..SignState::default()
        };
        match &self.about {
            About::Room(room) => state.room = Some(room.state(self.privacy, now, known)),
            About::Directory { title, rooms } => {
                state.directory = Some(Directory {
                    title: title.clone(),
                    from: on_the_hour(local(now)),
                    rooms: rooms
                        .iter()
                        .map(|room| room.state(self.privacy, now, known))
                        .collect(),
                });
            }
            About::Picture | About::Nothing { .. } => {}
        }
        state
    }
}

async fn load_about(
    store: &Store,
    display: &Display,
    rooms: &mut Rooms,
) -> Result<About, StoreError> {
    match &display.settings.shows {
        Shows::Directory { title, rooms: ids } => {
            let mut listed = Vec::with_capacity(ids.len());
            for id in ids {
                listed.extend(rooms.get(store, id).await?);
            }
            return Ok(About::Directory {
                title: title.clone(),
                rooms: listed,
            });
        }
        Shows::Picture => return Ok(About::Picture),
        Shows::Room => {}
    }
    if let Some(id) = &display.room
        && let Some(room) = rooms.get(store, id).await?
    {
        return Ok(About::Room(room));
    }
    let hub = store.hub(&display.hub).await?;
    Ok(About::Nothing {
        hub_name: hub.map(|hub| hub.name).unwrap_or_default(),
        key: display.key.clone(),
    })
}

fn locale(settings: &DisplaySettings, room: Option<&Room>) -> String {
    let of_room = room.and_then(|room| room.settings.locale.as_ref());
    settings
        .locale
        .as_ref()
        .or(of_room)
        .cloned()
        .unwrap_or_default()
}

/// How times are written.
pub(crate) fn clock(style: Option<ClockStyle>) -> Clock {
    match style {
        None => Clock::Language,
        Some(ClockStyle::Hours24) => Clock::Hours24,
        Some(ClockStyle::Hours12) => Clock::Hours12,
    }
}

fn on_the_hour(at: DateTime) -> DateTime {
    at.date().at(at.hour(), 0, 0, 0)
}

pub(crate) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn hour_of(now: Timestamp) -> Timestamp {
    let hour = HOUR.as_secs();
    Timestamp::from_second(now.as_second().div_euclid(hour) * hour).unwrap_or(now)
}

/// Where a plan that is made at `now` ends: on a full hour, so that plans made within one hour are equal.
fn horizon(now: Timestamp) -> Timestamp {
    hour_of(now)
        .saturating_add(HORIZON)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
