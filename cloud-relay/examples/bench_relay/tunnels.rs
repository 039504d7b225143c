//! `rathole` (with Noise, as it should be run) and `bore`, each carrying a request from a public port to a handler.

use std::net::TcpListener as StdListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::host::CORE;
use crate::raw::Raw;

const UP: Duration = Duration::from_secs(20);

/// A program that ends when this is dropped.
#[derive(Debug)]
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One tunnel with its handler.
#[derive(Debug)]
pub(crate) struct Tunnel {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    /// Where its public end listens.
    pub(crate) public: String,
    /// When a request arrived at the handler.
    pub(crate) arrivals: Mutex<mpsc::UnboundedReceiver<Instant>>,
    _server: Running,
    client: Option<Running>,
    client_command: Vec<String>,
    _handler: JoinSet<()>,
}

/// Both.
#[derive(Debug)]
pub(crate) struct Tunnels {
    pub(crate) rathole: Tunnel,
    pub(crate) bore: Tunnel,
    _folder: tempfile::TempDir,
}

impl Tunnels {
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            rathole: rathole(folder.path()).await.context("rathole")?,
            bore: bore().await.context("bore")?,
            _folder: folder,
        })
    }
}

impl Tunnel {
    async fn start(
        name: &'static str,
        public: u16,
        server: &[String],
        client: Vec<String>,
        (arrivals, handler): (mpsc::UnboundedReceiver<Instant>, JoinSet<()>),
    ) -> Result<Self> {
        let mut pinned: Vec<String> = ["taskset", "--cpu-list", CORE].map(str::to_owned).into();
        pinned.extend_from_slice(server);
        let mut tunnel = Self {
            name,
            version: version(name)?,
            public: format!("127.0.0.1:{public}"),
            arrivals: Mutex::new(arrivals),
            _server: spawn(&pinned)?,
            client: None,
            client_command: client,
            _handler: handler,
        };
        tunnel.open().await?;
        Ok(tunnel)
    }

    /// Starts the end in the building and waits until the tunnel carries.
    pub(crate) async fn open(&mut self) -> Result<()> {
        let deadline = Instant::now() + UP;
        let mut client = None;
        loop {
            // A client that came before its server has ended.
            if client.as_mut().is_none_or(ended) {
                client = Some(spawn(&self.client_command)?);
            }
            if self.carries().await {
                self.client = client;
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "the tunnel does not carry");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn carries(&self) -> bool {
        let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let carried = async { Raw::connect(&self.public).await?.send(request).await };
        let answered = tokio::time::timeout(Duration::from_secs(1), carried).await;
        let arrived = self.arrivals.lock().await.try_recv().is_ok();
        matches!(answered, Ok(Ok(200))) && arrived
    }

    /// Takes the end in the building away.
    pub(crate) fn close(&mut self) {
        self.client = None;
    }

    /// How many requests have arrived since it was last asked.
    pub(crate) async fn arrived(&self) -> usize {
        let mut arrivals = self.arrivals.lock().await;
        std::iter::from_fn(|| arrivals.try_recv().ok()).count()
    }
}

fn ended(running: &mut Running) -> bool {
    matches!(running.0.try_wait(), Ok(Some(_)) | Err(_))
}

fn spawn(command: &[String]) -> Result<Running> {
    let (program, arguments) = command.split_first().context("a program")?;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("start {program}; `infra/dev bench relay` installs it"))?;
    Ok(Running(child))
}

fn version(program: &str) -> Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let word = text
        .split_whitespace()
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    Ok(word.unwrap_or("unknown").to_owned())
}

/// What an agent behind a tunnel has to be: a server. Tells when each request arrives.
async fn handler() -> Result<(u16, (mpsc::UnboundedReceiver<Instant>, JoinSet<()>))> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    let router = Router::new().fallback(any(move || {
        let told = sender.send(Instant::now());
        async move { told.map_or(StatusCode::GONE, |()| StatusCode::OK) }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        use axum::serve::ListenerExt as _;
        let listener = listener.tap_io(|tcp| {
            // Without it small answers wait, and the peer would look slower than it is.
            let _ = tcp.set_nodelay(true);
        });
        let _ = axum::serve(listener, router).await;
    });
    Ok((port, (arrivals, tasks)))
}

async fn rathole(folder: &Path) -> Result<Tunnel> {
    let (control, public) = (free_port()?, free_port()?);
    let (local, handler) = handler().await?;
    let keys = Command::new("rathole").arg("--genkey").output()?;
    let keys = String::from_utf8(keys.stdout)?;
    let keys: Vec<&str> = keys
        .lines()
        .filter(|l| !l.is_empty() && !l.ends_with(':'))
        .collect();
    let [private, public_key] = keys[..] else {
        anyhow::bail!("`rathole --genkey` printed other than two keys: {keys:?}");
    };
    let token = "bench";
    let server = format!(
        "[server]\nbind_addr = \"127.0.0.1:{control}\"\ndefault_token = \"{token}\"\n\
         [server.transport]\ntype = \"noise\"\n[server.transport.noise]\nlocal_private_key = \"{private}\"\n\
         [server.services.agent]\nbind_addr = \"127.0.0.1:{public}\"\n"
    );
    let client = format!(
        "[client]\nremote_addr = \"127.0.0.1:{control}\"\ndefault_token = \"{token}\"\n\
         [client.transport]\ntype = \"noise\"\n[client.transport.noise]\nremote_public_key = \"{public_key}\"\n\
         [client.services.agent]\nlocal_addr = \"127.0.0.1:{local}\"\n"
    );
    let (server_file, client_file) = (folder.join("server.toml"), folder.join("client.toml"));
    std::fs::write(&server_file, server)?;
    std::fs::write(&client_file, client)?;
    let file = |path: &Path| path.display().to_string();
    let server = ["rathole".into(), "--server".into(), file(&server_file)];
    let client = vec!["rathole".into(), "--client".into(), file(&client_file)];
    Tunnel::start("rathole", public, &server, client, handler).await
}

async fn bore() -> Result<Tunnel> {
    let public = free_port()?;
    let (local, handler) = handler().await?;
    let (public_, local) = (public.to_string(), local.to_string());
    let server = [
        "bore",
        "server",
        "--bind-addr",
        "127.0.0.1",
        "--min-port",
        &public_,
        "--max-port",
        &public_,
    ];
    let client = [
        "bore",
        "local",
        &local,
        "--to",
        "127.0.0.1",
        "--port",
        &public_,
    ];
    let client = client.map(str::to_owned).into();
    Tunnel::start("bore", public, &server.map(str::to_owned), client, handler).await
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(StdListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
