//! `agent.toml` as it is written.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) portal: Portal,
    pub(super) hubs: Hubs,
    pub(super) outbound: Outbound,
    pub(super) google: Google,
    pub(super) sync: Sync,
    pub(super) images: Images,
    pub(super) signs: Signs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Signs {
    pub(super) fonts: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Images {
    pub(super) hosts: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Portal {
    pub(super) listen: Option<SocketAddr>,
    pub(super) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Hubs {
    pub(super) listen: Option<SocketAddr>,
    pub(super) addresses: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Outbound {
    pub(super) extra_ca: Option<PathBuf>,
    pub(super) resolve: BTreeMap<String, IpAddr>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sync {
    pub(super) round_seconds: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Google {
    pub(super) authorise: Option<String>,
    pub(super) token: Option<String>,
    pub(super) revoke: Option<String>,
    pub(super) certs: Option<String>,
    pub(super) calendar: Option<String>,
    pub(super) people: Option<String>,
    pub(super) admin: Option<String>,
}
