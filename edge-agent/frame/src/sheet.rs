//! Measures of a panel: which arrangement it gets, how large its type is, which places are reserved.
//!
//! Everything is drawn for three panels (800×480, 400×300, 296×128) and scaled for the others.

use crate::panel::{Panel, Rect};

/// Which of the three arrangements a panel gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Day bar and QR code beside the text.
    Wide,
    /// QR code in the lower right corner.
    Medium,
    /// Text only.
    Small,
}

/// Font sizes, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) room: u32,
    /// "Occupied".
    pub(crate) state: u32,
    /// Until when.
    pub(crate) until: u32,
    /// "Free", the largest word of all.
    pub(crate) free: u32,
    /// A meeting's title, from the size it should have to the smallest that it may have.
    pub(crate) title: [u32; 3],
    pub(crate) time: u32,
    pub(crate) organiser: u32,
    pub(crate) next: u32,
    pub(crate) date: u32,
}

/// A panel, measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub(crate) kind: Kind,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// White at the left and right edge.
    pub(crate) margin: u32,
    /// Between things that do not belong together.
    pub(crate) gap: u32,
    /// Thickness of every rule.
    pub(crate) rule: u32,
    /// Thickness of the heavy frame of a free room.
    pub(crate) border: u32,
    /// Height of the black band of an occupied room.
    pub(crate) band: u32,
    pub(crate) sizes: Sizes,
    /// Kept free of ink, for the mark of a sign that may be out of date.
    pub(crate) stale: Rect,
    /// The lower right corner that a QR code grows from.
    pub(crate) code_corner: (u32, u32),
    /// Pixels per module of a QR code.
    pub(crate) module: u32,
    /// The largest version of a QR code that leaves room for the text.
    pub(crate) code_version: i16,
}

impl Sheet {
    pub(crate) fn of(panel: &Panel) -> Self {
        let Panel { width, height, .. } = *panel;
        let kind = if width >= 640 && height >= 384 && width > height {
            Kind::Wide
        } else if width >= 360 && height >= 280 {
            Kind::Medium
        } else {
            Kind::Small
        };
        let drawn_for = match kind {
            Kind::Wide => (800, 480),
            Kind::Medium => (400, 300),
            Kind::Small => (296, 128),
        };
        // The smaller of the two scales, as a fraction, so that the drawing fits in both directions.
        let (of, by) = if width * drawn_for.1 <= height * drawn_for.0 {
            (width, drawn_for.0)
        } else {
            (height, drawn_for.1)
        };
        let px = |length: u32| (length * of + by / 2) / by;
        // State and time are read from the corridor: at least an eighth of the panel.
        let carries = |length: u32| px(length).max(width.min(height).div_ceil(8));
        let sizes = match kind {
            Kind::Wide => Sizes {
                room: px(32),
                state: carries(64),
                until: carries(64),
                free: carries(136),
                title: [px(44), px(40), px(34)],
                time: px(28),
                organiser: px(24),
                next: px(24),
                date: px(16).max(13),
            },
            Kind::Medium => Sizes {
                room: px(20),
                state: carries(38),
                until: carries(38),
                free: carries(80),
                title: [px(26), px(24), px(20)],
                time: px(18),
                organiser: px(16),
                next: px(16),
                date: px(13),
            },
            Kind::Small => Sizes {
                room: px(16),
                state: carries(20),
                until: carries(26),
                free: carries(44),
                title: [px(19), px(17), px(15)],
                time: px(15),
                organiser: px(14),
                next: px(13).max(11),
                date: px(12).max(11),
            },
        };
        let block = |right: u32, top: u32, block_width: u32, block_height: u32| Rect {
            x: width.saturating_sub(right + block_width),
            y: top.min(height.saturating_sub(block_height)),
            width: block_width.min(width),
            height: block_height.min(height),
        };
        let from_bottom = |length: u32| height.saturating_sub(length);
        match kind {
            Kind::Wide => Self {
                kind,
                width,
                height,
                margin: px(24),
                gap: px(24),
                rule: px(2).max(1),
                border: px(10),
                band: px(136),
                sizes,
                stale: block(px(24), px(160), px(148), px(32)),
                code_corner: (width - px(24), from_bottom(px(48))),
                module: px(3).max(3),
                code_version: 8,
            },
            Kind::Medium => Self {
                kind,
                width,
                height,
                margin: px(12),
                gap: px(12),
                rule: px(2).max(1),
                border: px(6),
                band: px(78),
                sizes,
                stale: Rect {
                    x: width.saturating_sub(px(20) + 45 * px(3) + px(12) + px(120)),
                    y: from_bottom(px(32)),
                    width: px(120),
                    height: px(20),
                },
                code_corner: (width - px(20), from_bottom(px(20))),
                module: px(3).max(3),
                code_version: 7,
            },
            Kind::Small => Self {
                kind,
                width,
                height,
                margin: px(10),
                gap: px(8),
                rule: px(1).max(1),
                border: px(4).max(2),
                band: px(46),
                sizes,
                stale: block(px(10), from_bottom(px(26)), px(82), px(18)),
                code_corner: (width, height),
                module: 0,
                code_version: 0,
            },
        }
    }

    /// A length drawn for a font size, scaled with it: the rhythm of everything follows the type.
    pub(crate) fn share(length: u32, hundredths: u32) -> u32 {
        (length * hundredths + 50) / 100
    }
}

/// The place that every layout keeps free of ink, for the mark of a sign that may be out of date.
pub fn stale_block(panel: &Panel) -> Rect {
    Sheet::of(panel).stale
}
