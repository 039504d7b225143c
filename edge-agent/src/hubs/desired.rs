//! Desired against reported: what a hub must be sent so that it has what a display shall show.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hub_link::picture;
use hub_link::wire::{self, FrameHeader, Generation};
use jiff::Timestamp;

use crate::store::{Desired, FrameHash, Picture, PlanStep};

/// What a hub has of one display, as far as we know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reported {
    frames: HashSet<FrameHash>,
    /// The newest plan that it has or that was sent.
    generation: Option<Generation>,
    /// A frame that the hub has and we hold: the next one is sent as the difference from it.
    base: Option<Arc<Picture>>,
}

/// What to send, in this order.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) frames: Vec<(FrameHeader, bytes::Bytes)>,
    pub(crate) plan: wire::Plan,
}

impl Reported {
    /// From a Hello. Hashes that make no sense are as good as absent.
    pub(crate) fn from_hello(display: &wire::Display) -> Self {
        Self {
            frames: display
                .frames
                .iter()
                .filter_map(|frame| wire::frame_hash(frame).ok())
                .collect(),
            generation: display.stored,
            base: None,
        }
    }

    /// Whether the hub has `desired` or something newer.
    pub(crate) fn has(&self, desired: &Desired) -> bool {
        self.generation >= Some(desired.generation)
    }

    /// The frames of `desired` that the hub lacks and whose pixels are not at hand.
    pub(crate) fn lacking(&self, desired: &Desired) -> Vec<FrameHash> {
        let lacks = |step: &&PlanStep| step.picture.is_none() && !self.frames.contains(&step.frame);
        let mut lacking: Vec<FrameHash> = desired
            .steps
            .iter()
            .filter(lacks)
            .map(|step| step.frame)
            .collect();
        lacking.sort_unstable();
        lacking.dedup();
        lacking
    }

    /// What is missing for `desired`, the frame that is due now first; `None` when the hub has it or something newer,
    /// or when pixels of a frame are neither at hand nor `stored`: a newer plan has taken its place then. Supposes that
    /// it will be sent.
    pub(crate) fn bring_to(
        &mut self,
        key: &str,
        desired: &Desired,
        stored: &HashMap<FrameHash, Arc<Picture>>,
        freshness: Option<wire::Freshness>,
        now: Timestamp,
    ) -> Option<Delivery> {
        let pixels = |step: &PlanStep| {
            step.picture
                .as_ref()
                .or_else(|| stored.get(&step.frame))
                .cloned()
        };
        let there = |step: &PlanStep| self.frames.contains(&step.frame) || pixels(step).is_some();
        if self.has(desired) || !desired.steps.iter().all(there) {
            return None;
        }
        let due = desired
            .steps
            .partition_point(|step| step.from <= now)
            .saturating_sub(1);
        let (past, coming) = desired.steps.split_at(due.min(desired.steps.len()));
        let mut frames = Vec::new();
        for step in coming.iter().chain(past) {
            if let Some(picture) = pixels(step) {
                frames.extend(self.send_frame(key, &picture));
            }
        }
        self.generation = Some(desired.generation);
        // A hub lets go of what its plan does not name when it likes.
        self.frames = desired.steps.iter().map(|step| step.frame).collect();
        let due = coming.first().and_then(pixels);
        let before = self.base.take();
        self.base = due.or(before.filter(|base| self.frames.contains(&base.hash)));
        Some(Delivery {
            frames,
            plan: wire::Plan {
                display: key.to_owned(),
                generation: Some(desired.generation),
                steps: desired
                    .steps
                    .iter()
                    .map(|step| wire::Step {
                        from_us: step.from.as_microsecond(),
                        frame: step.frame.to_vec().into(),
                    })
                    .collect(),
                freshness,
            },
        })
    }

    /// A frame for its stream, unless the hub has it.
    pub(crate) fn send_frame(
        &mut self,
        key: &str,
        picture: &Arc<Picture>,
    ) -> Option<(FrameHeader, bytes::Bytes)> {
        if !self.frames.insert(picture.hash) {
            return None;
        }
        let rows = picture.bitmap.rows();
        let base = self.base.replace(Arc::clone(picture));
        let (encoding, payload) =
            picture::encode(rows, base.as_ref().map(|base| base.bitmap.rows()));
        let header = FrameHeader {
            display: key.to_owned(),
            frame: picture.hash.to_vec().into(),
            width: picture.bitmap.width(),
            height: picture.bitmap.height(),
            encoding: encoding.into(),
            base: base
                .map(|base| base.hash.to_vec().into())
                .unwrap_or_default(),
            raw_length: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        };
        Some((header, payload))
    }
}

#[cfg(test)]
mod tests {
    use edge_api::id::DisplayId;
    use frame::Bitmap;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn picture(x: u32) -> Arc<Picture> {
        let mut bitmap = Bitmap::new_white(64, 64);
        bitmap.set(x, 0, true);
        Arc::new(bitmap.into())
    }

    fn desired(counter: u64, steps: &[(i64, u32)]) -> Desired {
        Desired {
            display: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            generation: Generation { epoch: 1, counter },
            room: None,
            steps: steps
                .iter()
                .map(|(from, x)| PlanStep::drawn(at(*from), [0; 32], picture(*x)))
                .collect(),
        }
    }

    fn sent(delivery: &Delivery) -> Vec<Vec<u8>> {
        delivery
            .frames
            .iter()
            .map(|(header, _)| header.frame.to_vec())
            .collect()
    }

    #[test]
    fn the_frame_that_is_due_goes_first() {
        let mut reported = Reported::default();
        let plan = desired(1, &[(0, 1), (10, 2), (20, 3)]);
        let delivery = reported
            .bring_to("a", &plan, &HashMap::new(), None, at(15))
            .unwrap();
        let expected: Vec<_> = [2, 3, 1]
            .iter()
            .map(|x| picture(*x).hash.to_vec())
            .collect();
        assert_eq!(sent(&delivery), expected);
        assert_eq!(delivery.plan.steps.len(), 3);
    }

    #[test]
    fn what_the_hub_has_is_not_sent_again() {
        let hello = wire::Display {
            key: "a".to_owned(),
            frames: vec![picture(1).hash.to_vec().into()],
            stored: Some(Generation {
                epoch: 1,
                counter: 4,
            }),
            ..Default::default()
        };
        let mut reported = Reported::from_hello(&hello);
        assert!(
            reported
                .bring_to("a", &desired(4, &[(0, 1)]), &HashMap::new(), None, at(0))
                .is_none(),
            "the same plan"
        );
        assert!(
            reported
                .bring_to("a", &desired(3, &[(0, 9)]), &HashMap::new(), None, at(0))
                .is_none(),
            "an older plan"
        );
        let delivery = reported
            .bring_to(
                "a",
                &desired(5, &[(0, 1), (9, 2)]),
                &HashMap::new(),
                None,
                at(0),
            )
            .unwrap();
        assert_eq!(sent(&delivery), [picture(2).hash.to_vec()]);
    }

    #[test]
    fn a_frame_travels_as_the_difference_from_the_one_before() {
        let mut reported = Reported::default();
        reported.bring_to("a", &desired(1, &[(0, 1)]), &HashMap::new(), None, at(0));
        let delivery = reported
            .bring_to("a", &desired(2, &[(0, 2)]), &HashMap::new(), None, at(0))
            .unwrap();
        let (header, payload) = &delivery.frames[0];
        assert_eq!(header.base, picture(1).hash.to_vec());
        let base = picture(1);
        let rows = picture::decode(
            header.encoding(),
            payload,
            Some(base.bitmap.rows()),
            header.raw_length as usize,
        )
        .unwrap();
        assert_eq!(rows, picture(2).bitmap.rows());
    }

    #[test]
    fn pixels_that_are_not_at_hand_are_taken_from_the_store_and_only_if_the_hub_lacks_the_frame() {
        let mut reported = Reported::default();
        let first = desired(1, &[(0, 1), (10, 2)]);
        reported
            .bring_to("a", &first, &HashMap::new(), None, at(0))
            .unwrap();
        let mut next = desired(2, &[(0, 3), (10, 2), (20, 4)]);
        for step in &mut next.steps[1..] {
            step.picture = None;
        }
        assert_eq!(reported.lacking(&next), [picture(4).hash]);
        let gone = reported.bring_to("a", &next, &HashMap::new(), None, at(0));
        assert!(gone.is_none(), "the store has let go of it");
        let stored = HashMap::from([(picture(4).hash, picture(4))]);
        let delivery = reported.bring_to("a", &next, &stored, None, at(0)).unwrap();
        let expected: Vec<_> = [3, 4].iter().map(|x| picture(*x).hash.to_vec()).collect();
        assert_eq!(sent(&delivery), expected);
    }
}
