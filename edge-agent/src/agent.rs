//! Builds the agent, owns every task of it, and stops it in order.

mod data;
mod listen;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;

use self::data::{DataError, DataFolder};
use self::listen::ListenError;
use crate::config::Config;
use crate::google::Google;
use crate::hubs::{Hubs, HubsConfig, StartHubsError};
use crate::news::Bus;
use crate::outbound::{OutboundError, OutboundHttp, StoredWaysError, Ways};
use crate::portal::{self, App, Feed, Parts};
use crate::relay::{self, InstanceError, Relay, StartRelayError, Timing};
use crate::rooms::fonts::{SignFonts, SignFontsError};
use crate::rooms::images::{self, ImageFetcher};
use crate::rooms::preview::Previews;
use crate::security::{
    CertificateError, For, GivenCertificate, OwnNames, PortalCertificate, SetupToken, Trials,
    machines_judge,
};
use crate::store::{OpenStoreError, Store, StoreError};
use crate::sync;

/// How often the certificate's files and the machine's addresses are looked at again.
const HOUSEKEEPING: Duration = Duration::from_secs(60 * 60);

/// Why the agent did not start.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StartError(#[from] Failure);

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("open the store")]
    OpenStore(#[from] OpenStoreError),
    #[error("read the store")]
    Store(#[from] StoreError),
    #[error("prepare the way out to relay and Google")]
    Outbound(#[from] OutboundError),
    #[error("the stored proxy or certificate authorities are of no use; enter them again")]
    Ways(#[from] StoredWaysError),
    #[error("take up with the relay")]
    Relay(#[from] StartRelayError),
    #[error("find out which copy of the agent this is")]
    Instance(#[from] InstanceError),
    #[error("read the fonts of signs")]
    Fonts(#[from] SignFontsError),
    #[error("read the fonts of signs")]
    FontsStopped(#[source] tokio::task::JoinError),
    #[error("open the door for hubs")]
    Hubs(#[from] StartHubsError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("prepare the portal's certificate")]
    Certificate(#[from] CertificateError),
    #[error("prepare TLS for the portal")]
    Tls(#[from] rustls::Error),
    #[error("start the thread that draws previews")]
    Previews(#[source] std::io::Error),
    #[error("read or write the setup token")]
    SetupToken(#[source] std::io::Error),
}

/// A running agent.
#[must_use = "dropping it leaves its tasks without an owner; call `shutdown`"]
#[derive(Debug)]
pub struct Agent {
    names: OwnNames,
    portal_address: SocketAddr,
    hubs_address: SocketAddr,
    /// Work that feeds the store: relay and sync.
    work: Group,
    /// What others are connected to: portal and hubs, with the planning for these.
    doors: Group,
    /// Held so that no second agent runs on the same data.
    _data: DataFolder,
}

/// Tasks that stop together.
#[derive(Debug, Default)]
struct Group {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Group {
    async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Agent {
    /// Starts everything; when this returns, browsers and hubs can connect.
    ///
    /// # Errors
    ///
    /// Fails when the data folder is in use or unreadable, or an address cannot be listened on.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Ok(Self::build(config).await?)
    }

    async fn build(config: Config) -> Result<Self, Failure> {
        let data = DataFolder::open(&config.data)?;
        let keys = config.data.join("keys");
        let store = Store::open(&config.data)?;
        let bus = Bus::new();
        let (work, doors) = (Group::default(), Group::default());

        let ways = Ways::stored(store.outbound().await?)?;
        let http = OutboundHttp::new(&config.outbound, ways)?;
        let relay = Relay::start(
            &config.data,
            store.clone(),
            http.clone(),
            bus.clone(),
            Timing::default(),
            &work.tasks,
            work.stop.clone(),
        )
        .await?;
        let google = Google::start(
            store.clone(),
            &http,
            config.google,
            relay.clone(),
            bus.clone(),
        )
        .await?;
        work.tasks
            .spawn(google.clone().watch_clock(work.stop.clone()));
        let folder = config.fonts;
        let fonts = tokio::task::spawn_blocking(move || SignFonts::load(folder.as_deref()))
            .await
            .map_err(Failure::FontsStopped)??;
        // Before sync, so that the planner hears of every list.
        let hubs = Hubs::start(
            HubsConfig {
                listen: config.hubs.listen,
                addresses: config.hubs.addresses,
                instance: relay::instance(&config.data)?.to_string().into_bytes(),
                fonts: fonts.clone(),
            },
            store.clone(),
            bus.clone(),
            &keys,
            &doors.tasks,
            doors.stop.clone(),
        )
        .await?;
        let signals = relay.calendar_signals();
        let (tasks, stop) = (&work.tasks, work.stop.clone());
        sync::start(
            store.clone(),
            google.clone(),
            signals,
            config.sync,
            bus.clone(),
            tasks,
            stop,
        );

        let images = ImageFetcher::new(config.image_hosts, http.clone());
        tasks.spawn(work.stop.clone().run_until_cancelled_owned(images::keep(
            images,
            store.clone(),
            bus.clone(),
        )));

        let listener = listen::portal(config.portal.listen, &store).await?;
        let portal_address = listener.local_addr().map_err(ListenError::Address)?;
        let (names, certificate) =
            identity(&store, &config.portal.name, portal_address, &keys).await?;
        let trials = Trials::new(names.clone(), certificate.clone());
        doors
            .tasks
            .spawn(trials.clone().watch(now, doors.stop.clone()));
        let setup_token = SetupToken::in_data(&config.data);
        announce_setup(&store, &setup_token, &names).await?;
        let feed = Feed::new();
        doors
            .tasks
            .spawn(feed.clone().keep(bus.follow(), doors.stop.clone()));
        let app = App::new(Parts {
            previews: Previews::start(store.clone(), fonts).map_err(Failure::Previews)?,
            store,
            bus,
            feed,
            relay: relay.clone(),
            http,
            google,
            hubs: hubs.clone(),
            names: names.clone(),
            certificate: certificate.clone(),
            trials: trials.clone(),
            setup_token,
            data: config.data,
            stop: doors.stop.clone(),
        });
        serve_portal(&doors, listener, certificate, app)?;
        work.tasks
            .spawn(keep_house(relay, names.clone(), trials, work.stop.clone()));
        info!(portal = names.url(), "the agent is up");
        Ok(Self {
            names,
            portal_address,
            hubs_address: hubs.local_addr(),
            work,
            doors,
            _data: data,
        })
    }

    /// What `serve` prints for whoever started it: where the doors are.
    pub fn ready_line(&self) -> String {
        let line = serde_json::json!({
            "ready": true,
            "portal": self.names.url(),
            "hubs": self.hubs_address.to_string(),
        });
        line.to_string()
    }

    /// Where the portal listens.
    pub fn portal_address(&self) -> SocketAddr {
        self.portal_address
    }

    /// Stops in order, and returns when every task has ended.
    pub async fn shutdown(self) {
        // No new work and no new pictures, so that what goes out last is consistent.
        self.work.end().await;
        // Goodbyes to browsers and hubs; hubs go on by their plans.
        self.doors.end().await;
        // The store's threads end with the last handle; what was committed is on disk already.
    }
}

fn serve_portal(
    doors: &Group,
    listener: TcpListener,
    certificate: PortalCertificate,
    app: App,
) -> Result<(), rustls::Error> {
    let exchanges = certificate.exchanges();
    let tls = portal::tls(certificate)?;
    let router = portal::router(app);
    let stop = doors.stop.clone();
    doors
        .tasks
        .spawn(portal::serve(listener, tls, exchanges, router, stop));
    Ok(())
}

/// The portal's name and certificate: those that an admin set there, else what the configuration and the keys say.
async fn identity(
    store: &Store,
    configured: &str,
    listen: SocketAddr,
    keys: &Path,
) -> Result<(OwnNames, PortalCertificate), Failure> {
    let stored = store.portal_identity().await?;
    let name = stored.as_ref().map_or(configured, |stored| &stored.name);
    let names = OwnNames::new(name, listen);
    let of = For {
        name,
        names: &names.certificate_names(),
    };
    let uploaded = stored
        .as_ref()
        .and_then(|stored| stored.certificate.clone())
        .map(|given| GivenCertificate {
            chain: given.chain,
            key: given.key,
        });
    let certificate = PortalCertificate::load(keys, uploaded, machines_judge(), of, now())?;
    Ok((names, certificate))
}

/// Says how to claim an agent that nobody has claimed, and forgets the token of one that somebody has.
async fn announce_setup(
    store: &Store,
    token: &SetupToken,
    names: &OwnNames,
) -> Result<(), Failure> {
    if store.is_claimed().await? {
        // Left when the agent was killed between the claim and the file's removal.
        return token.remove().map_err(Failure::SetupToken);
    }
    let text = token.ensure().map_err(Failure::SetupToken)?;
    info!(
        "nobody has claimed this agent yet: open {}/setup and enter {text} (also in {})",
        names.url(),
        token.path().display()
    );
    Ok(())
}

/// Tells the relay where browsers may be sent back to, and serves with what the certificate's files hold.
async fn keep_house(relay: Relay, names: OwnNames, trials: Trials, stop: CancellationToken) {
    let mut changed = trials.follow();
    let mut told = Vec::new();
    loop {
        let origins = names.origins();
        if origins != told {
            // Not registered yet is no failure: the relay's own link registers them as soon as it can.
            match relay.set_origins(origins.clone()).await {
                Ok(()) => told = origins,
                Err(error) => info!(%error, "the relay does not know the portal's addresses yet"),
            }
        }
        trials.refresh(now());
        tokio::select! {
            () = stop.cancelled() => return,
            // Another name is another address to come back to.
            _ = changed.changed() => {}
            () = tokio::time::sleep(HOUSEKEEPING) => {}
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the agent reads the clock for what starts now"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
