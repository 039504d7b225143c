//! What is known of hubs beyond their plans: presses of buttons, batteries, keys they have pinned, and their end.

use edge_api::id::{DisplayId, HubId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Store, StoreError};
use super::{instant, to_sql};

/// Below this a battery is worth a walk: signs stop soon.
pub(crate) const BATTERY_LOW_PERCENT: u32 = 15;

/// From this on a battery that was low is not any more. What is measured swings by a few percent with the cold and with
/// every change of the glass; a battery that really was charged or changed is far above.
const BATTERY_FINE_PERCENT: u32 = 20;

/// How often a battery is taken down: it lasts months.
const POWER_EVERY: SignedDuration = SignedDuration::from_hours(6);

/// How long its history is kept.
const POWER_KEPT: SignedDuration = SignedDuration::from_hours(24 * 120);

/// How many programs of a hub are remembered: presses of earlier ones have long been taken down.
const BOOTS_KEPT: u32 = 8;

/// A battery at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Power {
    pub(crate) at: Timestamp,
    pub(crate) percent: u32,
    /// How often the display had changed its picture by then.
    pub(crate) refreshes: u64,
}

/// Whether a battery is low now that was low before, or was not.
pub(crate) fn is_battery_low(was: bool, percent: u32) -> bool {
    let mark = if was {
        BATTERY_FINE_PERCENT
    } else {
        BATTERY_LOW_PERCENT
    };
    percent < mark
}

impl Store {
    /// Takes down a press of a button; says whether it is new. One that was taken down before, in whichever order they
    /// come, is not acted on again.
    pub(crate) async fn press(
        &self,
        hub: &HubId,
        boot: Vec<u8>,
        sequence: u64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hub = hub.clone();
        let sequence = to_sql(sequence)?;
        self.write(move |tx| {
            let new = tx
                .prepare_cached(
                    "INSERT INTO hub_presses (hub, boot, sequence, at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (hub, boot) DO UPDATE SET sequence = ?3, at = ?4 WHERE sequence < ?3",
                )?
                .execute(params![hub.as_str(), boot, sequence, now.as_microsecond()])?;
            tx.prepare_cached(
                "DELETE FROM hub_presses WHERE hub = ?1 AND boot NOT IN
                 (SELECT boot FROM hub_presses WHERE hub = ?1 ORDER BY at DESC LIMIT ?2)",
            )?
            .execute(params![hub.as_str(), BOOTS_KEPT])?;
            Ok(new > 0)
        })
        .await
    }

    /// Takes down batteries, each if its last row is old enough or it has been changed or charged since. Answers the
    /// displays whose signs have to say something else about their battery now.
    pub(crate) async fn power(
        &self,
        readings: Vec<(DisplayId, u32)>,
        now: Timestamp,
    ) -> Result<Vec<DisplayId>, StoreError> {
        self.write(move |tx| {
            let mut turned = Vec::new();
            for (display, percent) in readings {
                if turns(tx, &display, percent)? {
                    turned.push(display.clone());
                }
                let last: Option<(i64, u32)> = tx
                    .prepare_cached(
                        "SELECT at, percent FROM display_power WHERE display = ?1 ORDER BY at DESC LIMIT 1",
                    )?
                    .query_row([display.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let due = now.saturating_sub(POWER_EVERY).unwrap_or(Timestamp::MIN);
                let known = last.is_some_and(|(at, before)| {
                    at > due.as_microsecond() && percent <= before
                });
                if known {
                    continue;
                }
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO display_power (display, at, percent, refreshes)
                     SELECT id, ?2, ?3, refreshes FROM displays WHERE id = ?1",
                )?
                .execute(params![display.as_str(), now.as_microsecond(), percent])?;
            }
            let kept = now.saturating_sub(POWER_KEPT).unwrap_or(Timestamp::MIN);
            tx.prepare_cached("DELETE FROM display_power WHERE at < ?1")?
                .execute([kept.as_microsecond()])?;
            Ok(turned)
        })
        .await
    }

    /// How every battery has drained, in order of time.
    pub(crate) async fn power_history(&self) -> Result<Vec<(DisplayId, Power)>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT display, at, percent, refreshes FROM display_power ORDER BY display, at",
            )?;
            let rows = statement.query_map([], |row| {
                let power = Power {
                    at: instant(row, 1)?.unwrap_or_default(),
                    percent: row.get(2)?,
                    refreshes: row.get(3)?,
                };
                Ok((super::parsed(row, 0)?, power))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Takes down which keys of the agent a hub has pinned.
    pub(crate) async fn hub_pinned(
        &self,
        hub: &HubId,
        active: Vec<u8>,
        standby: Vec<u8>,
    ) -> Result<(), StoreError> {
        let hub = hub.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE hubs SET active_pin = ?2, standby_pin = ?3
                 WHERE id = ?1 AND (active_pin IS NOT ?2 OR standby_pin IS NOT ?3)",
            )?
            .execute(params![hub.as_str(), active, standby])?;
            Ok(())
        })
        .await
    }

    /// How many hubs have not pinned this key as the agent's.
    pub(crate) async fn hubs_without_key(&self, active: Vec<u8>) -> Result<u32, StoreError> {
        self.read(move |c| {
            let sql = "SELECT count(*) FROM hubs WHERE active_pin IS NOT ?1";
            Ok(c.query_row(sql, [active], |row| row.get(0))?)
        })
        .await
    }

    /// Gives a hub another name; says whether there is such a hub.
    pub(crate) async fn rename_hub(&self, hub: &HubId, name: &str) -> Result<bool, StoreError> {
        let (hub, name) = (hub.clone(), name.to_owned());
        self.write(move |tx| {
            let rows = tx.execute(
                "UPDATE hubs SET name = ?2 WHERE id = ?1",
                params![hub.as_str(), name],
            )?;
            Ok(rows > 0)
        })
        .await
    }

    /// Forgets a hub and its displays; answers its name, or `None` when there is no such hub.
    pub(crate) async fn forget_hub(&self, hub: &HubId) -> Result<Option<String>, StoreError> {
        let hub = hub.clone();
        self.write(move |tx| {
            Ok(tx
                .prepare_cached("DELETE FROM hubs WHERE id = ?1 RETURNING name")?
                .query_row([hub.as_str()], |row| row.get(0))
                .optional()?)
        })
        .await
    }

    /// Pins a hub in the place of a broken one, which is forgotten: the new one drives its displays from now on, with
    /// their links and plans. Says whether there was a hub to replace; if not, nothing is changed.
    pub(crate) async fn replace_hub(
        &self,
        broken: &HubId,
        new: &HubId,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (broken, new, name) = (broken.clone(), new.clone(), name.to_owned());
        self.write(move |tx| {
            let before: Option<String> = tx
                .query_row("SELECT name FROM hubs WHERE id = ?1", [broken.as_str()], |row| row.get(0))
                .optional()?;
            let Some(before) = before else {
                return Ok(false);
            };
            let name = if name.is_empty() { before } else { name };
            tx.execute(
                "INSERT INTO hubs (id, name, paired_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET name = ?2, paired_at = ?3",
                params![new.as_str(), name, now.as_microsecond()],
            )?;
            if broken != new {
                // Those that the new hub had of its own under the same keys give way.
                tx.execute(
                    "DELETE FROM displays WHERE hub = ?2 AND key IN (SELECT key FROM displays WHERE hub = ?1)",
                    params![broken.as_str(), new.as_str()],
                )?;
                // What the new hub's glass shows is not known, whatever the old one's did.
                tx.execute(
                    "UPDATE displays SET hub = ?2, problem = NULL WHERE hub = ?1",
                    params![broken.as_str(), new.as_str()],
                )?;
                tx.execute("DELETE FROM hubs WHERE id = ?1", [broken.as_str()])?;
            }
            Ok(true)
        })
        .await
    }
}

/// Takes down whether a battery is low; says whether that is news.
fn turns(c: &Connection, display: &DisplayId, percent: u32) -> Result<bool, StoreError> {
    let was: Option<bool> = c
        .prepare_cached("SELECT battery_low FROM displays WHERE id = ?1")?
        .query_row([display.as_str()], |row| row.get(0))
        .optional()?;
    let Some(was) = was else {
        return Ok(false);
    };
    let is = is_battery_low(was, percent);
    if is != was {
        c.prepare_cached("UPDATE displays SET battery_low = ?2 WHERE id = ?1")?
            .execute(params![display.as_str(), is])?;
    }
    Ok(is != was)
}
