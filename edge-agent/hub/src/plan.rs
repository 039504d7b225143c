//! A display's plan as the hub keeps it, and what it says is due. Pure.

use std::collections::BTreeSet;

use frame::{Bitmap, Panel};
use hub_link::wire::{self, FailureCode, Generation, Malformed};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::refresh::Refresh;

/// A frame's hash; hex in files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// After so many refreshes the panel needs a full one; absent leaves it to the hub.
    #[serde(default)]
    pub full_every: Option<u32>,
}

/// A frame and from when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub from: Timestamp,
    pub frame: FrameId,
    /// How the agent would like the panel to come to it.
    #[serde(default)]
    pub refresh: Option<Refresh>,
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
    /// How to come to it, if the agent has a wish.
    pub refresh: Option<Refresh>,
    /// The instant that the mark names; `None` for no mark.
    pub marked_since: Option<Timestamp>,
    /// When something else will be due; `None`: never by itself.
    pub until: Option<Timestamp>,
}

/// Before this there was no agent: whatever is planned for earlier comes from a clock that was not set.
const FIRST_POSSIBLE: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// Nobody plans further ahead: what is comes from a clock that is wrong.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Why a plan was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the plan's steps are not in the order of time")]
    Order,
    #[error(
        "the plan has a step at {0}, before there were any plans: the agent's clock was not set"
    )]
    TooEarly(Timestamp),
    #[error("the plan has a step at {0}, more than a year ahead: one of the clocks is wrong")]
    TooLate(Timestamp),
    #[error("the plan names {0} frames; this display keeps {1}")]
    Capacity(usize, usize),
}

impl BadPlan {
    /// How the agent is told.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Malformed(_) => FailureCode::BadMessage,
            Self::Order | Self::TooEarly(_) | Self::TooLate(_) => FailureCode::PlanTime,
            Self::Capacity(..) => FailureCode::Capacity,
        }
    }
}

impl Plan {
    /// Takes a plan out of a message that arrived at `now`, for a display that keeps `capacity` frames.
    ///
    /// # Errors
    ///
    /// Fails when a part is missing or makes no sense.
    pub fn from_wire(
        plan: &wire::Plan,
        now: Option<Timestamp>,
        capacity: usize,
    ) -> Result<Self, BadPlan> {
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            steps.push(Step {
                from: instant(step.from_us)?,
                frame: FrameId(wire::frame_hash(&step.frame)?),
                refresh: Refresh::from_wire(step.refresh()),
            });
        }
        let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
            return Err(Malformed("step").into());
        };
        if !steps.is_sorted_by_key(|step| step.from) {
            return Err(BadPlan::Order);
        }
        if first.from < FIRST_POSSIBLE {
            return Err(BadPlan::TooEarly(first.from));
        }
        if now.is_some_and(|now| last.from.duration_since(now) > FURTHEST) {
            return Err(BadPlan::TooLate(last.from));
        }
        let plan = Self {
            generation: plan.generation.ok_or(Malformed("generation"))?,
            steps,
            freshness: plan
                .freshness
                .as_ref()
                .map(Freshness::from_wire)
                .transpose()?,
            full_every: Some(plan.full_every).filter(|every| *every > 0),
        };
        let frames = plan.frames().len();
        if frames > capacity {
            return Err(BadPlan::Capacity(frames, capacity));
        }
        Ok(plan)
    }

    /// The frames it names, each once.
    pub fn frames(&self) -> BTreeSet<FrameId> {
        self.steps.iter().map(|step| step.frame).collect()
    }

    /// What is due at `now`. When nobody has told the time, that is what the glass showed last (`last`), with the mark.
    pub fn due(&self, now: Option<Timestamp>, last: Option<FrameId>) -> Due {
        let Some(now) = now else {
            let planned = |frame: &FrameId| self.steps.iter().any(|step| step.frame == *frame);
            return Due {
                frame: last.filter(planned).unwrap_or(self.steps[0].frame),
                refresh: None,
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
            refresh: self.steps[begun - 1].refresh,
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
mod tests;
