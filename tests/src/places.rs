//! Where on the network each program of a world stands.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, Result};

/// One program's spot: a network namespace and the address by which others reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The namespace to start it in; absent: the one that the story itself is in.
    pub namespace: Option<String>,
    /// Its address.
    pub address: IpAddr,
}

impl Place {
    /// On loopback, where the story is.
    pub const LOOPBACK: Self = Self {
        namespace: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };

    /// Reached by `address`, where the story is.
    pub fn here(address: Ipv4Addr) -> Self {
        Self {
            namespace: None,
            address: address.into(),
        }
    }

    /// Reached by `address`, in another namespace.
    pub fn in_namespace(namespace: &str, address: Ipv4Addr) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            address: address.into(),
        }
    }

    /// What the program is told to listen on; port 0 is any free one.
    ///
    /// Away from loopback it listens on every address, as it does in a building.
    pub(crate) fn listen(&self, port: u16) -> String {
        if self.address.is_loopback() {
            format!("{}:{port}", self.address)
        } else {
            format!("0.0.0.0:{port}")
        }
    }
}

/// The place of every program.
#[derive(Clone, Debug)]
pub struct Places {
    /// The relay, reached as `relay.localhost`.
    pub relay: Place,
    /// Google's stand-in, reached as `google.localhost`.
    pub google: Place,
    /// The agent, whose portal is reached as `portal.localhost`.
    pub agent: Place,
    /// Every hub.
    pub hubs: Place,
}

impl Default for Places {
    /// Everything on this machine's loopback.
    fn default() -> Self {
        Self {
            relay: Place::LOOPBACK,
            google: Place::LOOPBACK,
            agent: Place::LOOPBACK,
            hubs: Place::LOOPBACK,
        }
    }
}

impl Places {
    /// Every name of a world with its address, in place of a name server.
    pub fn names(&self) -> [(&'static str, IpAddr); 3] {
        [
            ("relay.localhost", self.relay.address),
            ("google.localhost", self.google.address),
            ("portal.localhost", self.agent.address),
        ]
    }
}

/// The port at the end of an address.
pub(crate) fn port_of(address: &str) -> Result<u16> {
    let port = address
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    port.with_context(|| format!("no port in `{address}`"))
}
