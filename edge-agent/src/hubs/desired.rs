//! Desired against reported: what a hub must be sent so that it has what a display shall show. Pure, and by hashes only:
//! the pictures themselves are fetched when their turn comes.

use std::collections::HashSet;

use hub_link::wire::{self, Generation};
use jiff::Timestamp;

use crate::store::{Desired, FrameHash};

/// What a hub that says nothing can keep.
const USUAL_CAPACITY: usize = 100;

/// What a hub has of one display, as far as we know.
#[derive(Clone, Debug)]
pub(crate) struct Reported {
    /// The plan that is on its disk.
    stored: Option<Generation>,
    /// Frames of that plan.
    frames: HashSet<FrameHash>,
    /// One of them that the next ones probably resemble: what the glass shows.
    base: Option<FrameHash>,
    /// Plans that were sent and not reported as stored, the oldest first.
    sent: Vec<Sent>,
    capacity: usize,
}

#[derive(Clone, Debug)]
struct Sent {
    generation: Generation,
    frames: HashSet<FrameHash>,
    due: Option<FrameHash>,
}

/// A frame that a hub needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    pub(crate) frame: FrameHash,
    /// A frame that the hub has, or is sent before this one.
    pub(crate) base: Option<FrameHash>,
}

/// What to send.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) plan: wire::Plan,
    /// The frame that is due now first.
    pub(crate) frames: Vec<Needed>,
}

impl Reported {
    /// From a Hello. Hashes that make no sense are as good as absent.
    pub(crate) fn from_hello(display: &wire::Display) -> Self {
        let hash = |frame| wire::frame_hash(frame).ok();
        let frames: HashSet<FrameHash> = display
            .frames
            .iter()
            .filter_map(|frame| hash(frame))
            .collect();
        let shown = display.shown.as_ref().and_then(|shown| hash(&shown.frame));
        Self {
            stored: display.stored,
            base: shown.filter(|frame| frames.contains(frame)),
            frames,
            sent: Vec::new(),
            capacity: match display.capacity {
                0 => USUAL_CAPACITY,
                frames => usize::try_from(frames).unwrap_or(USUAL_CAPACITY),
            },
        }
    }

    /// A frame of its plan that the hub has, for others to build on.
    pub(crate) fn base(&self) -> Option<FrameHash> {
        self.base
    }

    /// Whether a plan of this generation, or a newer one, is there or under way.
    pub(crate) fn has(&self, generation: Generation) -> bool {
        let newest = self.sent.last().map(|sent| sent.generation);
        newest.max(self.stored) >= Some(generation)
    }

    /// The hub has a plan on its disk.
    pub(crate) fn stored(&mut self, generation: Generation) {
        if let Some(at) = self
            .sent
            .iter()
            .position(|sent| sent.generation == generation)
        {
            let sent = self.sent.swap_remove(at);
            self.frames = sent.frames;
            self.base = sent.due;
        }
        self.sent.retain(|sent| sent.generation > generation);
        self.stored = self.stored.max(Some(generation));
    }

    /// Frames of plans that were sent and not reported as stored.
    pub(crate) fn under_way(&self) -> HashSet<FrameHash> {
        self.sent
            .iter()
            .flat_map(|sent| sent.frames.clone())
            .collect()
    }

    /// What is missing for `desired`; `None` when the hub has it or something newer. `under_way` are frames that were sent
    /// for an earlier plan and will arrive. Supposes that the answer will be sent.
    pub(crate) fn bring_to(
        &mut self,
        key: &str,
        desired: &Desired,
        freshness: Option<wire::Freshness>,
        under_way: &HashSet<FrameHash>,
        now: Timestamp,
    ) -> Option<Delivery> {
        if self.has(desired.generation) {
            return None;
        }
        let steps = desired.steps.iter().map(|step| (step.from, step.frame));
        let steps = bounded(&steps.collect::<Vec<_>>(), self.capacity);
        let begun = steps.partition_point(|(from, _)| *from <= now);
        let (past, coming) = steps.split_at(begun.saturating_sub(1));
        let mut known: HashSet<FrameHash> = self.frames.union(under_way).copied().collect();
        let due = coming.first().map(|(_, frame)| *frame);
        // All build on one frame, so that of those under way any can be taken back but this one.
        let base = self.base.or(due);
        let frames = coming
            .iter()
            .chain(past)
            .filter(|(_, frame)| known.insert(*frame))
            .map(|(_, frame)| Needed {
                frame: *frame,
                base: base.filter(|base| base != frame),
            })
            .collect();
        self.sent.push(Sent {
            generation: desired.generation,
            frames: steps.iter().map(|(_, frame)| *frame).collect(),
            due,
        });
        Some(Delivery {
            frames,
            plan: wire::Plan {
                display: key.to_owned(),
                generation: Some(desired.generation),
                steps: steps.iter().map(step).collect(),
                freshness,
                ..wire::Plan::default()
            },
        })
    }
}

fn step((from, frame): &(Timestamp, FrameHash)) -> wire::Step {
    wire::Step {
        from_us: from.as_microsecond(),
        frame: frame.to_vec().into(),
        ..wire::Step::default()
    }
}

/// The steps, or as many as name `capacity` frames. A plan that is cut ends as every plan does: in the last frame, which
/// says that nothing is known.
fn bounded(steps: &[(Timestamp, FrameHash)], capacity: usize) -> Vec<(Timestamp, FrameHash)> {
    let Some((_, last)) = steps.last().copied() else {
        return Vec::new();
    };
    let mut frames = HashSet::from([last]);
    let fits = |(_, frame): &&(Timestamp, FrameHash)| {
        frames.insert(*frame);
        frames.len() <= capacity
    };
    let mut kept: Vec<_> = steps.iter().take_while(fits).copied().collect();
    if let Some((cut, _)) = steps.get(kept.len()) {
        kept.push((*cut, last));
    }
    kept
}

#[cfg(test)]
mod tests {
    use edge_api::id::DisplayId;

    use super::*;
    use crate::store::PlanStep;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn hash(n: u8) -> FrameHash {
        [n; 32]
    }

    fn generation(counter: u64) -> Generation {
        Generation { epoch: 1, counter }
    }

    fn steps(steps: &[(i64, u8)]) -> Vec<(Timestamp, FrameHash)> {
        let steps = steps.iter();
        steps.map(|(from, n)| (at(*from), hash(*n))).collect()
    }

    fn desired(counter: u64, plan: &[(i64, u8)]) -> Desired {
        let plan = steps(plan).into_iter().map(|(from, frame)| PlanStep {
            from,
            frame,
            drawing: None,
            gist: None,
            picture: None,
        });
        Desired {
            display: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            generation: generation(counter),
            room: None,
            steps: plan.collect(),
        }
    }

    fn hello(stored: u64, frames: &[u8], shown: u8) -> Reported {
        Reported::from_hello(&wire::Display {
            key: "a".to_owned(),
            frames: frames.iter().map(|n| hash(*n).to_vec().into()).collect(),
            stored: Some(generation(stored)),
            shown: Some(wire::Displayed {
                frame: hash(shown).to_vec().into(),
                ..wire::Displayed::default()
            }),
            ..Default::default()
        })
    }

    fn new_hub() -> Reported {
        Reported::from_hello(&wire::Display::default())
    }

    fn sent(reported: &mut Reported, plan: &Desired, now: i64) -> Option<Vec<(u8, Option<u8>)>> {
        let delivery = reported.bring_to("a", plan, None, &HashSet::new(), at(now))?;
        let frames = delivery.frames.iter();
        Some(
            frames
                .map(|n| (n.frame[0], n.base.map(|base| base[0])))
                .collect(),
        )
    }

    #[test]
    fn the_frame_that_is_due_goes_first_and_the_others_build_on_it() {
        let plan = desired(1, &[(0, 1), (10, 2), (20, 3)]);
        let frames = sent(&mut new_hub(), &plan, 15).unwrap();
        assert_eq!(frames, [(2, None), (3, Some(2)), (1, Some(2))]);
    }

    #[test]
    fn what_the_hub_has_is_not_sent_again() {
        let mut reported = hello(4, &[1], 1);
        assert_eq!(
            sent(&mut reported, &desired(4, &[(0, 1)]), 0),
            None,
            "the same plan"
        );
        assert_eq!(
            sent(&mut reported, &desired(3, &[(0, 9)]), 0),
            None,
            "an older plan"
        );
        let plan = desired(5, &[(0, 1), (9, 2)]);
        assert_eq!(sent(&mut reported, &plan, 0), Some(vec![(2, Some(1))]));
        assert_eq!(sent(&mut reported, &plan, 0), None, "it is under way");
    }

    #[test]
    fn a_frame_builds_on_what_is_on_the_disk_not_on_what_is_under_way() {
        let mut reported = new_hub();
        sent(&mut reported, &desired(1, &[(0, 1)]), 0);
        assert_eq!(
            sent(&mut reported, &desired(2, &[(0, 2)]), 0),
            Some(vec![(2, None)])
        );
        reported.stored(generation(2));
        assert_eq!(
            sent(&mut reported, &desired(3, &[(0, 3)]), 0),
            Some(vec![(3, Some(2))])
        );
        assert_eq!(
            sent(&mut reported, &desired(4, &[(0, 2)]), 0),
            Some(vec![]),
            "back to what is on the disk costs nothing"
        );
    }

    #[test]
    fn an_earlier_report_does_not_make_a_later_plan_count_as_stored() {
        let mut reported = new_hub();
        for counter in 1..=3 {
            sent(&mut reported, &desired(counter, &[(0, counter as u8)]), 0);
        }
        reported.stored(generation(2));
        assert!(reported.has(generation(3)), "under way");
        assert_eq!(reported.stored, Some(generation(2)));
        assert_eq!(
            sent(&mut reported, &desired(4, &[(0, 2), (5, 3)]), 0),
            Some(vec![(3, Some(2))])
        );
    }

    #[test]
    fn a_plan_that_is_too_long_for_the_hub_ends_early_in_the_frame_that_knows_nothing() {
        let plan: Vec<(i64, u8)> = (0..20).map(|n| (i64::from(n), n)).collect();
        let plan = steps(&plan);
        let short = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 19)];
        assert_eq!(bounded(&plan, 5), steps(&short));
        assert_eq!(bounded(&plan, 20), plan);
        let same = steps(&[(0, 1), (1, 2), (2, 1), (3, 2), (4, 9)]);
        assert_eq!(
            bounded(&same, 3),
            same,
            "a frame that comes back counts once"
        );
    }
}
