//! What carries down the corridor is measured on the drawn pixels, not read from the code.

use std::ops::Range;

use frame::{Bitmap, Panel, Renderer};

use crate::scene;

#[test]
fn state_and_until_have_capitals_of_a_twelfth_of_the_panel() {
    for panel in scene::panels() {
        let mut state = scene::busy("");
        // Without a name the band holds the two words alone.
        state.room = String::new();
        state.next.clear();
        let picture = Renderer::new().render(&state, &panel);
        let band = band(&picture);
        let half = panel.width / 2;
        let state = letters(&picture, 0..half, &band).first().cloned();
        let until = letters(&picture, half..panel.width, &band).last().cloned();
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
        let picture = Renderer::new().render(&scene::free(), &panel);
        let inner = inside_frame(&picture, &panel);
        let tallest = letters(&picture, inner.0, &inner.1)
            .into_iter()
            .map(|rows| rows.len())
            .max();
        assert!(tallest.is_some_and(|height| height * 12 >= panel.height as usize));
    }
}

/// The rows of the band: from the top as long as the leftmost pixel is black.
fn band(picture: &Bitmap) -> Range<u32> {
    let end = (0..picture.height()).find(|&y| !picture.get(0, y));
    0..end.unwrap_or(picture.height())
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
