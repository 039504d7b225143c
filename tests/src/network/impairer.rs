//! Delays and reorders what passes a [corridor](super::corridor), by a program that all packets are led through.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::corridor::Corridor;
use crate::process::{Process, Surroundings};

/// The device that packets are led into, and come back out of.
const DEVICE: &str = "impaired";
/// Number of the routing table that leads into it.
const TABLE: u32 = 77;

/// What happens to packets.
#[derive(Clone, Copy, Debug)]
pub struct Impairment {
    /// How long each takes.
    pub delay: Duration,
    /// By how much that varies, both ways.
    pub jitter: Duration,
    /// How many of a hundred are not delayed at all and overtake the others.
    pub overtaking: u8,
}

/// A running impairer.
#[derive(Debug)]
pub struct Impairer(Process);

impl Impairer {
    /// Leads everything that passes the corridor through the impairment.
    ///
    /// # Errors
    ///
    /// Fails when there are no TUN devices here or the program was not built.
    pub async fn start(corridor: &Corridor, impairment: Impairment, logs: &Path) -> Result<Self> {
        let space = &corridor.corridor;
        let arguments = [
            ("--device", DEVICE.to_owned()),
            ("--delay-ms", impairment.delay.as_millis().to_string()),
            ("--jitter-ms", impairment.jitter.as_millis().to_string()),
            ("--overtaking", impairment.overtaking.to_string()),
        ];
        let arguments: Vec<String> = arguments
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value])
            .collect();
        let surroundings = Surroundings {
            namespace: Some(space.name()),
            environment: Vec::new(),
            logs,
        };
        let mut program = Process::start("impair", "impair", &arguments, surroundings)?;
        program.says("ready").await?;
        space.ip(&format!("link set {DEVICE} up"))?;
        space.ip(&format!("route add default dev {DEVICE} table {TABLE}"))?;
        // What comes back out of the device takes the ordinary way.
        for cable in ["to-office", "to-hall"] {
            space.ip(&format!("rule add iif {cable} lookup {TABLE}"))?;
        }
        Ok(Self(program))
    }

    /// How many packets have passed, and how many of them overtook an earlier one.
    ///
    /// # Errors
    ///
    /// Fails when the program has ended.
    pub async fn passed(&mut self) -> Result<(u64, u64)> {
        let said = self.0.says("passed").await?;
        let number = |key: &str| {
            said[key]
                .as_u64()
                .with_context(|| format!("no {key} in {said}"))
        };
        Ok((number("passed")?, number("overtook")?))
    }
}
