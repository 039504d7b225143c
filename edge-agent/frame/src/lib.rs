//! What a sign looks like: room state and panel in, one-bit picture out.
//!
//! Pure: the same state gives the same pixels on every machine, so that a picture can be named by its hash.

#![warn(missing_docs)]

mod bitmap;
mod panel;
mod state;

pub use self::bitmap::{Bitmap, BitmapError, FrameHash};
pub use self::panel::{NotAPanel, Palette, Panel, Rect};
pub use self::state::{Meeting, RoomState, Status};
