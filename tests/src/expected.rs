//! What a sign should show: a second reading of a calendar, made from what the stand-in holds.
//!
//! Nothing here comes from the agent or its calendar client: two readings that agree on every pixel are worth more
//! than one.

use frame::{
    Bitmap, Corner, Meeting, Panel, Rect, Renderer, RoomState, SignState, Status, layouts,
};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// One event as it stands in the stand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The event's id.
    pub id: String,
    /// Its title; none when it is private.
    pub title: Option<String>,
    /// Who booked it.
    pub organiser: Option<String>,
    /// How many people are coming, when it is told.
    pub people: Option<u32>,
    /// Whether its title is not for the corridor.
    pub private: bool,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
}

/// How many days ahead a sign looks: today and the three after it.
const DAYS: i64 = 3;

/// What the sign of `room` should say at `now`.
pub fn state(
    room: &str,
    calendar: &str,
    zone: &TimeZone,
    bookings: &[Booking],
    now: Timestamp,
) -> RoomState {
    let local = |instant: Timestamp| instant.to_zoned(zone.clone()).datetime();
    let today = local(now).date();
    let horizon = today
        .checked_add(DAYS.days())
        .map_or(DateTime::MAX, midnight);
    let mut seen: Vec<&Booking> = bookings
        .iter()
        .filter(|b| b.end > b.start && local(b.end) > midnight(today) && local(b.start) < horizon)
        .collect();
    seen.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
    let meeting = |b: &Booking| Meeting {
        title: b.title.clone().unwrap_or_default(),
        start: local(b.start),
        end: local(b.end),
        organiser: b.organiser.clone(),
        attendees: b.people,
        private: b.private,
        all_day: false,
        ..Meeting::default()
    };
    let running: Vec<&Booking> = seen
        .iter()
        .copied()
        .filter(|b| b.start <= now && now < b.end)
        .collect();
    let coming: Vec<&Booking> = seen.iter().copied().filter(|b| b.start > now).collect();
    let status = match running.first() {
        None => Status::Free {
            until: coming.first().map(|b| local(b.start)),
        },
        Some(first) => Status::Busy {
            meeting: meeting(first),
            also: running.len() - 1,
            until: local(stretch(&seen, first.end)),
        },
    };
    RoomState {
        room: room.to_owned(),
        date: today,
        status,
        next: coming.into_iter().take(8).map(meeting).collect(),
        day: day(&seen, today, &local),
        booking: Some(frame::booking_url(calendar)),
        ..RoomState::default()
    }
}

/// When the last of the bookings that follow `end` without a gap is over.
fn stretch(bookings: &[&Booking], end: Timestamp) -> Timestamp {
    let later = bookings
        .iter()
        .filter(|b| b.start <= end && b.end > end)
        .map(|b| b.end)
        .max();
    later.map_or(end, |later| stretch(bookings, later))
}

/// The stretches of `today` that are taken: bookings that overlap are one, those that only touch are two.
fn day(
    bookings: &[&Booking],
    today: Date,
    local: &dyn Fn(Timestamp) -> DateTime,
) -> Vec<(DateTime, DateTime)> {
    let from = midnight(today);
    let until = today.tomorrow().map_or(DateTime::MAX, midnight);
    let mut spans: Vec<(DateTime, DateTime)> = Vec::new();
    for booking in bookings {
        let (start, end) = (
            local(booking.start).max(from),
            local(booking.end).min(until),
        );
        match spans.last_mut() {
            _ if start >= end => {}
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => spans.push((start, end)),
        }
    }
    spans
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// Draws what [`state`] says, with the product's own renderer: how a sign looks is judged by eye and by other readers.
pub fn picture(renderer: &mut Renderer, state: &RoomState, panel: &Panel) -> Bitmap {
    let state = SignState::of_room(state.clone());
    renderer.draw(layouts::default_for(panel), &state, panel)
}

/// The mark that says since when a picture may be out of date.
pub fn mark(renderer: &mut Renderer, panel: &Panel, since: Timestamp, zone: &TimeZone) -> Bitmap {
    let since = zone.to_datetime(since);
    let tomorrow = since.date().tomorrow().unwrap_or(since.date());
    renderer.stale_mark(mark_block(panel), since, tomorrow, "")
}

/// The picture with the mark that says since when it may be out of date.
///
/// The mark always has its date: whoever stamps it may do so when midnight has passed.
pub fn marked(
    renderer: &mut Renderer,
    picture: &Bitmap,
    panel: &Panel,
    since: Timestamp,
    zone: &TimeZone,
) -> Bitmap {
    let mark = mark(renderer, panel, since, zone);
    let block = mark_block(panel);
    let mut marked = picture.clone();
    marked.blit(&mark, block.x, block.y);
    marked
}

fn mark_block(panel: &Panel) -> Rect {
    layouts::default_for(panel).stale_block(panel, Corner::default(), "")
}
