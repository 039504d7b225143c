//! From a room's state to a picture.

use jiff::civil::{Date, DateTime};

use crate::bitmap::Bitmap;
use crate::fonts::Fonts;
use crate::language::Language;
use crate::measure::Measure;
use crate::panel::{Panel, Rect};
use crate::sign;
use crate::sign::words;
use crate::state::{RoomState, Status};
use crate::text::{Style, Typesetter};
use crate::warning::Warning;

/// Draws signs. Keep one for long: it remembers every letter that it has drawn.
#[derive(Debug)]
pub struct Renderer {
    typesetter: Typesetter,
    language: Option<Language>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    /// A renderer that has drawn nothing yet.
    pub fn new() -> Self {
        Self::with_fonts(Fonts::default())
    }

    /// A renderer that draws with these fonts.
    pub fn with_fonts(fonts: Fonts) -> Self {
        Self {
            typesetter: Typesetter::new(fonts),
            language: None,
        }
    }

    /// From now on texts are in that language, which decides between the Chinese and Japanese forms of characters.
    pub fn speak(&mut self, language: Option<Language>) {
        self.language = language;
    }

    /// What of the last picture looks otherwise than it should.
    pub fn warnings(&self) -> Vec<Warning> {
        self.typesetter.warnings().cloned().collect()
    }

    /// The sign of a room in that state.
    pub fn render(&mut self, state: &RoomState, panel: &Panel) -> Bitmap {
        let measure = Measure::of(panel);
        self.typesetter.begin(self.language);
        let mut picture = Bitmap::for_panel(panel);
        let mut canvas = sign::Canvas {
            on: &mut picture,
            typesetter: &mut self.typesetter,
            measure: &measure,
        };
        match &state.status {
            Status::Busy {
                meeting,
                also,
                until,
            } => canvas.busy(state, meeting, *also, *until),
            Status::Free { until } => canvas.free(state, *until),
            Status::NoInformation => canvas.no_information(state),
        }
        // Whatever was drawn, the mark's place stays free.
        picture.fill(measure.stale_block(), false);
        picture
    }

    /// A notice that is no room's sign: what is it about, and what to do, a line each.
    pub fn notice(&mut self, panel: &Panel, title: &str, lines: &[&str]) -> Bitmap {
        let measure = Measure::of(panel);
        self.typesetter.begin(self.language);
        let mut picture = Bitmap::for_panel(panel);
        sign::Canvas {
            on: &mut picture,
            typesetter: &mut self.typesetter,
            measure: &measure,
        }
        .notice(title, lines);
        picture
    }

    /// The mark "as of …" for a sign that may be out of date: exactly as large as [`stale_block`], to be put there.
    ///
    /// Both times are the room's own; the date is drawn when it is not today's.
    pub fn stale_mark(&mut self, panel: &Panel, since: DateTime, today: Date) -> Bitmap {
        let Rect { width, height, .. } = stale_block(panel);
        let mut mark = Bitmap::new_white(width, height);
        let text = words::as_of(since, today);
        let most = height.saturating_sub(6);
        let size = (8..=most)
            .rev()
            .find(|size| self.typesetter.width(&text, Style::bold(*size as f32)) + 8 <= width);
        let style = Style::bold(size.unwrap_or(8) as f32);
        let line = self.typesetter.line(&text, style, width.saturating_sub(8));
        let x = width.saturating_sub(line.width) / 2;
        self.typesetter.draw(
            &mut mark,
            &line,
            style,
            x,
            (height + style.capital()) / 2,
            true,
        );
        mark.outline(
            Rect {
                x: 0,
                y: 0,
                width,
                height,
            },
            1,
        );
        mark
    }
}

/// The place that every sign keeps free for the stale mark.
pub fn stale_block(panel: &Panel) -> Rect {
    Measure::of(panel).stale_block()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Images;
    use crate::locale::Locale;

    #[test]
    fn whatever_is_kept_may_move_to_the_thread_that_draws() {
        fn moves<T: Send>() {}
        fn is_shared<T: Sync>() {}
        moves::<Renderer>();
        moves::<Images>();
        moves::<Locale>();
        is_shared::<Locale>();
    }
}
