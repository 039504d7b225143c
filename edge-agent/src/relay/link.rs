//! The WebSocket to the relay: kept alive, replaced before it is cut, opened again.
//!
//! It carries hints only. After every connect the inbox is pulled, so that what was missed in between is found: the
//! relay stores first and then looks for a connection, the agent connects first and then looks into the store. A
//! connection that grows old is replaced while it still works; what comes over both is heard twice, which is harmless.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{SinkExt, StreamExt};
use relay_contract::error::ErrorCode;
use relay_contract::inbox::{Hint, ToRelay};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::backoff::Backoff;
use super::call::{RelayError, chain, now};
use super::enrolment::Enrolment;
use super::instance::random;
use super::keys::{finish_rotation, refresh};
use super::shared::{Barred, Shared};
use super::socket::{LinkError, Socket, open};
use super::timing::{Timing, between};
use crate::outbound::in_words;

/// Keeps the link up until `stop`.
pub(super) async fn run(shared: Arc<Shared>, timing: Timing, stop: CancellationToken) {
    let mut enrolments = shared.follow_enrolment();
    let mut ways = shared.client.http().follow();
    loop {
        let current = enrolments.borrow_and_update().clone();
        ways.mark_unchanged();
        let work = async {
            match current {
                Some(enrolment) => keep_up(&shared, &enrolment, &timing).await,
                None => pending().await,
            }
            // Passive: nothing more to do until an admin does something about it.
            pending::<()>().await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = enrolments.changed() => {}
            _ = ways.changed() => info!("the way to the relay has changed; connecting anew"),
            () = work => {}
        }
    }
}

/// Connects again and again; returns when another copy of this agent has taken over.
async fn keep_up(shared: &Shared, enrolment: &Enrolment, timing: &Timing) {
    let mut backoff = Backoff::default();
    loop {
        let started = Instant::now();
        let error = session(shared, enrolment, timing).await;
        let barred = barred(&error);
        let passive = barred == Some(Barred::OtherCopy);
        if passive {
            warn!(
                error = chain(&error),
                "another copy of this agent has taken over; this one stops"
            );
        } else {
            info!(error = chain(&error), "no connection to the relay");
        }
        shared.set_status(|status| {
            status.connected_since = None;
            status.barred = barred;
            status.last_error = Some(in_words(&error));
        });
        if passive {
            return;
        }
        if started.elapsed() > timing.worked {
            backoff.reset();
        }
        sleep(backoff.next(dice())).await;
    }
}

fn barred(error: &LinkError) -> Option<Barred> {
    match error {
        LinkError::Relay(error) if error.means_passive() => Some(Barred::OtherCopy),
        LinkError::Relay(RelayError::Refused { code, .. }) => match code {
            ErrorCode::Unauthorised => Some(Barred::Forgotten),
            ErrorCode::Suspended => Some(Barred::Suspended),
            _ => None,
        },
        _ => None,
    }
}

/// Connections one after the other, each opened before the last is given up, until an error ends it.
async fn session(shared: &Shared, enrolment: &Enrolment, timing: &Timing) -> LinkError {
    // A change of key that a crash interrupted; once it is done, the link begins anew with the new key.
    if let Err(error) = finish_interrupted(shared, enrolment).await {
        return LinkError::Relay(error);
    }
    let mut socket = match open_in_time(shared, enrolment, timing).await {
        Ok(socket) => socket,
        Err(error) => return error,
    };
    info!(agent = %enrolment.agent_id(), "connected to the relay");
    shared.set_status(|status| {
        status.connected_since = Some(now());
        status.last_error = None;
        status.barred = None;
    });
    loop {
        shared.pull_now.notify_one();
        let next = {
            let opening = AtomicBool::new(false);
            let mut following = pin!(follow(shared, enrolment, timing, &mut socket));
            let mut renewing = pin!(renew(shared, enrolment, timing, &opening));
            tokio::select! {
                // The relay closes the old one as soon as it knows the new one, which may be before we do.
                error = &mut following => match opening.load(Ordering::Relaxed) {
                    true => timeout(timing.open, renewing).await.unwrap_or(Err(error)),
                    false => Err(error),
                },
                renewed = &mut renewing => {
                    if renewed.is_ok() {
                        // Whichever way the old one ends, it has done its work.
                        let _ = timeout(timing.drain, following).await;
                    }
                    renewed
                }
            }
        };
        match next {
            Ok(next) => socket = next,
            Err(error) => return error,
        }
        info!(agent = %enrolment.agent_id(), "the connection to the relay was replaced before it grew too old");
    }
}

async fn finish_interrupted(shared: &Shared, enrolment: &Enrolment) -> Result<(), RelayError> {
    let _one_at_a_time = shared.changing.lock().await;
    finish_rotation(shared, enrolment).await
}

/// Waits until the connection grows old, then opens its successor; tries again while the old one still works.
async fn renew(
    shared: &Shared,
    enrolment: &Enrolment,
    timing: &Timing,
    opening: &AtomicBool,
) -> Result<Socket, LinkError> {
    sleep(between(timing.renew, dice())).await;
    let mut backoff = Backoff::default();
    loop {
        opening.store(true, Ordering::Relaxed);
        let opened = open_in_time(shared, enrolment, timing).await;
        opening.store(false, Ordering::Relaxed);
        match opened {
            Ok(socket) => return Ok(socket),
            Err(LinkError::Relay(error)) if error.means_passive() => {
                return Err(LinkError::Relay(error));
            }
            Err(error) => info!(
                error = chain(&error),
                "the connection to the relay could not be replaced yet; the old one goes on"
            ),
        }
        sleep(backoff.next(dice())).await;
    }
}

async fn open_in_time(
    shared: &Shared,
    enrolment: &Enrolment,
    timing: &Timing,
) -> Result<Socket, LinkError> {
    timeout(timing.open, open(&shared.client, enrolment))
        .await
        .unwrap_or(Err(LinkError::Slow {
            seconds: timing.open.as_secs(),
        }))
}

/// Hears what comes over one connection, and answers with what ended it.
async fn follow(
    shared: &Shared,
    enrolment: &Enrolment,
    timing: &Timing,
    socket: &mut Socket,
) -> LinkError {
    let mut probe = interval(timing.probe);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keep_alive = interval(timing.keep_alive);
    let mut heard = Instant::now();
    // Beside the hints, not before them: a slow call must not delay the first one.
    let mut greeting = pin!(once(on_connect(shared, enrolment)));
    loop {
        let sent = tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    heard = Instant::now();
                    take(shared, text.as_str());
                    Ok(())
                }
                Some(Ok(Message::Close(_))) | None => return LinkError::Closed,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    Ok(())
                }
                Some(Err(error)) => Err(error),
            },
            _ = probe.tick() => {
                if heard.elapsed() > timing.silence {
                    return LinkError::Silent { seconds: timing.silence.as_secs() };
                }
                socket.send(Message::Ping(Vec::new().into())).await
            }
            _ = keep_alive.tick() => {
                let ping = serde_json::to_string(&ToRelay::Ping).expect("a plain word");
                socket.send(Message::text(ping)).await
            }
            () = &mut greeting => Ok(()),
        };
        if let Err(error) = sent {
            return LinkError::Broke(error);
        }
    }
}

/// What is told and asked on every connect.
async fn on_connect(shared: &Shared, enrolment: &Enrolment) {
    if let Err(error) = shared.register_origins(enrolment).await {
        warn!(
            error = chain(&error),
            "the relay does not know the portal's addresses yet"
        );
    }
    refresh(shared, enrolment).await;
}

/// Done once, and never ready again.
async fn once(work: impl Future<Output = ()>) {
    work.await;
    pending().await
}

fn take(shared: &Shared, text: &str) {
    match serde_json::from_str(text) {
        Ok(Hint::Calendar {
            channel,
            number,
            received_at,
            resource,
        }) => shared.forward(channel, number, received_at, resource),
        Ok(Hint::Oauth { .. } | Hint::Unknown) => shared.pull_now.notify_one(),
        Ok(Hint::Pong) => {}
        Err(error) => {
            debug!(%error, "a message of the relay cannot be read; pulling instead");
            shared.pull_now.notify_one();
        }
    }
}

fn dice() -> u32 {
    u32::from_be_bytes(random())
}
