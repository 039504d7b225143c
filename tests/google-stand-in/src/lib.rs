//! A Google to test against: sign-in, Calendar and People APIs, push notifications.
//!
//! It is written from what Google documents and from what others recorded, and shares no types with the agent's client: two
//! readings of the same facts. It is faithful where an edge agent can notice, keeps everything in memory, and can be told to
//! fail ([`Config`], `PUT /_stand-in/faults`). Besides Google's paths it has a page to edit events by hand (`/`) and a
//! control API below `/_stand-in/`.
//!
//! Where it is not Google: all services share one host; the rules of a series are daily or weekly only; only the Calendar
//! API counts requests; plain HTTP push addresses on `127.0.0.1` are let through.

mod admin;
mod app;
mod calendar_api;
mod caller;
mod channels;
mod clock;
mod config;
mod control;
mod data;
mod directory;
mod edit;
mod error;
mod faults;
mod fosdem;
mod html;
mod intercept;
mod log;
mod oauth;
mod params;
mod people;
mod push;
mod quota;
mod random;
mod robots;
mod rooms;
mod rooms_file;
mod router;
mod server;
mod spoil;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use crate::config::{Config, Content, Tls};
pub use crate::fosdem::{Placement, Programme, placement};
pub use crate::quota::Limits;
pub use crate::rooms_file::{RoomEntry, RoomsFile};

use crate::app::{App, Parts};
use crate::data::calendar::Kind;
use crate::data::calendars::Calendars;
use crate::directory::Directory;
use crate::faults::Faults;
use crate::oauth::grants::Lifetimes;
use crate::oauth::keys::SigningKey;
use crate::push::Pusher;

/// A running stand-in.
#[derive(Debug)]
#[must_use = "dropping it leaves the server running until the runtime ends"]
pub struct StandIn {
    addr: SocketAddr,
    base: String,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl StandIn {
    /// Starts listening and serving. Answers before this returns.
    ///
    /// # Errors
    ///
    /// Fails when the address, the certificate, the push roots or the content cannot be used.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        // Whoever embeds us may have installed it already.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let bound = server::bind(&config).await?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let faults = Arc::new(Faults::default());
        let roots = match &config.push_roots {
            Some(pem) => {
                reqwest::Certificate::from_pem_bundle(pem).context("read the push roots (PEM)")?
            }
            None => Vec::new(),
        };
        let pusher = Pusher::new(
            roots,
            &config.resolve,
            config.push_backoff,
            Arc::clone(&faults),
            tasks.clone(),
            stop.clone(),
        )
        .context("build the pusher")?;
        let (calendars, directory, accounts) = fill(&config.content)?;
        let lifetimes = Lifetimes {
            code: SignedDuration::try_from(config.code_lifetime).context("code_lifetime")?,
            access: SignedDuration::try_from(config.access_lifetime).context("access_lifetime")?,
        };
        let app = App::new(Parts {
            base: bound.base.clone(),
            accounts,
            lifetimes,
            key: SigningKey::test_only(),
            calendars,
            directory,
            faults,
            pusher,
        });
        let (addr, base) = (bound.listener.local_addr()?, bound.base.clone());
        let router = router::router(app);
        tasks.spawn(server::serve(bound, router, tasks.clone(), stop.clone()));
        Ok(Self {
            addr,
            base,
            tasks,
            stop,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `https://HOST:PORT`, the root of every Google service here.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The page for editing events by hand.
    pub fn edit_page(&self) -> String {
        format!("{}/", self.base)
    }

    /// Stops listening, lets open requests finish, drops what was not pushed.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn fill(content: &Content) -> anyhow::Result<(Calendars, Directory, Vec<String>)> {
    let now = clock::now();
    let (mut calendars, directory) = (Calendars::default(), Directory::default());
    let (accounts, zone) = match content {
        Content::Rooms(file) => {
            anyhow::ensure!(!file.accounts.is_empty(), "the rooms file names no account");
            (file.accounts.clone(), file.zone.clone())
        }
        Content::Fosdem(_) => (vec!["admin@example.com".to_owned()], placement(now).zone),
    };
    let words = |error: error::ApiError| anyhow::anyhow!("{}", error.message().to_owned());
    for account in &accounts {
        calendars
            .add(Some(account.clone()), account, &zone, Kind::Primary)
            .map_err(words)?;
    }
    match content {
        Content::Rooms(file) => file.load(&mut calendars, &directory, now),
        Content::Fosdem(programme) => {
            programme.load(&placement(now), &mut calendars, &directory, now)
        }
    }
    .map_err(words)
    .context("load the rooms")?;
    Ok((calendars, directory, accounts))
}
