//! What a display is about, and what it shall show from when.

use edge_api::id::RoomId;
use google_calendar::Timeline;
use jiff::{SignedDuration, Timestamp};

use super::handled::MeetingsHash;
use crate::rooms::drawer::Drawing;
use crate::rooms::state::{no_information, room_state};
use crate::store::{Desired, Display, PlanStep, Room, Store, StoreError};

/// How far a plan reaches at least when it is made or extended; extended every hour, it never falls below a day.
const HORIZON: SignedDuration = SignedDuration::from_hours(25);

const HOUR_SECONDS: i64 = 3600;

/// What a display is about.
#[derive(Debug)]
pub(super) enum Subject {
    Room {
        room: Box<Room>,
        timeline: Timeline,
        meetings: MeetingsHash,
    },
    /// Nobody has linked it to a room; it says how to find it in the portal.
    Nothing { hub_name: String },
}

impl Subject {
    pub(super) async fn load(store: &Store, display: &Display) -> Result<Self, StoreError> {
        if let Some(id) = &display.room
            && let Some(room) = store.room(id).await?
        {
            let events = store.room_events(id).await?;
            let timeline = Timeline::new(&events, room.zone.clone());
            return Ok(Self::Room {
                room: Box::new(room),
                timeline,
                meetings: MeetingsHash::of(&events),
            });
        }
        let hub = store.hub(&display.hub).await?;
        Ok(Self::Nothing {
            hub_name: hub.map(|hub| hub.name).unwrap_or_default(),
        })
    }

    pub(super) fn room(&self) -> Option<&Room> {
        match self {
            Self::Room { room, .. } => Some(room),
            Self::Nothing { .. } => None,
        }
    }

    /// The room and which meetings it has.
    pub(super) fn meetings(&self) -> Option<(&RoomId, MeetingsHash)> {
        match self {
            Self::Room { room, meetings, .. } => Some((&room.id, *meetings)),
            Self::Nothing { .. } => None,
        }
    }

    /// What is due at `now`.
    pub(super) fn drawing(&self, display: &Display, now: Timestamp) -> Drawing {
        match self {
            Self::Room { room, timeline, .. } if room.verified_at.is_some() => Drawing::Room(
                room_state(&room.name, &room.calendar_id, &room.zone, timeline, now),
            ),
            Self::Room { .. } => self.no_information(now),
            Self::Nothing { hub_name } => Drawing::Notice {
                title: "Not linked yet".to_owned(),
                lines: vec![
                    format!("{hub_name} · {}", display.key),
                    "Choose its room in the portal under Signs".to_owned(),
                ],
            },
        }
    }

    /// Everything after `now` to the horizon, in order; two that follow each other may look the same. Times are whole
    /// microseconds, as they are stored and sent: else no stored plan would ever equal a new one.
    pub(super) fn coming(&self, display: &Display, now: Timestamp) -> Vec<(Timestamp, Drawing)> {
        let mut day = Vec::new();
        if let Self::Room { room, timeline, .. } = self
            && room.verified_at.is_some()
        {
            let end = horizon(now);
            let changes = timeline.changes(now, end);
            let coming = changes.into_iter().filter(|at| *at < end);
            day.extend(coming.map(|at| (whole_microseconds(at), self.drawing(display, at))));
            day.push((end, self.no_information(end)));
        }
        day
    }

    /// What a room's sign says at an instant for which there is nothing right to say.
    pub(super) fn no_information(&self, now: Timestamp) -> Drawing {
        let Self::Room { room, .. } = self else {
            unreachable!("only a room's plan ends");
        };
        Drawing::Room(no_information(
            &room.name,
            &room.calendar_id,
            &room.zone,
            now,
        ))
    }
}

pub(super) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Where a plan that is made at `now` ends: on a full hour, so that plans made within one hour are equal.
fn horizon(now: Timestamp) -> Timestamp {
    let hour = now.as_second().div_euclid(HOUR_SECONDS) * HOUR_SECONDS;
    Timestamp::from_second(hour)
        .and_then(|hour| hour.checked_add(HORIZON))
        .unwrap_or(Timestamp::MAX)
}

/// Whether a stored plan shows from `now` on exactly what `steps`, which begin at `now`, do.
pub(super) fn same_from_now_on(
    plan: &Desired,
    room: &Option<RoomId>,
    steps: &[PlanStep],
    now: Timestamp,
) -> bool {
    let shown = |step: &PlanStep| (step.from, step.frame);
    let coming = plan.steps.iter().filter(|step| step.from > now).map(shown);
    let planned = steps.iter().skip(1).map(shown);
    plan.room == *room
        && plan.due(now) == steps.first().map(|step| step.frame)
        && coming.eq(planned)
}

/// Adds a step, unless it shows what the one before it does.
pub(super) fn add_step(steps: &mut Vec<PlanStep>, step: PlanStep) {
    if steps.last().is_none_or(|last| last.frame != step.frame) {
        steps.push(step);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_api::id::DisplayId;
    use frame::Bitmap;
    use hub_link::wire::Generation;

    use super::*;
    use crate::store::Picture;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn picture(x: u32) -> Arc<Picture> {
        let mut bitmap = Bitmap::new_white(64, 64);
        bitmap.set(x, 0, true);
        Arc::new(bitmap.into())
    }

    fn step((from, x): (i64, u32)) -> PlanStep {
        PlanStep::drawn(at(from), [0; 32], picture(x))
    }

    #[test]
    fn a_plan_reaches_a_day_and_is_the_same_all_hour() {
        let first = horizon(at(7200));
        assert_eq!(horizon(at(7200 + 3599)), first);
        assert_ne!(horizon(at(7200 + 3600)), first);
        assert!(first.duration_since(at(7200 + 3599)) >= SignedDuration::from_hours(24));
    }

    #[test]
    fn a_plan_that_only_lost_its_past_is_the_same() {
        let outline = Desired {
            display: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            generation: Generation {
                epoch: 1,
                counter: 1,
            },
            room: None,
            steps: [(0, 1), (10, 2), (20, 3)].map(step).into(),
        };
        let steps = |list: &[(i64, u32)]| list.iter().copied().map(step).collect::<Vec<_>>();
        assert!(same_from_now_on(
            &outline,
            &None,
            &steps(&[(15, 2), (20, 3)]),
            at(15)
        ));
        assert!(
            !same_from_now_on(&outline, &None, &steps(&[(15, 1), (20, 3)]), at(15)),
            "now differs"
        );
        assert!(
            !same_from_now_on(&outline, &None, &steps(&[(15, 2), (21, 3)]), at(15)),
            "later differs"
        );
        assert!(
            !same_from_now_on(&outline, &None, &steps(&[(15, 2)]), at(15)),
            "ends earlier"
        );
    }
}
