//! A hub in a few lines: keeps everything in memory and shows what is due as soon as it has it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use frame::{Bitmap, Panel};
use hub_link::code::PairingCode;
use hub_link::hub_end::{self, AgentLink, DialError, HubEndpoint};
use hub_link::identity::{Identity, Pin};
use hub_link::picture;
use hub_link::wire::{self, Generation, Hello, PairCall, to_agent::Kind, to_hub};
use jiff::Timestamp;
use tokio::task::JoinHandle;

/// Waits until `look` finds something.
pub(super) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[derive(Default)]
struct Memory {
    frames: HashMap<Vec<u8>, Bitmap>,
    received: usize,
    pending: Option<wire::Plan>,
    plan: Option<wire::Plan>,
    glass: Option<Bitmap>,
    freshness_came: bool,
    pretended: Option<Generation>,
}

#[derive(Clone)]
pub(super) struct TestHub {
    endpoint: Arc<HubEndpoint>,
    address: SocketAddr,
    pub(super) agent: Option<Pin>,
    memory: Arc<Mutex<Memory>>,
}

impl TestHub {
    pub(super) fn new(folder: &Path, address: SocketAddr) -> Self {
        let identity = Identity::load_or_create(&folder.join("hub.key")).unwrap();
        Self {
            endpoint: Arc::new(HubEndpoint::open(address, identity, 1).unwrap()),
            address,
            agent: None,
            memory: Arc::default(),
        }
    }

    pub(super) fn pin_of(&self, key: &Path) -> Pin {
        Identity::load_or_create(key).unwrap().pin()
    }

    pub(super) fn move_to(&mut self, address: SocketAddr) {
        self.address = address;
    }

    pub(super) fn pretend_generation(&self, generation: Generation) {
        self.memory.lock().unwrap().pretended = Some(generation);
    }

    pub(super) async fn pair(&mut self, code: &PairingCode) -> Result<(), DialError> {
        let call = PairCall::default();
        self.agent = Some(
            self.endpoint
                .pair(self.address, &call, code, |_| Ok(()))
                .await?,
        );
        Ok(())
    }

    pub(super) async fn connect(&mut self) -> Result<AgentLink, DialError> {
        let hello = self.hello();
        self.endpoint
            .connect(self.address, self.agent.unwrap(), hello)
            .await
    }

    pub(super) async fn close(&self) {
        self.endpoint.close().await;
    }

    fn hello(&self) -> Hello {
        let memory = self.memory.lock().unwrap();
        let stored = memory
            .pretended
            .or(memory.plan.as_ref().and_then(|plan| plan.generation));
        Hello {
            highest: stored,
            displays: vec![wire::Display {
                key: "n1".to_owned(),
                panel: "400x300".to_owned(),
                stored,
                frames: memory
                    .frames
                    .keys()
                    .map(|hash| hash.clone().into())
                    .collect(),
                shown: None,
            }],
            ..Hello::default()
        }
    }

    /// Obeys beside the test, until that aborts it or the connection ends.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test keeps the handle and aborts it"
    )]
    pub(super) fn start(&self, link: AgentLink) -> JoinHandle<()> {
        tokio::spawn(self.clone().serve(link))
    }

    /// Obeys until the connection ends.
    async fn serve(self, link: AgentLink) {
        let AgentLink {
            connection,
            mut reports,
            mut orders,
            ..
        } = link;
        let (done, mut changes) = tokio::sync::mpsc::unbounded_channel();
        let frames = async {
            while let Ok(frame) = hub_end::next_frame(&connection).await {
                let (header, payload) = frame.unwrap();
                self.take_frame(&header, &payload);
                done.send(()).unwrap();
            }
        };
        let obeyed = async {
            while let Ok(Some(order)) = orders.next().await {
                match order.kind {
                    Some(to_hub::Kind::Plan(plan)) => {
                        self.memory.lock().unwrap().pending = Some(plan)
                    }
                    Some(to_hub::Kind::Freshness(_)) => {
                        self.memory.lock().unwrap().freshness_came = true
                    }
                    _ => {}
                }
                done.send(()).unwrap();
            }
        };
        let reported = async {
            while changes.recv().await.is_some() {
                for report in self.adopt() {
                    reports.send(&report.into()).await.unwrap();
                }
            }
        };
        tokio::join!(frames, obeyed, reported);
    }

    fn take_frame(&self, header: &wire::FrameHeader, payload: &[u8]) {
        let mut memory = self.memory.lock().unwrap();
        memory.received += 1;
        let base = memory.frames.get(header.base.as_ref()).map(Bitmap::rows);
        let rows =
            picture::decode(header.encoding(), payload, base, header.raw_length as usize).unwrap();
        let frame =
            Bitmap::from_rows(&Panel::black_white(header.width, header.height), rows).unwrap();
        assert_eq!(frame.hash().0.as_slice(), header.frame.as_ref());
        memory.frames.insert(header.frame.to_vec(), frame);
    }

    fn adopt(&self) -> Vec<Kind> {
        let mut memory = self.memory.lock().unwrap();
        let now = now().as_microsecond();
        let whole = |plan: &wire::Plan| {
            plan.steps
                .iter()
                .all(|step| memory.frames.contains_key(step.frame.as_ref()))
        };
        if !memory.pending.as_ref().is_some_and(whole) {
            return Vec::new();
        }
        let plan = memory.pending.take().unwrap();
        let due = plan
            .steps
            .iter()
            .rev()
            .find(|step| step.from_us <= now)
            .unwrap_or(&plan.steps[0]);
        let frame = due.frame.clone();
        memory.glass = memory.frames.get(frame.as_ref()).cloned();
        let (display, generation) = (plan.display.clone(), plan.generation);
        memory.plan = Some(plan);
        vec![
            Kind::Stored(wire::Stored {
                display: display.clone(),
                generation,
            }),
            Kind::Displayed(wire::Displayed {
                display,
                generation,
                frame,
                at_us: now + 1,
                marked_since_us: None,
                stored_at_us: now,
            }),
        ]
    }

    pub(super) fn plan(&self) -> Option<wire::Plan> {
        self.memory.lock().unwrap().plan.clone()
    }

    pub(super) fn glass(&self) -> Option<Bitmap> {
        self.memory.lock().unwrap().glass.clone()
    }

    pub(super) fn frames_received(&self) -> usize {
        self.memory.lock().unwrap().received
    }

    pub(super) fn forget_freshness(&self) {
        self.memory.lock().unwrap().freshness_came = false;
    }

    pub(super) fn freshness_received(&self) -> bool {
        self.memory.lock().unwrap().freshness_came
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a hub shows what is due by the clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
