//! Whether the relay's public host answers as this agent's relay, the way Google will find it.
//!
//! The agent posts to its own webhook address what Google would post: once with a token that only this relay and this
//! agent can make, once with one that nobody can have made. A host that takes the first and refuses the second is the
//! relay; any other server takes both, or neither. The notification comes back as a signal on a channel that nobody
//! has, and is dropped.

use edge_api::guide::TestResult;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use ulid::Ulid;

use super::verdict::{ProvenHost, failed, passed};
use crate::google::{Google, RelaySide};
use crate::outbound::in_words;

/// A page waits for it; Google itself gives up after about as long.
const PATIENCE: Duration = Duration::from_secs(8);

/// A host that failed is not tried again by every page that is loaded.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(20);

impl<R: RelaySide> Google<R> {
    /// Whether the public host has passed its test since the agent started or the relay was changed.
    pub(super) fn host_is_proven(&self) -> bool {
        let address = self.inner.relay.webhook_address();
        let last = self.inner.host.load_full();
        last.is_some_and(|last| last.result.passed && Some(&last.address) == address.as_ref())
    }

    /// The last result for today's address, if it still tells something; else that of a test made now.
    pub(super) async fn host_as_last_tried(&self, now: Timestamp) -> TestResult {
        let address = self.inner.relay.webhook_address();
        if let Some(last) = self.inner.host.load_full()
            && Some(&last.address) == address.as_ref()
            && (last.result.passed || now.duration_since(last.at).abs() < TRY_AGAIN)
        {
            return last.result.clone();
        }
        self.try_host(now).await
    }

    /// Tries it now.
    pub(super) async fn try_host(&self, now: Timestamp) -> TestResult {
        let Some(address) = self.inner.relay.webhook_address() else {
            return failed(
                "No relay is set up.",
                "Set the relay up under Settings > Relay.",
            );
        };
        let channel = format!("test-{}", Ulid::new().to_string().to_ascii_lowercase());
        let Some((token, _)) = self.inner.relay.webhook_token(&channel) else {
            return failed(
                "No relay is set up.",
                "Set the relay up under Settings > Relay.",
            );
        };
        let result = match self.post(&address, &channel, &format!("{token}x")).await {
            Err(result) => result,
            Ok(StatusCode::NOT_FOUND) => match self.post(&address, &channel, &token).await {
                Err(result) => result,
                Ok(status) => judge(&address, status),
            },
            Ok(status) => failed(
                format!(
                    "{address} answers with status {status} to what the relay refuses: it is another server."
                ),
                "Check that the relay's public name leads to the relay, and that a proxy in front of it passes on paths and headers as they are.",
            ),
        };
        self.inner.host.store(Some(std::sync::Arc::new(ProvenHost {
            address,
            result: result.clone(),
            at: now,
        })));
        result
    }

    async fn post(
        &self,
        address: &str,
        channel: &str,
        token: &str,
    ) -> Result<StatusCode, TestResult> {
        let request = self
            .inner
            .http
            .client()
            .post(address)
            .timeout(PATIENCE)
            .header("x-goog-channel-id", channel)
            .header("x-goog-channel-token", token)
            .header("x-goog-message-number", "1")
            .header("x-goog-resource-state", "sync");
        match request.send().await {
            Ok(answer) => Ok(answer.status()),
            Err(error) => Err(failed(
                format!(
                    "The relay's public host cannot be reached: {}.",
                    in_words(&error)
                ),
                "Check its name in DNS, its certificate (Google takes only publicly trusted ones) and its firewall; Settings > Relay > Test the way out says more.",
            )),
        }
    }
}

fn judge(address: &str, status: StatusCode) -> TestResult {
    match status {
        StatusCode::OK => passed(
            "The public host answers over TLS as this agent's relay, and takes what Google will post.",
        ),
        StatusCode::NOT_FOUND => failed(
            format!("{address} is a relay, but does not know this agent."),
            "Ask the relay's operator whether this agent is suspended, or enrol it again under Settings > Relay.",
        ),
        status if status.is_server_error() => failed(
            format!("The relay answers with status {status}: it does not work at the moment."),
            "Ask the relay's operator, then test again.",
        ),
        status => failed(
            format!("{address} answers with status {status}."),
            "Check that a proxy in front of the relay passes on paths and headers as they are.",
        ),
    }
}
