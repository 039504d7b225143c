//! Pictures with tones, as dots of each panel's colours, compared pixel for pixel with the committed ones.

use frame::{Panel, Pictures, Renderer, SignState, layouts};

use crate::{goldens, scene};

/// Edges of the photograph.
const WIDTH: u32 = 300;
const HEIGHT: u32 = 300;

/// Each kind of palette: two colours, three, four, and greys.
const PANELS: [&str; 5] = [
    "400x300",
    "400x300-bwr",
    "400x300-bwry",
    "400x300-grey4",
    "128x296",
];

#[test]
fn a_photograph_on_a_display_without_a_room() {
    let mut pictures = Pictures::default();
    pictures.insert("picture", photograph());
    let state = SignState {
        date: scene::TODAY,
        pictures,
        ..SignState::default()
    };
    let layout = layouts::named("picture").unwrap();
    for panel in PANELS {
        let panel: Panel = panel.parse().unwrap();
        let drawn = Renderer::new().draw(layout, &state, &panel);
        let inks = panel.palette.inks().iter();
        let unused: Vec<_> = inks
            .filter(|ink| {
                let mut places =
                    (0..panel.height).flat_map(|y| (0..panel.width).map(move |x| (x, y)));
                !places.any(|(x, y)| drawn.ink(x, y) == **ink)
            })
            .collect();
        assert!(
            unused.is_empty(),
            "{panel} has {unused:?} and the picture does not use it"
        );
        goldens::compare("photograph", &panel, &drawn);
    }
}

/// A red ball and a yellow one above a floor, lit from the upper left; in whole numbers, so that it is the same on
/// every machine.
fn photograph() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    let places = (0..HEIGHT as i32).flat_map(|y| (0..WIDTH as i32).map(move |x| (x, y)));
    let data: Vec<u8> = places.flat_map(|(x, y)| colour(x, y)).collect();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&data)
        .unwrap();
    file
}

fn colour(x: i32, y: i32) -> [u8; 3] {
    /// Centre, radius and colour.
    const BALLS: [(i32, i32, i32, [i32; 3]); 2] = [
        (105, 140, 80, [230, 40, 40]),
        (215, 190, 50, [250, 205, 20]),
    ];
    for (across, down, radius, colour) in BALLS {
        let (dx, dy) = (x - across, y - down);
        if dx * dx + dy * dy <= radius * radius {
            // Distance from the bright spot, as a share of the diameter.
            let (lx, ly) = (dx + radius / 2, dy + radius / 2);
            let dark = (lx * lx + ly * ly) * 100 / (5 * radius * radius);
            return colour.map(|tone| byte(tone * (130 - dark) / 100));
        }
    }
    if y > 220 {
        let is_shadow = (x - 180).abs() < 110 && (225..245).contains(&y);
        let shadow = if is_shadow { 70 } else { 0 };
        [byte(90 + (y - 220) - shadow); 3]
    } else {
        [byte(255 - y * 2 / 3); 3]
    }
}

fn byte(tone: i32) -> u8 {
    u8::try_from(tone.clamp(0, 255)).unwrap()
}
