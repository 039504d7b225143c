//! What a sign looks like: room state and panel in, picture out.
//!
//! Pure: the same state gives the same pixels on every machine, so that a picture can be named by its hash.

#![warn(missing_docs)]
mod bitmap;
mod bits;
mod glyphs;
mod measure;
mod palette;
mod panel;
mod renderer;
mod sign;
mod state;
mod text;

pub use self::bitmap::{Bitmap, BitmapError, FrameHash};
pub use self::palette::{Ink, NotAPalette, Palette};
pub use self::panel::{NotAPanel, Panel, Rect, Rotation};
pub use self::renderer::{Renderer, stale_block};
pub use self::sign::qr::booking_url;
pub use self::state::{Meeting, RoomState, Status};
