//! A local DynamoDB behind a counter: it asks for the consumed capacity of every call, and adds it up.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::agent::http_client;
use crate::tunnels::free_port;

pub(crate) const TABLE: &str = "relay";
const UP: Duration = Duration::from_secs(30);

/// Units consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Units {
    pub(crate) write: f64,
    pub(crate) read: f64,
}

struct Shared {
    http: reqwest::Client,
    engine: String,
    units: Mutex<Units>,
}

/// The engine and the counter before it.
pub(crate) struct Table {
    engine: Child,
    shared: Arc<Shared>,
    /// What the function takes for DynamoDB.
    pub(crate) endpoint: String,
    _server: JoinSet<()>,
}

impl Table {
    pub(crate) async fn start() -> Result<Self> {
        let port = free_port()?;
        let engine = Command::new("dynoxide")
            .args(["serve", "--log", "quiet", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("start dynoxide; `infra/dev bench relay` installs it")?;
        let shared = Arc::new(Shared {
            http: http_client()?,
            engine: format!("http://127.0.0.1:{port}"),
            units: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let router = Router::new()
            .fallback(count)
            .with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let table = Self {
            engine,
            shared,
            endpoint,
            _server: server,
        };
        table.create().await?;
        Ok(table)
    }

    async fn create(&self) -> Result<()> {
        let key = |name: &str, kind: &str| {
            (
                json!({ "AttributeName": name, "AttributeType": "S" }),
                json!({ "AttributeName": name, "KeyType": kind }),
            )
        };
        let ((pk, hash), (sk, range)) = (key("pk", "HASH"), key("sk", "RANGE"));
        let wanted = json!({
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [pk, sk], "KeySchema": [hash, range],
        });
        let deadline = Instant::now() + UP;
        loop {
            let asked = self.shared.http.post(&self.shared.engine);
            let asked = asked
                .header("x-amz-target", "DynamoDB_20120810.CreateTable")
                .header("content-type", "application/x-amz-json-1.0")
                .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
                .header("x-amz-date", "20260101T000000Z")
                .body(wanted.to_string());
            match asked.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => anyhow::bail!("the table was refused: {}", answer.text().await?),
                Err(_) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await
                }
                Err(error) => return Err(error).context("dynoxide does not answer"),
            }
        }
    }

    /// What was consumed since it was last asked.
    pub(crate) fn take(&self) -> Units {
        let mut units = self.shared.units.lock().expect("no holder panics");
        std::mem::take(&mut units)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.engine.kill();
        let _ = self.engine.wait();
    }
}

async fn count(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    match pass_on(&shared, &headers, &body).await {
        Ok(answer) => answer,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn pass_on(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<Response> {
    let mut asked: Value = serde_json::from_slice(body)?;
    asked["ReturnConsumedCapacity"] = json!("TOTAL");
    let mut request = shared.http.post(&shared.engine);
    for (name, value) in headers {
        if !matches!(name.as_str(), "host" | "content-length") {
            request = request.header(name, value);
        }
    }
    let answer = request.body(asked.to_string()).send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    let told: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let target = headers.get("x-amz-target").and_then(|t| t.to_str().ok());
    let operation = target
        .and_then(|t| t.rsplit('.').next())
        .unwrap_or_default();
    let reads = matches!(operation, "GetItem" | "Query" | "Scan" | "BatchGetItem");
    let mut units = shared.units.lock().expect("no holder panics");
    let consumed = consumed(&told["ConsumedCapacity"]);
    // A write whose condition fails is charged as well, and the error does not say so.
    let charged = if status.is_success() { consumed } else { 1.0 };
    if reads {
        units.read += charged;
    } else {
        units.write += charged;
    }
    drop(units);
    let kind = [("content-type", "application/x-amz-json-1.0")];
    Ok((status, kind, text).into_response())
}

/// One table's, or a list of them from a transaction.
fn consumed(told: &Value) -> f64 {
    match told {
        Value::Array(several) => several.iter().map(consumed).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}
