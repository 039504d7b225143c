//! A company's HTTP proxy: opens connections for others (CONNECT), asks for a password, refuses, or reads along.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::certificates::Authority;
use crate::world::World;

/// How a proxy treats those who ask.
#[derive(Clone, Debug, Default)]
pub enum Manner {
    /// Opens a connection for everybody.
    #[default]
    Opens,
    /// Opens one for whoever sends this `name:password`.
    Asks(String),
    /// Answers every CONNECT with this status line.
    Refuses(&'static str),
}

/// What went over one connection that the proxy read along with.
#[derive(Clone, Debug, Default)]
pub struct Overheard {
    /// The host that was asked for.
    pub host: String,
    /// What the client sent.
    pub sent: Vec<u8>,
    /// What the host answered.
    pub answered: Vec<u8>,
}

/// A running proxy on loopback; it ends when it is dropped.
#[derive(Debug)]
pub struct ConnectProxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Shared {
    manner: Mutex<Manner>,
    asked_for: Mutex<Vec<String>>,
    overheard: Mutex<Vec<Arc<Mutex<Overheard>>>>,
    reads_along: Option<Eyes>,
}

/// What it takes to read along: certificates that the clients believe, and trust in the servers.
#[derive(Clone)]
struct Eyes {
    as_server: BTreeMap<String, Arc<ServerConfig>>,
    as_client: Arc<ClientConfig>,
}

impl std::fmt::Debug for Eyes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.as_server.keys()).finish()
    }
}

impl ConnectProxy {
    /// A proxy that passes on what it cannot read.
    ///
    /// # Errors
    ///
    /// Fails when there is no free port.
    pub async fn start() -> Result<Self> {
        Self::serve(Shared::default()).await
    }

    /// A proxy that opens encrypted connections to `hosts` and signs them anew with `authority`, as some companies do.
    ///
    /// # Errors
    ///
    /// Fails when the certificates cannot be made.
    pub(crate) async fn reading_along(authority: &Authority, hosts: &[&str]) -> Result<Self> {
        let mut as_server = BTreeMap::new();
        for host in hosts {
            let identity = authority.sign(&format!("proxy-{host}"), &[host])?;
            as_server.insert((*host).to_owned(), identity.server_config()?);
        }
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&fs::read(&authority.certificate)?) {
            roots.add(certificate?)?;
        }
        let mut as_client = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        as_client.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self::serve(Shared {
            reads_along: Some(Eyes {
                as_server,
                as_client: Arc::new(as_client),
            }),
            ..Shared::default()
        })
        .await
    }

    async fn serve(shared: Shared) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(shared);
        let mut tasks = JoinSet::new();
        let accepting = Arc::clone(&shared);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let shared = Arc::clone(&accepting);
                connections.spawn(async move {
                    if let Err(error) = shared.serve(tcp).await {
                        tracing::debug!("a connection through the proxy ended: {error:#}");
                    }
                });
            }
        });
        Ok(Self {
            address,
            shared,
            _tasks: tasks,
        })
    }

    /// Treats those who ask from now on like this.
    pub fn set(&self, manner: Manner) {
        *lock(&self.shared.manner) = manner;
    }

    /// The hosts that connections were asked for to, in order.
    pub fn asked_for(&self) -> Vec<String> {
        lock(&self.shared.asked_for).clone()
    }

    /// Everything that went through so far, as far as the proxy can read it.
    pub fn overheard(&self) -> Vec<Overheard> {
        let all = lock(&self.shared.overheard);
        all.iter().map(|one| lock(one).clone()).collect()
    }
}

impl Shared {
    async fn serve(&self, mut tcp: TcpStream) -> Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(tcp.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        let target = head
            .strip_prefix("CONNECT ")
            .and_then(|rest| rest.split(' ').next())
            .with_context(|| format!("not a CONNECT: {head}"))?;
        let (host, port) = target.rsplit_once(':').context("no port")?;
        lock(&self.asked_for).push(host.to_owned());
        let manner = lock(&self.manner).clone();
        let refusal = match manner {
            Manner::Opens => None,
            Manner::Asks(password) if sends(&head, &password) => None,
            Manner::Asks(_) => Some(
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"company\"",
            ),
            Manner::Refuses(line) => Some(line),
        };
        if let Some(line) = refusal {
            tcp.write_all(format!("{line}\r\nContent-Length: 0\r\n\r\n").as_bytes())
                .await?;
            return Ok(());
        }
        // Every name of a run is on this machine; nobody else knows them.
        let mut onward = TcpStream::connect(("127.0.0.1", port.parse()?)).await?;
        tcp.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
        let eyes = self.reads_along.as_ref();
        let eyes = eyes.and_then(|eyes| Some((eyes.as_server.get(host)?, &eyes.as_client)));
        let Some((as_server, as_client)) = eyes else {
            copy_bidirectional(&mut tcp, &mut onward).await?;
            return Ok(());
        };
        let near = TlsAcceptor::from(Arc::clone(as_server)).accept(tcp).await?;
        let name = ServerName::try_from(host.to_owned())?;
        let far = TlsConnector::from(Arc::clone(as_client))
            .connect(name, onward)
            .await?;
        let heard = Arc::new(Mutex::new(Overheard {
            host: host.to_owned(),
            ..Overheard::default()
        }));
        lock(&self.overheard).push(Arc::clone(&heard));
        let ((near_read, near_write), (far_read, far_write)) = (split(near), split(far));
        tokio::try_join!(
            pass(near_read, far_write, |bytes| lock(&heard)
                .sent
                .extend(bytes)),
            pass(far_read, near_write, |bytes| lock(&heard)
                .answered
                .extend(bytes)),
        )?;
        Ok(())
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut hear: impl FnMut(&[u8]),
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        hear(&buffer[..count]);
        to.write_all(&buffer[..count]).await?;
        to.flush().await?;
    }
}

fn sends(head: &str, password: &str) -> bool {
    let wanted = format!(
        "proxy-authorization: basic {}",
        STANDARD.encode(password).to_ascii_lowercase()
    );
    head.to_ascii_lowercase().contains(&wanted)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics while holding it")
}

impl World {
    /// A proxy that reads along with everything that goes through it to the relay and to Google.
    ///
    /// # Errors
    ///
    /// Fails when its certificates cannot be made.
    pub async fn reading_proxy(&self) -> Result<ConnectProxy> {
        ConnectProxy::reading_along(&self.authority, &["relay.localhost", "google.localhost"]).await
    }

    /// A browser that reaches relay and Google through `proxy`.
    ///
    /// # Errors
    ///
    /// Fails when the run's certificate cannot be read.
    pub fn browser_through(&self, proxy: &ConnectProxy) -> Result<reqwest::Client> {
        let certificate = reqwest::Certificate::from_pem(&fs::read(&self.authority.certificate)?)?;
        let proxy = reqwest::Proxy::https(format!("http://{}", proxy.address))?;
        let client = reqwest::Client::builder()
            .proxy(proxy)
            .tls_certs_only([certificate])
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(client)
    }
}
