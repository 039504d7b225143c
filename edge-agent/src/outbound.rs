//! The one way out: the HTTP client for Google and the relay, and connections for the relay's WebSocket.
//!
//! Bottom up: [`refusal`] what a proxy answers, in words · [`proxy`] CONNECT · [`trust`] certificate authorities ·
//! [`explain`] better words for the client's errors. [`OutboundHttp`] is the handle; an admin changes proxy and
//! authorities while it is in use.

mod clock;
mod explain;
mod proxy;
mod refusal;
#[cfg(test)]
mod tests;
mod trust;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::iter;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::ClientConfig;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

pub(crate) use self::clock::clock_skew;
use self::explain::Explain;
pub(crate) use self::explain::UnknownAuthority;
pub(crate) use self::proxy::{Credentials, Io, NotAProxy, Proxy};
pub(crate) use self::refusal::ProxyRefusal;
pub(crate) use self::trust::{Authority, NotAuthorities, TrustError, parse_authorities};
use crate::config::Outbound;
use crate::store::StoredOutbound;

/// Beyond this a name or a route is not coming; the next attempt is better than more patience.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// As long, and as long again for asking a proxy why.
const CONNECT_TIMEOUT_WITH_PROXY: Duration = Duration::from_secs(25);

/// A whole answer takes at most this long: the largest, a page of 2500 events over a slow line, is a few megabytes.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Kept open between a hint and the next, so that a list does not begin with a handshake. Google closes after about
/// four minutes; a connection that it has closed is noticed and replaced.
const IDLE_TIMEOUT: Duration = Duration::from_secs(210);

/// Finds out that a connection died silently (a NAT that forgot it) before a hint has to.
const PROBE_INTERVAL: Duration = Duration::from_secs(45);

/// How the agent identifies itself. Google compresses answers only for agents that name gzip.
const USER_AGENT: &str = concat!("Placard/", env!("CARGO_PKG_VERSION"), " (gzip)");

/// Why the way out could not be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("prepare the HTTP client")]
    Client(#[source] reqwest::Error),
}

/// Why a connection of one's own was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error(transparent)]
    Proxy(#[from] ProxyRefusal),
    #[error("connect to {address}; does the firewall let this machine out there?")]
    Tcp {
        address: String,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    UnknownAuthority(#[from] UnknownAuthority),
    #[error(
        "the certificate or the TLS of {host} is not accepted; is something between here and there reading along?"
    )]
    Tls {
        host: String,
        #[source]
        source: std::io::Error,
    },
}

/// What went wrong, its cause, a semicolon and what to do, for people. What a proxy said stands for itself.
pub(crate) fn in_words(error: &(dyn StdError + 'static)) -> String {
    let causes = || {
        iter::successors(Some(error), |error: &&(dyn StdError + 'static)| {
            (*error).source()
        })
    };
    let outbound =
        causes().find(|cause| cause.is::<ProxyRefusal>() || cause.is::<UnknownAuthority>());
    if let Some(told) = outbound {
        return told.to_string();
    }
    let text = error.to_string();
    match (causes().skip(1).last(), text.split_once("; ")) {
        (None, _) => text,
        (Some(cause), Some((what, todo))) => format!("{what} ({cause}); {todo}"),
        (Some(cause), None) => format!("{text} ({cause})"),
    }
}

/// What an admin sets in the portal, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The company's proxy.
    pub(crate) proxy: Option<Proxy>,
    /// Authorities to believe besides the machine's.
    pub(crate) authorities: Vec<Authority>,
}

/// Stored settings that this version does not take.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoredWaysError {
    #[error(transparent)]
    Proxy(#[from] NotAProxy),
    #[error(transparent)]
    Authorities(#[from] NotAuthorities),
}

impl Ways {
    /// Reads what is stored; it was checked when an admin entered it.
    pub(crate) fn stored(stored: StoredOutbound) -> Result<Self, StoredWaysError> {
        let proxy = stored.proxy.map(|proxy| {
            let credentials = proxy.credentials.map(|c| Credentials {
                user: c.user,
                password: c.password,
            });
            Proxy::parse(&proxy.address, credentials, &proxy.direct)
        });
        let authorities = stored.authorities.as_deref();
        Ok(Self {
            proxy: proxy.transpose()?,
            authorities: authorities
                .map(trust::read_authorities)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

/// Everything that leaves the building goes through this; cheap to clone.
///
/// Believes the machine's certificate authorities, those in `extra_ca` and those that an admin added; follows no
/// redirects; takes the proxy that an admin set, and none from the environment.
#[derive(Clone, Debug)]
pub(crate) struct OutboundHttp(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Outbound,
    present: ArcSwap<Present>,
    changed: watch::Sender<()>,
    /// One change at a time.
    changing: std::sync::Mutex<()>,
}

#[derive(Debug)]
struct Present {
    ways: Ways,
    client: reqwest::Client,
    tls: Arc<ClientConfig>,
}

impl OutboundHttp {
    /// Reads the certificate authorities and opens nothing yet.
    pub(crate) fn new(config: &Outbound, ways: Ways) -> Result<Self, OutboundError> {
        Ok(Self(Arc::new(Shared {
            present: ArcSwap::from_pointee(Present::new(config, ways)?),
            config: config.clone(),
            changed: watch::Sender::new(()),
            changing: std::sync::Mutex::default(),
        })))
    }

    /// Takes other ways from the next request on; connections that are open stay so until their users let go.
    pub(crate) fn take(&self, ways: Ways) -> Result<(), OutboundError> {
        let _one_at_a_time = self
            .0
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.0.present.load().ways != ways {
            let present = Present::new(&self.0.config, ways)?;
            self.0.present.store(Arc::new(present));
            self.0.changed.send_replace(());
        }
        Ok(())
    }

    /// What is set.
    pub(crate) fn ways(&self) -> Ways {
        self.0.present.load().ways.clone()
    }

    /// Tells whoever holds a connection that the ways have changed.
    pub(crate) fn follow(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// For requests and answers; to be asked for anew each time, so that a change is taken.
    pub(crate) fn client(&self) -> reqwest::Client {
        self.0.present.load().client.clone()
    }

    /// For a client of one's own within the building: the same trust, no proxy, no redirect, nothing kept open.
    pub(crate) fn builder(&self) -> reqwest::ClientBuilder {
        builder(&self.0.present.load().tls)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_TIMEOUT)
    }

    /// The address that the configuration gives a host.
    pub(crate) fn resolve(&self, host: &str) -> Option<IpAddr> {
        self.0.config.resolve.get(host).copied()
    }

    /// The addresses that [`Self::dial`] would go to, if it went without a proxy.
    pub(crate) async fn addresses_of(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        if let Some(given) = self.0.config.resolve.get(&host.to_ascii_lowercase()) {
            return Ok(vec![*given]);
        }
        let bare = host.trim_matches(['[', ']']);
        let found = tokio::net::lookup_host((bare, 443)).await?;
        let mut found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Opens a connection of one's own, such as for a WebSocket: the same way, the same trust, no ALPN.
    pub(crate) async fn dial(
        &self,
        host: &str,
        port: u16,
        encrypted: bool,
    ) -> Result<Box<dyn Io>, DialError> {
        let present = self.0.present.load_full();
        let bare = host.trim_matches(['[', ']']);
        let proxy = present.ways.proxy.as_ref();
        let io = match proxy.filter(|proxy| encrypted && proxy.serves(host)) {
            Some(proxy) => proxy.open(host, port, &present.tls).await?,
            None => self.direct(bare, port).await?,
        };
        if !encrypted {
            return Ok(io);
        }
        let failed = |source: std::io::Error| match explain::is_unknown_authority(&source) {
            true => DialError::UnknownAuthority(UnknownAuthority {
                host: host.to_owned(),
            }),
            false => DialError::Tls {
                host: host.to_owned(),
                source,
            },
        };
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|error| failed(std::io::Error::other(error)))?;
        let tls = TlsConnector::from(Arc::clone(&present.tls));
        Ok(Box::new(tls.connect(name, io).await.map_err(failed)?))
    }

    async fn direct(&self, host: &str, port: u16) -> Result<Box<dyn Io>, DialError> {
        let given = self.0.config.resolve.get(&host.to_ascii_lowercase());
        let tcp = match given {
            Some(address) => TcpStream::connect((*address, port)).await,
            None => TcpStream::connect((host, port)).await,
        };
        let tcp = tcp.and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp));
        let tcp = tcp.map_err(|source| DialError::Tcp {
            address: format!("{host}:{port}"),
            source,
        })?;
        Ok(Box::new(tcp))
    }
}

impl Present {
    fn new(config: &Outbound, ways: Ways) -> Result<Self, OutboundError> {
        let mut extra = trust::from_file(config.extra_ca.as_ref())?;
        let added = ways.authorities.iter().map(|a| a.certificate.clone());
        extra.extend(added);
        let tls = tls(extra)?;
        let client = client(&config.resolve, &ways, &tls).map_err(OutboundError::Client)?;
        Ok(Self { ways, client, tls })
    }
}

fn builder(tls: &ClientConfig) -> reqwest::ClientBuilder {
    let mut with_http2 = tls.clone();
    with_http2.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(with_http2)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(USER_AGENT)
}

fn tls(extra: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, TrustError> {
    trust::tls_config(extra).map(Arc::new)
}

fn client(
    resolve: &BTreeMap<String, IpAddr>,
    ways: &Ways,
    tls: &Arc<ClientConfig>,
) -> reqwest::Result<reqwest::Client> {
    let connect_timeout = match ways.proxy {
        Some(_) => CONNECT_TIMEOUT_WITH_PROXY,
        None => CONNECT_TIMEOUT,
    };
    let chooser = ways.proxy.clone();
    let mut choice = reqwest::Proxy::custom(move |url| explain::choose(chooser.as_ref(), url));
    if let Some(Credentials { user, password }) =
        ways.proxy.as_ref().and_then(|p| p.credentials.as_ref())
    {
        choice = choice.basic_auth(user, password);
    }
    let mut builder = builder(tls)
        .no_proxy()
        .proxy(choice)
        .connector_layer(Explain {
            proxy: ways.proxy.clone(),
            tls: Arc::clone(tls),
        })
        .connect_timeout(connect_timeout)
        .timeout(ANSWER_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .http2_keep_alive_interval(PROBE_INTERVAL)
        .http2_keep_alive_while_idle(true)
        .tcp_nodelay(true);
    for (host, address) in resolve {
        // Port 0 stands for the port in the URL.
        builder = builder.resolve(host, SocketAddr::new(*address, 0));
    }
    builder.build()
}
