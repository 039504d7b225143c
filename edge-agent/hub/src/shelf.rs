//! What a display has on disk: frames by their hash, and the plan that names them.
//!
//! ```text
//! shelf/KEY/plan.json      the plan, replaced as a whole
//! shelf/KEY/shown.json     what the glass showed last
//! shelf/KEY/frames/HASH    width, height (32-bit little-endian), rows
//! ```
//! A frame whose content does not hash to its name was being written when the program died: it is as good as absent.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use frame::{Bitmap, Palette, Panel};
use hub_link::wire::Generation;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::disk::{self, Lasting};
use crate::plan::{FrameId, Freshness, Plan};

/// Frames that may be on the shelf at once; a plan of a day has about fifty. What is beyond and not in the plan goes.
const MAX_FRAMES: usize = 400;

/// What the glass showed last, for the time after a restart when the hub does not know the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastShown {
    pub frame: FrameId,
    pub at: Timestamp,
    pub marked_since: Option<Timestamp>,
}

/// One display's shelf. Frames are kept in memory too: a flip must not wait for a disk.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    frames: HashMap<FrameId, Bitmap>,
    plan: Option<Plan>,
    /// The plan that is on the disk with all its frames.
    stored: Option<Generation>,
    /// Frames that the disk did not take; they are in memory all the same.
    unwritten: BTreeSet<FrameId>,
    last_shown: Option<LastShown>,
    /// Frame files whose names may not be on the disk yet.
    unsynced_names: bool,
}

impl Shelf {
    /// Opens the shelf, ignoring whatever a crash left half done. A plan that names a frame that is not there is none.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made or read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let frames_folder = folder.join("frames");
        fs::create_dir_all(&frames_folder)?;
        let mut frames = HashMap::new();
        for entry in fs::read_dir(&frames_folder)? {
            let path = entry?.path();
            match read_frame(&path) {
                Some((id, frame)) => {
                    frames.insert(id, frame);
                }
                None => fs::remove_file(&path)?,
            }
        }
        let complete = |plan: &Plan| {
            plan.steps
                .iter()
                .all(|step| frames.contains_key(&step.frame))
        };
        let plan: Option<Plan> =
            read_json(&folder.join("plan.json")).filter(|plan: &Plan| !plan.steps.is_empty());
        let plan = plan.filter(complete);
        let last_shown = read_json(&folder.join("shown.json"));
        Ok(Self {
            stored: plan.as_ref().map(|plan| plan.generation),
            plan,
            folder,
            frames,
            unwritten: BTreeSet::new(),
            last_shown,
            unsynced_names: false,
        })
    }

    pub fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// The plan that holds; it may be in memory only.
    pub fn generation(&self) -> Option<Generation> {
        self.plan.as_ref().map(|plan| plan.generation)
    }

    /// The plan that is on the disk; older than [`Self::generation`] while the disk refuses.
    pub fn stored(&self) -> Option<Generation> {
        self.stored
    }

    pub fn frame(&self, id: &FrameId) -> Option<&Bitmap> {
        self.frames.get(id)
    }

    pub fn last_shown(&self) -> Option<LastShown> {
        self.last_shown
    }

    /// Has a frame on the disk. Its name follows with the plan that needs it.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses; the frame can be shown all the same.
    pub fn put_frame(&mut self, id: FrameId, frame: Bitmap) -> io::Result<()> {
        if self.frames.contains_key(&id) {
            return Ok(());
        }
        let written = self.write_frame(&id, &frame);
        if written.is_err() {
            self.unwritten.insert(id);
        }
        self.frames.insert(id, frame);
        written
    }

    /// Makes `plan`, all of whose frames are here, the display's plan. On the disk when this returns.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses; the plan holds all the same: a right sign that does not survive a power cut is better
    /// than a wrong one that does.
    pub fn put_plan(&mut self, plan: Plan) -> io::Result<()> {
        debug_assert!(
            plan.steps
                .iter()
                .all(|step| self.frames.contains_key(&step.frame))
        );
        self.plan = Some(plan);
        self.settle()
    }

    /// Brings to the disk what it refused before.
    ///
    /// # Errors
    ///
    /// Fails when it refuses again.
    pub fn settle(&mut self) -> io::Result<()> {
        for id in self.unwritten.clone() {
            if let Some(frame) = self.frames.get(&id).cloned() {
                self.write_frame(&id, &frame)?;
            }
            self.unwritten.remove(&id);
        }
        if self.unsynced_names {
            disk::sync_folder(&self.folder.join("frames").join("any"))?;
            self.unsynced_names = false;
        }
        if let Some(plan) = &self.plan {
            self.write_plan(plan)?;
            self.stored = Some(plan.generation);
        }
        Ok(())
    }

    /// Takes newer freshness for the plan; on the disk when `durable`.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses; it holds in memory all the same.
    pub fn put_freshness(&mut self, freshness: Freshness, durable: bool) -> io::Result<()> {
        let Some(mut plan) = self.plan.take() else {
            return Ok(());
        };
        plan.freshness = Some(freshness);
        let written = if durable {
            self.write_plan(&plan)
        } else {
            Ok(())
        };
        self.plan = Some(plan);
        written
    }

    /// Remembers what the glass shows, for a successor of this process.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn put_shown(&mut self, shown: LastShown) -> io::Result<()> {
        self.last_shown = Some(shown);
        let bytes = serde_json::to_vec(&shown).map_err(io::Error::other)?;
        disk::replace(&self.folder.join("shown.json"), &bytes, Lasting::Crash)
    }

    /// Lets go of frames that neither the plan nor `keep` names, once there are many.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn sweep(&mut self, keep: impl Fn(&FrameId) -> bool) -> io::Result<()> {
        if self.frames.len() <= MAX_FRAMES {
            return Ok(());
        }
        let planned = self
            .plan
            .iter()
            .flat_map(|plan| &plan.steps)
            .map(|step| step.frame);
        let planned: std::collections::HashSet<FrameId> = planned.collect();
        let gone: Vec<FrameId> = self
            .frames
            .keys()
            .copied()
            .filter(|id| !planned.contains(id) && !keep(id))
            .collect();
        for id in gone {
            self.frames.remove(&id);
            if !self.unwritten.remove(&id) {
                fs::remove_file(self.frame_path(&id))?;
            }
        }
        Ok(())
    }

    fn write_frame(&mut self, id: &FrameId, frame: &Bitmap) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(9 + frame.rows().len());
        bytes.extend_from_slice(&frame.width().to_le_bytes());
        bytes.extend_from_slice(&frame.height().to_le_bytes());
        bytes.push(frame.palette().number());
        bytes.extend_from_slice(frame.rows());
        disk::write_self_proving(&self.frame_path(id), &bytes)?;
        self.unsynced_names = true;
        Ok(())
    }

    fn write_plan(&self, plan: &Plan) -> io::Result<()> {
        let bytes = serde_json::to_vec(plan).map_err(io::Error::other)?;
        disk::replace(&self.folder.join("plan.json"), &bytes, Lasting::PowerCut)
    }

    fn frame_path(&self, id: &FrameId) -> PathBuf {
        self.folder.join("frames").join(id.to_string())
    }
}

fn read_frame(path: &Path) -> Option<(FrameId, Bitmap)> {
    let id = FrameId::try_from(path.file_name()?.to_str()?.to_owned()).ok()?;
    let bytes = fs::read(path).ok()?;
    let (width, rest) = bytes.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (palette, rows) = rest.split_first()?;
    let panel = Panel {
        width: u32::from_le_bytes(*width),
        height: u32::from_le_bytes(*height),
        palette: Palette::from_number(*palette)?,
    };
    let frame = Bitmap::from_rows(&panel, rows.to_vec()).ok()?;
    (frame.hash().0 == id.0).then_some((id, frame))
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).ok()?;
    serde_json::from_slice(&bytes)
        .inspect_err(|error| tracing::warn!(%error, file = %path.display(), "a file on the shelf is damaged and ignored"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Step;

    fn picture(seed: u32) -> (FrameId, Bitmap) {
        let mut picture = Bitmap::new_white(40, 32);
        picture.set(seed % 40, seed / 40, true);
        (FrameId(picture.hash().0), picture)
    }

    fn plan(counter: u64, frame: FrameId) -> Plan {
        Plan {
            generation: Generation { epoch: 1, counter },
            steps: vec![Step {
                from: Timestamp::UNIX_EPOCH,
                frame,
                refresh: None,
            }],
            freshness: None,
            full_every: None,
        }
    }

    #[test]
    fn what_was_stored_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (id, frame) = picture(7);
        let mut shelf = Shelf::open(folder.path().to_owned()).unwrap();
        shelf.put_frame(id, frame.clone()).unwrap();
        shelf.put_plan(plan(3, id)).unwrap();
        drop(shelf);
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        assert_eq!(shelf.plan(), Some(&plan(3, id)));
        assert_eq!(shelf.frame(&id), Some(&frame));
    }

    #[test]
    fn what_a_crash_left_half_done_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let (id, frame) = picture(7);
        let (half, _) = picture(8);
        let mut shelf = Shelf::open(folder.path().to_owned()).unwrap();
        shelf.put_frame(id, frame).unwrap();
        shelf.put_plan(plan(3, id)).unwrap();
        fs::write(
            folder.path().join("plan.json.new"),
            b"{\"generation\":[1,4],\"st",
        )
        .unwrap();
        fs::write(
            folder.path().join("frames").join(half.to_string()),
            b"\x28\0\0\0",
        )
        .unwrap();
        fs::write(folder.path().join("shown.json"), b"").unwrap();
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        assert_eq!(
            shelf.generation(),
            Some(Generation {
                epoch: 1,
                counter: 3
            })
        );
        assert_eq!(shelf.frame(&half), None);
        assert_eq!(shelf.last_shown(), None);
    }

    #[test]
    fn what_the_disk_refuses_holds_in_memory_and_follows_when_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(folder.path().to_owned()).unwrap();
        let (first, second) = (picture(7), picture(8));
        shelf.put_frame(first.0, first.1).unwrap();
        shelf.put_plan(plan(1, first.0)).unwrap();
        // Full, as far as a test can have it: neither frame nor plan can be written.
        let frames = folder.path().join("frames");
        fs::rename(&frames, folder.path().join("away")).unwrap();
        assert!(shelf.put_frame(second.0, second.1).is_err());
        assert!(shelf.put_plan(plan(2, second.0)).is_err());
        assert_eq!(shelf.generation().unwrap().counter, 2, "what is shown");
        assert_eq!(
            shelf.stored().unwrap().counter,
            1,
            "what survives a power cut"
        );
        fs::rename(folder.path().join("away"), &frames).unwrap();
        shelf.settle().unwrap();
        assert_eq!(shelf.stored().unwrap().counter, 2);
        drop(shelf);
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        assert_eq!(shelf.plan(), Some(&plan(2, second.0)));
    }

    #[test]
    fn a_plan_without_its_frame_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (id, frame) = picture(7);
        let mut shelf = Shelf::open(folder.path().to_owned()).unwrap();
        shelf.put_frame(id, frame).unwrap();
        shelf.put_plan(plan(3, id)).unwrap();
        let path = folder.path().join("frames").join(id.to_string());
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(Shelf::open(folder.path().to_owned()).unwrap().plan(), None);
    }

    #[test]
    fn frames_that_nobody_needs_go_once_there_are_many() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(folder.path().to_owned()).unwrap();
        let planned = picture(0).0;
        for seed in 0..=(MAX_FRAMES as u32) {
            let (id, frame) = picture(seed);
            shelf.frames.insert(id, frame);
            fs::write(shelf.frame_path(&id), b"").unwrap();
        }
        shelf.plan = Some(plan(1, planned));
        let kept = picture(5).0;
        shelf.sweep(|id| *id == kept).unwrap();
        assert_eq!(shelf.frames.len(), 2);
        assert!(shelf.frame(&planned).is_some() && shelf.frame(&kept).is_some());
    }
}
