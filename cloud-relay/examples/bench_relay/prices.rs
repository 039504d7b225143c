//! What a notification costs on AWS.
//!
//! List prices of us-east-1, first tier, without the free tier, as third parties quoted them in pages of 2025 and 2026
//! that were read in November 2026; not read off the live list. DynamoDB's are those since November 2024.

use crate::lambda::Consumed;

/// One call of an HTTP API.
const HTTP_CALL: f64 = 1.00 / 1e6;
/// One message of a WebSocket API, in either direction.
const WEBSOCKET_MESSAGE: f64 = 1.00 / 1e6;
const CONNECTION_MINUTE: f64 = 0.25 / 1e6;
const LAMBDA_CALL: f64 = 0.20 / 1e6;
/// arm64.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
const WRITE_UNIT: f64 = 0.625 / 1e6;
const READ_UNIT: f64 = 0.125 / 1e6;
const LOG_GB: f64 = 0.50;

/// As `infra/template.yaml` has it.
const MEMORY_GB: f64 = 0.25;
/// An assumption, taken from published measurements of Rust on arm64 with 256 MB (7.8 ms) with some air; this machine
/// has no API Gateway and no network to DynamoDB in between.
const BILLED_SECONDS: f64 = 0.010;
/// Lambda's START, END and REPORT, and the gateway's access log, beside what the function says.
const PLATFORM_LOG_BYTES: f64 = 650.0;

const MONTH_MINUTES: f64 = 365.0 / 12.0 * 24.0 * 60.0;
/// The agent's own habits, in minutes: ping, pull unasked, another connection.
const PING_EVERY: f64 = 9.0;
const PULL_EVERY: f64 = 10.0;
const RECONNECT_EVERY: f64 = 100.0;

fn call(consumed: &Consumed) -> f64 {
    let lambda = LAMBDA_CALL + MEMORY_GB * BILLED_SECONDS * LAMBDA_GB_SECOND;
    let table = consumed.units.write * WRITE_UNIT + consumed.units.read * READ_UNIT;
    let log = (consumed.log_bytes + PLATFORM_LOG_BYTES) / 1e9 * LOG_GB;
    lambda + table + log
}

/// What the function consumed for each kind of event.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) webhook: Consumed,
    pub(crate) pull: Consumed,
    pub(crate) acknowledge: Consumed,
    pub(crate) connect: Consumed,
    pub(crate) disconnect: Consumed,
    pub(crate) ping: Consumed,
}

impl Life {
    /// Dollars for a million notifications as far as their agent's ear.
    pub(crate) fn per_million_hinted(&self) -> f64 {
        (HTTP_CALL + call(&self.webhook) + WEBSOCKET_MESSAGE) * 1e6
    }

    /// Dollars for a million notifications, each pulled and acknowledged by itself: the worst case.
    pub(crate) fn per_million(&self) -> f64 {
        let calls = call(&self.pull) + call(&self.acknowledge) + 2.0 * HTTP_CALL;
        self.per_million_hinted() + calls * 1e6
    }

    /// Dollars a month for a connected agent that gets a notification a minute, and acknowledges each by itself.
    pub(crate) fn per_agent_month(&self) -> f64 {
        let notification = HTTP_CALL + call(&self.webhook) + WEBSOCKET_MESSAGE;
        let acknowledge = HTTP_CALL + call(&self.acknowledge);
        // A ping is a message, its answer another.
        let ping = 2.0 * WEBSOCKET_MESSAGE + call(&self.ping);
        let pull = HTTP_CALL + call(&self.pull);
        // Opening and closing are messages of the gateway's.
        let reconnect = 2.0 * WEBSOCKET_MESSAGE + call(&self.connect) + call(&self.disconnect);
        let each_minute = notification
            + acknowledge
            + CONNECTION_MINUTE
            + ping / PING_EVERY
            + pull / PULL_EVERY
            + reconnect / RECONNECT_EVERY;
        each_minute * MONTH_MINUTES
    }
}
