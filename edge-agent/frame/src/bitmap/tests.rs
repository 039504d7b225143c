use proptest::prelude::*;

use super::*;

fn panel(width: u32, height: u32, palette: Palette) -> Panel {
    Panel {
        width,
        height,
        palette,
    }
}

/// Every colour of the palette once, in the corner that is packed last.
fn every_ink(palette: Palette) -> Bitmap {
    let mut picture = Bitmap::for_panel(&panel(13, 3, palette));
    for (x, ink) in (9..).zip(palette.inks()) {
        picture.set(x, 2, *ink);
    }
    picture
}

#[test]
fn a_picture_survives_png_and_rows() {
    for palette in Palette::ALL {
        let picture = every_ink(*palette);
        assert_eq!(Bitmap::from_png(&picture.to_png()).unwrap(), picture);
        let rows = picture.rows().to_vec();
        assert_eq!(Bitmap::from_rows(&picture.panel(), rows).unwrap(), picture);
        for (x, ink) in (9..).zip(palette.inks()) {
            assert_eq!(picture.ink(x, 2), *ink, "{palette}");
        }
    }
}

#[test]
fn planes_are_packed_as_panels_take_them() {
    let mut picture = Bitmap::new_white(13, 3);
    picture.set(0, 0, true);
    picture.set(12, 2, true);
    assert_eq!(picture.rows(), [0x80, 0, 0, 0, 0, 0x08]);
    //                                                            black plane   colour plane
    let red = every_ink(Palette::BlackWhiteRed);
    assert_eq!(red.rows(), [0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0x10]);
    let four = every_ink(Palette::BlackWhiteRedYellow);
    assert_eq!(four.rows(), [0, 0, 0, 0, 0, 0x28, 0, 0, 0, 0, 0, 0x18]);
}

#[test]
fn a_black_and_white_frame_keeps_the_name_it_always_had() {
    let mut picture = Bitmap::new_white(8, 2);
    picture.set(3, 1, true);
    assert_eq!(
        picture.hash().to_string(),
        "fd2123099a5893c6373f865a970c3deb37aaf366f025205be0491f2778ba450d"
    );
    let mut hashes: Vec<_> = Palette::ALL
        .iter()
        .map(|palette| Bitmap::for_panel(&panel(8, 2, *palette)).hash())
        .collect();
    hashes.push(Bitmap::new_white(16, 1).hash());
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), Palette::ALL.len() + 1);
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let wide = Panel::black_white(13, 1);
    assert!(matches!(
        Bitmap::from_rows(&wide, vec![0]),
        Err(BitmapError::Size { expected: 2, .. })
    ));
    assert!(matches!(
        Bitmap::from_rows(&wide, vec![0, 1]),
        Err(BitmapError::Padding)
    ));
    let both = Bitmap::from_rows(&panel(8, 1, Palette::BlackWhiteRed), vec![0x80, 0x80]);
    assert!(matches!(both, Err(BitmapError::Colour)));
    assert!(Bitmap::from_png(b"nonsense").is_err());
}

#[test]
fn drawing_outside_the_picture_does_nothing() {
    let mut picture = Bitmap::new_white(4, 4);
    picture.set(4, 0, true);
    picture.blit(&Bitmap::new_white(9, 9), 2, 2);
    let far = Rect {
        x: 2,
        y: 2,
        width: 50,
        height: 50,
    };
    picture.fill(far, true);
    assert!(picture.get(3, 3) && !picture.get(4, 4));
    picture.stamp(&[0xff, 0xff], 0, 0, Ink::Black);
    assert!(Bitmap::from_rows(&picture.panel(), picture.rows().to_vec()).is_ok());
}

#[test]
fn a_mark_in_black_and_white_is_stamped_on_any_panel() {
    let mut mark = Bitmap::new_white(3, 1);
    mark.set(1, 0, true);
    for palette in Palette::ALL {
        let mut picture = Bitmap::for_panel(&panel(8, 1, *palette));
        picture.fill(
            Rect {
                x: 0,
                y: 0,
                width: 8,
                height: 1,
            },
            Ink::Red,
        );
        picture.blit(&mark, 2, 0);
        let inks: Vec<_> = (1..6).map(|x| picture.ink(x, 0)).collect();
        let around = palette.nearest(Ink::Red);
        assert_eq!(
            inks,
            [around, Ink::White, Ink::Black, Ink::White, around],
            "{palette}"
        );
    }
}

proptest! {
    #[test]
    fn turning_four_times_changes_nothing(width in 1..20_u32, height in 1..20_u32, dots: Vec<(u32, u32)>) {
        let mut picture = Bitmap::for_panel(&panel(width, height, Palette::BlackWhiteRed));
        for (x, y) in dots {
            picture.set(x % width, y % height, if x % 2 == 0 { Ink::Red } else { Ink::Black });
        }
        let right = picture.rotated(Rotation::Right);
        prop_assert_eq!((right.width(), right.height()), (height, width));
        prop_assert_eq!(picture.ink(0, 0), right.ink(height - 1, 0));
        prop_assert_eq!(right.rotated(Rotation::Right), picture.rotated(Rotation::Half));
        prop_assert_eq!(right.rotated(Rotation::Left), picture);
    }

    #[test]
    fn no_file_panics(file: Vec<u8>) {
        let _ = Bitmap::from_png(&file);
    }
}
