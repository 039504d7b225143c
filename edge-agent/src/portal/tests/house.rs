//! A running agent in a folder of its own, and somebody with a browser.

use std::path::Path;

use edge_api::account::{Claim, SignIn};
use edge_api::error::ErrorCode;
use edge_api::id::{DisplayId, HubId};
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use reqwest::Certificate;
use serde_json::{Value, json};

use crate::agent::Agent;
use crate::config::{Config, Source};
use crate::store::{SeenDisplay, Store};

pub(super) const NAME: &str = "Ada";
pub(super) const PASSWORD: &str = "correct horse battery";

/// No environment at all.
struct Nothing;

impl Source for Nothing {
    fn get(&self, _name: &str) -> Option<String> {
        None
    }
}

pub(super) struct House {
    pub(super) data: tempfile::TempDir,
    pub(super) agent: Agent,
    http: reqwest::Client,
    pub(super) base: String,
    pub(super) port: u16,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn code(&self) -> Option<ErrorCode> {
        serde_json::from_value(self.body["code"].clone()).ok()
    }

    /// Checks that it is a refusal with everything that a refusal has.
    #[track_caller]
    pub(super) fn refused(&self, code: ErrorCode) {
        assert_eq!(self.code(), Some(code), "{self:?}");
        assert_eq!(self.status.as_u16(), code.status(), "{self:?}");
        for part in ["message", "hint", "request_id"] {
            assert!(
                self.body[part].as_str().is_some_and(|text| text.len() > 5),
                "{part}: {self:?}"
            );
        }
        assert_eq!(
            self.headers["x-request-id"],
            self.body["request_id"].as_str().unwrap()
        );
    }

    /// Where it leads.
    #[track_caller]
    pub(super) fn leads_to(&self, place: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        assert_eq!(self.headers["location"], place, "{self:?}");
    }

    /// Checks that it is a page that says this, with a policy that allows it no script.
    #[track_caller]
    pub(super) fn is_page(&self, status: StatusCode, says: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.text.contains(says), "{says}: {self:?}");
        let policy = self.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("script-src"), "{policy}");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert_eq!(self.headers["cache-control"], "no-store");
        assert!(!self.text.contains("<script"), "{}", self.text);
    }

    /// The cookie that was set, as a browser sends it back.
    pub(super) fn cookie(&self) -> String {
        let set = self.headers["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

impl House {
    pub(super) async fn new() -> Self {
        // Every test process needs a provider once; that another test was first is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = tempfile::tempdir().unwrap();
        let toml = "[portal]\nlisten = \"127.0.0.1:0\"\nname = \"portal.localhost\"\n[hubs]\nlisten = \"127.0.0.1:0\"\n";
        std::fs::write(data.path().join("agent.toml"), toml).unwrap();
        let agent = Agent::start(Config::load(data.path(), &Nothing).unwrap())
            .await
            .unwrap();
        let address = agent.portal_address();
        // Over HTTP/1, a test may send whatever Host it likes.
        let http = client(data.path(), address).http1_only().build().unwrap();
        Self {
            data,
            agent,
            http,
            base: format!("https://portal.localhost:{}", address.port()),
            port: address.port(),
        }
    }

    /// A house that Ada has claimed, and her cookie.
    pub(super) async fn claimed() -> (Self, String) {
        let house = Self::new().await;
        let answer = house
            .post("/api/v1/setup", None, &json!(house.claim()))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let cookie = answer.cookie();
        (house, cookie)
    }

    pub(super) fn claim(&self) -> Claim {
        Claim {
            setup_token: std::fs::read_to_string(self.data.path().join("setup-token"))
                .unwrap_or_default(),
            name: NAME.to_owned(),
            password: PASSWORD.to_owned(),
        }
    }

    pub(super) fn sign_in() -> Value {
        json!(SignIn {
            name: NAME.to_owned(),
            password: PASSWORD.to_owned(),
            code: None,
        })
    }

    /// A second handle on the same database, as another process has it.
    pub(super) fn store(&self) -> Store {
        Store::open(self.data.path()).unwrap()
    }

    /// A browser that speaks HTTP/2 where it can.
    pub(super) fn modern(&self) -> reqwest::Client {
        client(self.data.path(), self.agent.portal_address())
            .build()
            .unwrap()
    }

    /// A display of a hub that has been here once.
    pub(super) async fn display(&self) -> DisplayId {
        let store = self.store();
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        store
            .pair_hub(&hub, "North", Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        let seen = SeenDisplay {
            new_id: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            key: "north-1".to_owned(),
            panel: "296x128-bwr".to_owned(),
        };
        let arrived = store
            .hub_arrived(&hub, "1", "[::1]:1", vec![seen], Timestamp::UNIX_EPOCH)
            .await;
        arrived.unwrap().unwrap().displays[0].id.clone()
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(super) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        send(with(self.request(Method::GET, path), cookie)).await
    }

    pub(super) async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("origin", &self.base)
            .json(body);
        send(with(request, cookie)).await
    }

    /// Sends a form as a browser does that shows a page of this agent.
    pub(super) async fn send_form(
        &self,
        path: &str,
        cookie: Option<&str>,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("origin", &self.base)
            .header("accept", "text/html,application/xhtml+xml")
            .form(fields);
        send(with(request, cookie)).await
    }

    pub(super) async fn put(&self, path: &str, cookie: Option<&str>, body: &Value) -> Answer {
        send(with(self.request(Method::PUT, path).json(body), cookie)).await
    }

    pub(super) async fn delete(&self, path: &str, cookie: Option<&str>) -> Answer {
        send(with(self.request(Method::DELETE, path), cookie)).await
    }
}

pub(super) fn with(
    request: reqwest::RequestBuilder,
    cookie: Option<&str>,
) -> reqwest::RequestBuilder {
    match cookie {
        Some(cookie) => request.header("cookie", cookie),
        None => request,
    }
}

pub(super) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
    }
}

/// A browser that has accepted the agent's own certificate, and finds `portal.localhost`.
fn client(data: &Path, address: std::net::SocketAddr) -> reqwest::ClientBuilder {
    let pem = std::fs::read(data.join("keys/self-signed.crt")).unwrap();
    reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .resolve("portal.localhost", address)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .no_gzip()
}
