//! Which agent this hub belongs to: its keys, which copy of it spoke last, and where it was found.

use std::io;
use std::path::PathBuf;

use hub_link::identity::Pin;
use hub_link::wire::{AgentKeys, Incarnation};
use serde::{Deserialize, Serialize};

use crate::disk::{self, Lasting};

/// More addresses than an agent has.
const MAX_ADDRESSES: usize = 8;

/// The pinned agent, on disk.
#[derive(Debug)]
pub struct Pairing {
    file: PathBuf,
    agent: Option<Agent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Agent {
    pin: String,
    /// The key that serves when the other one is lost or stolen.
    #[serde(default)]
    standby: Option<String>,
    /// The agent has said Welcome, or that it has pinned us. Before that, only we know of the pairing.
    confirmed: bool,
    /// The newest copy of the agent that has said Welcome.
    #[serde(default)]
    seen: Option<Seen>,
    /// Where it says that it may be found.
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    epoch: u64,
    instance: Vec<u8>,
}

impl Pairing {
    /// Reads which agent it is.
    ///
    /// # Errors
    ///
    /// Fails when the file is there and cannot be read: a hub does not forget its agent by mistake.
    pub fn open(file: PathBuf) -> io::Result<Self> {
        let agent = match std::fs::read(&file) {
            Ok(bytes) => Some(
                serde_json::from_slice(&bytes)
                    .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { file, agent })
    }

    /// The keys by which to know the agent, the one to ask for first; empty when there is no agent.
    pub fn pins(&self) -> Vec<Pin> {
        let Some(agent) = &self.agent else {
            return Vec::new();
        };
        let texts = [Some(&agent.pin), agent.standby.as_ref()];
        let pins = texts.into_iter().flatten();
        pins.filter_map(|text| text.parse().ok()).collect()
    }

    /// The same for a message.
    pub fn keys(&self) -> Option<AgentKeys> {
        let pins = self.pins();
        let bytes = |pin: Option<&Pin>| pin.map(|pin| pin.to_bytes()).unwrap_or_default();
        (!pins.is_empty()).then(|| AgentKeys {
            active: bytes(pins.first()),
            standby: bytes(pins.get(1)),
        })
    }

    /// Whether both sides know of the pairing.
    pub fn is_confirmed(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.confirmed)
    }

    /// Where else the agent may be found, as it said itself.
    pub fn addresses(&self) -> &[String] {
        self.agent.as_ref().map_or(&[], |agent| &agent.addresses)
    }

    /// The newest copy of the agent that has said Welcome.
    pub fn seen(&self) -> Option<Incarnation> {
        let seen = self.agent.as_ref()?.seen.as_ref()?;
        Some(Incarnation {
            epoch: seen.epoch,
            instance: seen.instance.clone().into(),
        })
    }

    /// Whether this is an old copy of an agent that has been restored elsewhere since.
    pub fn is_outdated(&self, speaker: &Incarnation) -> bool {
        self.seen().is_some_and(|seen| {
            speaker.epoch < seen.epoch
                || speaker.epoch == seen.epoch && speaker.instance != seen.instance
        })
    }

    /// Remembers an agent that has proved the code. What was known of another one is forgotten.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn keep(&mut self, pin: Pin) -> io::Result<()> {
        let known = self.pins().contains(&pin);
        let before = self.agent.clone().filter(|_| known);
        self.write(Agent {
            pin: pin.to_string(),
            standby: None,
            confirmed: false,
            seen: before.as_ref().and_then(|agent| agent.seen.clone()),
            addresses: before.map(|agent| agent.addresses).unwrap_or_default(),
        })
    }

    /// Remembers that the agent knows us too.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn confirm(&mut self) -> io::Result<()> {
        self.change(|agent| agent.confirmed = true)
    }

    /// Takes the keys that the agent wants to be known by, said over a connection on which it had shown the key `via`.
    ///
    /// The standby key is taken when none is pinned, and from the standby key itself; then the active one goes.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn take_keys(&mut self, via: Pin, keys: Option<&AgentKeys>) -> io::Result<()> {
        let pins = self.pins();
        let active = keys.and_then(|keys| Pin::from_bytes(&keys.active));
        let standby = keys.and_then(|keys| Pin::from_bytes(&keys.standby));
        if pins.get(1) == Some(&via) {
            return self.change(|agent| {
                agent.pin = active.unwrap_or(via).to_string();
                agent.standby = standby.map(|pin| pin.to_string());
            });
        }
        if pins.first() != Some(&via) {
            return Ok(());
        }
        self.change(|agent| {
            if let Some(active) = active {
                agent.pin = active.to_string();
            }
            if agent.standby.is_none() {
                agent.standby = standby.map(|pin| pin.to_string());
            }
        })
    }

    /// Remembers a copy of the agent that has said Welcome, and where it says that it may be found.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn saw(&mut self, speaker: Option<&Incarnation>, addresses: &[String]) -> io::Result<()> {
        let addresses: Vec<String> = addresses.iter().take(MAX_ADDRESSES).cloned().collect();
        self.change(|agent| {
            if let Some(speaker) = speaker {
                agent.seen = Some(Seen {
                    epoch: speaker.epoch,
                    instance: speaker.instance.to_vec(),
                });
            }
            if !addresses.is_empty() {
                agent.addresses = addresses;
            }
        })
    }

    /// Writes only what differs: the card wears out.
    fn change(&mut self, change: impl FnOnce(&mut Agent)) -> io::Result<()> {
        let Some(before) = &self.agent else {
            return Ok(());
        };
        let mut after = before.clone();
        change(&mut after);
        if after == *before {
            return Ok(());
        }
        self.write(after)
    }

    fn write(&mut self, agent: Agent) -> io::Result<()> {
        let bytes = serde_json::to_vec(&agent).map_err(io::Error::other)?;
        disk::replace(&self.file, &bytes, Lasting::PowerCut)?;
        self.agent = Some(agent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scene {
        _folder: tempfile::TempDir,
        file: PathBuf,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("agent.json");
            Self {
                _folder: folder,
                file,
            }
        }

        fn pairing(&self) -> Pairing {
            Pairing::open(self.file.clone()).unwrap()
        }
    }

    fn pin(name: &str) -> Pin {
        Pin::of_spki(name.as_bytes())
    }

    fn keys(active: &str, standby: &str) -> AgentKeys {
        AgentKeys {
            active: pin(active).to_bytes(),
            standby: pin(standby).to_bytes(),
        }
    }

    #[test]
    fn a_hub_remembers_its_agent() {
        let scene = Scene::new();
        let mut pairing = scene.pairing();
        assert_eq!((pairing.pins(), pairing.is_confirmed()), (vec![], false));
        pairing.keep(pin("a")).unwrap();
        let mut pairing = scene.pairing();
        assert_eq!(
            (pairing.pins(), pairing.is_confirmed()),
            (vec![pin("a")], false)
        );
        pairing.confirm().unwrap();
        assert!(scene.pairing().is_confirmed());
        std::fs::write(&scene.file, b"{").unwrap();
        assert!(Pairing::open(scene.file.clone()).is_err());
    }

    #[test]
    fn what_the_first_release_wrote_is_understood() {
        let scene = Scene::new();
        let text = format!("{{\"pin\":\"{}\",\"confirmed\":true}}", pin("a"));
        std::fs::write(&scene.file, text).unwrap();
        assert_eq!(scene.pairing().pins(), [pin("a")]);
        assert_eq!(scene.pairing().seen(), None);
    }

    #[test]
    fn a_thief_of_the_active_key_cannot_change_the_standby() {
        let scene = Scene::new();
        let mut pairing = scene.pairing();
        pairing.keep(pin("a")).unwrap();
        pairing.take_keys(pin("a"), Some(&keys("a", "s"))).unwrap();
        assert_eq!(pairing.pins(), [pin("a"), pin("s")], "none was pinned");
        pairing
            .take_keys(pin("a"), Some(&keys("b", "thief")))
            .unwrap();
        assert_eq!(scene.pairing().pins(), [pin("b"), pin("s")], "rotated");
        pairing.take_keys(pin("x"), Some(&keys("x", "x"))).unwrap();
        assert_eq!(pairing.pins(), [pin("b"), pin("s")], "a key of nobody");
    }

    #[test]
    fn the_standby_drops_the_active_key() {
        let scene = Scene::new();
        let mut pairing = scene.pairing();
        pairing.keep(pin("a")).unwrap();
        pairing.take_keys(pin("a"), Some(&keys("a", "s"))).unwrap();
        pairing.take_keys(pin("s"), Some(&keys("s", "t"))).unwrap();
        assert_eq!(scene.pairing().pins(), [pin("s"), pin("t")]);
        pairing.take_keys(pin("t"), None).unwrap();
        assert_eq!(scene.pairing().pins(), [pin("t")]);
    }

    #[test]
    fn an_old_copy_of_the_agent_is_recognised() {
        let scene = Scene::new();
        let mut pairing = scene.pairing();
        let copy = |epoch, instance: &[u8]| Incarnation {
            epoch,
            instance: instance.to_vec().into(),
        };
        pairing.keep(pin("a")).unwrap();
        assert!(!pairing.is_outdated(&copy(1, b"old")));
        pairing
            .saw(Some(&copy(2, b"restored")), &["192.0.2.1:7443".to_owned()])
            .unwrap();
        let mut pairing = scene.pairing();
        assert!(pairing.is_outdated(&copy(1, b"old")));
        assert!(pairing.is_outdated(&copy(2, b"other")));
        assert!(!pairing.is_outdated(&copy(2, b"restored")));
        assert!(!pairing.is_outdated(&copy(3, b"other")));
        assert_eq!(pairing.addresses(), ["192.0.2.1:7443"]);
        pairing.keep(pin("another agent")).unwrap();
        assert_eq!(pairing.seen(), None, "another agent has copies of its own");
    }
}
