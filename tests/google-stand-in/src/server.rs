//! Sockets: TLS or plain, HTTP/1.1 and HTTP/2, orderly end.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, Tls};

/// A socket that is bound but not served yet.
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    tls: Option<TlsAcceptor>,
    /// `https://HOST:PORT`.
    pub(crate) base: String,
}

/// Binds and reads the certificate.
///
/// # Errors
///
/// Fails when the address is taken, the certificate cannot be used, or plain HTTP would leave this machine.
pub(crate) async fn bind(config: &Config) -> anyhow::Result<Bound> {
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        bail!(
            "plain HTTP is for loopback only: give --tls-cert and --tls-key to listen on {}",
            config.listen
        );
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen on {}", config.listen))?;
    let tls = config.tls.as_ref().map(acceptor).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let base = format!(
        "{scheme}://{}:{}",
        config.host,
        listener.local_addr()?.port()
    );
    Ok(Bound {
        listener,
        tls,
        base,
    })
}

fn acceptor(tls: &Tls) -> anyhow::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_slice_iter(&tls.cert_pem)
        .collect::<Result<Vec<_>, _>>()
        .context("read the certificate (PEM)")?;
    let key =
        PrivateKeyDer::from_pem_slice(&tls.key_pem).context("read the certificate's key (PEM)")?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("certificate and key do not fit together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop`, then lets open requests finish.
pub(crate) async fn serve(
    bound: Bound,
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let Bound { listener, tls, .. } = bound;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                continue;
            }
        };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        let stop = stop.clone();
        tasks.spawn(async move {
            if let Err(error) = connection(stream, tls, router, watcher, stop).await {
                tracing::debug!(error = format!("{error:#}"), "connection ended");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    watcher: Watcher,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        return http(stream, router, watcher).await;
    };
    tokio::select! {
        stream = tls.accept(stream) => http(stream?, router, watcher).await,
        // A peer that never shakes hands must not hold up the end.
        () = stop.cancelled() => Ok(()),
    }
}

async fn http<S>(stream: S, router: Router, watcher: Watcher) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = Builder::new(TokioExecutor::new());
    let service = TowerToHyperService::new(router);
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    watcher
        .watch(connection)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
