//! One connection to the agent, from Hello to its end.

use std::convert::Infallible;
use std::time::Duration;

use hub_link::close::CloseReason;
use hub_link::control::{Inbox, Outbox};
use hub_link::hub_end::{self, AgentLink, Frame};
use hub_link::identity::Pin;
use hub_link::quinn::Connection;
use hub_link::wire::{
    self, Capability, Failed, FailureCode, Hello, Pinned, ToAgent, ToHub, to_agent, to_hub,
};
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::buttons::Buttons;
use crate::clock::{Clock, Told};
use crate::logs::Logs;
use crate::pairing::Pairing;
use crate::report::Reports;
use crate::sign::{Order, SignHandle};
use crate::telemetry;

/// Everything that a connection serves.
#[derive(Debug)]
pub struct Session {
    /// The hub's own name; may be empty.
    pub name: String,
    pub boot: [u8; 16],
    pub pairing: Pairing,
    pub signs: Vec<SignHandle>,
    pub reports: Reports,
    pub clock: Clock,
    pub buttons: Buttons,
    pub logs: Logs,
}

/// Why a connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// This hub stops.
    Stopped,
    /// The agent wants this program to start again.
    Reboot,
    /// The agent stops, and wants its hubs back within a time.
    ShuttingDown { spread: Duration },
    /// It was an old copy of the agent.
    Outdated,
    /// The agent goes by another key from now on.
    KeyChanged,
    /// Anything else.
    Lost,
}

impl Session {
    /// Who we are and what we have.
    pub(super) async fn hello(&self) -> Hello {
        let mut displays = Vec::with_capacity(self.signs.len());
        for sign in &self.signs {
            displays.extend(sign.describe().await);
        }
        Hello {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            boot: self.boot.to_vec().into(),
            highest: displays.iter().filter_map(|display| display.stored).max(),
            displays,
            capabilities: Capability::bits(Capability::ALL),
            seen: self.pairing.seen(),
            pinned: self.pairing.keys(),
        }
    }

    /// Turns away an old copy of the agent; takes note of the one that speaks now, and of its keys.
    pub(super) fn refuses(&mut self, link: &AgentLink) -> Option<Ended> {
        let welcome = &link.welcome;
        let speaker = welcome.incarnation.as_ref();
        if speaker.is_some_and(|speaker| self.pairing.is_outdated(speaker)) {
            tracing::warn!(agent.address = %link.connection.remote_address(), "an old copy of the agent was turned away");
            CloseReason::OutdatedAgent.close(&link.connection);
            return Some(Ended::Outdated);
        }
        let kept = self.pairing.saw(speaker, &welcome.addresses);
        if let Err(error) = kept.and_then(|()| self.take_keys(link.agent, welcome.keys.as_ref())) {
            tracing::error!(%error, "cannot write down what the agent says of itself");
        }
        None
    }

    fn take_keys(&mut self, via: Pin, keys: Option<&wire::AgentKeys>) -> std::io::Result<()> {
        self.pairing.take_keys(via, keys)?;
        if keys.is_some() {
            let keys = self.pairing.keys();
            self.reports.send(to_agent::Kind::Pinned(Pinned { keys }));
        }
        Ok(())
    }

    /// Passes orders to the displays and their reports to the agent until the connection ends.
    pub(super) async fn run(
        &mut self,
        link: AgentLink,
        reports: UnboundedReceiver<to_agent::Kind>,
        stop: &CancellationToken,
    ) -> Ended {
        let AgentLink {
            connection,
            agent,
            welcome,
            reports: outbox,
            orders,
            ..
        } = link;
        for press in self.buttons.waiting() {
            self.reports.send(to_agent::Kind::Button(press));
        }
        let has = |capability: Capability| capability.is_in(welcome.capabilities);
        let (signs, clock) = (self.signs.clone(), self.clock.clone());
        let (logs, all) = (self.logs.clone(), self.reports.clone());
        // Each is a loop of its own, since reading a message must not be cancelled half way.
        let (reason, ended) = tokio::select! {
            ended = self.obey(orders, agent) => ended,
            reason = receive_frames(&connection, &signs) => reason,
            reason = pass_reports(outbox, reports) => reason,
            never = telemetry::send(&connection, &signs, &clock), if has(Capability::Telemetry) => match never {},
            never = pass_logs(&logs, &all, &clock), if has(Capability::Log) => match never {},
            () = stop.cancelled() => (CloseReason::ShuttingDown, Ended::Stopped),
        };
        for sign in &signs {
            sign.send(Order::Disconnected);
        }
        // Before we close, which would take the place of the agent's reason.
        let closed = connection.close_reason();
        reason.close(&connection);
        tracing::info!(
            reason = closed.as_ref().map(ToString::to_string),
            "the connection has ended"
        );
        if ended != Ended::Lost {
            return ended;
        }
        match closed.as_ref().and_then(CloseReason::of) {
            Some(CloseReason::ShuttingDown) => Ended::ShuttingDown {
                spread: Duration::from_millis(welcome.spread_ms.into()),
            },
            Some(CloseReason::Passive) => Ended::Outdated,
            Some(CloseReason::KeyChanged) => Ended::KeyChanged,
            _ => Ended::Lost,
        }
    }

    async fn obey(&mut self, mut orders: Inbox<ToHub>, agent: Pin) -> (CloseReason, Ended) {
        loop {
            match orders.next().await {
                Ok(Some(message)) => {
                    self.set_clock(message.sent_at_us);
                    let Some(kind) = message.kind else { continue };
                    if matches!(kind, to_hub::Kind::Reboot(_)) {
                        tracing::info!("the agent wants this program to start again");
                        return (CloseReason::Rebooting, Ended::Reboot);
                    }
                    self.pass_order(kind, agent);
                }
                Ok(None) => return (CloseReason::Protocol, Ended::Lost),
                Err(error) => return (CloseReason::of_unreadable(&error), Ended::Lost),
            }
        }
    }

    fn pass_order(&mut self, kind: to_hub::Kind, agent: Pin) {
        match kind {
            to_hub::Kind::Plan(plan) => self.to_sign(&plan.display.clone(), Order::Plan(plan)),
            to_hub::Kind::Freshness(update) => {
                for wire::DisplayFreshness { display, freshness } in update.displays {
                    if let Some(freshness) = freshness {
                        self.to_sign(&display, Order::Freshness(freshness));
                    }
                }
            }
            to_hub::Kind::Identify(identify) => {
                let order = Order::Identify {
                    frame: identify.frame.to_vec(),
                    for_: Duration::from_millis(identify.for_ms.into()),
                };
                self.to_sign(&identify.display, order);
            }
            to_hub::Kind::ButtonsSeen(seen) => {
                if let Err(error) = self.buttons.seen(&seen) {
                    tracing::warn!(%error, "presses that the agent has will be sent again");
                }
            }
            to_hub::Kind::Keys(keys) => {
                if let Err(error) = self.take_keys(agent, Some(&keys)) {
                    tracing::error!(%error, "cannot write down the agent's new keys");
                }
            }
            to_hub::Kind::Welcome(_) | to_hub::Kind::Time(_) | to_hub::Kind::Reboot(_) => {}
        }
    }

    /// Sets the clock by a message that has just arrived, and wakes the displays that waited for it.
    pub(super) fn set_clock(&self, told_us: i64) {
        let told = Timestamp::from_microsecond(told_us).unwrap_or(Timestamp::UNIX_EPOCH);
        match self.clock.set(told) {
            Told::First => {
                for sign in &self.signs {
                    sign.send(Order::Wake);
                }
                self.clock.keep();
            }
            Told::Held { off, new: true } => self.failed(
                FailureCode::Clock,
                format!("the agent's clock is {off:#} away from the time that this hub has kept"),
            ),
            Told::NotATime => tracing::warn!(told_us, "the agent told a time that cannot be"),
            Told::Taken | Told::Held { .. } => {}
        }
    }

    fn to_sign(&self, key: &str, order: Order) {
        match self.signs.iter().find(|sign| sign.key() == key) {
            Some(sign) => sign.send(order),
            None => {
                self.reports.send(to_agent::Kind::Failed(Failed {
                    display: key.to_owned(),
                    code: FailureCode::UnknownDisplay.into(),
                    detail: String::new(),
                }));
            }
        }
    }

    /// Something that concerns the hub as a whole.
    fn failed(&self, code: FailureCode, detail: String) {
        tracing::warn!(?code, detail, "told the agent");
        self.reports.send(to_agent::Kind::Failed(Failed {
            display: String::new(),
            code: code.into(),
            detail,
        }));
    }
}

async fn receive_frames(connection: &Connection, signs: &[SignHandle]) -> (CloseReason, Ended) {
    loop {
        match hub_end::next_frame(connection).await {
            Ok(Frame::Whole(header, payload)) => {
                match signs.iter().find(|sign| sign.key() == header.display) {
                    Some(sign) => sign.send(Order::Frame(header, payload.to_vec())),
                    None => tracing::warn!(
                        display.key = header.display,
                        "a frame for a display that this hub does not have"
                    ),
                }
            }
            // Newer frames are under way in its place.
            Ok(Frame::Superseded) => {}
            // The plan that names it would wait for ever: after the next Hello it is sent again.
            Ok(Frame::Broken) => return (CloseReason::BadFrame, Ended::Lost),
            Err(_) => return (CloseReason::Protocol, Ended::Lost),
        }
    }
}

async fn pass_reports(
    mut outbox: Outbox<ToAgent>,
    mut reports: UnboundedReceiver<to_agent::Kind>,
) -> (CloseReason, Ended) {
    while let Some(report) = reports.recv().await {
        if outbox.send(&report.into()).await.is_err() {
            break;
        }
    }
    (CloseReason::Protocol, Ended::Lost)
}

async fn pass_logs(logs: &Logs, reports: &Reports, clock: &Clock) -> Infallible {
    loop {
        let log = logs.next(|| clock.now()).await;
        reports.send(to_agent::Kind::Log(log));
    }
}
