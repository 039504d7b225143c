//! What is in a room at a moment, and when that changes. Pure.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::event::Event;
use crate::window::start_of;

/// The events of one room in the order of time, with the zone that its days are counted in.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// By start, then end, then id; none is empty.
    events: Vec<Event>,
    zone: TimeZone,
}

/// The state of a room at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// When the room becomes free; `None` when it is free now. Meetings that overlap or follow one another without a
    /// gap are one stretch: the room is busy until the last of them ends.
    pub busy_until: Option<Timestamp>,
    /// When the room is next taken; `None` when it is busy now, or when nothing more is known.
    pub free_until: Option<Timestamp>,
    /// The events that are on now: timed ones before all-day ones, then by start, end and id.
    pub current: Vec<Event>,
    /// The events still to start, by start, end and id.
    pub next: Vec<Event>,
}

impl Timeline {
    /// From the events of a room in any order; one that does not last is left out.
    #[must_use]
    pub fn new(events: &[Event], zone: TimeZone) -> Self {
        let mut events: Vec<Event> = events.iter().filter(|e| e.start < e.end).cloned().collect();
        events.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
        Self { events, zone }
    }

    /// The zone that the room's days are counted in.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What the room looks like at `now`. An event has ended at its `end`.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Moment {
        let mut current: Vec<Event> = self
            .events
            .iter()
            .filter(|e| e.covers(now))
            .cloned()
            .collect();
        // Stable: within each of the two groups the order of the events stays.
        current.sort_by_key(|e| e.all_day);
        let next: Vec<Event> = self
            .events
            .iter()
            .filter(|e| e.start > now)
            .cloned()
            .collect();
        let busy_until = self.end_of_stretch(now);
        Moment {
            busy_until,
            free_until: match busy_until {
                Some(_) => None,
                None => next.first().map(|e| e.start),
            },
            current,
            next,
        }
    }

    /// Every instant in `(from, to]` at which [`Timeline::at`] gives something else than just before, or at which the
    /// local date changes; in order, each once.
    #[must_use]
    pub fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let mut instants: BTreeSet<Timestamp> =
            self.events.iter().flat_map(|e| [e.start, e.end]).collect();
        instants.extend(self.date_changes(from, to));
        instants
            .into_iter()
            .filter(|&t| from < t && t <= to)
            .collect()
    }

    /// When the room is taken on `date`, in local time and clipped to that date (the end of the day is 00:00 of the
    /// next). Events that overlap are one span; events that only touch stay two, so that a drawing can show the seam.
    #[must_use]
    pub fn busy_spans(&self, date: Date) -> Vec<(DateTime, DateTime)> {
        let tomorrow = date.saturating_add(Span::new().days(1));
        let (day_start, day_end) = (start_of(date, &self.zone), start_of(tomorrow, &self.zone));
        let mut clipped: Vec<(DateTime, DateTime)> = self
            .events
            .iter()
            .filter(|e| e.start < day_end && e.end > day_start)
            .filter_map(|e| self.clip(e, date, tomorrow))
            .collect();
        clipped.sort();
        let mut spans: Vec<(DateTime, DateTime)> = Vec::with_capacity(clipped.len());
        for (start, end) in clipped {
            match spans.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => spans.push((start, end)),
            }
        }
        spans
    }

    /// An event's part of `date` on the wall clock; `None` where nothing of it is left.
    fn clip(&self, event: &Event, date: Date, tomorrow: Date) -> Option<(DateTime, DateTime)> {
        let (first, last) = (date.at(0, 0, 0, 0), tomorrow.at(0, 0, 0, 0));
        let start = self.zone.to_datetime(event.start).clamp(first, last);
        let end = self.zone.to_datetime(event.end).clamp(first, last);
        // In the hour that happens twice a meeting can end "before" it starts on the wall clock.
        let span = (start.min(end), start.max(end));
        (span.0 < span.1).then_some(span)
    }

    /// When the stretch of events that covers `now` ends.
    fn end_of_stretch(&self, now: Timestamp) -> Option<Timestamp> {
        let mut end = None;
        for event in &self.events {
            match end {
                // Sorted by start: nothing later can begin within the stretch.
                Some(until) if event.start > until => break,
                Some(until) => end = Some(event.end.max(until)),
                None if event.covers(now) => end = Some(event.end),
                None => {}
            }
        }
        end
    }

    /// The instants in `(from, to]` at which the local date changes, in any order.
    ///
    /// Usually midnights. Where clocks are put forward over midnight, back across it, or over a whole day, it is the
    /// change of the clocks instead.
    fn date_changes(&self, from: Timestamp, to: Timestamp) -> BTreeSet<Timestamp> {
        let mut candidates = BTreeSet::new();
        let last = self
            .zone
            .to_datetime(to)
            .date()
            .saturating_add(Span::new().days(1));
        let mut date = self.zone.to_datetime(from).date();
        while date <= last {
            let midnight = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
            candidates.extend(midnight.earlier());
            candidates.extend(midnight.later());
            let Ok(tomorrow) = date.tomorrow() else { break };
            date = tomorrow;
        }
        candidates.extend(
            self.zone
                .following(from)
                .map(|transition| transition.timestamp())
                .take_while(|&t| t <= to),
        );
        candidates.retain(|&t| from < t && t <= to && self.date_differs_just_before(t));
        candidates
    }

    fn date_differs_just_before(&self, t: Timestamp) -> bool {
        let Ok(before) = t.checked_sub(Span::new().nanoseconds(1)) else {
            return false;
        };
        self.zone.to_datetime(before).date() != self.zone.to_datetime(t).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn meeting(id: &str, start: &str, end: &str) -> Event {
        Event {
            id: id.to_owned(),
            summary: Some(id.to_owned()),
            organiser: None,
            organiser_address: None,
            attendees: None,
            start: at(start),
            end: at(end),
            all_day: false,
            private: false,
        }
    }

    fn brussels(events: &[Event]) -> Timeline {
        Timeline::new(events, TimeZone::get("Europe/Brussels").unwrap())
    }

    fn ids(events: &[Event]) -> Vec<&str> {
        events.iter().map(|e| e.id.as_str()).collect()
    }

    #[test]
    fn a_free_room_is_free_until_the_next_meeting() {
        let timeline = brussels(&[
            meeting("later", "2026-11-23T15:00:00Z", "2026-11-23T16:00:00Z"),
            meeting("soon", "2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"),
        ]);
        let now = timeline.at(at("2026-11-23T12:00:00Z"));
        assert_eq!(now.busy_until, None);
        assert_eq!(now.free_until, Some(at("2026-11-23T13:00:00Z")));
        assert_eq!(ids(&now.next), ["soon", "later"]);
        assert_eq!(timeline.at(at("2026-11-23T16:00:00Z")), Moment::default());
    }

    #[test]
    fn back_to_back_meetings_keep_the_room_busy_until_the_last_ends() {
        let timeline = brussels(&[
            meeting("a", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
            meeting("b", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
            meeting("c", "2026-11-23T12:05:00Z", "2026-11-23T13:00:00Z"),
        ]);
        let now = timeline.at(at("2026-11-23T10:30:00Z"));
        assert_eq!(now.busy_until, Some(at("2026-11-23T12:00:00Z")));
        assert_eq!(now.free_until, None);
        assert_eq!(ids(&now.current), ["a"]);
        assert_eq!(ids(&now.next), ["b", "c"]);
        // The end of one and the start of the next are one instant: only the next is on.
        assert_eq!(ids(&timeline.at(at("2026-11-23T11:00:00Z")).current), ["b"]);
    }

    #[test]
    fn a_meeting_within_an_all_day_event_is_named_first() {
        let mut fair = meeting("fair", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
        fair.all_day = true;
        let timeline = brussels(&[
            fair,
            meeting("talk", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
        ]);
        let now = timeline.at(at("2026-11-23T10:30:00Z"));
        assert_eq!(ids(&now.current), ["talk", "fair"]);
        assert_eq!(now.busy_until, Some(at("2026-11-23T23:00:00Z")));
    }

    #[test]
    fn a_day_shows_seams_between_meetings_and_merges_overlaps() {
        let timeline = brussels(&[
            meeting("night", "2026-11-22T22:00:00Z", "2026-11-23T00:30:00Z"),
            meeting("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
            meeting("b", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
            meeting("c", "2026-11-23T10:30:00Z", "2026-11-23T11:30:00Z"),
            meeting("late", "2026-11-23T22:00:00Z", "2026-11-24T08:00:00Z"),
        ]);
        let spans: Vec<String> = timeline
            .busy_spans("2026-11-23".parse().unwrap())
            .iter()
            .map(|(from, to)| format!("{from} {to}"))
            .collect();
        assert_eq!(
            spans,
            [
                "2026-11-23T00:00:00 2026-11-23T01:30:00",
                "2026-11-23T10:00:00 2026-11-23T11:00:00",
                "2026-11-23T11:00:00 2026-11-23T12:30:00",
                "2026-11-23T23:00:00 2026-11-24T00:00:00",
            ]
        );
    }

    #[test]
    fn changes_are_starts_ends_and_midnights() {
        let timeline = brussels(&[meeting("a", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")]);
        assert_eq!(
            timeline.changes(at("2026-11-23T10:00:00Z"), at("2026-11-24T23:00:00Z")),
            [
                at("2026-11-23T11:00:00Z"),
                at("2026-11-23T23:00:00Z"),
                at("2026-11-24T23:00:00Z"),
            ]
        );
    }

    #[test]
    fn a_skipped_day_is_one_change_of_date() {
        // Samoa went from 29 to 31 December 2011.
        let timeline = Timeline::new(&[], TimeZone::get("Pacific/Apia").unwrap());
        assert_eq!(
            timeline.changes(at("2011-12-29T12:00:00Z"), at("2011-12-31T09:00:00Z")),
            [at("2011-12-30T10:00:00Z")]
        );
    }
}
