//! A table of rooms: what each is now, until when, and its next twelve hours.

mod table;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use self::table::{Parts, Table};
use crate::document::item::{Align, Colour, Directory, Font, Pattern, Shape, Vertical};
use crate::document::length::Length;
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::layout::text::below;
use crate::palette::Ink;
use crate::state::{RoomState, Status};

/// The stretch of time beside each room.
const SPAN: SignedDuration = SignedDuration::from_hours(12);

impl Canvas<'_> {
    pub(crate) fn directory(&mut self, directory: &Directory, area: Area) {
        let Some(list) = self.scene.state.directory.as_ref() else {
            return;
        };
        let rule = self.scene.scale.rule(directory.thickness);
        let line = self.line_height(&directory.font);
        let table = Table::new(area, line, list.rooms.len());
        let head = table.head();
        let room = area.h - head;
        let most = usize::try_from(room / table.least()).unwrap_or(0);
        let shown = if list.rooms.len() > most {
            most.saturating_sub(1)
        } else {
            list.rooms.len()
        };
        let rows = i32::try_from(shown.max(1)).unwrap_or(1);
        let row = (room / (rows + i32::from(shown < list.rooms.len()))).min(table.most());
        if let Some(hours) = table.parts(&self.scene.scale, area).hours {
            self.heads(&hours, list.from, Area { h: head, ..area }, &directory.font);
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
            let parts = table.parts(&self.scene.scale, inside);
            self.room(one, list.from, &parts, &directory.font);
        }
        if shown < list.rooms.len() {
            let y = area.y + head + row * rows;
            let text = self.scene.more(list.rooms.len() - shown);
            self.word(&text, &directory.font, Area { y, h: line, ..area });
        }
    }

    /// One room's row.
    fn room(&mut self, room: &RoomState, from: DateTime, parts: &Parts, font: &Font) {
        let bold = Font {
            bold: true,
            ..*font
        };
        let Parts { name, state, hours } = *parts;
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
            let high = (line * 3 / 2).min(state.h);
            let block = Area {
                y: state.y + (state.h - high) / 2,
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
        // An empty bar would say that the room is free.
        if let Some(hours) = hours.filter(|_| room.status != Status::NoInformation) {
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
        let high = line.min(area.h);
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
