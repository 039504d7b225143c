//! Lambda's Runtime API and API Gateway's management API, as far as the relay asks for them.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// What the function has done.
#[derive(Debug)]
pub(crate) enum Done {
    /// Asked for an event.
    Asked(Instant),
    /// Answered the last one.
    Answered(Instant, Value),
}

struct Shared {
    done: mpsc::UnboundedSender<Done>,
    events: Mutex<mpsc::UnboundedReceiver<Value>>,
}

/// Both APIs on one port.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) port: u16,
    done: mpsc::UnboundedReceiver<Done>,
    events: mpsc::UnboundedSender<Value>,
    _server: JoinSet<()>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self> {
        let ((done, done_here), (events_here, events)) =
            (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let shared = Arc::new(Shared {
            done,
            events: Mutex::new(events),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .route("/@connections/{id}", post(async || StatusCode::OK))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            port,
            done: done_here,
            events: events_here,
            _server: server,
        })
    }

    /// Waits until the function asks for an event.
    pub(crate) async fn asked(&mut self) -> Result<Instant> {
        match self.done.recv().await.context("the function's next step")? {
            Done::Asked(at) => Ok(at),
            Done::Answered(_, answer) => anyhow::bail!("an answer that nobody waits for: {answer}"),
        }
    }

    /// Hands an event to a function that has asked; gives its answer, the milliseconds, and waits until it asks again.
    pub(crate) async fn invoke(&mut self, event: &Value) -> Result<(Value, f64)> {
        let started = Instant::now();
        self.events.send(event.clone())?;
        let Some(Done::Answered(at, answer)) = self.done.recv().await else {
            anyhow::bail!("the function asked for another event before it answered");
        };
        self.asked().await?;
        Ok((
            answer,
            crate::host::milliseconds(at.duration_since(started)),
        ))
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    // The receiver is gone when the measurement is over.
    let _ = shared.done.send(Done::Asked(Instant::now()));
    let event = shared.events.lock().await.recv().await;
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:relay",
        ),
        ("content-type", "application/json"),
    ];
    match event {
        Some(event) => (StatusCode::OK, headers, event.to_string()),
        None => (StatusCode::GONE, headers, String::new()),
    }
}

async fn response(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let at = Instant::now();
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let _ = shared.done.send(Done::Answered(at, answer));
    StatusCode::ACCEPTED
}

async fn failure(
    State(shared): State<Arc<Shared>>,
    id: Option<Path<String>>,
    body: Bytes,
) -> StatusCode {
    let words = String::from_utf8_lossy(&body).into_owned();
    let id = id.map(|Path(id)| id);
    let told = serde_json::json!({ "failed": words, "id": id });
    let _ = shared.done.send(Done::Answered(Instant::now(), told));
    StatusCode::ACCEPTED
}
