//! The default design: what stands where.

mod day_bar;
mod parts;
pub(crate) mod qr;
pub(crate) mod words;

use jiff::civil::DateTime;

use crate::bitmap::Bitmap;
use crate::measure::{Measure, STATE_SHARE};
use crate::palette::Ink;
use crate::panel::Rect;
use crate::state::{Meeting, RoomState};
use crate::text::{Style, Typesetter};

/// A picture in the making.
pub(crate) struct Canvas<'a> {
    pub(crate) on: &'a mut Bitmap,
    pub(crate) typesetter: &'a mut Typesetter,
    pub(crate) measure: &'a Measure,
}

impl Canvas<'_> {
    /// A solid band with the state, below it the meeting.
    pub(crate) fn busy(
        &mut self,
        state: &RoomState,
        meeting: &Meeting,
        also: usize,
        until: DateTime,
    ) {
        let m = *self.measure;
        self.on.fill(
            Rect {
                x: 0,
                y: 0,
                width: m.panel.width,
                height: m.band(),
            },
            Ink::Red,
        );
        self.room_name(state, false);
        self.state_and_until(
            words::BUSY,
            m.state,
            &words::until(until, state.date),
            m.state_baseline(),
            false,
        );

        let bottom = self.coming(state);
        let title = self.title(&meeting.title, m.band() + m.gap());
        let time = words::span(meeting, state.date);
        let time = if also == 0 {
            time
        } else {
            format!("{time} · +{also} more")
        };
        self.details(&time, meeting.organiser.as_deref(), title, bottom);
        self.aside(state);
    }

    /// A heavy frame and a large word.
    pub(crate) fn free(&mut self, state: &RoomState, until: Option<DateTime>) {
        let m = *self.measure;
        self.on.outline(self.whole(), m.frame);
        self.room_name(state, true);
        let apart = if m.flat { m.gap() * 3 / 2 } else { m.gap() * 2 };
        let baseline = m.room_baseline() + apart + m.free.capital();
        if m.flat {
            self.state_and_until(
                words::FREE,
                m.free,
                &free_until(until, state),
                baseline,
                true,
            );
        } else {
            let width = m.left_end() - m.margin;
            let word = self.typesetter.line(words::FREE, m.free, width);
            self.typesetter
                .draw(self.on, &word, m.free, m.margin, baseline, true);
            let below = baseline + apart + m.state.capital();
            let room = if m.day_bar { width } else { self.inner_width() };
            let (text, style) = self.wording(&free_until(until, state), m.state, room);
            let line = self.typesetter.line(&text, style, room);
            self.typesetter
                .draw(self.on, &line, style, m.margin, below, true);
        }
        self.coming(state);
        self.aside(state);
    }

    /// Says honestly that nothing is known.
    pub(crate) fn no_information(&mut self, state: &RoomState) {
        let m = *self.measure;
        self.on.outline(self.whole(), m.rule);
        self.room_name(state, true);
        let width = if m.day_bar {
            m.left_end() - m.margin
        } else {
            self.inner_width()
        };
        // It is the state, so it is as large as a state at least.
        let least = m.panel.height.div_ceil(STATE_SHARE) as f32;
        let style = Style::bold(m.title.size.max(least));
        let lines = self
            .typesetter
            .paragraph(words::NO_INFORMATION, style, width, 2);
        let baseline = m.room_baseline() + m.gap() * 2 + style.capital();
        self.typesetter
            .draw(self.on, &lines, style, m.margin, baseline, true);
        let below = baseline + style.leading() * last(&lines.texts) + m.body.leading();
        let ask = self.typesetter.line(words::ASK, m.body, width);
        self.typesetter
            .draw(self.on, &ask, m.body, m.margin, below, true);
        self.code(state);
    }

    /// A title, and lines below it.
    pub(crate) fn notice(&mut self, title: &str, lines: &[&str]) {
        let m = *self.measure;
        self.on.outline(self.whole(), m.rule);
        let head = self
            .typesetter
            .paragraph(title, m.title, self.inner_width(), 2);
        let mut baseline = m.margin + m.gap() + m.title.capital();
        self.typesetter
            .draw(self.on, &head, m.title, m.margin, baseline, true);
        baseline += m.title.leading() * last(&head.texts) + m.body.leading() / 2;
        for line in lines {
            baseline += m.body.leading();
            let line = self.typesetter.line(line, m.body, self.inner_width());
            self.typesetter
                .draw(self.on, &line, m.body, m.margin, baseline, true);
        }
    }

    /// State at the left, until when at the right, on one line.
    fn state_and_until(
        &mut self,
        word: &str,
        style: Style,
        until: &[String],
        baseline: u32,
        black: bool,
    ) {
        let m = *self.measure;
        let word = self.typesetter.line(word, style, self.inner_width());
        self.typesetter
            .draw(self.on, &word, style, m.margin, baseline, black);
        let room = self.inner_width().saturating_sub(word.width + m.gap());
        let (text, style) = self.wording(until, m.state, room);
        let line = self.typesetter.line(&text, style, room);
        let x = m.panel.width - m.margin - line.width;
        self.typesetter
            .draw(self.on, &line, style, x, baseline, black);
    }

    /// The longest wording that fits; the text shrinks before a wording is given up, but stays readable from afar.
    fn wording(&mut self, wordings: &[String], style: Style, width: u32) -> (String, Style) {
        let least = self.measure.panel.height.div_ceil(STATE_SHARE);
        for text in wordings {
            for size in (least..=style.size as u32).rev() {
                let smaller = Style {
                    size: size as f32,
                    ..style
                };
                if self.typesetter.width(text, smaller) <= width {
                    return (text.clone(), smaller);
                }
            }
        }
        (
            wordings.last().cloned().unwrap_or_default(),
            Style {
                size: least as f32,
                ..style
            },
        )
    }

    fn whole(&self) -> Rect {
        Rect {
            x: 0,
            y: 0,
            width: self.measure.panel.width,
            height: self.measure.panel.height,
        }
    }

    /// Between the margins.
    fn inner_width(&self) -> u32 {
        self.measure
            .panel
            .width
            .saturating_sub(2 * self.measure.margin)
    }
}

/// Until when a free room is free.
fn free_until(until: Option<DateTime>, state: &RoomState) -> Vec<String> {
    until.map_or_else(
        || vec![words::ALL_DAY.to_owned()],
        |until| words::until(until, state.date),
    )
}

/// Index of the last line.
fn last(lines: &[String]) -> u32 {
    u32::try_from(lines.len().saturating_sub(1)).unwrap_or(0)
}
