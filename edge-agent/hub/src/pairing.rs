//! Which agent this hub belongs to.

use std::io;
use std::path::PathBuf;

use hub_link::identity::Pin;
use serde::{Deserialize, Serialize};

use crate::disk::{self, Lasting};

/// The pinned agent, on disk.
#[derive(Debug)]
pub struct Pairing {
    file: PathBuf,
    agent: Option<Agent>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Agent {
    pin: String,
    /// The agent has said Welcome, or that it has pinned us. Before that, only we know of the pairing.
    confirmed: bool,
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

    /// The agent to call.
    pub fn agent(&self) -> Option<Pin> {
        self.agent.as_ref()?.pin.parse().ok()
    }

    /// Whether both sides know of the pairing.
    pub fn is_confirmed(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.confirmed)
    }

    /// Remembers an agent that has proved the code.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn keep(&mut self, pin: Pin) -> io::Result<()> {
        self.write(Agent {
            pin: pin.to_string(),
            confirmed: false,
        })
    }

    /// Remembers that the agent knows us too.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn confirm(&mut self) -> io::Result<()> {
        match self.agent.clone() {
            Some(agent) if !agent.confirmed => self.write(Agent {
                confirmed: true,
                ..agent
            }),
            _ => Ok(()),
        }
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

    #[test]
    fn a_hub_remembers_its_agent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("agent.json");
        let pin = Pin::of_spki(b"key");
        let mut pairing = Pairing::open(file.clone()).unwrap();
        assert_eq!((pairing.agent(), pairing.is_confirmed()), (None, false));
        pairing.keep(pin).unwrap();
        let mut pairing = Pairing::open(file.clone()).unwrap();
        assert_eq!(
            (pairing.agent(), pairing.is_confirmed()),
            (Some(pin), false)
        );
        pairing.confirm().unwrap();
        assert!(Pairing::open(file.clone()).unwrap().is_confirmed());
        std::fs::write(&file, b"{").unwrap();
        assert!(Pairing::open(file).is_err());
    }
}
