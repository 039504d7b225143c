//! From a layout and a state to a picture.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};

use crate::bitmap::Bitmap;
use crate::document::Document;
use crate::fonts::Fonts;
use crate::images::Images;
use crate::language::Clock;
use crate::layout::{self, Corner, Tools};
use crate::layouts;
use crate::locale::Locale;
use crate::panel::{Panel, Rect};
use crate::state::{Announcement, SignState};
use crate::text::{Style, Typesetter};
use crate::warning::Warning;

/// Locales that are kept; a site has a handful.
const LOCALES: usize = 64;

/// Draws signs. Keep one for long: it remembers every letter that it has drawn.
#[derive(Debug)]
pub struct Renderer {
    typesetter: Typesetter,
    images: Images,
    locales: HashMap<(String, Clock), Locale>,
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
            images: Images::default(),
            locales: HashMap::new(),
        }
    }

    /// What of the last picture looks otherwise than it should.
    pub fn warnings(&self) -> Vec<Warning> {
        self.typesetter.warnings().cloned().collect()
    }

    /// What a layout shows in that state.
    ///
    /// An announcement, a room that must not be used and a room of which nothing is known are shown by a layout of
    /// ours where `document` does not say how. Whatever is drawn, the block that `document` reserves for the stale
    /// mark stays free, so that the hub can stamp it at one place.
    pub fn draw(&mut self, document: &Document, state: &SignState, panel: &Panel) -> Bitmap {
        let drawn = layouts::instead_of(document, state, panel).unwrap_or(document);
        let tag = document.locale.as_ref().unwrap_or(&state.locale);
        let locale = self.locale(tag, document.clock.unwrap_or(state.clock));
        self.typesetter.begin(Some(locale.language()));
        let Some(sheet) = drawn.sheet(state, panel) else {
            return Bitmap::for_panel(panel);
        };
        let tools = Tools {
            typesetter: &mut self.typesetter,
            images: &mut self.images,
        };
        let mut picture = layout::draw(drawn, sheet, state, panel, &locale, tools);
        // A layout may keep today's date in its own block: the mark, which has its date, then covers it. Ours know of
        // each other's blocks.
        let knows_the_block = std::ptr::eq(drawn, document) || layouts::is_shipped(document);
        if document.reserves_stale_block() && !knows_the_block {
            let block = document.stale_block(panel, Corner::default(), &state.locale);
            picture.fill(block, false);
        }
        picture
    }

    /// A notice that is no room's sign: what is it about, and what to do, a line each.
    pub fn notice(&mut self, panel: &Panel, title: &str, lines: &[&str]) -> Bitmap {
        let state = SignState {
            announcement: Some(Announcement {
                title: title.to_owned(),
                text: lines.join("\n"),
                until: None,
            }),
            ..SignState::default()
        };
        let document = layouts::named("announcement").expect("there is a layout for announcements");
        self.draw(document, &state, panel)
    }

    /// The mark "as of …" for a sign that may be out of date: exactly as large as `block`, to be put there.
    ///
    /// Both times are the room's own; the date is drawn when it is not today's. `locale` is a tag, as in
    /// [`SignState::locale`].
    pub fn stale_mark(
        &mut self,
        block: Rect,
        since: DateTime,
        today: Date,
        locale: &str,
    ) -> Bitmap {
        let Rect { width, height, .. } = block;
        let locale = self.locale(locale, Clock::default());
        self.typesetter.begin(Some(locale.language()));
        let mut mark = Bitmap::new_white(width, height);
        let text = locale.as_of(since, today);
        let most = height.saturating_sub(6);
        let size = (8..=most)
            .rev()
            .find(|size| self.typesetter.width(&text, Style::bold(*size as f32)) + 8 <= width);
        let style = Style::bold(size.unwrap_or(8) as f32);
        let line = self.typesetter.line(&text, style, width.saturating_sub(8));
        let x = width.saturating_sub(line.width) / 2;
        let baseline = (height + style.capital()) / 2;
        self.typesetter
            .draw(&mut mark, &line, style, x, baseline, true);
        mark.outline(
            Rect {
                x: 0,
                y: 0,
                ..block
            },
            1,
        );
        mark
    }

    /// The locale of a tag; English for one in which no sign can be written.
    fn locale(&mut self, tag: &str, clock: Clock) -> Locale {
        if self.locales.len() > LOCALES {
            self.locales.clear();
        }
        let parse = || Locale::parse(tag).unwrap_or_default().with_clock(clock);
        let kept = self.locales.entry((tag.to_owned(), clock));
        kept.or_insert_with(parse).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
