//! The way to the agent: call, be paired if need be, pass orders on and reports back, call again.

mod session;

use std::net::SocketAddr;
use std::time::Duration;

use hub_link::close::CloseReason;
use hub_link::code::PairingCode;
use hub_link::hub_end::{AgentLink, DialError, HubEndpoint};
use hub_link::identity::{Identity, Pin};
use hub_link::wire::PairCall;
use tokio::net::lookup_host;
use tokio_util::sync::CancellationToken;

use crate::announce::{self, Announcement};
use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::notice::Notices;
use crate::pairing::Pairing;
use crate::report::Reports;
use crate::sign::SignHandle;

/// How often a hub that waits to be paired asks. A person has just typed its code and is looking at it.
const ASK_AGAIN: Duration = Duration::from_millis(700);

/// Everything that the way to the agent needs.
#[derive(Debug)]
pub struct Link {
    /// `HOST:PORT`, looked up before each call.
    pub agent: String,
    /// The hub's own name; may be empty.
    pub name: String,
    pub identity: Identity,
    pub pairing: Pairing,
    pub signs: Vec<SignHandle>,
    pub reports: Reports,
    pub clock: Clock,
    pub notices: Notices,
}

/// What came of a call.
enum Outcome {
    /// It was welcomed and worked for a while.
    Worked,
    /// The agent is there and does not know this hub.
    Unknown,
    /// Anything else.
    Failed,
}

impl Link {
    /// Calls and calls again until stopped.
    pub async fn run(mut self, stop: CancellationToken) {
        let boot = draw_boot();
        let mut endpoint: Option<(SocketAddr, HubEndpoint)> = None;
        let mut backoff = Backoff::default();
        let mut code: Option<PairingCode> = None;
        loop {
            let wait = tokio::select! {
                () = stop.cancelled() => break,
                wait = self.turn(&mut endpoint, &mut backoff, &mut code, boot, &stop) => wait,
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        if let Some((_, endpoint)) = endpoint {
            endpoint.close().await;
        }
        self.clock.keep();
    }

    /// One call, or one request to be paired. Answers how long to wait before the next.
    async fn turn(
        &mut self,
        endpoint: &mut Option<(SocketAddr, HubEndpoint)>,
        backoff: &mut Backoff,
        code: &mut Option<PairingCode>,
        boot: [u8; 16],
        stop: &CancellationToken,
    ) -> Duration {
        let Some(address) = self.resolve().await else {
            return backoff.wait();
        };
        // The socket is kept as long as the address is: a restarted agent then recognises the connection.
        let usable = endpoint.take_if(|(known, _)| known.is_ipv4() == address.is_ipv4());
        let endpoint = match usable {
            Some((_, open)) => &endpoint.insert((address, open)).1,
            None => match HubEndpoint::open(address, self.identity.clone(), self.signs.len()) {
                Ok(open) => &endpoint.insert((address, open)).1,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "no socket to call the agent from"
                    );
                    return backoff.wait();
                }
            },
        };
        if let Some(pin) = self.pairing.agent() {
            match self.call(endpoint, address, pin, boot, code, stop).await {
                Outcome::Worked => {
                    *backoff = Backoff::default();
                    return backoff.wait();
                }
                Outcome::Failed if self.pairing.is_confirmed() => return backoff.wait(),
                // The agent may never have heard of a pairing that only we wrote down, or it has dropped us.
                Outcome::Failed | Outcome::Unknown => {}
            }
        }
        self.ask_to_be_paired(endpoint, address, code).await
    }

    async fn call(
        &mut self,
        endpoint: &HubEndpoint,
        address: SocketAddr,
        pin: Pin,
        boot: [u8; 16],
        code: &mut Option<PairingCode>,
        stop: &CancellationToken,
    ) -> Outcome {
        // Before the displays are described, so that no change falls between description and report.
        let reports = self.reports.follow();
        let hello = session::hello(&self.name, boot, &self.signs).await;
        match endpoint.connect(address, pin, hello).await {
            Ok(link) => {
                self.welcomed(&link, code);
                let ended = session::run(link, reports, &self.signs, &self.clock, stop).await;
                tracing::info!(reason = %ended, "the connection has ended");
                Outcome::Worked
            }
            Err(DialError::Refused(CloseReason::NotPaired)) => {
                tracing::warn!("the agent does not know this hub; it can be paired again");
                Outcome::Unknown
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, %address, "no connection");
                Outcome::Failed
            }
        }
    }

    fn welcomed(&mut self, link: &AgentLink, code: &mut Option<PairingCode>) {
        tracing::info!(agent.version = link.welcome.version, agent.address = %link.connection.remote_address(), "connected");
        session::set_clock(&self.clock, link.welcomed_at_us, &self.signs);
        self.settle(code);
        announce::print(&Announcement::Connected);
    }

    /// The pairing is known on both sides.
    fn settle(&mut self, code: &mut Option<PairingCode>) {
        if !self.pairing.is_confirmed() {
            announce::print(&Announcement::Paired);
        }
        if let Err(error) = self.pairing.confirm() {
            tracing::error!(%error, "cannot write down that the pairing is complete");
        }
        // Used once: whoever pairs this hub again needs a new one.
        if code.take().is_some() {
            self.notices.clear(&self.signs);
        }
    }

    async fn ask_to_be_paired(
        &mut self,
        endpoint: &HubEndpoint,
        address: SocketAddr,
        code: &mut Option<PairingCode>,
    ) -> Duration {
        let code_now = match code {
            Some(code) => code.clone(),
            None => {
                let new = code.insert(PairingCode::draw()).clone();
                announce::print(&Announcement::PairingCode(new.to_string()));
                self.notices.show_code(&self.name, &new, &self.signs);
                new
            }
        };
        let call = PairCall {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let pairing = &mut self.pairing;
        match endpoint
            .pair(address, &call, &code_now, |pin| pairing.keep(pin))
            .await
        {
            Ok(_) => {
                tracing::info!("paired");
                self.settle(code);
                Duration::ZERO
            }
            Err(DialError::Refused(CloseReason::NoPairingWindow) | DialError::OtherCode) => {
                ASK_AGAIN
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, %address, "not paired");
                ASK_AGAIN
            }
        }
    }

    async fn resolve(&self) -> Option<SocketAddr> {
        match lookup_host(&self.agent).await {
            Ok(mut addresses) => addresses.next(),
            Err(error) => {
                tracing::warn!(%error, agent = self.agent, "the agent's address cannot be looked up");
                None
            }
        }
    }
}

fn draw_boot() -> [u8; 16] {
    let mut boot = [0; 16];
    // Only told apart from other starts: without randomness it stays all zeros.
    let _ = getrandom::fill(&mut boot);
    boot
}
