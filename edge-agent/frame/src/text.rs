//! Text: shaped, wrapped, shortened, and drawn in whole pixels.

use std::sync::{Arc, LazyLock};

use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::style::{FontFamily, FontWeight, OverflowWrap};
use parley::{
    Alignment, AlignmentOptions, FontContext, Layout, LayoutContext, PositionedLayoutItem,
    StyleProperty,
};

use crate::bitmap::Bitmap;
use crate::glyphs::GlyphCache;
use crate::palette::Ink;

/// The fonts, compiled in: the same pixels on every machine.
const FONTS: [&[u8]; 6] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Bold.ttf"),
];

/// Where a glyph is looked for, in this order.
const FAMILIES: &str = "'Noto Sans', 'Noto Sans Arabic', 'Noto Sans Hebrew'";

/// Height of a capital letter of Noto Sans, as a share of the font size (its OS/2 table: 714 of 1000).
pub(crate) const CAPITAL: f32 = 0.714;

/// What stands for words that were left out.
const ELLIPSIS: &str = "…";

/// More of a text than this is never shown; it bounds the work on a title of a megabyte.
const LONGEST: usize = 400;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    /// Font size in pixels.
    pub(crate) size: f32,
    /// Bold or regular.
    pub(crate) bold: bool,
}

impl Style {
    pub(crate) fn bold(size: f32) -> Self {
        Self {
            size: size.round(),
            bold: true,
        }
    }

    pub(crate) fn regular(size: f32) -> Self {
        Self {
            size: size.round(),
            bold: false,
        }
    }

    /// From one baseline to the next, in pixels.
    pub(crate) fn leading(self) -> u32 {
        whole(self.size * if self.size < 24.0 { 1.3 } else { 1.18 })
    }

    /// Height of a capital, in pixels.
    pub(crate) fn capital(self) -> u32 {
        whole(self.size * CAPITAL)
    }

    /// Large bold words look even when they stand closer together.
    fn tracking(self) -> f32 {
        if self.bold && self.size >= 32.0 {
            -self.size * 0.02
        } else {
            0.0
        }
    }
}

/// Text that has been laid out, ready to be drawn: lines from top to bottom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// What each line says, shortened where it had to be.
    pub(crate) texts: Vec<String>,
    /// Width of the longest line, in pixels.
    pub(crate) width: u32,
}

/// Fonts, and everything drawn so far.
pub(crate) struct Typesetter {
    fonts: FontContext,
    scratch: LayoutContext<()>,
    glyphs: GlyphCache,
}

impl std::fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typesetter")
            .field("glyphs", &self.glyphs)
            .finish_non_exhaustive()
    }
}

impl Typesetter {
    pub(crate) fn new() -> Self {
        Self {
            fonts: COLLECTION.clone(),
            scratch: LayoutContext::new(),
            glyphs: GlyphCache::default(),
        }
    }

    /// Width of the text on one line, in pixels.
    pub(crate) fn width(&mut self, text: &str, style: Style) -> u32 {
        whole(self.lay_out(text, style, None).width().ceil())
    }

    /// The text on one line of at most `width` pixels, shortened at a word where it can be.
    pub(crate) fn line(&mut self, text: &str, style: Style, width: u32) -> Lines {
        self.paragraph(text, style, width, 1)
    }

    /// The text on at most `most` lines of at most `width` pixels; what does not fit ends in an ellipsis.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style, width: u32, most: usize) -> Lines {
        let text: String = one_line(text);
        // Nothing is laid out as a line that lies behind the text.
        if text.is_empty() {
            return Lines::default();
        }
        let layout = self.lay_out(&text, style, Some(width as f32));
        let ranges: Vec<_> = layout.lines().map(|line| line.text_range()).collect();
        let mut texts: Vec<String> = ranges
            .iter()
            .take(most)
            .map(|r| text[r.clone()].trim().to_owned())
            .collect();
        if ranges.len() > most
            && let (Some(last), Some(range)) = (texts.last_mut(), ranges.get(most - 1))
        {
            *last = self.shorten(&text[range.start..], style, width);
        }
        let width = texts
            .iter()
            .map(|text| self.width(text, style))
            .max()
            .unwrap_or(0);
        Lines { texts, width }
    }

    /// Draws lines below each other; `baseline` is the first line's.
    pub(crate) fn draw(
        &mut self,
        on: &mut Bitmap,
        lines: &Lines,
        style: Style,
        x: u32,
        baseline: u32,
        ink: impl Into<Ink>,
    ) {
        let ink = ink.into();
        for (index, text) in lines.texts.iter().enumerate() {
            let down = style.leading() * u32::try_from(index).unwrap_or(0);
            self.draw_line(on, text, style, x, baseline + down, ink);
        }
    }

    fn draw_line(
        &mut self,
        on: &mut Bitmap,
        text: &str,
        style: Style,
        x: u32,
        baseline: u32,
        ink: Ink,
    ) {
        let layout = self.lay_out(text, style, None);
        let Some(line) = layout.lines().next() else {
            return;
        };
        // Pictures are far smaller than i32.
        let (x, baseline) = (x as i32, baseline as i32);
        // Accents may be stacked without end; none leaves its line.
        let rows = baseline - (style.size * 1.1).ceil() as i32
            ..=baseline + (style.size * 0.3).ceil() as i32;
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(run) = item else {
                continue;
            };
            let (font, size, own) = (run.run().font(), run.run().font_size(), run.baseline());
            for placed in run.positioned_glyphs() {
                let pen = (
                    x + placed.x.round() as i32,
                    baseline + (placed.y - own).round() as i32,
                );
                for (dx, dy) in self.glyphs.glyph(font, size, placed.id).pixels() {
                    let (px, py) = (pen.0 + dx, pen.1 + dy);
                    if px >= x
                        && rows.contains(&py)
                        && let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py))
                    {
                        on.set(px, py, ink);
                    }
                }
            }
        }
    }

    /// As much of the text as fits before an ellipsis: whole words if at least one fits, else characters.
    fn shorten(&mut self, text: &str, style: Style, width: u32) -> String {
        let ends = |at: &dyn Fn(&str) -> Vec<usize>| at(text);
        let words = ends(&|t| {
            t.match_indices(' ')
                .map(|(at, _)| at)
                .chain([t.len()])
                .collect()
        });
        let characters = ends(&|t| t.char_indices().map(|(at, c)| at + c.len_utf8()).collect());
        for places in [words, characters] {
            let fits =
                |this: &mut Self, end: usize| this.width(&ended(&text[..end]), style) <= width;
            // Longer never fits better, so the longest that fits can be searched for by halves.
            let count = {
                let (mut low, mut high) = (0, places.len());
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if fits(self, places[middle]) {
                        low = middle + 1
                    } else {
                        high = middle
                    }
                }
                low
            };
            if let Some(end) = count.checked_sub(1).map(|index| places[index]) {
                return ended(&text[..end]);
            }
        }
        String::new()
    }

    fn lay_out(&mut self, text: &str, style: Style, width: Option<f32>) -> Layout<()> {
        let mut builder = self
            .scratch
            .ranged_builder(&mut self.fonts, text, 1.0, true);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Source(
            FAMILIES.into(),
        )));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::FontWeight(if style.bold {
            FontWeight::BOLD
        } else {
            FontWeight::NORMAL
        }));
        builder.push_default(StyleProperty::LetterSpacing(style.tracking()));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        let mut layout = builder.build(text);
        layout.break_all_lines(width);
        layout.align(Alignment::Start, AlignmentOptions::default());
        layout
    }
}

/// What fits of `text`, without hanging punctuation, and the ellipsis.
fn ended(text: &str) -> String {
    let kept = text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '(' | '.')
    });
    format!("{kept}{ELLIPSIS}")
}

/// Line breaks, tabs and control characters become spaces; more than fits any panel is cut off.
fn one_line(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
                ' '
            } else {
                c
            }
        })
        .take(LONGEST)
        .collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A non-negative length in whole pixels.
fn whole(length: f32) -> u32 {
    length.round().max(0.0) as u32
}

/// The font files are read once; every typesetter begins with a copy of what was found.
static COLLECTION: LazyLock<FontContext> = LazyLock::new(|| {
    let mut collection = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: false,
    });
    for font in FONTS {
        collection.register_fonts(Blob::new(Arc::new(font)), None);
    }
    FontContext {
        collection,
        source_cache: SourceCache::default(),
    }
});
