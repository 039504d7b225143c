//! A hub that is not in the same room as the agent, and a bad line between them.
//!
//! ```text
//! office 10.77.0.2 ──── 10.77.0.1 corridor 10.77.1.1 ──── 10.77.1.2 hall
//! agent, relay, Google   loses, slows, delays, swallows    the hubs
//! ```
//! `tc netem` is not in every kernel: loss is the packet filter's chance, rate a token bucket, delay and reordering the
//! [impairer](super::impairer)'s.

use std::net::Ipv4Addr;

use anyhow::Result;

use super::namespace::Namespace;
use crate::places::{Place, Places};

/// Where the agent is at first.
pub const OFFICE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
/// Where the agent moves to.
pub const OFFICE_AFTERWARDS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
/// Where the hub is at first.
pub const HALL: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 2);
/// Where the hub moves to.
pub const HALL_AFTERWARDS: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 3);

/// What the corridor's packet filter does to everything that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing.
    Good,
    /// Loses so many packets of a hundred, each way.
    Loses(u8),
    /// Loses every one.
    Dead,
}

/// The three namespaces, joined.
#[derive(Debug)]
pub struct Corridor {
    /// Where the agent is.
    pub office: Namespace,
    /// What lies between.
    pub corridor: Namespace,
    /// Where the hubs are.
    pub hall: Namespace,
}

impl Corridor {
    /// Makes and joins them; the line is good.
    ///
    /// # Errors
    ///
    /// Fails when namespaces cannot be made here.
    pub fn new() -> Result<Self> {
        let made = Self {
            office: Namespace::new("office")?,
            corridor: Namespace::new("corridor")?,
            hall: Namespace::new("hall")?,
        };
        made.office.cable(
            ["eth0", "10.77.0.2/24"],
            &made.corridor,
            ["to-office", "10.77.0.1/24"],
        )?;
        made.hall.cable(
            ["eth0", "10.77.1.2/24"],
            &made.corridor,
            ["to-hall", "10.77.1.1/24"],
        )?;
        made.office.ip("route add default via 10.77.0.1")?;
        made.hall.ip("route add default via 10.77.1.1")?;
        made.corridor.forwards()?;
        Ok(made)
    }

    /// Who stands where, for somebody who is in the office.
    pub fn places(&self) -> Places {
        Places {
            agent: Place::here(OFFICE),
            hubs: Place::in_namespace(self.hall.name(), HALL),
            ..Places::default()
        }
    }

    /// From now on the line does this, and the counter `lost` begins at 0.
    ///
    /// # Errors
    ///
    /// Fails when `nft` does.
    pub fn line(&self, line: Line) -> Result<()> {
        let verdict = match line {
            Line::Good => String::new(),
            Line::Loses(percent) => {
                format!("numgen random mod 100 < {percent} counter name lost drop")
            }
            Line::Dead => "counter name lost drop".to_owned(),
        };
        self.corridor.nft(&format!(
            "add table inet story
             delete table inet story
             table inet story {{
                counter lost {{ }}
                chain forward {{
                    type filter hook forward priority filter; policy accept;
                    {verdict}
                }}
             }}"
        ))
    }

    /// How many packets the line has lost since it was last told what to do.
    ///
    /// # Errors
    ///
    /// Fails when it was never told.
    pub fn lost(&self) -> Result<u64> {
        self.corridor.counted("lost")
    }

    /// Lets no more than `rate` (such as `256kbit`) through, each way.
    ///
    /// # Errors
    ///
    /// Fails when `tc` does.
    pub fn slow_down(&self, rate: &str) -> Result<()> {
        for end in ["to-office", "to-hall"] {
            self.corridor.run(&format!(
                "tc qdisc replace dev {end} root tbf rate {rate} burst 4kb latency 300ms"
            ))?;
        }
        Ok(())
    }

    /// Gives the hall another address and takes the old one away, as a new lease does.
    ///
    /// # Errors
    ///
    /// Fails when `ip` does.
    pub fn hall_moves(&self) -> Result<()> {
        moves(&self.hall, [HALL, HALL_AFTERWARDS], "10.77.1.1")
    }

    /// Gives the office another address and takes the old one away.
    ///
    /// # Errors
    ///
    /// Fails when `ip` does.
    pub fn office_moves(&self) -> Result<()> {
        moves(&self.office, [OFFICE, OFFICE_AFTERWARDS], "10.77.0.1")
    }
}

fn moves(space: &Namespace, [from, to]: [Ipv4Addr; 2], gateway: &str) -> Result<()> {
    space.ip(&format!("address add {to}/24 dev eth0"))?;
    space.ip(&format!("address delete {from}/24 dev eth0"))?;
    // The first address may have taken the others and the way out with it.
    space.ip(&format!("address replace {to}/24 dev eth0"))?;
    space.ip(&format!("route replace default via {gateway}"))
}
