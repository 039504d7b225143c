//! What holds for every sign, whatever a calendar says.

use frame::{Bitmap, Meeting, Palette, Panel, Rect, Renderer, RoomState, Status, stale_block};
use jiff::ToSpan;
use jiff::civil::DateTime;
use proptest::prelude::*;

use crate::scene;

/// Strings that have broken renderers: long, empty, right to left, stacked accents, emoji, controls.
fn words() -> impl Strategy<Value = String> {
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
        start in moment(),
        minutes in 0..4000_i64,
        all_day in any::<bool>(),
    ) -> Meeting {
        Meeting { title, start, end: start + minutes.minutes(), organiser, all_day }
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
    fn a_state()(
        room in words(),
        status in status(),
        next in proptest::collection::vec(a_meeting(), 0..4),
        day in proptest::collection::vec((moment(), moment()), 0..4),
        booking in proptest::option::of(words()),
    ) -> RoomState {
        RoomState { room, date: scene::TODAY, status, next, day, booking }
    }
}

fn a_panel() -> impl Strategy<Value = Panel> {
    prop_oneof![
        proptest::sample::select(scene::panels().to_vec()),
        (200..1000_u32, 100..1000_u32).prop_map(|(width, height)| Panel {
            width,
            height,
            palette: Palette::BlackWhite
        }),
    ]
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_state_has_a_picture_that_keeps_to_its_blocks(state in a_state(), panel in a_panel()) {
        let picture = Renderer::new().render(&state, &panel);
        prop_assert_eq!((picture.width(), picture.height()), (panel.width, panel.height));
        let block = stale_block(&panel);
        prop_assert!(lies_in(block, &panel), "{:?} lies outside {}", block, panel);
        prop_assert!(picture.is_white(block), "ink in the stale block");
        prop_assert_eq!(ink_in_left_margin(&picture), 0, "ink in the left margin");
    }

    #[test]
    fn a_picture_depends_on_nothing_drawn_before(one in a_state(), other in a_state(), panel in a_panel()) {
        let mut warm = Renderer::new();
        warm.render(&other, &panel);
        prop_assert_eq!(warm.render(&one, &panel), Renderer::new().render(&one, &panel));
    }

    #[test]
    fn a_stale_mark_has_the_size_of_its_block(since in moment(), panel in a_panel()) {
        let mark = Renderer::new().stale_mark(&panel, since, scene::TODAY);
        let block = stale_block(&panel);
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

#[test]
fn accents_and_missing_letters_leave_ink() {
    let mut renderer = Renderer::new();
    for panel in scene::panels() {
        let mut picture = |title: &str| renderer.render(&scene::busy(title), &panel);
        assert_ne!(picture("E"), picture("É"));
        // No font here has these: a box stands for each.
        assert_ne!(picture(""), picture("一"));
        assert_ne!(picture(""), picture("😀"));
    }
}

#[test]
fn a_title_keeps_its_first_word() {
    let mut renderer = Renderer::new();
    let long = format!("Quarterly {}", "x".repeat(300));
    for panel in scene::panels() {
        assert_eq!(
            renderer.render(&scene::busy(&long), &panel),
            renderer.render(
                &scene::busy(&format!("Quarterly {}", "x".repeat(299))),
                &panel
            ),
            "what is left out must not show"
        );
    }
}
