//! What holds for every timeline, whatever the events.

use google_calendar::{Event, Timeline, Window, window};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Zones with and without summer time, ahead of and behind UTC, with a midnight that is skipped or happens twice.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Brussels",
    "America/New_York",
    "Asia/Beirut",
    "America/Havana",
    "Pacific/Apia",
    "Etc/GMT-7",
    "Australia/Lord_Howe",
];

fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(ZONES).prop_map(|name| TimeZone::get(name).unwrap())
}

/// Around the autumn change of the clocks of 2026 in the northern hemisphere, in whole minutes.
fn instants() -> impl Strategy<Value = Timestamp> {
    (0i64..14 * 24 * 60)
        .prop_map(|minute| Timestamp::from_second(1_792_800_000 + minute * 60).unwrap())
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event =
        (instants(), 0i64..2000, any::<bool>()).prop_map(|(start, minutes, all_day)| Event {
            id: format!("{start}-{minutes}"),
            summary: None,
            organiser: None,
            organiser_address: None,
            attendees: None,
            start,
            end: start + SignedDuration::from_mins(minutes),
            all_day,
            private: false,
        });
    prop::collection::vec(event, 0..12)
}

proptest! {
    #[test]
    fn a_room_is_busy_exactly_while_an_event_is_on(events in events(), zone in zones(), now in instants()) {
        let moment = Timeline::new(&events, zone).at(now);
        prop_assert_eq!(moment.busy_until.is_some(), events.iter().any(|e| e.covers(now)));
        prop_assert_eq!(moment.busy_until.is_some(), !moment.current.is_empty());
        prop_assert!(moment.busy_until.is_none() || moment.free_until.is_none());
    }

    #[test]
    fn the_room_is_free_the_instant_it_says_and_not_before(events in events(), zone in zones(), now in instants()) {
        let timeline = Timeline::new(&events, zone);
        if let Some(until) = timeline.at(now).busy_until {
            prop_assert_eq!(timeline.at(until).busy_until, None);
            let change = timeline.changes(now, until);
            prop_assert!(change.iter().all(|&t| t == until || timeline.at(t).busy_until == Some(until)));
        }
        if let Some(until) = timeline.at(now).free_until {
            prop_assert!(timeline.at(until).busy_until.is_some());
        }
    }

    #[test]
    fn nothing_changes_between_two_changes(events in events(), zone in zones(), from in instants(), hours in 1i64..100) {
        let to = from + SignedDuration::from_hours(hours);
        let timeline = Timeline::new(&events, zone.clone());
        let changes = timeline.changes(from, to);
        prop_assert!(changes.is_sorted_by(|a, b| a < b));
        let look = |t: Timestamp| (timeline.at(t), zone.to_datetime(t).date());
        let mut at = from;
        for change in changes {
            prop_assert!(from < change && change <= to);
            let just_before = change - SignedDuration::from_nanos(1);
            prop_assert_eq!(look(at), look(just_before));
            prop_assert_ne!(look(just_before), look(change));
            at = change;
        }
        prop_assert_eq!(look(at), look(to));
    }

    #[test]
    fn spans_of_a_day_are_sorted_apart_and_within_it(events in events(), zone in zones(), now in instants()) {
        let date = zone.to_datetime(now).date();
        let spans = Timeline::new(&events, zone.clone()).busy_spans(date);
        for (start, end) in &spans {
            prop_assert!(start < end);
            prop_assert_eq!(start.date(), date);
            prop_assert!(end.date() == date || *end == date.tomorrow().unwrap().at(0, 0, 0, 0));
        }
        prop_assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0));
    }

    #[test]
    fn a_window_is_the_same_all_day_and_ends_at_a_start_of_day(zone in zones(), now in instants()) {
        let listed = Window::around(now, &zone);
        let midnight = window::next_midnight(now, &zone);
        prop_assert!(listed.start <= now && now < midnight && midnight < listed.end);
        prop_assert_eq!(Window::around(midnight - SignedDuration::from_nanos(1), &zone), listed);
        prop_assert!(Window::around(midnight, &zone).start == midnight);
    }
}
