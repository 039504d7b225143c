//! HTTPS on both sides with a private root.

use std::sync::Arc;

use google_stand_in::{Config, StandIn, Tls};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::support::Hook;

struct Root {
    pem: String,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Root {
    fn new() -> Self {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: rcgen::Issuer::new(params, key),
        }
    }

    fn leaf(&self, host: &str) -> Tls {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
        let cert_pem = params
            .signed_by(&key, &self.issuer)
            .unwrap()
            .pem()
            .into_bytes();
        Tls {
            cert_pem,
            key_pem: key.serialize_pem().into_bytes(),
        }
    }
}

/// Puts TLS before a hook. Returns its port.
async fn https(hook: &Hook, tls: &Tls, tasks: &TaskTracker) -> u16 {
    let chain = CertificateDer::pem_slice_iter(&tls.cert_pem)
        .collect::<Result<_, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(&tls.key_pem).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = hook.router.clone();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                    .serve_connection(
                        TokioIo::new(stream),
                        TowerToHyperService::new(router.clone()),
                    )
                    .await
                    .ok();
            }
        }
    });
    port
}

#[tokio::test]
async fn serves_https_and_pushes_to_a_receiver_under_the_given_root() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let root = Root::new();
    let stand_in = StandIn::start(Config {
        host: "google.localhost".into(),
        tls: Some(root.leaf("google.localhost")),
        push_roots: Some(root.pem.clone().into_bytes()),
        resolve: vec![("relay.localhost".into(), [127, 0, 0, 1].into())],
        ..Config::default()
    })
    .await
    .unwrap();
    assert!(stand_in.base().starts_with("https://google.localhost:"));
    let hook = Hook::start(&[], "").await;
    let tasks = TaskTracker::new();
    let port = https(&hook, &root.leaf("relay.localhost"), &tasks).await;
    let http = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(root.pem.as_bytes()).unwrap()])
        .resolve("google.localhost", stand_in.addr())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let base = stand_in.base();
    let client = json!({"client_id": "c", "client_secret": "s", "redirect_uris": ["https://relay.localhost/cb"]});
    http.post(format!("{base}/_stand-in/clients"))
        .json(&client)
        .send()
        .await
        .unwrap();
    let scope = "https://www.googleapis.com/auth/calendar.readonly";
    let url = format!(
        "{base}/o/oauth2/v2/auth?client_id=c&redirect_uri=https://relay.localhost/cb&response_type=code&scope={scope}"
    );
    let form = [
        ("decision", "allow"),
        ("email", "admin@example.com"),
        ("scope", scope),
    ];
    let sent = http.post(url).form(&form).send().await.unwrap();
    assert_eq!(sent.version(), http::Version::HTTP_2);
    let back = url::Url::parse(sent.headers()["location"].to_str().unwrap()).unwrap();
    let code = crate::support::query(&back, "code").unwrap();
    let form = [
        ("client_id", "c"),
        ("client_secret", "s"),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://relay.localhost/cb"),
    ];
    let tokens: serde_json::Value = http
        .post(format!("{base}/token"))
        .form(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let channel = json!({"id": "ch", "type": "web_hook", "address": format!("https://relay.localhost:{port}/hook")});
    let watch = http
        .post(format!("{base}/calendar/v3/calendars/primary/events/watch"))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .json(&channel);
    assert_eq!(watch.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(
        hook.wait(1).await[0].header("x-goog-resource-state"),
        "sync"
    );
    stand_in.shutdown().await;
}

#[tokio::test]
async fn plain_http_does_not_leave_this_machine() {
    let config = Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Config::default()
    };
    let refused = StandIn::start(config).await.unwrap_err();
    assert!(refused.to_string().contains("--tls-cert"), "{refused}");
}
