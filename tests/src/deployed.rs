//! A relay that runs somewhere else, as the rehearsal deploys it: on an emulator of AWS, in plain HTTP, under paths of its
//! own. A [`Front`] stands where AWS has its custom names: TLS, `relay.localhost` for the HTTP API and `connect.localhost`
//! for the WebSocket API.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Identity;
use crate::wishes::wish;

/// A head longer than API Gateway takes is nobody's.
const MAX_HEAD: usize = 16 << 10;
/// The name under which agents open their WebSocket.
const CONNECT_HOST: &str = "connect.localhost";

/// Where a deployed relay is, as `infra/relay rehearse` says by the environment.
#[derive(Clone, Debug)]
pub(crate) struct Deployed {
    http: Url,
    websocket: Url,
    /// The port of both custom names.
    port: u16,
}

impl Deployed {
    /// The one that whoever runs the stories wants them to use, if any.
    ///
    /// # Errors
    ///
    /// Fails when the wish is incomplete.
    pub(crate) fn wished() -> Result<Option<Self>> {
        let Some(port) = wish("PLACARD_REHEARSAL_PORT") else {
            return Ok(None);
        };
        let address = |name| wish(name).with_context(|| format!("{name} is no address"));
        Ok(Some(Self {
            http: address("PLACARD_REHEARSAL_HTTP")?,
            websocket: address("PLACARD_REHEARSAL_WS")?,
            port,
        }))
    }

    /// The relay's address.
    pub(crate) fn base(&self) -> String {
        format!("https://relay.localhost:{}", self.port)
    }

    /// Where a request for `host` goes.
    fn behind(&self, host: &str) -> &Url {
        if host.split(':').next() == Some(CONNECT_HOST) {
            &self.websocket
        } else {
            &self.http
        }
    }
}

/// What stands in front of a deployed relay; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Front {
    _tasks: JoinSet<()>,
}

impl Front {
    /// Listens under both names on loopback, as whoever `identity` says.
    ///
    /// # Errors
    ///
    /// Fails when the port is taken.
    pub(crate) async fn start(deployed: Deployed, identity: &Identity) -> Result<Self> {
        let acceptor = TlsAcceptor::from(identity.server_config()?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, deployed.port))
            .await
            .with_context(|| format!("listen on port {} for the deployed relay", deployed.port))?;
        let deployed = Arc::new(deployed);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, deployed) = (acceptor.clone(), Arc::clone(&deployed));
                connections.spawn(async move {
                    if let Err(error) = pass(&acceptor, tcp, &deployed).await {
                        tracing::debug!("a connection to the deployed relay ended: {error:#}");
                    }
                });
            }
        });
        Ok(Self { _tasks: tasks })
    }
}

/// Passes on the one request of a connection.
async fn pass(acceptor: &TlsAcceptor, tcp: TcpStream, deployed: &Deployed) -> Result<()> {
    tcp.set_nodelay(true)?;
    let mut near = BufReader::new(acceptor.accept(tcp).await?);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(head.len() < MAX_HEAD, "a head without an end");
        head.push(near.read_u8().await?);
    }
    let head = Head::parse(&String::from_utf8(head)?)?;
    let behind = deployed.behind(&head.host);
    let mut far = TcpStream::connect((
        behind.host_str().context("no host")?,
        behind.port_or_known_default().context("no port")?,
    ))
    .await?;
    far.set_nodelay(true)?;
    far.write_all(head.under(behind.path()).as_bytes()).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

/// The first lines of a request.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    method: String,
    path: String,
    host: String,
    upgrades: bool,
    /// Everything but the first line and `Connection`.
    rest: Vec<String>,
}

impl Head {
    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.trim_end().split("\r\n");
        let first = lines.next().unwrap_or_default();
        let mut words = first.split(' ');
        let (Some(method), Some(path), Some("HTTP/1.1"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            anyhow::bail!("`{first}` begins no request");
        };
        let value_of = |line: &str, name: &str| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        };
        let (connection, rest): (Vec<_>, Vec<_>) = lines
            .map(str::to_owned)
            .partition(|line| value_of(line, "connection").is_some());
        let host = rest.iter().find_map(|line| value_of(line, "host"));
        Ok(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            host: host.context("a request for nobody")?,
            upgrades: connection
                .iter()
                .any(|line| line.to_ascii_lowercase().contains("upgrade")),
            rest,
        })
    }

    /// The same with `prefix` before its path, and without another request after it.
    fn under(&self, prefix: &str) -> String {
        // The WebSocket API is the root of its name, and the stage itself behind it.
        let path = if self.upgrades && self.path == "/" {
            ""
        } else {
            &self.path
        };
        let connection = if self.upgrades { "Upgrade" } else { "close" };
        format!(
            "{} {prefix}{path} HTTP/1.1\r\n{}\r\nConnection: {connection}\r\n\r\n",
            self.method,
            self.rest.join("\r\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_passed_on_under_the_stage_and_is_the_last_of_its_connection() {
        let text = "POST /google/calendar/a?x=1 HTTP/1.1\r\nHost: relay.localhost:1\r\nconnection: keep-alive\r\nContent-Length: 0\r\n\r\n";
        let head = Head::parse(text).unwrap();
        assert_eq!(head.host, "relay.localhost:1");
        assert_eq!(
            head.under("/api/x/$default"),
            "POST /api/x/$default/google/calendar/a?x=1 HTTP/1.1\r\nHost: relay.localhost:1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }

    #[test]
    fn a_websocket_is_opened_at_the_stage_itself() {
        let text = "GET / HTTP/1.1\r\nHost: connect.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        let passed = Head::parse(text).unwrap().under("/api/x/live");
        assert!(
            passed.starts_with("GET /api/x/live HTTP/1.1\r\n"),
            "{passed}"
        );
        assert!(
            passed.contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"),
            "{passed}"
        );
        assert!(Head::parse("GET /\r\n\r\n").is_err());
        assert!(Head::parse("GET / HTTP/1.1\r\n\r\n").is_err(), "no host");
    }
}
