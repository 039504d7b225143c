use jiff::tz::TimeZone;
use std::time::Duration;

use super::super::progress::LONGEST_BACKOFF;
use super::*;

/// Begins lists while Google sets no limits.
fn begin(schedule: &mut Schedule, now: Timestamp, room_for: usize) -> Vec<Job> {
    schedule.begin(now, room_for, &mut Budget::default())
}

fn next_due(schedule: &Schedule) -> Option<Timestamp> {
    schedule.next_due(at(0), &Budget::default())
}

fn at(seconds: i64) -> Timestamp {
    // Noon of a day in UTC, so that midnight is far.
    Timestamp::from_second(1_795_435_200 + seconds).unwrap()
}

fn room(n: u8) -> RoomId {
    RoomId::new(&format!("01ARZ3NDEKTSV4RRFFQ69G5FA{n}")).unwrap()
}

fn signal(channel: &str, number: u64, heard: Timestamp) -> CalendarSignal {
    CalendarSignal {
        resource: None,
        channel: channel.to_owned(),
        number,
        received_at: heard - SignedDuration::from_millis(3),
        heard_at: heard,
    }
}

/// Listed, and nothing new.
const LISTED: Ended = Ended::Listed { changed: false };

fn kept() -> Kept {
    Kept {
        account: "acct".to_owned(),
        zone: TimeZone::UTC,
        channel: Some("ch".to_owned()),
        missed_pushes: 0,
    }
}

/// Room 1, listed once at second 0.
fn one_listed_room() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.keep(vec![(room(1), kept())], at(0));
    assert_eq!(begin(&mut schedule, at(0), 8).len(), 1);
    assert_eq!(schedule.ended(&room(1), LISTED, at(0), 0), []);
    schedule
}

fn acknowledged(channel: &str, number: u64) -> Acknowledgement {
    Acknowledgement::Calendar {
        channel: channel.to_owned(),
        number,
    }
}

#[test]
fn a_new_room_is_listed_at_once_and_then_in_rounds() {
    let schedule = one_listed_room();
    assert_eq!(next_due(&schedule), Some(at(600)));
    let mut schedule = Schedule::default();
    let unannounced = Kept {
        channel: None,
        ..kept()
    };
    schedule.keep(vec![(room(1), unannounced)], at(0));
    begin(&mut schedule, at(0), 8);
    schedule.ended(&room(1), LISTED, at(0), 999);
    let due = next_due(&schedule).unwrap();
    assert!(
        at(270) <= due && due < at(271),
        "a tenth of five minutes early at most: {due}"
    );
}

#[test]
fn an_announced_change_is_listed_at_once_and_acknowledged_after_the_commit() {
    let mut schedule = one_listed_room();
    assert!(schedule.announced(&room(1), signal("ch", 7, at(30))));
    let jobs = begin(&mut schedule, at(30), 8);
    assert_eq!(jobs[0].trace.hint_at, Some(at(30)));
    assert_eq!(
        jobs[0].trace.webhook_at,
        Some(at(30) - SignedDuration::from_millis(3))
    );
    assert_eq!(
        schedule.ended(&room(1), LISTED, at(31), 0),
        [acknowledged("ch", 7)]
    );
    // And looked at once more.
    assert_eq!(next_due(&schedule), Some(at(51)));
    begin(&mut schedule, at(51), 8);
    assert_eq!(schedule.ended(&room(1), LISTED, at(51), 0), []);
    assert_eq!(next_due(&schedule), Some(at(651)));
}

#[test]
fn a_change_announced_during_a_list_is_listed_again_and_not_acknowledged_before() {
    let mut schedule = one_listed_room();
    schedule.announced(&room(1), signal("ch", 7, at(30)));
    begin(&mut schedule, at(30), 8);
    schedule.announced(&room(1), signal("ch", 9, at(31)));
    schedule.announced(&room(1), signal("other", 2, at(31)));
    assert_eq!(
        begin(&mut schedule, at(31), 8),
        [],
        "one list per room at a time"
    );
    let first = schedule.ended(&room(1), LISTED, at(32), 0);
    assert_eq!(
        first,
        [acknowledged("ch", 7)],
        "9 came after the request was sent"
    );
    assert_eq!(begin(&mut schedule, at(32), 8).len(), 1);
    let mut second = schedule.ended(&room(1), LISTED, at(33), 0);
    second.sort_by_key(|ack| format!("{ack:?}"));
    assert_eq!(second, [acknowledged("ch", 9), acknowledged("other", 2)]);
}

#[test]
fn a_duplicate_during_a_list_is_acknowledged_with_it_and_costs_one_more_list() {
    let mut schedule = one_listed_room();
    schedule.announced(&room(1), signal("ch", 7, at(30)));
    begin(&mut schedule, at(30), 8);
    schedule.announced(&room(1), signal("ch", 7, at(31)));
    schedule.announced(&room(1), signal("ch", 5, at(31)));
    assert_eq!(
        schedule.ended(&room(1), LISTED, at(32), 0),
        [acknowledged("ch", 7)]
    );
    assert_eq!(begin(&mut schedule, at(32), 8).len(), 1);
    assert_eq!(schedule.ended(&room(1), LISTED, at(33), 0), []);
}

#[test]
fn a_failed_list_acknowledges_nothing_and_backs_off() {
    let mut schedule = one_listed_room();
    schedule.announced(&room(1), signal("ch", 7, at(30)));
    begin(&mut schedule, at(30), 8);
    let failed = Ended::Failed { retry_after: None };
    assert_eq!(schedule.ended(&room(1), failed, at(30), 500), []);
    assert_eq!(
        next_due(&schedule),
        Some(at(31)),
        "half a second, and half a second of the dice's"
    );
    schedule.announced(&room(1), signal("ch", 8, at(30)));
    assert_eq!(
        begin(&mut schedule, at(30), 8),
        [],
        "an announcement does not make Google well"
    );
    begin(&mut schedule, at(33), 8);
    let asked = Ended::Failed {
        retry_after: Some(Duration::from_secs(90)),
    };
    schedule.ended(&room(1), asked, at(33), 0);
    assert_eq!(
        next_due(&schedule),
        Some(at(123)),
        "Retry-After is honoured"
    );
    begin(&mut schedule, at(123), 8);
    assert_eq!(
        schedule.ended(&room(1), LISTED, at(124), 0),
        [acknowledged("ch", 8)]
    );
}

#[test]
fn backing_off_ends_at_five_minutes() {
    let mut schedule = one_listed_room();
    let mut now = at(600);
    for _ in 0..40 {
        begin(&mut schedule, now, 8);
        schedule.ended(&room(1), Ended::Failed { retry_after: None }, now, u64::MAX);
        let due = next_due(&schedule).unwrap();
        assert!(due.duration_since(now) <= LONGEST_BACKOFF + SignedDuration::from_secs(1));
        now = due;
    }
}

#[test]
fn an_announcement_after_a_long_outage_is_listed_within_seconds() {
    let mut schedule = one_listed_room();
    let mut now = at(600);
    for _ in 0..12 {
        begin(&mut schedule, now, 8);
        schedule.ended(&room(1), Ended::Failed { retry_after: None }, now, 3_999);
        now = next_due(&schedule).unwrap();
    }
    begin(&mut schedule, now, 8);
    schedule.ended(&room(1), Ended::Failed { retry_after: None }, now, 299_999);
    assert!(next_due(&schedule).unwrap() > now + SignedDuration::from_secs(200));
    schedule.announced(&room(1), signal("ch", 9, now));
    assert!(next_due(&schedule).unwrap() < now + SignedDuration::from_secs(5));
}

#[test]
fn a_refusal_is_asked_about_again_much_later() {
    let mut schedule = one_listed_room();
    begin(&mut schedule, at(600), 8);
    schedule.ended(&room(1), Ended::Refused, at(600), 0);
    assert_eq!(next_due(&schedule), Some(at(1500)));
    schedule.all_due(at(700));
    assert_eq!(next_due(&schedule), Some(at(700)));
}

#[test]
fn what_was_mended_while_a_list_failed_of_it_is_tried_at_once() {
    for how in [Ended::Refused, Ended::Failed { retry_after: None }] {
        let mut schedule = one_listed_room();
        begin(&mut schedule, at(600), 8);
        schedule.all_due(at(601));
        schedule.ended(&room(1), how, at(602), 0);
        assert_eq!(next_due(&schedule), Some(at(602)));
    }
}

#[test]
fn announced_rooms_go_first_when_not_all_can_go() {
    let mut schedule = Schedule::default();
    schedule.keep((1..=3).map(|n| (room(n), kept())).collect(), at(0));
    schedule.announced(&room(3), signal("ch", 1, at(1)));
    let first = begin(&mut schedule, at(1), 2);
    assert_eq!(
        first.iter().map(|job| &job.room).collect::<Vec<_>>(),
        [&room(3), &room(1)]
    );
    assert_eq!(begin(&mut schedule, at(1), 2).len(), 1);
}

#[test]
fn what_was_announced_for_a_room_that_is_let_go_is_acknowledged() {
    let mut schedule = one_listed_room();
    schedule.announced(&room(1), signal("ch", 7, at(30)));
    assert_eq!(schedule.keep(vec![], at(31)), [acknowledged("ch", 7)]);
    assert!(!schedule.announced(&room(1), signal("ch", 8, at(32))));
    assert_eq!(next_due(&schedule), None);
}

#[test]
fn a_room_is_listed_at_its_midnight() {
    let mut schedule = Schedule::default();
    schedule.keep(vec![(room(1), kept())], at(0));
    begin(&mut schedule, at(0), 8);
    // Noon plus 11 h 59 min.
    schedule.ended(&room(1), LISTED, at(43_140), 0);
    assert_eq!(next_due(&schedule), Some(at(43_200)));
}

#[test]
fn a_room_whose_zone_changes_is_listed_at_once() {
    let mut schedule = one_listed_room();
    let moved = Kept {
        zone: TimeZone::get("Etc/GMT-2").unwrap(),
        ..kept()
    };
    schedule.keep(vec![(room(1), moved)], at(10));
    assert_eq!(next_due(&schedule), Some(at(10)));
}

#[test]
fn changes_that_nobody_announced_within_a_minute_shorten_the_round_until_announcements_come_again()
{
    let mut schedule = one_listed_room();
    let found_unasked = |schedule: &mut Schedule, from: i64| {
        schedule.all_due(at(from));
        begin(schedule, at(from), 8);
        schedule.ended(&room(1), Ended::Listed { changed: true }, at(from), 0);
        assert_eq!(schedule.missed_pushes(at(from + 60), true), []);
        schedule.missed_pushes(at(from + 61), true)
    };
    assert_eq!(found_unasked(&mut schedule, 100), [(room(1), 1)]);
    assert_eq!(next_due(&schedule), Some(at(700)), "one is chance");
    assert_eq!(found_unasked(&mut schedule, 200), [(room(1), 2)]);
    schedule.all_due(at(300));
    begin(&mut schedule, at(300), 8);
    schedule.ended(&room(1), LISTED, at(300), 0);
    assert_eq!(next_due(&schedule), Some(at(600)), "every five minutes");

    schedule.announced(&room(1), signal("ch", 8, at(400)));
    schedule.announced(&room(1), signal("ch", 9, at(401)));
    assert_eq!(schedule.missed_pushes(at(402), true), [(room(1), 0)]);
}

#[test]
fn a_change_found_while_the_relay_is_away_is_not_a_missed_announcement() {
    let mut schedule = one_listed_room();
    schedule.all_due(at(100));
    begin(&mut schedule, at(100), 8);
    schedule.ended(&room(1), Ended::Listed { changed: true }, at(100), 0);
    assert_eq!(schedule.missed_pushes(at(130), false), []);
    assert_eq!(schedule.missed_pushes(at(600), true), []);
}

#[test]
fn a_new_channel_owes_the_announcement_that_proves_its_way_also_when_that_came_first() {
    let renewed = |channel: &str| {
        let kept = Kept {
            channel: Some(channel.to_owned()),
            ..kept()
        };
        vec![(room(1), kept)]
    };
    let mut schedule = one_listed_room();
    schedule.keep(renewed("silent"), at(10));
    assert_eq!(schedule.missed_pushes(at(71), true), [(room(1), 1)]);

    let mut schedule = one_listed_room();
    schedule.announced(&room(1), signal("early", 1, at(9)));
    schedule.keep(renewed("early"), at(10));
    assert_eq!(schedule.missed_pushes(at(71), true), []);
}

#[test]
fn the_newest_change_goes_first_and_every_fourth_list_is_of_whoever_waited_longest() {
    let mut schedule = Schedule::default();
    schedule.keep((1..=6).map(|n| (room(n), kept())).collect(), at(0));
    for n in 1..=6 {
        begin(&mut schedule, at(0), 8);
        schedule.ended(&room(n), LISTED, at(0), 0);
    }
    let turns_so_far = schedule.turn;
    schedule.turn = 0;
    assert_eq!(turns_so_far, 6);
    for n in 1..=6 {
        schedule.announced(&room(n), signal("ch", 1, at(10 + i64::from(n))));
    }
    let order: Vec<_> = (0..6)
        .flat_map(|_| begin(&mut schedule, at(20), 1))
        .map(|job| job.room)
        .collect();
    assert_eq!(order, [6, 5, 4, 1, 3, 2].map(room));
}

#[test]
fn a_room_that_changes_all_the_time_does_not_keep_another_change_waiting() {
    let mut schedule = Schedule::default();
    schedule.keep(vec![(room(1), kept()), (room(2), kept())], at(0));
    begin(&mut schedule, at(0), 8);
    schedule.ended(&room(1), LISTED, at(0), 0);
    schedule.ended(&room(2), LISTED, at(0), 0);
    for n in 0..8 {
        schedule.announced(&room(1), signal("ch", 10 + n, at(1)));
        begin(&mut schedule, at(1), 1);
        schedule.ended(&room(1), LISTED, at(1), 0);
    }
    schedule.turn = 0;
    schedule.announced(&room(2), signal("ch", 1, at(2)));
    schedule.announced(&room(1), signal("ch", 50, at(3)));
    assert_eq!(begin(&mut schedule, at(3), 1)[0].room, room(2));
}

#[test]
fn rooms_of_an_account_that_google_limits_wait_and_those_of_another_do_not() {
    let mut schedule = Schedule::default();
    let of = |account: &str| Kept {
        account: account.to_owned(),
        ..kept()
    };
    schedule.keep(
        vec![(room(1), of("a")), (room(2), of("a")), (room(3), of("b"))],
        at(0),
    );
    let mut budget = Budget::default();
    budget.refused(
        "a",
        super::super::budget::Limited::Account,
        Some(Duration::from_secs(40)),
        at(0),
        0,
    );
    let begun = schedule.begin(at(0), 8, &mut budget);
    assert_eq!(
        begun.iter().map(|job| &job.room).collect::<Vec<_>>(),
        [&room(3)]
    );
    assert_eq!(schedule.ended(&room(3), LISTED, at(0), 0), []);
    assert_eq!(schedule.begin(at(39), 8, &mut budget), []);
    assert_eq!(schedule.next_due(at(1), &budget), Some(at(40)));
    assert_eq!(schedule.begin(at(40), 8, &mut budget).len(), 2);
    assert_eq!(schedule.ended(&room(1), Ended::Limited, at(41), 0), []);
    assert_eq!(
        schedule.begin(at(41), 8, &mut budget).len(),
        1,
        "due as before"
    );
}
