//! TCP, TLS and HTTP for one router, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

/// Who takes longer for a handshake or its request headers is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Open requests get this long after the order to stop.
const GRACE: Duration = Duration::from_secs(5);
/// Each agent holds one connection, Google a few.
const MAX_CONNECTIONS: usize = 8192;
/// When accepting fails (no file descriptors), trying at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Certificate or key cannot be read.
    #[error("read `{path}` as PEM")]
    Pem {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("use the certificate `{certificate}` with its key; do they belong together?")]
    Pair {
        /// Which certificate.
        certificate: PathBuf,
        /// What rustls says.
        #[source]
        source: rustls::Error,
    },
}

/// Reads a certificate chain and its key.
///
/// # Errors
///
/// Fails when a file cannot be read or the two do not belong together.
pub fn tls_config(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let pem = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .map_err(pem(certificate))?
        .collect::<Result<_, _>>()
        .map_err(pem(certificate))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(pem(key))?;
    let pair = |source| TlsError::Pair {
        certificate: certificate.to_owned(),
        source,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(pair)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(pair)?;
    // WebSockets of agents come over HTTP/1.1, Google's pusher over either.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A listening socket with what it serves.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
}

impl Server {
    /// Serves `router` on `listener`; without `tls` in plain HTTP, which is for loopback only.
    ///
    /// # Errors
    ///
    /// Fails when the listener is not on loopback and there is no TLS.
    pub fn new(
        listener: TcpListener,
        tls: Option<ServerConfig>,
        router: Router,
    ) -> io::Result<Self> {
        if tls.is_none() && !listener.local_addr()?.ip().is_loopback() {
            let why = "plain HTTP is served on loopback only; give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a TLS proxy";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Ok(Self {
            listener,
            tls: tls.map(Arc::new),
            router,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Fails when the system does not know.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop`, then lets open requests finish. `WebSockets` are closed by whoever owns the downlink.
    pub async fn run(self, stop: CancellationToken) {
        let connections = TaskTracker::new();
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                break;
            };
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let tls = self.tls.clone().map(TlsAcceptor::from);
            let (router, stop) = (self.router.clone(), stop.clone());
            connections.spawn(async move {
                let _place = place;
                carry(stream, tls, router, &stop).await;
            });
        }
        drop(self.listener);
        connections.close();
        if timeout(GRACE, connections.wait()).await.is_err() {
            warn!(
                "some requests took longer than {} s to finish; leaving them",
                GRACE.as_secs()
            );
        }
    }
}

async fn carry(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: &CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "small answers may wait on this connection");
    }
    match tls {
        None => serve(stream, router, stop).await,
        Some(tls) => match timeout(PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => serve(stream, router, stop).await,
            Ok(Err(error)) => debug!(%error, "a TLS handshake failed"),
            Err(_) => debug!("a TLS handshake took too long"),
        },
    }
}

async fn serve<I>(stream: I, router: Router, stop: &CancellationToken)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PATIENCE * 3);
    let service = TowerToHyperService::new(router);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log_end(ended),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    log_end(connection.await);
}

fn log_end<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}
