//! A relay on loopback and agents that speak to it as the contract says.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloud_relay::config::RelayConfig;
use cloud_relay::downlink::local::LocalDownlink;
use cloud_relay::local::{Server, local_router};
use cloud_relay::relay::Relay;
use cloud_relay::store::sqlite::SqliteStore;
use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use relay_contract::call::{Call, Caller, sign};
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::{ErrorBody, ErrorCode};
use relay_contract::id::Instance;
use relay_contract::inbox::{
    Acknowledge, AcknowledgeResults, Acknowledged, Acknowledgement, Inbox, Signal,
};
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::origin::{Origins, SetOrigins};
use relay_contract::state::NewState;
use relay_contract::{route, webhook};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) const PORTAL: &str = "https://portal.localhost:8443";

/// A relay in this process, over real TCP.
pub(crate) struct World {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) masters: MasterKeys,
    pub(crate) store: SqliteStore,
    stop: CancellationToken,
    folder: Option<tempfile::TempDir>,
    tasks: TaskTracker,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with_masters(masters_of(&[7])).await
    }

    pub(crate) async fn with_masters(masters: MasterKeys) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        Self::serve(masters, store, Some(folder), |config| config).await
    }

    /// A relay that takes few webhooks.
    pub(crate) async fn with_quota(per_minute: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        let quota = |config: RelayConfig| config.with_webhooks_per_minute(per_minute);
        Self::serve(masters_of(&[7]), store, Some(folder), quota).await
    }

    /// The same relay started again with other master keys, or its other instance.
    pub(crate) async fn beside(&self, masters: MasterKeys) -> Self {
        Self::serve(masters, self.store.clone(), None, |config| config).await
    }

    async fn serve(
        masters: MasterKeys,
        store: SqliteStore,
        folder: Option<tempfile::TempDir>,
        change: impl FnOnce(RelayConfig) -> RelayConfig,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let relay = Arc::new(Relay::new(
            change(RelayConfig::new(&base, masters.clone()).unwrap()),
            store.clone(),
            LocalDownlink::default(),
        ));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(
            Server::new(listener, None, local_router(relay))
                .unwrap()
                .run(stop.clone()),
        );
        Self {
            base,
            http: http_client(None),
            masters,
            store,
            stop,
            folder,
            tasks,
        }
    }

    pub(crate) fn invite(&self, nonce: u8, host_owner: bool) -> String {
        let expiry = now() + SignedDuration::from_hours(1);
        Invite {
            nonce: [nonce; 16],
            expiry,
            host_owner,
        }
        .mint(&self.masters)
    }

    /// An agent with one portal origin.
    pub(crate) async fn agent(&self, seed: u8, host_owner: bool) -> Agent {
        let agent =
            Agent::enrol(&self.http, &self.base, &self.invite(seed, host_owner), seed).await;
        agent.set_origins(&[PORTAL]).await;
        agent
    }

    /// Where the store of this relay is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().expect("a world of its own").path()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
        self.tasks.close();
    }
}

/// Master keys of these bytes, the one in use last: one alone is version 1.
pub(crate) fn masters_of(bytes: &[u8]) -> MasterKeys {
    let version = KeyVersion(u16::try_from(bytes.len()).unwrap());
    let mut keys = bytes.iter().rev().map(|b| MasterKey::from_bytes([*b; 32]));
    MasterKeys::new(version, keys.next().unwrap(), keys.next())
}

/// An enrolled agent, no more than the contract.
pub(crate) struct Agent {
    pub(crate) http: reqwest::Client,
    pub(crate) key: SigningKey,
    pub(crate) enrolled: Enrolled,
    pub(crate) epoch: u64,
    pub(crate) instance: Instance,
}

impl Agent {
    pub(crate) async fn enrol(http: &reqwest::Client, base: &str, invite: &str, seed: u8) -> Self {
        let (key, instance) = (
            SigningKey::from_bytes(&[seed; 32]),
            Instance::from_random([seed; 16]),
        );
        let request = EnrolRequest::new(&key, host(base), invite, 1, instance.clone());
        let answer = post_enrol(http, base, &request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let enrolled = answer.json().await.unwrap();
        Self {
            http: http.clone(),
            key,
            enrolled,
            epoch: 1,
            instance,
        }
    }

    /// The same agent, which finds its relay at this address from now on.
    pub(crate) fn moved_to(mut self, world: &World) -> Self {
        let enrolled = &mut self.enrolled;
        enrolled.public_base = world.base.clone();
        enrolled.api_base = format!("{}{}", world.base, route::AGENTS);
        self
    }

    /// What stands after `Bearer`.
    pub(crate) fn token(&self, call: &Call<'_>) -> String {
        let caller = Caller {
            agent: &self.enrolled.agent,
            epoch: self.epoch,
            instance: &self.instance,
        };
        sign(
            &self.key,
            caller,
            host(&self.enrolled.public_base),
            call,
            now(),
        )
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: &[u8]) -> Response {
        let token = self.token(&Call {
            method: method.as_str(),
            path_and_query: path,
            body,
        });
        self.call_with(&token, method, path, body).await
    }

    pub(crate) async fn call_with(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> Response {
        let url = format!("{}{path}", self.enrolled.api_base);
        self.http
            .request(method, url)
            .bearer_auth(token)
            .body(body.to_vec())
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn json<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> A {
        let answer = self
            .call(method, path, &serde_json::to_vec(body).unwrap())
            .await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn inbox(&self) -> Vec<Signal> {
        let answer = self.call(Method::GET, route::INBOX, b"").await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Inbox>().await.unwrap().signals
    }

    pub(crate) async fn acknowledge(&self, items: Vec<Acknowledgement>) -> Vec<Acknowledged> {
        let answer: AcknowledgeResults = self
            .json(Method::POST, route::ACKNOWLEDGE, &Acknowledge { items })
            .await;
        answer.results
    }

    pub(crate) async fn set_origins(&self, origins: &[&str]) -> Origins {
        let origins = origins.iter().map(|o| o.parse().unwrap()).collect();
        self.json(Method::PUT, route::ORIGINS, &SetOrigins { origins })
            .await
    }

    /// A notification of Google's for a channel of this agent.
    pub(crate) fn notification(&self, channel: &str, number: u64) -> reqwest::RequestBuilder {
        let address = route::calendar_webhook(&self.enrolled.public_base, &self.enrolled.agent);
        self.http
            .post(address)
            .header("x-goog-channel-id", channel)
            .header(
                "x-goog-channel-token",
                webhook::mint(&self.enrolled.keys, channel),
            )
            .header("x-goog-message-number", number)
            .header("x-goog-resource-state", "exists")
            .header("x-goog-resource-id", "resource")
            .header(
                "x-goog-resource-uri",
                "https://www.googleapis.com/calendar/v3/calendars/room%40example.com/events",
            )
    }

    /// A state of a sign-in that begins at this agent's `origin`-th address.
    pub(crate) fn state(&self, origin: u32, flow_key: [u8; 32], expiry: Timestamp) -> String {
        NewState {
            agent: &self.enrolled.agent,
            origin: relay_contract::id::OriginId(origin),
            expiry,
            random: [9; 16],
            flow_key,
        }
        .mint(&self.enrolled.keys)
    }
}

pub(crate) async fn post_enrol(
    http: &reqwest::Client,
    base: &str,
    request: &EnrolRequest,
) -> Response {
    http.post(format!("{base}{}{}", route::AGENTS, route::ENROL))
        .json(request)
        .send()
        .await
        .unwrap()
}

/// Asserts that an answer is a refusal with this code.
pub(crate) async fn refused(answer: Response, status: StatusCode, code: ErrorCode) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.json::<ErrorBody>().await.unwrap().code, code);
}

/// No redirects; trusts `ca` if given.
pub(crate) fn http_client(ca: Option<&str>) -> reqwest::Client {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20));
    if let Some(ca) = ca {
        let ca = reqwest::Certificate::from_pem(ca.as_bytes()).unwrap();
        builder = builder
            .tls_certs_only([ca])
            .resolve("relay.localhost", ([127, 0, 0, 1], 0).into());
    }
    builder.build().unwrap()
}

fn host(base: &str) -> &str {
    let authority = base.split("://").nth(1).unwrap();
    authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
}

#[expect(clippy::disallowed_methods, reason = "these tests run in real time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
