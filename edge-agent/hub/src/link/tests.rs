//! The way to agents that are played by the test, over real QUIC on loopback.

use hub_link::agent_end::{AgentEndpoint, Arrival, HubLink};
use hub_link::wire::{AgentKeys, Incarnation, Reboot, Welcome, to_hub};
use tempfile::TempDir;

use super::*;
use crate::buttons::Buttons;
use crate::clock::Clock;
use crate::logs::Logs;
use crate::pairing::Pairing;
use crate::report::Reports;

struct Scene {
    folder: TempDir,
    agent: AgentEndpoint,
    key: Identity,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = Identity::draw().unwrap();
        let keys = std::slice::from_ref(&key);
        Self {
            agent: AgentEndpoint::bind(([127, 0, 0, 1], 0).into(), keys).unwrap(),
            folder,
            key,
        }
    }

    fn place(&self) -> String {
        self.agent.local_addr().unwrap().to_string()
    }

    fn pairing(&self) -> Pairing {
        Pairing::open(self.folder.path().join("agent.json")).unwrap()
    }

    /// A hub that is to look at these places.
    fn link(&self, agents: Vec<String>, code: Option<PairingCode>) -> Link {
        let data = self.folder.path();
        let config = LinkConfig {
            identity: Identity::load_or_create(&data.join("hub.key")).unwrap(),
            agents,
            code,
            discover: false,
            notices: Notices::new(Vec::new(), None),
        };
        let session = Session {
            name: "North".to_owned(),
            boot: [1; 16],
            pairing: self.pairing(),
            signs: Vec::new(),
            reports: Reports::default(),
            clock: Clock::with_source(|| Duration::ZERO),
            buttons: Buttons::open(data.join("buttons.json"), [1; 16]),
            logs: Logs::default(),
        };
        Link::new(config, session)
    }

    async fn arrival(&self) -> Arrival {
        let incoming = self.agent.accept().await.unwrap();
        self.agent.admit(incoming).await.unwrap()
    }

    /// The hub's next call, welcomed.
    async fn welcomed(&self, welcome: Welcome) -> HubLink {
        let Arrival::Hub(call) = self.arrival().await else {
            panic!("not the hub protocol")
        };
        let (_, mut link) = call.hello().await.unwrap();
        let kind = to_hub::Kind::Welcome(welcome);
        link.orders
            .order(kind, 1_700_000_000_000_000)
            .await
            .unwrap();
        link
    }

    fn copy(epoch: u64, instance: &'static [u8]) -> Welcome {
        Welcome {
            incarnation: Some(Incarnation {
                epoch,
                instance: instance.into(),
            }),
            ..Welcome::default()
        }
    }

    /// A pairing that both sides know of.
    fn paired(&self) {
        let mut pairing = self.pairing();
        pairing.keep(self.key.pin()).unwrap();
        pairing.confirm().unwrap();
    }
}

#[tokio::test]
async fn a_hub_that_was_started_with_the_agents_code_is_paired_and_knows_both_keys() {
    let scene = Scene::new();
    let code = PairingCode::draw();
    let standby = hub_link::identity::Pin::of_spki(b"standby");
    let agent = async {
        let Arrival::Pairing(call) = scene.arrival().await else {
            panic!("not the pairing protocol")
        };
        let keys = AgentKeys {
            active: scene.key.pin().to_bytes(),
            standby: standby.to_bytes(),
        };
        let proven = call.challenge(&code).await.unwrap();
        assert_eq!(proven.name, "North");
        proven.confirm(Some(keys)).await.unwrap();
    };
    let hub = scene.link(vec![scene.place()], Some(code.clone())).pair();
    tokio::join!(agent, hub);
    assert!(scene.pairing().is_confirmed());
    assert_eq!(scene.pairing().pins(), [scene.key.pin(), standby]);
}

#[tokio::test]
async fn a_hub_whose_first_address_is_dead_finds_its_agent_at_the_second() {
    let scene = Scene::new();
    scene.paired();
    let dead = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let places = vec![dead.local_addr().unwrap().to_string(), scene.place()];
    let stop = CancellationToken::new();
    let agent = async {
        let welcome = Welcome {
            addresses: vec!["third.example:7443".to_owned()],
            ..Welcome::default()
        };
        let _link = scene.welcomed(welcome).await;
        while scene.pairing().addresses().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let hub = scene.link(places, None).run(stop.clone());
    let ((), ended) = tokio::join!(agent, hub);
    assert_eq!(ended, LinkEnded::Stopped);
    let told = scene.pairing();
    assert_eq!(
        told.addresses(),
        ["third.example:7443"],
        "kept for the day when neither answers"
    );
}

#[tokio::test]
async fn an_old_copy_of_the_agent_is_turned_away_by_name_and_the_other_address_tried() {
    let (old, restored) = (Scene::new(), Scene::new());
    restored
        .agent
        .known_by(std::slice::from_ref(&old.key))
        .unwrap();
    old.paired();
    let mut pairing = old.pairing();
    pairing
        .saw(Scene::copy(2, b"restored").incarnation.as_ref(), &[])
        .unwrap();
    let stop = CancellationToken::new();
    let agents = async {
        let link = old.welcomed(Scene::copy(1, b"old")).await;
        let closed = link.connection.closed().await;
        assert_eq!(CloseReason::of(&closed), Some(CloseReason::OutdatedAgent));
        let _link = restored.welcomed(Scene::copy(2, b"restored")).await;
        stop.cancel();
    };
    let hub = old
        .link(vec![old.place(), restored.place()], None)
        .run(stop.clone());
    let ((), ended) = tokio::join!(agents, hub);
    assert_eq!(ended, LinkEnded::Stopped);
}

#[tokio::test]
async fn the_agent_can_have_the_hub_start_again() {
    let scene = Scene::new();
    scene.paired();
    let agent = async {
        let mut link = scene.welcomed(Welcome::default()).await;
        let reboot = to_hub::Kind::Reboot(Reboot {});
        link.orders
            .order(reboot, 1_700_000_000_000_001)
            .await
            .unwrap();
        let closed = link.connection.closed().await;
        assert_eq!(CloseReason::of(&closed), Some(CloseReason::Rebooting));
    };
    let hub = scene
        .link(vec![scene.place()], None)
        .run(CancellationToken::new());
    let ((), ended) = tokio::join!(agent, hub);
    assert_eq!(ended, LinkEnded::Reboot);
}

#[tokio::test]
async fn a_hub_comes_back_within_the_time_that_a_stopping_agent_asks_for() {
    let scene = Scene::new();
    scene.paired();
    let stop = CancellationToken::new();
    let agent = async {
        let welcome = Welcome {
            spread_ms: 50,
            ..Welcome::default()
        };
        let link = scene.welcomed(welcome).await;
        CloseReason::ShuttingDown.close(&link.connection);
        let _link = scene.welcomed(Welcome::default()).await;
        stop.cancel();
    };
    let hub = scene.link(vec![scene.place()], None).run(stop.clone());
    let ((), ended) = tokio::join!(agent, hub);
    assert_eq!(ended, LinkEnded::Stopped);
}
