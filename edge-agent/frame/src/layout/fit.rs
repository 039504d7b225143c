//! Words made to fit: the first wording that has room, as large as it has room, shortened only when nothing else helps.

use crate::document::item::{Font, Text, Wording};
use crate::layout::canvas::Canvas;
use crate::text::Style;

/// From the top of a line to its baseline, as a share of the font size: a capital and its accent.
const ASCENT: f32 = 0.95;
/// From the baseline to the bottom of a line.
const DESCENT: f32 = 0.27;
/// The same for scripts whose letters reach farther.
const TALL: (f32, f32) = (1.05, 0.42);
/// A last line that is shorter than this share of the width and one word looks forgotten.
const ORPHAN: f32 = 0.35;
/// Shares of the width that are tried to bring a word down to a forgotten one.
const NARROWER: [f32; 5] = [0.92, 0.84, 0.76, 0.68, 0.6];
/// Lines that one text has at most, and lines that its writer may break it into.
const LINES: usize = 60;

/// A text that has been fitted.
#[derive(Clone, Debug)]
pub(crate) struct Fitted {
    pub(crate) lines: Vec<String>,
    pub(crate) style: Style,
    /// From the top to the first baseline.
    pub(crate) first: i32,
    pub(crate) leading: i32,
    /// From the top to the bottom of the last line.
    pub(crate) height: i32,
}

/// How much room a text has.
#[derive(Clone, Copy, Debug)]
struct Room {
    width: i32,
    height: i32,
    lines: usize,
}

impl Fitted {
    /// From the last baseline to the bottom.
    pub(crate) fn below_baseline(&self) -> i32 {
        let more = i32::try_from(self.lines.len().max(1) - 1).unwrap_or(0);
        self.height - self.first - self.leading * more
    }
}

impl Canvas<'_> {
    /// Fits a text into so much room; `None` when it has nothing to say.
    pub(crate) fn fit(&mut self, text: &Text, width: i32, height: i32) -> Option<Fitted> {
        let says: Vec<String> = text
            .says
            .iter()
            .filter_map(|wording: &Wording| self.scene.fill(wording))
            .collect();
        let lines = text.lines.map_or(LINES, |lines| lines as usize);
        self.fit_wordings(
            &says,
            &text.font,
            Room {
                width,
                height,
                lines,
            },
        )
    }

    /// Fits words on one line.
    pub(crate) fn fit_line(&mut self, text: &str, font: &Font, width: i32) -> Option<Fitted> {
        self.fit_wordings(
            &[text.to_owned()],
            font,
            Room {
                width,
                height: i32::MAX,
                lines: 1,
            },
        )
    }

    /// Fits the first of several wordings that has room on one line.
    pub(crate) fn fit_first(
        &mut self,
        wordings: &[String],
        font: &Font,
        width: i32,
    ) -> Option<Fitted> {
        self.fit_wordings(
            wordings,
            font,
            Room {
                width,
                height: i32::MAX,
                lines: 1,
            },
        )
    }

    fn fit_wordings(&mut self, says: &[String], font: &Font, room: Room) -> Option<Fitted> {
        let scale = self.scene.scale;
        let (most, least) = (
            scale.font(font.size),
            scale.font(font.least).min(scale.font(font.size)),
        );
        for text in says {
            if self.fits(text, font, least, room) {
                // Sizes are whole pixels of panels.
                let (mut low, mut high) = (least as u32, most as u32);
                if self.fits(text, font, most, room) {
                    low = high;
                }
                while low < high {
                    let middle = (low + high).div_ceil(2);
                    if self.fits(text, font, middle as f32, room) {
                        low = middle
                    } else {
                        high = middle - 1
                    }
                }
                return Some(self.set(text, font, low as f32, room));
            }
        }
        says.last().map(|text| self.set(text, font, least, room))
    }

    /// Whether the whole text has room at a size, with no word broken.
    fn fits(&mut self, text: &str, font: &Font, size: f32, room: Room) -> bool {
        let (style, allowed) = (
            self.style(font, size),
            self.lines_in(text, font, size, room),
        );
        let width = room.width.max(0).unsigned_abs();
        let mut used = 0;
        for paragraph in text.split('\n').take(LINES) {
            let lines = self
                .typesetter
                .paragraph(paragraph, style, width, allowed + 1);
            used += lines.texts.len().max(1);
            if used > allowed || lines.width > width || lines.is_word_apart {
                return false;
            }
        }
        true
    }

    /// Sets a text at a size, shortened if it has to be.
    fn set(&mut self, text: &str, font: &Font, size: f32, room: Room) -> Fitted {
        let style = self.style(font, size);
        let allowed = self.lines_in(text, font, size, room).max(1);
        let width = room.width.max(0).unsigned_abs();
        let mut lines: Vec<String> = Vec::new();
        for paragraph in text.split('\n').take(LINES) {
            let left = allowed - lines.len().min(allowed);
            if left == 0 {
                break;
            }
            let set = self
                .typesetter
                .paragraph(paragraph, style, width, left)
                .texts;
            let set = self.without_orphan(paragraph, style, width, set);
            if set.is_empty() {
                lines.push(String::new())
            } else {
                lines.extend(set)
            }
        }
        let (ascent, descent) = reach(text);
        let leading = self.leading(font, style);
        let letters = ((ascent + descent) * size).ceil() as i32;
        let pad = ((leading - letters) / 2).max(0);
        let count = i32::try_from(lines.len()).unwrap_or(1).max(1);
        Fitted {
            style,
            leading,
            first: pad + (ascent * size).round() as i32,
            height: 2 * pad + letters + leading * (count - 1),
            lines,
        }
    }

    /// How many lines there is room for.
    fn lines_in(&self, text: &str, font: &Font, size: f32, room: Room) -> usize {
        let leading = self.leading(font, self.style(font, size)).max(1);
        let (ascent, descent) = reach(text);
        let first = ((ascent + descent) * size).ceil() as i32;
        let more = (room.height.saturating_sub(first)) / leading;
        if room.height < first {
            0
        } else {
            room.lines
                .min(usize::try_from(more).unwrap_or(0) + 1)
                .min(LINES)
        }
    }

    /// The style of a font that has not shrunk.
    pub(crate) fn full_style(&self, font: &Font) -> Style {
        self.style(font, self.scene.scale.font(font.size))
    }

    /// Height of one row in a list.
    pub(crate) fn line_height(&self, font: &Font) -> i32 {
        let style = self.full_style(font);
        let letters = ((ASCENT + DESCENT) * style.size).ceil() as i32;
        self.leading(font, style).max(letters).max(1)
    }

    fn style(&self, font: &Font, size: f32) -> Style {
        if font.bold {
            Style::bold(size)
        } else {
            Style::regular(size)
        }
    }

    /// From one baseline to the next; what the layout says is for the size that it says, so it shrinks with it.
    fn leading(&self, font: &Font, style: Style) -> i32 {
        let scale = self.scene.scale;
        font.leading.map_or(style.leading() as i32, |leading| {
            let share = style.size / scale.font(font.size);
            (scale.pixels(leading, scale.panel.h) as f32 * share).round() as i32
        })
    }

    /// Breaks earlier when that keeps a short last word from standing alone.
    fn without_orphan(
        &mut self,
        text: &str,
        style: Style,
        width: u32,
        lines: Vec<String>,
    ) -> Vec<String> {
        let mut lines = lines;
        if !self.is_orphan(&lines, style, width) {
            return lines;
        }
        let count = lines.len();
        for share in NARROWER {
            let narrower = (width as f32 * share) as u32;
            let tried = self.typesetter.paragraph(text, style, narrower, count + 1);
            if tried.texts.len() != count || tried.is_word_apart {
                break;
            }
            if !self.is_orphan(&tried.texts, style, width) {
                lines = tried.texts;
                break;
            }
        }
        lines
    }

    fn is_orphan(&mut self, lines: &[String], style: Style, width: u32) -> bool {
        match lines {
            [_, .., last] => {
                !last.contains(' ')
                    && !last.ends_with('…')
                    && (self.typesetter.width(last, style) as f32) < ORPHAN * width as f32
            }
            _ => false,
        }
    }
}

/// Ascent and descent of a text's scripts.
fn reach(text: &str) -> (f32, f32) {
    /// Hebrew, Arabic, and everything behind them up to the general punctuation.
    const REACHING: std::ops::RangeInclusive<char> = '\u{590}'..='\u{1dff}';
    if text
        .chars()
        .take(LINES * 100)
        .any(|c| REACHING.contains(&c))
    {
        TALL
    } else {
        (ASCENT, DESCENT)
    }
}

#[cfg(test)]
mod tests;
