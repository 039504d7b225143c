//! A display's plan as the hub keeps it, and what it says is due. Pure.

use frame::{Bitmap, Panel};
use hub_link::wire::{self, Generation, Malformed};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A frame's hash; hex in files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FrameId(pub [u8; wire::HASH_BYTES]);

/// What to show and from when, and how long it may be taken for right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Epoch and counter.
    #[serde(with = "generation")]
    pub generation: Generation,
    /// Never empty; in order of time.
    pub steps: Vec<Step>,
    /// Absent when the frames show no room.
    pub freshness: Option<Freshness>,
}

/// A frame and from when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub from: Timestamp,
    pub frame: FrameId,
}

/// How long a room's frames may be taken for right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    pub verified_at: Timestamp,
    pub stale_after: SignedDuration,
    pub mark: Mark,
}

/// What to stamp where when they may not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub rows: Vec<u8>,
}

/// What the glass shall show now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub frame: FrameId,
    /// The instant that the mark names; `None` for no mark.
    pub marked_since: Option<Timestamp>,
    /// When something else will be due; `None`: never by itself.
    pub until: Option<Timestamp>,
}

impl Plan {
    /// Takes a plan out of a message.
    ///
    /// # Errors
    ///
    /// Fails when a part is missing or makes no sense.
    pub fn from_wire(plan: &wire::Plan) -> Result<Self, Malformed> {
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            steps.push(Step {
                from: instant(step.from_us)?,
                frame: FrameId(wire::frame_hash(&step.frame)?),
            });
        }
        if steps.is_empty() {
            return Err(Malformed("step"));
        }
        if !steps.is_sorted_by_key(|step| step.from) {
            return Err(Malformed("order of steps"));
        }
        Ok(Self {
            generation: plan.generation.ok_or(Malformed("generation"))?,
            steps,
            freshness: plan
                .freshness
                .as_ref()
                .map(Freshness::from_wire)
                .transpose()?,
        })
    }

    /// What is due at `now`. When nobody has told the time, that is what the glass showed last (`last`), with the mark.
    pub fn due(&self, now: Option<Timestamp>, last: Option<FrameId>) -> Due {
        let Some(now) = now else {
            let planned = |frame: &FrameId| self.steps.iter().any(|step| step.frame == *frame);
            return Due {
                frame: last.filter(planned).unwrap_or(self.steps[0].frame),
                marked_since: self
                    .freshness
                    .as_ref()
                    .map(|freshness| freshness.verified_at),
                until: None,
            };
        };
        // A plan can begin a moment after now: the agent's clock and ours are that far apart.
        let begun = self.steps.partition_point(|step| step.from <= now).max(1);
        let flips = self.steps.get(begun).map(|step| step.from);
        let goes_stale = self.freshness.as_ref().map(Freshness::goes_stale);
        let stale = goes_stale.is_some_and(|at| at <= now);
        Due {
            frame: self.steps[begun - 1].frame,
            marked_since: self
                .freshness
                .as_ref()
                .filter(|_| stale)
                .map(|freshness| freshness.verified_at),
            until: flips.into_iter().chain(goes_stale.filter(|_| !stale)).min(),
        }
    }
}

impl Freshness {
    /// Takes freshness out of a message.
    ///
    /// # Errors
    ///
    /// Fails when a part is missing or makes no sense.
    pub fn from_wire(freshness: &wire::Freshness) -> Result<Self, Malformed> {
        let mark = freshness.mark.as_ref().ok_or(Malformed("mark"))?;
        let stale_after =
            i64::try_from(freshness.stale_after_ms).map_err(|_| Malformed("staleness"))?;
        let mark = Mark {
            x: mark.x,
            y: mark.y,
            width: mark.width,
            height: mark.height,
            rows: mark.rows.to_vec(),
        };
        if mark.picture().is_none() {
            return Err(Malformed("mark"));
        }
        Ok(Self {
            verified_at: instant(freshness.verified_at_us)?,
            stale_after: SignedDuration::from_millis(stale_after),
            mark,
        })
    }

    fn goes_stale(&self) -> Timestamp {
        self.verified_at
            .saturating_add(self.stale_after)
            .unwrap_or(Timestamp::MAX)
    }
}

impl Mark {
    /// The mark as a picture; `None` when its size and its pixels do not agree.
    pub fn picture(&self) -> Option<Bitmap> {
        let panel = Panel::black_white(self.width, self.height);
        Bitmap::from_rows(&panel, self.rows.clone()).ok()
    }

    /// The frame with the mark on it. Pixels outside the frame are lost.
    pub fn stamp(&self, frame: &Bitmap) -> Bitmap {
        let mut marked = frame.clone();
        if let Some(mark) = self.picture() {
            marked.blit(&mark, self.x, self.y);
        }
        marked
    }
}

fn instant(us: i64) -> Result<Timestamp, Malformed> {
    Timestamp::from_microsecond(us).map_err(|_| Malformed("time"))
}

impl std::fmt::Display for FrameId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for FrameId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrameId({self})")
    }
}

impl From<FrameId> for String {
    fn from(id: FrameId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for FrameId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let bad = || Malformed("frame hash");
        if text.len() != 2 * wire::HASH_BYTES || !text.is_ascii() {
            return Err(bad());
        }
        let mut hash = [0; wire::HASH_BYTES];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| bad())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| bad())?;
        }
        Ok(Self(hash))
    }
}

/// A generation in a file: `[epoch, counter]`.
mod generation {
    use hub_link::wire::Generation;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        generation: &Generation,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (generation.epoch, generation.counter).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Generation, D::Error> {
        let (epoch, counter) = Deserialize::deserialize(deserializer)?;
        Ok(Generation { epoch, counter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn frame(n: u8) -> FrameId {
        FrameId([n; 32])
    }

    fn plan() -> Plan {
        Plan {
            generation: Generation {
                epoch: 1,
                counter: 1,
            },
            steps: vec![
                Step {
                    from: at(0),
                    frame: frame(1),
                },
                Step {
                    from: at(100),
                    frame: frame(2),
                },
            ],
            freshness: Some(Freshness {
                verified_at: at(10),
                stale_after: SignedDuration::from_secs(60),
                mark: Mark {
                    x: 0,
                    y: 0,
                    width: 8,
                    height: 1,
                    rows: vec![0xff],
                },
            }),
        }
    }

    #[test]
    fn a_frame_is_due_from_its_instant_on() {
        let mut plan = plan();
        plan.freshness = None;
        let due = |now| {
            let due = plan.due(Some(now), None);
            (due.frame, due.until)
        };
        assert_eq!(
            due(at(-1)),
            (frame(1), Some(at(100))),
            "clocks differ by a moment"
        );
        assert_eq!(due(at(0)), (frame(1), Some(at(100))));
        assert_eq!(due(at(99)), (frame(1), Some(at(100))));
        assert_eq!(due(at(100)), (frame(2), None));
        assert_eq!(due(at(1_000_000)), (frame(2), None));
    }

    #[test]
    fn the_mark_comes_when_the_freshness_runs_out() {
        let plan = plan();
        let fresh = plan.due(Some(at(69)), None);
        assert_eq!((fresh.marked_since, fresh.until), (None, Some(at(70))));
        let stale = plan.due(Some(at(70)), None);
        assert_eq!(
            (stale.marked_since, stale.until),
            (Some(at(10)), Some(at(100)))
        );
    }

    #[test]
    fn without_the_time_the_last_frame_stays_and_is_marked() {
        let plan = plan();
        let due = plan.due(None, Some(frame(2)));
        assert_eq!(
            due,
            Due {
                frame: frame(2),
                marked_since: Some(at(10)),
                until: None
            }
        );
        assert_eq!(
            plan.due(None, Some(frame(9))).frame,
            frame(1),
            "a frame of an older plan"
        );
    }

    #[test]
    fn a_plan_survives_its_file() {
        let text = serde_json::to_string(&plan()).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan());
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused() {
        let good = wire::Plan {
            display: "a".to_owned(),
            generation: Some(Generation {
                epoch: 1,
                counter: 1,
            }),
            steps: vec![
                wire::Step {
                    from_us: 1,
                    frame: vec![1; 32].into(),
                },
                wire::Step {
                    from_us: 2,
                    frame: vec![2; 32].into(),
                },
            ],
            freshness: None,
        };
        assert!(Plan::from_wire(&good).is_ok());
        let spoilt: [fn(&mut wire::Plan); 5] = [
            |plan| plan.generation = None,
            |plan| plan.steps.clear(),
            |plan| plan.steps.swap(0, 1),
            |plan| plan.steps[0].frame.truncate(31),
            |plan| plan.steps[1].from_us = i64::MAX,
        ];
        for spoil in spoilt {
            let mut plan = good.clone();
            spoil(&mut plan);
            assert!(Plan::from_wire(&plan).is_err(), "{plan:?}");
        }
    }
}
