//! HTTPS: accepting connections, and letting go of them in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::{debug, warn};

use crate::security::{Exchange, PortalCertificate};

/// Browsers finish a handshake at once; what takes longer holds a place for nothing.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// As for the handshake: how long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// A few browsers with a few tabs are tens; beyond this somebody wants to exhaust the agent.
const CONNECTIONS: usize = 512;

/// After a stop, answers under way have this long; streams end by themselves.
const GRACE: Duration = Duration::from_secs(3);

/// When no connection can be accepted (no file descriptors left), trying again at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// TLS with a certificate that can change while serving.
pub(crate) fn tls(certificate: PortalCertificate) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificate));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `stop`, then finishes what is under way.
///
/// A connection that was made under another certificate than the present one finishes what is under way, too: what
/// comes next comes by a new one. Each request carries the [`Exchange`] of its connection.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    exchanges: watch::Receiver<Exchange>,
    router: Router,
    stop: CancellationToken,
) {
    let server = Server {
        acceptor: TlsAcceptor::from(tls),
        router,
        exchanges,
        connections: TaskTracker::new(),
        places: Arc::new(Semaphore::new(CONNECTIONS)),
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => server.admit(stream, peer, &stop),
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    server.finish().await;
}

struct Server {
    acceptor: TlsAcceptor,
    router: Router,
    exchanges: watch::Receiver<Exchange>,
    connections: TaskTracker,
    places: Arc<Semaphore>,
}

impl Server {
    fn admit(&self, stream: TcpStream, peer: SocketAddr, stop: &CancellationToken) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            debug!(%peer, "too many connections; this one is dropped");
            return;
        };
        let acceptor = self.acceptor.clone();
        let router = self.router.clone();
        let mut exchanges = self.exchanges.clone();
        let stop = stop.clone();
        self.connections.spawn(async move {
            let served = async {
                // News of a change is a small packet that must not wait for a full one.
                stream.set_nodelay(true)?;
                // Noted before the handshake: one that is exchanged during it is told of below.
                let exchange = *exchanges.borrow_and_update();
                let stream = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await??;
                let service =
                    router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
                        request.extensions_mut().insert(ConnectInfo(peer));
                        request.extensions_mut().insert(exchange);
                        request
                    });
                let mut builder = auto::Builder::new(TokioExecutor::new());
                builder
                    .http1()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT);
                builder.http2().timer(TokioTimer::new());
                let connection = builder
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                    .into_owned();
                let mut connection = std::pin::pin!(connection);
                tokio::select! {
                    ended = connection.as_mut() => return ended.map_err(anyhow::Error::from_boxed),
                    _ = exchanges.changed() => {}
                    () = stop.cancelled() => {}
                }
                connection.as_mut().graceful_shutdown();
                connection.await.map_err(anyhow::Error::from_boxed)
            };
            let outcome: Result<(), anyhow::Error> = tokio::select! {
                biased;
                outcome = served => outcome,
                // For what hangs, before or after there is a connection to close gracefully.
                () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
            };
            if let Err(error) = outcome {
                // Port scans, browsers that do not trust the certificate yet, laptops that were closed.
                debug!(%peer, error = format!("{error:#}"), "connection ended");
            }
            drop(place);
        });
    }

    /// Each connection's own grace bounds this.
    async fn finish(self) {
        self.connections.close();
        self.connections.wait().await;
    }
}
