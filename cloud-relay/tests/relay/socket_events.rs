//! The agents' WebSocket where API Gateway holds it: connecting, pinging and leaving come as events.

use std::sync::{Arc, Mutex};

use cloud_relay::config::RelayConfig;
use cloud_relay::downlink::{Downlink, PostError};
use cloud_relay::lambda::Lambda;
use cloud_relay::relay::Relay;
use cloud_relay::router::Role;
use cloud_relay::store::sqlite::SqliteStore;
use cloud_relay::store::{Agents, Connections, NewAgent};
use ed25519_dalek::SigningKey;
use relay_contract::call::{Call, Caller, sign};
use relay_contract::id::{AgentId, Instance};
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::route;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::now;

/// Keeps what was posted.
#[derive(Clone, Debug, Default)]
struct Posted(Arc<Mutex<Vec<(String, String)>>>);

impl Downlink for Posted {
    async fn post(&self, connection: &str, text: String) -> Result<(), PostError> {
        self.0.lock().unwrap().push((connection.to_owned(), text));
        Ok(())
    }

    async fn close(&self, _connection: &str) {}
}

struct Gateway {
    lambda: Lambda<SqliteStore, Posted>,
    store: SqliteStore,
    posted: Posted,
    agent: NewAgent,
    _folder: tempfile::TempDir,
}

impl Gateway {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        let agent = NewAgent {
            candidate: AgentId::from_random([1; 10]),
            former: None,
            invite: [1; 16],
            host_owner: true,
            public_key: SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes(),
            epoch: 1,
            instance: Instance::from_random([1; 16]),
        };
        store.enrol(&agent).await.unwrap();
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
        let posted = Posted::default();
        let relay = Arc::new(Relay::new(
            RelayConfig::new("https://relay.example", masters).unwrap(),
            store.clone(),
            posted.clone(),
        ));
        let lambda = Lambda::new(relay, Role::Agents);
        Self {
            lambda,
            store,
            posted,
            agent,
            _folder: folder,
        }
    }

    fn token(&self, path: &str) -> String {
        let NewAgent {
            candidate,
            instance,
            epoch,
            ..
        } = &self.agent;
        let caller = Caller {
            agent: candidate,
            epoch: *epoch,
            instance,
        };
        let call = Call {
            method: "GET",
            path_and_query: path,
            body: b"",
        };
        sign(
            &SigningKey::from_bytes(&[1; 32]),
            caller,
            "relay.example",
            &call,
            now(),
        )
    }

    async fn event(&self, key: &str, connection: &str, headers: Value, body: Value) -> StatusCode {
        let event = json!({
            "headers": headers,
            "multiValueHeaders": {},
            "requestContext": {
                "routeKey": key,
                "eventType": "X",
                "extendedRequestId": "id",
                "requestTime": "12/Mar/2026:19:03:58 +0000",
                "messageDirection": "IN",
                "stage": "live",
                "connectedAt": 1_773_342_238_000_u64,
                "requestTimeEpoch": 1_773_342_238_000_u64,
                "identity": { "sourceIp": "192.0.2.1" },
                "requestId": "id",
                "domainName": "connect.relay.example",
                "connectionId": connection,
                "apiId": "api"
            },
            "body": body,
            "isBase64Encoded": false
        });
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        self.lambda.handle(request).await.unwrap().status()
    }

    async fn connection(&self) -> Option<String> {
        let listening = self.store.listening(&self.agent.candidate).await;
        let connection = listening.unwrap().unwrap().connection;
        connection.map(|(id, _)| id)
    }
}

#[tokio::test]
async fn an_agent_connects_pings_and_leaves_through_the_gateway() {
    let gateway = Gateway::start().await;
    let headers = json!({ "Authorization": format!("Bearer {}", gateway.token(route::CONNECT)) });
    let connected = gateway.event("$connect", "one", headers, Value::Null).await;
    assert_eq!(connected, StatusCode::OK);
    assert_eq!(gateway.connection().await.as_deref(), Some("one"));

    let ping = json!("{\"kind\":\"ping\"}");
    assert_eq!(
        gateway.event("$default", "one", json!({}), ping).await,
        StatusCode::OK
    );
    assert_eq!(
        gateway
            .event("$default", "one", json!({}), json!("rubbish"))
            .await,
        StatusCode::OK
    );
    let pong = ("one".to_owned(), "{\"kind\":\"pong\"}".to_owned());
    assert_eq!(*gateway.posted.0.lock().unwrap(), [pong]);

    assert_eq!(
        gateway
            .event("$disconnect", "one", json!({}), Value::Null)
            .await,
        StatusCode::OK
    );
    assert_eq!(gateway.connection().await, None);
}

#[tokio::test]
async fn a_new_connection_outlives_the_late_goodbye_of_the_old_one() {
    let gateway = Gateway::start().await;
    for connection in ["one", "two"] {
        let headers =
            json!({ "Authorization": format!("Bearer {}", gateway.token(route::CONNECT)) });
        gateway
            .event("$connect", connection, headers, Value::Null)
            .await;
    }
    gateway
        .event("$disconnect", "one", json!({}), Value::Null)
        .await;
    assert_eq!(gateway.connection().await.as_deref(), Some("two"));
}

#[tokio::test]
async fn the_gateway_lets_no_stranger_in() {
    let gateway = Gateway::start().await;
    let other_call = format!("Bearer {}", gateway.token(route::INBOX));
    for headers in [
        json!({}),
        json!({ "Authorization": "Bearer x" }),
        json!({ "Authorization": other_call }),
    ] {
        let refused = gateway.event("$connect", "one", headers, Value::Null).await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(gateway.connection().await, None);
}
