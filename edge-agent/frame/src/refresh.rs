//! Which way a panel changes its picture: the less of it moves, the shorter it flickers.
//!
//! A 7.5-inch panel takes 5 s for a whole refresh, 1.2 s for a fast one and 0.4 s for a part; nothing else between a
//! change in the calendar and the glass takes as long.

use crate::bitmap::Bitmap;
use crate::palette::Palette;
use crate::panel::Rect;

/// Refreshes without a whole one before it, after which shadows of old pictures would be seen.
pub const MOST_WITHOUT_FULL: u32 = 8;

/// A change of so many hundredths of the pixels is small enough for a part.
const SMALL_CHANGE: u64 = 10;
/// A part of so many hundredths of the panel is a part; a larger one is as slow as the whole.
const SMALL_PART: u64 = 35;

/// How a panel changes its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Not at all: the pixels are the same.
    None,
    /// Only this part, without flicker. Its left and right edges are multiples of 8 pixels, as controllers need, or
    /// the panel's.
    Partial(Rect),
    /// All of it, with short flicker.
    Fast,
    /// All of it, thoroughly: no shadow of an old picture stays.
    Full,
}

/// Chooses how the glass goes from one picture to the next.
///
/// `shown` is what the glass shows, if that is known; `since_full` counts the refreshes since the last full one.
pub fn refresh(shown: Option<&Bitmap>, next: &Bitmap, since_full: u32) -> Refresh {
    let Some(shown) = shown.filter(|shown| shown.panel() == next.panel()) else {
        return Refresh::Full;
    };
    if shown == next {
        return Refresh::None;
    }
    // Pigments move too slowly for anything but a full refresh; such panels have no other.
    let has_pigment = next.palette().accent().is_some();
    if has_pigment || since_full >= MOST_WITHOUT_FULL {
        return Refresh::Full;
    }
    let (part, changed) = difference(shown, next);
    let share = |pixels: u64| pixels * 100 / (u64::from(next.width()) * u64::from(next.height()));
    let area = u64::from(part.width) * u64::from(part.height);
    // Greys are driven by longer waves than a partial refresh has.
    let is_part = next.palette() == Palette::BlackWhite;
    if is_part && share(changed) <= SMALL_CHANGE && share(area) <= SMALL_PART {
        Refresh::Partial(part)
    } else {
        Refresh::Fast
    }
}

/// The smallest rectangle of whole bytes that holds every change between two pictures; all of it for pictures of different
/// panels, `None` for the same picture.
pub fn changed_part(one: &Bitmap, other: &Bitmap) -> Option<Rect> {
    if one.panel() != other.panel() {
        return Some(Rect {
            x: 0,
            y: 0,
            width: other.width(),
            height: other.height(),
        });
    }
    (one != other).then(|| difference(one, other).0)
}

/// The smallest rectangle of whole bytes that holds every change, and how many bits changed.
fn difference(one: &Bitmap, other: &Bitmap) -> (Rect, u64) {
    let stride = one.width().div_ceil(8).max(1);
    let (mut left, mut right, mut top, mut bottom) = (u32::MAX, 0, u32::MAX, 0);
    let mut changed = 0;
    for (index, (a, b)) in (0_u32..).zip(one.rows().iter().zip(other.rows())) {
        if a != b {
            let (x, y) = (index % stride, index / stride % one.height());
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y), bottom.max(y + 1));
            changed += u64::from((a ^ b).count_ones());
        }
    }
    let x = left.min(right) * 8;
    let part = Rect {
        x,
        y: top.min(bottom),
        width: (right * 8).min(one.width()) - x,
        height: bottom - top.min(bottom),
    };
    (part, changed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::palette::Ink;
    use crate::panel::Panel;

    fn white(palette: Palette) -> Bitmap {
        Bitmap::for_panel(&Panel {
            width: 100,
            height: 50,
            palette,
        })
    }

    fn with(rect: Rect, palette: Palette) -> Bitmap {
        let mut picture = white(palette);
        picture.fill(rect, Ink::Black);
        picture
    }

    const SMALL: Rect = Rect {
        x: 10,
        y: 5,
        width: 12,
        height: 6,
    };

    #[test]
    fn a_small_change_is_a_part_and_a_large_one_is_not() {
        let (before, small) = (white(Palette::BlackWhite), with(SMALL, Palette::BlackWhite));
        let part = Rect {
            x: 8,
            y: 5,
            width: 16,
            height: 6,
        };
        assert_eq!(refresh(Some(&before), &small, 0), Refresh::Partial(part));
        let band = Rect {
            x: 0,
            y: 0,
            width: 100,
            height: 20,
        };
        let busy = with(band, Palette::BlackWhite);
        assert_eq!(refresh(Some(&before), &busy, 0), Refresh::Fast);
        assert_eq!(refresh(Some(&small), &small, 99), Refresh::None);
    }

    #[test]
    fn shadows_pigments_and_unknown_glass_need_a_full_refresh() {
        let small = with(SMALL, Palette::BlackWhite);
        let before = white(Palette::BlackWhite);
        assert_eq!(
            refresh(Some(&before), &small, MOST_WITHOUT_FULL),
            Refresh::Full
        );
        assert_eq!(refresh(None, &small, 0), Refresh::Full);
        let red = with(SMALL, Palette::BlackWhiteRed);
        assert_eq!(
            refresh(Some(&white(Palette::BlackWhiteRed)), &red, 0),
            Refresh::Full
        );
        let grey = with(SMALL, Palette::Grey4);
        assert_eq!(
            refresh(Some(&white(Palette::Grey4)), &grey, 0),
            Refresh::Fast
        );
    }

    proptest! {
        #[test]
        fn nothing_changes_outside_the_part(dots in prop::collection::vec((0..100_u32, 0..50_u32), 1..9)) {
            let before = white(Palette::BlackWhite);
            let mut after = before.clone();
            for (x, y) in dots {
                after.set(x, y, true);
            }
            if let Refresh::Partial(part) = refresh(Some(&before), &after, 0) {
                let mut patched = before.clone();
                for y in part.y..part.bottom() {
                    for x in part.x..part.right() {
                        patched.set(x, y, after.ink(x, y));
                    }
                }
                prop_assert_eq!(patched, after);
            }
        }
    }
}
