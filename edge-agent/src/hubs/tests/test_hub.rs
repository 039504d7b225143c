//! A hub in a few lines: keeps everything in memory and shows what is due as soon as it has it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use edge_api::id::HubId;
use frame::{Bitmap, Panel};
use hub_link::code::PairingCode;
use hub_link::hub_end::{self, AgentLink, DialError, Frame, HubEndpoint};
use hub_link::identity::{Identity, Pin};
use hub_link::picture;
use hub_link::wire::{self, Capability, Hello, PairCall, to_agent::Kind, to_hub};
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
    /// Presses that the agent has acknowledged.
    seen: Vec<u64>,
    /// The agent's last Welcome.
    welcome: Option<wire::Welcome>,
    /// Keys that it was told after that.
    keys: Option<wire::AgentKeys>,
}

type Pretence = Arc<dyn Fn(&mut Hello) + Send + Sync>;

/// Ends when it is dropped.
pub(super) struct Serving(JoinHandle<()>);

impl Serving {
    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Clone)]
pub(super) struct TestHub {
    endpoint: Arc<HubEndpoint>,
    address: SocketAddr,
    pub(super) agent: Option<Pin>,
    memory: Arc<Mutex<Memory>>,
    /// What is not true in its Hello.
    pretence: Option<Pretence>,
    pin: Pin,
}

impl TestHub {
    pub(super) fn new(folder: &Path, address: SocketAddr) -> Self {
        Self::of_key(&folder.join("hub.key"), address)
    }

    /// A hub with a key of its own.
    pub(super) fn of_key(key: &Path, address: SocketAddr) -> Self {
        let identity = Identity::load_or_create(key).unwrap();
        Self {
            pin: identity.pin(),
            pretence: None,
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

    pub(super) fn id(&self) -> HubId {
        self.pin.to_string().parse().unwrap()
    }

    /// Changes what it says in its Hellos from now on.
    pub(super) fn pretend(&mut self, pretence: impl Fn(&mut Hello) + Send + Sync + 'static) {
        self.pretence = Some(Arc::new(pretence));
    }

    pub(super) async fn pair(&mut self, code: &PairingCode) -> Result<(), DialError> {
        let call = PairCall::default();
        self.agent = Some(
            self.endpoint
                .pair(self.address, &call, code, |_| Ok(()))
                .await?
                .0,
        );
        Ok(())
    }

    pub(super) async fn connect(&mut self) -> Result<AgentLink, DialError> {
        let mut hello = self.hello();
        if let Some(pretence) = &self.pretence {
            pretence(&mut hello);
        }
        let pins = [self.agent.unwrap()];
        let link = self.endpoint.connect(self.address, &pins, hello).await?;
        self.memory.lock().unwrap().welcome = Some(link.welcome.clone());
        Ok(link)
    }

    /// Is connected, and obeys beside the test until the answer is dropped.
    pub(super) async fn served(&mut self) -> Serving {
        let link = self.connect().await.unwrap();
        self.start(link)
    }

    pub(super) async fn close(&self) {
        self.endpoint.close().await;
    }

    fn hello(&self) -> Hello {
        let memory = self.memory.lock().unwrap();
        let stored = memory.plan.as_ref().and_then(|plan| plan.generation);
        let welcome = memory.welcome.as_ref();
        Hello {
            capabilities: Capability::bits(Capability::ALL),
            seen: welcome.and_then(|welcome| welcome.incarnation.clone()),
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
                ..wire::Display::default()
            }],
            ..Hello::default()
        }
    }

    /// Obeys beside the test, until the answer is dropped or the connection ends.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test keeps the handle, which aborts it"
    )]
    pub(super) fn start(&self, link: AgentLink) -> Serving {
        Serving(tokio::spawn(self.clone().serve(link)))
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
                match frame {
                    Frame::Whole(header, payload) => self.take_frame(&header, &payload),
                    Frame::Superseded => continue,
                    Frame::Broken => panic!("a broken frame"),
                }
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
                    Some(to_hub::Kind::ButtonsSeen(seen)) => {
                        self.memory.lock().unwrap().seen.push(seen.sequence)
                    }
                    Some(to_hub::Kind::Keys(keys)) => self.memory.lock().unwrap().keys = Some(keys),
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
                stored_at_us: now,
                ..wire::Displayed::default()
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

    /// Presses that the agent has acknowledged.
    pub(super) fn presses_seen(&self) -> Vec<u64> {
        self.memory.lock().unwrap().seen.clone()
    }

    /// The agent's last Welcome.
    pub(super) fn welcome(&self) -> wire::Welcome {
        self.memory.lock().unwrap().welcome.clone().unwrap()
    }

    /// The keys that the agent has told of during a connection.
    pub(super) fn keys_told(&self) -> Option<wire::AgentKeys> {
        self.memory.lock().unwrap().keys.clone()
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
