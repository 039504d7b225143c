//! Delivers notices as Google does: headers only, no body, again on 5xx, never on anything else.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use jiff::fmt::rfc2822::DateTimePrinter;
use reqwest::redirect::Policy;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::channels::Notice;
use crate::clock;
use crate::faults::Faults;
use crate::log::Log;
use crate::robots;

const AGENT: &str = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)";
/// A receiver that has not answered by then has failed.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Tries in all; with doubling waits the last comes about half a minute after the first.
const ATTEMPTS: u32 = 7;

/// Sends notices. Each is its own task: a slow receiver delays only its own notice.
#[derive(Clone, Debug)]
pub(crate) struct Pusher {
    client: reqwest::Client,
    faults: Arc<Faults>,
    /// The first wait before a retry.
    backoff: Duration,
    /// Origins whose `robots.txt` was read, and whether it lets us in.
    robots: Arc<Mutex<HashMap<String, String>>>,
    log: Arc<Log>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Pusher {
    /// A pusher that trusts `roots` only and finds hosts in `resolve` at the given addresses.
    ///
    /// # Errors
    ///
    /// Fails when a root certificate cannot be used.
    pub(crate) fn new(
        roots: Vec<reqwest::Certificate>,
        resolve: &[(String, IpAddr)],
        backoff: Duration,
        faults: Arc<Faults>,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .tls_certs_only(roots)
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .tcp_nodelay(true)
            .no_proxy();
        for (host, ip) in resolve {
            // Port 0 leaves the port of the URL.
            builder = builder.resolve(host, SocketAddr::new(*ip, 0));
        }
        Ok(Self {
            client: builder.build()?,
            faults,
            backoff,
            robots: Arc::default(),
            log: Arc::default(),
            tasks,
            stop,
        })
    }

    /// What was sent and how it went.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// Sends `notice` in the background, or not at all when the switches say so.
    pub(crate) fn send(&self, notice: Notice) {
        if self.faults.strike("no_push", "").is_some() {
            self.record(&notice, 0, "switched off by no_push");
            return;
        }
        let copies = 1 + u8::from(self.faults.strike("duplicate_push", "").is_some());
        let late = self
            .faults
            .strike("late_push_ms", "")
            .and_then(|ms| ms.as_u64());
        for _ in 0..copies {
            let (me, notice) = (self.clone(), notice.clone());
            self.tasks.spawn(async move {
                let work = async {
                    if let Some(ms) = late {
                        tokio::time::sleep(Duration::from_millis(ms)).await;
                    }
                    me.deliver(&notice).await;
                };
                tokio::select! {
                    () = work => {}
                    () = me.stop.cancelled() => me.record(&notice, 0, "stopped before delivery"),
                }
            });
        }
    }

    async fn deliver(&self, notice: &Notice) {
        if !self.robots_allow(notice).await {
            self.record(notice, 0, "robots.txt forbids it");
            return;
        }
        let headers = headers(notice);
        for attempt in 1..=ATTEMPTS {
            let sent = self
                .client
                .post(notice.address.clone())
                .headers(headers.clone())
                .send()
                .await;
            let outcome = match sent {
                Ok(answer) => match answer.status().as_u16() {
                    code @ (200 | 201 | 202 | 204 | 102) => {
                        self.record(notice, attempt, &format!("{code}"));
                        return;
                    }
                    code @ (500 | 502 | 503 | 504) => format!("{code}"),
                    code => {
                        self.record(notice, attempt, &format!("{code}: dropped"));
                        return;
                    }
                },
                Err(error) => format!("{:#}", anyhow::Error::new(error.without_url())),
            };
            if attempt == ATTEMPTS {
                self.record(notice, attempt, &format!("{outcome}: given up"));
                return;
            }
            tracing::debug!(
                channel.id = notice.channel,
                attempt,
                outcome,
                "push will be retried"
            );
            tokio::time::sleep(self.backoff * 2_u32.pow(attempt - 1)).await;
        }
    }

    /// Google's pusher obeys the receiver's `robots.txt`; one that cannot be read forbids nothing and is asked again.
    async fn robots_allow(&self, notice: &Notice) -> bool {
        let origin = notice.address.origin().ascii_serialization();
        let known = {
            let robots = self.robots.lock().unwrap_or_else(PoisonError::into_inner);
            robots.get(&origin).cloned()
        };
        let rules = match known {
            Some(rules) => rules,
            None => {
                let url = format!("{origin}/robots.txt");
                let Ok(answer) = self.client.get(url).header(USER_AGENT, AGENT).send().await else {
                    return true;
                };
                let rules = if answer.status().is_success() {
                    answer.text().await.unwrap_or_default()
                } else {
                    String::new()
                };
                let mut robots = self.robots.lock().unwrap_or_else(PoisonError::into_inner);
                robots.insert(origin, rules.clone());
                rules
            }
        };
        robots::allows(&rules, "APIs-Google", notice.address.path())
    }

    fn record(&self, notice: &Notice, attempts: u32, outcome: &str) {
        self.log.add(json!({
            "at": clock::micros(clock::now()), "channel": notice.channel, "number": notice.number,
            "state": notice.state, "address": notice.address.as_str(), "attempts": attempts, "outcome": outcome,
        }));
    }
}

fn headers(notice: &Notice) -> HeaderMap {
    let expires = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&notice.expires)
        .expect("an expiration is at most thirty days away");
    let pairs = [
        ("x-goog-channel-id", notice.channel.as_str()),
        ("x-goog-channel-expiration", &expires),
        ("x-goog-resource-id", &notice.resource_id),
        ("x-goog-resource-uri", &notice.resource_uri),
        ("x-goog-resource-state", notice.state),
        ("x-goog-message-number", &notice.number.to_string()),
        (
            "x-goog-channel-token",
            notice.token.as_deref().unwrap_or(""),
        ),
    ];
    let mut headers: HeaderMap = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| {
            let value = HeaderValue::from_str(value).ok()?;
            Some((HeaderName::from_static(name), value))
        })
        .collect();
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers
}
