//! What carries down the corridor is measured on the drawn pixels, and its font size in the layouts.

use std::ops::Range;

use frame::{Bitmap, Panel, Renderer, SignState, layouts};
use serde_json::Value;

use crate::scene;

fn sign(room: frame::RoomState, panel: &Panel) -> Bitmap {
    Renderer::new().draw(
        layouts::default_for(panel),
        &SignState::of_room(room),
        panel,
    )
}

#[test]
fn state_and_until_have_capitals_of_a_twelfth_of_the_panel() {
    for panel in scene::panels() {
        let mut state = scene::busy("");
        // Without a name the band holds the two words, and on low panels the date.
        state.room = String::new();
        state.next.clear();
        let picture = sign(state, &panel);
        let band = band(&picture);
        let lines: Vec<Range<u32>> = lines(&picture, &band)
            .into_iter()
            .filter(|line| line.len() * 12 >= panel.height as usize)
            .collect();
        let (first, last) = (
            lines.first().expect("a line for the state"),
            lines.last().expect("and one for until"),
        );
        let state = letters(&picture, 0..panel.width, first).first().cloned();
        let until = letters(&picture, 0..panel.width, last).last().cloned();
        for (word, letter) in [("state", state), ("until", until)] {
            let height = letter
                .unwrap_or_else(|| panic!("no {word} on {panel}"))
                .len();
            assert!(
                height * 12 >= panel.height as usize,
                "{panel}: capitals of the {word} are {height} px"
            );
        }
    }
}

#[test]
fn the_word_free_is_the_largest() {
    for panel in scene::panels() {
        let picture = sign(scene::free(), &panel);
        let inner = inside_frame(&picture, &panel);
        let tallest = letters(&picture, inner.0, &inner.1)
            .into_iter()
            .map(|rows| rows.len())
            .max();
        assert!(tallest.is_some_and(|height| height * 12 >= panel.height as usize));
    }
}

#[test]
fn layouts_of_rooms_give_state_and_until_an_eighth_of_the_panel() {
    for shipped in layouts::shipped()
        .iter()
        .filter(|shipped| shipped.canvas.is_some())
    {
        let (_, height) = shipped.canvas.unwrap();
        let written: Value = serde_json::from_str(shipped.json).unwrap();
        let mut found = 0;
        // What nothing is known of has a sentence for its state; it may take two lines.
        for sheet in written["layout"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|sheet| sheet["status"].is_string())
        {
            each_text(sheet, &mut |text| {
                let template = text["template"].to_string();
                if template.contains("{state}") || template.contains("{until}") {
                    found += 1;
                    let size = text["size"].as_f64().unwrap();
                    assert!(
                        size * 8.0 >= f64::from(height),
                        "{}: {template} is {size} px",
                        shipped.name
                    );
                }
            });
        }
        assert_eq!(found, 4, "{}: state and until, busy and free", shipped.name);
    }
}

fn each_text<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    match value {
        Value::Object(map) => {
            if map.get("type").is_some_and(|kind| kind == "TEXT") {
                visit(&map["data"]);
            }
            map.values().for_each(|value| each_text(value, visit));
        }
        Value::Array(list) => list.iter().for_each(|value| each_text(value, visit)),
        _ => {}
    }
}

/// The rows of the band: from the top as long as the leftmost pixel is black.
fn band(picture: &Bitmap) -> Range<u32> {
    let end = (0..picture.height()).find(|&y| !picture.get(0, y));
    0..end.unwrap_or(picture.height())
}

/// Runs of rows that have ink somewhere.
fn lines(picture: &Bitmap, rows: &Range<u32>) -> Vec<Range<u32>> {
    let paper = picture.get(0, rows.start);
    let mut lines: Vec<Range<u32>> = Vec::new();
    for y in rows.clone() {
        if (0..picture.width()).any(|x| picture.get(x, y) != paper) {
            match lines.last_mut().filter(|line| line.end == y) {
                Some(line) => line.end = y + 1,
                None => lines.push(y..y + 1),
            }
        }
    }
    lines
}

fn inside_frame(picture: &Bitmap, panel: &Panel) -> (Range<u32>, Range<u32>) {
    let thickness = (0..panel.width)
        .find(|&x| !picture.get(x, panel.height / 2))
        .unwrap_or(0);
    (
        thickness..panel.width - thickness,
        thickness..panel.height - thickness,
    )
}

/// The rows that each letter spans: letters are runs of columns with ink, ink is what differs from the first pixel.
fn letters(picture: &Bitmap, columns: Range<u32>, rows: &Range<u32>) -> Vec<Range<u32>> {
    let paper = picture.get(columns.start, rows.start);
    let mut letters: Vec<Range<u32>> = Vec::new();
    let mut within = false;
    for x in columns {
        let ink: Vec<u32> = rows
            .clone()
            .filter(|&y| picture.get(x, y) != paper)
            .collect();
        let (Some(&top), Some(&bottom)) = (ink.first(), ink.last()) else {
            within = false;
            continue;
        };
        match letters.last_mut().filter(|_| within) {
            Some(letter) => *letter = letter.start.min(top)..letter.end.max(bottom + 1),
            None => letters.push(top..bottom + 1),
        }
        within = true;
    }
    letters
}
