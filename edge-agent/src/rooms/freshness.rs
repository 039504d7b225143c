//! How long what a display shows may be taken for right, and the mark for afterwards.

use frame::Rect;
use hub_link::wire;
use jiff::{Span, Timestamp};

use super::drawer::{DrawError, Drawer, Drawing, Urgency};
use super::subject::Subject;
use crate::store::Room;

/// The mark that names `since`, on the display's wall clock, and its place in the panel's pixels.
///
/// It is drawn long before it is stamped, and the agent may be off when midnight passes: so it always has its date.
pub(crate) fn mark(since: Timestamp, subject: &Subject) -> (Drawing, Rect) {
    let since = subject.zone().to_datetime(since);
    let (seen, block) = subject.stale_block();
    let mark = Drawing::Mark {
        since,
        today: since.date().saturating_add(Span::new().days(1)),
        size: (seen.width, seen.height),
        rotation: subject.look.rotation,
        locale: subject.locale().to_owned(),
    };
    (mark, block)
}

/// A display's freshness: that of the room which was verified longest ago. `None` when it shows no room that has ever
/// been listed: such a sign says that it knows nothing.
pub(crate) async fn of_subject(
    drawer: &Drawer,
    subject: &Subject,
) -> Result<Option<wire::Freshness>, DrawError> {
    let verified = |room: &Room| Some((room.verified_at?, room.stale_after));
    let Some((verified_at, stale_after)) = subject.rooms().filter_map(verified).min() else {
        return Ok(None);
    };
    let (drawing, block) = mark(verified_at, subject);
    let picture = drawer.draw(Urgency::Now, drawing, subject.panel).await?;
    Ok(Some(wire::Freshness {
        verified_at_us: verified_at.as_microsecond(),
        stale_after_ms: u64::try_from(stale_after.as_millis()).unwrap_or_default(),
        mark: Some(wire::Mark {
            x: block.x,
            y: block.y,
            width: picture.bitmap.width(),
            height: picture.bitmap.height(),
            rows: picture.bitmap.rows().to_vec().into(),
        }),
    }))
}
