//! What `DynamoDB` does and emulators do not: throttling, conflicts of transactions, answers that are lost, pages and
//! batches that end early, silence. A proxy before the emulator does it to the real client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cloud_relay::store::dynamo::DynamoStore;
use cloud_relay::store::{Agents, EnrolOutcome, Inboxes};
use relay_contract::inbox::Acknowledged;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::dynoxide::Dynoxide;
use crate::store::{at, calendar, change, enrolled, newcomer, signals, suite};
use crate::world::http_client;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Refused before anything was done.
    Throttled,
    /// Done, and the answer is lost.
    Unheard,
    /// A transaction meets another one.
    Conflict,
    /// A page of one item; the rest is said to come on the next.
    ShortPage,
    /// One item of a batch is written, the others come back.
    ShortBatch,
    /// No answer at all.
    Silence,
}

type Plan = dyn Fn(usize, &str, &str) -> Option<Fault> + Send + Sync;

struct Proxy {
    http: reqwest::Client,
    behind: String,
    plan: Box<Plan>,
    seen: AtomicUsize,
    happened: AtomicUsize,
}

/// A store whose requests go wrong by `plan`: (how manyeth, operation, body) → what happens.
struct Faulty {
    store: DynamoStore,
    proxy: Arc<Proxy>,
    _dynoxide: Dynoxide,
    _stop: DropGuard,
}

impl Faulty {
    async fn start(
        plan: impl Fn(usize, &str, &str) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let (dynoxide, _) = Dynoxide::start().await;
        let proxy = Arc::new(Proxy {
            http: http_client(None),
            behind: dynoxide.endpoint().to_owned(),
            plan: Box::new(plan),
            seen: AtomicUsize::new(0),
            happened: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(pass).with_state(Arc::clone(&proxy));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serve = axum::serve(listener, app).with_graceful_shutdown(stopped);
        TaskTracker::new().spawn(async move { serve.await });
        let config = dynoxide
            .config(&endpoint)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(4)
                    .with_initial_backoff(Duration::from_millis(5)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(Duration::from_secs(2))
                    .build(),
            );
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        Self {
            store: DynamoStore::new(client, "relay"),
            proxy,
            _dynoxide: dynoxide,
            _stop: stop.drop_guard(),
        }
    }

    fn happened(&self) -> usize {
        self.proxy.happened.load(Ordering::Relaxed)
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit_once('.').unwrap().1.to_owned();
    let number = proxy.seen.fetch_add(1, Ordering::Relaxed);
    let text = std::str::from_utf8(&body).unwrap();
    let fault = (proxy.plan)(number, &operation, text);
    if fault.is_some() {
        proxy.happened.fetch_add(1, Ordering::Relaxed);
    }
    match fault {
        None => forward(&proxy, &headers, body).await,
        Some(Fault::Throttled) => refuse(
            StatusCode::BAD_REQUEST,
            &json!({ "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "slow down" }),
        ),
        Some(Fault::Unheard) => {
            forward(&proxy, &headers, body).await;
            refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({ "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "who knows" }),
            )
        }
        Some(Fault::Conflict) => refuse(
            StatusCode::BAD_REQUEST,
            &json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "Transaction cancelled [TransactionConflict, None, None]",
                "CancellationReasons": [{ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" }, { "Code": "None" }, { "Code": "None" }]
            }),
        ),
        Some(Fault::ShortPage) => {
            let mut query: Value = serde_json::from_str(text).unwrap();
            query["Limit"] = json!(1);
            forward(&proxy, &headers, query.to_string().into()).await
        }
        Some(Fault::ShortBatch) => {
            let mut batch: Value = serde_json::from_str(text).unwrap();
            let items = batch["RequestItems"]["relay"].as_array().unwrap().clone();
            batch["RequestItems"]["relay"] = json!(items[..1]);
            forward(&proxy, &headers, batch.to_string().into()).await;
            let left = json!({ "UnprocessedItems": { "relay": items[1..] } });
            let left = if items.len() > 1 {
                left
            } else {
                json!({ "UnprocessedItems": {} })
            };
            refuse(StatusCode::OK, &left)
        }
        Some(Fault::Silence) => std::future::pending().await,
    }
}

async fn forward(proxy: &Proxy, headers: &HeaderMap, body: Bytes) -> Response {
    let mut headers = headers.clone();
    for own in ["host", "content-length"] {
        headers.remove(own);
    }
    let request = proxy.http.post(&proxy.behind).headers(headers).body(body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    (status, answer.bytes().await.unwrap()).into_response()
}

fn refuse(status: StatusCode, body: &Value) -> Response {
    let kind = [("content-type", "application/x-amz-json-1.0")];
    (status, kind, body.to_string()).into_response()
}

/// Writes whose second try is meant to tell that there was a first: "absent", "the one before", one more of a count.
fn tells_of_its_first_try(operation: &str, body: &str) -> bool {
    operation == "DeleteItem"
        || ["REMOVE sealed", "SET conn", "ADD webhooks"]
            .iter()
            .any(|part| body.contains(part))
}

#[tokio::test]
async fn every_promise_holds_while_every_fifth_request_goes_wrong() {
    let faulty = Faulty::start(|number, operation, body| match number % 10 {
        2 => Some(Fault::Throttled),
        7 if !tells_of_its_first_try(operation, body) => Some(Fault::Unheard),
        _ => None,
    })
    .await;
    suite(&faulty.store).await;
    assert!(faulty.happened() > 50, "{}", faulty.happened());
}

#[tokio::test]
async fn an_enrolment_that_meets_another_transaction_is_tried_again() {
    let faulty = Faulty::start(|_, operation, _| {
        static TRANSACTIONS: AtomicUsize = AtomicUsize::new(0);
        let first =
            operation == "TransactWriteItems" && TRANSACTIONS.fetch_add(1, Ordering::Relaxed) < 2;
        first.then_some(Fault::Conflict)
    })
    .await;
    let new = newcomer(1);
    let outcome = faulty.store.enrol(&new).await.unwrap();
    assert_eq!(outcome, EnrolOutcome::Agent(new.candidate));
    assert_eq!(faulty.happened(), 2);
}

#[tokio::test]
async fn an_inbox_is_read_whole_though_every_page_ends_early() {
    let faulty =
        Faulty::start(|_, operation, _| (operation == "Query").then_some(Fault::ShortPage)).await;
    let store = &faulty.store;
    let agent = enrolled(store, 1).await;
    for number in 1..=5 {
        let change = change(&format!("channel-{number}"), number);
        store.note_change(&agent, &change).await.unwrap();
    }
    let (mut found, mut after) = (0, None);
    loop {
        let page = store.pending(&agent, after.as_deref(), 100, at(0)).await;
        let page = page.unwrap();
        found += page.signals.len();
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, 5);
    assert!(faulty.happened() >= 5);
}

#[tokio::test]
async fn an_agent_is_removed_whole_though_every_batch_is_cut_short() {
    let faulty = Faulty::start(|_, operation, _| {
        (operation == "BatchWriteItem").then_some(Fault::ShortBatch)
    })
    .await;
    let store = &faulty.store;
    let agent = enrolled(store, 1).await;
    for number in 1..=6 {
        let change = change(&format!("channel-{number}"), number);
        store.note_change(&agent, &change).await.unwrap();
    }
    assert_eq!(store.remove(&agent).await.unwrap(), Some(None));
    assert_eq!(signals(store, &agent).await, vec![]);
    assert!(faulty.happened() >= 6);
}

#[tokio::test]
async fn a_request_without_answer_is_given_up_and_made_again() {
    let faulty = Faulty::start(|_, operation, _| {
        static UPDATES: AtomicUsize = AtomicUsize::new(0);
        let first = operation == "UpdateItem" && UPDATES.fetch_add(1, Ordering::Relaxed) == 0;
        first.then_some(Fault::Silence)
    })
    .await;
    let agent = enrolled(&faulty.store, 1).await;
    let noted = faulty.store.note_change(&agent, &change("c", 5)).await;
    noted.unwrap();
    assert_eq!(faulty.happened(), 1);
    assert_eq!(signals(&faulty.store, &agent).await.len(), 1);
}

#[tokio::test]
async fn of_many_acknowledgements_the_ones_that_fail_say_so() {
    let faulty = Faulty::start(|_, operation, body| {
        (operation == "DeleteItem" && body.contains("CH#bad")).then_some(Fault::Throttled)
    })
    .await;
    let store = &faulty.store;
    let agent = enrolled(store, 1).await;
    for channel in ["bad", "good", "best"] {
        store
            .note_change(&agent, &change(channel, 5))
            .await
            .unwrap();
    }
    let items = ["bad", "good", "best"].map(|channel| calendar(channel, 5));
    let results = store.acknowledge(&agent, &items, at(6)).await.unwrap();
    use Acknowledged::{Done, Failed};
    assert_eq!(results, [Failed, Done, Done]);
    assert_eq!(signals(store, &agent).await.len(), 1);
}
