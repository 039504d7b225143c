//! Glyphs as one-bit pictures: hinted for black and white, drawn once, kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use parley::FontData;
use resvg::tiny_skia::{FillRule, Mask, Path, PathBuilder, Transform};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, Engine, HintingInstance, HintingOptions, OutlinePen, Target};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::bitmap::Bitmap;
use crate::bits;
use crate::palette::Ink;

/// A glyph's pixels and where they lie.
#[derive(Debug, Default)]
struct Glyph {
    /// From the pen to the leftmost column.
    left: i32,
    /// From the baseline up to the top row.
    top: i32,
    /// Bytes of a row.
    stride: usize,
    /// Rows of bits, each from a byte on.
    rows: Vec<u8>,
}

/// What of the picture a glyph may touch; all of it may lie outside the picture.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    pub(crate) columns: Range<i32>,
    pub(crate) rows: Range<i32>,
}

/// A font at one size: which file, which face in it, which size (as bits, so that it can be a key).
type FaceKey = (u64, u32, u32);

/// Every glyph drawn so far, each with a number.
#[derive(Default)]
pub(crate) struct GlyphCache {
    hinters: HashMap<FaceKey, Option<HintingInstance>>,
    numbers: HashMap<(FaceKey, u32), usize>,
    glyphs: Vec<Glyph>,
}

impl std::fmt::Debug for GlyphCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GlyphCache({} glyphs)", self.glyphs.len())
    }
}

impl GlyphCache {
    /// How many glyphs are kept.
    pub(crate) fn len(&self) -> usize {
        self.glyphs.len()
    }

    /// The number of a glyph at `size` pixels; it has no pixels when the font has no outline for it.
    pub(crate) fn number(&mut self, font: &FontData, size: f32, id: u32) -> usize {
        let face = (font.data.id(), font.index, size.to_bits());
        if let Some(number) = self.numbers.get(&(face, id)) {
            return *number;
        }
        let number = self.glyphs.len();
        let glyph = self.render(font, face, size, id);
        self.glyphs.push(glyph);
        self.numbers.insert((face, id), number);
        number
    }

    /// Draws a glyph with its pen at `x` on the baseline `y`.
    pub(crate) fn draw(
        &self,
        on: &mut Bitmap,
        number: usize,
        x: i32,
        y: i32,
        clip: &Clip,
        ink: Ink,
    ) {
        let Some(glyph) = self.glyphs.get(number).filter(|glyph| glyph.stride > 0) else {
            return;
        };
        let left = x.saturating_add(glyph.left);
        let (first, end) = (clip.columns.start.max(0), clip.columns.end);
        let (before, within) = (
            i64::from(first) - i64::from(left),
            i64::from(end) - i64::from(left),
        );
        if within <= 0 || before >= glyph.stride as i64 * 8 {
            return;
        }
        let top = y.saturating_sub(glyph.top);
        for (row, mask) in (top..).zip(glyph.rows.chunks(glyph.stride)) {
            let Ok(row_on) = u32::try_from(row) else {
                continue;
            };
            if !clip.rows.contains(&row) {
                continue;
            }
            let mut mask = Cow::Borrowed(mask);
            if within < glyph.stride as i64 * 8 {
                let bits = mask.len() as u32 * 8;
                bits::fill(mask.to_mut(), within as u32, bits, false);
            }
            // Only the first letters of a line reach over its beginning.
            if before > 0 {
                mask = Cow::Owned(bits::shifted_left(&mask, before as u32));
            }
            on.stamp(&mask, left.max(first).unsigned_abs(), row_on, ink);
        }
    }

    fn render(&mut self, font: &FontData, face: FaceKey, size: f32, id: u32) -> Glyph {
        let Ok(reference) = FontRef::from_index(font.data.as_ref(), font.index) else {
            return Glyph::default();
        };
        let outlines = reference.outline_glyphs();
        let hinter = self.hinters.entry(face).or_insert_with(|| {
            let options = HintingOptions {
                engine: Engine::AutoFallback,
                target: Target::Mono,
            };
            HintingInstance::new(&outlines, Size::new(size), LocationRef::default(), options).ok()
        });
        let settings = match hinter {
            Some(hinter) => DrawSettings::hinted(hinter, false),
            None => DrawSettings::unhinted(Size::new(size), LocationRef::default()),
        };
        let mut pen = Pen(PathBuilder::new());
        let drawn = outlines
            .get(GlyphId::new(id))
            .is_some_and(|outline| outline.draw(settings, &mut pen).is_ok());
        if drawn {
            pen.0.finish().map(|path| fill(&path)).unwrap_or_default()
        } else {
            Glyph::default()
        }
    }
}

/// Fills an outline in whole pixels, without grey.
fn fill(path: &Path) -> Glyph {
    let bounds = path.bounds();
    // Outlines are a few hundred pixels at most; the casts only drop fractions that floor and ceil removed.
    let (left, top) = (bounds.left().floor() as i32, bounds.top().floor() as i32);
    let width = (bounds.right().ceil() as i32 - left).max(1).unsigned_abs();
    let height = (bounds.bottom().ceil() as i32 - top).max(1).unsigned_abs();
    let Some(mut mask) = Mask::new(width, height) else {
        return Glyph::default();
    };
    mask.fill_path(
        path,
        FillRule::Winding,
        false,
        Transform::from_translate(-left as f32, -top as f32),
    );
    let pack = |coverage: &[u8]| {
        let bits = (0..).zip(coverage).filter(|(_, coverage)| **coverage > 127);
        bits.fold(0, |byte, (x, _)| byte | bits::bit(x))
    };
    let rows = mask.data().chunks(width as usize);
    Glyph {
        left,
        top: -top,
        stride: bits::bytes(width),
        rows: rows.flat_map(|row| row.chunks(8).map(pack)).collect(),
    }
}

/// Takes an outline as fonts draw it, y upwards, and turns it over.
struct Pen(PathBuilder);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to(cx, -cy, x, -y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.0.cubic_to(cx0, -cy0, cx1, -cy1, x, -y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
