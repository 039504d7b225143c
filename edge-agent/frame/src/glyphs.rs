//! Glyphs as one-bit pictures: hinted for black and white, drawn once, kept.

use std::collections::HashMap;

use parley::FontData;
use resvg::tiny_skia::{FillRule, Mask, Path, PathBuilder, Transform};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, Engine, HintingInstance, HintingOptions, OutlinePen, Target};
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// A glyph's black pixels and where they lie.
#[derive(Debug, Default)]
pub(crate) struct Glyph {
    /// From the pen to the leftmost column.
    left: i32,
    /// From the baseline up to the top row.
    top: i32,
    width: u32,
    /// Row by row, `true` is ink.
    ink: Vec<bool>,
}

impl Glyph {
    /// Every black pixel, relative to the pen on the baseline; y grows downwards.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        let width = self.width.max(1) as usize;
        self.ink
            .iter()
            .enumerate()
            .filter(|(_, ink)| **ink)
            .map(move |(index, _)| {
                // A glyph is far smaller than i32.
                let (column, row) = ((index % width) as i32, (index / width) as i32);
                (self.left + column, row - self.top)
            })
    }
}

/// A font at one size: which file, which face in it, which size (as bits, so that it can be a key).
type FaceKey = (u64, u32, u32);

/// Every glyph drawn so far.
#[derive(Default)]
pub(crate) struct GlyphCache {
    hinters: HashMap<FaceKey, Option<HintingInstance>>,
    glyphs: HashMap<(FaceKey, u32), Glyph>,
}

impl std::fmt::Debug for GlyphCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GlyphCache({} glyphs)", self.glyphs.len())
    }
}

impl GlyphCache {
    /// The picture of a glyph at `size` pixels; empty when the font has no outline for it.
    pub(crate) fn glyph(&mut self, font: &FontData, size: f32, id: u32) -> &Glyph {
        let face = (font.data.id(), font.index, size.to_bits());
        let hinters = &mut self.hinters;
        self.glyphs.entry((face, id)).or_insert_with(|| {
            let Ok(reference) = FontRef::from_index(font.data.as_ref(), font.index) else {
                return Glyph::default();
            };
            let outlines = reference.outline_glyphs();
            let hinter = hinters.entry(face).or_insert_with(|| {
                let options = HintingOptions {
                    engine: Engine::AutoFallback,
                    target: Target::Mono,
                };
                HintingInstance::new(&outlines, Size::new(size), LocationRef::default(), options)
                    .ok()
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
        })
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
    Glyph {
        left,
        top: -top,
        width,
        ink: mask.data().iter().map(|&coverage| coverage > 127).collect(),
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
