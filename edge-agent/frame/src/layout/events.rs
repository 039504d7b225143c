//! What comes next: a line each, the time in a column, the title as far as it goes.

use crate::document::item::{Align, Events, Font};
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::palette::Ink;
use crate::state::Meeting;

/// Of the width that the column of times may take at most.
const COLUMN: f32 = 0.5;

impl Canvas<'_> {
    pub(crate) fn events(&mut self, events: &Events, area: Area) {
        let bold = Font {
            bold: true,
            ..events.font
        };
        let row = self.line_height(&events.font);
        let meetings: Vec<&Meeting> = self
            .shown(events)
            .into_iter()
            .take(rows(area.h, row))
            .collect();
        let times: Vec<String> = meetings
            .iter()
            .map(|meeting| self.scene.start(meeting))
            .collect();
        let widest = times
            .iter()
            .map(|time| self.line_width(time, &bold))
            .max()
            .unwrap_or(0);
        let space = self.line_width("00", &events.font);
        let column = (widest + space).min((area.w as f32 * COLUMN) as i32);
        for (index, (meeting, time)) in meetings.into_iter().zip(&times).enumerate() {
            let down = row * i32::try_from(index).unwrap_or(0);
            let line = Area {
                y: area.y + down,
                h: row,
                ..area
            };
            let (left, right) = self.scene.scale.cut(line, column);
            self.word(time, &bold, left);
            let title = self.scene.title(meeting);
            self.word(&title, &events.font, right);
        }
    }

    /// One line of black words at the beginning of an area.
    pub(crate) fn word(&mut self, text: &str, font: &Font, area: Area) {
        if let Some(fitted) = self.fit_line(text, font, area.w) {
            self.draw_fitted(&fitted, area, area, Align::Left, Ink::Black);
        }
    }

    /// How high the list is; `None` when nothing comes or there is no room.
    pub(crate) fn events_height(&mut self, events: &Events, most: i32) -> Option<i32> {
        let row = self.line_height(&events.font);
        let count = self.shown(events).len().min(rows(most, row));
        i32::try_from(count)
            .ok()
            .filter(|count| *count > 0)
            .map(|count| count * row)
    }
}

impl<'a> Canvas<'a> {
    fn shown(&self, events: &Events) -> Vec<&'a Meeting> {
        let room = self.scene.state.room.as_ref();
        let next = room.map_or(&[][..], |room| &room.next);
        next.iter().skip(events.skip).take(events.count).collect()
    }
}

/// Rows that a height has room for.
fn rows(height: i32, row: i32) -> usize {
    usize::try_from(height / row.max(1)).unwrap_or(0)
}
