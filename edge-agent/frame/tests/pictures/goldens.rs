//! Every scene on every panel, compared pixel for pixel with the committed picture.
//!
//! `PLACARD_GOLDEN=rewrite` writes the pictures anew; look at them before committing. A difference leaves
//! `expected | actual | difference` side by side in Cargo's folder for temporary files.

use std::fs;
use std::path::PathBuf;

use frame::{Bitmap, Corner, Panel, Renderer, RoomState, SignState, layouts};

use crate::scene;

#[test]
fn a_busy_room_with_a_long_title() {
    assert_same(
        "busy",
        &scene::busy("Using AI hardware accelerators for real-time DSP on embedded devices"),
    );
}

#[test]
fn a_busy_room_with_a_short_title() {
    assert_same("busy-short", &scene::busy("Stand-up"));
}

#[test]
fn letters_with_accents_and_of_other_scripts() {
    assert_same(
        "letters",
        &scene::busy("Ångström’s Übergröße, Ελλάδα, Київ, שלום"),
    );
}

#[test]
fn several_meetings_at_once() {
    assert_same("busy-others", &scene::busy_with_others());
}

#[test]
fn a_meeting_of_whole_days() {
    assert_same("all-day", &scene::all_day());
}

#[test]
fn a_free_room() {
    assert_same("free", &scene::free());
}

#[test]
fn a_room_free_for_the_day() {
    assert_same("free-day", &scene::free_until_another_day());
}

#[test]
fn a_room_that_nothing_is_known_of() {
    assert_same("unknown", &scene::unknown());
}

#[test]
fn a_private_meeting_on_a_low_battery() {
    assert_drawn("private-battery", &scene::private());
}

#[test]
fn an_announcement() {
    assert_drawn("announcement", &scene::announced());
}

#[test]
fn a_room_that_must_not_be_used() {
    assert_drawn("out-of-order", &scene::out_of_order());
}

#[test]
fn several_rooms() {
    for panel in scene::all_panels() {
        let lobby = layouts::named("lobby").unwrap();
        compare(
            "lobby",
            &panel,
            &Renderer::new().draw(lobby, &scene::lobby(), &panel),
        );
    }
}

#[test]
fn a_notice() {
    let lines = ["Type this code in the portal under Hubs", "North"];
    for panel in scene::panels() {
        let notice = Renderer::new().notice(&panel, "K7QX-3MPA-9ZTE-WWRC", &lines);
        compare("notice", &panel, &notice);
    }
}

#[test]
fn a_stale_mark_of_today_and_of_another_day() {
    for panel in scene::panels() {
        let mut renderer = Renderer::new();
        let yesterday = scene::TODAY.yesterday().unwrap().at(10, 42, 0, 0);
        let block = layouts::default_for(&panel).stale_block(&panel, Corner::default(), "");
        let today = renderer.stale_mark(block, scene::at(10, 42), scene::TODAY, "");
        compare("mark-today", &panel, &today);
        let dated = renderer.stale_mark(block, yesterday, scene::TODAY, "");
        compare("mark-dated", &panel, &dated);
    }
}

fn assert_same(name: &str, state: &RoomState) {
    assert_drawn(name, &SignState::of_room(state.clone()));
}

fn assert_drawn(name: &str, state: &SignState) {
    let mut renderer = Renderer::new();
    for panel in scene::all_panels() {
        compare(
            name,
            &panel,
            &renderer.draw(layouts::default_for(&panel), state, &panel),
        );
    }
}

pub(crate) fn compare(name: &str, panel: &Panel, actual: &Bitmap) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/goldens")
        .join(format!("{panel}-{name}.png"));
    if rewrites() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, actual.to_png()).unwrap();
        return;
    }
    let bytes = fs::read(&file).unwrap_or_else(|e| {
        panic!(
            "read {}: {e}; PLACARD_GOLDEN=rewrite makes it",
            file.display()
        )
    });
    let expected = Bitmap::from_png(&bytes).unwrap();
    if expected != *actual {
        let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{panel}-{name}.png"));
        fs::write(&out, side_by_side(&expected, actual).to_png()).unwrap();
        panic!(
            "{panel} `{name}` differs from its golden; look at {} (expected | actual | difference)",
            out.display()
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the test"
)]
fn rewrites() -> bool {
    std::env::var("PLACARD_GOLDEN").is_ok_and(|value| value == "rewrite")
}

fn side_by_side(expected: &Bitmap, actual: &Bitmap) -> Bitmap {
    let width = expected.width().max(actual.width());
    let height = expected.height().max(actual.height());
    let mut all = Bitmap::for_panel(&Panel {
        width: 3 * width + 16,
        height,
        palette: actual.palette(),
    });
    all.blit(expected, 0, 0);
    all.blit(actual, width + 8, 0);
    for y in 0..height {
        for x in 0..width {
            all.set(
                2 * width + 16 + x,
                y,
                expected.ink(x, y) != actual.ink(x, y),
            );
        }
    }
    all
}
