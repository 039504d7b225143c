//! A company's HTTP proxy: what an admin enters, and opening a connection through it (CONNECT).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::refusal::ProxyRefusal;

/// A proxy asks its own filters, and these may ask others; beyond this nobody is coming.
const PATIENCE: Duration = Duration::from_secs(15);

/// Proxies send a page of headers at most; what is larger is no answer to CONNECT.
const MAX_HEAD: usize = 16 << 10;

/// A longer list of exceptions is a mistake.
pub(crate) const MAX_DIRECT: usize = 32;

/// A connection, encrypted or not.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Name and password for a proxy; not printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A proxy as it was entered, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// TLS to the proxy itself.
    encrypted: bool,
    host: String,
    port: u16,
    pub(crate) credentials: Option<Credentials>,
    /// Hosts that are reached without it, lowercase; `.example.com` stands for all below it.
    pub(crate) direct: Vec<String>,
}

/// What was entered is not a proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAProxy {
    #[error(
        "`{0}` is not the address of a proxy; enter its name and port, such as proxy.example.com:3128"
    )]
    Address(String),
    #[error(
        "the address of a proxy has no name and password in it; enter these in the fields of their own"
    )]
    CredentialsInAddress,
    #[error(
        "a user name for a proxy has no colon and no control characters, nor has the password; copy them again"
    )]
    Credentials,
    #[error(
        "`{0}` is not a host name or an address; enter hosts as in relay.example.com, or .example.com for all below it"
    )]
    Direct(String),
    #[error("a proxy has at most {MAX_DIRECT} exceptions; name the domain, as in .example.com")]
    TooMany,
}

impl Proxy {
    /// Checks what an admin typed: `proxy.example.com:3128`, with `http://` or `https://` before it if that was given.
    pub(crate) fn parse(
        address: &str,
        credentials: Option<Credentials>,
        direct: &[String],
    ) -> Result<Self, NotAProxy> {
        let typed = address.trim();
        let refuse = || NotAProxy::Address(typed.to_owned());
        let with_scheme = if typed.contains("://") {
            typed.to_owned()
        } else {
            format!("http://{typed}")
        };
        let url = Url::parse(&with_scheme).map_err(|_| refuse())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAProxy::CredentialsInAddress);
        }
        let encrypted = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(refuse()),
        };
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse());
        }
        let host = url
            .host_str()
            .filter(|host| is_host(host))
            .ok_or_else(refuse)?;
        let sound = |text: &str| !text.chars().any(char::is_control);
        if credentials.as_ref().is_some_and(|c| {
            c.user.is_empty() || c.user.contains(':') || !sound(&c.user) || !sound(&c.password)
        }) {
            return Err(NotAProxy::Credentials);
        }
        Ok(Self {
            encrypted,
            host: host.to_owned(),
            port: url.port_or_known_default().ok_or_else(refuse)?,
            credentials,
            direct: exceptions(direct)?,
        })
    }

    /// As it is shown and stored, without name and password.
    pub(crate) fn address(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// As people name it.
    pub(super) fn label(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether `host` is reached through this proxy. What stands on this machine never is.
    pub(crate) fn serves(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let bare = host.trim_matches(['[', ']']);
        if bare == "localhost"
            || bare
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        {
            return false;
        }
        !self.direct.iter().any(|entry| {
            let below = entry.starts_with('.') && (host.ends_with(entry) || host == entry[1..]);
            below || *entry == host
        })
    }

    /// Opens a connection to `host`:`port` through the proxy.
    pub(super) async fn open(
        &self,
        host: &str,
        port: u16,
        tls: &Arc<ClientConfig>,
    ) -> Result<Box<dyn Io>, ProxyRefusal> {
        let opening = self.open_now(host, port, tls);
        timeout(PATIENCE, opening).await.unwrap_or_else(|_| {
            Err(ProxyRefusal::Slow {
                proxy: self.label(),
            })
        })
    }

    async fn open_now(
        &self,
        host: &str,
        port: u16,
        tls: &Arc<ClientConfig>,
    ) -> Result<Box<dyn Io>, ProxyRefusal> {
        let unreachable = |source: std::io::Error| ProxyRefusal::Unreachable {
            proxy: self.label(),
            why: source.to_string(),
        };
        let bare = self.host.trim_matches(['[', ']']);
        let tcp = TcpStream::connect((bare, self.port))
            .await
            .map_err(unreachable)?;
        tcp.set_nodelay(true).map_err(unreachable)?;
        let mut io: Box<dyn Io> = if self.encrypted {
            let name = ServerName::try_from(bare.to_owned())
                .map_err(|error| unreachable(std::io::Error::other(error)))?;
            let connecting = TlsConnector::from(Arc::clone(tls)).connect(name, tcp);
            Box::new(connecting.await.map_err(unreachable)?)
        } else {
            Box::new(tcp)
        };
        let target = format!("{host}:{port}");
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(Credentials { user, password }) = &self.credentials {
            let basic = STANDARD.encode(format!("{user}:{password}"));
            request += &format!("Proxy-Authorization: Basic {basic}\r\n");
        }
        request += "\r\n";
        let closed = |_| ProxyRefusal::Closed {
            proxy: self.label(),
        };
        io.write_all(request.as_bytes()).await.map_err(closed)?;
        io.flush().await.map_err(closed)?;
        let head = read_head(&mut io).await.map_err(closed)?;
        match status_of(&head) {
            Some(200..=299) => Ok(io),
            status => Err(ProxyRefusal::of_answer(
                self.label(),
                host,
                status,
                &head,
                self.credentials.is_some(),
            )),
        }
    }

    /// What the HTTP client is told for a request to `url`.
    pub(super) fn for_url(&self, url: &Url) -> Option<Url> {
        // Unencrypted requests are for this machine only.
        let through = url.scheme() == "https" && self.serves(url.host_str()?);
        through.then(|| Url::parse(&self.address()).expect("it was parsed from one"))
    }
}

/// Reads up to the empty line, and not a byte of what follows.
async fn read_head(io: &mut Box<dyn Io>) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < MAX_HEAD {
        head.push(io.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The status of an answer to CONNECT; `None` when it is no HTTP answer.
fn status_of(head: &str) -> Option<u16> {
    let line = head.lines().next()?;
    let rest = line
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    let status = rest.split(' ').next()?;
    (status.len() == 3).then(|| status.parse().ok())?
}

fn exceptions(direct: &[String]) -> Result<Vec<String>, NotAProxy> {
    let mut kept = Vec::new();
    for entry in direct {
        let entry = entry.trim().to_ascii_lowercase();
        // `*.example.com` is how others write it.
        let entry = entry.strip_prefix('*').unwrap_or(&entry).to_owned();
        if entry.is_empty() {
            continue;
        }
        if !is_host(entry.strip_prefix('.').unwrap_or(&entry)) {
            return Err(NotAProxy::Direct(entry));
        }
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    if kept.len() > MAX_DIRECT {
        return Err(NotAProxy::TooMany);
    }
    Ok(kept)
}

fn is_host(text: &str) -> bool {
    let brackets = text.starts_with('[') && text.ends_with(']');
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    !text.is_empty() && text.len() <= 253 && (brackets || text.bytes().all(sound))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(address: &str) -> Result<Proxy, NotAProxy> {
        Proxy::parse(address, None, &[])
    }

    #[test]
    fn an_admin_may_leave_out_what_goes_without_saying() {
        for (typed, address) in [
            ("proxy.example:3128", "http://proxy.example:3128"),
            (" http://PROXY.example:3128/ ", "http://proxy.example:3128"),
            ("https://proxy.example", "https://proxy.example:443"),
            ("10.0.0.7:8080", "http://10.0.0.7:8080"),
            ("http://[fd00::7]:8080", "http://[fd00::7]:8080"),
        ] {
            assert_eq!(parse(typed).unwrap().address(), address, "{typed}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for typed in [
            "",
            "http://",
            "socks5://p:1",
            "p:99999",
            "http://p/x",
            "http://p?x",
            "a b:3128",
        ] {
            assert!(
                matches!(parse(typed), Err(NotAProxy::Address(_))),
                "{typed}"
            );
        }
        assert_eq!(
            parse("http://u:p@proxy.example:3128"),
            Err(NotAProxy::CredentialsInAddress)
        );
        let wrong = |user: &str, password: &str| {
            let credentials = Credentials {
                user: user.into(),
                password: password.into(),
            };
            Proxy::parse("p:1", Some(credentials), &[])
        };
        for (user, password) in [("", "p"), ("u:v", "p"), ("u", "p\r\nX: y"), ("u\n", "p")] {
            assert_eq!(wrong(user, password), Err(NotAProxy::Credentials));
        }
    }

    #[test]
    fn exceptions_and_this_machine_are_reached_directly() {
        let direct = [
            "relay.example".into(),
            " *.Corp.example ".into(),
            String::new(),
        ];
        let proxy = Proxy::parse("p:1", None, &direct).unwrap();
        assert_eq!(proxy.direct, ["relay.example", ".corp.example"]);
        for host in [
            "relay.example",
            "RELAY.example",
            "a.corp.example",
            "corp.example",
            "localhost",
            "127.0.0.1",
            "[::1]",
        ] {
            assert!(!proxy.serves(host), "{host}");
        }
        for host in [
            "www.googleapis.com",
            "xrelay.example",
            "a.relay.example",
            "xcorp.example",
        ] {
            assert!(proxy.serves(host), "{host}");
        }
        let wrong = Proxy::parse("p:1", None, &["https://x".into()]);
        assert!(matches!(wrong, Err(NotAProxy::Direct(_))));
    }

    #[test]
    fn a_password_is_not_printed() {
        let credentials = Credentials {
            user: "u".into(),
            password: "hunter2".into(),
        };
        let proxy = Proxy::parse("p:1", Some(credentials), &[]).unwrap();
        assert!(!format!("{proxy:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "(https?://|HTTP/1\\.[01] )?\\PC{0,40}") {
            let _ = status_of(&text);
            if let Ok(proxy) = parse(&text) {
                prop_assert_eq!(parse(&proxy.address()).unwrap(), proxy);
            }
            let _ = Proxy::parse("p:1", None, &[text]);
        }
    }
}
