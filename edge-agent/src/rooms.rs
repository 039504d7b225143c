//! Rooms: what a room looks like, now and for the planned day.
//!
//! Bottom up: [`state`] what a room's sign may say · [`handled`] which meetings its displays know of · [`listed`] rooms
//! as they were read · [`quiet`] when only that counts · [`look`] the layout · [`images`] what layouts name by address ·
//! [`fonts`] what it is written with · [`drawer`] the thread that draws · [`subject`] what a display is about · [`freshness`] how long that holds · [`plan`]
//! who shows what and when · [`preview`] the same, for people to look at.

pub(crate) mod drawer;
pub(crate) mod fonts;
pub(crate) mod freshness;
pub(crate) mod handled;
pub(crate) mod images;
pub(crate) mod listed;
pub(crate) mod look;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod quiet;
pub(crate) mod state;
pub(crate) mod subject;
