//! Setting a world up by script: relay, Google, hubs, and each display linked to a room that has talks now.

use anyhow::{Context, Result, ensure};

use crate::admin::Admin;
use crate::sign::Sign;
use crate::world::World;

/// Connects everything and links every display of the world, the last two to one room.
///
/// # Errors
///
/// Fails at the first step that is refused, and says which.
pub async fn link_all(world: &mut World) -> Result<(Admin, Vec<Sign>)> {
    let mut admin = world
        .connected_admin()
        .await
        .context("claim, enrol and connect")?;
    let signs = link_displays(world, &mut admin).await?;
    Ok((admin, signs))
}

/// Pairs every hub and links every display, for an admin who has connected the rest.
///
/// # Errors
///
/// Fails at the first step that is refused, and says which.
pub async fn link_displays(world: &mut World, admin: &mut Admin) -> Result<Vec<Sign>> {
    world.pair_all(admin).await.context("pair the hubs")?;
    let mut rooms = world.calendar.rooms().await?;
    // Those with a talk now come first; the sort keeps the programme's own order otherwise.
    rooms.sort_by_key(|room| !room.busy_now);
    let displays = world.displays();
    ensure!(!rooms.is_empty(), "the stand-in has no rooms");
    let mut signs = Vec::new();
    for (index, (hub, key, panel)) in displays.iter().enumerate() {
        let distinct = rooms.len().min(displays.len().saturating_sub(1)).max(1);
        let room = rooms[index % distinct].clone();
        admin
            .link(key, &room.name)
            .await
            .with_context(|| format!("link {key} to {}", room.name))?;
        signs.push(Sign {
            key: key.clone(),
            display: admin.display(key).await?,
            panel: panel
                .parse()
                .with_context(|| format!("`{panel}` is a panel"))?,
            glass: world.glass(hub, key),
            room,
        });
    }
    Ok(signs)
}
