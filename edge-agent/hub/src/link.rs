//! The way to the agent: call, be paired if need be, pass orders on and reports back, call again.

mod addresses;
mod session;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use hub_link::close::CloseReason;
use hub_link::code::PairingCode;
use hub_link::hub_end::{AgentLink, DialError, HubEndpoint};
use hub_link::identity::Identity;
use hub_link::wire::PairCall;
use tokio::net::lookup_host;
use tokio_util::sync::CancellationToken;

use self::addresses::Addresses;
use self::session::Ended;
pub use self::session::Session;
use crate::announce::{self, Announcement};
use crate::backoff::{Backoff, random_share};
use crate::discovery::Discovery;
use crate::notice::Notices;

/// How often a hub that waits to be paired asks. A person has just typed its code and is looking at it.
const ASK_AGAIN: Duration = Duration::from_millis(700);

/// The longest that an agent which stops may ask to stay away: a person may be looking at a sign.
const LONGEST_SPREAD: Duration = Duration::from_secs(10);

/// How the hub comes to its agent.
#[derive(Debug)]
pub struct Link {
    endpoint: Option<(SocketAddr, HubEndpoint)>,
    identity: Identity,
    addresses: Addresses,
    discovery: Option<Discovery>,
    backoff: Backoff,
    notices: Notices,
    code: Code,
    session: Session,
}

/// The code by which this hub can be paired.
#[derive(Debug)]
enum Code {
    /// Nobody has needed it yet.
    None,
    /// The hub drew it and shows it.
    Drawn(PairingCode),
    /// The agent showed it, and the hub was started with it.
    Given(PairingCode),
}

/// Why the hub no longer calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnded {
    Stopped,
    /// The agent wants the hub's program to start again.
    Reboot,
    /// The hub is paired, and was asked for nothing else.
    Paired,
}

/// What to do until when.
enum Next {
    /// Try the next place.
    OtherPlace,
    /// Wait, then try them all again.
    Wait(Duration),
    End(LinkEnded),
}

/// How a link is started.
#[derive(Debug)]
pub struct LinkConfig {
    pub identity: Identity,
    /// `HOST:PORT` each, looked up before each call; none: agents that announce themselves on the LAN.
    pub agents: Vec<String>,
    /// The code that the agent shows; `None`: the hub draws one and shows it.
    pub code: Option<PairingCode>,
    /// Whether agents that announce themselves on the LAN are called too.
    pub discover: bool,
    pub notices: Notices,
}

impl Link {
    pub fn new(config: LinkConfig, session: Session) -> Self {
        Self {
            endpoint: None,
            identity: config.identity,
            addresses: Addresses::new(config.agents),
            discovery: config.discover.then(Discovery::default),
            backoff: Backoff::default(),
            notices: config.notices,
            code: config.code.map_or(Code::None, Code::Given),
            session,
        }
    }

    /// Calls and calls again until stopped.
    pub async fn run(mut self, stop: CancellationToken) -> LinkEnded {
        let ended = loop {
            let round = tokio::select! {
                () = stop.cancelled() => break LinkEnded::Stopped,
                round = self.round(&stop, false) => round,
            };
            let wait = match round {
                Ok(wait) => wait,
                Err(ended) => break ended,
            };
            tokio::select! {
                () = stop.cancelled() => break LinkEnded::Stopped,
                () = tokio::time::sleep(wait) => {}
            }
        };
        if let Some((_, endpoint)) = self.endpoint {
            endpoint.close().await;
        }
        self.session.clock.keep();
        ended
    }

    /// Is paired, and no more.
    pub async fn pair(mut self) {
        loop {
            match self.round(&CancellationToken::new(), true).await {
                Ok(wait) => tokio::time::sleep(wait).await,
                Err(_) => return,
            }
        }
    }

    /// Tries every place where the agent may be, until one call has worked. Answers how long to wait before the next
    /// round.
    async fn round(
        &mut self,
        stop: &CancellationToken,
        only_pair: bool,
    ) -> Result<Duration, LinkEnded> {
        let pins = self.session.pairing.pins();
        let hinted = match &mut self.discovery {
            Some(discovery) => discovery.places(&pins),
            None => Vec::new(),
        };
        let places = self
            .addresses
            .round(self.session.pairing.addresses(), &hinted);
        for place in places {
            for address in look_up(&place).await {
                match self.visit(&place, address, stop, only_pair).await {
                    Next::OtherPlace => {}
                    Next::Wait(wait) => return Ok(wait),
                    Next::End(ended) => return Err(ended),
                }
            }
        }
        if self.session.pairing.is_confirmed() {
            Ok(self.backoff.wait())
        } else {
            Ok(ASK_AGAIN)
        }
    }

    /// One call, or one request to be paired.
    async fn visit(
        &mut self,
        place: &str,
        address: SocketAddr,
        stop: &CancellationToken,
        only_pair: bool,
    ) -> Next {
        if !self.open(address) {
            return Next::OtherPlace;
        }
        let known = !self.session.pairing.pins().is_empty();
        // A hub that was started with a code means this agent, whichever it belonged to before.
        if known && !matches!(self.code, Code::Given(_)) {
            match self.call(place, address, stop, only_pair).await {
                Called::Ended(ended) => return self.after(ended),
                Called::Unknown => {}
                Called::Failed if self.session.pairing.is_confirmed() => return Next::OtherPlace,
                // The agent may never have heard of a pairing that only we wrote down.
                Called::Failed => {}
            }
        }
        self.ask_to_be_paired(address, only_pair).await
    }

    fn after(&mut self, ended: Ended) -> Next {
        self.backoff = Backoff::default();
        match ended {
            Ended::Stopped => Next::End(LinkEnded::Stopped),
            Ended::Reboot => Next::End(LinkEnded::Reboot),
            Ended::ShuttingDown { spread } => {
                Next::Wait(spread.min(LONGEST_SPREAD).mul_f64(random_share()))
            }
            // Somebody else speaks for the agent now.
            Ended::Outdated => Next::OtherPlace,
            Ended::KeyChanged => Next::Wait(Duration::ZERO),
            Ended::Lost => Next::Wait(self.backoff.wait()),
        }
    }

    /// Has a socket that reaches `address`. It is kept as long as possible: a restarted agent then recognises the
    /// connection.
    fn open(&mut self, address: SocketAddr) -> bool {
        let displays = self.session.signs.len();
        let usable = |(known, _): &(SocketAddr, _)| known.is_ipv4() == address.is_ipv4();
        if self.endpoint.as_ref().is_some_and(usable) {
            return true;
        }
        match HubEndpoint::open(address, self.identity.clone(), displays) {
            Ok(endpoint) => {
                self.endpoint = Some((address, endpoint));
                true
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "no socket to call the agent from"
                );
                false
            }
        }
    }

    async fn call(
        &mut self,
        place: &str,
        address: SocketAddr,
        stop: &CancellationToken,
        only_pair: bool,
    ) -> Called {
        let Some((_, endpoint)) = &self.endpoint else {
            return Called::Failed;
        };
        // Before the displays are described, so that no change falls between description and report.
        let reports = self.session.reports.follow();
        let hello = self.session.hello().await;
        let pins = self.session.pairing.pins();
        match endpoint.connect(address, &pins, hello).await {
            Ok(link) => {
                if let Some(ended) = self.session.refuses(&link) {
                    return Called::Ended(ended);
                }
                self.welcomed(place, &link);
                if only_pair {
                    CloseReason::Done.close(&link.connection);
                    return Called::Ended(Ended::Stopped);
                }
                let ended = self.session.run(link, reports, stop).await;
                Called::Ended(ended)
            }
            Err(DialError::Refused(CloseReason::NotPaired | CloseReason::Revoked)) => {
                tracing::warn!("the agent does not know this hub; it can be paired again");
                Called::Unknown
            }
            Err(DialError::Refused(CloseReason::Passive)) => {
                tracing::info!(%address, "an old copy of the agent answered; looking elsewhere");
                Called::Failed
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, %address, "no connection");
                Called::Failed
            }
        }
    }

    fn welcomed(&mut self, place: &str, link: &AgentLink) {
        tracing::info!(agent.version = link.welcome.version, agent.address = %link.connection.remote_address(), "connected");
        self.session.set_clock(link.welcomed_at_us);
        self.addresses.worked(place);
        if let Some(discovery) = &mut self.discovery {
            discovery.rest();
        }
        self.settle();
        announce::print(&Announcement::Connected);
    }

    /// The pairing is known on both sides.
    fn settle(&mut self) {
        if !self.session.pairing.is_confirmed() {
            announce::print(&Announcement::Paired);
        }
        if let Err(error) = self.session.pairing.confirm() {
            tracing::error!(%error, "cannot write down that the pairing is complete");
        }
        // Used once: whoever pairs this hub again needs a new one.
        if matches!(
            std::mem::replace(&mut self.code, Code::None),
            Code::Drawn(_)
        ) {
            self.notices.clear(&self.session.signs);
        }
    }

    async fn ask_to_be_paired(&mut self, address: SocketAddr, only_pair: bool) -> Next {
        let code = self.code_to_prove();
        let call = PairCall {
            name: self.session.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let Some((_, endpoint)) = &self.endpoint else {
            return Next::OtherPlace;
        };
        let pairing = &mut self.session.pairing;
        let paired = endpoint
            .pair(address, &call, &code, |pin| pairing.keep(pin))
            .await;
        match paired {
            Ok((pin, keys)) => {
                tracing::info!("paired");
                if let Err(error) = self.session.pairing.take_keys(pin, keys.as_ref()) {
                    tracing::error!(%error, "cannot write down the agent's standby key");
                }
                self.settle();
                if only_pair {
                    return Next::End(LinkEnded::Paired);
                }
                Next::Wait(Duration::ZERO)
            }
            Err(DialError::Refused(CloseReason::NoPairingWindow) | DialError::OtherCode) => {
                Next::OtherPlace
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, %address, "not paired");
                Next::OtherPlace
            }
        }
    }

    fn code_to_prove(&mut self) -> PairingCode {
        match &self.code {
            Code::Drawn(code) | Code::Given(code) => code.clone(),
            Code::None => {
                let code = PairingCode::draw();
                announce::print(&Announcement::PairingCode(code.to_string()));
                let name = self.session.name.as_str();
                self.notices.show_code(name, &code, &self.session.signs);
                self.code = Code::Drawn(code.clone());
                code
            }
        }
    }
}

/// What came of a call.
enum Called {
    /// It was welcomed and worked for a while.
    Ended(Ended),
    /// The agent is there and does not know this hub.
    Unknown,
    /// Anything else.
    Failed,
}

async fn look_up(place: &str) -> Vec<SocketAddr> {
    match lookup_host(place).await {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            tracing::warn!(%error, agent = place, "the agent's address cannot be looked up");
            Vec::new()
        }
    }
}
