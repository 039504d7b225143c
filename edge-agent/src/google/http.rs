//! The one way out: the HTTP client for Google and the relay, and the TLS settings that the relay's WebSocket shares.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::config::Outbound;

/// Beyond this a name or a route is not coming; the next attempt is better than more patience.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
    #[error(
        "read the extra certificate authorities in `{path}`; give a PEM file or remove `extra_ca` from agent.toml"
    )]
    ExtraCa {
        path: PathBuf,
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    #[error("`{path}` holds no certificate; give a PEM file or remove `extra_ca` from agent.toml")]
    NoExtraCa { path: PathBuf },
    #[error(
        "prepare TLS with this machine's certificate authorities; is the package ca-certificates installed?"
    )]
    Tls(#[source] rustls::Error),
    #[error("prepare the HTTP client")]
    Client(#[source] reqwest::Error),
}

/// Everything that leaves the building goes through this; cheap to clone.
///
/// Trusts the machine's certificate authorities and those in `extra_ca`; follows no redirects; uses the proxy that the
/// environment names (`HTTPS_PROXY`, `NO_PROXY`).
#[derive(Clone, Debug)]
pub(crate) struct OutboundHttp {
    client: reqwest::Client,
    tls: Arc<ClientConfig>,
    resolve: Arc<BTreeMap<String, IpAddr>>,
}

impl OutboundHttp {
    /// Reads the certificate authorities and opens nothing yet.
    pub(crate) fn new(outbound: &Outbound) -> Result<Self, OutboundError> {
        let tls = tls_config(outbound)?;
        let mut with_http2 = tls.clone();
        with_http2.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(with_http2)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .http2_keep_alive_interval(PROBE_INTERVAL)
            .http2_keep_alive_while_idle(true)
            .tcp_nodelay(true);
        for (host, address) in &outbound.resolve {
            // Port 0 stands for the port in the URL.
            builder = builder.resolve(host, SocketAddr::new(*address, 0));
        }
        Ok(Self {
            client: builder.build().map_err(OutboundError::Client)?,
            tls: Arc::new(tls),
            resolve: Arc::new(outbound.resolve.clone()),
        })
    }

    /// For requests and answers.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// For a connection of one's own, such as a WebSocket: the same trust, no ALPN.
    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// The address that `[outbound.resolve]` gives for a host, instead of asking DNS.
    pub(crate) fn resolve(&self, host: &str) -> Option<IpAddr> {
        self.resolve.get(&host.to_ascii_lowercase()).copied()
    }
}

fn tls_config(outbound: &Outbound) -> Result<ClientConfig, OutboundError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = extra_authorities(outbound)?;
    let verifier =
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(OutboundError::Tls)?;
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(OutboundError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(tls)
}

fn extra_authorities(outbound: &Outbound) -> Result<Vec<CertificateDer<'static>>, OutboundError> {
    let Some(path) = &outbound.extra_ca else {
        return Ok(Vec::new());
    };
    let unreadable = |source| OutboundError::ExtraCa {
        path: path.clone(),
        source,
    };
    let authorities: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if authorities.is_empty() {
        return Err(OutboundError::NoExtraCa { path: path.clone() });
    }
    Ok(authorities)
}
