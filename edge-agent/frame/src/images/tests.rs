use proptest::prelude::*;

use super::*;
use crate::palette::Ink;

fn draw_all(file: &[u8]) -> Vec<Result<Arc<Bitmap>, ImageError>> {
    let mut images = Images::default();
    let palettes = Palette::ALL.iter();
    palettes
        .map(|palette| images.picture(file, 60, 40, *palette))
        .collect()
}

/// A one-bit BMP, bottom row first: black left of `edge`, white right of it.
fn bmp(width: u32, height: u32, edge: u32) -> Vec<u8> {
    let line = width.div_ceil(32) * 4;
    let mut file = b"BM".to_vec();
    for number in [
        62 + line * height,
        0,
        62,
        40,
        width,
        height,
        1 | 1 << 16,
        0,
        line * height,
        0,
        0,
        2,
        0,
    ] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0, 0, 0, 0, 255, 255, 255, 0]);
    for _ in 0..height {
        let bits = (0..line * 8).map(|x| x >= edge);
        let bits: Vec<bool> = bits.collect();
        file.extend(
            bits.chunks(8)
                .map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit))),
        );
    }
    file
}

fn gradient() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, 256, 64);
    encoder.set_color(::png::ColorType::Grayscale);
    let data: Vec<u8> = (0..64).flat_map(|_| 0..=255).collect();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&data)
        .unwrap();
    file
}

#[test]
fn a_bitmap_is_drawn_pixel_for_pixel() {
    let drawn = Images::default()
        .unscaled(&bmp(20, 3, 7), Palette::BlackWhite)
        .unwrap();
    assert_eq!((drawn.width(), drawn.height()), (20, 3));
    assert!(drawn.get(6, 0) && !drawn.get(7, 0) && drawn.get(0, 2));
}

#[test]
fn a_photograph_keeps_its_tones_as_dots_and_a_drawing_its_edges() {
    let mut images = Images::default();
    let drawn = images
        .picture(&gradient(), 256, 64, Palette::BlackWhite)
        .unwrap();
    let black = |from: u32| {
        let places = (0..64).flat_map(|y| (from..from + 64).map(move |x| (x, y)));
        places.filter(|(x, y)| drawn.get(*x, *y)).count()
    };
    let quarters = [black(0), black(64), black(128), black(192)];
    assert!(quarters.is_sorted_by(|one, two| one > two), "{quarters:?}");
    assert!((2_500..=3_200).contains(&quarters[1]), "{quarters:?}");
    let greys = images
        .picture(&gradient(), 256, 64, Palette::Grey4)
        .unwrap();
    assert_eq!(
        (greys.ink(0, 0), greys.ink(255, 0)),
        (Ink::Black, Ink::White)
    );
    let flat = images
        .picture(&bmp(64, 64, 32), 128, 128, Palette::BlackWhite)
        .unwrap();
    assert!((0..128).all(|y| flat.get(63, y) && !flat.get(64, y)));
}

#[test]
fn a_logo_keeps_its_proportions_and_its_colours() {
    let logo = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">
        <rect width="10" height="10" fill="#d00"/><circle cx="15" cy="5" r="4"/></svg>"##;
    let mut images = Images::default();
    let red = images
        .picture(logo, 100, 100, Palette::BlackWhiteRed)
        .unwrap();
    assert_eq!((red.width(), red.height()), (100, 50));
    assert_eq!(
        [(10, 10), (75, 25), (99, 0)].map(|(x, y)| red.ink(x, y)),
        [Ink::Red, Ink::Black, Ink::White]
    );
    let again = images
        .picture(logo, 100, 100, Palette::BlackWhiteRed)
        .unwrap();
    assert!(Arc::ptr_eq(&red, &again));
    let plain = images.picture(logo, 100, 100, Palette::BlackWhite).unwrap();
    assert_eq!(plain.ink(10, 10), Ink::Black);
}

#[test]
fn bombs_are_refused() {
    let svg = |inside: &str| {
        format!("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{inside}</svg>")
    };
    let uses = |level: u32| {
        format!(
            "<g id='l{level}'>{}</g>",
            format!("<use href='#l{}'/>", level - 1).repeat(10)
        )
    };
    let lines: String = (1..9).map(uses).collect();
    let bombs = [
        svg(&format!("<rect id='l0' width='1' height='1'/>{lines}")),
        svg("<g id='a'><use href='#a'/></g>"),
        svg(&("<g>".repeat(4_000) + &"</g>".repeat(4_000))),
        svg("<image href='/etc/passwd' width='9' height='9'/>"),
        svg("<filter id='f'><feTurbulence/></filter><rect filter='url(#f)' width='9' height='9'/>"),
        "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>"
            .to_owned(),
    ];
    for bomb in bombs {
        let drawn = draw_all(bomb.as_bytes());
        assert!(
            drawn.iter().all(|r| matches!(r, Err(ImageError::Svg(_)))),
            "{bomb:.200} {drawn:?}"
        );
    }
    let huge = bmp(8, 8, 4);
    let mut wide = huge.clone();
    wide[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    wide[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    assert!(matches!(
        draw_all(&wide)[0],
        Err(ImageError::Pixels(60_000, 60_000))
    ));
    assert!(matches!(draw_all(&huge[..70])[0], Err(ImageError::Bmp(_))));
    assert!(matches!(
        draw_all(&gradient()[..60])[0],
        Err(ImageError::Png(_))
    ));
    assert!(matches!(draw_all(b"GIF89a")[0], Err(ImageError::Unknown)));
    assert!(matches!(
        draw_all(&vec![0; MAX_IMAGE_BYTES + 1])[0],
        Err(ImageError::Bytes(_))
    ));
}

proptest! {
    #[test]
    fn a_damaged_file_never_panics(kind in 0..3_usize, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path d='M0 0L9 9'/></svg>";
        let mut file = [bmp(20, 9, 5), gradient(), svg.to_vec()][kind].clone();
        let place = at.index(file.len());
        file[place] = byte;
        let drawn = draw_all(&file);
        prop_assert!(drawn.iter().flatten().all(|picture| picture.width() <= 60 && picture.height() <= 40));
        file.truncate(cut.index(file.len()));
        draw_all(&file);
    }

    #[test]
    fn any_bytes_behind_a_signature_never_panic(kind in 0..3_usize, rest: Vec<u8>) {
        let start: &[u8] = [&b"BM"[..], b"\x89PNG\r\n\x1a\n", b"<svg"][kind];
        draw_all(&[start, &rest].concat());
    }
}
