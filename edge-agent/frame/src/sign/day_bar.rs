//! The day as a bar: what is taken, with the hours beside it. No mark for now: it would cost a refresh a minute.

use jiff::civil::{DateTime, Time};

use crate::panel::Rect;
use crate::sign::Canvas;
use crate::state::RoomState;
use crate::text::Style;

/// The hours that the bar shows.
const HOURS: std::ops::RangeInclusive<u32> = 8..=20;
/// An hour is labelled every so many.
const LABEL_EVERY: usize = 2;

impl Canvas<'_> {
    pub(super) fn day_bar(&mut self, state: &RoomState) {
        let m = *self.measure;
        let block = m.day_bar_block();
        let style = Style {
            size: (m.small.size * 0.85).round(),
            ..m.small
        };
        let label = self.typesetter.width("20", style);
        let half = style.capital() / 2;
        let bar = Rect {
            x: block.x,
            y: block.y + half,
            width: block.width.saturating_sub(label + m.gap() / 2),
            height: block.height.saturating_sub(2 * half),
        };
        self.on.outline(bar, m.rule);
        let y_of = |minute: u32| {
            let (from, until) = (HOURS.start() * 60, HOURS.end() * 60);
            bar.y + (minute.clamp(from, until) - from) * bar.height / (until - from)
        };
        for (start, end) in &state.day {
            let (top, bottom) = (
                y_of(minute_of_day(*start, state)),
                y_of(minute_of_day(*end, state)),
            );
            if bottom > top {
                // A white line keeps meetings apart that follow each other.
                let height = (bottom - top).saturating_sub(m.rule).max(1);
                self.on.fill(
                    Rect {
                        x: bar.x,
                        y: top,
                        width: bar.width,
                        height,
                    },
                    true,
                );
            }
        }
        self.on.outline(bar, m.rule);
        for hour in HOURS.step_by(LABEL_EVERY) {
            let text = hour.to_string();
            let line = self.typesetter.line(&text, style, label);
            let x = bar.right() + m.gap() / 2 + (label - line.width.min(label));
            self.typesetter
                .draw(self.on, &line, style, x, y_of(hour * 60) + half, true);
        }
    }
}

/// Minutes since midnight of the sign's day; times of other days count as its beginning or end.
fn minute_of_day(at: DateTime, state: &RoomState) -> u32 {
    let midnight = state.date.to_datetime(Time::midnight());
    let minutes = at.duration_since(midnight).as_mins().clamp(0, 24 * 60);
    u32::try_from(minutes).unwrap_or(0)
}
