//! How large everything is on a panel: three designs, scaled to the panel.

use crate::panel::{Panel, Rect};
use crate::text::Style;

/// One design, at the size it was drawn for.
struct Design {
    width: u32,
    height: u32,
    margin: u32,
    room: f32,
    state: f32,
    free: f32,
    title: f32,
    body: f32,
    next: f32,
    small: f32,
    frame: u32,
    rule: u32,
    next_count: usize,
    title_lines: usize,
    stale: (u32, u32),
    qr: bool,
    day_bar: bool,
}

/// 7.5 inch, 800×480.
const LARGE: Design = Design {
    width: 800,
    height: 480,
    margin: 24,
    room: 32.0,
    state: 64.0,
    free: 120.0,
    title: 42.0,
    body: 28.0,
    next: 24.0,
    small: 18.0,
    frame: 8,
    rule: 2,
    next_count: 2,
    title_lines: 3,
    stale: (144, 26),
    qr: true,
    day_bar: true,
};

/// 4.2 inch, 400×300.
const MEDIUM: Design = Design {
    width: 400,
    height: 300,
    margin: 12,
    room: 20.0,
    state: 40.0,
    free: 64.0,
    title: 28.0,
    body: 18.0,
    next: 16.0,
    small: 14.0,
    frame: 6,
    rule: 2,
    next_count: 2,
    title_lines: 2,
    stale: (124, 20),
    qr: true,
    day_bar: false,
};

/// 2.9 inch, 296×128.
const SMALL: Design = Design {
    width: 296,
    height: 128,
    margin: 10,
    room: 16.0,
    state: 30.0,
    free: 48.0,
    title: 18.0,
    body: 14.0,
    next: 14.0,
    small: 13.0,
    frame: 4,
    rule: 1,
    next_count: 1,
    title_lines: 2,
    stale: (104, 16),
    qr: false,
    day_bar: false,
};

/// Sizes on one panel, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    pub(crate) panel: Panel,
    pub(crate) margin: u32,
    pub(crate) room: Style,
    pub(crate) state: Style,
    /// The word "Free".
    pub(crate) free: Style,
    pub(crate) title: Style,
    pub(crate) body: Style,
    pub(crate) next_time: Style,
    pub(crate) next_title: Style,
    pub(crate) small: Style,
    /// The heavy frame of a free room.
    pub(crate) frame: u32,
    pub(crate) rule: u32,
    pub(crate) next_count: usize,
    pub(crate) title_lines: usize,
    /// The stale mark.
    pub(crate) stale: (u32, u32),
    pub(crate) qr: bool,
    pub(crate) day_bar: bool,
    /// Whether the panel is low and everything has to share few lines.
    pub(crate) flat: bool,
}

/// Share of the panel's height that state and until-time have at least, as font size.
pub(crate) const STATE_SHARE: u32 = 8;

/// Least pixels of one module of a QR code; finer ones are not read from a phone's distance.
const QR_MODULE: u32 = 3;
/// Modules of a code of version 6, which a booking address needs, with its quiet zone.
const QR_MODULES: u32 = 49;

impl Measure {
    /// The design that fits the panel best, scaled to it.
    pub(crate) fn of(panel: &Panel) -> Self {
        let fits =
            |d: &Design| panel.width * 10 >= d.width * 8 && panel.height * 10 >= d.height * 8;
        let design = [&LARGE, &MEDIUM]
            .into_iter()
            .find(|d| fits(d))
            .unwrap_or(&SMALL);
        // Pixels of panels are exact in f32.
        let scale = (panel.width as f32 / design.width as f32)
            .min(panel.height as f32 / design.height as f32);
        let length = |pixels: u32| ((pixels as f32 * scale).round() as u32).max(1);
        let least = panel.height.div_ceil(STATE_SHARE) as f32;
        Self {
            panel: *panel,
            margin: length(design.margin).max((panel.width * 3).div_ceil(100)),
            room: Style::bold(design.room * scale),
            state: Style::bold((design.state * scale).max(least)),
            free: Style::bold((design.free * scale).max(least)),
            title: Style::bold(design.title * scale),
            body: Style::regular(design.body * scale),
            next_time: Style::bold(design.next * scale),
            next_title: Style::regular(design.next * scale),
            small: Style::regular(design.small * scale),
            frame: length(design.frame),
            rule: length(design.rule),
            next_count: design.next_count,
            title_lines: design.title_lines,
            stale: (length(design.stale.0), length(design.stale.1)),
            qr: design.qr,
            day_bar: design.day_bar,
            flat: design.height == SMALL.height,
        }
    }

    /// Where the stale mark goes; nothing else is drawn there.
    pub(crate) fn stale_block(&self) -> Rect {
        let (width, height) = self.stale;
        let Panel {
            width: across,
            height: down,
            ..
        } = self.panel;
        // Wide signs have room above the QR code; the others beside the date, on the last line.
        let (right, y) = match (self.day_bar, self.qr) {
            (true, _) => (across.saturating_sub(self.margin), self.band() + self.gap()),
            (false, true) => (
                self.left_end(),
                down.saturating_sub(self.margin + height) + 2,
            ),
            (false, false) => (
                across.saturating_sub(self.margin),
                down.saturating_sub(self.margin + height) + 5,
            ),
        };
        Rect {
            x: right.saturating_sub(width),
            y,
            width,
            height,
        }
    }

    /// The square at the lower right that a QR code may take, its quiet zone included.
    pub(crate) fn qr_block(&self) -> Rect {
        let edge = self.qr_module() * QR_MODULES;
        let aside = self.qr_aside();
        let caption = if self.day_bar {
            self.small.leading()
        } else {
            0
        };
        Rect {
            x: self.panel.width.saturating_sub(aside + edge),
            y: self.panel.height.saturating_sub(aside + caption + edge),
            width: edge,
            height: edge,
        }
    }

    /// Pixels of one module of the QR code.
    pub(crate) fn qr_module(&self) -> u32 {
        (self.panel.height / LARGE.height * QR_MODULE).max(QR_MODULE)
    }

    /// From the panel's edge to the QR code's quiet zone, which may reach into the margin but not under the frame.
    fn qr_aside(&self) -> u32 {
        self.margin
            .saturating_sub(4 * self.qr_module())
            .max(self.frame + 2)
    }

    /// The day bar with its labels, where there is one.
    pub(crate) fn day_bar_block(&self) -> Rect {
        let width = self.small.capital() * 6;
        let x = self.qr_block().x.saturating_sub(self.gap() + width);
        let y = self.band() + self.gap();
        Rect {
            x,
            y,
            width,
            height: self.panel.height.saturating_sub(y + self.margin),
        }
    }

    /// Where the left column ends: before the day bar, the QR code or the margin.
    pub(crate) fn left_end(&self) -> u32 {
        if self.day_bar {
            self.day_bar_block().x.saturating_sub(self.gap())
        } else if self.qr {
            self.qr_block().x.saturating_sub(self.gap() / 2)
        } else {
            self.panel.width.saturating_sub(self.margin)
        }
    }

    /// Height of the band at the top: room name, and below it the state.
    pub(crate) fn band(&self) -> u32 {
        self.state_baseline() + self.gap()
    }

    /// Baseline of the room's name.
    pub(crate) fn room_baseline(&self) -> u32 {
        self.gap() + self.room.capital()
    }

    /// Baseline of state and until-time, on a busy sign.
    pub(crate) fn state_baseline(&self) -> u32 {
        self.room_baseline() + self.gap() + self.state.capital()
    }

    /// Distance between things that belong to different blocks.
    pub(crate) fn gap(&self) -> u32 {
        self.margin * 3 / 4
    }
}
