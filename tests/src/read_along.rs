//! A world in which everything that goes to the relay and to Google leads through a proxy that reads along, so that what
//! each was told and what it answered can be searched.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;

use crate::admin::Admin;
use crate::connect_proxy::ConnectProxy;
use crate::consent;
use crate::kept::{files, values};
use crate::plan::WorldPlan;
use crate::setting_up::{CLIENT_ID, CLIENT_SECRET};
use crate::world::World;
use canary::{Canary, Place};

/// The relay's name.
pub const RELAY: &str = "relay.localhost";
/// The name of Google's stand-in.
pub const GOOGLE: &str = "google.localhost";

/// One of the two sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What somebody was told.
    Told,
    /// What they answered.
    Answered,
}

/// A system that is read along with, with an answer of Google's sealed at the relay.
#[derive(Debug)]
pub struct ReadAlong {
    /// The world.
    pub world: World,
    /// Its admin.
    pub admin: Admin,
    /// Who reads along.
    pub proxy: ConnectProxy,
    flow: String,
}

impl ReadAlong {
    /// Sets up all that comes before a sign-in is finished.
    ///
    /// # Errors
    ///
    /// Fails at the first step that is refused, and says which.
    pub async fn begin() -> Result<Self> {
        let world = World::start(WorldPlan::small()).await?;
        let proxy = world.reading_proxy().await?;
        let mut admin = world.admin_at(&world.portal)?;
        admin.claim(&world.setup_token().await?).await?;
        let body = json!({ "address": proxy.address.to_string() });
        admin
            .must(Method::PUT, "outbound/proxy", Some(&body))
            .await?;
        admin
            .enrol(&world.relay_base, &world.invite().await?)
            .await?;
        world
            .register_client(&[admin.redirect_uri().await?])
            .await?;
        admin.save_google_app(CLIENT_ID, CLIENT_SECRET).await?;
        let begun = admin
            .must(Method::POST, "integration/google/flows", None)
            .await?;
        let address = begun["authorise_url"].as_str().context("no address")?;
        let browser = world.browser_through(&proxy)?;
        let back = consent::allow(&browser, address, &world.portal).await?;
        let flow = back.query_pairs().find(|(key, _)| key == "flow");
        let flow = flow.context("no flow in the way back")?.1.into_owned();
        Ok(Self {
            world,
            admin,
            proxy,
            flow,
        })
    }

    /// The agent takes the answer and redeems it.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses.
    pub async fn finish_sign_in(&mut self) -> Result<()> {
        let route = format!("integration/google/flows/{}/finish", self.flow);
        self.admin.must(Method::POST, &route, None).await?;
        Ok(())
    }

    /// One side of what was said with `host`, connection by connection.
    pub fn said(&self, host: &str, side: Side) -> Vec<Place> {
        let all = self.proxy.overheard().into_iter();
        let of_host = all.filter(|one| one.host == host);
        of_host
            .map(|one| match side {
                Side::Told => Place {
                    name: format!("{host}: what it was told"),
                    bytes: one.sent,
                },
                Side::Answered => Place {
                    name: format!("{host}: what it answered"),
                    bytes: one.answered,
                },
            })
            .collect()
    }

    /// The word behind `before` in what was said with `host`, to be looked for elsewhere; it ends at a quotation mark, an
    /// ampersand, a space or the line's end.
    ///
    /// # Errors
    ///
    /// Fails when nothing of the kind was said.
    pub fn canary(
        &self,
        name: &'static str,
        host: &str,
        side: Side,
        before: &str,
    ) -> Result<Canary> {
        let word = self.word(host, side, before);
        let word = word.with_context(|| format!("{name} was never seen on its way"))?;
        Canary::new(name, &word)
    }

    /// The code as it passed through the relay.
    ///
    /// # Errors
    ///
    /// Fails when none did.
    pub fn code(&self) -> Result<Canary> {
        let encoded = self
            .word(RELAY, Side::Told, "code=")
            .context("no code passed through")?;
        let query = format!("c={encoded}");
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let (_, code) = pairs.next().context("a code")?;
        Canary::new("authorisation code", &code)
    }

    fn word(&self, host: &str, side: Side, before: &str) -> Option<String> {
        self.said(host, side).iter().find_map(|place| {
            let text = String::from_utf8_lossy(&place.bytes).into_owned();
            let (_, rest) = text.split_once(before)?;
            let end = rest.find(['"', '&', ' ', '\r', '\n'])?;
            Some(rest[..end].to_owned())
        })
    }

    /// What the agent asked Google to open, once it has: id, token and address of a channel.
    pub fn opened_channel(&self) -> Option<serde_json::Value> {
        self.said(GOOGLE, Side::Told).iter().find_map(|place| {
            let text = String::from_utf8_lossy(&place.bytes).into_owned();
            let (_, body) = text.split_once("/events/watch")?.1.split_once("\r\n\r\n")?;
            let mut values = serde_json::Deserializer::from_str(body).into_iter();
            values.next()?.ok()
        })
    }

    /// What the relay keeps: its folder, every value of its database, its log.
    ///
    /// # Errors
    ///
    /// Fails when it keeps nothing, or that cannot be read.
    pub fn kept(&self) -> Result<Vec<Place>> {
        let data = self.world.relay_data();
        let mut places = files(&data)?;
        for path in databases(&data)? {
            places.extend(values(&path)?);
        }
        let logs = files(&self.world.logs())?.into_iter();
        places.extend(logs.filter(|log| log.name.contains("cloud-relay")));
        Ok(places)
    }
}

/// The relay's databases.
///
/// # Errors
///
/// Fails when there is none.
pub fn databases(folder: &Path) -> Result<Vec<PathBuf>> {
    let found: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
        .collect();
    ensure!(
        !found.is_empty(),
        "the relay has no database in {}",
        folder.display()
    );
    Ok(found)
}
