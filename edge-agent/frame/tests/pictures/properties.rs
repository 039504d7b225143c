//! What holds for every sign, whatever a calendar or a layout says.

use frame::{
    Announcement, Bitmap, Corner, Directory, Document, Meeting, OutOfOrder, Panel, Rect, Renderer,
    RoomState, SignState, Status, layouts,
};
use jiff::ToSpan;
use jiff::civil::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::scene;

/// Strings that have broken renderers: long, empty, right to left, stacked accents, emoji, controls.
pub(crate) fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9 ,.:-]{0,120}",
        "[א-ת ]{0,40}",
        "[ء-ي0-9 ]{0,40}",
        "(e[\u{300}-\u{36f}]{0,12}){0,12}",
        "[😀-😏👨‍👩‍👧🇧🇪 ]{0,12}",
        "[一-丏가-갏ก-ฮ]{0,40}",
        "[\u{0}-\u{1f}\u{2028}\u{202e}\u{feff}]{0,12}",
        Just("Donaudampfschifffahrtsgesellschaftskapitän".repeat(8)),
    ]
}

/// A moment between a week ago and three weeks ahead.
fn moment() -> impl Strategy<Value = DateTime> {
    (-7 * 24 * 60_i64..21 * 24 * 60).prop_map(|minutes| scene::at(0, 0) + minutes.minutes())
}

prop_compose! {
    fn a_meeting()(
        title in words(),
        organiser in proptest::option::of(words()),
        attendees in proptest::option::of(any::<u32>()),
        start in moment(),
        minutes in 0..4000_i64,
        all_day in any::<bool>(),
        private in any::<bool>(),
    ) -> Meeting {
        let end = start + minutes.minutes();
        Meeting { title, start, end, organiser, attendees, all_day, private, ..Meeting::default() }
    }
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        proptest::option::of(moment()).prop_map(|until| Status::Free { until }),
        (a_meeting(), 0..100_usize, moment()).prop_map(|(meeting, also, until)| Status::Busy {
            meeting,
            also,
            until
        }),
        Just(Status::NoInformation),
    ]
}

prop_compose! {
    fn a_room()(
        room in words(),
        status in status(),
        next in prop_oneof![proptest::collection::vec(a_meeting(), 0..4), many_meetings()],
        day in proptest::collection::vec((moment(), moment()), 0..4),
        hours in proptest::option::of((any::<i8>(), any::<i8>())),
        booking in proptest::option::of(words()),
        ending_soon in any::<bool>(),
    ) -> RoomState {
        RoomState { room, date: scene::TODAY, status, next, day, hours, booking, ending_soon }
    }
}

fn many_meetings() -> impl Strategy<Value = Vec<Meeting>> {
    a_meeting().prop_map(|one| vec![one; 200])
}

prop_compose! {
    fn a_state()(
        room in proptest::option::weighted(0.9, a_room()),
        directory in proptest::option::weighted(0.2, (words(), proptest::collection::vec(a_room(), 0..4))),
        announcement in proptest::option::weighted(0.2, (words(), words(), proptest::option::of(moment()))),
        out_of_order in proptest::option::weighted(0.1, (words(), proptest::option::of(moment()))),
        battery_low in any::<bool>(),
        locale in proptest::sample::select(vec!["", "en", "de", "ar", "ja", "nonsense"]),
    ) -> SignState {
        SignState {
            date: scene::TODAY,
            room,
            directory: directory.map(|(title, rooms)| Directory { title, from: scene::at(10, 0), rooms }),
            announcement: announcement.map(|(title, text, until)| Announcement { title, text, until }),
            out_of_order: out_of_order.map(|(reason, until)| OutOfOrder { reason, until }),
            battery_low,
            locale: locale.to_owned(),
            ..SignState::default()
        }
    }
}

fn a_panel() -> impl Strategy<Value = Panel> {
    prop_oneof![
        proptest::sample::select(scene::all_panels()),
        (100..1000_u32, 100..1000_u32)
            .prop_map(|(width, height)| Panel::black_white(width, height)),
    ]
}

/// A panel as large as one that a layout is drawn for, or of its shape in another size.
fn a_shaped_panel() -> impl Strategy<Value = Panel> {
    let shapes = proptest::sample::select(scene::all_panels());
    (shapes, 85..230_u32).prop_map(|(panel, percent)| Panel {
        width: panel.width * percent / 100,
        height: panel.height * percent / 100,
        ..panel
    })
}

fn lies_in(block: Rect, panel: &Panel) -> bool {
    block.right() <= panel.width && block.bottom() <= panel.height
}

/// Columns of the left margin below the band and inside the frame that have ink.
fn ink_in_left_margin(picture: &Bitmap) -> u32 {
    let columns = picture.width() * 3 / 100;
    let inked = |x: u32, y: u32| {
        picture.get(x, y) && picture.get(x.wrapping_sub(1), y) != picture.get(x, y)
    };
    (1..columns)
        .map(|x| (0..picture.height()).filter(|&y| inked(x, y)).count() as u32)
        .sum()
}

/// Items of every kind that write or draw what a state says, each to fill the block `b`.
fn items(b: &Value) -> Vec<Value> {
    let text = |template: &str| json!({"type": "TEXT", "data": {"block": b, "template": template, "size": 40, "minSize": 12, "maxLines": 3}});
    let mut items: Vec<Value> = [
        "{room}",
        "{title}",
        "{organiser}",
        "{upcoming}",
        "{announcement.text}",
        "{time}",
    ]
    .map(text)
    .into();
    items.extend([
        json!({"type": "EVENTS", "data": {"block": b, "size": 20, "count": 50}}),
        json!({"type": "DAY_BAR", "data": {"block": b, "size": 14}}),
        json!({"type": "DAY_BAR", "data": {"block": b, "size": 14, "direction": "ACROSS"}}),
        json!({"type": "DIRECTORY", "data": {"block": b, "size": 16, "minSize": 10}}),
        json!({"type": "QRCODE", "data": {"block": b}}),
        json!({"type": "STACK", "data": {"block": b, "items": [text("{title}"), text("{room}")]}}),
        json!({"type": "STACK", "data": {"block": b, "direction": "ACROSS", "items": [text("{state}"), text("{until}")]}}),
    ]);
    items
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_state_has_a_picture_on_every_panel(state in a_state(), panel in a_panel()) {
        let picture = Renderer::new().draw(layouts::default_for(&panel), &state, &panel);
        prop_assert_eq!((picture.width(), picture.height()), (panel.width, panel.height));
    }

    #[test]
    fn the_place_of_the_stale_mark_is_free(state in a_state(), panel in a_shaped_panel()) {
        let document = layouts::default_for(&panel);
        let picture = Renderer::new().draw(document, &state, &panel);
        prop_assert_eq!((picture.width(), picture.height()), (panel.width, panel.height));
        let block = document.stale_block(&panel, Corner::default(), &state.locale);
        prop_assert!(lies_in(block, &panel), "{:?} lies outside {}", block, panel);
        // On low panels today's date stands there, which the mark has itself.
        if !document.name().is_some_and(|name| name.contains("2.9")) {
            prop_assert!(picture.is_white(block), "ink in the stale block");
        }
    }

    #[test]
    fn no_rooms_words_reach_into_the_margin(state in a_room(), panel in a_shaped_panel()) {
        let picture = Renderer::new().draw(layouts::default_for(&panel), &SignState::of_room(state), &panel);
        prop_assert_eq!(ink_in_left_margin(&picture), 0, "ink in the left margin");
    }

    #[test]
    fn nothing_is_drawn_outside_its_block(
        state in a_state(), x in -50..350_i32, y in -50..250_i32, w in 0..300_i32, h in 0..200_i32, which in 0..13_usize,
    ) {
        let item = items(&json!({"x": x, "y": y, "w": w, "h": h})).swap_remove(which);
        let layout = json!({"items": [item], "when": []}).to_string();
        let (document, _) = Document::parse(&layout).unwrap();
        let panel = Panel::black_white(400, 300);
        // What this layout does not speak of is shown by one of ours.
        let state = SignState { announcement: None, out_of_order: None, ..state };
        prop_assume!(!matches!(&state.room, Some(room) if room.status == Status::NoInformation));
        let picture = Renderer::new().draw(&document, &state, &panel);
        for py in 0..300_i32 {
            for px in 0..400_i32 {
                let inside = (x..x + w).contains(&px) && (y..y + h).contains(&py);
                prop_assert!(inside || !picture.get(px as u32, py as u32), "ink at {},{} of {}", px, py, layout);
            }
        }
    }

    #[test]
    fn a_picture_depends_on_nothing_drawn_before(one in a_state(), other in a_state(), panel in a_panel()) {
        let document = layouts::default_for(&panel);
        let mut warm = Renderer::new();
        warm.draw(document, &other, &panel);
        prop_assert_eq!(warm.draw(document, &one, &panel), Renderer::new().draw(document, &one, &panel));
    }

    #[test]
    fn a_stale_mark_has_the_size_of_its_block(since in moment(), panel in a_panel()) {
        let block = layouts::default_for(&panel).stale_block(&panel, Corner::default(), "");
        let mark = Renderer::new().stale_mark(block, since, scene::TODAY, "");
        prop_assert_eq!((mark.width(), mark.height()), (block.width, block.height));
        let blank = mark.is_white(Rect { x: 0, y: 0, ..block });
        prop_assert!(!blank, "the mark says nothing");
    }

    #[test]
    fn every_notice_has_a_picture(title in words(), line in words(), panel in a_panel()) {
        let picture = Renderer::new().notice(&panel, &title, &[&line]);
        prop_assert_eq!((picture.width(), picture.height()), (panel.width, panel.height));
    }
}

fn room_sign(renderer: &mut Renderer, room: RoomState, panel: &Panel) -> Bitmap {
    renderer.draw(
        layouts::default_for(panel),
        &SignState::of_room(room),
        panel,
    )
}

#[test]
fn accents_and_missing_letters_leave_ink() {
    let mut renderer = Renderer::new();
    for panel in scene::panels() {
        let mut picture = |title: &str| room_sign(&mut renderer, scene::busy(title), &panel);
        assert_ne!(picture("E"), picture("É"));
        assert_ne!(picture("E"), picture("一"));
        assert_ne!(picture("E"), picture("😀"));
    }
}

#[test]
fn what_is_left_out_of_a_title_does_not_show() {
    let mut renderer = Renderer::new();
    let long = |count: usize| format!("Quarterly {}", "x".repeat(count));
    for panel in scene::panels() {
        assert_eq!(
            room_sign(&mut renderer, scene::busy(&long(300)), &panel),
            room_sign(&mut renderer, scene::busy(&long(299)), &panel)
        );
    }
}
