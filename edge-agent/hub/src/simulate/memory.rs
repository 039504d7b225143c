//! What a simulated hub has: as a real one, but in memory, and pictures that several hubs have only once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use frame::{Bitmap, Panel};
use hub_link::picture;
use hub_link::wire::{self, FailureCode, FrameHeader, Generation, to_agent::Kind};
use jiff::Timestamp;

use crate::plan::{FrameId, Plan};

/// More than any plan names.
const CAPACITY: usize = 400;

/// Pictures that any hub has; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool(Arc<Mutex<HashMap<FrameId, Weak<Bitmap>>>>);

impl Pool {
    fn share(&self, id: FrameId, picture: Bitmap) -> Arc<Bitmap> {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pool.get(&id).and_then(Weak::upgrade) {
            return known;
        }
        let picture = Arc::new(picture);
        pool.insert(id, Arc::downgrade(&picture));
        if pool.len().is_multiple_of(1024) {
            pool.retain(|_, picture| picture.strong_count() > 0);
        }
        picture
    }
}

/// One hub's displays.
#[derive(Debug)]
pub(super) struct Memory {
    panel: Panel,
    pool: Pool,
    displays: Mutex<BTreeMap<String, Display>>,
}

#[derive(Debug, Default)]
struct Display {
    frames: HashMap<FrameId, Arc<Bitmap>>,
    plan: Option<Plan>,
    pending: Option<Plan>,
}

impl Memory {
    pub(super) fn new(keys: Vec<String>, panel: Panel, pool: Pool) -> Self {
        let displays = keys.into_iter().map(|key| (key, Display::default()));
        Self {
            panel,
            pool,
            displays: Mutex::new(displays.collect()),
        }
    }

    pub(super) fn describe(&self) -> Vec<wire::Display> {
        let displays = self.displays.lock().unwrap_or_else(PoisonError::into_inner);
        let described = displays.iter().map(|(key, display)| wire::Display {
            key: key.clone(),
            panel: self.panel.to_string(),
            stored: display.plan.as_ref().map(|plan| plan.generation),
            frames: display
                .frames
                .keys()
                .map(|id| id.0.to_vec().into())
                .collect(),
            ..wire::Display::default()
        });
        described.collect()
    }

    /// Takes a frame; answers what there is to report.
    pub(super) fn take_frame(
        &self,
        header: &FrameHeader,
        payload: &[u8],
        now: Timestamp,
    ) -> Vec<Kind> {
        self.with(&header.display, |display| {
            let base = wire::frame_hash(&header.base).ok().map(FrameId);
            let base = base.and_then(|id| display.frames.get(&id));
            let rows = picture::decode(
                header.encoding(),
                payload,
                base.map(|base| base.rows()),
                header.raw_length as usize,
            );
            let picture = rows
                .ok()
                .and_then(|rows| Bitmap::from_rows(&self.panel, rows).ok())
                .filter(|picture| picture.hash().0[..] == header.frame[..]);
            let Some(picture) = picture else {
                return vec![failed(&header.display, FailureCode::BadFrame)];
            };
            let id = FrameId(picture.hash().0);
            display.frames.insert(id, self.pool.share(id, picture));
            display.adopt(&header.display, now)
        })
    }

    /// Takes a plan; answers what there is to report.
    pub(super) fn take_plan(&self, plan: wire::Plan, now: Timestamp) -> Vec<Kind> {
        self.with(&plan.display, |display| {
            match Plan::from_wire(&plan, Some(now), CAPACITY) {
                Ok(new) if Some(new.generation) < display.generation() => {
                    vec![failed(&plan.display, FailureCode::OldGeneration)]
                }
                Ok(new) => {
                    display.pending = Some(new);
                    display.adopt(&plan.display, now)
                }
                Err(error) => vec![failed(&plan.display, error.code())],
            }
        })
    }

    fn with(&self, key: &str, act: impl FnOnce(&mut Display) -> Vec<Kind>) -> Vec<Kind> {
        let mut displays = self.displays.lock().unwrap_or_else(PoisonError::into_inner);
        match displays.get_mut(key) {
            Some(display) => act(display),
            None => vec![failed(key, FailureCode::UnknownDisplay)],
        }
    }
}

impl Display {
    fn generation(&self) -> Option<Generation> {
        self.plan.as_ref().map(|plan| plan.generation)
    }

    /// Takes up the pending plan if all of its frames are here, and shows what is due.
    fn adopt(&mut self, key: &str, now: Timestamp) -> Vec<Kind> {
        let frames = &self.frames;
        let here = |plan: &mut Plan| {
            plan.steps
                .iter()
                .all(|step| frames.contains_key(&step.frame))
        };
        let Some(plan) = self.pending.take_if(here) else {
            return Vec::new();
        };
        let generation = Some(plan.generation);
        let due = plan.due(Some(now), None);
        let needed = plan.frames();
        self.frames.retain(|id, _| needed.contains(id));
        self.plan = Some(plan);
        let at_us = now.as_microsecond();
        vec![
            Kind::Stored(wire::Stored {
                display: key.to_owned(),
                generation,
            }),
            Kind::Displayed(wire::Displayed {
                display: key.to_owned(),
                generation,
                frame: due.frame.0.to_vec().into(),
                at_us,
                stored_at_us: at_us,
                ..wire::Displayed::default()
            }),
        ]
    }
}

fn failed(display: &str, code: FailureCode) -> Kind {
    Kind::Failed(wire::Failed {
        display: display.to_owned(),
        code: code.into(),
        detail: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use hub_link::wire::Encoding;

    use super::*;

    #[test]
    fn a_simulated_hub_stores_and_shows_and_hubs_share_pictures() {
        let pool = Pool::default();
        let hub = || {
            Memory::new(
                vec!["a".to_owned()],
                Panel::black_white(64, 64),
                pool.clone(),
            )
        };
        let (one, other) = (hub(), hub());
        let picture = Bitmap::new_white(64, 64);
        let header = FrameHeader {
            display: "a".to_owned(),
            frame: picture.hash().0.to_vec().into(),
            width: 64,
            height: 64,
            encoding: Encoding::Raw.into(),
            raw_length: 512,
            ..FrameHeader::default()
        };
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let plan = wire::Plan {
            display: "a".to_owned(),
            generation: Some(Generation {
                epoch: 1,
                counter: 1,
            }),
            steps: vec![wire::Step {
                from_us: now.as_microsecond(),
                frame: header.frame.clone(),
                refresh: 0,
            }],
            ..wire::Plan::default()
        };
        for hub in [&one, &other] {
            assert_eq!(hub.take_plan(plan.clone(), now), []);
            let reported = hub.take_frame(&header, picture.rows(), now);
            assert!(matches!(
                reported[..],
                [Kind::Stored(_), Kind::Displayed(_)]
            ));
            assert_eq!(hub.describe()[0].frames.len(), 1);
        }
        assert_eq!(pool.0.lock().unwrap().len(), 1);
        let wrong = one.take_frame(&header, &[1; 512], now);
        assert!(
            matches!(&wrong[..], [Kind::Failed(failed)] if failed.code() == FailureCode::BadFrame)
        );
    }
}
