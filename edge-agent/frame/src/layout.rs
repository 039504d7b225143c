//! The engine: a document, a state and a panel make a picture.
//!
//! Every item is drawn into its block and nothing outside it. The work for one picture is bounded, whatever the layout.

mod area;
mod budget;
mod canvas;
mod code;
mod day_bar;
mod directory;
mod draw;
mod events;
mod fit;
mod image;
mod say;
mod scene;
mod stack;
mod text;

use self::area::Scale;
use self::budget::Budget;
use self::canvas::Canvas;
use self::scene::{Scene, is};
use crate::bitmap::Bitmap;
use crate::document::Document;
use crate::document::condition::Fact;
use crate::document::item::Sheet;
use crate::images::Images;
use crate::language::Direction;
use crate::locale::Locale;
use crate::panel::{Panel, Rect};
use crate::state::SignState;
use crate::text::Typesetter;

/// Height of the stale mark's block on layouts that reserve none, as a share of the panel's height, and its bounds.
const MARK_SHARE: u32 = 18;
const MARK_HEIGHT: std::ops::RangeInclusive<u32> = 16..=40;
/// Its width, in heights.
const MARK_WIDTH: u32 = 6;

/// A corner of the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Corner {
    /// Upper left.
    TopLeft,
    /// Upper right.
    TopRight,
    /// Lower left.
    BottomLeft,
    /// Lower right.
    #[default]
    BottomRight,
}

impl Document {
    /// Where the hub stamps the stale mark: the block that the layout reserves, else one in the corner. A language that
    /// is written from the right has it on the other side where the layout is turned over for it.
    pub fn stale_block(&self, panel: &Panel, corner: Corner, locale: &str) -> Rect {
        let scale = self.scale(panel, locale);
        let reserved = self
            .stale
            .as_ref()
            .map(|block| scale.place(block, scale.panel));
        reserved
            .and_then(|area| area.on(panel.width, panel.height))
            .unwrap_or_else(|| in_corner(panel, corner))
    }

    /// Whether the layout reserves a block for the stale mark.
    pub fn reserves_stale_block(&self) -> bool {
        self.stale.is_some()
    }

    /// The sheet for a state, the first that fits.
    pub(crate) fn sheet(&self, state: &SignState, panel: &Panel) -> Option<&Sheet> {
        let fits = |sheet: &&Sheet| {
            sheet
                .when
                .iter()
                .all(|one| one.holds(|fact| is(fact, state, panel)))
        };
        self.sheets.iter().find(fits)
    }

    /// Whether the layout says by itself what to show when that is the case.
    pub(crate) fn knows(&self, fact: Fact) -> bool {
        let mut conditions = self.sheets.iter().flat_map(|sheet| {
            sheet
                .when
                .iter()
                .chain(sheet.items.iter().flat_map(|item| &item.when))
        });
        conditions.any(|condition| condition.fact == fact && !condition.not)
    }

    fn scale(&self, panel: &Panel, locale: &str) -> Scale {
        let locale = self.locale.as_deref().unwrap_or(locale);
        let mirrored = self.mirror && from_the_right(locale);
        Scale::new((panel.width, panel.height), self.canvas, mirrored)
    }
}

/// What draws, and keeps what it has drawn.
pub(crate) struct Tools<'a> {
    pub(crate) typesetter: &'a mut Typesetter,
    pub(crate) images: &'a mut Images,
}

/// Draws one sheet of a document.
pub(crate) fn draw(
    document: &Document,
    sheet: &Sheet,
    state: &SignState,
    panel: &Panel,
    locale: &Locale,
    tools: Tools<'_>,
) -> Bitmap {
    let scene = Scene {
        state,
        panel,
        locale,
        scale: document.scale(panel, &state.locale),
    };
    let mut picture = Bitmap::for_panel(panel);
    let mut canvas = Canvas {
        on: &mut picture,
        typesetter: tools.typesetter,
        images: tools.images,
        scene: &scene,
        budget: Budget::of(panel.width, panel.height),
        clip: scene.scale.panel,
    };
    canvas.sheet(sheet);
    picture
}

fn in_corner(panel: &Panel, corner: Corner) -> Rect {
    let height = (panel.height / MARK_SHARE).clamp(*MARK_HEIGHT.start(), *MARK_HEIGHT.end());
    let width = (height * MARK_WIDTH).min(panel.width);
    let (right, bottom) = (panel.width - width, panel.height.saturating_sub(height));
    let (x, y) = match corner {
        Corner::TopLeft => (0, 0),
        Corner::TopRight => (right, 0),
        Corner::BottomLeft => (0, bottom),
        Corner::BottomRight => (right, bottom),
    };
    Rect {
        x,
        y,
        width,
        height: height.min(panel.height),
    }
}

/// Whether a language is written from the right.
fn from_the_right(locale: &str) -> bool {
    Locale::parse(locale).is_ok_and(|locale| locale.direction() == Direction::RightToLeft)
}
