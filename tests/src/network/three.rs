//! Internet, NAT and LAN: what lies between a company and Google.
//!
//! ```text
//! Internet 198.51.100.10 ──── 198.51.100.1  NAT  10.77.0.1 ──── 10.77.0.2 LAN
//! Google and the relay        drops every inbound connection    agent, hubs, the admin
//! ```

use std::net::Ipv4Addr;

use anyhow::{Context, Result};

use super::namespace::Namespace;
use crate::places::{Place, Places};

/// The host on the Internet that has the relay and Google.
const SERVERS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 10);
/// The NAT's public address.
pub const PUBLIC: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// The machine in the building.
pub const INSIDE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);

/// The three namespaces, joined.
#[derive(Debug)]
pub struct Three {
    /// Where Google and the relay are.
    pub internet: Namespace,
    /// The company's router.
    pub nat: Namespace,
    /// The building.
    pub lan: Namespace,
}

impl Three {
    /// Makes and joins them. The counter `inbound` counts packets of connections that somebody outside began, all of
    /// which are dropped; `outbound` counts connections that were begun inside.
    ///
    /// # Errors
    ///
    /// Fails when namespaces cannot be made here.
    pub fn new() -> Result<Self> {
        let three = Self {
            internet: Namespace::new("internet")?,
            nat: Namespace::new("nat")?,
            lan: Namespace::new("lan")?,
        };
        three.internet.cable(
            ["eth0", "198.51.100.10/24"],
            &three.nat,
            ["wan", "198.51.100.1/24"],
        )?;
        three.lan.cable(
            ["eth0", "10.77.0.2/24"],
            &three.nat,
            ["lan", "10.77.0.1/24"],
        )?;
        three.lan.ip("route add default via 10.77.0.1")?;
        // An attacker at the provider knows the way to the building's own addresses.
        three
            .internet
            .ip("route add 10.77.0.0/24 via 198.51.100.1")?;
        three.nat.forwards()?;
        three.nat.nft(
            r#"
            table inet story {
                counter inbound { }
                counter outbound { }
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    ct state established,related accept
                    iifname "lan" counter name outbound accept
                    counter name inbound drop
                }
                chain input {
                    type filter hook input priority filter; policy accept;
                    iifname "wan" counter name inbound drop
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat;
                    oifname "wan" masquerade
                }
            }"#,
        )?;
        Ok(three)
    }

    /// Who stands where, for somebody who is in the LAN.
    pub fn places(&self) -> Places {
        let outside = Place::in_namespace(self.internet.name(), SERVERS);
        let inside = Place::here(INSIDE);
        Places {
            relay: outside.clone(),
            google: outside,
            agent: inside.clone(),
            hubs: inside,
        }
    }

    /// Cuts the building off, or lets it out again. Packets under way are lost, as with a pulled cable.
    ///
    /// # Errors
    ///
    /// Fails when `ip` does.
    pub fn cut(&self, cut: bool) -> Result<()> {
        self.nat
            .ip(&format!("link set wan {}", if cut { "down" } else { "up" }))
    }

    /// Lets nothing out to one port of the servers.
    ///
    /// # Errors
    ///
    /// Fails when `nft` does.
    pub fn block(&self, port: u16) -> Result<()> {
        self.nat.nft(&format!(
            "table inet story {{
                counter blocked {{ }}
                chain block {{
                    type filter hook forward priority filter - 1;
                    tcp dport {port} counter name blocked drop
                    tcp sport {port} counter name blocked drop
                }}
            }}"
        ))
    }

    /// Swallows everything between agent and hubs, who talk over `address`; or nothing any more. The counter in the LAN
    /// is `swallowed`.
    ///
    /// # Errors
    ///
    /// Fails when `nft` does, or the address has no port.
    pub fn deafen(&self, address: &str, deaf: bool) -> Result<()> {
        let port = address
            .rsplit(':')
            .next()
            .context("an address has a port")?;
        let verdict = if deaf {
            format!(
                "meta l4proto udp th dport {port} counter name swallowed drop; meta l4proto udp th sport {port} counter name swallowed drop"
            )
        } else {
            String::new()
        };
        self.lan.nft(&format!(
            "add table inet story
             delete table inet story
             table inet story {{
                counter swallowed {{ }}
                chain input {{
                    type filter hook input priority filter; policy accept;
                    {verdict}
                }}
             }}"
        ))
    }

    /// Every socket that listens in the namespace, as `ss -lntu` prints them.
    ///
    /// # Errors
    ///
    /// Fails when `ss` is not installed.
    pub fn listening(space: &Namespace) -> Result<Vec<String>> {
        let said = space.run("ss -H -lntu")?;
        Ok(said.lines().map(str::to_owned).collect())
    }
}
