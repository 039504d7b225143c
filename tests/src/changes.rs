//! A day's worth of changes to calendars, each followed to every glass that shows the room.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use frame::Renderer;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value;

use crate::admin::Admin;
use crate::calendar::{Calendar, Room};
use crate::clock::{BOUNDARY, clock};
use crate::expected::Booking;
use crate::latency::Hops;
use crate::readers;
use crate::sign::Sign;
use crate::titles::Titles;
use crate::wait::eventually;

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

/// A room is also listed unasked (20 s after a notice, and in rounds), which may see a change a moment before its notice
/// is there. So often in a row it is no coincidence.
const TRIES: usize = 3;

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
        for _ in 0..TRIES {
            if let Some(arrived) = self.try_once(kind, &room).await? {
                return Ok(arrived);
            }
        }
        bail!(
            "{TRIES} changes in {} reached the glass without Google's notice",
            room.name
        )
    }

    /// One change; none when a list that was due anyway saw it before Google's notice did its work: the sign is right
    /// then, but there are no hops to measure.
    async fn try_once(&mut self, kind: Kind, room: &Room) -> Result<Option<Arrived>> {
        let signs: Vec<Sign> = self
            .signs
            .iter()
            .filter(|s| s.room.calendar == room.calendar)
            .cloned()
            .collect();
        if kind == Kind::Cancel && !self.added.contains_key(&room.calendar) {
            self.apply(Kind::Add, room).await?;
            for sign in &signs {
                sign.is_right(self.calendar).await?;
            }
        }
        self.calm(room).await?;
        let mut before = Vec::new();
        for sign in &signs {
            before.push(
                sign.expected(self.calendar, &mut self.renderer, clock())
                    .await?
                    .hash(),
            );
        }
        let (committed, title) = self.apply(kind, room).await?;
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
                let followed = self.follow(sign, committed, &wanted.to_string()).await;
                let followed = followed.with_context(|| {
                    format!("follow {kind:?} in {} to display {}", room.name, sign.key)
                })?;
                let Some(way) = followed else {
                    return Ok(None);
                };
                hops.push(way);
            }
            if let Some(title) = title
                .as_deref()
                .filter(|_| kind == Kind::Rename && sign.panel.height >= 480)
            {
                read_back(sign, title).await?;
            }
        }
        Ok(Some(Arrived { kind, hops }))
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

    /// Waits for the receipt of that frame on that display and puts its hops together; none when no notice led to it.
    async fn follow(&self, sign: &Sign, committed: Timestamp, hash: &str) -> Result<Option<Hops>> {
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
        if receipt["webhook_at"].is_null() {
            return Ok(None);
        }
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
        Ok(Some(hops))
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
        people: Some(1),
        private: false,
        start: start.round(minute)?,
        end: end.round(minute)?,
    })
}
