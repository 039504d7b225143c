//! A relay that keeps everything in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use jiff::Timestamp;
use relay_contract::answer::{INFO, OAuthAnswer, Outcome, join};
use relay_contract::rotate::KeyUse;
use ulid::Ulid;

use crate::google::RelaySide;
use crate::relay::{Acknowledgement, MintedState, RelayError, SealedAnswer};

#[derive(Clone, Debug, Default)]
pub(crate) struct FakeRelay(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    unset: bool,
    passive: bool,
    asked_who_acts: usize,
    address: Option<String>,
    flow_keys: BTreeMap<String, ([u8; 32], String)>,
    answers: BTreeMap<String, SealedAnswer>,
    acknowledged: Vec<Acknowledgement>,
    rotations: u16,
    key_use: KeyUse,
}

impl FakeRelay {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// As before the first enrolment.
    pub(crate) fn unset(&self) {
        self.lock().unset = true;
    }

    /// As while another copy of the agent acts.
    pub(crate) fn set_passive(&self, passive: bool) {
        self.lock().passive = passive;
    }

    /// How often somebody asked whether this copy may act.
    pub(crate) fn asked_who_acts(&self) -> usize {
        self.lock().asked_who_acts
    }

    /// As after the relay moved to another domain.
    pub(crate) fn move_to(&self, address: &str) {
        self.lock().address = Some(address.to_owned());
    }

    /// As after the relay's operator changed the master key.
    pub(crate) fn rotate(&self) {
        self.lock().rotations += 1;
    }

    /// What the agent said of its channels last.
    pub(crate) fn key_use(&self) -> KeyUse {
        self.lock().key_use.clone()
    }

    pub(crate) fn acknowledged(&self) -> Vec<Acknowledgement> {
        self.lock().acknowledged.clone()
    }

    pub(crate) fn answer_code(&self, flow: &str, code: &str) {
        self.answer(flow, flow, Outcome::Code(code.to_owned()));
    }

    pub(crate) fn answer_error(&self, flow: &str, error: &str) {
        self.answer(flow, flow, Outcome::Error(error.to_owned()));
    }

    /// Puts an answer for `flow` into the inbox, sealed to the key of `sealed_for`.
    pub(crate) fn answer(&self, flow: &str, sealed_for: &str, outcome: Outcome) {
        let mut inner = self.lock();
        let (key, _) = inner.flow_keys[sealed_for].clone();
        let state = inner.flow_keys[flow].1.clone();
        let answer = OAuthAnswer {
            outcome,
            scope: None,
            state: state.clone(),
        };
        let sealed = SealedAnswer {
            id: format!("oauth-{flow}"),
            sealed: seal(&key, &state, &answer),
            state,
        };
        inner.answers.insert(flow.to_owned(), sealed);
    }
}

impl RelaySide for FakeRelay {
    fn redirect_uri(&self) -> Option<String> {
        (!self.lock().unset).then(|| "https://relay.example.com/oauth/google/callback/a".to_owned())
    }

    fn mint_state(
        &self,
        _origin: &str,
        flow_key: [u8; 32],
        _expiry: Timestamp,
    ) -> Result<MintedState, RelayError> {
        let flow_id = Ulid::new().to_string();
        let state = format!("1.1.a.o.0.{flow_id}.k.m");
        self.lock()
            .flow_keys
            .insert(flow_id.clone(), (flow_key, state.clone()));
        Ok(MintedState { state, flow_id })
    }

    async fn oauth_answer(&self, flow_id: &str) -> Result<Option<SealedAnswer>, RelayError> {
        Ok(self.lock().answers.get(flow_id).cloned())
    }

    fn acts(&self) -> bool {
        let mut inner = self.lock();
        inner.asked_who_acts += 1;
        !inner.passive
    }

    fn webhook_address(&self) -> Option<String> {
        let inner = self.lock();
        let moved = inner.address.clone();
        (!inner.unset).then(|| {
            moved.unwrap_or_else(|| "https://relay.example.com/google/calendar/a".to_owned())
        })
    }

    fn webhook_token(&self, channel_id: &str) -> Option<(String, u16)> {
        Some((format!("token-of-{channel_id}"), self.key_version()))
    }

    fn key_version(&self) -> u16 {
        1 + self.lock().rotations
    }

    async fn tell_key_use(&self, used: KeyUse) {
        self.lock().key_use = used;
    }

    fn is_connected(&self) -> bool {
        !self.lock().unset
    }

    /// Keeps the answers, so that tests can have them come again.
    async fn acknowledge(&self, items: Vec<Acknowledgement>) -> Result<(), RelayError> {
        self.lock().acknowledged.extend(items);
        Ok(())
    }
}

fn seal(key: &[u8; 32], state: &str, answer: &OAuthAnswer) -> Vec<u8> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(key).unwrap();
    let plain = serde_json::to_vec(answer).unwrap();
    let (encapsulated, sealed) = hpke::single_shot_seal::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &key, INFO, &plain, state.as_bytes())
    .unwrap();
    join(&encapsulated.to_bytes().into(), &sealed)
}
