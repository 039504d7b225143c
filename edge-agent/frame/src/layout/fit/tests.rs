//! Long words, long titles, and titles that are not long.

use proptest::prelude::*;

use super::*;
use crate::bitmap::Bitmap;
use crate::document::length::Length;
use crate::fonts::Fonts;
use crate::images::Images;
use crate::layout::area::Scale;
use crate::layout::budget::Budget;
use crate::layout::scene::Scene;
use crate::locale::Locale;
use crate::panel::Panel;
use crate::state::SignState;
use crate::text::Typesetter;

/// Fits a text into a block of 376 by 69 pixels, as a title on 400×300.
fn title(text: &str) -> (Vec<String>, f32) {
    let panel = Panel::black_white(400, 300);
    let state = SignState::default();
    let locale = Locale::default();
    let scene = Scene {
        state: &state,
        panel: &panel,
        locale: &locale,
        scale: Scale::new((400, 300), None, false),
    };
    let mut canvas = Canvas {
        on: &mut Bitmap::for_panel(&panel),
        typesetter: &mut Typesetter::new(Fonts::default()),
        images: &mut Images::default(),
        scene: &scene,
        budget: Budget::of(400, 300),
        clip: scene.scale.panel,
    };
    let font = Font {
        size: Length::pixels(28.0),
        least: Length::pixels(18.0),
        bold: true,
        leading: None,
    };
    let fitted = canvas
        .fit_wordings(
            &[text.to_owned()],
            &font,
            Room {
                width: 376,
                height: 69,
                lines: 3,
            },
        )
        .unwrap();
    (fitted.lines, fitted.style.size)
}

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_word_that_is_wider_than_its_line_is_divided_with_a_hyphen() {
    let (lines, size) = title("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz");
    assert!((size - 18.0).abs() < f32::EPSILON, "it shrinks first");
    assert!(lines.len() == 2 && lines[0].ends_with('-'), "{lines:?}");
    assert_eq!(
        lines.concat().replace('-', ""),
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
    );
    let (lines, _) = title("Abrechnung der Betriebskostenvorauszahlungen");
    assert!(lines.iter().all(|line| !line.ends_with('-')), "{lines:?}");
}

#[test]
fn a_title_shrinks_before_it_is_shortened() {
    let short = title("Stand-up");
    assert_eq!(short, (lines(&["Stand-up"]), 28.0));
    let (long, size) =
        title("Using AI hardware accelerators for real-time DSP on embedded devices");
    assert!((18.0..28.0).contains(&size), "{size}");
    assert_eq!(
        long.join(" "),
        "Using AI hardware accelerators for real-time DSP on embedded devices"
    );
    let (endless, size) = title(&"quarterly planning with everyone ".repeat(9));
    assert!(
        (size - 18.0).abs() < f32::EPSILON && endless.last().unwrap().ends_with('…'),
        "{endless:?}"
    );
}

#[test]
fn no_word_is_broken_that_has_room_when_it_shrinks() {
    let (lines, size) = title("Donaudampfschifffahrtsgesellschaft");
    assert_eq!(lines, ["Donaudampfschifffahrtsgesellschaft"]);
    assert!(size < 28.0);
}

#[test]
fn a_last_word_does_not_stand_alone() {
    let (lines, _) = title("The quarterly planning of everything we do");
    assert!(lines.last().unwrap().contains(' '), "{lines:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_title_keeps_at_least_its_first_word(first in "[a-zA-Zéß]{1,18}", rest in "( [a-z]{1,30}){0,40}") {
        let (lines, _) = title(&format!("{first}{rest}"));
        let kept = lines[0].trim_end_matches('…');
        prop_assert!(kept.starts_with(&first), "{:?} of {}", lines, first);
        prop_assert!(lines.len() <= 3);
    }
}
