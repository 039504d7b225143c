//! The parts that several signs share.

use crate::panel::Rect;
use crate::sign::{Canvas, last, qr, words};
use crate::state::{RoomState, Status};
use crate::text::Style;

impl Canvas<'_> {
    /// The room's name at the top; on low panels the date beside it.
    pub(super) fn room_name(&mut self, state: &RoomState, black: bool) {
        let m = *self.measure;
        let mut width = self.inner_width();
        // Where nothing is known, today's date would soon be wrong as well.
        if m.flat && state.status != Status::NoInformation {
            let [_, short] = words::date(state.date);
            let date = self.typesetter.line(&short, m.small, width);
            let x = m.panel.width - m.margin - date.width;
            self.typesetter
                .draw(self.on, &date, m.small, x, m.room_baseline(), black);
            width = width.saturating_sub(date.width + m.gap());
        }
        let style = self.shrunk(&state.room, m.room, width);
        let name = self.typesetter.line(&state.room, style, width);
        self.typesetter
            .draw(self.on, &name, style, m.margin, m.room_baseline(), black);
    }

    /// Smaller by up to a quarter if that makes the text fit.
    fn shrunk(&mut self, text: &str, style: Style, width: u32) -> Style {
        let smaller = Style {
            size: (style.size * 0.75).round(),
            ..style
        };
        if self.typesetter.width(text, style) <= width {
            style
        } else {
            smaller
        }
    }

    /// The meeting's title from `top` on; returns where it ends, and how many lines it took.
    pub(super) fn title(&mut self, title: &str, top: u32) -> (u32, usize) {
        let m = *self.measure;
        let width = if m.day_bar {
            m.left_end() - m.margin
        } else {
            self.inner_width()
        };
        let lines = self
            .typesetter
            .paragraph(title, m.title, width, m.title_lines);
        let baseline = top + m.title.capital();
        self.typesetter
            .draw(self.on, &lines, m.title, m.margin, baseline, true);
        (
            baseline + m.title.leading() * last(&lines.texts),
            lines.texts.len(),
        )
    }

    /// Time and organiser below the title, as far as there is room above `bottom`.
    pub(super) fn details(
        &mut self,
        time: &str,
        organiser: Option<&str>,
        title: (u32, usize),
        bottom: u32,
    ) {
        let m = *self.measure;
        let width = m.left_end().saturating_sub(m.margin);
        let (below, lines) = title;
        if m.flat {
            if lines == 1 {
                let text = organiser.map_or(time.to_owned(), |who| format!("{time} · {who}"));
                let line = self.typesetter.line(&text, m.body, width);
                self.typesetter.draw(
                    self.on,
                    &line,
                    m.body,
                    m.margin,
                    below + m.body.leading() + 1,
                    true,
                );
            }
            return;
        }
        let mut baseline = below + m.gap() / 3 + m.body.leading();
        for (text, style) in [
            (
                Some(time),
                Style {
                    bold: true,
                    ..m.body
                },
            ),
            (organiser, m.body),
        ] {
            if let Some(text) = text
                && baseline + m.gap() / 3 <= bottom
            {
                let line = self.typesetter.line(text, style, width);
                self.typesetter
                    .draw(self.on, &line, style, m.margin, baseline, true);
                baseline += m.body.leading();
            }
        }
    }

    /// Rule, what comes next, and the date, at the bottom left; returns where the rule is.
    pub(super) fn coming(&mut self, state: &RoomState) -> u32 {
        let m = *self.measure;
        let next: Vec<_> = state.next.iter().take(m.next_count).collect();
        let last_line = m.panel.height - m.margin;
        let lowest = if m.flat {
            last_line
        } else {
            last_line - m.small.leading() - m.gap() / 2
        };
        let right = if m.flat {
            m.stale_block().x.saturating_sub(m.gap())
        } else {
            m.left_end()
        };
        let times: Vec<_> = next
            .iter()
            .map(|meeting| words::start(meeting, state.date))
            .collect();
        let column = times
            .iter()
            .map(|time| self.typesetter.width(time, m.next_time))
            .max()
            .unwrap_or(0)
            + m.gap();
        let up = |lines: usize| m.next_title.leading() * u32::try_from(lines).unwrap_or(0);
        for (index, (meeting, time)) in next.iter().zip(&times).enumerate() {
            let baseline = lowest - up(next.len() - 1 - index);
            let line = self.typesetter.line(time, m.next_time, column);
            self.typesetter
                .draw(self.on, &line, m.next_time, m.margin, baseline, true);
            let x = m.margin + column;
            let line = self
                .typesetter
                .line(&meeting.title, m.next_title, right.saturating_sub(x));
            self.typesetter
                .draw(self.on, &line, m.next_title, x, baseline, true);
        }
        let rule = lowest
            - up(m.next_count - 1)
            - m.next_time.capital()
            - if m.flat { m.gap() / 2 } else { m.gap() };
        if !next.is_empty() {
            let end = if m.flat {
                m.panel.width - m.margin
            } else {
                m.left_end()
            };
            // With fewer lines the rule stays with them.
            let y = rule + up(m.next_count - next.len());
            self.on.fill(
                Rect {
                    x: m.margin,
                    y,
                    width: end - m.margin,
                    height: m.rule,
                },
                true,
            );
        }
        if !m.flat {
            self.date(state, last_line);
        }
        rule
    }

    fn date(&mut self, state: &RoomState, baseline: u32) {
        let m = *self.measure;
        let end = if m.day_bar {
            m.left_end()
        } else {
            m.stale_block().x.saturating_sub(m.gap())
        };
        let width = end.saturating_sub(m.margin);
        let wordings = words::date(state.date);
        let text = wordings
            .iter()
            .find(|text| self.typesetter.width(text, m.small) <= width)
            .unwrap_or(&wordings[1]);
        let line = self.typesetter.line(text, m.small, width);
        self.typesetter
            .draw(self.on, &line, m.small, m.margin, baseline, true);
    }

    /// What stands at the right: the day, and the QR code.
    pub(super) fn aside(&mut self, state: &RoomState) {
        if self.measure.day_bar {
            self.day_bar(state);
        }
        self.code(state);
    }

    /// The QR code and, where there is room, what it is for.
    pub(super) fn code(&mut self, state: &RoomState) {
        let m = *self.measure;
        let Some(url) = state.booking.as_deref().filter(|_| m.qr) else {
            return;
        };
        let block = m.qr_block();
        let Some(code) = qr::code(url, block.width, m.qr_module()) else {
            return;
        };
        let aside = block.width - code.width();
        self.on.blit(&code, block.x + aside, block.y + aside);
        if m.day_bar {
            let line = self.typesetter.line(words::SCAN, m.small, block.width);
            let x = block.x + aside + (code.width() - line.width.min(code.width())) / 2;
            self.typesetter
                .draw(self.on, &line, m.small, x, m.panel.height - m.margin, true);
        }
    }
}
