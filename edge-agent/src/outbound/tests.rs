//! The way out through real proxies that do as they are told.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::*;

/// What only a proxy can find.
const HOST: &str = "inside.test";

/// What a proxy answers to CONNECT.
#[derive(Clone, Debug)]
enum Manner {
    /// Opens a connection, if name and password are these.
    Opens(Option<&'static str>),
    /// Says this and closes.
    Says(&'static str),
}

/// A proxy, and a server with a certificate of an authority of its own that only the proxy finds.
struct Site {
    manner: Arc<Mutex<Manner>>,
    asked_for: Arc<Mutex<Vec<String>>>,
    proxy: SocketAddr,
    server: SocketAddr,
    authority: String,
    _stop: DropGuard,
}

impl Site {
    async fn start(manner: Manner) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (authority, tls) = certificates();
        let servers = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxies = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            manner: Arc::new(Mutex::new(manner)),
            asked_for: Arc::default(),
            proxy: proxies.local_addr().unwrap(),
            server: servers.local_addr().unwrap(),
            authority,
            _stop: stop.clone().drop_guard(),
        };
        let serve = async move {
            while let Ok((tcp, _)) = servers.accept().await {
                let tls = tls.clone();
                let _ = async {
                    let mut io = tls.accept(tcp).await?;
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        request.push(io.read_u8().await?);
                    }
                    let answer =
                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
                    io.write_all(answer).await?;
                    io.shutdown().await
                }
                .await;
            }
        };
        let (manner, asked_for) = (Arc::clone(&site.manner), Arc::clone(&site.asked_for));
        let server = site.server;
        let pass = async move {
            while let Ok((mut tcp, _)) = proxies.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match tcp.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => break,
                    }
                }
                let head = String::from_utf8(head).unwrap();
                let manner = manner.lock().unwrap().clone();
                asked_for
                    .lock()
                    .unwrap()
                    .push(head.lines().next().unwrap_or_default().to_owned());
                let _ = answer(tcp, &head, manner, server).await;
            }
        };
        tasks.spawn(stop.clone().run_until_cancelled_owned(serve));
        tasks.spawn(stop.run_until_cancelled_owned(pass));
        site
    }

    fn says(&self, text: &'static str) {
        *self.manner.lock().unwrap() = Manner::Says(text);
    }

    /// The way through the proxy, with the authority believed.
    fn ways(&self, credentials: Option<(&str, &str)>) -> Ways {
        let credentials = credentials.map(|(user, password)| Credentials {
            user: user.into(),
            password: password.into(),
        });
        Ways {
            proxy: Some(Proxy::parse(&self.proxy.to_string(), credentials, &[]).unwrap()),
            authorities: parse_authorities(&self.authority, Timestamp::UNIX_EPOCH).unwrap(),
        }
    }

    fn http(&self, ways: Ways) -> OutboundHttp {
        OutboundHttp::new(&Outbound::default(), ways).unwrap()
    }

    fn url(&self) -> String {
        format!("https://{HOST}:{}/", self.server.port())
    }

    /// What the client and a connection of one's own say of why it does not work; both the same.
    async fn told(&self, http: &OutboundHttp) -> String {
        let error = http.client().get(self.url()).send().await.unwrap_err();
        let mut innermost: &dyn StdError = &error;
        while let Some(cause) = innermost.source() {
            innermost = cause;
        }
        let client = innermost.to_string();
        let dialled = http.dial(HOST, self.server.port(), true).await;
        let dialled = dialled.err().expect("refused").to_string();
        assert_eq!(client, dialled);
        client
    }
}

async fn answer(
    mut tcp: TcpStream,
    head: &str,
    manner: Manner,
    server: SocketAddr,
) -> std::io::Result<()> {
    match manner {
        Manner::Says(text) => tcp.write_all(text.as_bytes()).await,
        Manner::Opens(password) => {
            let right = password.is_none_or(|password| {
                let basic = STANDARD.encode(password);
                let header = format!("proxy-authorization: basic {basic}\r\n");
                head.to_ascii_lowercase()
                    .contains(&header.to_ascii_lowercase())
            });
            if !right {
                let no = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
                return tcp.write_all(no.as_bytes()).await;
            }
            let mut onward = TcpStream::connect(server).await?;
            tcp.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .await?;
            copy_bidirectional(&mut tcp, &mut onward).await.map(drop)
        }
    }
}

fn certificates() -> (String, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "Corp Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![HOST.to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority, TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn requests_and_connections_go_through_the_proxy_with_its_password_and_the_added_authority() {
    let site = Site::start(Manner::Opens(Some("ada:secret"))).await;
    let http = site.http(site.ways(Some(("ada", "secret"))));
    let answer = http.client().get(site.url()).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hi");
    let mut io = http.dial(HOST, site.server.port(), true).await.unwrap();
    io.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut text = String::new();
    io.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("hi"), "{text}");
    let line = format!("CONNECT {HOST}:{} HTTP/1.1", site.server.port());
    assert_eq!(*site.asked_for.lock().unwrap(), [line.clone(), line]);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_with_what_to_do() {
    let site = Site::start(Manner::Opens(Some("ada:secret"))).await;
    let proxy = site.proxy.to_string();
    let told = site.told(&site.http(site.ways(None))).await;
    assert!(
        told.starts_with(&format!("the proxy {proxy} asks for a user name")),
        "{told}"
    );
    let told = site
        .told(&site.http(site.ways(Some(("ada", "wrong")))))
        .await;
    assert!(
        told.contains("does not accept the user name and password (407)"),
        "{told}"
    );
    let http = site.http(site.ways(Some(("ada", "secret"))));
    for (says, expected) in [
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n<html>",
            "does not let this agent through to inside.test (403)",
        ),
        (
            "HTTP/1.0 503 Down\r\n\r\n",
            "cannot reach inside.test itself (503)",
        ),
        (
            "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n",
            "of the kind NTLM (407)",
        ),
        (
            "HTTP/1.1 405 No\r\n\r\n",
            "does not open connections for others (405)",
        ),
        (
            "SSH-2.0-OpenSSH_9\r\n\r\n",
            "does not open connections for others;",
        ),
        ("", "hung up without an answer"),
    ] {
        site.says(says);
        let told = site.told(&http).await;
        assert!(
            told.contains(expected) && told.contains("; "),
            "{says:?}: {told}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_with_what_to_do() {
    let site = Site::start(Manner::Opens(None)).await;
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let proxy = Some(Proxy::parse(&free.to_string(), None, &[]).unwrap());
    let ways = Ways {
        proxy,
        ..site.ways(None)
    };
    let told = site.told(&site.http(ways)).await;
    assert!(
        told.contains(&format!("the proxy {free} cannot be reached")),
        "{told}"
    );
    assert!(told.contains("Settings > Relay"), "{told}");
}

#[tokio::test]
async fn a_proxy_that_reads_along_is_named_until_its_authority_is_added() {
    let site = Site::start(Manner::Opens(None)).await;
    let ways = Ways {
        authorities: vec![],
        ..site.ways(None)
    };
    let http = site.http(ways);
    let told = site.told(&http).await;
    assert!(
        told.contains("the certificate of inside.test is not of an authority"),
        "{told}"
    );
    http.take(site.ways(None)).unwrap();
    let answer = http.client().get(site.url()).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hi");
}

#[tokio::test]
async fn without_a_proxy_an_unknown_authority_is_named_as_well() {
    let site = Site::start(Manner::Opens(None)).await;
    let outbound = Outbound {
        extra_ca: None,
        resolve: BTreeMap::from([(HOST.to_owned(), site.server.ip())]),
    };
    let http = OutboundHttp::new(&outbound, Ways::default()).unwrap();
    let told = site.told(&http).await;
    assert!(
        told.contains("the certificate of inside.test is not of an authority"),
        "{told}"
    );
    assert!(site.asked_for.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_change_is_told_once_and_taken_by_the_next_request() {
    let site = Site::start(Manner::Opens(None)).await;
    let http = site.http(Ways::default());
    let mut changes = http.follow();
    assert!(http.client().get(site.url()).send().await.is_err());
    http.take(site.ways(None)).unwrap();
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    assert!(http.client().get(site.url()).send().await.is_ok());
    http.take(site.ways(None)).unwrap();
    assert!(
        !changes.has_changed().unwrap(),
        "the same again is no change"
    );
    assert_eq!(http.ways(), site.ways(None));
}
