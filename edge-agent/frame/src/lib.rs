//! What a sign looks like: room state and panel in, picture out.
//!
//! Pure: the same state gives the same pixels on every machine, so that a picture can be named by its hash.

#![warn(missing_docs)]
mod bitmap;
mod bits;
mod document;
mod fonts;
mod glyphs;
mod hyphens;
mod images;
mod import;
mod language;
mod layout;
pub mod layouts;
mod locale;
mod palette;
mod panel;
mod qr;
mod refresh;
mod renderer;
mod state;
mod style;
mod text;
mod warning;

pub use self::bitmap::{Bitmap, BitmapError, FrameHash};
pub use self::document::Document;
pub use self::document::warning::LayoutWarning;
pub use self::fonts::{FONT_LICENCE, FontPack, FontPackError, Fonts};
pub use self::images::{ImageError, Images, MAX_IMAGE_BYTES};
pub use self::import::DocumentError;
pub use self::language::{Clock, Direction, Language};
pub use self::layout::Corner;
pub use self::locale::words::Key;
pub use self::locale::{Locale, NotALocale};
pub use self::palette::{Ink, NotAPalette, Palette};
pub use self::panel::{NotAPanel, Panel, Rect, Rotation};
pub use self::qr::booking_url;
pub use self::refresh::{MOST_WITHOUT_FULL, Refresh, changed_part, refresh};
pub use self::renderer::Renderer;
pub use self::state::{
    Announcement, Directory, Meeting, OutOfOrder, Pictures, RoomState, SignState, Status,
};
pub use self::warning::Warning;
