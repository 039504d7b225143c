//! Images that layouts name by address: fetched beforehand, from hosts that were allowed, and never while drawing.
//!
//! A layout comes from a person, but perhaps not from one who may look behind the agent's walls. So a name is resolved
//! once, every address it has is judged, the connection goes to exactly those addresses, and no redirect is followed:
//! neither the agent itself nor anything that only this machine can reach is ever asked.

use std::collections::{BTreeSet, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use frame::{Document, Pictures};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::error::RecvError;
use url::{Host, Url};

use super::look::Look;
use crate::news::{Bus, News};
use crate::outbound::OutboundHttp;
use crate::security::interfaces;
use crate::store::{Store, StoreError};

/// The largest image that is taken, in bytes: a full-colour photo for the largest panel, well compressed.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// An intranet answers within this, or is asked again later.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often addresses that have not given an image yet are tried again.
const ROUND: Duration = Duration::from_secs(10 * 60);

/// Images are kept by their address; a new picture needs a new one, as with SyncSign.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(9);

/// The most addresses of one layout that are fetched.
const MAX_PER_LAYOUT: usize = 20;

/// Why an image was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("`{0}` is not the address of an image; write https:// or http://, a host and a path")]
    Address(String),
    #[error(
        "images from `{0}` are not allowed; add the host to `[images] hosts` in agent.toml and restart the agent"
    )]
    Host(String),
    #[error("`{0}` leads to this machine or to nowhere that an image can be; name another host")]
    Own(String),
    #[error("the name `{0}` is not known; check its spelling")]
    Unknown(String),
    #[error("the image did not come")]
    Request(#[from] reqwest::Error),
    #[error("the host answered {0} instead of an image")]
    Status(u16),
    #[error("the image is larger than {MAX_BYTES} bytes; use a smaller one")]
    TooLarge,
}

/// Where images may come from.
#[derive(Clone, Debug)]
pub(crate) struct ImageFetcher {
    hosts: Arc<BTreeSet<String>>,
    http: OutboundHttp,
    /// Which addresses are this machine's own.
    own: fn(IpAddr) -> bool,
}

impl ImageFetcher {
    /// Fetches from these hosts (lowercase) and no others.
    pub(crate) fn new(hosts: BTreeSet<String>, http: OutboundHttp) -> Self {
        Self {
            hosts: Arc::new(hosts),
            http,
            own: is_own,
        }
    }

    /// The file at `address`.
    ///
    /// # Errors
    ///
    /// Fails when the address is not allowed, leads to this machine, or gives no image in time.
    pub(crate) async fn fetch(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        let (url, host) = self.allowed(address)?;
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = self.judged(&host, port).await?;
        let client = self
            .http
            .builder()
            .no_proxy()
            .timeout(PATIENCE)
            .resolve_to_addrs(&host, &addresses)
            .build()?;
        let mut answer = client.get(url).send().await?;
        if !answer.status().is_success() {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let mut file = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if file.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            file.extend_from_slice(&chunk);
        }
        Ok(file)
    }

    /// The address, if its scheme and its host are allowed. An address in figures is no name and never is.
    fn allowed(&self, address: &str) -> Result<(Url, String), FetchError> {
        let not = || FetchError::Address(address.to_owned());
        let mut url = Url::parse(address).map_err(|_| not())?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Err(not());
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').to_ascii_lowercase(),
            Some(other) => return Err(FetchError::Host(other.to_string())),
            None => return Err(not()),
        };
        if self.hosts.contains(&host) {
            // Without the dot that may stand behind it: what is resolved must be what is asked.
            url.set_host(Some(&host)).map_err(|_| not())?;
            Ok((url, host))
        } else {
            Err(FetchError::Host(host))
        }
    }

    /// Every address of the host, none of which may be this machine's.
    async fn judged(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, FetchError> {
        let addresses: Vec<SocketAddr> = match self.http.resolve(host) {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => tokio::net::lookup_host((host, port))
                .await
                .map_err(|_| FetchError::Unknown(host.to_owned()))?
                .collect(),
        };
        if addresses.is_empty() {
            return Err(FetchError::Unknown(host.to_owned()));
        }
        if addresses.iter().any(|address| (self.own)(address.ip())) {
            return Err(FetchError::Own(host.to_owned()));
        }
        Ok(addresses)
    }
}

/// Whether an address is this machine's, or one that no image of the building can have.
fn is_own(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let never = match address {
        // Link-local has the metadata services of clouds.
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast() || v4.octets()[0] == 0,
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    never
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || interfaces().contains(&address)
}

/// The pictures of a layout that are at hand.
pub(crate) async fn of_layout(store: &Store, look: &Look) -> Result<Pictures, StoreError> {
    let mut pictures = Pictures::default();
    for address in addresses(look.document()) {
        if let Some(image) = store.web_image(address).await?
            && let Some(file) = image.file
        {
            pictures.insert(address, file);
        }
    }
    Ok(pictures)
}

/// The addresses that a layout names; its other pictures have plain names.
pub(crate) fn addresses(document: &Document) -> impl Iterator<Item = &str> {
    let pictures = document.pictures().into_iter();
    pictures
        .filter(|name| name.contains("://"))
        .take(MAX_PER_LAYOUT)
}

/// Fetches what layouts name whenever one is saved, and what did not come again from time to time.
pub(crate) async fn keep(fetcher: ImageFetcher, store: Store, bus: Bus) {
    let mut news = bus.follow();
    let mut round = tokio::time::interval(ROUND);
    loop {
        if let Err(error) = fetch_missing(&fetcher, &store, &bus).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "images of layouts were not looked after"
            );
        }
        loop {
            tokio::select! {
                piece = news.recv() => match piece {
                    Ok(News::LayoutsChanged) | Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                },
                _ = round.tick() => break,
            }
        }
    }
}

async fn fetch_missing(fetcher: &ImageFetcher, store: &Store, bus: &Bus) -> Result<(), StoreError> {
    let mut asked = HashSet::new();
    for layout in store.layouts().await? {
        let Ok((document, _)) = Document::parse(&layout.document) else {
            continue;
        };
        let mut came = false;
        for address in addresses(&document) {
            if asked.insert(address.to_owned()) {
                came |= fetch_one(fetcher, store, address).await?;
            }
        }
        if came {
            let shown = edge_api::layouts::LayoutRef::Own(layout.id);
            for display in store.displays_with_layout(&shown).await? {
                bus.send(News::LinksChanged { display });
            }
        }
    }
    Ok(())
}

/// Says whether an image has come that was not here.
async fn fetch_one(
    fetcher: &ImageFetcher,
    store: &Store,
    address: &str,
) -> Result<bool, StoreError> {
    let now = now();
    let known = store.web_image(address).await?;
    let settled = known.is_some_and(|image| {
        image.file.is_some() || now.duration_since(image.tried_at) < AGAIN_AFTER
    });
    if settled {
        return Ok(false);
    }
    let outcome = fetcher.fetch(address).await;
    if let Err(error) = &outcome {
        tracing::info!(address, %error, "an image of a layout was not fetched");
    }
    let came = outcome.is_ok();
    store
        .save_web_image(address, outcome.map_err(|error| error.to_string()), now)
        .await?;
    Ok(came)
}

#[expect(
    clippy::disallowed_methods,
    reason = "images are asked for again after a while"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests;
