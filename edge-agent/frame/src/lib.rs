//! What a sign looks like: room state and panel in, picture out.
//!
//! Pure: the same state gives the same pixels on every machine, so that a picture can be named by its hash.

#![warn(missing_docs)]
mod bitmap;
mod bits;
mod fonts;
mod glyphs;
mod images;
mod language;
mod locale;
mod measure;
mod palette;
mod panel;
mod refresh;
mod renderer;
mod sign;
mod state;
mod style;
mod text;
mod warning;

pub use self::bitmap::{Bitmap, BitmapError, FrameHash};
pub use self::fonts::{FONT_LICENCE, FontPack, FontPackError, Fonts};
pub use self::images::{ImageError, Images, MAX_IMAGE_BYTES};
pub use self::language::{Clock, Direction, Language};
pub use self::locale::words::Key;
pub use self::locale::{Locale, NotALocale};
pub use self::palette::{Ink, NotAPalette, Palette};
pub use self::panel::{NotAPanel, Panel, Rect, Rotation};
pub use self::refresh::{MOST_WITHOUT_FULL, Refresh, changed_part, refresh};
pub use self::renderer::{Renderer, stale_block};
pub use self::sign::qr::booking_url;
pub use self::state::{Meeting, RoomState, Status};
pub use self::warning::Warning;
