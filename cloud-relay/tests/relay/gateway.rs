//! A gateway with the habits that API Gateway has and emulators do not: connections that are refused until `$connect` has
//! returned, goodbyes that come late, cuts after two hours, hints that are lost, doubled or slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud_relay::config::RelayConfig;
use cloud_relay::downlink::{Downlink, PostError};
use cloud_relay::lambda::Lambda;
use cloud_relay::relay::Relay;
use cloud_relay::router::Role;
use cloud_relay::store::sqlite::SqliteStore;
use cloud_relay::store::{Agents, Connections, Inboxes, NewAgent};
use ed25519_dalek::SigningKey;
use jiff::SignedDuration;
use relay_contract::call::{Call, Caller, sign};
use relay_contract::id::{AgentId, Instance};
use relay_contract::inbox::{Acknowledged, Acknowledgement, Hint, Signal};
use relay_contract::key::MasterKeys;
use relay_contract::{route, webhook};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{masters_of, now};

/// What the gateway does with a message for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Hands it on.
    Carries,
    /// 410: `$connect` has not returned yet, or the connection is cut.
    Gone,
    /// Says that it has it, and loses it.
    Drops,
    /// Hands it on twice.
    Doubles,
    /// Does not answer for longer than anybody waits.
    Stalls,
    /// 500, 403, or whatever it feels like.
    Fails,
}

#[derive(Clone, Debug, Default)]
struct FakeGateway {
    habits: Arc<Mutex<HashMap<String, Habit>>>,
    arrived: Arc<Mutex<Vec<(String, String)>>>,
    closed: Arc<Mutex<Vec<String>>>,
}

impl FakeGateway {
    fn set(&self, connection: &str, habit: Habit) {
        self.habits.lock().unwrap().insert(connection.into(), habit);
    }

    /// Numbers of the hints that arrived at a connection.
    fn hints(&self, connection: &str) -> Vec<u64> {
        let arrived = self.arrived.lock().unwrap();
        let of = arrived.iter().filter(|(to, _)| to == connection);
        of.filter_map(|(_, text)| match serde_json::from_str(text).unwrap() {
            Hint::Calendar { number, .. } => Some(number),
            _ => None,
        })
        .collect()
    }
}

impl Downlink for FakeGateway {
    async fn post(&self, connection: &str, text: String) -> Result<(), PostError> {
        let habit = self.habits.lock().unwrap().get(connection).copied();
        let arrive = |times| {
            let mut arrived = self.arrived.lock().unwrap();
            arrived.extend(vec![(connection.to_owned(), text.clone()); times]);
        };
        match habit.unwrap_or(Habit::Gone) {
            Habit::Carries => arrive(1),
            Habit::Doubles => arrive(2),
            Habit::Drops => {}
            Habit::Gone => return Err(PostError::Gone),
            Habit::Fails => return Err(PostError::Failed("500".into())),
            Habit::Stalls => tokio::time::sleep(Duration::from_secs(3600)).await,
        }
        Ok(())
    }

    async fn close(&self, connection: &str) {
        self.closed.lock().unwrap().push(connection.to_owned());
        self.set(connection, Habit::Gone);
    }
}

/// Both functions of the stack in front of one store.
struct Stack {
    google: Lambda<SqliteStore, FakeGateway>,
    agents: Lambda<SqliteStore, FakeGateway>,
    gateway: FakeGateway,
    store: SqliteStore,
    masters: MasterKeys,
    agent: AgentId,
    _folder: tempfile::TempDir,
}

impl Stack {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        let gateway = FakeGateway::default();
        let masters = masters_of(&[7]);
        let lambda = |role| {
            let config = RelayConfig::new("https://relay.example", masters.clone()).unwrap();
            let relay = Relay::new(config, store.clone(), gateway.clone());
            Lambda::new(Arc::new(relay), role)
        };
        let (google, agents) = (lambda(Role::Google), lambda(Role::Agents));
        let agent = AgentId::from_random([1; 10]);
        let new = NewAgent {
            candidate: agent.clone(),
            former: None,
            invite: [1; 16],
            host_owner: true,
            public_key: SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes(),
            epoch: 1,
            instance: Instance::from_random([1; 16]),
        };
        store.enrol(&new).await.unwrap();
        Self {
            google,
            agents,
            gateway,
            store,
            masters,
            agent,
            _folder: folder,
        }
    }

    async fn webhook(&self, number: u64) -> StatusCode {
        let token = webhook::mint(&self.masters.agent_keys(&self.agent), "room-1");
        let event = json!({
            "version": "2.0",
            "rawPath": format!("/google/calendar/{}", self.agent),
            "rawQueryString": "",
            "headers": {
                "x-goog-channel-id": "room-1",
                "x-goog-channel-token": token,
                "x-goog-message-number": number.to_string(),
                "x-goog-resource-state": "exists",
            },
            "requestContext": {
                "http": { "method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "APIs-Google" },
                "requestId": "id", "routeKey": "$default", "stage": "$default", "timeEpoch": 0
            },
            "isBase64Encoded": false
        });
        handle(&self.google, &event).await
    }

    async fn socket(&self, key: &str, connection: &str, body: &str) -> StatusCode {
        let instance = Instance::from_random([1; 16]);
        let caller = Caller {
            agent: &self.agent,
            epoch: 1,
            instance: &instance,
        };
        let call = Call {
            method: "GET",
            path_and_query: route::CONNECT,
            body: b"",
        };
        let key_of_agent = SigningKey::from_bytes(&[1; 32]);
        let token = sign(&key_of_agent, caller, "relay.example", &call, now());
        let event = json!({
            "headers": { "Authorization": format!("Bearer {token}") },
            "multiValueHeaders": {},
            "requestContext": {
                "routeKey": key, "connectionId": connection, "stage": "live", "requestId": "id",
                "apiId": "api", "domainName": "connect.relay.example", "connectedAt": 0, "requestTimeEpoch": 0,
                "identity": { "sourceIp": "192.0.2.1" }
            },
            "body": body,
            "isBase64Encoded": false
        });
        handle(&self.agents, &event).await
    }

    async fn connect(&self, connection: &str) {
        let status = self.socket("$connect", connection, "").await;
        assert_eq!(status, StatusCode::OK);
    }

    async fn on_record(&self) -> Option<String> {
        let listening = self.store.listening(&self.agent).await.unwrap().unwrap();
        listening.connection.map(|(id, _)| id)
    }

    /// What the agent finds when it pulls: the highest number, acknowledged at once.
    async fn pull(&self) -> Option<u64> {
        let page = self.store.pending(&self.agent, None, 10, now()).await;
        let signals = page.unwrap().signals;
        let [
            Signal::Calendar {
                number, channel, ..
            },
        ] = &signals[..]
        else {
            assert_eq!(signals, vec![]);
            return None;
        };
        let item = Acknowledgement::Calendar {
            channel: channel.clone(),
            number: *number,
        };
        let result = self.store.acknowledge(&self.agent, &[item], now()).await;
        assert_eq!(result.unwrap(), [Acknowledged::Done]);
        Some(*number)
    }
}

async fn handle(lambda: &Lambda<SqliteStore, FakeGateway>, event: &Value) -> StatusCode {
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    lambda.handle(request).await.unwrap().status()
}

#[tokio::test]
async fn a_connection_that_is_not_open_yet_is_not_forgotten() {
    let stack = Stack::start().await;
    // $connect has stored the connection and has not returned: the gateway says 410.
    stack.connect("one").await;
    assert_eq!(stack.webhook(5).await, StatusCode::OK);
    assert_eq!(stack.on_record().await.as_deref(), Some("one"));
    stack.gateway.set("one", Habit::Carries);
    // The agent is connected and pulls, as it always does.
    assert_eq!(stack.pull().await, Some(5));
    assert_eq!(stack.webhook(6).await, StatusCode::OK);
    assert_eq!(stack.gateway.hints("one"), [6]);
}

#[tokio::test]
async fn a_connection_that_was_cut_is_forgotten_and_a_new_one_is_not() {
    let stack = Stack::start().await;
    let long_ago = now() - SignedDuration::from_hours(2);
    let connected = stack.store.connected(&stack.agent, "old", 1, long_ago);
    assert_eq!(connected.await.unwrap(), None);
    // The gateway has cut it after two hours, and its goodbye is lost.
    assert_eq!(stack.webhook(5).await, StatusCode::OK);
    assert_eq!(stack.on_record().await, None);
    stack.gateway.set("new", Habit::Carries);
    stack.connect("new").await;
    assert_eq!(stack.pull().await, Some(5));
    // The goodbye comes at last.
    assert_eq!(stack.socket("$disconnect", "old", "").await, StatusCode::OK);
    assert_eq!(stack.on_record().await.as_deref(), Some("new"));
    assert_eq!(stack.webhook(6).await, StatusCode::OK);
    assert_eq!(stack.gateway.hints("new"), [6]);
}

#[tokio::test]
async fn the_new_connection_takes_over_before_the_old_one_is_closed() {
    let stack = Stack::start().await;
    for connection in ["one", "two"] {
        stack.gateway.set(connection, Habit::Carries);
        stack.connect(connection).await;
    }
    assert_eq!(stack.webhook(5).await, StatusCode::OK);
    assert_eq!(stack.gateway.hints("two"), [5]);
    assert_eq!(*stack.gateway.closed.lock().unwrap(), Vec::<String>::new());
    stack.socket("$disconnect", "one", "").await;
    assert_eq!(stack.webhook(6).await, StatusCode::OK);
    assert_eq!(stack.gateway.hints("two"), [5, 6]);
    assert_eq!(stack.gateway.hints("one"), Vec::<u64>::new());
}

#[tokio::test]
async fn a_hint_may_be_lost_doubled_or_refused_and_the_signal_is_there() {
    let stack = Stack::start().await;
    stack.connect("one").await;
    for (number, habit, hints) in [
        (5, Habit::Drops, &[][..]),
        (6, Habit::Fails, &[]),
        (7, Habit::Doubles, &[7, 7]),
    ] {
        stack.gateway.set("one", habit);
        assert_eq!(stack.webhook(number).await, StatusCode::OK, "{habit:?}");
        assert_eq!(stack.gateway.hints("one"), hints, "{habit:?}");
        assert_eq!(stack.on_record().await.as_deref(), Some("one"), "{habit:?}");
        assert_eq!(stack.pull().await, Some(number), "{habit:?}");
        assert_eq!(stack.pull().await, None);
    }
}

#[tokio::test]
async fn a_slow_gateway_does_not_keep_google_waiting() {
    let stack = Stack::start().await;
    stack.connect("one").await;
    stack.gateway.set("one", Habit::Stalls);
    let begun = tokio::time::Instant::now();
    assert_eq!(stack.webhook(5).await, StatusCode::OK);
    assert!(
        begun.elapsed() < Duration::from_secs(9),
        "Google waits for ten"
    );
    assert_eq!(stack.pull().await, Some(5));
}

#[tokio::test]
async fn who_floods_the_gateway_is_cut_off() {
    let stack = Stack::start().await;
    stack.gateway.set("one", Habit::Carries);
    stack.connect("one").await;
    let big = "x".repeat(128 << 10);
    for text in ["{\"kind\":\"ping\"}", &big, "\u{0}", "[[[["] {
        assert_eq!(stack.socket("$default", "one", text).await, StatusCode::OK);
    }
    assert_eq!(*stack.gateway.closed.lock().unwrap(), Vec::<String>::new());
    for _ in 0..300 {
        stack.socket("$default", "one", "{\"kind\":\"ping\"}").await;
    }
    assert!(
        stack
            .gateway
            .closed
            .lock()
            .unwrap()
            .contains(&"one".to_owned())
    );
    let pongs = stack.gateway.arrived.lock().unwrap().len();
    assert!((100..=130).contains(&pongs), "{pongs}");
}
