//! What may be fetched, and what never is, with a host on loopback that counts who asks.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;
use crate::config::Outbound;
use crate::outbound::Ways;

/// A host that gives one answer to everybody.
struct Intranet {
    port: u16,
    asked: Arc<std::sync::atomic::AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Intranet {
    async fn answering(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let _ = stream.read(&mut [0; 2048]).await;
                let _ = stream.write_all(&answer).await;
            }
        });
        Self {
            port,
            asked,
            _serving: serving,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn address(&self, host: &str) -> String {
        format!("http://{host}:{}/logo.bmp", self.port)
    }
}

/// Finds every given name at 127.0.0.1, and allows `pictures.test` and `agent.test`.
fn fetcher(own: fn(IpAddr) -> bool) -> ImageFetcher {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let here: IpAddr = [127, 0, 0, 1].into();
    let outbound = Outbound {
        extra_ca: None,
        resolve: [
            ("pictures.test".to_owned(), here),
            ("other.test".to_owned(), here),
        ]
        .into(),
    };
    ImageFetcher {
        own,
        ..ImageFetcher::new(
            ["pictures.test".to_owned(), "169.254.169.254".to_owned()].into(),
            OutboundHttp::new(&outbound, Ways::default()).unwrap(),
        )
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn an_image_comes_from_an_allowed_host() {
    let intranet = Intranet::answering(answer("200 OK", "", b"BM...")).await;
    let fetcher = fetcher(|_| false);
    assert_eq!(
        fetcher
            .fetch(&intranet.address("pictures.test"))
            .await
            .unwrap(),
        b"BM..."
    );
    assert_eq!(
        fetcher
            .fetch(&intranet.address("PICTURES.test."))
            .await
            .unwrap(),
        b"BM..."
    );
}

#[tokio::test]
async fn a_host_that_was_not_allowed_is_never_asked() {
    let intranet = Intranet::answering(answer("200 OK", "", b"secret")).await;
    let fetcher = fetcher(|_| false);
    let refused = fetcher.fetch(&intranet.address("other.test")).await;
    assert!(matches!(refused, Err(FetchError::Host(host)) if host == "other.test"));
    for address in [
        "file:///etc/passwd",
        "gopher://pictures.test/",
        "http://user@pictures.test/",
        "pictures.test/logo.bmp",
        "http://",
        "",
    ] {
        let refused = fetcher.fetch(address).await;
        assert!(
            matches!(refused, Err(FetchError::Address(_))),
            "{address}: {refused:?}"
        );
    }
    for figures in [
        "127.0.0.1",
        "[::1]",
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
    ] {
        let refused = fetcher.fetch(&intranet.address(figures)).await;
        assert!(
            matches!(refused, Err(FetchError::Host(_))),
            "{figures}: {refused:?}"
        );
    }
    assert_eq!(intranet.asked(), 0);
}

#[tokio::test]
async fn an_allowed_name_that_leads_to_the_agent_itself_is_never_asked() {
    let intranet = Intranet::answering(answer("200 OK", "", b"secret")).await;
    // As in production: loopback and every address of this machine are its own.
    let refused = fetcher(is_own)
        .fetch(&intranet.address("pictures.test"))
        .await;
    assert!(matches!(refused, Err(FetchError::Own(_))), "{refused:?}");
    assert_eq!(intranet.asked(), 0);
    for own in [
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "fe80::1",
    ] {
        assert!(is_own(own.parse().unwrap()), "{own}");
    }
    assert!(!is_own("192.0.2.7".parse().unwrap()));
}

#[tokio::test]
async fn a_redirect_is_not_followed_wherever_it_leads() {
    let target = Intranet::answering(answer("200 OK", "", b"secret")).await;
    let location = format!("location: {}\r\n", target.address("127.0.0.1"));
    let intranet = Intranet::answering(answer("302 Found", &location, b"")).await;
    let refused = fetcher(|_| false)
        .fetch(&intranet.address("pictures.test"))
        .await;
    assert!(
        matches!(refused, Err(FetchError::Status(302))),
        "{refused:?}"
    );
    assert_eq!(target.asked(), 0);
}

#[tokio::test]
async fn an_image_without_an_end_is_cut_off() {
    let endless = answer("200 OK", "", &vec![0; MAX_BYTES + 1]);
    let intranet = Intranet::answering(endless).await;
    let refused = fetcher(|_| false)
        .fetch(&intranet.address("pictures.test"))
        .await;
    assert!(matches!(refused, Err(FetchError::TooLarge)), "{refused:?}");
}
