//! Text: shaped, wrapped, shortened, and drawn in whole pixels.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parley::layout::Line;
use parley::style::{FontFamily, FontWeight, OverflowWrap};
use parley::{
    Alignment, AlignmentOptions, Layout, LayoutContext, PositionedLayoutItem, StyleProperty,
};

use crate::bitmap::Bitmap;
use crate::fonts::Fonts;
use crate::glyphs::{Clip, GlyphCache};
use crate::hyphens;
use crate::language::Language;
use crate::palette::Ink;
use crate::panel::Rect;
use crate::style::whole;
use crate::warning::Warning;

pub(crate) use crate::style::Style;

/// What stands for words that were left out.
const ELLIPSIS: &str = "…";

/// How many places are tried from the end before the search by halves.
const NEAR: usize = 4;

/// More of a text than this is never shown; it bounds the work on a title of a megabyte.
const LONGEST: usize = 400;

/// Text that has been laid out, ready to be drawn: lines from top to bottom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// What each line says, shortened where it had to be.
    pub(crate) texts: Vec<String>,
    /// Width of the longest line, in pixels.
    pub(crate) width: u32,
    /// Whether a word is spread over two of the lines, because it is wider than one.
    pub(crate) is_word_apart: bool,
}

/// A line of text in glyphs.
#[derive(Debug, Default)]
struct Shaped {
    /// Pixels across, without spaces behind the last word.
    width: u32,
    /// Number of each glyph, and where its pen is: right of the line's beginning, below its baseline.
    glyphs: Vec<(usize, i32, i32)>,
    warnings: Vec<Warning>,
}

/// What lines have in common that are set alike: size as bits, weight, language.
type Setting = (u32, bool, Option<Language>);

/// A paragraph's setting, width and number of lines.
type Paragraph = (Setting, u32, usize);

/// Lines, paragraphs and glyphs that are kept: a company's rooms say the same things again and again.
const KEPT_LINES: usize = 4_000;
const KEPT_GLYPHS: usize = 20_000;

/// Fonts, and everything set so far.
pub(crate) struct Typesetter {
    fonts: Fonts,
    language: Option<Language>,
    /// Where glyphs are looked for, by the language.
    families: String,
    scratch: LayoutContext<()>,
    glyphs: GlyphCache,
    lines: HashMap<Setting, HashMap<Box<str>, Arc<Shaped>>>,
    paragraphs: HashMap<Paragraph, HashMap<Box<str>, Lines>>,
    kept: usize,
    warnings: BTreeSet<Warning>,
}

impl std::fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typesetter")
            .field("glyphs", &self.glyphs)
            .finish_non_exhaustive()
    }
}

impl Typesetter {
    pub(crate) fn new(fonts: Fonts) -> Self {
        let families = fonts.families(None);
        Self {
            fonts,
            language: None,
            families,
            scratch: LayoutContext::new(),
            glyphs: GlyphCache::default(),
            lines: HashMap::new(),
            paragraphs: HashMap::new(),
            kept: 0,
            warnings: BTreeSet::new(),
        }
    }

    /// Begins a picture whose texts are in that language: it decides between the forms of Chinese and Japanese
    /// characters. Warnings of the picture before are forgotten; so is what was set before, once it is much.
    pub(crate) fn begin(&mut self, language: Option<Language>) {
        self.warnings.clear();
        if self.language != language {
            self.language = language;
            self.families = self.fonts.families(language);
        }
        // Lines know their glyphs by number, so they go first.
        let too_many_glyphs = self.glyphs.len() > KEPT_GLYPHS;
        if self.kept > KEPT_LINES || too_many_glyphs {
            self.lines.clear();
            self.paragraphs.clear();
            self.kept = 0;
        }
        if too_many_glyphs {
            self.glyphs = GlyphCache::default();
        }
    }

    /// What was drawn since [`Typesetter::begin`] otherwise than it should look.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter()
    }

    /// Width of the text on one line, in pixels.
    pub(crate) fn width(&mut self, text: &str, style: Style) -> u32 {
        self.shape(text, style).width
    }

    /// The text on one line of at most `width` pixels, shortened at a word where it can be.
    pub(crate) fn line(&mut self, text: &str, style: Style, width: u32) -> Lines {
        self.paragraph(text, style, width, 1)
    }

    /// The text on at most `most` lines of at most `width` pixels; what does not fit ends in an ellipsis.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style, width: u32, most: usize) -> Lines {
        let key = (self.setting(style), width, most);
        let known = self.paragraphs.get(&key).and_then(|set| set.get(text));
        if let Some(known) = known {
            return known.clone();
        }
        let text_on_one_line = one_line(text);
        let mut lines = self.set_paragraph(&text_on_one_line, style, width, most);
        if lines.is_word_apart {
            let fits = |part: &str| self.width(part, style) <= width;
            if let Some(divided) = hyphens::divide(&text_on_one_line, fits) {
                lines = self.set_paragraph(&divided, style, width, most);
                lines.is_word_apart = true;
            }
        }
        self.kept += 1;
        let set = self.paragraphs.entry(key).or_default();
        set.insert(text.into(), lines.clone());
        lines
    }

    fn set_paragraph(&mut self, text: &str, style: Style, width: u32, most: usize) -> Lines {
        // Nothing is laid out as a line that lies behind the text.
        if text.is_empty() {
            return Lines::default();
        }
        let layout = self.lay_out(text, style, Some(width as f32));
        let is_whole = layout.len() <= most;
        let mut texts = Vec::new();
        let (mut widest, mut is_word_apart) = (0, false);
        for (index, line) in layout.lines().take(most).enumerate() {
            let range = line.text_range();
            is_word_apart |= hyphens::takes_apart(text, range.end);
            let own = text[range.clone()].trim();
            let own = if index + 1 == most && !is_whole {
                self.shorten(&text[range.start..], range.len(), style, width)
            } else {
                // What the paragraph has shaped need not be shaped again; lines that run from right to left stand
                // elsewhere in a paragraph.
                if !layout.is_rtl() && line.metrics().offset == 0.0 {
                    self.keep(own, style, |this| this.take(&line, text));
                }
                own.to_owned()
            };
            widest = widest.max(self.width(&own, style));
            texts.push(own);
        }
        Lines {
            texts,
            width: widest,
            is_word_apart,
        }
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
        // Pictures are far smaller than i32.
        let (x, baseline) = (x as i32, baseline as i32);
        let clip = Rect {
            x: x.unsigned_abs(),
            y: 0,
            width: on.width(),
            height: on.height(),
        };
        self.draw_in(on, lines, style, (x, baseline), ink.into(), clip);
    }

    /// Draws lines below each other from `at` on, where the first line begins on its baseline; nothing outside `clip`.
    pub(crate) fn draw_in(
        &mut self,
        on: &mut Bitmap,
        lines: &Lines,
        style: Style,
        at: (i32, i32),
        ink: Ink,
        clip: Rect,
    ) {
        for (index, text) in lines.texts.iter().enumerate() {
            let down = style.leading() * u32::try_from(index).unwrap_or(0);
            let line = self.shape(text, style);
            let (x, baseline) = (at.0, at.1.saturating_add_unsigned(down));
            // Accents may be stacked without end; none leaves its line.
            let highest = baseline.saturating_sub((style.size * 1.1).ceil() as i32);
            let lowest = baseline.saturating_add((style.size * 0.3).ceil() as i32 + 1);
            let clip = Clip {
                columns: edge(clip.x)..edge(clip.right()),
                rows: highest.max(edge(clip.y))..lowest.min(edge(clip.bottom())),
            };
            for (number, right, below) in &line.glyphs {
                let pen = (x.saturating_add(*right), baseline.saturating_add(*below));
                self.glyphs.draw(on, *number, pen.0, pen.1, &clip, ink);
            }
            self.warnings.extend(line.warnings.iter().cloned());
        }
    }

    /// As much of the text as fits before an ellipsis: whole words if at least one fits, else characters.
    ///
    /// Without the ellipsis `most` bytes of it fit.
    fn shorten(&mut self, text: &str, most: usize, style: Style, width: u32) -> String {
        let words = text.match_indices(' ').map(|(at, _)| at);
        let words: Vec<_> = words.take_while(|at| *at <= most).collect();
        let characters = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let characters: Vec<_> = characters.take_while(|at| *at <= most).collect();
        for places in [words, characters] {
            if let Some(fitting) = self.longest(text, &places, style, width) {
                return fitting;
            }
        }
        String::new()
    }

    /// The longest beginning of the text that ends at one of the places and fits with its ellipsis.
    fn longest(
        &mut self,
        text: &str,
        places: &[usize],
        style: Style,
        width: u32,
    ) -> Option<String> {
        let mut fits = |end: usize| {
            let beginning = ended(&text[..end]);
            (self.width(&beginning, style) <= width).then_some(beginning)
        };
        // The ellipsis mostly takes the place of one word or of few letters.
        let (rest, last) = places.split_at(places.len().saturating_sub(NEAR));
        if let Some(found) = last.iter().rev().find_map(|end| fits(*end)) {
            return Some(found);
        }
        // Longer never fits better, so the longest that fits can be searched for by halves.
        let count = rest.partition_point(|end| fits(*end).is_some());
        fits(*rest.get(count.checked_sub(1)?)?)
    }

    /// The text as one line of glyphs.
    fn shape(&mut self, text: &str, style: Style) -> Arc<Shaped> {
        self.keep(text, style, |this| {
            let layout = this.lay_out(text, style, None);
            let line = layout.lines().next();
            line.map(|line| this.take(&line, text)).unwrap_or_default()
        })
    }

    /// What is kept for the text, or what `shape` makes of it.
    fn keep(
        &mut self,
        text: &str,
        style: Style,
        shape: impl FnOnce(&mut Self) -> Shaped,
    ) -> Arc<Shaped> {
        let setting = self.setting(style);
        let known = self.lines.get(&setting).and_then(|set| set.get(text));
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let shaped = Arc::new(shape(self));
        self.kept += 1;
        let set = self.lines.entry(setting).or_default();
        set.insert(text.into(), Arc::clone(&shaped));
        shaped
    }

    /// The glyphs of a line of `text`.
    fn take(&mut self, line: &Line<'_, ()>, text: &str) -> Shaped {
        let metrics = line.metrics();
        let mut shaped = Shaped {
            width: whole((metrics.advance - metrics.hanging_advance).ceil()),
            ..Shaped::default()
        };
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(run) = item else {
                continue;
            };
            let (font, size, own) = (run.run().font(), run.run().font_size(), run.baseline());
            for placed in run.positioned_glyphs() {
                let number = self.glyphs.number(font, size, placed.id);
                let right = placed.x.round() as i32;
                let below = (placed.y - own).round() as i32;
                shaped.glyphs.push((number, right, below));
            }
        }
        for run in line.runs() {
            let is_own = self.fonts.is_own(run.font().data.id());
            for cluster in run.clusters() {
                let is_missing = cluster.glyphs().any(|glyph| glyph.id == 0);
                let letters = || text[cluster.text_range()].to_owned();
                if is_missing {
                    shaped.warnings.push(Warning::MissingGlyph(letters()));
                } else if is_own && cluster.glyphs().next().is_some() {
                    shaped.warnings.push(Warning::OwnFont(letters()));
                }
            }
        }
        shaped
    }

    fn setting(&self, style: Style) -> Setting {
        (style.size.to_bits(), style.bold, self.language)
    }

    fn lay_out(&mut self, text: &str, style: Style, width: Option<f32>) -> Layout<()> {
        let fonts = self.fonts.context();
        let mut builder = self.scratch.ranged_builder(fonts, text, 1.0, true);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Source(
            self.families.as_str().into(),
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

/// An edge of a rectangle, which may lie far outside of any picture.
fn edge(at: u32) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}
