//! Says why a connection of the HTTP client was not made, where the client's own words say little.
//!
//! The client tells neither which host it was after nor what a proxy answered. The host is learnt in passing: while a
//! connection is begun, the client asks which proxy to take. When it fails, the proxy is asked once more by ourselves.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::{CertificateError, ClientConfig};
use tower::{Layer, Service};
use tracing::debug;
use url::Url;

use super::proxy::Proxy;

type BoxError = Box<dyn StdError + Send + Sync>;

thread_local! {
    /// The address that a connection on this thread is being begun to, and whether through the proxy; set and taken
    /// within one synchronous call.
    static ASKED_FOR: RefCell<Option<(Url, bool)>> = const { RefCell::new(None) };
}

/// The certificate that answered is of an authority that nobody has named here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the certificate of {host} is not of an authority that this machine knows; if a proxy or firewall opens encrypted connections here, enter its certificate authority under Settings > Relay"
)]
pub(crate) struct UnknownAuthority {
    pub(crate) host: String,
}

/// Which way a request goes; also remembers what was asked for.
pub(super) fn choose(proxy: Option<&Proxy>, url: &Url) -> Option<Url> {
    let through = proxy.and_then(|proxy| proxy.for_url(url));
    ASKED_FOR.set(Some((url.clone(), through.is_some())));
    through
}

/// Puts [`Explaining`] around the client's connector.
#[derive(Clone, Debug)]
pub(super) struct Explain {
    pub(super) proxy: Option<Proxy>,
    pub(super) tls: Arc<ClientConfig>,
}

impl<S> Layer<S> for Explain {
    type Service = Explaining<S>;

    fn layer(&self, inner: S) -> Explaining<S> {
        Explaining {
            inner,
            with: self.clone(),
        }
    }
}

/// The client's connector, with better words.
#[derive(Clone, Debug)]
pub(super) struct Explaining<S> {
    inner: S,
    with: Explain,
}

impl<R, S> Service<R> for Explaining<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        ASKED_FOR.set(None);
        let connecting = self.inner.call(to);
        let asked_for = ASKED_FOR.take();
        let with = self.with.clone();
        Box::pin(async move {
            let error = match connecting.await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            debug!(%error, "a connection was not made");
            Err(with.explain(asked_for, error).await)
        })
    }
}

impl Explain {
    async fn explain(&self, asked_for: Option<(Url, bool)>, error: BoxError) -> BoxError {
        let Some((url, through_proxy)) = asked_for else {
            return error;
        };
        let Some(host) = url.host_str() else {
            return error;
        };
        if is_unknown_authority(&*error) {
            return Box::new(UnknownAuthority {
                host: host.to_owned(),
            });
        }
        let proxy = self.proxy.as_ref().filter(|_| through_proxy);
        let Some(proxy) = proxy else { return error };
        let port = url.port_or_known_default().unwrap_or(443);
        match proxy.open(host, port, &self.tls).await {
            Err(refusal) => Box::new(refusal),
            // It works now: what was wrong is over, and the next attempt gets through.
            Ok(_) => error,
        }
    }
}

/// Whether TLS failed because nobody vouches for the certificate.
pub(super) fn is_unknown_authority(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            let unknown = CertificateError::UnknownIssuer;
            return *tls == rustls::Error::InvalidCertificate(unknown);
        }
        // What an I/O error wraps is not its source.
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref());
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}
