//! A display's own thread: panels are slow, and one must not keep the others waiting.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use frame::Bitmap;
use hub_link::wire::{self, FrameHeader};
use tokio::sync::oneshot;

use super::Sign;

/// What a display can be told.
#[derive(Debug)]
pub enum Order {
    Frame(FrameHeader, Vec<u8>),
    Plan(wire::Plan),
    Freshness(wire::Freshness),
    Identify {
        frame: Vec<u8>,
        for_: Duration,
    },
    /// A picture of the hub's own in place of the plan; `None` takes it away.
    Notice(Option<Bitmap>),
    Describe(oneshot::Sender<wire::Display>),
    Measure(oneshot::Sender<wire::DisplayTelemetry>),
    /// The connection has ended: frames that were under way will not come.
    Disconnected,
    /// Something that `refresh` depends on has changed, such as the clock.
    Wake,
}

/// A handle on a display; cheap to clone.
#[derive(Clone, Debug)]
pub struct SignHandle {
    key: String,
    orders: mpsc::Sender<Order>,
}

impl SignHandle {
    /// Gives a display its thread, which ends when the last handle is gone.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no thread.
    pub fn start(sign: Sign) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (orders, inbox) = mpsc::channel();
        let key = sign.key.clone();
        let thread = std::thread::Builder::new()
            .name(format!("sign-{key}"))
            .spawn(move || run(sign, &inbox))?;
        Ok((Self { key, orders }, thread))
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn send(&self, order: Order) {
        // Only fails when the thread has panicked, which ends the program anyway.
        let _ = self.orders.send(order);
    }

    /// The display as Hello describes it; `None` when its thread is gone.
    pub async fn describe(&self) -> Option<wire::Display> {
        let (answer, description) = oneshot::channel();
        self.send(Order::Describe(answer));
        description.await.ok()
    }

    /// What the panel measures; `None` when its thread is gone.
    pub async fn measure(&self) -> Option<wire::DisplayTelemetry> {
        let (answer, readings) = oneshot::channel();
        self.send(Order::Measure(answer));
        readings.await.ok()
    }
}

fn run(mut sign: Sign, inbox: &mpsc::Receiver<Order>) {
    loop {
        let nap = sign.refresh();
        match inbox.recv_timeout(nap) {
            Ok(order) => obey(&mut sign, order),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn obey(sign: &mut Sign, order: Order) {
    match order {
        Order::Frame(header, payload) => sign.take_frame(&header, &payload),
        Order::Plan(plan) => sign.take_plan(&plan),
        Order::Freshness(freshness) => sign.take_freshness(&freshness),
        Order::Identify { frame, for_ } => sign.identify(&frame, for_),
        Order::Notice(picture) => sign.notice(picture),
        Order::Describe(answer) => {
            // Whoever asked may have gone.
            let _ = answer.send(sign.describe());
        }
        Order::Measure(answer) => {
            let _ = answer.send(sign.measure());
        }
        Order::Disconnected => sign.forget_pending(),
        Order::Wake => {}
    }
}
