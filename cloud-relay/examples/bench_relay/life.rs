//! The events of a notification's whole life, as API Gateway hands them to the function.

use anyhow::{Context as _, Result};
use ed25519_dalek::SigningKey;
use relay_contract::call::{Call, Caller, sign};
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::id::Instance;
use relay_contract::inbox::{Acknowledge, Acknowledgement};
use relay_contract::{route, webhook};
use serde_json::{Value, json};

use crate::agent::now;

pub(crate) const HOST: &str = "relay.example";

/// An agent that calls through events.
#[derive(Debug)]
pub(crate) struct Calls {
    key: SigningKey,
    instance: Instance,
    enrolled: Enrolled,
}

/// The first event: makes the agent.
pub(crate) fn enrolment(invite: &str) -> Result<Value> {
    let request = EnrolRequest::new(&key(), HOST, invite, 1, instance());
    let path = format!("{}{}", route::AGENTS, route::ENROL);
    Ok(http(
        "POST",
        &path,
        "",
        &serde_json::to_string(&request)?,
        json!({}),
    ))
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn instance() -> Instance {
    Instance::from_random([2; 16])
}

impl Calls {
    /// From the function's answer to [`enrolment`].
    pub(crate) fn new(answer: &Value) -> Result<Self> {
        let body = answer["body"]
            .as_str()
            .with_context(|| format!("no body in {answer}"))?;
        Ok(Self {
            key: key(),
            instance: instance(),
            enrolled: serde_json::from_str(body).with_context(|| body.to_owned())?,
        })
    }

    fn bearer(&self, call: &Call<'_>) -> Value {
        let caller = Caller {
            agent: &self.enrolled.agent,
            epoch: 1,
            instance: &self.instance,
        };
        let token = sign(&self.key, caller, HOST, call, now());
        json!({ "authorization": format!("Bearer {token}") })
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let headers = self.bearer(&Call {
            method,
            path_and_query: path,
            body: body.as_bytes(),
        });
        http(
            method,
            &format!("{}{path}", route::AGENTS),
            "",
            body,
            headers,
        )
    }

    /// Google notifies.
    pub(crate) fn notification(&self, channel: &str, number: u64) -> Value {
        let path = route::calendar_webhook("", &self.enrolled.agent);
        let headers = json!({
            "x-goog-channel-id": channel,
            "x-goog-channel-token": webhook::mint(&self.enrolled.keys, channel),
            "x-goog-message-number": number.to_string(),
            "x-goog-resource-state": "exists",
            "x-goog-resource-id": "resource",
        });
        http("POST", &path, "", "", headers)
    }

    /// The agent connects.
    pub(crate) fn connect(&self, connection: &str) -> Value {
        let headers = self.bearer(&Call {
            method: "GET",
            path_and_query: route::CONNECT,
            body: b"",
        });
        socket("$connect", "CONNECT", connection, headers, None)
    }

    /// Its connection has ended.
    pub(crate) fn disconnect(&self, connection: &str) -> Value {
        socket("$disconnect", "DISCONNECT", connection, json!({}), None)
    }

    /// It keeps its connection.
    pub(crate) fn ping(&self, connection: &str) -> Value {
        let ping = Some("{\"kind\":\"ping\"}");
        socket("$default", "MESSAGE", connection, json!({}), ping)
    }

    /// It asks for what it does not know.
    pub(crate) fn pull(&self) -> Value {
        self.call("GET", route::INBOX, "")
    }

    /// It has dealt with a notification.
    pub(crate) fn acknowledge(&self, channel: &str, number: u64) -> Result<Value> {
        let channel = channel.to_owned();
        let items = vec![Acknowledgement::Calendar { channel, number }];
        let body = serde_json::to_string(&Acknowledge { items })?;
        Ok(self.call("POST", route::ACKNOWLEDGE, &body))
    }
}

fn http(method: &str, path: &str, query: &str, body: &str, headers: Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "http", "domainName": HOST, "requestId": "1", "routeKey": "$default",
            "stage": "$default", "time": "01/Jan/2026:10:00:00 +0000", "timeEpoch": 1_767_261_600_000_u64,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "-" },
        },
        "body": body, "isBase64Encoded": false,
    })
}

fn socket(route: &str, kind: &str, connection: &str, headers: Value, body: Option<&str>) -> Value {
    let mut event = json!({
        "headers": headers, "multiValueHeaders": {}, "isBase64Encoded": false,
        "requestContext": {
            "routeKey": route, "eventType": kind, "connectionId": connection, "apiId": "connect", "stage": "live",
            "domainName": "connect.relay.example", "requestId": "1", "extendedRequestId": "1", "messageDirection": "IN",
            "requestTime": "01/Jan/2026:10:00:00 +0000", "requestTimeEpoch": 1_767_261_600_000_u64,
            "connectedAt": 1_767_261_600_000_u64, "identity": { "sourceIp": "127.0.0.1" },
        },
    });
    if let Some(body) = body {
        event["body"] = json!(body);
    }
    event
}
