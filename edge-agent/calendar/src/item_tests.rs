use super::*;

/// An event as Google writes it, with `extra` put over its top-level fields (`null` removes one).
fn event(extra: &str) -> Value {
    let mut event: Value = serde_json::from_str(
        r#"{
            "kind": "calendar#event",
            "etag": "\"3501234567890000\"",
            "id": "4ab1",
            "status": "confirmed",
            "htmlLink": "https://www.google.com/calendar/event?eid=NGFi",
            "created": "2026-11-02T08:00:00.000Z",
            "updated": "2026-11-02T08:00:00.000Z",
            "summary": "Planning",
            "creator": {"email": "jane.doe@example.com"},
            "organizer": {"email": "jane.doe@example.com"},
            "start": {"dateTime": "2026-11-23T10:00:00+01:00", "timeZone": "Europe/Brussels"},
            "end": {"dateTime": "2026-11-23T11:00:00+01:00", "timeZone": "Europe/Brussels"},
            "iCalUID": "4ab1@google.com",
            "attendees": [
                {"email": "jane.doe@example.com", "organizer": true, "responseStatus": "accepted"},
                {"email": "c_188@resource.calendar.google.com", "displayName": "Alder", "self": true,
                 "resource": true, "responseStatus": "accepted"}
            ],
            "eventType": "default"
        }"#,
    )
    .unwrap();
    let extra: serde_json::Map<String, Value> = serde_json::from_str(extra).unwrap();
    for (key, value) in extra {
        if value.is_null() {
            event.as_object_mut().unwrap().remove(&key);
        } else {
            event[key] = value;
        }
    }
    event
}

fn read_in(zone: &str, extra: &str) -> Item {
    read(event(extra), &TimeZone::get(zone).unwrap())
}

fn occupies(extra: &str) -> Event {
    match read_in("Europe/Brussels", extra) {
        Item::Occupies(event) => event,
        other => panic!("{extra}: {other:?}"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_plain_meeting() {
    assert_eq!(
        occupies("{}"),
        Event {
            id: "4ab1".to_owned(),
            summary: Some("Planning".to_owned()),
            organiser: Some("Jane Doe".to_owned()),
            organiser_address: Some("jane.doe@example.com".to_owned()),
            attendees: Some(1),
            start: at("2026-11-23T09:00:00Z"),
            end: at("2026-11-23T10:00:00Z"),
            all_day: false,
            private: false,
        }
    );
}

#[test]
fn what_does_not_occupy_the_room_is_left_out() {
    for extra in [
        r#"{"status": "cancelled"}"#,
        r#"{"status": "cancelled", "start": null, "end": null, "summary": null}"#,
        r#"{"transparency": "transparent"}"#,
        r#"{"eventType": "workingLocation"}"#,
        r#"{"eventType": "birthday"}"#,
        r#"{"attendees": [{"email": "r@resource.calendar.google.com", "self": true, "resource": true, "responseStatus": "declined"}]}"#,
        r#"{"end": {"dateTime": "2026-11-23T10:00:00+01:00"}}"#,
    ] {
        assert_eq!(read_in("Europe/Brussels", extra), Item::Leaves, "{extra}");
    }
}

#[test]
fn another_guest_who_declined_changes_nothing() {
    occupies(r#"{"attendees": [{"email": "bob@example.com", "responseStatus": "declined"}]}"#);
}

#[test]
fn people_who_come_are_counted_and_rooms_are_none() {
    let guests = |more: &str| {
        format!(
            r#"{{"attendees": [{{"email": "r@resource.calendar.google.com", "self": true, "resource": true}},
                {{"email": "bob@example.com"}}, {{"email": "eve@example.com", "responseStatus": "declined"}},
                {{"email": "ada@example.com", "responseStatus": "accepted"}}]{more}}}"#
        )
    };
    assert_eq!(occupies(&guests("")).attendees, Some(2));
    assert_eq!(
        occupies(&guests(r#", "attendeesOmitted": true"#)).attendees,
        None
    );
    assert_eq!(
        occupies(&guests(r#", "visibility": "private""#)).attendees,
        None
    );
    let only_the_room = r#"{"attendees": [{"email": "r@x", "self": true, "resource": true}]}"#;
    assert_eq!(occupies(only_the_room).attendees, None);
}

#[test]
fn a_title_that_google_does_not_tell_is_absent() {
    assert_eq!(occupies(r#"{"summary": null}"#).summary, None);
    assert_eq!(occupies(r#"{"summary": "  "}"#).summary, None);
}

#[test]
fn a_private_event_gives_neither_title_nor_name() {
    for visibility in ["private", "confidential"] {
        let event = occupies(&format!(r#"{{"visibility": "{visibility}"}}"#));
        assert!(event.private);
        assert_eq!((event.summary, event.organiser), (None, None));
    }
}

#[test]
fn whole_days_are_days_of_the_calendar_with_an_exclusive_end() {
    let days = r#"{"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-25"}}"#;
    let event = occupies(days);
    assert!(event.all_day);
    assert_eq!(event.start, at("2026-11-22T23:00:00Z"));
    assert_eq!(event.end, at("2026-11-24T23:00:00Z"));
    match read_in("Etc/GMT-2", days) {
        Item::Occupies(event) => assert_eq!(event.start, at("2026-11-22T22:00:00Z")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_import_that_ends_on_its_first_day_lasts_that_day() {
    let event = occupies(r#"{"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-23"}}"#);
    assert_eq!(event.end, at("2026-11-23T23:00:00Z"));
}

#[test]
fn a_time_without_an_offset_is_meant_in_its_zone() {
    let event = occupies(
        r#"{"start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "America/New_York"},
            "end": {"dateTime": "2026-11-23T19:00:00"}}"#,
    );
    assert_eq!(event.start, at("2026-11-23T15:00:00Z"));
    assert_eq!(event.end, at("2026-11-23T18:00:00Z"));
}

#[test]
fn the_organiser_is_named_as_well_as_google_can() {
    let organiser = |extra| occupies(extra).organiser;
    let guests =
        r#""attendees": [{"email": "Jane.Doe@example.com", "displayName": "Dr Jane Doe"}]"#;
    let guest = format!("{{{guests}}}");
    assert_eq!(organiser(&guest).as_deref(), Some("Dr Jane Doe"));
    let named =
        r#"{"organizer": {"email": "x@example.com", "displayName": "Xenia"}, "attendees": []}"#;
    assert_eq!(organiser(named).as_deref(), Some("Xenia"));
    let room = r#"{"organizer": {"email": "r@resource.calendar.google.com", "displayName": "Alder", "self": true}}"#;
    assert_eq!(organiser(room), None);
    assert_eq!(organiser(r#"{"organizer": null, "attendees": []}"#), None);
}

#[test]
fn what_cannot_be_understood_is_bad_and_says_why() {
    for (extra, why) in [
        (r#"{"id": null}"#, "no id"),
        (r#"{"start": null}"#, "no start"),
        (r#"{"end": null}"#, "no end"),
        (r#"{"start": {}}"#, "neither a date nor a time"),
        (r#"{"summary": 7}"#, "a field is not of the expected kind"),
        (
            r#"{"start": {"dateTime": "0000-12-31T00:00:00Z"}}"#,
            "a year that cannot be",
        ),
        (
            r#"{"start": {"date": "0000-01-01"}, "end": {"date": "2026-11-25"}}"#,
            "a year that cannot be",
        ),
        (
            r#"{"start": {"dateTime": "yesterday"}}"#,
            "a time that is not one",
        ),
        (
            r#"{"start": {"date": "2026-02-30"}, "end": {"date": "2026-03-01"}}"#,
            "a date that is not one",
        ),
        (
            r#"{"start": {"dateTime": "2026-11-23T12:00:00+01:00"}}"#,
            "ends before it starts",
        ),
        (
            r#"{"start": {"date": "2026-11-23"}}"#,
            "starts as a day and ends as a time, or the other way round",
        ),
        (
            r#"{"start": {"dateTime": "2026-11-23T08:00:00", "timeZone": "Mars/Base"}}"#,
            "a time zone that is not known",
        ),
    ] {
        assert_eq!(read_in("Europe/Brussels", extra), Item::Bad(why), "{extra}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_google_could_send_is_a_panic(
        key in "(id|status|summary|start|end|organizer|attendees|visibility)",
        value in proptest::sample::select(vec![
            "null", "7", "\"\"", "[]", "{}", "[{}]", "[7]", "{\"date\": \"9999-12-31\"}",
            "{\"date\": \"-000001-01-01\"}", "{\"dateTime\": \"9999-12-31T23:59:59-18:00\"}", "{\"dateTime\": 5}",
        ]),
    ) {
        let _ = read_in("Pacific/Apia", &format!(r#"{{"{key}": {value}}}"#));
    }
}
