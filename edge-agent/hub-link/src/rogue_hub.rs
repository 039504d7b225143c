//! Tests with a hub that does not play by the rules.

use bytes::Bytes;
use quinn::{Connection, RecvStream, SendStream};

use crate::agent_end::{AgentEndpoint, Arrival, CallError, ProvenHub};
use crate::close::CloseReason;
use crate::code::PairingCode;
use crate::codec;
use crate::hub_end::HubEndpoint;
use crate::identity::{CERTIFICATE_NAME, Identity};
use crate::pair::{Role, SessionSecret};
use crate::transport::{HUB_ALPN, PAIR_ALPN};
use crate::verify::KeyCheck;
use crate::wire::{AgentProof, HubProof, PairCall};

struct Scene {
    agent: AgentEndpoint,
    hub: HubEndpoint,
    code: PairingCode,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = |name: &str| Identity::load_or_create(&folder.path().join(name)).unwrap();
        let agent = AgentEndpoint::bind(([127, 0, 0, 1], 0).into(), &[identity("agent")]).unwrap();
        let hub = HubEndpoint::open(agent.local_addr().unwrap(), identity("hub"), 1).unwrap();
        Self {
            agent,
            hub,
            code: PairingCode::draw(),
        }
    }

    async fn challenge(&self) -> Result<ProvenHub, CallError> {
        let incoming = self.agent.accept().await.unwrap();
        match self.agent.admit(incoming).await.unwrap() {
            Arrival::Pairing(call) => call.challenge(&self.code).await,
            Arrival::Hub(_) => panic!("not the pairing protocol"),
        }
    }

    /// A call up to and with the agent's proof.
    async fn call(&self) -> (Connection, SendStream, RecvStream, Bytes) {
        let address = self.agent.local_addr().unwrap();
        let connection = self
            .hub
            .dial(address, KeyCheck::any(), PAIR_ALPN, CERTIFICATE_NAME)
            .await
            .unwrap();
        let (mut send, mut receive) = connection.open_bi().await.unwrap();
        codec::write(&mut send, &PairCall::default()).await.unwrap();
        let proof: AgentProof = codec::read(&mut receive).await.unwrap().unwrap();
        (connection, send, receive, proof.proof)
    }

    /// Answers the agent's proof with one of the rogue's, and expects to be thrown out.
    async fn is_refused(&self, forge: impl AsyncFnOnce(&Connection, Bytes) -> Bytes) {
        let rogue = async {
            let (connection, mut send, _receive, agents) = self.call().await;
            let proof = forge(&connection, agents).await;
            codec::write(&mut send, &HubProof { proof }).await.unwrap();
            connection.closed().await
        };
        let (outcome, closed) = tokio::join!(self.challenge(), rogue);
        assert!(matches!(outcome, Err(CallError::WrongProof)), "{outcome:?}");
        assert_eq!(CloseReason::of(&closed), Some(CloseReason::WrongCode));
    }
}

#[tokio::test]
async fn a_guess_is_refused_by_name() {
    let scene = Scene::new();
    let guess = PairingCode::draw();
    scene
        .is_refused(async |connection, _| SessionSecret::of(connection).prove(Role::Hub, &guess))
        .await;
}

#[tokio::test]
async fn the_agents_own_proof_sent_back_proves_nothing() {
    Scene::new().is_refused(async |_, agents| agents).await;
}

#[tokio::test]
async fn a_proof_from_another_tls_session_proves_nothing() {
    let scene = Scene::new();
    // The right proof, by one who knows the code, on a session that the agent has forgotten.
    let earlier = async {
        let (connection, ..) = scene.call().await;
        let proof = SessionSecret::of(&connection).prove(Role::Hub, &scene.code);
        CloseReason::Protocol.close(&connection);
        proof
    };
    let (_, proof) = tokio::join!(scene.challenge(), earlier);
    scene.is_refused(async move |_, _| proof).await;
}

#[tokio::test]
async fn the_right_proof_on_its_own_session_is_taken() {
    let scene = Scene::new();
    let honest = async {
        let (connection, mut send, receive, _) = scene.call().await;
        let proof = SessionSecret::of(&connection).prove(Role::Hub, &scene.code);
        codec::write(&mut send, &HubProof { proof }).await.unwrap();
        (connection, receive)
    };
    let (outcome, _open) = tokio::join!(scene.challenge(), honest);
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_name() {
    for (bytes, reason) in [
        (&[0, 0, 0, 2, 0xff, 0xff][..], CloseReason::BadMessage),
        (&[0xff, 0xff, 0xff, 0xff][..], CloseReason::TooLong),
        // A message, but not Hello.
        (&[0, 0, 0, 2, 0x3a, 0x00][..], CloseReason::Protocol),
    ] {
        let scene = Scene::new();
        let agent = async {
            let incoming = scene.agent.accept().await.unwrap();
            let Arrival::Hub(call) = scene.agent.admit(incoming).await.unwrap() else {
                panic!("not the hub protocol")
            };
            assert!(call.hello().await.is_err());
        };
        let rogue = async {
            let address = scene.agent.local_addr().unwrap();
            let check = KeyCheck::any();
            let dialled = scene.hub.dial(address, check, HUB_ALPN, CERTIFICATE_NAME);
            let connection = dialled.await.unwrap();
            let (mut send, _receive) = connection.open_bi().await.unwrap();
            send.write_all(bytes).await.unwrap();
            assert_eq!(CloseReason::of(&connection.closed().await), Some(reason));
        };
        tokio::join!(agent, rogue);
    }
}
