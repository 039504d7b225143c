//! One connection to the agent, from Hello to its end.

use hub_link::close::CloseReason;
use hub_link::hub_end::{self, AgentLink};
use hub_link::quinn::Connection;
use hub_link::wire::{self, Hello, ToAgent, ToHub, to_agent, to_hub};
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::sign::{Order, SignHandle};

/// Who we are and what we have.
pub(super) async fn hello(name: &str, boot: [u8; 16], signs: &[SignHandle]) -> Hello {
    let mut displays = Vec::with_capacity(signs.len());
    for sign in signs {
        displays.extend(sign.describe().await);
    }
    Hello {
        name: name.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        boot: boot.to_vec().into(),
        highest: displays.iter().filter_map(|display| display.stored).max(),
        displays,
    }
}

/// Passes orders to the displays and their reports to the agent until the connection ends. Says why it did.
pub(super) async fn run(
    link: AgentLink,
    reports: UnboundedReceiver<to_agent::Kind>,
    signs: &[SignHandle],
    clock: &Clock,
    stop: &CancellationToken,
) -> String {
    let AgentLink {
        connection,
        reports: outbox,
        orders,
        ..
    } = link;
    // Each is a loop of its own, since reading a message must not be cancelled half way.
    let ended = tokio::select! {
        ended = obey(orders, signs, clock) => ended,
        ended = receive_frames(&connection, signs) => ended,
        ended = pass_reports(outbox, reports) => ended,
        () = stop.cancelled() => {
            CloseReason::ShuttingDown.close(&connection);
            return CloseReason::ShuttingDown.to_string();
        }
    };
    CloseReason::Protocol.close(&connection);
    match connection.close_reason() {
        Some(reason) => reason.to_string(),
        None => ended,
    }
}

async fn obey(
    mut orders: hub_link::control::Inbox<ToHub>,
    signs: &[SignHandle],
    clock: &Clock,
) -> String {
    loop {
        match orders.next().await {
            Ok(Some(message)) => {
                set_clock(clock, message.sent_at_us, signs);
                if let Some(kind) = message.kind {
                    pass_order(kind, signs);
                }
            }
            Ok(None) => return "the agent finished the stream".to_owned(),
            Err(error) => return error.to_string(),
        }
    }
}

fn pass_order(kind: to_hub::Kind, signs: &[SignHandle]) {
    match kind {
        to_hub::Kind::Welcome(_) => {}
        to_hub::Kind::Plan(plan) => to_sign(signs, &plan.display.clone(), Order::Plan(plan)),
        to_hub::Kind::Freshness(update) => {
            for wire::DisplayFreshness { display, freshness } in update.displays {
                if let Some(freshness) = freshness {
                    to_sign(signs, &display, Order::Freshness(freshness));
                }
            }
        }
        to_hub::Kind::Identify(identify) => {
            let order = Order::Identify {
                frame: identify.frame.to_vec(),
                for_: Duration::from_millis(identify.for_ms.into()),
            };
            to_sign(signs, &identify.display, order);
        }
    }
}

async fn receive_frames(connection: &Connection, signs: &[SignHandle]) -> String {
    loop {
        match hub_end::next_frame(connection).await {
            Ok(Some((header, payload))) => {
                let display = header.display.clone();
                to_sign(signs, &display, Order::Frame(header, payload.to_vec()));
            }
            // The plan that names it would wait for ever: after the next Hello it is sent again.
            Ok(None) => return "a frame did not arrive whole".to_owned(),
            Err(error) => return error.to_string(),
        }
    }
}

async fn pass_reports(
    mut outbox: hub_link::control::Outbox<ToAgent>,
    mut reports: UnboundedReceiver<to_agent::Kind>,
) -> String {
    while let Some(report) = reports.recv().await {
        if let Err(error) = outbox.send(&report.into()).await {
            return error.to_string();
        }
    }
    "nobody reports any more".to_owned()
}

/// Sets the clock by a message that has just arrived, and wakes the displays that waited for it.
pub(super) fn set_clock(clock: &Clock, told_us: i64, signs: &[SignHandle]) {
    let Ok(told) = Timestamp::from_microsecond(told_us) else {
        tracing::warn!(told_us, "the agent told a time that cannot be");
        return;
    };
    if clock.set(told) {
        for sign in signs {
            sign.send(Order::Wake);
        }
        clock.keep();
    }
}

fn to_sign(signs: &[SignHandle], key: &str, order: Order) {
    match signs.iter().find(|sign| sign.key() == key) {
        Some(sign) => sign.send(order),
        None => tracing::warn!(
            display.key = key,
            "the agent means a display that this hub does not have"
        ),
    }
}
