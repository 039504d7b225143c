//! A house with many rooms, each on a sign of its own.

use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use placard_tests::clock::clock;
use placard_tests::fleet::Fleet;
use placard_tests::plan::Programme;
use placard_tests::programs::AGENT;
use placard_tests::wait::impatiently;
use placard_tests::{Admin, World, WorldPlan, eventually};
use serde_json::Value;
use tokio::time::sleep;

use crate::changes::Changed;
use crate::database::{Receipts, Room, link};
use crate::requests::{List, first_listing, lists};

/// Displays of each hub.
const DISPLAYS: usize = 2;

/// The channels of five hundred rooms take minutes within Google's limits.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Nothing is asked once more after so long.
const QUIET: Duration = Duration::from_secs(22);

/// Between two looks that cost somebody something.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The whole system.
#[derive(Debug)]
pub(crate) struct House {
    world: World,
    fleet: Fleet,
    receipts: Receipts,
    /// Each with the meeting that runs in it.
    rooms: Vec<(Room, String)>,
    /// What it took to read every room for the first time.
    pub(crate) first_listing: Duration,
    /// Makes titles that differ.
    changes: usize,
}

impl House {
    /// Starts it, reads every room for the first time, and waits until all changes are announced.
    pub(crate) async fn start(rooms: usize, events: usize) -> Result<Self> {
        let plan = WorldPlan {
            programme: Programme::Busy { rooms, events },
            hubs: Vec::new(),
            ..WorldPlan::small()
        };
        let mut world = World::start(plan).await?;
        let admin = world.connected_admin().await?;
        eventually("every calendar is a room", || async {
            let known = rooms_of(&admin).await?;
            // The account's own calendar is one, too.
            Ok((known.len() > rooms).then_some(()))
        })
        .await?;
        let hubs = rooms.div_ceil(DISPLAYS);
        Fleet::admit(&world, hubs).await?;
        let mut fleet = Fleet::start(&world, hubs, DISPLAYS).await?;
        fleet.is_complete(0).await?;
        fleet.is_quiet(DISPLAYS).await?;
        fleet.kill().await?;

        world.kill(AGENT).await?;
        let linked = link(&world.agent_data(), rooms)?;
        world.calendar.forget_requests().await?;
        world.revive(AGENT).await?;
        let first_listing = impatiently(PATIENCE, all_listed(&world, rooms)).await?;
        let mut fleet = Fleet::start(&world, hubs, DISPLAYS).await?;
        fleet.is_complete(0).await?;
        impatiently(PATIENCE, all_announced(&admin, rooms)).await?;
        fleet.is_quiet(DISPLAYS).await?;

        let meetings = linked.iter().map(|room| meeting(&world, &room.calendar));
        let meetings = try_join_all(meetings).await?;
        let house = Self {
            receipts: Receipts::open(&world.agent_data())?,
            world,
            fleet,
            rooms: linked.into_iter().zip(meetings).collect(),
            first_listing,
            changes: 0,
        };
        house.is_quiet().await?;
        Ok(house)
    }

    pub(crate) fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// The agent's number among the system's processes.
    pub(crate) fn agent(&self) -> Result<u32> {
        self.world.process_of(AGENT)
    }

    pub(crate) async fn quota(&self) -> Result<Value> {
        self.world.calendar.quota().await
    }

    pub(crate) async fn forget_requests(&self) -> Result<()> {
        self.world.calendar.forget_requests().await
    }

    /// Every list since requests were forgotten.
    pub(crate) async fn lists(&self) -> Result<Vec<List>> {
        lists(&self.world.calendar.requests().await?)
    }

    /// How many requests there are in so many seconds without a change.
    pub(crate) async fn idle(&self, seconds: u64) -> Result<usize> {
        self.forget_requests().await?;
        sleep(Duration::from_secs(seconds)).await;
        Ok(self.world.calendar.requests().await?.len())
    }

    /// Waits until no room has been read for a while, and none is about to be read again for an earlier change.
    pub(crate) async fn is_quiet(&self) -> Result<()> {
        let quiet = eventually("no room is read", || async {
            sleep(LOOK_EVERY).await;
            let last = self.lists().await?.iter().map(|list| list.at).max();
            let since = last.map(|last| clock().duration_since(last));
            let quiet = since.is_none_or(|since| since.unsigned_abs() >= QUIET);
            Ok(quiet.then_some(()))
        });
        impatiently(PATIENCE, quiet).await
    }

    /// Gives the meetings in these rooms other titles, all at once, and waits until the agent has committed them.
    pub(crate) async fn change(&mut self, rooms: &[usize]) -> Result<Vec<Changed>> {
        self.changes += 1;
        let title = format!("Change {}", self.changes);
        let last = self.receipts.last()?;
        let chosen: Vec<_> = rooms.iter().map(|room| &self.rooms[*room]).collect();
        let renames = chosen
            .iter()
            .map(|(room, meeting)| self.world.calendar.rename(&room.calendar, meeting, &title));
        try_join_all(renames).await?;
        let mut changed = Vec::new();
        for (room, _) in chosen {
            let (announced, committed) = eventually("the change is committed", || async {
                self.receipts.announced(room, last)
            })
            .await?;
            changed.push(Changed {
                calendar: room.calendar.clone(),
                announced,
                committed,
                answered_in: Duration::ZERO,
            });
        }
        let lists = self.lists().await?;
        for change in &mut changed {
            // The last that was begun before the commit is the one that was committed.
            let list = lists
                .iter()
                .rfind(|list| list.is_of(&change.calendar) && list.at <= change.committed);
            let list = list.with_context(|| format!("{} was not read", change.calendar))?;
            change.answered_in = list.took;
        }
        Ok(changed)
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.fleet.kill().await?;
        self.world.stop().await
    }
}

async fn rooms_of(admin: &Admin) -> Result<Vec<Value>> {
    let answer = admin.get("rooms").await?;
    Ok(answer["rooms"].as_array().cloned().unwrap_or_default())
}

/// Answers what that took.
async fn all_listed(world: &World, rooms: usize) -> Result<Duration> {
    eventually("every room is read", || async {
        sleep(LOOK_EVERY).await;
        let lists = lists(&world.calendar.requests().await?)?;
        Ok((lists.len() >= rooms).then(|| first_listing(&lists)))
    })
    .await
}

async fn all_announced(admin: &Admin, rooms: usize) -> Result<()> {
    eventually("Google announces the changes of every room", || async {
        sleep(LOOK_EVERY).await;
        let known = rooms_of(admin).await?;
        let live = known
            .iter()
            .filter(|room| room["pushes"]["state"] == "live");
        Ok((live.count() == rooms).then_some(()))
    })
    .await
}

/// The meeting that runs in a room now.
async fn meeting(world: &World, calendar: &str) -> Result<String> {
    let now = clock();
    let bookings = world.calendar.bookings(calendar).await?;
    let running = bookings
        .into_iter()
        .find(|booking| booking.start <= now && now < booking.end);
    Ok(running
        .with_context(|| format!("nothing runs in {calendar}"))?
        .id)
}
