//! The clock of the stories.

use std::time::Duration;

use jiff::Timestamp;

/// How near to a meeting's start or end a picture may be either of two.
pub const BOUNDARY: Duration = Duration::from_secs(2);

/// The one place of this crate that reads the clock.
#[expect(clippy::disallowed_methods, reason = "stories run on the real clock")]
pub fn clock() -> Timestamp {
    Timestamp::now()
}
