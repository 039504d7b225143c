//! A layout as written, and as it will be drawn.
//!
//! The format is SyncSign's: a list of items in pixels, for when a room is busy and when it is free. Ours adds a few
//! items and fields; `layouts/placard-layout.schema.json` describes everything. A document keeps what was written in
//! today's spelling, unknown fields included, beside what the renderer understands of it.

mod advice;
pub(crate) mod condition;
pub(crate) mod field;
pub(crate) mod fields;
pub(crate) mod item;
pub(crate) mod length;
mod read;
pub(crate) mod warning;

use serde_json::Value;

use self::fields::Fields;
use self::item::{Item, Kind, Sheet};
use self::length::Block;
use self::warning::{LayoutWarning, Path, Warnings};
use crate::import::{self, DocumentError};
use crate::language::Clock;

/// The canvas of older 7.5 inch displays, whose layouts are still around.
const LEGACY_CANVAS: (u32, u32) = (880, 528);

/// More sheets than this are not read.
const SHEETS: usize = 100;

/// A layout.
#[derive(Clone, Debug)]
pub struct Document {
    written: Value,
    pub(crate) sheets: Vec<Sheet>,
    /// The size that it was drawn for; none is any panel's, pixel for pixel.
    pub(crate) canvas: Option<(u32, u32)>,
    /// Where the stale mark goes.
    pub(crate) stale: Option<Block>,
    /// Whether languages that run from the right turn it over.
    pub(crate) mirror: bool,
    pub(crate) locale: Option<String>,
    pub(crate) clock: Option<Clock>,
}

impl Document {
    /// Reads a layout in any of the shapes and dialects that are around, with what is ignored in it.
    ///
    /// # Errors
    ///
    /// Fails when the text is longer than four megabytes, no JSON, or has no layout in it. Whatever can be drawn is.
    pub fn parse(text: &str) -> Result<(Self, Vec<LayoutWarning>), DocumentError> {
        let mut warnings = Warnings::default();
        let written = import::read(text, &mut warnings)?;
        let document = Self::read(written, &mut warnings);
        Ok((document, warnings.finish()))
    }

    /// The layout in today's spelling. Reading it again gives the same document, and the same text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.written).expect("JSON that was read can be written")
    }

    /// What the layout calls itself, if it does.
    pub fn name(&self) -> Option<&str> {
        let record = match &self.written {
            Value::Array(list) => list.first()?,
            one => one,
        };
        record.get("name")?.as_str()
    }

    /// The pictures that the layout calls by name or by address, each once; put them into
    /// [`SignState::pictures`](crate::SignState::pictures).
    pub fn pictures(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for sheet in &self.sheets {
            collect_pictures(&sheet.items, &mut names);
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn read(written: Value, warnings: &mut Warnings) -> Self {
        let mut sheets = Vec::new();
        let mut statuses = Vec::new();
        import::each_sheet(&written, &Path::Root, &mut |map, path| {
            if sheets.len() < SHEETS {
                sheets.push(read::sheet(map, path, warnings));
                advice::sheet(map, path, warnings);
                let is_ours = map.contains_key("when");
                statuses.push(
                    map.get("status")
                        .and_then(Value::as_str)
                        .filter(|_| !is_ours),
                );
            } else if sheets.len() == SHEETS {
                warnings.add(
                    path,
                    format!(
                        "this and what follows is not read: a layout has at most {SHEETS} sheets"
                    ),
                );
            }
        });
        advice::template(statuses.into_iter(), warnings);
        let mut document = Self {
            written: Value::Null,
            sheets,
            canvas: None,
            stale: None,
            mirror: false,
            locale: None,
            clock: None,
        };
        if let Value::Object(map) = &written {
            let mut fields = Fields::new(map, &Path::Root);
            document.read_top(&mut fields, warnings);
        }
        if document.canvas.is_none() && document.reaches_beyond_today() {
            warnings.add(
                &Path::Root,
                "is drawn for 880×528 pixels; it is scaled to the panel",
            );
            document.canvas = Some(LEGACY_CANVAS);
        }
        advice::places(&written, document.canvas, warnings);
        document.written = written;
        document
    }

    /// What stands beside the sheets. Fields of exported records are theirs; they are kept and not commented on.
    fn read_top(&mut self, fields: &mut Fields<'_>, warnings: &mut Warnings) {
        if let Some(map) = fields.object("canvas", warnings) {
            let path = Path::Root.key("canvas");
            let mut canvas = Fields::new(map, &path);
            let edge = 16..=10_000;
            self.canvas = canvas
                .whole("w", edge.clone(), warnings)
                .zip(canvas.whole("h", edge, warnings));
            canvas.finish(warnings);
        }
        if let Some(map) = fields.object("stale", warnings) {
            let path = Path::Root.key("stale");
            let mut stale = Fields::new(map, &path);
            self.stale = stale.block(warnings);
            stale.finish(warnings);
        }
        self.mirror = fields.bool("mirror", warnings).unwrap_or(false);
        self.locale = fields.text("locale", warnings);
        let clocks = [
            ("LANGUAGE", Clock::Language),
            ("24H", Clock::Hours24),
            ("12H", Clock::Hours12),
        ];
        self.clock = fields.word("clock", &clocks, warnings);
    }

    /// Whether something lies farther out than any panel of today reaches, but not farther than the old one did.
    fn reaches_beyond_today(&self) -> bool {
        let mut far = (0.0_f32, 0.0_f32);
        for item in self.sheets.iter().flat_map(|sheet| &sheet.items) {
            let end = |from: length::Length, long: Option<length::Length>| {
                from.on(0, 1.0) + long.map_or(0.0, |long| long.on(0, 1.0))
            };
            far.0 = far.0.max(end(item.block.x, item.block.w));
            far.1 = far.1.max(end(item.block.y, item.block.h));
        }
        let old = (LEGACY_CANVAS.0 as f32, LEGACY_CANVAS.1 as f32);
        (far.0 > 800.0 || far.1 > 480.0) && far.0 <= old.0 && far.1 <= old.1
    }
}

fn collect_pictures<'a>(items: &'a [Item], names: &mut Vec<&'a str>) {
    for item in items {
        match &item.kind {
            Kind::Image { name, .. } => names.push(name),
            Kind::Stack(stack) => collect_pictures(&stack.items, names),
            _ => {}
        }
    }
}
