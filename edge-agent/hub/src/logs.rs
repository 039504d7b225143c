//! What the hub noticed, for whoever looks after it at the agent: a few lines, the newest, passed on when there is a
//! connection.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hub_link::wire::{self, Level};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Lines that wait while the agent is away; the oldest go.
const MAX_WAITING: usize = 60;

/// Lines in one message.
const MAX_LINES: usize = 20;

/// How long lines are collected: together with [`MAX_LINES`], no fault can flood the agent.
const COLLECT_FOR: Duration = Duration::from_secs(2);

/// The longest line, in characters.
const MAX_CHARS: usize = 300;

#[derive(Debug)]
struct Line {
    at: Instant,
    level: Level,
    text: String,
}

#[derive(Debug)]
struct State {
    collect_for: Duration,
    lines: Mutex<VecDeque<Line>>,
    news: Notify,
}

/// A handle on the lines, and the layer of the log that collects them; cheap to clone.
#[derive(Clone, Debug)]
pub struct Logs(Arc<State>);

impl Default for Logs {
    fn default() -> Self {
        Self::collecting(COLLECT_FOR)
    }
}

impl Logs {
    fn collecting(collect_for: Duration) -> Self {
        Self(Arc::new(State {
            collect_for,
            lines: Mutex::default(),
            news: Notify::new(),
        }))
    }

    /// The next lines, once there are any. Cancelling it loses none.
    pub async fn next(&self, now: impl Fn() -> Option<Timestamp>) -> wire::Log {
        loop {
            let news = self.0.news.notified();
            if !self.lock().is_empty() {
                break;
            }
            news.await;
        }
        tokio::time::sleep(self.0.collect_for).await;
        let now = now();
        let mut lines = self.lock();
        let some = lines.len().min(MAX_LINES);
        let lines = lines.drain(..some).map(|line| wire::LogLine {
            at_us: now
                .and_then(|now| now.checked_sub(ago(line.at)).ok())
                .map_or(0, Timestamp::as_microsecond),
            level: line.level.into(),
            text: line.text,
        });
        wire::Log {
            lines: lines.collect(),
        }
    }

    fn push(&self, level: Level, text: String) {
        let mut lines = self.lock();
        if lines.len() == MAX_WAITING {
            lines.pop_front();
        }
        lines.push_back(Line {
            at: Instant::now(),
            level,
            text,
        });
        self.0.news.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Line>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ago(at: Instant) -> SignedDuration {
    SignedDuration::try_from(at.elapsed()).unwrap_or_default()
}

impl<S: Subscriber> Layer<S> for Logs {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // What libraries say is for this machine's own log.
        if !event.metadata().target().starts_with("hub") {
            return;
        }
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            tracing::Level::INFO => Level::Info,
            _ => return,
        };
        let mut text = Text::default();
        event.record(&mut text);
        let line = format!("{}{}", text.message, text.fields);
        self.push(level, line.chars().take(MAX_CHARS).collect());
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[tokio::test]
    async fn what_the_hub_notices_is_passed_on_in_order() {
        let logs = Logs::collecting(Duration::ZERO);
        let subscriber = tracing_subscriber::registry().with(logs.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "hub::run", displays = 2, "hub is up");
            tracing::debug!(target: "hub::run", "too much");
            tracing::warn!(target: "quinn", "not ours");
            tracing::error!(target: "hub::link", "no socket");
        });
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let log = logs.next(|| Some(now)).await;
        let lines: Vec<_> = log
            .lines
            .iter()
            .map(|l| (l.level(), l.text.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                (Level::Info, "hub is up displays=2"),
                (Level::Error, "no socket")
            ]
        );
        assert!((0..=60_000_000).contains(&(now.as_microsecond() - log.lines[0].at_us)));
    }

    #[tokio::test]
    async fn a_fault_that_repeats_does_not_flood_the_agent() {
        let logs = Logs::collecting(Duration::ZERO);
        for n in 0..1000 {
            logs.push(Level::Warn, n.to_string());
        }
        let log = logs.next(|| None).await;
        assert_eq!(log.lines.len(), MAX_LINES);
        assert_eq!(log.lines[0].text, "940", "the oldest are gone");
        assert_eq!(log.lines[0].at_us, 0, "nobody told the time");
    }
}
