//! How long what a display shows may be taken for right, and the mark for afterwards.

use frame::{Corner, Panel, layouts};
use hub_link::wire;
use jiff::{Span, Timestamp, tz::TimeZone};

use super::drawer::{DrawError, Drawer, Drawing, Urgency};
use crate::store::Room;

/// The mark that names `since`, in the room's zone.
///
/// It is drawn long before it is stamped, and the agent may be off when midnight passes: so it always has its date.
pub(crate) fn mark(since: Timestamp, zone: &TimeZone) -> Drawing {
    let since = zone.to_datetime(since);
    Drawing::Mark {
        since,
        today: since.date().saturating_add(Span::new().days(1)),
    }
}

/// A room's freshness for a panel; `None` for a room that has never been listed: its sign says that it knows nothing.
pub(crate) async fn of_room(
    drawer: &Drawer,
    room: &Room,
    panel: Panel,
) -> Result<Option<wire::Freshness>, DrawError> {
    let Some(verified_at) = room.verified_at else {
        return Ok(None);
    };
    let picture = drawer
        .draw(Urgency::Now, mark(verified_at, &room.zone), panel)
        .await?;
    let block = layouts::default_for(&panel).stale_block(&panel, Corner::default(), "");
    Ok(Some(wire::Freshness {
        verified_at_us: verified_at.as_microsecond(),
        stale_after_ms: u64::try_from(room.stale_after.as_millis()).unwrap_or_default(),
        mark: Some(wire::Mark {
            x: block.x,
            y: block.y,
            width: picture.bitmap.width(),
            height: picture.bitmap.height(),
            rows: picture.bitmap.rows().to_vec().into(),
        }),
    }))
}
