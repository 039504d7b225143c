//! A table of rooms: what each is now, until when, and its next twelve hours.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::document::item::{Align, Colour, Directory, Font, Pattern, Shape, Vertical};
use crate::document::length::Length;
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::layout::text::below;
use crate::palette::Ink;
use crate::state::{RoomState, Status};

/// The stretch of time beside each room.
const SPAN: SignedDuration = SignedDuration::from_hours(12);
/// Rows are not higher than this many lines of text: few rooms would stand lost.
const ROOMIEST: f32 = 3.4;
/// And not lower than this; rooms that have no row are counted in the last line.
const TIGHTEST: f32 = 1.5;
/// Shares of the width: the room's name, its state; the rest shows its hours.
const NAME: f32 = 0.33;
const STATE: f32 = 0.29;
/// Below this many pixels, or so many lines of text, there is no place for hours: names and times would be cut.
const NARROW: i32 = 360;
const NARROW_LINES: i32 = 24;

impl Canvas<'_> {
    pub(crate) fn directory(&mut self, directory: &Directory, area: Area) {
        let Some(list) = self.scene.state.directory.as_ref() else {
            return;
        };
        let rule = self.scene.scale.rule(directory.thickness);
        let line = self.line_height(&directory.font);
        let wide = area.w >= NARROW && area.w >= NARROW_LINES * line;
        let head = if wide { line } else { 0 };
        let least = (line as f32 * TIGHTEST) as i32;
        let room = area.h - head;
        let most = usize::try_from(room / least.max(1)).unwrap_or(0);
        let shown = if list.rooms.len() > most {
            most.saturating_sub(1)
        } else {
            list.rooms.len()
        };
        let rows = i32::try_from(shown.max(1)).unwrap_or(1);
        let row = (room / (rows + i32::from(shown < list.rooms.len())))
            .min((line as f32 * ROOMIEST) as i32);
        let columns = self.columns(area, wide, line);
        if wide {
            self.heads(
                &columns.2,
                list.from,
                Area { h: head, ..area },
                &directory.font,
            );
        }
        for (index, one) in list.rooms.iter().take(shown).enumerate() {
            let y = area.y + head + row * i32::try_from(index).unwrap_or(0);
            self.fill(
                Area {
                    y,
                    h: rule.min(row),
                    ..area
                },
                Ink::Black,
            );
            let inside = Area {
                y: y + rule,
                h: row - rule,
                ..area
            };
            self.room(one, list.from, inside, &columns, &directory.font);
        }
        if shown < list.rooms.len() {
            let y = area.y + head + row * rows;
            let text = self.scene.more(list.rooms.len() - shown);
            self.word(&text, &directory.font, Area { y, h: line, ..area });
        }
    }

    /// Name, state and hours, as columns of the whole height.
    fn columns(&self, area: Area, wide: bool, space: i32) -> (Area, Area, Area) {
        let scale = &self.scene.scale;
        let share = |share: f32| (area.w as f32 * share) as i32;
        if !wide {
            let (name, state) = scale.cut(area, share(0.5));
            return (
                trimmed(scale.cut(name, name.w - space / 2).0),
                state,
                Area { w: 0, ..area },
            );
        }
        let (name, rest) = scale.cut(area, share(NAME));
        let (state, hours) = scale.cut(rest, share(STATE));
        (
            scale.cut(name, name.w - space).0,
            scale.cut(state, state.w - space).0,
            hours,
        )
    }

    /// One room's row.
    fn room(
        &mut self,
        room: &RoomState,
        from: DateTime,
        row: Area,
        columns: &(Area, Area, Area),
        font: &Font,
    ) {
        let bold = Font {
            bold: true,
            ..*font
        };
        let at = |column: &Area| Area {
            y: row.y,
            h: row.h,
            ..*column
        };
        let (name, state, hours) = (at(&columns.0), at(&columns.1), at(&columns.2));
        self.middle(
            std::slice::from_ref(&room.room),
            &bold,
            name,
            Align::Left,
            Ink::Black,
        );
        let busy = matches!(room.status, Status::Busy { .. });
        let word = self.scene.state_word(&room.status);
        let wordings = self
            .scene
            .until_of(&room.status)
            .into_iter()
            .map(|until| format!("{word} {until}"));
        let mut wordings: Vec<String> = wordings.collect();
        wordings.push(word);
        if busy {
            // Busy is a solid block here too, told from free without reading.
            let line = self.line_height(font);
            let high = (line * 3 / 2).min(row.h - 2);
            let block = Area {
                y: state.y + (row.h - high) / 2,
                h: high,
                ..state
            };
            let fill = Shape {
                fill: Some((Colour::Accent, Pattern::Solid)),
                stroke: None,
                thickness: Length::ZERO,
                radius: Length::ZERO,
            };
            self.rectangle(&fill, block);
            let inner = Area {
                x: block.x + line / 3,
                w: block.w - 2 * (line / 3),
                ..block
            };
            let ink = self.scene.ink(Colour::OnAccent);
            self.middle(&wordings, &bold, inner, Align::Left, ink);
        } else {
            self.middle(&wordings, font, state, Align::Left, Ink::Black);
        }
        if hours.w > 0 {
            self.hours(room, from, hours, font);
        }
    }

    /// The first wording that fits, halfway down an area.
    fn middle(&mut self, wordings: &[String], font: &Font, area: Area, align: Align, ink: Ink) {
        if let Some(fitted) = self.fit_first(wordings, font, area.w) {
            let y = area.y + below(Vertical::Middle, area.h, fitted.height);
            self.draw_fitted(&fitted, Area { y, ..area }, area, align, ink);
        }
    }

    /// What is taken of the next twelve hours.
    fn hours(&mut self, room: &RoomState, from: DateTime, area: Area, font: &Font) {
        let line = self.line_height(font);
        let high = line.min(area.h - 2);
        let bar = Area {
            y: area.y + (area.h - high) / 2,
            h: high,
            ..area
        };
        self.outline(bar, 1, Ink::Black);
        let meetings = match &room.status {
            Status::Busy { meeting, until, .. } => vec![(meeting.start, *until)],
            _ => Vec::new(),
        };
        let coming = room.next.iter().map(|next| (next.start, next.end));
        for (start, end) in meetings.into_iter().chain(coming) {
            let (a, b) = (self.along(bar, from, start), self.along(bar, from, end));
            if a != b {
                let long = ((b - a).abs() - 1).max(1);
                let x = if self.scene.scale.mirrored {
                    b + (b - a).abs() - long
                } else {
                    a
                };
                self.fill(Area { x, w: long, ..bar }.and(bar), Ink::Black);
            }
        }
    }

    fn heads(&mut self, hours: &Area, from: DateTime, head: Area, font: &Font) {
        /// Hours between two labels.
        const EVERY: i64 = 3;
        for ahead in (0..=12).step_by(EVERY as usize) {
            let at = from.saturating_add(SignedDuration::from_hours(ahead));
            let text = at.hour().to_string();
            let wide = self.line_width("00", font);
            let middle = self.along(*hours, from, at);
            let x = (middle - wide / 2).clamp(hours.x, hours.right() - wide);
            let place = Area { x, w: wide, ..head };
            self.middle(&[text], font, place, Align::Centre, Ink::Black);
        }
    }

    /// Where a moment lies along the twelve hours.
    fn along(&self, bar: Area, from: DateTime, at: DateTime) -> i32 {
        let ahead = at.duration_since(from).clamp(SignedDuration::ZERO, SPAN);
        let share = ahead.as_secs_f64() / SPAN.as_secs_f64();
        let pixels = (f64::from(bar.w) * share).round() as i32;
        if self.scene.scale.mirrored {
            bar.right() - pixels
        } else {
            bar.x + pixels
        }
    }
}

fn trimmed(area: Area) -> Area {
    Area {
        w: area.w.max(0),
        ..area
    }
}
