//! The steps of a plan: which are taken over from the plan before, and whether two plans are one.

use edge_api::id::RoomId;
use jiff::Timestamp;

use crate::rooms::subject::Scene;
use crate::store::{Desired, DrawingName, PlanStep};

/// The step for a scene whose drawing has that name, if the plan before has its frame.
pub(super) fn taken_over(
    before: Option<&Desired>,
    scene: &Scene,
    name: DrawingName,
) -> Option<PlanStep> {
    let frame = before?.frame_of(&name)?;
    Some(PlanStep {
        from: scene.from,
        frame,
        drawing: Some(name),
        gist: Some(scene.gist),
        picture: None,
    })
}

/// The step that is due already, if it says about now what the scene does: what else differs can wait.
pub(super) fn goes_on(before: &Desired, room: &Option<RoomId>, scene: &Scene) -> Option<PlanStep> {
    let due = before.due_step(scene.from)?;
    (before.room == *room && due.gist == Some(scene.gist)).then(|| PlanStep {
        from: scene.from,
        ..due.clone()
    })
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
        PlanStep::drawn(at(from), [0; 32], [0; 32], picture(x))
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
