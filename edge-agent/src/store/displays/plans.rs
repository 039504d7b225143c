//! What each display shall show: frames, plans and their generations.

use std::sync::Arc;

use edge_api::id::{DisplayId, HubId, RoomId};
use frame::{Bitmap, Palette, Panel};
use hub_link::picture;
use hub_link::wire::{Encoding, Generation};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::{NewReceipt, Store, StoreError};
use super::{history, instant, parsed};

/// The hash that names a frame.
pub(crate) type FrameHash = [u8; 32];

/// A rendered frame: pixels that go to a panel, and their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) hash: FrameHash,
    pub(crate) bitmap: Bitmap,
}

impl From<Bitmap> for Picture {
    fn from(bitmap: Bitmap) -> Self {
        Self {
            hash: bitmap.hash().0,
            bitmap,
        }
    }
}

/// What a frame was drawn from, in one number: equal names have equal pixels.
pub(crate) type DrawingName = [u8; 32];

/// What a sign says about now, in one number: equal gists are not worth a refresh in quiet hours.
pub(crate) type Gist = [u8; 32];

/// From when a display shall show what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanStep {
    pub(crate) from: Timestamp,
    pub(crate) frame: FrameHash,
    /// `None` for a step that an older version stored.
    pub(crate) drawing: Option<DrawingName>,
    /// `None` for a step that an older version stored.
    pub(crate) gist: Option<Gist>,
    /// The pixels, where somebody has them at hand; the store has them all.
    pub(crate) picture: Option<Arc<Picture>>,
}

impl PlanStep {
    /// A step of what was drawn just now.
    pub(crate) fn drawn(
        from: Timestamp,
        drawing: DrawingName,
        gist: Gist,
        picture: Arc<Picture>,
    ) -> Self {
        Self {
            from,
            frame: picture.hash,
            drawing: Some(drawing),
            gist: Some(gist),
            picture: Some(picture),
        }
    }
}

/// What a display shall show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Desired {
    pub(crate) display: DisplayId,
    pub(crate) generation: Generation,
    /// Whose state it shows; `None` for a notice.
    pub(crate) room: Option<RoomId>,
    /// In order of time.
    pub(crate) steps: Vec<PlanStep>,
}

impl Desired {
    /// The step that is due at `now`; a plan that begins later has its first one due already.
    pub(crate) fn due_step(&self, now: Timestamp) -> Option<&PlanStep> {
        let begun = self.steps.iter().rev().find(|step| step.from <= now);
        begun.or(self.steps.first())
    }

    /// The frame that is due at `now`.
    pub(crate) fn due(&self, now: Timestamp) -> Option<FrameHash> {
        self.due_step(now).map(|step| step.frame)
    }

    /// The frame that this plan has for a drawing.
    pub(crate) fn frame_of(&self, drawing: &DrawingName) -> Option<FrameHash> {
        let drawn = |step: &&PlanStep| step.drawing.as_ref() == Some(drawing);
        self.steps.iter().find(drawn).map(|step| step.frame)
    }
}

/// A plan to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewPlan {
    pub(crate) display: DisplayId,
    pub(crate) room: Option<RoomId>,
    /// Each with its pixels, unless the plan that it replaces has the same frame.
    pub(crate) steps: Vec<PlanStep>,
    /// The one plan whose place it may take (`None`: only that of none at all). What was thought out while that one
    /// held must not replace a newer one, whose frames are other ones.
    pub(crate) replaces: Option<Generation>,
    /// The change that it shows, to be followed to the glass.
    pub(crate) receipt: Option<NewReceipt>,
}

impl Store {
    /// Stores plans in one transaction, each with a generation of its own. Answers those that were stored; one whose
    /// display is gone, was linked to another room, or got a newer plan in the meantime is left out.
    pub(crate) async fn replace_plans(
        &self,
        plans: Vec<NewPlan>,
    ) -> Result<Vec<Desired>, StoreError> {
        self.write(move |tx| {
            let mut stored = Vec::with_capacity(plans.len());
            for plan in plans {
                stored.extend(replace_plan(tx, plan)?);
            }
            Ok(stored)
        })
        .await
    }

    /// Lets go of history that is too old at `now`, and of frames that no plan, no glass and no history names; answers
    /// how many frames that were.
    pub(crate) async fn sweep_frames(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |tx| history::purge(tx, now)).await
    }

    /// What a display shall show, without pixels; `None` before its first plan.
    pub(crate) async fn desired(&self, display: &DisplayId) -> Result<Option<Desired>, StoreError> {
        let display = display.clone();
        self.read(move |c| desired(c, display)).await
    }

    /// Keeps a frame that no plan names, so that a glass that shows it can be looked at.
    pub(crate) async fn keep_frame(&self, picture: Arc<Picture>) -> Result<(), StoreError> {
        self.write(move |tx| save(tx, &picture)).await
    }

    /// A frame by its hash.
    pub(crate) async fn frame(&self, hash: FrameHash) -> Result<Option<Picture>, StoreError> {
        self.read(move |c| load(c, &hash)).await
    }

    /// The newest plan of every display of a hub, by the hub's names, to see whether it has them.
    pub(crate) async fn generations(
        &self,
        hub: &HubId,
    ) -> Result<Vec<(DisplayId, Generation)>, StoreError> {
        let hub = hub.clone();
        self.read(move |c| {
            let mut statement = c.prepare_cached(
                "SELECT d.id, p.epoch, p.counter FROM displays d JOIN plans p ON p.display = d.id WHERE d.hub = ?1",
            )?;
            let rows = statement.query_map([hub.as_str()], |row| {
                Ok((parsed(row, 0)?, row.get(1)?, row.get(2)?))
            })?;
            rows.map(|row| {
                let (display, epoch, counter) = row?;
                Ok((display, generation(epoch, counter)?))
            })
            .collect()
        })
        .await
    }
}

/// Every plan gets a generation of `epoch`, which is newer than any before.
pub(super) fn take_epoch(tx: &Transaction<'_>, epoch: u64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE generation SET epoch = ?1, counter = 0",
        [to_sql(epoch)?],
    )?;
    let displays: Vec<String> = tx
        .prepare("SELECT display FROM plans")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for display in displays {
        let generation = next_generation(tx)?;
        tx.execute(
            "UPDATE plans SET epoch = ?2, counter = ?3 WHERE display = ?1",
            params![
                display,
                to_sql(generation.epoch)?,
                to_sql(generation.counter)?
            ],
        )?;
    }
    Ok(())
}

fn replace_plan(tx: &Transaction<'_>, plan: NewPlan) -> Result<Option<Desired>, StoreError> {
    let link: Option<Option<String>> = tx
        .prepare_cached("SELECT room FROM displays WHERE id = ?1")?
        .query_row([plan.display.as_str()], |row| row.get(0))
        .optional()?;
    let Some(linked) = link else { return Ok(None) };
    if linked.as_deref() != plan.room.as_ref().map(RoomId::as_str) {
        return Ok(None);
    }
    if plan_generation(tx, &plan.display)? != plan.replaces {
        return Ok(None);
    }
    let generation = next_generation(tx)?;
    let (epoch, counter) = (to_sql(generation.epoch)?, to_sql(generation.counter)?);
    tx.prepare_cached(
        "INSERT INTO plans (display, room, epoch, counter) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (display) DO UPDATE SET room = ?2, epoch = ?3, counter = ?4",
    )?
    .execute(params![plan.display.as_str(), linked, epoch, counter])?;
    tx.prepare_cached("DELETE FROM plan_steps WHERE display = ?1")?
        .execute([plan.display.as_str()])?;
    for step in &plan.steps {
        if let Some(picture) = &step.picture {
            save(tx, picture)?;
        }
        tx.prepare_cached(
            "INSERT OR REPLACE INTO plan_steps (display, from_at, frame, drawing, gist) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            plan.display.as_str(),
            step.from.as_microsecond(),
            step.frame,
            step.drawing,
            step.gist,
        ])?;
    }
    if let Some(receipt) = &plan.receipt {
        receipt.open(tx, &plan.display, generation)?;
    }
    Ok(Some(Desired {
        display: plan.display,
        generation,
        room: plan.room,
        steps: plan.steps,
    }))
}

fn save(c: &Connection, picture: &Picture) -> Result<(), StoreError> {
    let known: bool = c
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM frames WHERE hash = ?1)")?
        .query_row([picture.hash], |row| row.get(0))?;
    if known {
        return Ok(());
    }
    let (encoding, payload) = picture::encode(picture.bitmap.rows(), None);
    let length =
        i64::try_from(picture.bitmap.rows().len()).map_err(|e| StoreError::corrupt("frame", e))?;
    c.prepare_cached(
        "INSERT INTO frames (hash, width, height, palette, length, encoding, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        picture.hash,
        picture.bitmap.width(),
        picture.bitmap.height(),
        picture.bitmap.palette().number(),
        length,
        i32::from(encoding),
        payload.as_ref()
    ])?;
    Ok(())
}

fn load(c: &Connection, hash: &FrameHash) -> Result<Option<Picture>, StoreError> {
    let row = c
        .prepare_cached(
            "SELECT width, height, length, encoding, payload, palette FROM frames WHERE hash = ?1",
        )?
        .query_row([hash], |row| {
            Ok((
                row.get::<_, u32>(0)?,
                row.get::<_, u32>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i32>(3)?,
                row.get::<_, Vec<u8>>(4)?,
                row.get::<_, u8>(5)?,
            ))
        })
        .optional()?;
    let Some((width, height, length, encoding, payload, palette)) = row else {
        return Ok(None);
    };
    let encoding = Encoding::try_from(encoding).map_err(|e| StoreError::corrupt("frame", e))?;
    let length = usize::try_from(length).map_err(|e| StoreError::corrupt("frame", e))?;
    let rows = picture::decode(encoding, &payload, None, length)
        .map_err(|e| StoreError::corrupt("frame", e))?;
    let panel = Panel {
        width,
        height,
        palette: Palette::from_number(palette)
            .ok_or_else(|| StoreError::corrupt("frame", format!("palette {palette}")))?,
    };
    let bitmap = Bitmap::from_rows(&panel, rows).map_err(|e| StoreError::corrupt("frame", e))?;
    Ok(Some(Picture {
        hash: *hash,
        bitmap,
    }))
}

fn desired(c: &Connection, display: DisplayId) -> Result<Option<Desired>, StoreError> {
    let Some(generation) = plan_generation(c, &display)? else {
        return Ok(None);
    };
    let room = c
        .prepare_cached("SELECT room FROM plans WHERE display = ?1 AND room IS NOT NULL")?
        .query_row([display.as_str()], |row| parsed(row, 0))
        .optional()?;
    let steps = c
        .prepare_cached(
            "SELECT from_at, frame, drawing, gist FROM plan_steps WHERE display = ?1 ORDER BY from_at",
        )?
        .query_map([display.as_str()], |row| {
            Ok(PlanStep {
                from: instant(row, 0)?.unwrap_or_default(),
                frame: row.get(1)?,
                drawing: row.get(2)?,
                gist: row.get(3)?,
                picture: None,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(Desired {
        display,
        generation,
        room,
        steps,
    }))
}

fn plan_generation(c: &Connection, display: &DisplayId) -> Result<Option<Generation>, StoreError> {
    let row = c
        .prepare_cached("SELECT epoch, counter FROM plans WHERE display = ?1")?
        .query_row([display.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(epoch, counter)| generation(epoch, counter))
        .transpose()
}

pub(super) fn newest(c: &Connection) -> Result<Generation, StoreError> {
    let (epoch, counter) = c
        .prepare_cached("SELECT epoch, counter FROM generation")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    generation(epoch, counter)
}

fn next_generation(c: &Connection) -> Result<Generation, StoreError> {
    c.prepare_cached("UPDATE generation SET counter = counter + 1")?
        .execute([])?;
    newest(c)
}

fn generation(epoch: i64, counter: i64) -> Result<Generation, StoreError> {
    let number = |n: i64| u64::try_from(n).map_err(|e| StoreError::corrupt("generation", e));
    Ok(Generation {
        epoch: number(epoch)?,
        counter: number(counter)?,
    })
}

pub(in crate::store) fn to_sql(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|e| StoreError::corrupt("generation", e))
}
