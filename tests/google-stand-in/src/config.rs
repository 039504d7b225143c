//! What a stand-in is started with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::fosdem::Programme;
use crate::rooms_file::RoomsFile;

/// Settings of one stand-in. [`Config::default`] is plain HTTP on a free loopback port with three empty rooms.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 picks one.
    pub listen: SocketAddr,
    /// The name in addresses that are given out.
    pub host: String,
    /// Certificate chain and key; absent means plain HTTP, which is for loopback only.
    pub tls: Option<Tls>,
    /// PEM roots that receivers of pushes are checked against; without any no HTTPS receiver is trusted.
    pub push_roots: Option<Vec<u8>>,
    /// Hosts that the pusher finds without DNS.
    pub resolve: Vec<(String, IpAddr)>,
    /// What is in the calendars.
    pub content: Content,
    /// The first wait before a push is tried again; it doubles.
    pub push_backoff: Duration,
    /// How long an authorisation code can be redeemed.
    pub code_lifetime: Duration,
    /// How long an access token lives.
    pub access_lifetime: Duration,
}

/// PEM texts.
#[derive(Clone)]
pub struct Tls {
    /// Leaf first.
    pub cert_pem: Vec<u8>,
    /// PKCS#8, PKCS#1 or SEC1.
    pub key_pem: Vec<u8>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// What the calendars hold at first.
#[derive(Clone, Debug)]
pub enum Content {
    /// Rooms and events as listed.
    Rooms(RoomsFile),
    /// A FOSDEM programme, moved to now.
    Fosdem(Programme),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            host: "127.0.0.1".to_owned(),
            tls: None,
            push_roots: None,
            resolve: Vec::new(),
            content: Content::Rooms(RoomsFile::default()),
            push_backoff: Duration::from_millis(500),
            code_lifetime: Duration::from_secs(600),
            access_lifetime: Duration::from_secs(3599),
        }
    }
}
