//! A day's worth of changes to calendars, each followed to every glass that shows the room.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use frame::{Panel, Renderer};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value;

use crate::admin::Admin;
use crate::calendar::{Calendar, Room};
use crate::clock::{BOUNDARY, clock};
use crate::expected::{self, Booking};
use crate::glass::Glass;
use crate::latency::Hops;
use crate::readers;
use crate::titles::Titles;
use crate::wait::eventually;

/// A display that shows a room.
#[derive(Clone, Debug)]
pub struct Sign {
    /// The display's key at its hub.
    pub key: String,
    /// The display's id at the agent.
    pub display: String,
    /// The panel.
    pub panel: Panel,
    /// Its glass.
    pub glass: Glass,
    /// The room it is linked to.
    pub room: Room,
}

impl Sign {
    /// What the glass should show now, by this crate's own reading of the stand-in.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn expected(
        &self,
        calendar: &Calendar,
        renderer: &mut Renderer,
        now: Timestamp,
    ) -> Result<frame::Bitmap> {
        let bookings = calendar.bookings(&self.room.calendar).await?;
        let state = expected::state(
            &self.room.name,
            &self.room.calendar,
            &self.room.zone,
            &bookings,
            now,
        );
        Ok(expected::picture(renderer, &state, &self.panel))
    }

    /// Waits until the glass shows exactly the expected pixels.
    ///
    /// # Errors
    ///
    /// Fails when it never does; the expected picture is then left beside the glass for a person to compare.
    pub async fn is_right(&self, calendar: &Calendar) -> Result<()> {
        let renderer = std::cell::RefCell::new(Renderer::new());
        let outcome = eventually(
            &format!("display {} shows what {} has", self.key, self.room.name),
            || async {
                let wanted = {
                    let bookings = calendar.bookings(&self.room.calendar).await?;
                    let state = expected::state(
                        &self.room.name,
                        &self.room.calendar,
                        &self.room.zone,
                        &bookings,
                        clock(),
                    );
                    expected::picture(&mut renderer.borrow_mut(), &state, &self.panel)
                };
                Ok((self.glass.pixels()? == wanted).then_some(()))
            },
        )
        .await;
        if outcome.is_err() {
            let wanted = self
                .expected(calendar, &mut Renderer::new(), clock())
                .await?;
            let beside = self.glass.picture().with_extension("expected.png");
            std::fs::write(&beside, wanted.to_png())?;
            return outcome.with_context(|| {
                format!(
                    "compare {} with {}",
                    self.glass.picture().display(),
                    beside.display()
                )
            });
        }
        outcome
    }
}

/// What is done to a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The running talk gets another title.
    Rename,
    /// The running talk ends five minutes later.
    Move,
    /// A talk is put in that starts next.
    Add,
    /// The talk that was put in is taken out.
    Cancel,
}

/// The order in which a room's talks are changed.
const ROUND: [Kind; 4] = [Kind::Rename, Kind::Move, Kind::Add, Kind::Cancel];

/// One change that has reached the glass.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// What was done.
    pub kind: Kind,
    /// The hops to each display whose picture it changed.
    pub hops: Vec<Hops>,
}

/// Makes changes and follows each to the glass.
#[derive(Debug)]
pub struct Changes<'a> {
    admin: &'a Admin,
    calendar: &'a Calendar,
    signs: &'a [Sign],
    titles: Titles,
    added: BTreeMap<String, String>,
    renderer: Renderer,
}

impl<'a> Changes<'a> {
    /// Over these signs; the admin reads the receipts.
    pub fn new(admin: &'a Admin, calendar: &'a Calendar, signs: &'a [Sign]) -> Self {
        Self {
            admin,
            calendar,
            signs,
            titles: Titles::default(),
            added: BTreeMap::new(),
            renderer: Renderer::new(),
        }
    }

    /// Makes the `index`-th change and waits until every glass of that room shows it.
    ///
    /// # Errors
    ///
    /// Fails when a glass never shows it, and says which hop was the last to happen.
    pub async fn make(&mut self, index: usize) -> Result<Arrived> {
        let rooms = self.rooms();
        let room = rooms
            .get(index % rooms.len().max(1))
            .context("no sign is linked to a room")?
            .clone();
        let kind = ROUND[(index / rooms.len()) % ROUND.len()];
        let signs: Vec<Sign> = self
            .signs
            .iter()
            .filter(|s| s.room.calendar == room.calendar)
            .cloned()
            .collect();
        self.calm(&room).await?;
        let mut before = Vec::new();
        for sign in &signs {
            before.push(
                sign.expected(self.calendar, &mut self.renderer, clock())
                    .await?
                    .hash(),
            );
        }
        let (committed, title) = self.apply(kind, &room).await?;
        let mut hops = Vec::new();
        for (sign, before) in signs.iter().zip(before) {
            let wanted = sign
                .expected(self.calendar, &mut self.renderer, clock())
                .await?
                .hash();
            sign.is_right(self.calendar)
                .await
                .with_context(|| format!("{kind:?} in {}", room.name))?;
            if wanted != before {
                hops.push(
                    self.follow(sign, committed, &wanted.to_string())
                        .await
                        .with_context(|| {
                            format!("follow {kind:?} in {} to display {}", room.name, sign.key)
                        })?,
                );
            }
            if let Some(title) = title
                .as_deref()
                .filter(|_| kind == Kind::Rename && sign.panel.height >= 480)
            {
                read_back(sign, title).await?;
            }
        }
        Ok(Arrived { kind, hops })
    }

    /// The rooms that signs are linked to, each once.
    fn rooms(&self) -> Vec<Room> {
        let by_calendar: BTreeMap<_, _> = self
            .signs
            .iter()
            .map(|s| (s.room.calendar.clone(), s.room.clone()))
            .collect();
        by_calendar.into_values().collect()
    }

    /// Waits until no meeting of the room begins or ends within the next moments: a picture that changes by itself is
    /// no measure of one that was changed.
    async fn calm(&self, room: &Room) -> Result<()> {
        eventually(
            &format!("no meeting in {} is about to begin or end", room.name),
            || async {
                let now = clock();
                let near =
                    |instant: Timestamp| instant.duration_since(now).unsigned_abs() < BOUNDARY;
                let bookings = self.calendar.bookings(&room.calendar).await?;
                Ok((!bookings.iter().any(|b| near(b.start) || near(b.end))).then_some(()))
            },
        )
        .await
    }

    async fn apply(&mut self, kind: Kind, room: &Room) -> Result<(Timestamp, Option<String>)> {
        let now = clock();
        let running = self
            .calendar
            .bookings(&room.calendar)
            .await?
            .into_iter()
            .find(|b| b.start <= now && now < b.end);
        let title = self.titles.draw();
        let committed = match kind {
            Kind::Rename | Kind::Move if running.is_none() => {
                self.calendar
                    .add(
                        &room.calendar,
                        &talk(&title, now - 5.minutes(), now + 40.minutes())?,
                    )
                    .await?
                    .0
            }
            Kind::Rename => {
                let running = running.context("a talk runs")?;
                self.calendar
                    .rename(&room.calendar, &running.id, &title)
                    .await?
            }
            Kind::Move => {
                let running = running.context("a talk runs")?;
                self.calendar
                    .reschedule(
                        &room.calendar,
                        &running.id,
                        running.start,
                        running.end + 5.minutes(),
                    )
                    .await?
            }
            Kind::Add => {
                let (at, id) = self
                    .calendar
                    .add(
                        &room.calendar,
                        &talk(&title, now + 3.minutes(), now + 8.minutes())?,
                    )
                    .await?;
                self.added.insert(room.calendar.clone(), id);
                return Ok((at, None));
            }
            Kind::Cancel => {
                let id = self
                    .added
                    .remove(&room.calendar)
                    .context("a talk was added before")?;
                self.calendar.cancel(&room.calendar, &id).await?
            }
        };
        Ok((committed, Some(title)))
    }

    /// Waits for the receipt of that frame on that display and puts its hops together.
    async fn follow(&self, sign: &Sign, committed: Timestamp, hash: &str) -> Result<Hops> {
        let receipt = eventually(
            &format!("the receipt of frame {hash} on {} is closed", sign.key),
            || async {
                let receipts = self.admin.receipts().await?;
                let of_sign = |r: &&Value| {
                    r["display"] == sign.display.as_str()
                        && r["hash"] == hash
                        && !r["displayed_at"].is_null()
                };
                Ok(receipts.iter().find(of_sign).cloned())
            },
        )
        .await?;
        let shown = sign
            .glass
            .history()?
            .into_iter()
            .rev()
            .find(|s| s.hash == hash)
            .context("the hub's log of the glass has the frame")?;
        let at = |hop: &str| -> Result<Timestamp> {
            receipt[hop]
                .as_str()
                .with_context(|| format!("hop `{hop}` did not happen: {receipt}"))?
                .parse()
                .with_context(|| format!("read {hop}"))
        };
        let hops = Hops {
            committed,
            webhook: at("webhook_at")?,
            hint: at("hint_at")?,
            listed: at("listed_at")?,
            rendered: at("rendered_at")?,
            stored: at("stored_at")?,
            displayed: shown
                .at
                .context("the hub's clock was set when it showed the frame")?,
        };
        ensure!(
            hops.displayed >= committed - SignedDuration::from_millis(1),
            "the glass showed it before it was done: {hops:?}"
        );
        Ok(hops)
    }
}

/// Reads room and title from the glass with software that is not ours.
async fn read_back(sign: &Sign, title: &str) -> Result<()> {
    let copy: PathBuf = sign.glass.picture().with_extension("read.png");
    std::fs::copy(sign.glass.picture(), &copy)?;
    let seen = readers::words(&copy).await?;
    for wanted in [title, sign.room.name.as_str()] {
        let share = readers::misread(wanted, &seen);
        ensure!(
            share <= 0.10,
            "tesseract misread {:.0} % of `{wanted}` on {}: it saw\n{seen}",
            share * 100.0,
            copy.display()
        );
    }
    let code = readers::qr_code(&copy).await?;
    ensure!(
        code == frame::booking_url(&sign.room.calendar),
        "the QR code says `{code}`"
    );
    Ok(())
}

fn talk(title: &str, start: Timestamp, end: Timestamp) -> Result<Booking> {
    let minute = jiff::TimestampRound::new().smallest(jiff::Unit::Minute);
    Ok(Booking {
        id: String::new(),
        title: Some(title.to_owned()),
        organiser: Some("Ada Lovelace".to_owned()),
        start: start.round(minute)?,
        end: end.round(minute)?,
    })
}
