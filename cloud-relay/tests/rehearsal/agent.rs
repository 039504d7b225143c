//! An agent that speaks the contract and nothing more: for a relay that runs somewhere else.

use anyhow::{Context as _, Result, ensure};
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use relay_contract::call::{Call, Caller, sign};
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::id::Instance;
use relay_contract::inbox::{
    Acknowledge, AcknowledgeResults, Acknowledged, Acknowledgement, Inbox, Signal,
};
use relay_contract::{route, webhook};
use reqwest::{Method, RequestBuilder, Response};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Where a relay is reached, which may differ from the addresses that it gives out.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// Its public base.
    pub(crate) http: String,
    /// Its WebSocket.
    pub(crate) ws: String,
    /// Its own name, which agents sign for.
    pub(crate) host: String,
}

/// An enrolled agent.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) http: reqwest::Client,
    pub(crate) reach: Reach,
    pub(crate) enrolled: Enrolled,
    key: SigningKey,
    instance: Instance,
}

impl Agent {
    /// Enrols with an invite; `seed` makes its key.
    pub(crate) async fn enrol(
        http: &reqwest::Client,
        reach: &Reach,
        invite: &str,
        seed: [u8; 32],
    ) -> Result<Self> {
        let key = SigningKey::from_bytes(&seed);
        let mut instance = [0; 16];
        instance.copy_from_slice(&seed[..16]);
        let instance = Instance::from_random(instance);
        let request = EnrolRequest::new(&key, &reach.host, invite, 1, instance.clone());
        let address = format!("{}{}{}", reach.http, route::AGENTS, route::ENROL);
        let answer = http.post(address).json(&request).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        ensure!(
            status.is_success(),
            "enrolment was answered with {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(Self {
            http: http.clone(),
            reach: reach.clone(),
            enrolled: serde_json::from_slice(&body)?,
            key,
            instance,
        })
    }

    /// What stands after `Bearer`.
    pub(crate) fn token(&self, call: &Call<'_>) -> String {
        let caller = Caller {
            agent: &self.enrolled.agent,
            epoch: 1,
            instance: &self.instance,
        };
        sign(&self.key, caller, &self.reach.host, call, now())
    }

    /// A signed call; `path` is below the agents' base.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response> {
        let token = self.token(&Call {
            method: method.as_str(),
            path_and_query: path,
            body: &body,
        });
        let address = format!("{}{}{path}", self.reach.http, route::AGENTS);
        let request = self.http.request(method, address);
        Ok(request.bearer_auth(token).body(body).send().await?)
    }

    /// The first page of the inbox.
    pub(crate) async fn inbox(&self) -> Result<Vec<Signal>> {
        let answer = self.call(Method::GET, route::INBOX, Vec::new()).await?;
        let inbox: Inbox = answer.error_for_status()?.json().await?;
        Ok(inbox.signals)
    }

    /// One result for each item.
    pub(crate) async fn acknowledge(
        &self,
        items: Vec<Acknowledgement>,
    ) -> Result<Vec<Acknowledged>> {
        let body = serde_json::to_vec(&Acknowledge { items })?;
        let answer = self.call(Method::POST, route::ACKNOWLEDGE, body).await?;
        let results: AcknowledgeResults = answer.error_for_status()?.json().await?;
        Ok(results.results)
    }

    /// Opens the WebSocket with `token`.
    pub(crate) async fn connect_with(&self, token: &str) -> Result<Socket, SocketError> {
        let mut request = self.reach.ws.as_str().into_client_request()?;
        let bearer = format!("Bearer {token}").parse()?;
        request.headers_mut().insert("authorization", bearer);
        let authority = request.uri().authority().map(ToString::to_string);
        let tcp = TcpStream::connect(authority.unwrap_or_default()).await?;
        tcp.set_nodelay(true)?;
        Ok(client_async(request, tcp).await?.0)
    }

    /// Opens the WebSocket as agents do.
    pub(crate) async fn connect(&self) -> Result<Socket> {
        let call = Call {
            method: "GET",
            path_and_query: route::CONNECT,
            body: b"",
        };
        let socket = self.connect_with(&self.token(&call)).await;
        socket.context("connect to the relay")
    }

    /// A notification of Google's for a channel of this agent.
    pub(crate) fn notification(&self, channel: &str, number: u64) -> RequestBuilder {
        let token = webhook::mint(&self.enrolled.keys, channel);
        self.notification_with(channel, number, &token)
    }

    /// The same with any token.
    pub(crate) fn notification_with(
        &self,
        channel: &str,
        number: u64,
        token: &str,
    ) -> RequestBuilder {
        let address = route::calendar_webhook(&self.reach.http, &self.enrolled.agent);
        self.http
            .post(address)
            .header("x-goog-channel-id", channel)
            .header("x-goog-channel-token", token)
            .header("x-goog-message-number", number)
            .header("x-goog-resource-state", "exists")
            .header("x-goog-resource-id", "resource")
            .header(
                "x-goog-resource-uri",
                "https://www.googleapis.com/calendar/v3/calendars/room%40example.com/events",
            )
            .header("content-length", "0")
    }
}

/// The text of a message; `None` for what carries none.
pub(crate) fn text_of(message: &Message) -> Option<&str> {
    match message {
        Message::Text(text) => Some(text.as_str()),
        _ => None,
    }
}

/// Speaks plain HTTP to this machine, follows no redirect.
pub(crate) fn http_client() -> Result<reqwest::Client> {
    // Another part of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(std::time::Duration::from_secs(30));
    builder.build().context("make an HTTP client")
}

#[expect(
    clippy::disallowed_methods,
    reason = "this speaks to a relay in real time"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
